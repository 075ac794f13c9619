/* The whole program, run in a directory of its own that holds two runs: `sync` of three sessions
 * and `async` of two (fixture.h). */
#ifndef STRETTO_TESTS_ANALYZER_PROGRAM_H
#define STRETTO_TESTS_ANALYZER_PROGRAM_H

#include <stdbool.h>
#include <sys/resource.h>

struct ran {
    char *dir;
    char *out;
    char *err;
    rlim_t most_bytes;  /* of a file; 0: no limit */
    const char *stdout; /* instead of a file in dir */
};

/* For cmocka: *state is a struct ran. */
int program_set_up(void **state);
int program_tear_down(void **state);

/* Runs `stretto-analyze WORDS` in the directory; words are divided by one space.  Its exit code. */
int run(struct ran *r, const char *words);
/* The same of whole words: argv[0] and a NULL at its end. */
int run_argv(struct ran *r, char **argv);

bool exists(const struct ran *r, const char *name);
/* One sentence on stderr, from this program, with these words. */
void said(const struct ran *r, const char *words);

#endif
