/* The engine with one codec (-DCODEC=), over one WebSocket: frames come, split where the input says
 * so; each part once, nothing told of a frame that says nothing, duties that end, and what the
 * codec writes of a document it reads as the same bytes again. */
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "core/codec.h"
#include "core/dialect.h"
#include "fuzz.h"

#if defined(CODEC_HAS_DUTIES)
#define DUTIES "{\"builtin\":\"" CODEC "\"}"
#elif defined(CODEC_READS_ONLY)
#define DUTIES ""
#else
#define DUTIES                                                                                     \
    "{\"on\":{\"a\":true},\"after\":\"1s\",\"send\":{\"1\":[\"{a}\",\"x {keys:} {n}\"]}},"         \
    "{\"every\":\"1s\",\"rests\":true,\"send\":\"{n} ${SESSION}\"}"
#endif

/* 0xFD, 0xFE and 0xFF begin a frame: of the server, a binary one, one of the browser. */
enum { FRAME_TEXT = 0xfd, FRAME_BINARY = 0xfe, FRAME_SENT = 0xff };

static const char rules[] =
    "{\"name\":\"fuzzed\",\"codec\":\"" CODEC "\","
    "\"values\":[{\"name\":\"ID\",\"from\":\"message\",\"json\":\"a.b[0]\"},"
    "{\"name\":\"ECHO\",\"kind\":\"echo\",\"pattern\":\"p[0-9]+\"},"
    "{\"name\":\"CUT\",\"from\":\"message\",\"before\":\"x\",\"after\":\"y\"}],"
    "\"messages\":[{\"if\":{\"[0]\":0},\"is\":\"noise\"},{\"if\":{\"bye\":true},\"is\":\"gone\","
    "\"reason\":\"{bye}\"},{\"if\":{\"1.2\":true},\"parts\":[\"{1.2}\",\"{keys:1}\"]},"
    "{\"if\":{\"4.6.1\":\"*\"},\"is\":\"init\"}],"
    "\"sends\":[{\"if\":{\"a\":1},\"is\":\"noise\"},{\"if\":{\"a\":true},\"label\":\"Set "
    "{keys:}\"}],"
    "\"labels\":[{\"label\":[\"{each:v.id}\",\"{parts:key }\"]}],"
    "\"duties\":[" DUTIES "]}";

static const struct dialect *fuzzed(void)
{
    char path[] = "/tmp/codec-fuzz-XXXXXX";
    struct error err = ERROR_NONE;
    FILE *f;

    if (dialect_find("fuzzed"))
        return dialect_find("fuzzed");
    f = fdopen(mkstemp(path), "w");
    fputs(rules, f);
    fclose(f);
    PROMISE(dialects_init(&err) == 0);
    if (dialects_add(path, &err) < 0)
        fprintf(stderr, "%s\n", err.text);
    unlink(path);
    PROMISE(err.code == 0);
    return dialect_find("fuzzed");
}

static void check_message(const struct message *m)
{
    PROMISE(m->kind <= MESSAGE_GONE);
    PROMISE((m->kind == MESSAGE_GONE) == (m->reason != NULL));
    PROMISE(m->kind != MESSAGE_DATA || m->part_count > 0);
    for (size_t i = 0; i < m->part_count; i++) {
        for (size_t k = 0; k < i; k++)
            PROMISE(strcmp(m->parts[i], m->parts[k]) != 0);
    }
}

/* What is taken out of a frame can be put in again. */
static void check_held(const struct dialect *d, struct values *values, const char *data, size_t len,
                       bool binary)
{
    struct buf held;
    struct buf back;

    buf_init(&held, 1u << 30);
    buf_init(&back, 1u << 30);
    PROMISE(dialect_templatize(d, values, data, len, binary, &held) == 0);
    PROMISE(dialect_expand(d, values, held.data ? held.data : "", held.len, binary, &back) == 0);
    if (binary && held.len && (held.len != len || memcmp(held.data, data, len) != 0))
        PROMISE(back.len == len && memcmp(back.data, data, len) == 0);
    buf_release(&held);
    buf_release(&back);
}

static int encode_again(void *user, json_t *json, const char *channel);

/* What a codec wrote, it reads and writes again just so. */
struct again {
    struct buf bytes; /* as written first; NULL: this is the first time */
    bool second;
};

