#include "tests/core/testing.h"

#include "core/secrets.h"

static const struct {
    const char *field;
    const char *want; /* NULL: no secret */
} fields[] = {
    {"password", "APP_PASSWORD"},
    {"Password", "APP_PASSWORD"},
    {"passwd", "APP_PASSWORD"},
    {"pwd", "APP_PASSWORD"},
    {"pass", "APP_PASSWORD"},
    {"j_password", "APP_PASSWORD"},
    {"txtPassword", "APP_PASSWORD"},
    {"userpassword", "APP_PASSWORD"},
    {"user[password]", "APP_PASSWORD"},
    {"user[password][]", "APP_PASSWORD"},
    {"ctl00$Main$Password", "APP_PASSWORD"},
    {"pass:shiny.password", "APP_PASSWORD"},
    {"password1", "APP_PASSWORD"},
    {"new_password", "APP_NEW_PASSWORD"},
    {"newPassword2", "APP_NEW_PASSWORD"},
    {"old-password", "APP_PASSWORD"},
    {"passphrase", "APP_PASSWORD"},
    {"secret", "APP_SECRET"},
    {"client_secret", "APP_CLIENT_SECRET"},
    {"clientSecret", "APP_CLIENT_SECRET"},
    {"secret_key", "APP_SECRET"},
    {"api_key", "APP_API_KEY"},
    {"apikey", "APP_API_KEY"},
    {"APIKey", "APP_API_KEY"},
    {"X-Api-Key", "APP_API_KEY"},
    {"Ocp-Apim-Subscription-Key", "APP_API_KEY"},
    {"access_key", "APP_ACCESS_KEY"},
    {"token", "APP_TOKEN"},
    {"access_token", "APP_TOKEN"},
    {"accessToken", "APP_TOKEN"},
    {"X-Auth-Token", "APP_TOKEN"},
    {"refresh_token", "APP_REFRESH_TOKEN"},
    {"api_token", "APP_API_TOKEN"},
    {"Authorization", "APP_TOKEN"},
    {"otp", "APP_OTP"},
    {"totp", "APP_OTP"},
    {"verification_code", "APP_OTP"},
    {"mfaCode", "APP_OTP"},
    {"pin", "APP_PIN"},
    {"user_pin", "APP_PIN"},
    /* what the server issues with its pages */
    {"csrf_token", NULL},
    {"csrfmiddlewaretoken", NULL},
    {"authenticity_token", NULL},
    {"__RequestVerificationToken", NULL},
    {"X-CSRF-Token", NULL},
    {"X-XSRF-TOKEN", NULL},
    {"csrfToken", NULL},
    {"session_token", NULL},
    {"sessionToken", NULL},
    {"next_page_token", NULL},
    {"state", NULL},
    {"nonce", NULL},
    /* what talks about a credential, or only sounds like one */
    {"password_hint", NULL},
    {"forgot_password", NULL},
    {"showPassword", NULL},
    {"token_type", NULL},
    {"token_endpoint", NULL},
    {"passengers", NULL},
    {"compass", NULL},
    {"bypass", NULL},
    {"pinned", NULL},
    {"spin", NULL},
    {"key", NULL},
    {"keyboard", NULL},
    {"secretary", NULL},
    {"Sec-WebSocket-Key", NULL},
    {"Idempotency-Key", NULL},
    {"code", NULL},
    {"username", NULL},
    {"", NULL},
    {"[]", NULL},
    {"]]]][[[[", NULL},
    {"\xC3\xA9t\xC3\xA9", NULL},
};

static void test_field_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(fields); i++) {
        char name[SECRET_NAME_MAX] = "";
        bool is = field_is_secret(fields[i].field, strlen(fields[i].field), name);

        if (is != (fields[i].want != NULL) || (is && strcmp(name, fields[i].want) != 0))
            fail_msg("%s: '%s'", fields[i].field, name);
    }
}

