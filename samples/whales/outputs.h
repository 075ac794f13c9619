/* The reactive graph of one session: which outputs depend on which inputs, what is out of date,
 * and how an output is made.
 *
 *     day -> data -> overview ---------> vb_bytes vb_files vb_ips p_all
 *                 -> whales (top_n) ---> p_top p_top_h, and the choices of `who`
 *                 -> detail (who) -----> vd_bytes vd_files vd_pkgs p_one t_one
 *
 * Hidden outputs are not made until they are shown. Numbers in the middle are kept until
 * something before them changes. */
#ifndef STRETTO_SAMPLES_OUTPUTS_H
#define STRETTO_SAMPLES_OUTPUTS_H

#include <jansson.h>
#include <stdbool.h>

#include "core/error.h"
#include "samples/whales/server.h"
#include "samples/whales/values.h"

#define DAY_TEXT 16

struct output_state {
    bool hidden;
    bool stale;
    struct plot_size size;
};

struct outputs {
    char day[DAY_TEXT];
    uint32_t top_n;
    char who[WHALE_NAME]; /* as the client has it */
    struct output_state states[OUTPUTS];
    bool choices_stale;

    struct data *data; /* of `day`; NULL until loaded */
    struct error data_error;
    bool data_stale;
    bool overview_known;
    bool whales_known;
    bool detail_known;
    struct numbers numbers;
};

void outputs_init(struct outputs *o);
void outputs_release(struct outputs *o);

/* Takes an init's or update's `data` object; what depends on a changed input becomes stale. */
void outputs_set_inputs(struct outputs *o, const json_t *data);

/* The session has been opened: everything is stale. */
void outputs_start(struct outputs *o);

/* Is there anything to flush, and must the day be loaded for it? */
bool outputs_due(const struct outputs *o);
bool outputs_need_data(const struct outputs *o);

/* The load has ended: takes data; on error data is NULL. */
void outputs_loaded_take(struct outputs *o, struct data *data, const struct error *err);

/* The next stale output that is shown, from number *i on: its name, or NULL. */
const char *outputs_next_due(const struct outputs *o, int *i);

/* Makes what is due: fills values, errors and inputMessages; nothing is stale afterwards. */
int outputs_make(struct outputs *o, json_t *values, json_t *errors, json_t *messages);

#endif
