/* Credentials by the names of their fields: found, learnt, and replaced where they stand.  By
 * place, because a password may be "admin" and stand in the path of a page too. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/fields.h"
#include "core/placeholder.h"
#include "core/secrets.h"
#include "core/secrets_computed.h"

/* Longer than any credential. */
#define VALUE_MAX ((size_t)1 << 16)
#define PLACES_MAX 100
/* Names of fields that are remembered to be no secrets'. */
#define PLAIN_NAMES 16

/* A credential in a text: there goes its placeholder. */
struct place {
    size_t at;
    size_t len;
    const char *name; /* lent by the secrets */
    enum coding coding;
    unsigned group;
};

/* Of a field that was no secret; lent by the text. */
struct plain_name {
    const char *name;
    size_t len;
    enum coding coding;
};

struct cleaning {
    struct secrets *secrets;
    const char *text;
    size_t len;
    enum coding context;
    struct makers *makers;
    struct fields fields;
    struct place places[PLACES_MAX];
    size_t place_count;
    struct plain_name plain[PLAIN_NAMES];
};

static int decode(const char *text, size_t len, enum coding coding, struct buf *out)
{
    buf_init(out, VALUE_MAX);
    return coding_decode(coding, text, len, out) < 0 || buf_adds(out, "") < 0 ? -E_NOMEM : 0;
}

/* A JSON key stands between quotes, even where its value is a number. */
static int decode_name(const struct cleaning *c, const struct field *field, struct buf *out)
{
    enum coding coding = field->coding;

    if (coding == CODING_NONE && c->context == CODING_JSON)
        coding = CODING_JSON;
    return decode(field->name, field->name_len, coding, out);
}

static bool has_place(const struct cleaning *c, size_t at)
{
    for (size_t i = 0; i < c->place_count; i++) {
        if (c->places[i].at == at)
            return true;
    }
    return false;
}

/* A password is one wherever its text stands; a token that the server told is the session's. */
static bool is_session_value(const struct secrets *secrets, const char *name,
                             const struct buf *value)
{
    if (strstr(name, "PASSWORD") || strstr(name, "PIN") || strstr(name, "OTP"))
        return false;
    return secrets->is_issued && secrets->is_issued(secrets->user, value->data, value->len);
}

/* Learns a field's value under this name, and remembers its place.  0 or -E_NOMEM. */
static int learn(struct cleaning *c, const struct field *field, const char *name, bool is_user)
{
    struct place place = {
        .at = field->at, .len = field->len, .coding = field->coding, .group = field->group};
    struct buf value;
    int rc;

    if (!field->len || c->place_count == PLACES_MAX || has_place(c, field->at))
        return 0;
    rc = decode(c->text + field->at, field->len, field->coding, &value);
    if (rc == 0 && (is_user || !is_session_value(c->secrets, name, &value))) {
        rc = secrets_learn(c->secrets, name, value.data, is_user, &place.name);
        if (rc == 0)
            c->places[c->place_count++] = place;
    }
    buf_release(&value);
    return rc;
}

static bool is_too_long(const struct field *field)
{
    return field->len >= VALUE_MAX || field->name_len >= VALUE_MAX;
}

/* Where this name would be remembered: a table has the same few names in every row. */
static struct plain_name *plain_name_of(struct cleaning *c, const struct field *field)
{
    unsigned char first = field->name_len ? (unsigned char)field->name[0] : 0;

    return &c->plain[(first + field->name_len) % PLAIN_NAMES];
}

static bool is_plain(const struct plain_name *plain, const struct field *field)
{
    return plain->name && plain->len == field->name_len && plain->coding == field->coding &&
           memcmp(plain->name, field->name, plain->len) == 0;
}

static int find_secret(struct cleaning *c, const struct field *field)
{
    struct plain_name *plain = plain_name_of(c, field);
    char name[SECRET_NAME_MAX];
    struct buf field_name;
    int rc;

    if (is_too_long(field) || is_plain(plain, field))
        return 0;
    rc = decode_name(c, field, &field_name);
    if (rc == 0 && field_is_secret(field_name.data, field_name.len, name))
        rc = learn(c, field, name, false);
    else if (rc == 0)
        *plain = (struct plain_name){field->name, field->name_len, field->coding};
    buf_release(&field_name);
    return rc;
}