static void test_user_ranks(void **state)
{
    static const char *const falling[] = {"username", "user", "email", "login", "account", "next"};

    (void)state;
    for (size_t i = 0; i + 1 < COUNT(falling); i++)
        assert_true(field_user_rank(falling[i], strlen(falling[i])) >
                    field_user_rank(falling[i + 1], strlen(falling[i + 1])));
    assert_int_equal(field_user_rank("user[email]", 11), field_user_rank("email", 5));
    assert_int_equal(field_user_rank("userName", 8), field_user_rank("username", 8));
    assert_int_equal(field_user_rank("remember_user", 13), 0);
}

static void give(struct secrets *s)
{
    assert_int_equal(secrets_set(s, "APP_PASSWORD", "p&ss/w\"rd+ 1"), 0);
    assert_int_equal(secrets_set(s, "APP_API_KEY", "k3y-0123456789"), 0);
    assert_int_equal(secrets_set(s, "LONG_KEY", "k3y-0123456789-and-more"), 0);
    assert_int_equal(secrets_set(s, "PIN", "42"), 0);
}

static const struct {
    const char *name;
    enum coding context;
    const char *text;
    const char *want; /* NULL: as it is */
} masks[] = {
    {"nothing", CODING_NONE, "", NULL},
    {"plain text", CODING_NONE, "a text without any", NULL},
    {"as it is", CODING_NONE, "say p&ss/w\"rd+ 1!", "say ${env:APP_PASSWORD}!"},
    {"percent-encoded", CODING_NONE, "p=p%26ss%2Fw%22rd%2B%201&x", "p=${env:APP_PASSWORD|url}&x"},
    {"in lower case", CODING_NONE, "p=p%26ss%2fw%22rd%2b%201", "p=${env:APP_PASSWORD|url}"},
    {"more than need be", CODING_NONE, "%70%26ss%2Fw%22rd%2B%201", "${env:APP_PASSWORD|url}"},
    {"in a form", CODING_NONE, "p=p%26ss%2Fw%22rd%2B+1", "p=${env:APP_PASSWORD|form}"},
    {"in JSON", CODING_NONE, "{\"p\":\"p&ss/w\\\"rd+ 1\"}", "{\"p\":\"${env:APP_PASSWORD|json}\"}"},
    {"in escaped JSON", CODING_NONE, "\"p\\u0026ss\\/w\\u0022rd+ 1\"",
     "\"${env:APP_PASSWORD|json}\""},
    {"in JSON in a string", CODING_NONE, "\\\"p&ss/w\\\\\\\"rd+ 1\\\"",
     "\\\"${env:APP_PASSWORD|json2}\\\""},
    {"in HTML", CODING_NONE, "value=\"p&amp;ss/w&quot;rd+ 1\"",
     "value=\"${env:APP_PASSWORD|html}\""},
    {"in numbered HTML", CODING_NONE, "p&#38;ss&#x2F;w&#34;rd&#43; 1", "${env:APP_PASSWORD|html}"},
    {"the whole in base64", CODING_NONE, "k=cCZzcy93InJkKyAx", "k=${env:APP_PASSWORD|base64}"},
    {"Basic authentication", CODING_NONE, "Basic Ym9iOnAmc3MvdyJyZCsgMQ==", "Basic ${BASIC_AUTH}"},
    {"in base64, elsewhere", CODING_NONE, "x Ym9iOnAmc3MvdyJyZCsgMQ== y", "x ${CODED_SECRET} y"},
    {"the longest", CODING_NONE, "k3y-0123456789-and-more", "${env:LONG_KEY}"},
    {"the shorter", CODING_NONE, "k3y-0123456789-and-mor", "${env:APP_API_KEY}-and-mor"},
    {"twice, end to end", CODING_NONE, "k3y-0123456789k3y-0123456789",
     "${env:APP_API_KEY}${env:APP_API_KEY}"},
    {"torn", CODING_NONE, "k3y-012345678", NULL},
    {"too short to be looked for", CODING_NONE, "42 of 42", NULL},
    {"in a URL: coded for other values", CODING_URL, "/a?k=k3y-0123456789",
     "/a?k=${env:APP_API_KEY|url}"},
    {"a placeholder is not looked into", CODING_NONE, "${k3y-0123456789}", NULL},
    {"an open one is", CODING_NONE, "${k3y-0123456789", "${${env:APP_API_KEY}"},
    {"masked is masked", CODING_NONE, "${env:APP_PASSWORD|url}", NULL},
    {"a percent sign and no more", CODING_NONE, "100%", NULL},
};

