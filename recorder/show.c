#include "recorder/show.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/units.h"
#include "core/wait.h"

#define LABEL_MAX (1u << 20)
/* Of a line's columns, what stands before and behind a label; the rest is the label's. */
#define LABEL_BESIDE 46
#define LABEL_LEAST 34

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

/* How many columns a line may have: $COLUMNS, or the terminal's; 0 in a file, where all is kept. */
static long columns(void)
{
    const char *told = getenv("COLUMNS");
    struct winsize size;

    if (told)
        return strtol(told, NULL, 10);
    if (!isatty(STDERR_FILENO))
        return 0;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

static int label_room(void)
{
    long all = columns();

    if (all <= 0 || all > INT_MAX)
        return INT_MAX;
    return all > LABEL_BESIDE + LABEL_LEAST ? (int)all - LABEL_BESIDE : LABEL_LEAST;
}

static int characters_in(const char *text, int bytes)
{
    int characters = 0;

    for (int i = 0; i < bytes; i++)
        characters += ((unsigned char)text[i] & 0xc0) != 0x80;
    return characters;
}

/* As many bytes as this many characters take. */
static int bytes_of(const char *text, int characters)
{
    int bytes = 0;

    for (int seen = 0; text[bytes]; bytes++) {
        if (((unsigned char)text[bytes] & 0xc0) != 0x80 && ++seen > characters)
            break;
    }
    return bytes;
}

static void show_step(const struct step *step, const char *label, const char *took)
{
    int room = label_room();
    int bytes = bytes_of(label, room);
    bool cut = label[bytes] != 0;
    int blanks = LABEL_LEAST;

    if (cut)
        bytes = bytes_of(label, room - 1);
    blanks -= characters_in(label, bytes) + cut;
    fprintf(stderr, "%s: %8.3f s  %-12s %.*s%s", show_program, (double)step->begin_us / 1e6,
            step_type_name(step->type), bytes, label, cut ? "\u2026" : "");
    if (*took)
        fprintf(stderr, "%*s %s", blanks > 0 ? blanks : 0, "", took);
    fputc('\n', stderr);
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
