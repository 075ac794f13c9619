#include "analyzer/steady.h"

void steady_select(struct steady *out, struct table *table, bool all)
{
    (void)all;
    *out = (struct steady){.sessions = table->session_count};
    for (size_t i = 0; i < table->session_count; i++)
        table->sessions[i].counted = true;
}
