#include "parrot/count.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/write_file.h"

void tide_in(struct tide *tide)
{
    tide->all++;
    if (++tide->now > tide->most)
        tide->most = tide->now;
}

void tide_out(struct tide *tide)
{
    tide->now--;
}

void count_say(const struct count *c)
{
    fprintf(stderr,
            "parrot: heard %" PRIu64 " connections (%" PRIu64 " at once), %" PRIu64
            " requests (%" PRIu64 " at once), %" PRIu64 " WebSockets (%" PRIu64
            " at once), %" PRIu64 " sends\n",
            c->connections.all, c->connections.most, c->requests.all, c->requests.most,
            c->sockets.all, c->sockets.most, c->sends);
    fprintf(stderr, "parrot: said %" PRIu64 " messages, %.1f MB of %.1f MB in all\n", c->messages,
            (double)c->message_bytes / 1e6, (double)c->bytes_out / 1e6);
    if (c->unknown)
        fprintf(stderr, "parrot: %" PRIu64 " requests are not in the script, and got a 404\n",
                c->unknown);
    if (c->dropped)
        fprintf(stderr, "parrot: %" PRIu64 " messages and answers were left out\n", c->dropped);
}

static json_t *tide_json(const struct tide *tide)
{
    return json_pack("{s:I, s:I, s:I}", "all", (json_int_t)tide->all, "open", (json_int_t)tide->now,
                     "at_once", (json_int_t)tide->most);
}

int count_write(const struct count *c, const char *path, struct error *err)
{
    json_t *json =
        json_pack("{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "connections",
                  tide_json(&c->connections), "requests", tide_json(&c->requests), "websockets",
                  tide_json(&c->sockets), "sends", (json_int_t)c->sends, "duties",
                  (json_int_t)c->duties, "messages", (json_int_t)c->messages, "message_bytes",
                  (json_int_t)c->message_bytes, "bytes_out", (json_int_t)c->bytes_out, "dropped",
                  (json_int_t)c->dropped, "unknown", (json_int_t)c->unknown);
    char *text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
    int rc = text ? write_file(path, text, strlen(text), WRITE_FILE_PUBLIC, err) : error_nomem(err);

    free(text);
    json_decref(json);
    return rc;
}
