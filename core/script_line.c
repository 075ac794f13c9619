#include "core/script_line.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "core/base64.h"
#include "core/condition.h"
#include "core/units.h"

#define BINARY_MAX (64u << 20)

static const char *const names[STEP_TYPES] = {
    [STEP_REQ_HOME] = "REQ_HOME", [STEP_REQ_GET] = "REQ_GET",
    [STEP_REQ_SINF] = "REQ_SINF", [STEP_REQ_TOK] = "REQ_TOK",
    [STEP_REQ_POST] = "REQ_POST", [STEP_REQ] = "REQ",
    [STEP_WS_OPEN] = "WS_OPEN",   [STEP_WS_RECV_INIT] = "WS_RECV_INIT",
    [STEP_WS_RECV] = "WS_RECV",   [STEP_WS_RECV_BEGIN_UPLOAD] = "WS_RECV_BEGIN_UPLOAD",
    [STEP_WS_SEND] = "WS_SEND",   [STEP_WS_CLOSE] = "WS_CLOSE",
};

const char *step_type_name(enum step_type type)
{
    return names[type];
}

int step_type_find(const char *name)
{
    for (int i = 0; i < STEP_TYPES; i++) {
        if (strcmp(names[i], name) == 0)
            return i;
    }
    return -1;
}

bool step_is_request(const struct step *step)
{
    return step->type <= STEP_REQ;
}

bool step_is_recv(const struct step *step)
{
    return step->type == STEP_WS_RECV || step->type == STEP_WS_RECV_INIT ||
           step->type == STEP_WS_RECV_BEGIN_UPLOAD;
}

/* The line being read: what every field needs. */
struct reading {
    struct arena *arena;
    json_t *object;
    struct error *err;
};

/* A field that must be a string; NULL when it is absent or, with the error set, something else. */
static const char *text_field(struct reading *r, const char *key)
{
    json_t *value = json_object_get(r->object, key);
    const char *copy;

    if (!value)
        return NULL;
    if (!json_is_string(value)) {
        error_set(r->err, E_FORMAT, "\"%s\" is not a string", key);
        return NULL;
    }
    copy = arena_copy(r->arena, json_string_value(value), json_string_length(value));
    if (!copy)
        error_nomem(r->err);
    return copy;
}

/* `begin` has milliseconds; `begin_us` adds the 0 to 999 microseconds that it leaves out. */
static int read_time(struct reading *r, const char *key, const char *fine_key, int64_t *out_us)
{
    const char *text = text_field(r, key);
    json_t *fine = json_object_get(r->object, fine_key);
    json_int_t us = json_integer_value(fine);

    if (!text)
        return r->err->code ? -r->err->code : 0;
    if (utc_parse(text, out_us) < 0)
        return error_set(r->err, E_FORMAT,
                         "\"%s\" is not a UTC time like "
                         "2026-11-21T00:33:32.723Z",
                         key);
    if (fine && (!json_is_integer(fine) || us < 0 || us > 999))
        return error_set(r->err, E_FORMAT, "\"%s\" is not a number from 0 to 999", fine_key);
    *out_us += us;
    return 1;
}

static int read_times(struct reading *r, struct step *step)
{
    int rc = read_time(r, "begin", "begin_us", &step->begin_us);

    if (rc == 0)
        return error_set(r->err, E_FORMAT, "\"begin\" is missing");
    if (rc < 0)
        return rc;
    step->end_us = step->begin_us;
    rc = read_time(r, "end", "end_us", &step->end_us);
    if (rc < 0)
        return rc;
    if (step->end_us < step->begin_us)
        return error_set(r->err, E_FORMAT, "it ends before it begins");
    return 0;
}

static int read_headers(struct reading *r, struct step *step)
{
    json_t *list = json_object_get(r->object, "headers");
    size_t count = json_array_size(list);
    const char **headers;

    if (!list)
        return 0;
    if (!json_is_array(list))
        return error_set(r->err, E_FORMAT, "\"headers\" is not a list of \"Name: value\"");
    headers = arena_alloc(r->arena, (count + 1) * sizeof(*headers));
    if (!headers)
        return error_nomem(r->err);
    for (size_t i = 0; i < count; i++) {
        json_t *item = json_array_get(list, i);

        if (!json_is_string(item) || strpbrk(json_string_value(item), "\r\n"))
            return error_set(r->err, E_FORMAT, "\"headers\" is not a list of \"Name: value\"");
        headers[i] = arena_copy(r->arena, json_string_value(item), json_string_length(item));
        if (!headers[i])
            return error_nomem(r->err);
    }
    step->headers = headers;
    return 0;
}

/* Something that stands in the file only as true; false says the same as nothing. */
static int read_flag(struct reading *r, const char *key, bool *out)
{
    json_t *value = json_object_get(r->object, key);

    if (value && !json_is_boolean(value))
        return error_set(r->err, E_FORMAT, "\"%s\" is neither true nor false", key);
    *out = json_is_true(value);
    return 0;
}

