/* HAR files: entries in the order of their beginnings, none ends before it begins, messages in
 * order, and no body without its bytes. */
#include <string.h>

#include "fuzz.h"
#include "recorder/har.h"

static void check_entry(const struct har_entry *e)
{
    int64_t before_us = 0;

    PROMISE(e->method && *e->method && e->url && *e->url && e->kind);
    PROMISE(e->end_us >= e->begin_us);
    PROMISE(e->status == 0 || (e->status >= 100 && e->status <= 999));
    PROMISE(!e->has_body || e->body);
    PROMISE(!(e->has_body && e->lacks_body));
    for (size_t i = 0; i < e->message_count; i++) {
        PROMISE(e->messages[i].at_us >= before_us && e->messages[i].data);
        before_us = e->messages[i].at_us;
    }
    for (size_t i = 0; i < e->request.count; i++)
        PROMISE(e->request.items[i].name[0] != ':');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct error err = ERROR_NONE;
    struct har har;
    int rc = har_parse(&har, "fuzz", (const char *)data, len, &err);

    PROMISE((rc == 0) == !*err.text);
    for (size_t i = 0; rc == 0 && i < har.count; i++) {
        check_entry(&har.entries[i]);
        PROMISE(i == 0 || har.entries[i].begin_us >= har.entries[i - 1].begin_us);
    }
    PROMISE(rc < 0 || har.count > 0);
    har_release(&har);
    return 0;
}
