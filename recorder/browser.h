/* Opens a page for the person who records: in their own browser, or in one that is ours. */
#ifndef STRETTO_RECORDER_BROWSER_H
#define STRETTO_RECORDER_BROWSER_H

#include <stdbool.h>
#include <sys/types.h>

#include "core/error.h"

/* Starts $BROWSER, or else xdg-open, on its own: no shell reads the URL.  0 or -E_IO. */
int browser_open(const char *url, struct error *err);

/* A Chromium with a clean profile, which is gone afterwards.  It tells its end by SIGCHLD.
 * Owner  browser_start() .. browser_stop(); zeroed is none. */
struct browser {
    pid_t pid; /* and its process group; 0: none */
    bool ended;
    char profile[64];
};

/* $BROWSER if that is a Chromium, else the first of chromium, chromium-browser, google-chrome.
 * 0 or -E_IO. */
int browser_start(struct browser *browser, const char *url, struct error *err);
/* After SIGCHLD: has it ended? */
bool browser_has_ended(struct browser *browser);
/* Ends it where it has not, and removes its profile. */
void browser_stop(struct browser *browser);

#endif
