#include "recorder/show.h"

#include <stdio.h>

#include "core/buf.h"
#include "core/units.h"
#include "core/wait.h"

#define LABEL_MAX (1u << 20)
/* A line then fits 80 columns, with how long the step took. */
#define LABEL_SHOWN 34

const char *show_program = "record";

/* A label may quote the app's own words: they must not steer the terminal. */
static const char *harmless(struct buf *label)
{
    for (size_t i = 0; i < label->len; i++) {
        if ((unsigned char)label->data[i] < 0x20 || label->data[i] == 0x7f)
            label->data[i] = '?';
    }
    return label->data ? label->data : "";
}

/* As many bytes as LABEL_SHOWN characters take. */
static int shown_bytes(const char *label)
{
    int characters = 0;
    int bytes = 0;

    for (; label[bytes]; bytes++) {
        if (((unsigned char)label[bytes] & 0xc0) != 0x80 && ++characters > LABEL_SHOWN)
            break;
    }
    return bytes;
}

/* Blanks up to a column, counted in characters. */
static int missing_blanks(const char *label, int bytes)
{
    int characters = 0;

    for (int i = 0; i < bytes; i++)
        characters += ((unsigned char)label[i] & 0xc0) != 0x80;
    return LABEL_SHOWN - characters;
}

static void show_step(const struct step *step, const char *label, const char *took)
{
    int bytes = shown_bytes(label);
    int blanks = *took ? missing_blanks(label, bytes) + 1 : 0;

    fprintf(stderr, "%s: %8.3f s  %-12s %.*s%*s%s\n", show_program, (double)step->begin_us / 1e6,
            step_type_name(step->type), bytes, label, blanks, "", took);
}

static void on_step(void *user, const struct step *step, const struct dialect *dialect)
{
    char took[DURATION_TEXT] = "";
    struct buf label;

    (void)user;
    buf_init(&label, LABEL_MAX);
    if (dialect_label(dialect, step, &label) < 0)
        buf_clear(&label);
    if (step->mark)
        fprintf(stderr, "%s: %8.3f s  --- %s ---\n", show_program, (double)step->begin_us / 1e6,
                step->mark);
    if (step->end_us > step->begin_us)
        duration_format(step->end_us - step->begin_us, took, sizeof(took));
    show_step(step, harmless(&label), took);
    buf_release(&label);
}

static void on_note(void *user, const char *text)
{
    struct error err = ERROR_NONE;

    (void)user;
    error_set(&err, E_NET, "%s", text);
    error_print(show_program, &err);
}

const struct capture_watcher show_watcher = {on_step, on_note, NULL};

static void show_secrets(const struct capture *c)
{
    const char *name;

    for (size_t i = 0; (name = capture_secret(c, i)); i++)
        fprintf(stderr, "%s: left out a secret; for a replay: export %s=...\n", show_program, name);
}

static void show_strangers(const struct capture *c)
{
    const char *host = capture_stranger(c, 0);

    if (!host)
        return;
    fprintf(stderr, "%s: not seen, as a browser asks them itself: %s", show_program, host);
    for (size_t i = 1; (host = capture_stranger(c, i)); i++)
        fprintf(stderr, ", %s", host);
    fputc('\n', stderr);
}

void show_end(const struct capture *c, const char *path, const struct capture_totals *t)
{
    char length[DURATION_TEXT];

    fprintf(stderr, "%s: %zu step%s, %u WebSocket%s, %s in %s\n", show_program, t->steps,
            t->steps == 1 ? "" : "s", t->sockets, t->sockets == 1 ? "" : "s",
            duration_format(t->length_us, length, sizeof(length)), path);
    show_secrets(c);
    show_strangers(c);
    fprintf(stderr, "%s: next: stretto play %s --sessions 20 --every 2s -o runs/first\n",
            show_program, path);
}
