#include "recorder/answer_head.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "recorder/limits.h"

static int take_status(struct answer_head *head, const char *line, size_t len)
{
    const char *space = memchr(line, ' ', len);
    const char *code = space ? space + 1 : line + len;
    size_t left = (size_t)(line + len - code);

    if (left < 3 || !isdigit(code[0]) || !isdigit(code[1]) || !isdigit(code[2]) ||
        (left > 3 && code[3] != ' '))
        return -E_PROTOCOL;
    answer_head_release(head);
    head->status = (code[0] - '0') * 100 + (code[1] - '0') * 10 + code[2] - '0';
    head->reason = header_dup(code + 4, left > 4 ? left - 4 : 0);
    return head->reason ? 0 : -E_NOMEM;
}

int answer_head_line(struct answer_head *head, const char *line, size_t len)
{
    while (len && (line[len - 1] == '\r' || line[len - 1] == '\n'))
        len--;
    if (len > 5 && strncmp(line, "HTTP/", 5) == 0)
        return take_status(head, line, len);
    if (head->done)
        return 0;
    head->bytes += len;
    if (!head->status || head->bytes > HEAD_BYTES_MAX)
        return -E_PROTOCOL;
    if (!len) {
        head->done = true;
        return 0;
    }
    return *line == ' ' || *line == '\t' ? headers_fold(&head->headers, line, len)
                                         : headers_add_line(&head->headers, line, len);
}

void answer_head_release(struct answer_head *head)
{
    free(head->reason);
    headers_release(&head->headers);
    *head = (struct answer_head){0};
}
