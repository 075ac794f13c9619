/* Every change is one write(), so that no half drawn frame is seen.  The way back up is counted in
 * the terminal's rows at that moment: a window that was made narrower has folded the lines. */
#include "player/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "player/view.h"

#define FRAME_MAX ((size_t)1 << 16)
#define COLUMNS_USUAL 80
#define ROWS_USUAL 24

#define CURSOR_HIDE "\033[?25l"
#define CURSOR_SHOW "\033[?25h"
#define ERASE_LINE_REST "\033[K"
#define ERASE_BELOW "\033[J"

static struct winsize size_of(const struct screen *s)
{
    struct winsize size = {0};

    if (ioctl(s->fd, TIOCGWINSZ, &size) < 0 || !size.ws_col)
        size.ws_col = COLUMNS_USUAL;
    if (!size.ws_row)
        size.ws_row = ROWS_USUAL;
    return size;
}

/* The last column stays free: a character there folds the line on some terminals. */
unsigned screen_columns(const struct screen *s)
{
    unsigned columns = s->live ? size_of(s).ws_col : 0;

    return columns > 1 ? columns - 1 : columns;
}

static void put(struct screen *s, const struct buf *out)
{
    size_t done = 0;
    ssize_t n;

    while (done < out->len && (n = write(s->fd, out->data + done, out->len - done)) > 0)
        done += (size_t)n;
}

static unsigned rows_of(const char *line, size_t len, unsigned columns)
{
    unsigned taken = (unsigned)len;

    view_fit(line, len, &taken);
    return taken ? (taken - 1) / columns + 1 : 1;
}

/* Back to where the first line begins. */
static void add_way_up(const struct screen *s, struct buf *out)
{
    unsigned columns = size_of(s).ws_col;
    const char *at = s->lines.len ? s->lines.data : "";
    unsigned up = 0;

    for (size_t len; *at; at += len + 1) {
        len = strcspn(at, "\n");
        up += rows_of(at, len, columns);
    }
    if (up)
        buf_addf(out, "\033[%uA", up);
    buf_addc(out, '\r');
}

static void add_lines(struct screen *s, struct buf *out)
{
    const char *at = s->lines.len ? s->lines.data : "";

    for (size_t len; *at; at += len + 1) {
        len = strcspn(at, "\n");
        buf_add(out, at, len);
        buf_adds(out, ERASE_LINE_REST "\n");
    }
    buf_adds(out, ERASE_BELOW);
}

/* Only so many as leave a row for the cursor, or the way up would end at the top. */
static void keep_lines(struct screen *s, const char *lines)
{
    unsigned room = size_of(s).ws_row - 1u;

    buf_clear(&s->lines);
    while (*lines && room--) {
        size_t len = strcspn(lines, "\n") + 1;

        buf_add(&s->lines, lines, len);
        lines += len;
    }
}

void screen_open(struct screen *s, int fd, bool live)
{
    *s = (struct screen){.fd = fd, .live = live};
    buf_init(&s->lines, FRAME_MAX);
}

void screen_draw(struct screen *s, const char *lines)
{
    struct buf out;

    if (!s->live)
        return;
    buf_init(&out, 2 * FRAME_MAX);
    if (!s->hidden)
        buf_adds(&out, CURSOR_HIDE);
    s->hidden = true;
    add_way_up(s, &out);
    keep_lines(s, lines);
    add_lines(s, &out);
    put(s, &out);
    buf_release(&out);
}

static void add_message(struct buf *out, const char *text)
{
    buf_adds(out, "play: ");
    for (; *text; text++)
        buf_addc(out, (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text);
    buf_addc(out, '\n');
}

void screen_say(struct screen *s, const char *fmt, ...)
{
    char text[1200];
    struct buf out;
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    buf_init(&out, 2 * FRAME_MAX);
    if (s->lines.len) {
        add_way_up(s, &out);
        buf_adds(&out, ERASE_BELOW);
    }
    add_message(&out, text);
    if (s->lines.len)
        add_lines(s, &out);
    put(s, &out);
    buf_release(&out);
}

void screen_rest(struct screen *s)
{
    struct buf out;

    buf_init(&out, FRAME_MAX);
    if (s->lines.len) {
        add_way_up(s, &out);
        buf_adds(&out, ERASE_BELOW);
    }
    if (s->hidden)
        buf_adds(&out, CURSOR_SHOW);
    s->hidden = false;
    buf_clear(&s->lines);
    put(s, &out);
    buf_release(&out);
}

void screen_close(struct screen *s)
{
    screen_rest(s);
    buf_release(&s->lines);
}
