#include "recorder/marks.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES_MAX 4096

void marks_init(struct marks *marks)
{
    marks->on = isatty(STDIN_FILENO);
    signal(SIGTTIN, SIG_IGN);
}

int marks_fd(const struct marks *marks)
{
    pid_t foreground = marks->on ? tcgetpgrp(STDIN_FILENO) : 0;

    /* -1: no terminal of our session, which nobody shares with us */
    return foreground == getpgrp() || foreground < 0 ? STDIN_FILENO : -1;
}

void marks_read(struct marks *marks, struct capture *capture)
{
    char line[LINE_BYTES_MAX];
    ssize_t n = read(STDIN_FILENO, line, sizeof(line) - 1);

    if (n < 0 && (errno == EINTR || errno == EIO || errno == EAGAIN))
        return;
    if (n <= 0) {
        marks->on = false; /* Ctrl-D: no more */
        return;
    }
    line[n] = 0;
    line[strcspn(line, "\r\n")] = 0;
    capture_mark(capture, line);
}
