/* Looks for secrets under every coding at once, by decoding the text as it is compared: "%2f",
 * "%2F" and "/" are one character.  Base64 shows nothing of what is in it, so every short run that
 * could be base64 is decoded and looked into, if it is text. */
#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/types.h>

#include "core/json_text.h"
#include "core/placeholder.h"
#include "core/secrets.h"
#include "core/secrets_computed.h"

#define BASE64_RUN_MAX ((size_t)4096)
#define MADE_MAX 320

struct masking {
    const struct secrets *secrets;
    const char *text;
    size_t len;
    enum coding context;
    struct makers *makers;
    bool is_decoded;  /* the text comes out of base64 already: not once more */
    size_t shortest;  /* of the secrets that are looked for */
    bool starts[256]; /* may a secret begin with this byte, in some coding? */
};

struct match {
    const struct secret *secret;
    enum coding coding;
    size_t bytes; /* of the text; 0: no match */
};

/* Is it long enough to be looked for in every text?  A user name never is. */
static bool is_sought(const struct secret *s)
{
    return !s->is_user &&
           strlen(s->value) >= (s->is_found ? SECRET_FOUND_BYTES_MIN : SECRET_BYTES_MIN);
}

static void note_secrets(struct masking *m)
{
    m->shortest = SIZE_MAX;
    for (size_t i = 0; i < m->secrets->count; i++) {
        const struct secret *s = &m->secrets->items[i];
        size_t n = strlen(s->value);

        if (!is_sought(s))
            continue;
        m->shortest = n < m->shortest ? n : m->shortest;
        m->starts[(unsigned char)s->value[0]] = true;
        m->starts['%'] = m->starts['&'] = m->starts['\\'] = m->starts['+'] = true;
    }
}

/* How many bytes of text write this value in this coding; 0: something else stands there. */
static size_t coded_bytes(enum coding coding, const char *text, size_t len, const char *value)
{
    size_t at = 0;

    while (*value) {
        char character[CODED_CHARACTER_MAX];
        size_t used;
        size_t n;

        if (at >= len)
            return 0;
        n = coding_character(coding, text + at, len - at, character, &used);
        if (strncmp(value, character, n) != 0)
            return 0;
        value += n;
        at += used;
    }
    return at;
}

static size_t match_value(const struct masking *m, size_t at, const char *value,
                          enum coding *coding)
{
    const enum coding codings[] = {m->context,  CODING_NONE, CODING_URL,  CODING_FORM,
                                   CODING_HTML, CODING_JSON, CODING_JSON2};

    for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++) {
        size_t bytes = coded_bytes(codings[i], m->text + at, m->len - at, value);

        if (bytes) {
            *coding = codings[i];
            return bytes;
        }
    }
    return 0;
}

/* The longest secret that stands here: one may begin with another. */
static struct match match_at(const struct masking *m, size_t at)
{
    struct match best = {0};

    for (size_t i = 0; i < m->secrets->count; i++) {
        const struct secret *s = &m->secrets->items[i];
        enum coding coding;
        size_t bytes;

        if (!is_sought(&m->secrets->items[i]))
            continue;
        bytes = match_value(m, at, s->value, &coding);
        if (bytes && (!best.secret || strlen(s->value) > strlen(best.secret->value)))
            best = (struct match){s, coding, bytes};
    }
    return best;
}

/* --- base64 --- */

static bool is_base64_byte(char c)
{
    return c && (unsigned char)c < 0x80 && (isalnum((unsigned char)c) || strchr("+/-_", c));
}

/* The run that begins here, with its padding; 0: none does. */
static size_t base64_run(const struct masking *m, size_t at)
{
    size_t n = 0;

    if (!is_base64_byte(m->text[at]) || (at && is_base64_byte(m->text[at - 1])))
        return 0;
    while (at + n < m->len && is_base64_byte(m->text[at + n]))
        n++;
    while (at + n < m->len && m->text[at + n] == '=' && n % 4)
        n++;
    return n;
}

/* As it was written, so that it is written the same way. */
static enum coding base64_coding(const char *run, size_t n)
{
    if (memchr(run, '-', n) || memchr(run, '_', n) || n % 4)
        return CODING_BASE64URL;
    return CODING_BASE64;
}

static bool follows_basic(const struct masking *m, size_t at)
{
    return at >= 6 && strncasecmp(m->text + at - 6, "basic ", 6) == 0;
}

/* A name that no maker has, or one whose maker makes the same: *known. */
static void find_name(const struct makers *makers, const char *base, const char *of,
                      const char *coding, char name[COMPUTED_NAME_MAX], bool *known)
{
    *known = false;
    snprintf(name, COMPUTED_NAME_MAX, "%s", base);
    for (unsigned i = 2;; i++) {
        const struct maker *m = makers_find(makers, name, strlen(name));

        if (!m)
            return;
        *known = m->of && strcmp(m->of, of) == 0 && m->coding && strcmp(m->coding, coding) == 0;
        if (*known)
            return;
        snprintf(name, COMPUTED_NAME_MAX, "%s_%u", base, i);
    }
}