static void test_mask(void **state)
{
    struct secrets s = {0};
    struct makers makers = {0};

    (void)state;
    give(&s);
    for (size_t i = 0; i < COUNT(masks); i++) {
        size_t len = strlen(masks[i].text);
        char *text = malloc(len + 1); /* its own allocation, for a byte read too far */
        const char *want = masks[i].want ? masks[i].want : masks[i].text;
        struct buf out;
        int rc;

        memcpy(text, masks[i].text, len);
        text = realloc(text, len ? len : 1);
        buf_init(&out, 4096);
        rc = secrets_mask(&s, text, len, masks[i].context, &makers, &out);
        buf_adds(&out, "");
        if (rc != (masks[i].want != NULL) || strcmp(out.data, want) != 0)
            fail_msg("%s: %d '%s'", masks[i].name, rc, out.data);
        buf_release(&out);
        free(text);
    }
    assert_int_equal(makers.count, 2);
    assert_string_equal(makers_find(&makers, "BASIC_AUTH", 10)->of, "bob:${env:APP_PASSWORD}");
    assert_string_equal(makers_find(&makers, "BASIC_AUTH", 10)->coding, "base64");
    makers_release(&makers);
    secrets_release(&s);
}

/* A masked text with the secrets filled in is the text that was there. */
static void test_masked_and_back(void **state)
{
    struct secrets s = {0};
    struct makers makers = {0};

    (void)state;
    give(&s);
    for (size_t i = 0; i < COUNT(masks); i++) {
        struct values values = {.makers = &makers};
        struct buf there;
        struct buf back;

        if (strstr(masks[i].name, "more than") || strstr(masks[i].name, "lower") ||
            strstr(masks[i].name, "escaped") || strstr(masks[i].name, "numbered") ||
            strstr(masks[i].name, "masked is"))
            continue; /* says the same in other letters */
        for (size_t k = 0; k < s.count; k++) {
            char name[100];

            snprintf(name, sizeof(name), "env:%s", s.items[k].name);
            values_set(&values, name, s.items[k].value);
        }
        buf_init(&there, 4096);
        buf_init(&back, 4096);
        buf_adds(&back, "");
        secrets_mask(&s, masks[i].text, strlen(masks[i].text), masks[i].context, &makers, &there);
        assert_int_equal(values_expand(&values, there.data ? there.data : "", there.len, &back), 0);
        if (strcmp(back.data, masks[i].text) != 0)
            fail_msg("%s: '%s' from '%s'", masks[i].name, back.data, there.data);
        buf_release(&there);
        buf_release(&back);
        values_release(&values);
    }
    makers_release(&makers);
    secrets_release(&s);
}

#define FORM "application/x-www-form-urlencoded"
#define PARTS "multipart/form-data; boundary=XyZ"

