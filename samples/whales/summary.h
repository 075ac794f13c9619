/* What the panes show, computed from a table. Plain structs without pointers: async2's worker
 * sends them through a pipe as they are. */
#ifndef STRETTO_SAMPLES_SUMMARY_H
#define STRETTO_SAMPLES_SUMMARY_H

#include "samples/whales/table.h"

#define HOURS 24
#define WHALES_MAX 25
#define PACKAGES_SHOWN 15

/* All traffic of the day. */
struct overview {
    uint64_t bytes[HOURS];
    uint64_t all_bytes;
    uint64_t all_files;
    uint64_t ips;
};

struct whale {
    uint32_t ip;
    char country[4];
    uint64_t files;
    uint64_t bytes;
    uint64_t by_hour[HOURS]; /* bytes */
};

/* The biggest downloaders by bytes, biggest first; of equals the lower number. */
struct whales {
    uint32_t count;
    struct whale at[WHALES_MAX];
};

struct package_use {
    char name[64];
    uint64_t files;
    uint64_t bytes;
};

/* One downloader: totals, and the packages it took most often (of equals by name). */
struct detail {
    struct whale who;
    uint32_t packages; /* different ones */
    uint32_t shown;
    struct package_use top[PACKAGES_SHOWN];
};

/* Enough for every pane, whatever the inputs: details in the order of the whales. */
struct summary {
    struct overview overview;
    struct whales whales;
    struct detail details[WHALES_MAX];
};

/* 0, -E_NOMEM, or -E_MISMATCH when the log has nobody of that number. */
int overview_of(const struct table *t, struct overview *out, struct error *err);
int whales_of(const struct table *t, uint32_t count, struct whales *out, struct error *err);
int detail_of(const struct table *t, uint32_t ip, struct detail *out, struct error *err);
int summary_of(const struct table *t, struct summary *out, struct error *err);

/* "ip 7646 [US]", as the page names a downloader, and back: 0 or -E_FORMAT. */
#define WHALE_NAME 32
const char *whale_name(const struct whale *w, char out[WHALE_NAME]);
int whale_ip(const char *name, uint32_t *out_ip);

#endif
