/* What a server sets as a cookie: whatever is kept of it is one line of a cookie file. */
#include <string.h>

#include "fuzz.h"
#include "player/jar_cookie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct target target = {.host = (char *)"app.example"};
    struct cookie cookie;
    struct buf line;
    size_t tabs = 0;

    if (!cookie_parse(&cookie, &target, "/app/page?x=1", (const char *)data, len, 1000000000))
        return 0;
    buf_init(&line, COOKIE_LINE_MAX);
    PROMISE(cookie_write(&cookie, &line) == 0);
    for (size_t i = 0; i < line.len; i++) {
        tabs += line.data[i] == '\t';
        PROMISE(line.data[i] == '\t' || (unsigned char)line.data[i] >= 0x20);
    }
    PROMISE(tabs == 6);
    buf_release(&line);
    return 0;
}