/* As field_user_rank(), or -E_NOMEM. */
static int rank_of(const struct cleaning *c, const struct field *field)
{
    struct buf name;
    int rank;

    if (!field->len || is_too_long(field))
        return 0;
    rank = decode_name(c, field, &name);
    if (rank == 0)
        rank = field_user_rank(name.data, name.len);
    buf_release(&name);
    return rank;
}

/* The field of this group that is most likely a user name. */
static int find_user(struct cleaning *c, unsigned group)
{
    const struct field *best = NULL;
    int best_rank = 0;

    for (size_t i = 0; i < c->fields.count; i++) {
        const struct field *field = &c->fields.items[i];
        int rank = field->group == group ? rank_of(c, field) : 0;

        if (rank < 0)
            return rank;
        if (rank > best_rank) {
            best = field;
            best_rank = rank;
        }
    }
    return best ? learn(c, best, "APP_USER", true) : 0;
}

/* A user name belongs to a password; keys and tokens go without. */
static int find_users(struct cleaning *c)
{
    size_t passwords = c->place_count;
    int rc = 0;

    for (size_t i = 0; i < passwords && rc == 0; i++) {
        if (strstr(c->places[i].name, "PASSWORD"))
            rc = find_user(c, c->places[i].group);
    }
    return rc;
}

static int by_place(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;

    return x->at < y->at ? -1 : x->at > y->at;
}

/* The placeholders where they belong, and between them the text without secrets. */
static int write_clean(struct cleaning *c, struct buf *out)
{
    bool replaced = c->place_count > 0;
    size_t at = 0;
    int rc = 0;

    qsort(c->places, c->place_count, sizeof(*c->places), by_place);
    for (size_t i = 0; i <= c->place_count && rc >= 0; i++) {
        size_t stop = i < c->place_count ? c->places[i].at : c->len;

        rc = secrets_mask(c->secrets, c->text + at, stop - at, c->context, c->makers, out);
        replaced = replaced || rc > 0;
        if (rc >= 0 && i < c->place_count) {
            rc = placeholder_add(out, SECRET_PREFIX, c->places[i].name, c->places[i].coding);
            at = c->places[i].at + c->places[i].len;
        }
    }
    return rc < 0 ? rc : replaced;
}

/* Takes the fields. */
static int clean(struct cleaning *c, struct buf *out)
{
    int rc = 0;

    for (size_t i = 0; i < c->fields.count && rc == 0; i++)
        rc = find_secret(c, &c->fields.items[i]);
    if (rc == 0)
        rc = find_users(c);
    if (rc == 0)
        rc = write_clean(c, out);
    fields_release(&c->fields);
    return rc;
}

int secrets_clean_body(struct secrets *secrets, const char *content_type, const char *body,
                       size_t len, struct makers *makers, struct buf *out)
{
    struct cleaning c = {.secrets = secrets, .text = body, .len = len, .makers = makers};

    if (fields_of_body(&c.fields, content_type, body, len) < 0) {
        fields_release(&c.fields);
        return -E_NOMEM;
    }
    if (content_type && strcasestr(content_type, "x-www-form-urlencoded"))
        c.context = CODING_FORM;
    else if (content_type && strcasestr(content_type, "json"))
        c.context = CODING_JSON;
    return clean(&c, out);
}

int secrets_clean_url(struct secrets *secrets, const char *url, struct makers *makers,
                      struct buf *out)
{
    struct cleaning c = {.secrets = secrets,
                         .text = url,
                         .len = strlen(url),
                         .context = CODING_URL,
                         .makers = makers};

    if (fields_of_url(&c.fields, url, c.len) < 0) {
        fields_release(&c.fields);
        return -E_NOMEM;
    }
    return clean(&c, out);
}

/* --- headers --- */

/* What Basic authentication says: both halves are learnt, and the credential is computed of them.
 * 1, 0 (that is no credential) or -E_NOMEM. */
