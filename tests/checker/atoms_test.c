#include "tests/core/testing.h"

#include "checker/atoms.h"

enum what { URL, HEADER, BODY, MESSAGE };

static int cut(struct atoms *atoms, enum what what, const char *type, const char *text)
{
    switch (what) {
    case URL:
        return atoms_of_url(atoms, text, strlen(text));
    case HEADER:
        return atoms_of_header(atoms, text);
    case BODY:
        return atoms_of_body(atoms, type, text, strlen(text));
    case MESSAGE:
        break;
    }
    return atoms_of_message(atoms, text, strlen(text));
}

static const struct atom *find(const struct atoms *atoms, const char *value)
{
    for (size_t i = 0; i < atoms->count; i++) {
        if (strcmp(atoms->items[i].value, value) == 0)
            return &atoms->items[i];
    }
    return NULL;
}

#define FORM "application/x-www-form-urlencoded"
#define MULTIPART "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nk3j9\r\n--b--\r\n"

static const struct {
    const char *name;
    enum what what;
    const char *type;
    const char *text;
    const char *value;   /* an atom of this value ... */
    const char *field;   /* ... with this name ... */
    const char *written; /* ... which stands there as this; NULL: inside base64 */
    enum coding coding;
} cases[] = {
    {"a path segment", URL, NULL, "/orders/17/edit", "17", "orders", "17", CODING_URL},
    {"a query", URL, NULL, "/a?x=1&id=a%2Bb#top", "a+b", "id", "a%2Bb", CODING_URL},
    {"behind a placeholder", URL, NULL, "/${SESSION}/items/k3j9", "k3j9", "items", "k3j9",
     CODING_URL},
    {"a bearer", HEADER, NULL, "Authorization: Bearer abc.def-1", "abc.def-1", "Authorization",
     "abc.def-1", CODING_NONE},
    {"a form's field", BODY, FORM, "a=b+c&csrf=x%3D%3D", "x==", "csrf", "x%3D%3D", CODING_FORM},
    {"a form by its look", BODY, NULL, "csrf=x1", "x1", "csrf", "x1", CODING_FORM},
    {"a part", BODY, "multipart/form-data; boundary=b", MULTIPART, "k3j9", "token", "k3j9",
     CODING_NONE},
    {"JSON", BODY, "application/json", "{\"a\":[1,{\"id\":\"x\\/y\"}]}", "x/y", "id", "x\\/y",
     CODING_JSON},
    {"a number in JSON", MESSAGE, NULL, "{\"id\":4711}", "4711", "id", "4711", CODING_NONE},
    {"JSON beside a bare placeholder", MESSAGE, NULL, "{\"n\":${SEQ},\"id\":\"q7\"}", "q7", "id",
     "q7", CODING_JSON},
    {"JSON in a string", MESSAGE, NULL, "{\"p\":\"{\\\"job\\\":\\\"j-1\\\"}\"}", "j-1", "job",
     "j-1", CODING_JSON},
    {"JSON in a form", BODY, FORM, "p=%7B%22job%22%3A%22j1%22%7D", "j1", "job", "j1", CODING_FORM},
    {"JSON behind a prefix", MESSAGE, NULL, "42[\"event\",{\"id\":\"e9\"}]", "e9", "id", "e9",
     CODING_JSON},
    {"SockJS", MESSAGE, NULL, "[\"1F#0|m|{\\\"id\\\":\\\"e9\\\"}\"]", "e9", "id", "e9",
     CODING_JSON},
    {"a piece", MESSAGE, NULL, "{\"ref\":\"item-123\"}", "123", "ref", "123", CODING_JSON},
    {"a piece of plain text", MESSAGE, NULL, "join room 9f3k", "9f3k", "", "9f3k", CODING_NONE},
    {"inside base64", HEADER, NULL, "Authorization: Basic a2V5OjlmM2s3N2E=", "9f3k77a",
     "Authorization", NULL, CODING_NONE},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct atoms atoms = {0};
        const struct atom *atom;

        assert_int_equal(cut(&atoms, cases[i].what, cases[i].type, cases[i].text), 0);
        atom = find(&atoms, cases[i].value);
        if (!atom)
            fail_msg("%s: no atom '%s'", cases[i].name, cases[i].value);
        if (strcmp(atom->name, cases[i].field) != 0)
            fail_msg("%s: it is called '%s'", cases[i].name, atom->name);
        if (!cases[i].written)
            assert_non_null(atom->shell);
        else if (strncmp(cases[i].text + atom->at, cases[i].written, atom->len) != 0 ||
                 atom->len != strlen(cases[i].written) || atom->coding != cases[i].coding)
            fail_msg("%s: it is '%.*s', coded %d", cases[i].name, (int)atom->len,
                     cases[i].text + atom->at, (int)atom->coding);
        atoms_release(&atoms);
    }
}

static const struct {
    const char *name;
    const char *text;
    const char *value; /* is no atom */
} never[] = {
    {"a placeholder's name", "{\"id\":\"${ORDER_ID}\"}", "ORDER_ID"},
    {"half a uuid", "{\"id\":\"b8f1d0c4-3c55-4e0b-9a9e-5d6c1f2e7a31\"}", "b8f1d0c4"},
    {"a third of a token", "{\"t\":\"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9.abc_def\"}", "abc_def"},
    {"a key", "{\"id7\":1}", "id7"},
};

static void test_never(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(never); i++) {
        struct atoms atoms = {0};

        assert_int_equal(cut(&atoms, MESSAGE, NULL, never[i].text), 0);
        if (find(&atoms, never[i].value))
            fail_msg("%s is an atom", never[i].name);
        atoms_release(&atoms);
    }
}

static void test_pieces_lie_in_their_parents(void **state)
{
    static const char text[] = "{\"a\":\"/orders/item-123?x=b%20c\",\"b\":\"[1,\\\"q-2\\\"]\"}";
    struct atoms atoms = {0};

    (void)state;
    assert_int_equal(cut(&atoms, MESSAGE, NULL, text), 0);
    assert_true(atoms.count > 6);
    for (size_t i = 0; i < atoms.count; i++) {
        const struct atom *a = &atoms.items[i];
        const struct atom *parent = a->parent ? &atoms.items[a->parent - 1] : NULL;

        assert_true(a->parent <= i);
        assert_true(!parent || (a->at >= parent->at && a->at + a->len <= parent->at + parent->len));
    }
    atoms_release(&atoms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_never),
        cmocka_unit_test(test_pieces_lie_in_their_parents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
