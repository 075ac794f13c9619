/* Codecs: bytes as they come, whole and torn, to documents and back. */
#include "tests/core/testing.h"

#include "core/codec.h"
#include "core/msgpack.h"

#define OUT_MAX ((size_t)1 << 24)

/* Bytes with their zeros. */
#define BYTES(text) (text), sizeof(text) - 1

/* Documents as compact JSON, " | " between them, "#" and the channel in front. */
static int tell(void *user, json_t *json, const char *channel)
{
    struct buf *out = user;
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

    buf_addf(out, "%s%s%s%s%s", out->len ? " | " : "", *channel ? "#" : "", channel,
             *channel ? " " : "", text ? text : "unread");
    free(text);
    return 0;
}

static const char *decode(const char *codec, const char *data, size_t len, bool binary,
                          bool from_client, const char *inner, struct buf *out)
{
    const struct codec_sink sink = {tell, out};
    char *copy = malloc(len ? len : 1); /* no terminator: none is promised */
    struct codec_frame frame = {
        .data = copy, .len = len, .binary = binary, .from_client = from_client};

    memcpy(copy, data, len);
    frame.inner = inner ? json_loads(inner, 0, NULL) : NULL;
    assert_int_equal(codec_find(codec)->decode(&frame, NULL, &sink), 0);
    json_decref(frame.inner);
    free(copy);
    return out->data ? out->data : "";
}

/* --- text --- */

static const struct {
    const char *name;
    const char *codec;
    bool from_client;
    const char *text;
    const char *want;
} texts[] = {
    {"an object", "json", false, "{\"a\":1}", "{\"a\":1}"},
    {"a number", "json", false, "7", "7"},
    {"no JSON", "json", false, "hello", "unread"},
    {"nothing", "json", false, "", "unread"},
    {"words", "text", false, "hello", "\"hello\""},
    {"no words", "text", false, "", "\"\""},
    {"words that look like bytes", "text", false, "base64:", "\"base64:YmFzZTY0Og==\""},
    {"no UTF-8", "text", false, "\xff", "\"base64:/w==\""},
    {"one record", "signalr", false, "{\"type\":6}\x1e", "{\"type\":6}"},
    {"two records", "signalr", false, "{}\x1e{\"type\":1}\x1e", "{} | {\"type\":1}"},
    {"a record that is not ended", "signalr", false, "{}\x1e{\"ty", "{} | unread"},
    {"no record", "signalr", false, "", ""},
    {"hubs shake hands", "blazorpack", false, "{}\x1e", "{}"},
    {"open", "sockjs", false, "o", "{\"@sockjs\":\"open\"}"},
    {"heartbeat", "sockjs", false, "h", ""},
    {"a message", "sockjs", false, "a[\"1F#0|m|{\\\"a\\\":1}\"]", "{\"a\":1}"},
    {"two messages", "sockjs", false, "a[\"1#0|m|{}\",\"2#0|m|[]\"]", "{} | []"},
    {"two digits of channel", "sockjs", false, "a[\"1#12|m|{}\"]", "#12 {}"},
    {"channel 00", "sockjs", false, "a[\"1#00|m|{}\"]", "#00 {}"},
    {"no number", "sockjs", false, "a[\"0|m|{}\"]", "{}"},
    {"a number too long for one", "sockjs", false, "a[\"11111111111111111111#0|m|{}\"]", "{}"},
    {"ACK", "sockjs", false, "a[\"ACK 5\"]", ""},
    {"a channel opens", "sockjs", true, "[\"2#1|o|app/s=1\"]", "#1 {\"@sockjs\":\"open\"}"},
    {"the browser's message", "sockjs", true, "[\"2#0|m|{\\\"method\\\":\\\"init\\\"}\"]",
     "{\"method\":\"init\"}"},
    {"the browser's ACK", "sockjs", true, "[\"ACK 12\"]", "{\"@sockjs\":\"ack\"}"},
    {"the browser's CONTINUE", "sockjs", true, "[\"CONTINUE 6\"]", "{\"@sockjs\":\"ack\"}"},
    {"the browser closes", "sockjs", true,
     "[\"2#0|c|{\\\"code\\\":1000,\\\"reason\\\":\\\"\\\"}\"]",
     "{\"@sockjs\":\"close\",\"code\":1000,\"reason\":\"\"}"},
    {"closed", "sockjs", false, "c[3000,\"no heartbeat\"]",
     "{\"@sockjs\":\"close\",\"code\":3000,\"reason\":\"no heartbeat\"}"},
    {"an object where a list belongs", "sockjs", false, "a{}", "unread"},
    {"U+2028, quotes and an astral character", "sockjs", false,
     "a[\"2#0|m|{\\\"p\\\":\\\"\xE2\x80\xA8\\\\\\\"\xF0\x9F\x90\x8B\\\"}\"]",
     "{\"p\":\"\xE2\x80\xA8\\\"\xF0\x9F\x90\x8B\"}"},
    {"an escaped astral character", "sockjs", false,
     "a[\"2#0|m|{\\\"p\\\":\\\"\\\\ud83d\\\\udc0b\\\"}\"]", "{\"p\":\"\xF0\x9F\x90\x8B\"}"},
    {"a zero byte", "sockjs", false, "a[\"2#0|m|{\\\"p\\\":\\\"x\\\\u0000y\\\"}\"]",
     "{\"p\":\"x\\u0000y\"}"},
    {"a zero byte in the envelope", "sockjs", false, "a[\"2#0\\u0000|m|{}\"]", ""},
    {"a message by itself", "bokeh", false, "{\"header\":{\"msgtype\":\"OK\"},\"content\":{}}",
     "{\"header\":{\"msgtype\":\"OK\"},\"content\":{}}"},
    {"a frame that begins one", "bokeh", false, "{\"msgtype\":\"OK\",\"msgid\":\"1\"}", ""},
    {"the browser's header", "bokeh", true, "{\"msgtype\":\"PATCH-DOC\"}",
     "{\"msgtype\":\"PATCH-DOC\"}"},
};

