/* The numbers under a panel's name, as far as several Gantt charts show them. */
#include <stdio.h>

#include "analyzer/gantt.h"
#include "core/units.h"

bool gantt_head_used(const struct gantt *gantt, size_t line)
{
    char text[GANTT_HEAD_TEXT] = "";

    for (size_t i = 0; i < gantt->scene->count && !*text; i++)
        gantt->heads[line](gantt, &gantt->scene->builds[i], text, sizeof(text));
    return *text;
}

void gantt_head_spread(const char *name, const struct spread *spread, char *out, size_t size)
{
    char p50[DURATION_TEXT];
    char p95[DURATION_TEXT];

    if (spread->count == 0)
        snprintf(out, size, "%s\tnone ended", name);
    else
        snprintf(out, size, "%s\tp50 %s, p95 %s", name,
                 duration_format(spread->p50_us, p50, sizeof(p50)),
                 duration_format(spread->p95_us, p95, sizeof(p95)));
}

void gantt_head_page_load(const struct gantt *gantt, const struct build *build, char *out,
                          size_t size)
{
    (void)gantt;
    gantt_head_spread("page load", &build->stats.page_load, out, size);
}

/* A run without messages has none, in any build. */
void gantt_head_calculation(const struct gantt *gantt, const struct build *build, char *out,
                            size_t size)
{
    (void)gantt;
    if (build->plan.calculation_count > 0)
        gantt_head_spread("calculation", &build->stats.calculation, out, size);
}

void gantt_head_counted(const struct gantt *gantt, const struct build *build, char *out,
                        size_t size)
{
    (void)gantt;
    if (build->steady.used)
        snprintf(out, size, "counted\t%zu of %zu sessions", build->steady.sessions,
                 build->table.session_count);
}

void gantt_head_lost(const struct gantt *gantt, const struct build *build, char *out, size_t size)
{
    const struct stats *s = &build->stats;

    (void)gantt;
    if (s->failed && s->unfinished)
        snprintf(out, size, "failed\t%zu, and %zu unfinished", s->failed, s->unfinished);
    else if (s->failed)
        snprintf(out, size, "failed\t%zu", s->failed);
    else if (s->unfinished)
        snprintf(out, size, "unfinished\t%zu", s->unfinished);
}

void gantt_head_late(const struct gantt *gantt, const struct build *build, char *out, size_t size)
{
    char words[GANTT_HEAD_TEXT / 2];

    (void)gantt;
    if (build->late.told)
        snprintf(out, size, "player late\t%s",
                 late_words(&build->late, build->table.end_us, words, sizeof(words)));
}
