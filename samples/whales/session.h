/* One browser's session: its inputs, its data, and the flush cycle.
 *
 *     IDLE -> ANNOUNCED -> LOADING -> IDLE
 *
 * An input that makes a shown output stale starts a flush. When the day has to be loaded, the
 * session first lets its "busy" and progress messages leave (ANNOUNCED), then asks for the load
 * (LOADING). Inputs that come meanwhile are held, and the outputs go out together in one values
 * message at the end: the rule of Shiny's promises. Other sessions are served in between,
 * whenever the main thread is free.
 *
 * Owner  session_new() to session_free(); a load under way is forgotten then.
 * Calls  send() is called only from within a session_ function or a load's end. */
#ifndef STRETTO_SAMPLES_SESSION_H
#define STRETTO_SAMPLES_SESSION_H

#include <signal.h>

#include "core/error.h"
#include "samples/whales/days.h"
#include "samples/whales/server.h"

struct session;

/* What all sessions of a process share. */
struct app {
    struct server *server;
    struct days days;
    volatile sig_atomic_t stopping; /* set by a signal: begin nothing more */
};

/* Takes text over (free()); NULL when memory was short. */
typedef void session_send(void *peer, char *text);

int session_new(struct session **out, struct app *app, session_send *send, void *peer,
                struct error *err);
void session_free(struct session *s);

/* A whole message came: 0, or -E_PROTOCOL / -E_NOMEM when the session must be closed. */
int session_receive(struct session *s, const char *text, size_t len);

/* Everything sent so far has left. */
void session_drained(struct session *s);

#endif