static void test_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct buf out;
        const char *got;

        buf_init(&out, OUT_MAX);
        got = decode(texts[i].codec, texts[i].text, strlen(texts[i].text), false,
                     texts[i].from_client, NULL, &out);
        if (strcmp(got, texts[i].want) != 0)
            fail_msg("%s, %s: %s", texts[i].codec, texts[i].name, got);
        buf_release(&out);
    }
}

static void test_huge_and_deep(void **state)
{
    struct buf text;
    struct buf out;

    (void)state;
    buf_init(&text, OUT_MAX);
    buf_init(&out, OUT_MAX);
    for (int i = 0; i < 100000; i++)
        buf_addc(&text, '[');
    assert_string_equal(decode("json", text.data, text.len, false, false, NULL, &out), "unread");
    buf_clear(&out);
    assert_string_equal(decode("sockjs", text.data, text.len, false, true, NULL, &out), "unread");
    buf_clear(&out);
    buf_clear(&text);
    buf_addc(&text, '"');
    for (int i = 0; i < 5000000; i++)
        buf_addc(&text, 'x');
    buf_addc(&text, '"');
    assert_int_equal(strlen(decode("json", text.data, text.len, false, false, NULL, &out)),
                     text.len);
    buf_release(&text);
    buf_release(&out);
}

/* --- protobuf and MessagePack --- */

