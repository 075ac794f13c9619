/* How a dialect reads a frame; private to dialect*.c and conversation.c. */
#ifndef STRETTO_CORE_DIALECT_READ_H
#define STRETTO_CORE_DIALECT_READ_H

#include "core/dialect_match.h"
#include "core/dialect_rules.h"

/* Ids of one message that are told as echoes, at most. */
#define ECHOES_MAX 4096

struct reader {
    const struct dialect *dialect;
    struct message *message;
    void *codec_state; /* or NULL */
    json_t *
        *echoes; /* what was told so far, one object a rule of "values"; NULL: nothing is kept */
    int64_t now_us;
    bool skims; /* nobody asks the documents but the dialect's rules for messages */
    /* Each document, when a rule has been found for it; NULL: nobody asks. */
    int (*on_document)(void *user, const struct scene *scene);
    void *user;
};

/* Fills the message.  0 or -E_NOMEM. */
int reader_frame(struct reader *reader, const char *data, size_t len, bool binary);

/* Calls for each document of a frame that the browser sent.  0, -E_NOMEM or what it said. */
int dialect_sent_documents(const struct dialect *dialect, const char *text, size_t len, bool binary,
                           int (*on_document)(void *user, const struct scene *scene), void *user);

/* dialect_learn.c: what this document tells. */
int learn_from_message(struct reader *reader, const struct scene *scene);

#endif
