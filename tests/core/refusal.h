/* Refuses one allocation: the 1st, the 2nd, the 3rd ... of a call, in turn.
 *
 * Built with -Wl,--wrap= for malloc, calloc, realloc, strdup and strndup, so it sees what our own
 * objects ask for.  jansson's own allocations are left alone (json_set_alloc_funcs() could take
 * them in): 2.14 ignores that its lexer's buffer could not grow and ends the program by an
 * assertion in lex_scan_string(), or reports bad JSON, so nothing above it could do better. */
#ifndef STRETTO_TESTS_CORE_REFUSAL_H
#define STRETTO_TESTS_CORE_REFUSAL_H

/* Calls attempt(user) again and again, each time refusing one allocation more; ends with the call
 * that was refused nothing, and returns how many allocations that made.  attempt says 0 or a
 * negative code, and leaves nothing behind: every call that was refused something must say a code.
 */
long refuse_in_turn(const char *name, int (*attempt)(void *user), void *user);

/* The same, but all allocations after the refused one are refused too: memory is out, and stays so.
 */
long refuse_onward_in_turn(const char *name, int (*attempt)(void *user), void *user);

#endif