static const struct {
    const char *name;
    const char *codec;
    const char *data;
    size_t len;
    const char *want;
    const char *inner;
} binaries[] = {
    {"nothing", "protobuf", BYTES(""), "{}", NULL},
    {"a varint", "protobuf", BYTES("\x08\x96\x01"), "{\"1\":150}", NULL},
    {"the largest varint", "protobuf", BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
     "{\"1\":-1}", NULL},
    {"a varint of 11 bytes", "protobuf", BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
     "unread", NULL},
    {"a varint too large", "protobuf", BYTES("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
     "unread", NULL},
    {"a text", "protobuf", BYTES("\x12\x07testing"), "{\"2\":\"testing\"}", NULL},
    {"a message", "protobuf", BYTES("\x1a\x03\x08\x96\x01"), "{\"3\":{\"1\":150}}", NULL},
    {"a text that could be a message", "protobuf", BYTES("\x12\x02hi"), "{\"2\":\"hi\"}", NULL},
    {"a message that could be a text", "protobuf", BYTES("\x12\x02hi"), "{\"2\":{\"13\":105}}",
     "{\"2\":true}"},
    {"a text where a message was looked for", "protobuf", BYTES("\x12\x03war"), "{\"2\":\"war\"}",
     "{\"2\":true}"},
    {"two levels of message", "protobuf", BYTES("\x22\x06\x32\x04*\x02hi"),
     "{\"4\":{\"6\":{\"5\":\"hi\"}}}", "{\"4\":true,\"4.6\":true}"},
    {"bytes", "protobuf", BYTES("\x12\x02\xff\xfe"), "{\"2\":\"base64://4=\"}", NULL},
    {"no bytes", "protobuf", BYTES("\x12\x00"), "{\"2\":\"\"}", NULL},
    {"a list", "protobuf", BYTES("\x08\x01\x08\x02\x08\x03"), "{\"1\":[1,2,3]}", NULL},
    {"a double", "protobuf", BYTES("\x09\x00\x00\x00\x00\x00\x00\xf8\x3f"), "{\"1\":1.5}", NULL},
    {"a float", "protobuf", BYTES("\x0d\x00\x00\xc0\x3f"), "{\"1\":1.5}", NULL},
    {"no number", "protobuf", BYTES("\x0d\x00\x00\xc0\x7f"), "{\"1\":2143289344}", NULL},
    {"a length beyond the end", "protobuf", BYTES("\x12\x08testing"), "unread", NULL},
    {"a length beyond everything", "protobuf",
     BYTES("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01testing"), "unread", NULL},
    {"field 0", "protobuf", BYTES("\x00\x01"), "unread", NULL},
    {"a group", "protobuf", BYTES("\x0b\x0c"), "unread", NULL},
    {"a tag without a value", "protobuf", BYTES("\x08"), "unread", NULL},
    {"words", "protobuf", BYTES("hello"), "unread", NULL},
    /* each behind its length */
    {"no record", "blazorpack", BYTES(""), "", NULL},
    {"an empty record", "blazorpack", BYTES("\x00"), "unread", NULL},
    {"small numbers", "blazorpack", BYTES("\x04\x93\x00\x7f\xff"), "[0,127,-1]", NULL},
    {"numbers", "blazorpack", BYTES("\x0b\x94\xcc\xff\xcd\x01\x00\xd0\x80\xd1\xff\x00"),
     "[255,256,-128,-256]", NULL},
    {"large numbers", "blazorpack",
     BYTES("\x13\x92\xcf\x00\x00\x00\x01\x00\x00\x00\x00\xd3\xff\xff\xff\xff\x00\x00\x00\x00"),
     "[4294967296,-4294967296]", NULL},
    {"words of all lengths", "blazorpack", BYTES("\x0c\x93\xa1x\xd9\x02yz\xda\x00\x02hi"),
     "[\"x\",\"yz\",\"hi\"]", NULL},
    {"nothing, no and yes", "blazorpack", BYTES("\x04\x93\xc0\xc2\xc3"), "[null,false,true]", NULL},
    {"a map", "blazorpack",
     BYTES("\x06\x82\xa1"
           "a\x01\x02\x03"),
     "{\"a\":1,\"2\":3}", NULL},
    {"bytes in a record", "blazorpack", BYTES("\x04\xc4\x02\xff\x00"), "\"base64:/wA=\"", NULL},
    {"an extension", "blazorpack", BYTES("\x03\xd4\x05\x01"),
     "{\"ext\":5,\"data\":\"base64:AQ==\"}", NULL},
    {"a float in a record", "blazorpack", BYTES("\x05\xca\x3f\xc0\x00\x00"), "1.5", NULL},
    {"no number in a record", "blazorpack", BYTES("\x05\xca\x7f\xc0\x00\x00"), "null", NULL},
    {"a binary handshake", "blazorpack", BYTES("{}\x1e"), "{}", NULL},
    {"a binary handshake that fails", "blazorpack", BYTES("{\"error\":\"no\"}\x1e"),
     "{\"error\":\"no\"}", NULL},
    {"two records in one frame", "blazorpack", BYTES("\x01\x01\x01\x02"), "1 | 2", NULL},
    {"a ping", "blazorpack", BYTES("\x02\x91\x06"), "[6]", NULL},
    {"more in a record than its value", "blazorpack", BYTES("\x02\x01\x02"), "unread", NULL},
    {"a record beyond the end", "blazorpack", BYTES("\x05\x01"), "unread", NULL},
    {"a length that never ends", "blazorpack", BYTES("\xff\xff\xff\xff\xff\xff"), "unread", NULL},
    {"a list that lies", "blazorpack", BYTES("\x05\xdd\xff\xff\xff\xff"), "unread", NULL},
    {"a map that lies", "blazorpack", BYTES("\x06\xdf\xff\xff\xff\xff\x01"), "unread", NULL},
    {"a type that is none", "blazorpack", BYTES("\x01\xc1"), "unread", NULL},
};

static void test_binaries(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(binaries); i++) {
        struct buf out;
        const char *got;

        buf_init(&out, OUT_MAX);
        got = decode(binaries[i].codec, binaries[i].data, binaries[i].len, true, false,
                     binaries[i].inner, &out);
        if (strcmp(got, binaries[i].want) != 0)
            fail_msg("%s, %s: %s", binaries[i].codec, binaries[i].name, got);
        buf_release(&out);
    }
}

