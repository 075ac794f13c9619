#include "samples/whales/choices.h"

#include <string.h>

#define OPTIONS_BYTES_MAX 65536

bool choices_have(const struct whales *w, const char *who)
{
    char name[WHALE_NAME];

    for (uint32_t i = 0; i < w->count; i++) {
        if (strcmp(whale_name(&w->at[i], name), who) == 0)
            return true;
    }
    return false;
}

/* The country comes from the log, which anybody may have written. */
static void add_html(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("<>&\"'", *text))
            buf_addf(out, "&#%d;", *text);
        else
            buf_addc(out, *text);
    }
}

static void add_option(struct buf *out, const char *name, bool selected)
{
    if (out->len)
        buf_addc(out, '\n');
    buf_adds(out, "<option value=\"");
    add_html(out, name);
    buf_adds(out, selected ? "\" selected>" : "\">");
    add_html(out, name);
    buf_adds(out, "</option>");
}

json_t *choices_message(const struct whales *w, const char *who)
{
    char first[WHALE_NAME] = "";
    char name[WHALE_NAME];
    const char *value = who;
    struct buf options;
    json_t *message;

    if (w->count)
        whale_name(&w->at[0], first);
    if (!choices_have(w, who))
        value = first;
    buf_init(&options, OPTIONS_BYTES_MAX);
    for (uint32_t i = 0; i < w->count; i++) {
        whale_name(&w->at[i], name);
        add_option(&options, name, strcmp(name, value) == 0);
    }
    message = json_pack("{s:s, s:s}", "options", options.data ? options.data : "", "value", value);
    buf_release(&options);
    return message;
}
