/* The table on stdout: a build a row. */
#ifndef STRETTO_ANALYZER_PRINT_H
#define STRETTO_ANALYZER_PRINT_H

#include <stdio.h>

#include "analyzer/load.h"

void print_table(FILE *out, const struct build *builds, size_t count);

#endif