int secrets_add_computed(struct makers *makers, const char *base, const char *of,
                         enum coding coding, struct buf *out)
{
    char name[COMPUTED_NAME_MAX];
    struct error err = ERROR_NONE;
    struct buf json;
    bool known = true;
    int rc = 0;

    snprintf(name, sizeof(name), "%s", base);
    if (makers)
        find_name(makers, base, of, coding_word(coding), name, &known);
    buf_init(&json, 64 * BASE64_RUN_MAX);
    if (!known) {
        struct maker maker = {.name = name,
                              .kind = MAKER_COMPUTED,
                              .of = (char *)of,
                              .coding = (char *)coding_word(coding)};

        rc = maker_write(&maker, &json);
    }
    if (!known && rc == 0)
        rc = makers_add(makers, json.data, json.len, &err);
    buf_release(&json);
    return rc < 0 ? -E_NOMEM : buf_addf(out, "${%s}", name);
}

static int mask_all(struct masking *m, struct buf *out);

/* What was in the run, with its secrets replaced, goes through base64 again when it is played. */
static int mask_decoded(const struct masking *m, size_t at, size_t n, const struct buf *decoded,
                        struct buf *made)
{
    enum coding coding = base64_coding(m->text + at, n);
    struct masking inner = {.secrets = m->secrets,
                            .text = decoded->data,
                            .len = decoded->len,
                            .context = CODING_NONE,
                            .is_decoded = true};
    struct buf of;
    int rc;

    for (size_t i = 0; i < m->secrets->count; i++) {
        const struct secret *s = &m->secrets->items[i];

        if (is_sought(&m->secrets->items[i]) && strcmp(s->value, decoded->data) == 0)
            return placeholder_add(made, SECRET_PREFIX, s->name, coding) < 0 ? -E_NOMEM : 1;
    }
    buf_init(&of, 64 * BASE64_RUN_MAX);
    rc = mask_all(&inner, &of);
    if (rc > 0 &&
        secrets_add_computed(m->makers, follows_basic(m, at) ? BASIC_CREDENTIAL : "CODED_SECRET",
                             of.data, coding, made) < 0)
        rc = -E_NOMEM;
    buf_release(&of);
    return rc;
}

/* 1: its replacement is made; 0: no secret is in it. */
static int mask_run(const struct masking *m, size_t at, size_t n, struct buf *made)
{
    struct buf decoded;
    int rc;

    if (n > BASE64_RUN_MAX || n / 4 * 3 + 2 < m->shortest)
        return 0;
    buf_init(&decoded, BASE64_RUN_MAX);
    rc = coding_decode(CODING_BASE64, m->text + at, n, &decoded);
    if (rc == 0 && decoded.len && !memchr(decoded.data, 0, decoded.len) &&
        is_utf8(decoded.data, decoded.len))
        rc = mask_decoded(m, at, n, &decoded, made);
    buf_release(&decoded);
    return rc == -E_FORMAT ? 0 : rc;
}

/* --- the walk --- */

/* What replaces the text that stands here goes into made; how many bytes of text that is, 0: none,
 * or -E_NOMEM. */
static ssize_t mask_here(const struct masking *m, size_t at, struct buf *made)
{
    struct match match = {0};
    size_t run = m->is_decoded ? 0 : base64_run(m, at);
    int rc = 0;

    if (m->starts[(unsigned char)m->text[at]])
        match = match_at(m, at);
    if (match.bytes)
        rc = placeholder_add(made, SECRET_PREFIX, match.secret->name, match.coding);
    else if (run)
        rc = mask_run(m, at, run, made);
    if (rc < 0)
        return rc;
    return (ssize_t)(match.bytes ? match.bytes : rc ? run : 0);
}

/* 1: something was replaced, 0: nothing was, -E_NOMEM. */
static int mask_all(struct masking *m, struct buf *out)
{
    struct buf made;
    size_t plain = 0; /* where the text not yet written begins */
    size_t at = 0;
    ssize_t taken = 0;

    buf_init(&made, MADE_MAX);
    note_secrets(m);
    while (at < m->len && taken >= 0) {
        size_t skip = placeholder_bytes(m->text + at, m->len - at);

        taken = skip ? 0 : mask_here(m, at, &made);
        if (taken > 0) {
            buf_add(out, m->text + plain, at - plain);
            buf_add(out, made.data, made.len);
            buf_clear(&made);
            plain = at + (size_t)taken;
        }
        at += skip ? skip : taken > 0 ? (size_t)taken : 1;
    }
    buf_add(out, m->text + plain, m->len - plain);
    buf_release(&made);
    return taken < 0 || out->failed ? -E_NOMEM : plain > 0;
}

int secrets_mask(const struct secrets *secrets, const char *text, size_t len, enum coding context,
                 struct makers *makers, struct buf *out)
{
    struct masking m = {
        .secrets = secrets, .text = text, .len = len, .context = context, .makers = makers};

    if (!secrets->count || !len)
        return buf_add(out, text, len);
    return mask_all(&m, out);
}
