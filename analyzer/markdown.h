/* --markdown: a table and the verdict, fit for a pull request. */
#ifndef STRETTO_ANALYZER_MARKDOWN_H
#define STRETTO_ANALYZER_MARKDOWN_H

#include <stdio.h>

#include "analyzer/charts.h"
#include "analyzer/finding.h"
#include "analyzer/verdict.h"

void markdown_print(FILE *out, const struct scene *scene, const struct findings *findings,
                    const struct verdict *verdict);

#endif
