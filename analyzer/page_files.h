/* The files of the report's page, embedded by core/embed.c: analyzer/page/NAME. */
#ifndef STRETTO_ANALYZER_PAGE_FILES_H
#define STRETTO_ANALYZER_PAGE_FILES_H

#include <stddef.h>

struct page_file {
    const char *path; /* "/page.html" */
    const unsigned char *bytes;
    size_t len;
};

extern const struct page_file page_files[];
extern const size_t page_count;

#endif