/* A frame that ends anywhere is read without a look beyond (the sanitizer watches), and whatever
 * comes out of it. */
static void test_torn_everywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(binaries); i++) {
        for (size_t len = 0; len < binaries[i].len; len++) {
            struct buf out;

            buf_init(&out, OUT_MAX);
            decode(binaries[i].codec, binaries[i].data, len, true, false, NULL, &out);
            buf_release(&out);
        }
    }
    for (size_t i = 0; i < COUNT(texts); i++) {
        for (size_t len = 0; len < strlen(texts[i].text); len++) {
            struct buf out;

            buf_init(&out, OUT_MAX);
            decode(texts[i].codec, texts[i].text, len, false, texts[i].from_client, NULL, &out);
            buf_release(&out);
        }
    }
}

static void test_depth_is_bounded(void **state)
{
    struct buf deep;
    struct buf out;
    json_t *json;
    size_t at = 0;

    (void)state;
    buf_init(&deep, OUT_MAX);
    buf_init(&out, OUT_MAX);
    for (int i = 0; i < 1000000; i++)
        buf_addc(&deep, '\x91');
    buf_addc(&deep, '\x01');
    assert_null(msgpack_read(deep.data, deep.len, &at));
    json = json_integer(1);
    for (int i = 0; i < 70; i++)
        json = json_pack("[o]", json);
    assert_int_equal(msgpack_write(json, &out), -E_FORMAT);
    json_decref(json);
    buf_release(&deep);
    buf_release(&out);
}

/* --- the way back --- */

static const struct {
    const char *name;
    const char *codec;
    const char *json;
    const char *data;
    size_t len;
    bool binary;
} encodings[] = {
    {"JSON", "json", "{\"a\":[1,null]}", BYTES("{\"a\":[1,null]}"), false},
    {"a text", "text", "\"hi\"", BYTES("hi"), false},
    {"a record", "signalr", "{\"type\":6}", BYTES("{\"type\":6}\x1e"), false},
    {"fields", "protobuf", "{\"1\":150,\"2\":\"hi\",\"3\":{\"1\":1},\"4\":[1,2],\"5\":true}",
     BYTES("\x08\x96\x01\x12\x02hi\x1a\x02\x08\x01\x20\x01\x20\x02\x28\x01"), true},
    {"bytes of a field", "protobuf", "{\"1\":\"base64:/wA=\"}", BYTES("\x0a\x02\xff\x00"), true},
    {"a double", "protobuf", "{\"1\":1.5}", BYTES("\x09\x00\x00\x00\x00\x00\x00\xf8\x3f"), true},
    {"a Blazor acknowledgement", "blazorpack", "[1,{},null,\"OnRenderCompleted\",[2,null]]",
     BYTES("\x19\x95\x01\x80\xc0\xb1OnRenderCompleted\x92\x02\xc0"), true},
    {"numbers in their least form", "blazorpack", "[127,128,256,65536,-32,-33]",
     BYTES("\x0f\x96\x7f\xcc\x80\xcd\x01\x00\xce\x00\x01\x00\x00\xe0\xd0\xdf"), true},
};

