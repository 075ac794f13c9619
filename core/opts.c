#include "core/opts.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/units.h"

/* Where an option's text begins, and where a line ends. */
#define TEXT_AT 31
#define LINE_END 100

/* What does not fit goes on below. */
static void print_text(const char *text)
{
    size_t room = LINE_END - TEXT_AT;

    while (strlen(text) > room) {
        size_t n = room;

        while (n && text[n] != ' ')
            n--;
        if (!n)
            break; /* one long word */
        printf("%.*s\n%*s", (int)n, text, TEXT_AT, "");
        text += n + 1;
    }
    printf("%s\n", text);
}

static void print_help(const struct opt_program *p)
{
    printf("usage: %s %s\n\n%s\n\n", p->name, p->synopsis, p->summary);
    for (const struct opt *o = p->options; o->kind != OPT_END; o++) {
        char left[64];
        char letter[8] = "    ";

        if (o->letter)
            snprintf(letter, sizeof(letter), "-%c, ", o->letter);
        snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->arg ? " " : "",
                 o->arg ? o->arg : "");
        printf("  %-28s ", left);
        print_text(o->help);
    }
    printf("  %-28s %s\n  %-28s %s\n", "-h, --help", "this text", "    --version", "the version");
    if (p->footer)
        printf("\n%s\n", p->footer);
}

static const struct opt *find_long(const struct opt *o, const char *name, size_t len)
{
    for (; o->kind != OPT_END; o++) {
        if (strncmp(o->name, name, len) == 0 && !o->name[len])
            return o;
    }
    return NULL;
}

static const struct opt *find_letter(const struct opt *o, char letter)
{
    for (; o->kind != OPT_END; o++) {
        if (o->letter && o->letter == letter)
            return o;
    }
    return NULL;
}

static int add_to_list(struct opt_list *list, const char *value, struct error *err)
{
    const char **items = realloc(list->items, (list->count + 1) * sizeof(*items));

    if (!items)
        return error_nomem(err);
    items[list->count++] = value;
    list->items = items;
    return 0;
}

static int set_count(long *field, const struct opt *o, const char *value, struct error *err)
{
    long least = o->kind == OPT_POSITIVE ? 1 : 0;
    char *end;

    errno = 0;
    *field = strtol(value, &end, 10);
    if (errno || end == value || *end || *field < least)
        return error_set(err, E_USAGE, "--%s takes a whole number from %ld up, not '%s'", o->name,
                         least, value);
    return 0;
}

static int set_number(double *field, const struct opt *o, const char *value, struct error *err)
{
    char *end;

    *field = strtod(value, &end);
    if (end == value || *end || !isfinite(*field) || *field < 0)
        return error_set(err, E_USAGE, "--%s takes a number from 0 up, not '%s'", o->name, value);
    return 0;
}

static int set_duration(int64_t *field, const struct opt *o, const char *value, struct error *err)
{
    if (duration_parse(value, field) < 0)
        return error_set(err, E_USAGE,
                         "--%s takes a time with its unit, as 500ms, 5s or 2m, not '%s'", o->name,
                         value);
    return 0;
}

static int set_value(const struct opt *o, void *into, const char *value, struct error *err)
{
    void *field = (char *)into + o->offset;

    switch (o->kind) {
    case OPT_COUNT:
    case OPT_POSITIVE:
        return set_count(field, o, value, err);
    case OPT_NUMBER:
        return set_number(field, o, value, err);
    case OPT_DURATION:
        return set_duration(field, o, value, err);
    case OPT_TEXT:
        *(const char **)field = value;
        return 0;
    case OPT_LIST:
        return add_to_list(field, value, err);
    case OPT_FLAG: /* takes no value: see take() */
    case OPT_END:
        break;
    }
    return 0;
}

struct parser {
    const struct opt_program *program;
    void *into;
    int argc;
    char **argv;
    int at;
    struct error *err;
};

/* The option at hand takes its value from behind `=` or the letter, or from the next word. */
static int take(struct parser *p, const struct opt *o, const char *attached)
{
    if (o->kind == OPT_FLAG) {
        if (attached)
            return error_set(p->err, E_USAGE, "--%s takes no value", o->name);
        *(bool *)((char *)p->into + o->offset) = true;
        return 0;
    }
    if (!attached) {
        if (p->at + 1 >= p->argc)
            return error_set(p->err, E_USAGE, "--%s needs %s behind it", o->name, o->arg);
        attached = p->argv[++p->at];
    }
    return set_value(o, p->into, attached, p->err);
}

static int unknown(struct parser *p, const char *word)
{
    return error_set(p->err, E_USAGE, "unknown option '%s'; '%s --help' lists them", word,
                     p->program->name);
}

static int parse_word(struct parser *p, const char *word)
{
    const struct opt *o;
    const char *equals;

    if (word[1] == '-') {
        equals = strchr(word, '=');
        o = find_long(p->program->options, word + 2,
                      equals ? (size_t)(equals - word - 2) : strlen(word + 2));
        return o ? take(p, o, equals ? equals + 1 : NULL) : unknown(p, word);
    }
    o = find_letter(p->program->options, word[1]);
    if (!o)
        return unknown(p, word);
    return take(p, o, word[2] ? word + 2 : NULL);
}

static bool answered(const struct opt_program *program, const char *word)
{
    if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
        print_help(program);
        return true;
    }
    if (strcmp(word, "--version") == 0) {
        printf("%s %s\n", program->name, STRETTO_VERSION);
        return true;
    }
    return false;
}

int opts_parse(const struct opt_program *program, void *into, int argc, char **argv, int *operands,
               struct error *err)
{
    struct parser p = {program, into, argc, argv, 1, err};
    bool only_operands = false;
    int rc;

    *operands = 0;
    for (; p.at < argc; p.at++) {
        char *word = argv[p.at];

        if (only_operands || word[0] != '-' || !word[1]) {
            argv[++*operands] = word;
            continue;
        }
        if (strcmp(word, "--") == 0) {
            only_operands = true;
            continue;
        }
        if (answered(program, word))
            return OPTS_DONE;
        rc = parse_word(&p, word);
        if (rc < 0)
            return rc;
    }
    return OPTS_RUN;
}

void opts_release(const struct opt_program *program, void *into)
{
    for (const struct opt *o = program->options; o->kind != OPT_END; o++) {
        struct opt_list *list;

        if (o->kind != OPT_LIST)
            continue;
        list = (struct opt_list *)(void *)((char *)into + o->offset);
        free(list->items);
        *list = (struct opt_list){0};
    }
}
