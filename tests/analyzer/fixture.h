/* A small run whose every number is known, as a directory.
 *
 * One session, in milliseconds since it started:
 *     line 4  REQ_HOME       0 ..  100     homepage
 *     line 5  REQ_GET      110 ..  130     scripts and styles
 *     line 6  WS_OPEN      140 ..  200     session start; page load ends: 200
 *     line 7  WS_SEND      210
 *     line 8  WS_RECV_INIT 210 ..  300     session start
 *     line 9  WS_SEND     1300
 *     line 10 WS_RECV     1300 .. 1700  \  one calculation: 600
 *     line 11 WS_RECV     1300 .. 1900  /
 *     line 12 WS_CLOSE    2400             session time: 2400
 */
#ifndef STRETTO_TESTS_ANALYZER_FIXTURE_H
#define STRETTO_TESTS_ANALYZER_FIXTURE_H

#include <stdbool.h>

#include "core/buf.h"
#include "core/script.h"

#define FIXTURE_EPOCH_MS INT64_C(1795221212723)

extern const char fixture_script[];

/* The script, parsed; script_free() it. */
struct script *fixture_parse(void);

/* Its session's rows: an event a line, as the named tool writes them. */
struct fixture_session {
    long id;
    long start_ms;
    bool shinycannon; /* whole milliseconds */
    int stop_before;  /* leaves out what comes behind: the row of this number; 0: none */
    bool of_user;     /* user and iteration say who plays it; else a user has only one */
    long user;
    long iteration;
    const char *fail; /* PLAYBACK_FAIL with this reason as its last row, at line 10 */
};
void fixture_rows(struct buf *out, const struct fixture_session *session);
extern const char fixture_header[];

/* A new directory under the system's one for temporary files; fixture_remove() takes it away. */
char *fixture_dir(void);
void fixture_remove(char *dir);
/* Writes DIR/NAME, making the directory that NAME is in. */
void fixture_write(const char *dir, const char *name, const char *text);
/* A run of `count` such sessions, one every 2 s, in DIR/NAME. */
void fixture_run(const char *dir, const char *name, long count);
/* The same, played by so many users in turn. */
/* Writes dir/lost: a session that was done, one that failed for this reason, one that is
 * unfinished.
 */
void fixture_lost(const char *dir, const char *reason);
void fixture_run_by_users(const char *dir, const char *name, long count, long users);

/* A run of two users in DIR/NAME: sessions 0, 2 and 4 from 0, 3 and 6 s on are user 7's, 1, 3 and
 * 5, each a second later, user 6's.  Both are there from 1 s to 8.4 s. */
void fixture_users(const char *dir, const char *name);

/* All of a file, or NULL; free() it. */
char *fixture_read(const char *dir, const char *name);

#endif
