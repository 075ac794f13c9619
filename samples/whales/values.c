#include "samples/whales/values.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLOT_BYTES_MAX ((size_t)8 << 20)

/* A plot goes out as Shiny sends it: a data address with what a screen reader may say. */
static json_t *image(struct buf *png, struct plot_size size, const char *alt)
{
    static const char scheme[] = "data:image/png;base64,";
    size_t room = sizeof(scheme) + png->len / 3 * 4 + 8;
    char *src = malloc(room);
    json_t *value = NULL;

    if (src) {
        memcpy(src, scheme, sizeof(scheme));
        lws_b64_encode_string(png->data, (int)png->len, src + strlen(scheme),
                              (int)(room - strlen(scheme)));
        value = json_pack("{s:s, s:i, s:i, s:s}", "src", src, "width", size.width, "height",
                          size.height, "alt", alt);
    }
    free(src);
    return value;
}

static json_t *finish_plot(int rc, struct buf *png, struct plot_size size, const char *alt)
{
    json_t *value = rc == 0 ? image(png, size, alt) : NULL;

    buf_release(png);
    return value;
}

static json_t *p_all(const struct making *m)
{
    struct buf png;

    buf_init(&png, PLOT_BYTES_MAX);
    return finish_plot(plot_all(&m->numbers->overview, m->size, &png, m->err), &png, m->size,
                       "Bytes downloaded in each hour of the day");
}

static json_t *p_top(const struct making *m)
{
    struct buf png;

    buf_init(&png, PLOT_BYTES_MAX);
    return finish_plot(plot_top(&m->numbers->whales, m->size, &png, m->err), &png, m->size,
                       "The biggest downloaders by bytes");
}

static json_t *p_top_h(const struct making *m)
{
    struct buf png;

    buf_init(&png, PLOT_BYTES_MAX);
    return finish_plot(plot_top_by_hour(&m->numbers->whales, m->size, &png, m->err), &png, m->size,
                       "The biggest downloaders by hour of the day");
}

static json_t *p_one(const struct making *m)
{
    struct buf png;

    buf_init(&png, PLOT_BYTES_MAX);
    return finish_plot(plot_one(&m->numbers->detail, m->size, &png, m->err), &png, m->size,
                       "Bytes of one downloader in each hour of the day");
}

static json_t *bytes_box(uint64_t bytes)
{
    char text[BYTES_TEXT];

    return json_string(bytes_format(bytes, text));
}

/* 1234567 as "1,234,567". */
static json_t *count_box(uint64_t count)
{
    char digits[24];
    char text[32];
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)count);
    char *to = text;

    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            *to++ = ',';
        *to++ = digits[i];
    }
    *to = 0;
    return json_string(text);
}

static json_t *vb_bytes(const struct making *m)
{
    return bytes_box(m->numbers->overview.all_bytes);
}

static json_t *vb_files(const struct making *m)
{
    return count_box(m->numbers->overview.all_files);
}

static json_t *vb_ips(const struct making *m)
{
    return count_box(m->numbers->overview.ips);
}

static json_t *vd_bytes(const struct making *m)
{
    return bytes_box(m->numbers->detail.who.bytes);
}

static json_t *vd_files(const struct making *m)
{
    return count_box(m->numbers->detail.who.files);
}

static json_t *vd_pkgs(const struct making *m)
{
    return count_box(m->numbers->detail.packages);
}

static json_t *t_one(const struct making *m)
{
    json_t *rows = json_array();
    char text[BYTES_TEXT];

    for (uint32_t i = 0; i < m->numbers->detail.shown; i++) {
        const struct package_use *p = &m->numbers->detail.top[i];

        json_array_append_new(rows, json_pack("[s, I, s]", p->name, (json_int_t)p->files,
                                              bytes_format(p->bytes, text)));
    }
    return json_pack("{s:[s, s, s], s:o}", "columns", "package", "files", "size", "rows", rows);
}

const struct output output_table[OUTPUTS] = {
    {"vb_bytes", NEED_OVERVIEW, vb_bytes}, {"vb_files", NEED_OVERVIEW, vb_files},
    {"vb_ips", NEED_OVERVIEW, vb_ips},     {"p_all", NEED_OVERVIEW, p_all},
    {"p_top", NEED_WHALES, p_top},         {"p_top_h", NEED_WHALES, p_top_h},
    {"vd_bytes", NEED_DETAIL, vd_bytes},   {"vd_files", NEED_DETAIL, vd_files},
    {"vd_pkgs", NEED_DETAIL, vd_pkgs},     {"p_one", NEED_DETAIL, p_one},
    {"t_one", NEED_DETAIL, t_one},
};
