/* How to reach a target: the options that record and play share, and what they mean to OpenSSL and
 * to curl.
 *
 * An SSL_CTX carries them all: who is trusted, who we are, and whether anything is checked at all.
 */
#ifndef STRETTO_CORE_TARGET_OPTIONS_H
#define STRETTO_CORE_TARGET_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "core/error.h"
#include "core/opts.h"
#include "core/stream.h"

struct target_options {
    const char *cacert;
    const char *cert;
    const char *key;
    bool insecure;
};

/* Rows of an options table; at: where its struct target_options begins. */
#define TARGET_OPTION_ROWS(at)                                                                     \
    {OPT_TEXT, 0,                                                                                  \
     "cacert", (at) + offsetof(struct target_options, cacert),                                     \
     "FILE",   "trust the certificates in FILE (PEM), not this machine's"},                        \
        {OPT_TEXT, 0,                                                                              \
         "cert",   (at) + offsetof(struct target_options, cert),                                   \
         "FILE",   "show the server this client certificate (PEM)"},                               \
        {OPT_TEXT, 0,                                                                              \
         "key",    (at) + offsetof(struct target_options, key),                                    \
         "FILE",   "its private key (PEM), when it is not in the same file"},                      \
    {                                                                                              \
        OPT_FLAG, 0, "insecure", (at) + offsetof(struct target_options, insecure), NULL,           \
            "do not check the server's certificate: for tests only"                                \
    }

/* Shared by all connections of a process; options may be NULL.  NULL with a sentence that names the
 * file; the caller frees it with SSL_CTX_free(). */
struct ssl_ctx_st *target_tls_context(const struct target_options *options, struct error *err);

/* Sets a curl easy handle up for the target: its URL, its Unix socket, its TLS; and the proxies of
 * the environment, which are not asked for a loopback address.  tls may be NULL for http. */
void target_set_curl(void *easy, const struct target *target, struct ssl_ctx_st *tls);

/* Does this name mean the machine itself: 127.x.y.z, ::1, localhost or something.localhost? */
bool target_is_loopback(const char *host);

#endif