static int read_extracts(struct reading *r, struct step *step)
{
    json_t *list = json_object_get(r->object, "extract");
    size_t count = json_array_size(list);
    struct extraction *extracts;

    if (!list)
        return 0;
    if (!json_is_array(list) || !(step_is_request(step) || step_is_recv(step)))
        return error_set(r->err, E_FORMAT,
                         "\"extract\" is not a list, or stands where nothing comes in");
    extracts = arena_alloc(r->arena, (count + 1) * sizeof(*extracts));
    if (!extracts)
        return error_nomem(r->err);
    for (size_t i = 0; i < count; i++) {
        int rc = extraction_read(&extracts[i], json_array_get(list, i), r->arena, r->err);

        if (rc == 0 && (extracts[i].from == EXTRACT_MESSAGE) != step_is_recv(step))
            rc = error_set(r->err, E_FORMAT, "extraction of %s: a %s has no such \"from\"",
                           extracts[i].name, step_is_recv(step) ? "message" : "request");
        if (rc < 0)
            return rc;
    }
    step->extracts = extracts;
    step->extract_count = count;
    return 0;
}

/* A field that may be missing. */
static int read_optional(struct reading *r, const char *key, const char **out)
{
    *out = text_field(r, key);
    return r->err->code ? -r->err->code : 0;
}

/* One line that a person reads: no control characters, and not nothing. */
static int read_mark(struct reading *r, struct step *step)
{
    int rc = read_optional(r, "mark", &step->mark);

    if (rc < 0 || !step->mark)
        return rc;
    for (const char *c = step->mark; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return error_set(r->err, E_FORMAT, "\"mark\" has control characters in it");
    }
    return *step->mark ? 0 : error_set(r->err, E_FORMAT, "\"mark\" is empty");
}

static int read_bytes(struct reading *r, struct step *step)
{
    json_t *bytes = json_object_get(r->object, "bytes");

    if (bytes && (!json_is_integer(bytes) || json_integer_value(bytes) < 0))
        return error_set(r->err, E_FORMAT, "\"bytes\" is not a number from 0");
    step->bytes = (uint64_t)json_integer_value(bytes);
    return 0;
}

/* A day between two requests is no poll. */
#define POLL_EVERY_MAX_MS 86400000

static int read_poll(struct reading *r, struct step *step)
{
    json_t *poll = json_object_get(r->object, "poll");
    json_t *every = json_object_get(r->object, "poll_every_ms");
    char *text;

    if (!poll)
        return every ? error_set(r->err, E_FORMAT, "\"poll_every_ms\" without \"poll\"") : 0;
    if (!condition_is_sound(poll))
        return error_set(r->err, E_FORMAT, "\"poll\" is no condition such as {\"response\":true}");
    if (!json_is_integer(every) || json_integer_value(every) < 1 ||
        json_integer_value(every) > POLL_EVERY_MAX_MS)
        return error_set(r->err, E_FORMAT, "\"poll_every_ms\" is not a number from 1 to %d",
                         POLL_EVERY_MAX_MS);
    text = json_dumps(poll, JSON_COMPACT);
    step->poll = text ? arena_copy(r->arena, text, strlen(text)) : NULL;
    step->poll_every_us = json_integer_value(every) * US_PER_MS;
    free(text);
    return step->poll ? 0 : error_nomem(r->err);
}

/* What we know of a request beyond what shinyloadtest tells. */
static int read_answer(struct reading *r, struct step *step)
{
    int rc = read_flag(r, "expand", &step->body_expand);

    if (rc == 0)
        rc = read_flag(r, "left", &step->left);
    if (rc == 0)
        rc = read_flag(r, "named", &step->named);
    if (rc == 0)
        rc = read_optional(r, "until", &step->until);
    if (rc == 0)
        rc = read_bytes(r, step);
    if (rc == 0)
        rc = read_poll(r, step);
    if (rc < 0)
        return rc;
    if (step->poll && step->left)
        return error_set(r->err, E_FORMAT, "\"poll\" with \"left\"");
    if (step->body_expand && !step->datafile)
        return error_set(r->err, E_FORMAT, "\"expand\" without a \"datafile\"");
    if (step->until && !step->left)
        return error_set(r->err, E_FORMAT, "\"until\" without \"left\"");
    if (step->until && !*step->until)
        return error_set(r->err, E_FORMAT, "\"until\" is empty");
    return 0;
}

/* Two bytes of the close frame, whatever a server puts there. */
#define CLOSE_CODE_MAX 65535

