/* Heads of requests: a head is taken only whole, frames its body in one way only, and nothing of it
 * could be read as two headers. */
#include <string.h>

#include "fuzz.h"
#include "recorder/limits.h"
#include "recorder/request_head.h"

static void check_text(const char *text)
{
    PROMISE(text && !strpbrk(text, "\r\n"));
}

static void check(const struct request_head *head)
{
    bool chunked = headers_count(&head->headers, "Transfer-Encoding") > 0;
    bool measured = headers_count(&head->headers, "Content-Length") > 0;

    check_text(head->method);
    check_text(head->target);
    PROMISE(*head->method && *head->target && !strchr(head->target, ' '));
    for (size_t i = 0; i < head->headers.count; i++) {
        check_text(head->headers.items[i].name);
        check_text(head->headers.items[i].value);
        PROMISE(!strpbrk(head->headers.items[i].name, ": \t"));
    }
    PROMISE(!chunked || !measured);
    PROMISE(chunked == (head->body_bytes == BODY_CHUNKED));
    PROMISE(measured == (head->body_bytes >= 0));
    PROMISE(headers_count(&head->headers, "Host") <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const char *text = (const char *)data;
    struct error err = ERROR_NONE;
    struct request_head head;
    ssize_t n = request_head_parse(&head, text, len, &err);

    PROMISE(n <= (ssize_t)len && n <= (ssize_t)HEAD_BYTES_MAX);
    PROMISE((n < 0) == (err.code != 0) && (n != -E_PROTOCOL || head.status >= 400));
    if (n > 0) {
        struct request_head less;

        check(&head);
        PROMISE(memcmp(text + n - 4, "\r\n\r\n", 4) == 0);
        PROMISE(request_head_parse(&less, text, (size_t)n - 1, &err) == 0);
        request_head_release(&less);
    }
    request_head_release(&head);
    return 0;
}
