/* Opens a page for the person who records. */
#ifndef STRETTO_RECORDER_BROWSER_H
#define STRETTO_RECORDER_BROWSER_H

#include "core/error.h"

/* Starts $BROWSER, or else xdg-open, on its own: no shell reads the URL.  0 or -E_IO. */
int browser_open(const char *url, struct error *err);

#endif
