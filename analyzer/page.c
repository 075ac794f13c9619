/* A template with holes: {{name}} is filled by the function of that name, {{style a.css b.css}} and
 * {{script a.js b.js}} hold the files named.  The page's policy, which stands before them, names
 * their digests: its place is kept, and filled in when they are there. */
#include "analyzer/page.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/outdir.h"
#include "analyzer/page_crowd.h"
#include "analyzer/page_files.h"
#include "analyzer/page_html.h"
#include "analyzer/summary.h"
#include "core/base64.h"

#define PAGE_MOST ((size_t)1 << 30)
#define PAGE_STEPS 5000
#define DIGEST_TEXT 51 /* "sha256-" and 44 characters of base64 */

struct writer {
    struct buf out;
    const struct page *page;
    size_t style_digest; /* where they belong in out */
    size_t script_digest;
};

static const struct page_file *file_named(const char *name, size_t len)
{
    for (size_t i = 0; i < page_count; i++) {
        if (strlen(page_files[i].path) == len + 1 &&
            strncmp(page_files[i].path + 1, name, len) == 0)
            return &page_files[i];
    }
    return NULL;
}

static size_t keep_place(struct buf *out)
{
    char blank[DIGEST_TEXT];

    memset(blank, ' ', sizeof(blank));
    buf_add(out, blank, sizeof(blank));
    return out->len - sizeof(blank);
}

/* The digest of all that was written since `from`, to the place that was kept. */
static void fill_place(struct buf *out, size_t place, size_t from)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct buf text;

    buf_init(&text, DIGEST_TEXT);
    buf_adds(&text, "sha256-");
    if (out->failed ||
        EVP_Digest(out->data + from, out->len - from, digest, &len, EVP_sha256(), NULL) != 1 ||
        base64_encode(&text, digest, len) < 0)
        out->failed = true;
    else
        memcpy(out->data + place, text.data, text.len);
    buf_release(&text);
}

static void write_policy(struct writer *w)
{
    buf_adds(&w->out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "script-src '");
    w->script_digest = keep_place(&w->out);
    buf_adds(&w->out, "'; style-src '");
    w->style_digest = keep_place(&w->out);
    buf_adds(&w->out, "'; img-src data:; base-uri 'none'; form-action 'none'\">");
}

/* The files whose names stand in `list`, one behind the other, inside the element `tag`. */
static void write_files(struct writer *w, const char *tag, const char *list, const char *end,
                        size_t place)
{
    size_t from;

    buf_addf(&w->out, "<%s>", tag);
    from = w->out.len;
    while (list < end) {
        size_t len = strcspn(list, " }");
        const struct page_file *file = file_named(list, len);

        if (file)
            buf_add(&w->out, file->bytes, file->len);
        list += len + 1;
    }
    fill_place(&w->out, place, from);
    buf_addf(&w->out, "</%s>", tag);
}

/* A page is no place for a script of a million steps; the tables do not show so many either. */
static void cut_steps(json_t *summary)
{
    size_t i;
    json_t *build;

    json_array_foreach(json_object_get(summary, "builds"), i, build)
    {
        json_t *steps = json_object_get(build, "steps");

        while (json_array_size(steps) > PAGE_STEPS)
            json_array_remove(steps, json_array_size(steps) - 1);
    }
}

/* No "<" is left, so nothing in it can end the element that it stands in. */
static void write_summary(struct writer *w)
{
    json_t *json = summary_json(w->page);
    char *text;

    cut_steps(json);
    text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(json);
    if (!text)
        w->out.failed = true;
    for (const char *at = text; at && *at;) {
        size_t len = strcspn(at, "<");

        buf_add(&w->out, at, len);
        at += len;
        if (*at) {
            buf_adds(&w->out, "\\u003c");
            at++;
        }
    }
    free(text);
}

static void write_crowd(struct writer *w)
{
    const struct scene *scene = w->page->scene;
    struct buf data;

    buf_init(&data, PAGE_MOST);
    if (page_crowd(&data, scene->builds, scene->count) < 0 || page_crowd_pack(&w->out, &data) < 0)
        w->out.failed = true;
    buf_release(&data);
}

static const struct {
    const char *name;
    void (*html)(struct buf *out, const struct page *page); /* one of the two */
    void (*write)(struct writer *w);
} holes[] = {
    {"policy", NULL, write_policy},
    {"names", page_names, NULL},
    {"about", page_about, NULL},
    {"origin", page_origin, NULL},
    {"verdict", page_verdict, NULL},
    {"numbers", page_numbers, NULL},
    {"chart-links", page_chart_links, NULL},
    {"figures", page_figures, NULL},
    {"steps", page_steps, NULL},
    {"failures", page_failures, NULL},
    {"summary", NULL, write_summary},
    {"crowd", NULL, write_crowd},
};

static void fill_hole(struct writer *w, const char *name, const char *end)
{
    size_t len = (size_t)(end - name);

    if (strncmp(name, "style ", 6) == 0)
        write_files(w, "style", name + 6, end, w->style_digest);
    else if (strncmp(name, "script ", 7) == 0)
        write_files(w, "script", name + 7, end, w->script_digest);
    for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
        if (strlen(holes[i].name) != len || strncmp(holes[i].name, name, len) != 0)
            continue;
        if (holes[i].html)
            holes[i].html(&w->out, w->page);
        else
            holes[i].write(w);
    }
}

/* An embedded file ends with a zero byte that is not counted. */
static void fill_template(struct writer *w)
{
    const char *at = (const char *)file_named("page.html", strlen("page.html"))->bytes;
    const char *open;

    while ((open = strstr(at, "{{"))) {
        const char *close = strstr(open, "}}");

        buf_add(&w->out, at, (size_t)(open - at));
        fill_hole(w, open + 2, close);
        at = close + 2;
    }
    buf_adds(&w->out, at);
}

int page_write(const char *path, const struct page *page, struct error *err)
{
    struct writer w = {.page = page};
    struct outfile out;
    int rc;

    buf_init(&w.out, PAGE_MOST);
    fill_template(&w);
    rc = w.out.failed ? error_nomem(err) : outfile_open(&out, path, err);
    if (rc == 0)
        rc = outfile_close(&out, !outfile_write(&out, w.out.data, w.out.len), err);
    buf_release(&w.out);
    return rc;
}