static const struct {
    const char *name;
    const char *type;
    const char *body;
    const char *want; /* NULL: as it is */
} bodies[] = {
    {"a login form", FORM, "username=bob&password=s%26cret&remember=1",
     "username=${env:APP_USER|form}&password=${env:APP_PASSWORD|form}&remember=1"},
    {"csrf is a session value", FORM, "csrf_token=abcdefghij&password=s3",
     "csrf_token=abcdefghij&password=${env:APP_PASSWORD|form}"},
    {"a user alone is none", FORM, "username=bob&page=2", NULL},
    {"a short word that stands in other places too", FORM,
     "user=admin&password=admin&next=%2Fadmin%2F",
     "user=${env:APP_USER|form}&password=${env:APP_PASSWORD|form}&next=%2Fadmin%2F"},
    {"a password that stands in other places too", FORM,
     "user=letmein&password=letmein&next=%2Fletmein",
     "user=${env:APP_USER|form}&password=${env:APP_PASSWORD|form}"
     "&next=%2F${env:APP_PASSWORD|form}"},
    {"an empty password", FORM, "user=bob&password=", NULL},
    {"nested names", FORM, "user%5Bemail%5D=a%40b.c&user%5Bpassword%5D=xyz",
     "user%5Bemail%5D=${env:APP_USER|form}&user%5Bpassword%5D=${env:APP_PASSWORD|form}"},
    {"the better user name", FORM, "login=Log+in&email=a%40b.c&password=xyz",
     "login=Log+in&email=${env:APP_USER|form}&password=${env:APP_PASSWORD|form}"},
    {"the password twice", FORM, "new_password=xyzxyz&confirm_password=xyzxyz",
     "new_password=${env:APP_NEW_PASSWORD|form}&confirm_password=${env:APP_NEW_PASSWORD|form}"},
    {"a charset behind the type", FORM "; charset=UTF-8", "password=xyz",
     "password=${env:APP_PASSWORD|form}"},
    {"JSON", "application/json", "{\"email\":\"a@b.c\",\"password\":\"q\\\"q\",\"n\":1}",
     "{\"email\":\"${env:APP_USER|json}\",\"password\":\"${env:APP_PASSWORD|json}\",\"n\":1}"},
    {"nested JSON", "application/json; charset=utf-8",
     "{ \"username\" : \"x\", \"variables\" : { \"input\" : [ { \"username\" : \"bob\" , "
     "\"password\" : \"xyz\" } ] } }",
     "{ \"username\" : \"x\", \"variables\" : { \"input\" : [ { \"username\" : "
     "\"${env:APP_USER|json}\" , \"password\" : \"${env:APP_PASSWORD|json}\" } ] } }"},
    {"a number", "application/json", "{\"pin\":1234}", "{\"pin\":${env:APP_PIN}}"},
    {"no value", "application/json", "{\"password\":null,\"pin\":true,\"otp\":[\"123456\"]}", NULL},
    {"JSON that is torn", "application/json", "{\"password\":\"xyz\",\"a\":\"b",
     "{\"password\":\"${env:APP_PASSWORD|json}\",\"a\":\"b"},
    {"no JSON", "application/json", "]]}}\"\\", NULL},
    {"JSON in a string: SockJS", "application/json",
     "[\"0#0|m|{\\\"data\\\":{\\\"user\\\":\\\"bob\\\",\\\"pass:shiny.password\\\":"
     "\\\"q\\\\\\\"q\\\"}}\"]",
     "[\"0#0|m|{\\\"data\\\":{\\\"user\\\":\\\"${env:APP_USER|json2}\\\","
     "\\\"pass:shiny.password\\\":\\\"${env:APP_PASSWORD|json2}\\\"}}\"]"},
    {"a number in a string", "application/json", "{\"a\":\"{\\\"pin\\\":12}\"}",
     "{\"a\":\"{\\\"pin\\\":${env:APP_PIN}}\"}"},
    {"a torn string in a string", "application/json", "{\"a\":\"{\\\"pin\\\":\\\"1\"}", NULL},
    {"a user in a string beside a password", "application/json",
     "{\"password\":\"xyz\",\"a\":\"{\\\"user\\\":\\\"bob\\\"}\"}",
     "{\"password\":\"${env:APP_PASSWORD|json}\",\"a\":\"{\\\"user\\\":\\\"bob\\\"}\"}"},
    {"a user beside a key", "application/json", "{\"user\":\"bob\",\"api_key\":\"0123456789\"}",
     "{\"user\":\"bob\",\"api_key\":\"${env:APP_API_KEY|json}\"}"},
    {"a refresh", "application/json", "{\"refresh_token\":\"0123456789\"}",
     "{\"refresh_token\":\"${env:APP_REFRESH_TOKEN|json}\"}"},
    {"what the server issued", "application/json", "{\"token\":\"issued-by-the-server\"}", NULL},
    {"parts", PARTS,
     "--XyZ\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\nbob\r\n"
     "--XyZ\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nx&z\r\n--XyZ--\r\n",
     "--XyZ\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\n${env:APP_USER}\r\n"
     "--XyZ\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n${env:APP_PASSWORD}\r\n"
     "--XyZ--\r\n"},
    {"a file of that name", PARTS,
     "--XyZ\r\nContent-Disposition: form-data; name=\"password\"; filename=\"a\"\r\n\r\nx&z\r\n"
     "--XyZ--\r\n",
     NULL},
    {"another type", "text/plain", "password=xyz", NULL},
    {"no type", NULL, "password=xyz", NULL},
};