static int clean_pair(struct secrets *secrets, char *pair, struct makers *makers, struct buf *out)
{
    char *colon = strchr(pair, ':');
    const char *user;
    const char *password;
    struct buf of;
    int rc;

    if (!colon || !colon[1])
        return 0;
    *colon = 0;
    if (secrets_learn(secrets, "APP_USER", pair, true, &user) < 0 ||
        secrets_learn(secrets, "APP_PASSWORD", colon + 1, false, &password) < 0)
        return -E_NOMEM;
    buf_init(&of, VALUE_MAX);
    rc = buf_addf(&of, "${" SECRET_PREFIX "%s}:${" SECRET_PREFIX "%s}", user, password);
    if (rc == 0)
        rc = secrets_add_computed(makers, BASIC_CREDENTIAL, of.data, CODING_BASE64, out);
    buf_release(&of);
    return rc < 0 ? -E_NOMEM : 1;
}

static int clean_basic(struct secrets *secrets, const char *coded, struct makers *makers,
                       struct buf *out)
{
    size_t len = strlen(coded);
    struct buf pair;
    int rc;

    buf_init(&pair, VALUE_MAX);
    rc = len < VALUE_MAX ? coding_decode(CODING_BASE64, coded, len, &pair) : -E_FORMAT;
    if (rc == 0)
        rc = pair.len ? clean_pair(secrets, pair.data, makers, out) : 0;
    buf_release(&pair);
    return rc == -E_FORMAT ? 0 : rc;
}

/* All of it is the credential. */
static int clean_value(struct secrets *secrets, const char *value, const char *base,
                       struct buf *out)
{
    struct buf text;
    const char *name;
    int rc;

    rc = decode(value, strlen(value), CODING_NONE, &text);
    if (rc == 0 && text.len && !is_session_value(secrets, base, &text)) {
        rc = secrets_learn(secrets, base, text.data, false, &name);
        if (rc == 0)
            rc = placeholder_add(out, SECRET_PREFIX, name, CODING_NONE) < 0 ? -E_NOMEM : 1;
    }
    buf_release(&text);
    return rc;
}

static bool is_authorization(const char *header, size_t name_len)
{
    return (name_len == 13 && strncasecmp(header, "Authorization", 13) == 0) ||
           (name_len == 19 && strncasecmp(header, "Proxy-Authorization", 19) == 0);
}

/* Where the credential begins: behind the scheme, if there is one. */
static const char *credential(const char *value)
{
    const char *blank = strchr(value, ' ');

    return blank ? blank + strspn(blank, " ") : value;
}

/* 1: what value is was replaced; 0: it is no credential, and nothing was appended. */
static int clean_credential(struct secrets *secrets, const char *header, size_t name_len,
                            const char *value, struct makers *makers, struct buf *out)
{
    char name[SECRET_NAME_MAX];
    const char *secret = value;
    size_t before = out->len;
    int rc = 0;

    if (!field_is_secret(header, name_len, name) || strlen(value) >= VALUE_MAX)
        return 0;
    if (is_authorization(header, name_len))
        secret = credential(value);
    if (buf_add(out, header, (size_t)(secret - header)) < 0)
        return -E_NOMEM;
    if (strncasecmp(value, "Basic ", 6) == 0)
        rc = clean_basic(secrets, secret, makers, out);
    if (rc == 0)
        rc = clean_value(secrets, secret, name, out);
    if (rc == 0) { /* the server told it: a session value */
        out->len = before;
        out->data[before] = 0;
    }
    return rc;
}

int secrets_clean_header(struct secrets *secrets, const char *header, struct makers *makers,
                         struct buf *out)
{
    const char *colon = strchr(header, ':');
    int rc = 0;

    if (colon)
        rc = clean_credential(secrets, header, (size_t)(colon - header),
                              colon + 1 + strspn(colon + 1, " \t"), makers, out);
    if (rc == 0)
        rc = secrets_mask(secrets, header, strlen(header), CODING_NONE, makers, out);
    return rc;
}
