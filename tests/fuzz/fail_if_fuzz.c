/* What --fail-if reads it can write so that it reads the same; and what it cannot read it points
 * at, inside the text. */
#include <string.h>

#include "analyzer/fail_if.h"
#include "fuzz.h"

static char *printed(const struct fail_if *condition, size_t most)
{
    struct buf out;

    buf_init(&out, most);
    fail_if_print(&out, condition);
    PROMISE(!out.failed);
    return buf_take(&out);
}

static void check_good(struct fail_if *condition, size_t len)
{
    size_t most = len * 8 + 1024; /* what one byte may become, and numbers in full */
    char *once = printed(condition, most);
    char *twice;
    struct fail_if again;
    size_t at;

    PROMISE(fail_if_parse(&again, once, &at, NULL) == 0);
    PROMISE(again.op == condition->op && again.unit == condition->unit);
    PROMISE(again.count == condition->count && again.count > 0);
    for (size_t i = 0; i < again.count; i++) {
        PROMISE(again.terms[i].number == condition->terms[i].number);
        PROMISE(again.terms[i].factor == condition->terms[i].factor);
        PROMISE(again.terms[i].minus == condition->terms[i].minus);
    }
    twice = printed(&again, most);
    PROMISE(strcmp(once, twice) == 0);
    fail_if_release(&again);
    free(once);
    free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct error err = ERROR_NONE;
    struct fail_if condition;
    char *text = malloc(len + 1);
    size_t at;

    PROMISE(text);
    memcpy(text, data, len);
    text[len] = 0;
    if (fail_if_parse(&condition, text, &at, &err) == 0) {
        check_good(&condition, len);
    } else {
        PROMISE(err.code == E_USAGE && at <= strlen(text));
        PROMISE(strncmp(err.text, "column ", 7) == 0);
    }
    fail_if_release(&condition);
    free(text);
    return 0;
}