static void test_encoding(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(encodings); i++) {
        json_t *json = json_loads(encodings[i].json, JSON_DECODE_ANY, NULL);
        struct buf out;
        bool binary;

        buf_init(&out, OUT_MAX);
        assert_int_equal(codec_find(encodings[i].codec)->encode(json, &out, &binary), 0);
        if (out.len != encodings[i].len || memcmp(out.data, encodings[i].data, out.len) != 0 ||
            binary != encodings[i].binary)
            fail_msg("%s, %s: %zu bytes", encodings[i].codec, encodings[i].name, out.len);
        json_decref(json);
        buf_release(&out);
    }
}

static void test_what_has_no_such_form(void **state)
{
    static const struct {
        const char *codec;
        const char *json;
    } cases[] = {
        {"text", "{}"},
        {"protobuf", "[]"},
        {"protobuf", "{\"a\":1}"},
        {"protobuf", "{\"0\":1}"},
        {"protobuf", "{\"-1\":1}"},
        {"protobuf", "{\"536870912\":1}"},
        {"protobuf", "{\"1\":[[1]]}"},
        {"protobuf", "{\"1\":{\"x\":1}}"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        json_t *json = json_loads(cases[i].json, 0, NULL);
        struct buf out;
        bool binary;

        buf_init(&out, OUT_MAX);
        if (codec_find(cases[i].codec)->encode(json, &out, &binary) != -E_FORMAT)
            fail_msg("%s: %s", cases[i].codec, cases[i].json);
        json_decref(json);
        buf_release(&out);
    }
}

/* What is no message at any of 40 levels is looked into once a level, not 2^40 times. */
static bool count_changes(void *user, const char *data, size_t len)
{
    unsigned *asked = user;

    (void)data;
    (void)len;
    if (++*asked > 1000)
        fail_msg("the same bytes are walked again and again");
    return true;
}

static int tell_nobody(void *user, json_t *json, const char *channel)
{
    (void)user;
    (void)channel;
    assert_non_null(json);
    return 0;
}

static void test_no_level_is_walked_twice(void **state)
{
    enum { LEVELS = 40 };
    char data[3 * LEVELS];
    unsigned asked = 0;
    const struct codec_sink sink = {tell_nobody, NULL};
    const struct codec_frame frame = {.data = data,
                                      .len = sizeof(data) - 1,
                                      .binary = true,
                                      .is_changed = count_changes,
                                      .user = &asked};

    (void)state;
    for (int i = 0; i < LEVELS; i++) {
        data[2 * i] = '\x12';
        data[2 * i + 1] = (char)(sizeof(data) - 1 - 3 * (size_t)i - 2);
    }
    memset(data + 2 * LEVELS, '\xff', LEVELS); /* behind each inner message one byte too many */
    assert_int_equal(codec_find("protobuf")->decode(&frame, NULL, &sink), 0);
    assert_in_range(asked, LEVELS - 1, LEVELS + 1);
}

/* Every codec is in the sentence that lists them, and found by that name. */
static void test_names(void **state)
{
    char names[200];
    size_t count = 0;

    (void)state;
    snprintf(names, sizeof(names), "%s", codec_names());
    for (char *name = strtok(names, ", "); name; name = strtok(NULL, ", "), count++)
        assert_string_equal(codec_find(name)->name, name);
    assert_int_equal(count, 7);
    assert_null(codec_find("xml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_huge_and_deep),
        cmocka_unit_test(test_binaries),
        cmocka_unit_test(test_torn_everywhere),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_encoding),
        cmocka_unit_test(test_what_has_no_such_form),
        cmocka_unit_test(test_no_level_is_walked_twice),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
