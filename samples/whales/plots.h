/* The plots, drawn by cairo into PNG. The same numbers and size give the same bytes. */
#ifndef STRETTO_SAMPLES_PLOTS_H
#define STRETTO_SAMPLES_PLOTS_H

#include "core/buf.h"
#include "core/error.h"
#include "samples/whales/summary.h"

struct plot_size {
    int width;
    int height;
};

/* Each appends a PNG to out: 0, or -E_NOMEM with a sentence. */
int plot_all(const struct overview *o, struct plot_size size, struct buf *out, struct error *err);
int plot_top(const struct whales *w, struct plot_size size, struct buf *out, struct error *err);
int plot_top_by_hour(const struct whales *w, struct plot_size size, struct buf *out,
                     struct error *err);
int plot_one(const struct detail *d, struct plot_size size, struct buf *out, struct error *err);

/* At the very end: drops the fonts that cairo and fontconfig keep between plots. */
void plots_release(void);

/* "812 B", "3.4 MB", "127 GB": into out, which is returned. */
#define BYTES_TEXT 24
const char *bytes_format(uint64_t bytes, char out[BYTES_TEXT]);

#endif
