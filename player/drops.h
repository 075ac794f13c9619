/* What this machine's kernel threw away on its way to a socket, in this network namespace: bytes
 * that came while a socket's buffer was full, connections that an accept queue had no room for.
 * Other programs' too: the kernel does not tell them apart.  Linux only; elsewhere all is 0. */
#ifndef STRETTO_PLAYER_DROPS_H
#define STRETTO_PLAYER_DROPS_H

#include <stdint.h>

struct drops {
    uint64_t dropped;     /* TCPRcvQDrop, TCPBacklogDrop, RcvPruned, OfoPruned, ListenOverflows */
    uint64_t retransmits; /* RetransSegs */
};

/* Adds what /proc/net/netstat or /proc/net/snmp says: pairs of lines, the names of a group and its
 * numbers.  Names that a kernel does not have count as 0. */
void drops_add(struct drops *drops, const char *text);
/* Both files, since the machine was started. */
struct drops drops_read(void);

#endif