static bool is_issued(void *user, const char *value, size_t len)
{
    (void)user;
    return len == 20 && memcmp(value, "issued-by-the-server", 20) == 0;
}

static void test_bodies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct secrets s = {.is_issued = is_issued};
        const char *want = bodies[i].want ? bodies[i].want : bodies[i].body;
        struct buf out;
        int rc;

        buf_init(&out, 4096);
        rc = secrets_clean_body(&s, bodies[i].type, bodies[i].body, strlen(bodies[i].body), NULL,
                                &out);
        if (rc != (bodies[i].want != NULL) || strcmp(out.data, want) != 0)
            fail_msg("%s: %d '%s'", bodies[i].name, rc, out.data);
        buf_release(&out);
        secrets_release(&s);
    }
}

/* Of several of a name the last is the whole value. */
static const char *value_of(const struct secrets *s, const char *name)
{
    for (size_t i = s->count; i > 0; i--) {
        if (strcmp(s->items[i - 1].name, name) == 0)
            return s->items[i - 1].value;
    }
    return NULL;
}

/* What is learnt is what a person typed, however deep it was coded. */
static void test_what_is_learnt(void **state)
{
    static const char body[] =
        "[\"{\\\"user\\\":\\\"b\\\\\\\"b\\\",\\\"password\\\":\\\"\\\\u00e9\\\\\\\\\\\"}\"]";
    struct secrets s = {0};
    struct buf out;

    (void)state;
    buf_init(&out, 1000);
    assert_int_equal(secrets_clean_body(&s, "application/json", body, sizeof(body) - 1, NULL, &out),
                     1);
    assert_string_equal(value_of(&s, "APP_USER"), "b\"b");
    assert_string_equal(value_of(&s, "APP_PASSWORD"), "\xC3\xA9\\");
    buf_release(&out);
    secrets_release(&s);
}

static const struct {
    const char *name;
    const char *text;
    const char *want; /* NULL: as it is */
} urls[] = {
    {"no query", "/a/b", NULL},
    {"an empty one", "/a?", NULL},
    {"a key", "/a?x=1&api_key=abc%2Fdef#api_key=none",
     "/a?x=1&api_key=${env:APP_API_KEY|url}#api_key=none"},
    {"a login by GET", "/login?user=bob&password=xyz",
     "/login?user=${env:APP_USER|url}&password=${env:APP_PASSWORD|url}"},
    {"a sort key", "/a?key=name&order=up", NULL},
};

static void test_urls(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(urls); i++) {
        struct secrets s = {0};
        const char *want = urls[i].want ? urls[i].want : urls[i].text;
        struct buf out;
        int rc;

        buf_init(&out, 4096);
        rc = secrets_clean_url(&s, urls[i].text, NULL, &out);
        if (rc != (urls[i].want != NULL) || strcmp(out.data, want) != 0)
            fail_msg("%s: %d '%s'", urls[i].name, rc, out.data);
        buf_release(&out);
        secrets_release(&s);
    }
}

