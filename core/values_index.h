/* What values_templatize() looks for, sorted.  Private to values*.c. */
#ifndef STRETTO_CORE_VALUES_INDEX_H
#define STRETTO_CORE_VALUES_INDEX_H

#include "core/values.h"

void value_index_free(struct value_index *index);

#endif