static int read_close(struct reading *r, struct step *step)
{
    json_t *code = json_object_get(r->object, "close_code");
    int rc = read_flag(r, "from_server", &step->from_server);

    if (rc == 0)
        rc = read_optional(r, "close_reason", &step->reason);
    if (rc < 0)
        return rc;
    if (code && (!json_is_integer(code) || json_integer_value(code) < 0 ||
                 json_integer_value(code) > CLOSE_CODE_MAX))
        return error_set(r->err, E_FORMAT, "\"close_code\" is not a number from 0 to %d",
                         CLOSE_CODE_MAX);
    step->code = (unsigned)json_integer_value(code);
    return 0;
}

static int read_request(struct reading *r, struct step *step)
{
    int rc;
    json_t *status = json_object_get(r->object, "status");

    step->url = text_field(r, "url");
    step->datafile = text_field(r, "datafile");
    step->method = step->type == STEP_REQ        ? text_field(r, "method")
                   : step->type == STEP_REQ_POST ? "POST"
                                                 : "GET";
    if (!step->url)
        return error_set(r->err, E_FORMAT, "\"url\" is missing");
    if (!step->method)
        return error_set(r->err, E_FORMAT, "\"method\" is missing");
    if (!json_is_integer(status))
        return error_set(r->err, E_FORMAT, "\"status\" is missing");
    step->status = (int)json_integer_value(status);
    if (step->datafile && (strchr(step->datafile, '/') || strcmp(step->datafile, "..") == 0))
        return error_set(r->err, E_FORMAT,
                         "\"datafile\" must be the name of a file beside the script");
    rc = read_answer(r, step);
    return rc == 0 ? read_headers(r, step) : rc;
}

static int read_binary(struct reading *r, struct step *step, json_t *value)
{
    struct buf bytes;
    int rc;

    buf_init(&bytes, BINARY_MAX);
    rc = base64_decode(&bytes, json_string_value(value), json_string_length(value));
    if (rc == 0) {
        step->message = arena_copy(r->arena, bytes.data, bytes.len);
        step->message_bytes = bytes.len;
        step->binary = true;
    }
    buf_release(&bytes);
    if (rc == -E_FORMAT)
        return error_set(r->err, E_FORMAT, "\"message_base64\" is not base64");
    return rc < 0 || !step->message ? error_nomem(r->err) : 0;
}

static int read_message(struct reading *r, struct step *step)
{
    json_t *binary = json_object_get(r->object, "message_base64");

    if (json_is_string(binary))
        return read_binary(r, step, binary);
    step->message = text_field(r, "message");
    if (!step->message)
        return error_set(r->err, E_FORMAT, "\"message\" is missing");
    step->message_bytes = json_string_length(json_object_get(r->object, "message"));
    return 0;
}

static int read_socket(struct reading *r, struct step *step)
{
    json_t *socket = json_object_get(r->object, "socket");

    if (socket && (!json_is_integer(socket) || json_integer_value(socket) < 0 ||
                   json_integer_value(socket) > 1000))
        return error_set(r->err, E_FORMAT, "\"socket\" is not a number from 0 to 1000");
    step->socket = (unsigned)json_integer_value(socket);
    if (step->type == STEP_WS_CLOSE)
        return read_close(r, step);
    if (step->type != STEP_WS_OPEN)
        return read_message(r, step);
    step->url = text_field(r, "url");
    if (!step->url)
        return error_set(r->err, E_FORMAT, "\"url\" is missing");
    return read_headers(r, step);
}

static int read_type(struct reading *r, struct step *step)
{
    const char *name = text_field(r, "type");
    int type;

    if (!name)
        return error_set(r->err, E_FORMAT, "\"type\" is missing");
    type = step_type_find(name);
    if (type < 0)
        return error_set(r->err, E_FORMAT,
                         "unknown step type '%.40s'; docs/script-format.md lists the known ones",
                         name);
    step->type = (enum step_type)type;
    return 0;
}

static int read_fields(struct reading *r, struct step *step)
{
    int rc = read_type(r, step);

    if (rc == 0)
        rc = read_times(r, step);
    if (rc == 0)
        rc = step_is_request(step) ? read_request(r, step) : read_socket(r, step);
    if (rc == 0)
        rc = read_extracts(r, step);
    if (rc == 0)
        rc = read_mark(r, step);
    return rc == 0 && r->err->code ? -r->err->code : rc;
}

int step_parse(struct step *step, struct arena *arena, const char *line, size_t len,
               struct error *err)
{
    json_error_t why;
    struct reading r = {arena, json_loadb(line, len, JSON_ALLOW_NUL, &why), err};
    int rc;

    *step = (struct step){0};
    if (!json_is_object(r.object)) {
        json_decref(r.object);
        return error_set(err, E_FORMAT, "not a JSON object: %s",
                         r.object ? "it is something else" : why.text);
    }
    rc = read_fields(&r, step);
    json_decref(r.object);
    return rc;
}