static const struct {
    const char *name;
    const char *text;
    const char *want;  /* NULL: as it is */
    const char *value; /* of the first secret that is learnt */
} headers[] = {
    {"an ordinary one", "Accept: text/html", NULL, NULL},
    {"basic authentication",
     "Authorization: Basic Ym9iOnh5eg==", "Authorization: Basic ${BASIC_AUTH}", "bob"},
    {"basic that is none", "Authorization: Basic !!", "Authorization: Basic ${env:APP_TOKEN}",
     "!!"},
    {"a bearer", "authorization: Bearer abc.def.ghi", "authorization: Bearer ${env:APP_TOKEN}",
     "abc.def.ghi"},
    {"no scheme", "Authorization: abcdef", "Authorization: ${env:APP_TOKEN}", "abcdef"},
    {"a bearer that the server issued", "Authorization: Bearer issued-by-the-server", NULL, NULL},
    {"a key", "X-Api-Key:abcdef", "X-Api-Key:${env:APP_API_KEY}", "abcdef"},
    {"csrf", "X-CSRF-Token: abcdef", NULL, NULL},
    {"empty", "X-Api-Key:", NULL, NULL},
    {"no header", "Authorization", NULL, NULL},
};

static void test_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(headers); i++) {
        struct secrets s = {.is_issued = is_issued};
        struct makers makers = {0};
        const char *want = headers[i].want ? headers[i].want : headers[i].text;
        struct buf out;
        int rc;

        buf_init(&out, 4096);
        rc = secrets_clean_header(&s, headers[i].text, &makers, &out);
        if (rc != (headers[i].want != NULL) || strcmp(out.data, want) != 0)
            fail_msg("%s: %d '%s'", headers[i].name, rc, out.data);
        if (headers[i].value)
            assert_string_equal(s.items[0].value, headers[i].value);
        else
            assert_int_equal(s.count, 0);
        if (makers.count)
            assert_string_equal(makers.items[0].of, "${env:APP_USER}:${env:APP_PASSWORD}");
        buf_release(&out);
        makers_release(&makers);
        secrets_release(&s);
    }
}

static const char *learn(struct secrets *s, const char *base, const char *value, bool is_user)
{
    const char *name = NULL;

    assert_int_equal(secrets_learn(s, base, value, is_user, &name), 0);
    return name;
}

static void test_names_that_are_learnt(void **state)
{
    struct secrets s = {0};

    (void)state;
    secrets_set(&s, "MY_KEY", "given-key");
    assert_string_equal(learn(&s, "APP_PASSWORD", "first", false), "APP_PASSWORD");
    assert_string_equal(learn(&s, "APP_PASSWORD", "first", false), "APP_PASSWORD");
    assert_string_equal(learn(&s, "APP_PASSWORD", "second", false), "APP_PASSWORD_2");
    assert_string_equal(learn(&s, "APP_PASSWORD", "third", false), "APP_PASSWORD_3");
    assert_string_equal(learn(&s, "APP_NEW_PASSWORD", "second", false), "APP_PASSWORD_2");
    assert_string_equal(learn(&s, "APP_USER", "first", true), "APP_USER");
    assert_string_equal(learn(&s, "APP_API_KEY", "given-key", false), "MY_KEY");
    /* what was given is whole */
    assert_string_equal(learn(&s, "MY_KEY", "given-key-and-more", false), "MY_KEY_2");
    assert_string_equal(value_of(&s, "MY_KEY"), "given-key");
    secrets_release(&s);
}

/* An input that sends every key press tells a password piece by piece. */
static void test_a_password_that_is_typed(void **state)
{
    static const char *const typed[] = {"l", "let", "letmi", "letm", "letmein", "letmeinnow"};
    struct secrets s = {0};
    struct buf out;

    (void)state;
    for (size_t i = 0; i < COUNT(typed); i++)
        assert_string_equal(learn(&s, "APP_PASSWORD", typed[i], false), "APP_PASSWORD");
    assert_string_equal(value_of(&s, "APP_PASSWORD"), "letmeinnow");
    buf_init(&out, 1000);
    assert_int_equal(secrets_mask(&s, "let letmein letmeinnow", 22, CODING_NONE, NULL, &out), 1);
    assert_string_equal(out.data, "let ${env:APP_PASSWORD} ${env:APP_PASSWORD}");
    buf_release(&out);
    secrets_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_field_names),
        cmocka_unit_test(test_user_ranks),
        cmocka_unit_test(test_mask),
        cmocka_unit_test(test_masked_and_back),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_what_is_learnt),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_names_that_are_learnt),
        cmocka_unit_test(test_a_password_that_is_typed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
