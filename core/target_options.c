#include "core/target_options.h"

#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <strings.h>

static const char *reason(void)
{
    unsigned long code = ERR_peek_error(); /* the cause comes first */
    const char *text = code ? ERR_reason_error_string(code) : NULL;

    if (code && ERR_SYSTEM_ERROR(code))
        text = strerror(ERR_GET_REASON(code));
    return text ? text : "unknown reason";
}

static int refuse(struct error *err, const char *option, const char *file)
{
    error_set(err, E_USAGE, "%s %s cannot be used: %s", option, file, reason());
    ERR_clear_error();
    return -E_USAGE;
}

static int trust(SSL_CTX *ctx, const struct target_options *o, struct error *err)
{
    SSL_CTX_set_verify(ctx, o->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    if (o->cacert)
        return SSL_CTX_load_verify_locations(ctx, o->cacert, NULL) == 1
                   ? 0
                   : refuse(err, "--cacert", o->cacert);
    if (SSL_CTX_set_default_verify_paths(ctx) == 1)
        return 0;
    return error_set(err, E_NET, "OpenSSL cannot load this machine's trusted certificates");
}

static int identify(SSL_CTX *ctx, const struct target_options *o, struct error *err)
{
    const char *key = o->key ? o->key : o->cert;

    if (o->key && !o->cert)
        return error_set(err, E_USAGE, "--key goes with --cert: the certificate is missing");
    if (!o->cert)
        return 0;
    if (SSL_CTX_use_certificate_chain_file(ctx, o->cert) != 1)
        return refuse(err, "--cert", o->cert);
    if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
        return refuse(err, o->key ? "--key" : "the private key in --cert", key);
    return 0;
}

SSL_CTX *target_tls_context(const struct target_options *options, struct error *err)
{
    static const struct target_options none = {0};
    const struct target_options *o = options ? options : &none;
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

    if (!ctx) {
        error_nomem(err);
        return NULL;
    }
    /* An idle connection then holds no buffers: thousands of sessions mostly think. */
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (trust(ctx, o, err) == 0 && identify(ctx, o, err) == 0)
        return ctx;
    SSL_CTX_free(ctx);
    return NULL;
}

/* Files are read once for the whole program: curl would read them for each connection. */
static CURLcode on_tls_context(CURL *easy, void *theirs, void *ours)
{
    X509 *certificate = SSL_CTX_get0_certificate(ours);
    EVP_PKEY *key = SSL_CTX_get0_privatekey(ours);
    STACK_OF(X509) *chain = NULL;

    (void)easy;
    SSL_CTX_set1_cert_store(theirs, SSL_CTX_get_cert_store(ours));
    if (!certificate || !key)
        return CURLE_OK;
    SSL_CTX_get0_chain_certs(ours, &chain);
    if (SSL_CTX_use_certificate(theirs, certificate) != 1 ||
        SSL_CTX_use_PrivateKey(theirs, key) != 1 ||
        (chain && SSL_CTX_set1_chain(theirs, chain) != 1))
        return CURLE_SSL_CERTPROBLEM;
    return CURLE_OK;
}

static void set_tls(CURL *easy, SSL_CTX *tls)
{
    long checks = SSL_CTX_get_verify_mode(tls) != SSL_VERIFY_NONE;

    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, tls);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, checks);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, checks ? 2L : 0L);
}

void target_set_curl(void *easy, const struct target *target, SSL_CTX *tls)
{
    curl_easy_setopt(easy, CURLOPT_URL, target->url);
    if (target->socket)
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, target->socket);
    if (target->socket || target_is_loopback(target->host))
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
    /* One way for requests and WebSockets; and what is asked for reaches only the target. */
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (tls)
        set_tls(easy, tls);
}

bool target_is_loopback(const char *host)
{
    static const char local[] = ".localhost";
    size_t len = strlen(host);
    size_t tail = sizeof(local) - 1;

    if (strcasecmp(host, "localhost") == 0 || strcmp(host, "::1") == 0)
        return true;
    if (len > tail && strcasecmp(host + len - tail, local) == 0)
        return true;
    return strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == len;
}