static void read_again(const struct codec *codec, const struct buf *bytes, bool binary)
{
    struct again second = {.second = true};
    const struct codec_sink sink = {encode_again, &second};
    const struct codec_frame frame = {
        .data = bytes->data ? bytes->data : "", .len = bytes->len, .binary = binary};

    buf_init(&second.bytes, 1u << 30);
    PROMISE(codec->decode(&frame, NULL, &sink) == 0);
    PROMISE(second.bytes.len == bytes->len);
    PROMISE(!bytes->len || memcmp(second.bytes.data, bytes->data, bytes->len) == 0);
    buf_release(&second.bytes);
}

static int encode_again(void *user, json_t *json, const char *channel)
{
    const struct codec *codec = codec_find(CODEC);
    struct again *again = user;
    bool binary;

    (void)channel;
    if (!json || !codec->encode)
        return 0;
    if (!again->second)
        buf_init(&again->bytes, 1u << 30);
    if (codec->encode(json, &again->bytes, &binary) == 0 && !again->second)
        read_again(codec, &again->bytes, binary);
    if (!again->second)
        buf_release(&again->bytes);
    return 0;
}

static void check_codec(const struct dialect *d, const char *data, size_t len, bool binary)
{
    const struct codec *codec = codec_find(CODEC);
    struct again first = {.second = false};
    const struct codec_sink sink = {encode_again, &first};
    const struct codec_frame frame = {.data = data, .len = len, .binary = binary};

    (void)d;
    if (binary ? codec->binary : codec->text)
        PROMISE(codec->decode(&frame, NULL, &sink) == 0);
}

static void read_frame(struct conversation *c, const char *data, size_t len, bool binary,
                       int64_t now_us)
{
    struct message m = {0};
    struct message alone = {0};

    PROMISE(conversation_read(c, data, len, binary, now_us, &m) == 0);
    check_message(&m);
    PROMISE(dialect_read(c->dialect, &alone, data, len, binary) == 0);
    check_message(&alone);
    message_release(&alone);
    if (m.text) { /* as a script holds it, it is the same */
        PROMISE(dialect_read(c->dialect, &alone, m.text, strlen(m.text), false) == 0);
        PROMISE(alone.kind == m.kind && alone.part_count == m.part_count);
        message_release(&alone);
    }
    message_release(&m);
    check_codec(c->dialect, data, len, binary);
}

static void take_duties(struct conversation *c, int64_t now_us, struct values *values)
{
    int rc = 1;

    for (int n = 0; rc > 0; n++) {
        struct duty duty = {0};

        PROMISE(n < 20000);
        buf_init(&duty.data, 1u << 30);
        rc = conversation_duty(c, now_us, values, &duty);
        PROMISE(rc >= 0);
        buf_release(&duty.data);
    }
    PROMISE(conversation_due_us(c) > now_us);
}

static void label(const struct dialect *d, enum step_type type, const char *text, size_t len,
                  bool binary)
{
    struct step step = {.type = type, .message = text, .message_bytes = len, .binary = binary};
    struct buf out;

    buf_init(&out, 2000);
    PROMISE(dialect_label(d, &step, &out) == 0);
    PROMISE(out.len > 0);
    buf_release(&out);
}

static void take_frame(struct conversation *c, int kind, const char *data, size_t len,
                       int64_t now_us, struct values *values)
{
    bool binary = kind == FRAME_BINARY;
    char *copy = malloc(len ? len : 1); /* nothing stands behind it */

    memcpy(copy, data, len);
    if (kind == FRAME_SENT) {
        conversation_sent(c, copy, len, codec_find(CODEC)->binary, now_us);
        dialect_send_is_noise(c->dialect, copy, len, codec_find(CODEC)->binary);
        check_held(c->dialect, values, copy, len, codec_find(CODEC)->binary);
        label(c->dialect, STEP_WS_SEND, copy, len, codec_find(CODEC)->binary);
    } else {
        read_frame(c, copy, len, binary, now_us);
        label(c->dialect, STEP_WS_RECV, copy, len, binary);
    }
    take_duties(c, now_us + 100, values);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct values values = {0};
    struct conversation c;
    int64_t now_us = 1;
    int kind = codec_find(CODEC)->binary ? FRAME_BINARY : FRAME_TEXT;
    size_t from = 0;

    values_set(&values, "SESSION", "s3ss10n");
    conversation_init(&c, fuzzed());
    for (size_t i = 0; i <= len; i++) {
        if (i < len && data[i] < FRAME_TEXT)
            continue;
        take_frame(&c, kind, (const char *)data + from, i - from, now_us, &values);
        now_us += 700000;
        if (i < len)
            kind = data[i];
        from = i + 1;
    }
    conversation_release(&c);
    values_release(&values);
    return 0;
}
