#include "checker/causes.h"

#include <string.h>
#include <strings.h>

static bool says(const struct mismatch *m, const char *what)
{
    return m->reason && strcasestr(m->reason, what);
}

static bool is_unreachable(const struct mismatch *m)
{
    return says(m, "cannot connect") || says(m, "could not connect") || says(m, "cannot resolve") ||
           says(m, "could not resolve");
}

static bool is_bad_certificate(const struct mismatch *m)
{
    return says(m, "certificate") || says(m, "SSL") || says(m, "TLS");
}

static bool is_missing_secret(const struct mismatch *m)
{
    return says(m, "${env:") || says(m, "environment");
}

static bool is_missing_value(const struct mismatch *m)
{
    return says(m, "no value for ${");
}

static bool is_login_page(const struct mismatch *m)
{
    return is_missing_value(m) && m->is_page;
}

static bool leads_to_login(const struct mismatch *m)
{
    static const char *const words[] = {"login", "signin", "sign-in", "sign_in", "auth", "sso"};

    for (size_t i = 0; m->location && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcasestr(m->location, words[i]))
            return m->status >= 300 && m->status < 400;
    }
    return false;
}

static bool is_handshake(const struct mismatch *m)
{
    return m->step && m->step->type == STEP_WS_OPEN;
}

static bool is_recv(const struct mismatch *m)
{
    return m->step && step_is_recv(m->step);
}

static bool is_refused_token(const struct mismatch *m)
{
    return (m->status == 403 || m->status == 419 || m->status == 422 || m->status == 400) &&
           m->sends_token;
}

static bool is_unauthorized(const struct mismatch *m)
{
    return m->status == 401 || m->status == 407;
}

static bool is_forbidden(const struct mismatch *m)
{
    return m->status == 403 || m->status == 419;
}

static bool is_foreign_id(const struct mismatch *m)
{
    return (m->status == 404 || m->status == 410) && m->sends_value;
}

static bool is_gone(const struct mismatch *m)
{
    return m->status == 404 || m->status == 410;
}

static bool is_repeated(const struct mismatch *m)
{
    return m->status == 409 || m->status == 412 || m->status == 428;
}

static bool is_too_much(const struct mismatch *m)
{
    return m->status == 429;
}

static bool is_app_error(const struct mismatch *m)
{
    return m->status >= 500;
}

static bool is_bad_request(const struct mismatch *m)
{
    return m->status == 400 || m->status == 422;
}

static bool is_late(const struct mismatch *m)
{
    return says(m, "within") || says(m, "timed out") || says(m, "timeout");
}

static bool is_closed(const struct mismatch *m)
{
    return says(m, "closed");
}

static bool is_other_redirect(const struct mismatch *m)
{
    return m->status >= 300 && m->status < 400 && m->status != 304;
}

static bool is_always(const struct mismatch *m)
{
    (void)m;
    return true;
}

static const struct {
    bool (*fits)(const struct mismatch *m);
    struct cause cause;
} table[] = {
    {is_unreachable,
     {"unreachable", "the app is not there: nobody answers at this address",
      "start the app, or check the URL after --against"}},
    {is_bad_certificate,
     {"certificate", "the app's certificate is not one that this machine trusts",
      "--cacert FILE for the authority that signed it, or --insecure for a test server"}},
    {is_missing_secret,
     {"secret", "a secret that the script needs is not in the environment",
      "set it (APP_PASSWORD=... stretto check ...), or give --users-file"}},
    {is_login_page,
     {"login-page", "a page came where the recording has data: a login page, or an error page",
      "record from the login on, check the secrets, or give the credential with -H"}},
    {is_missing_value,
     {"moved", "the answer came, but what the script takes from it does not stand there any more",
      "look at the answer: an error page, or a page that changed; record again if it changed"}},
    {leads_to_login,
     {"login", "the app sent the session to its login page: it is not logged in",
      "record from the login on, or give the credential: -H 'Authorization: ...', -H 'Cookie: "
      "...'"}},
    {is_refused_token,
     {"csrf", "a token of the recorded session (CSRF, nonce) was refused",
      "--fix replaces tokens that an earlier answer tells; else name it in rules.json"}},
    {is_unauthorized,
     {"unauthorized",
      "the session has no valid credential: the login did not work, or a token is of "
      "the recorded session",
      "check the secrets that the script needs; --fix finds tokens that an answer told"}},
    {is_handshake,
     {"handshake",
      "the app refused the WebSocket: for its origin, its subprotocol, or an id or token "
      "in its URL",
      "--fix for ids; an app that checks Origin must accept the one of this URL"}},
    {is_forbidden,
     {"forbidden",
      "the app refused the request: a token is missing or of another session, or the "
      "user may not do this",
      "see what this step sends (--explain); play as the user who recorded"}},
    {is_foreign_id,
     {"foreign-id", "an id in this request belongs to the recorded session and does not exist now",
      "--fix takes it from the answer that told it; if no answer does, name it in rules.json"}},
    {is_gone,
     {"gone", "the page or the data is not there (any more)",
      "is it the same app, below the same path, with the same data?"}},
    {is_repeated,
     {"repeated",
      "the app was told this before: an id or a number that a session may use only once",
      "--fix makes such ids afresh; else give it a kind in rules.json"}},
    {is_too_much,
     {"too-many", "the app limits how often one may ask",
      "replay more slowly: --think 1, or later"}},
    {is_app_error,
     {"app-error", "the app itself failed",
      "read the app's log at this time; stale ids can do it too"}},
    {is_bad_request,
     {"bad-request", "the app found a value of this request wrong or stale",
      "see what this step sends (--explain), and whether it is of the recorded session"}},
    {is_closed,
     {"closed",
      "the app closed the connection: it was restarted, it did not like the last message, "
      "or a session value in it is stale",
      "read the app's log at this time; look at the sends before this line"}},
    {is_recv,
     {"silent",
      "the message that the recording shows did not come: the app needs longer, or it did "
      "not understand the send before",
      "--timeout TIME if it is slow; else look at the send before this line for stale values"}},
    {is_late,
     {"late", "no answer came in time", "--timeout TIME if the app is slow; else read its log"}},
    {is_other_redirect,
     {"redirect", "the app sent the session elsewhere than it did when recorded",
      "see where: an expired session, a moved page, or http instead of https"}},
    {is_always,
     {"other", "the app answered otherwise than when it was recorded",
      "compare the step (--explain) with what came; record again if the app changed"}},
};

const struct cause *cause_of(const struct mismatch *mismatch)
{
    size_t i = 0;

    while (!table[i].fits(mismatch))
        i++;
    return &table[i].cause;
}
