/* What a field's name says of its value.  A name is taken apart into lower-case words:
 * "newPassword2" and "user[new_password]" both end in the words new, password. */
#include <ctype.h>
#include <string.h>

#include "core/secrets.h"

#define WORDS_MAX 12
#define WORD_MAX 32

struct words {
    char word[WORDS_MAX][WORD_MAX];
    size_t count;
    size_t last; /* where the words of the last part begin: of "password" in user[password] */
};

/* "userName" is two words, "APIKey" one. */
static bool begins_word(const char *field, size_t i)
{
    return i && isupper((unsigned char)field[i]) && islower((unsigned char)field[i - 1]);
}

static void end_word(struct words *w, size_t *len)
{
    while (*len && isdigit((unsigned char)w->word[w->count][*len - 1]))
        --*len;
    w->word[w->count][*len] = 0;
    if (*len)
        w->count++;
    *len = 0;
}

static void split(const char *field, size_t len, struct words *w)
{
    size_t n = 0;

    w->count = w->last = 0;
    for (size_t i = 0; i < len && w->count < WORDS_MAX - 1; i++) {
        unsigned char c = (unsigned char)field[i];

        if (!isalnum(c) || begins_word(field, i))
            end_word(w, &n);
        if (strchr("[.:$/", c) && c && i + 1 < len && field[i + 1] != ']')
            w->last = w->count;
        if (isalnum(c) && n < WORD_MAX - 1)
            w->word[w->count][n++] = (char)tolower(c);
    }
    if (w->count < WORDS_MAX)
        end_word(w, &n);
    if (w->last == w->count)
        w->last = 0;
}

static bool in_list(const char *word, const char *const *list)
{
    while (*list && ((*list)[0] != word[0] || strcmp(*list, word) != 0))
        list++;
    return *list;
}

static bool has_any(const struct words *w, size_t from, const char *const *list)
{
    for (size_t i = from; i < w->count; i++) {
        if (in_list(w->word[i], list))
            return true;
    }
    return false;
}

static bool has(const struct words *w, const char *word)
{
    const char *const list[] = {word, NULL};

    return has_any(w, 0, list);
}

/* Does a word of the last part end like this? */
static bool ends(const struct words *w, const char *tail)
{
    size_t n = strlen(tail);

    for (size_t i = w->last; i < w->count; i++) {
        size_t len = strlen(w->word[i]);

        if (len >= n && strcmp(w->word[i] + len - n, tail) == 0)
            return true;
    }
    return false;
}

/* What talks about a credential and is none. */
static const char *const about[] = {"hint",    "forgot",   "forgotten", "reset",   "show",
                                    "hide",    "strength", "length",    "policy",  "expires",
                                    "expired", "expiry",   "type",      "visible", "changed",
                                    "enabled", "remember", "url",       "uri",     "endpoint",
                                    "label",   "count",    "required",  "toggle",  NULL};

/* Tokens that a server issues with its pages: session values. */
static const char *const issued[] = {"csrf",
                                     "xsrf",
                                     "csrfmiddleware",
                                     "authenticity",
                                     "verification",
                                     "antiforgery",
                                     "requestverification",
                                     "nonce",
                                     "state",
                                     "session",
                                     "upload",
                                     "page",
                                     "continuation",
                                     "next",
                                     "cursor",
                                     "form",
                                     "sync",
                                     NULL};

static bool is_password(const struct words *w)
{
    static const char *const whole[] = {"pass",  "pw",  "psw",      "passcode", "passphrase",
                                        "senha", "mdp", "passwort", "kennwort", NULL};

    return ends(w, "password") || ends(w, "passwd") || ends(w, "pwd") || has_any(w, w->last, whole);
}

static bool is_one_time(const struct words *w)
{
    static const char *const whole[] = {"otp", "totp", "onetimecode", "mfa", "tfa", NULL};
    static const char *const codes[] = {
        "verification", "auth", "authentication", "sms", "mfa", "security", "login", "fa", NULL};

    return has_any(w, w->last, whole) || ends(w, "otp") ||
           (ends(w, "code") && has_any(w, 0, codes));
}

static const char *key_name(const struct words *w)
{
    static const char *const service[] = {"api", "subscription", "auth", NULL};

    if (ends(w, "apikey") || (ends(w, "key") && has_any(w, 0, service)))
        return "APP_API_KEY";
    if (ends(w, "key") && has(w, "access"))
        return "APP_ACCESS_KEY";
    if (ends(w, "key") && has(w, "private"))
        return "APP_PRIVATE_KEY";
    return ends(w, "key") && has(w, "secret") ? "APP_SECRET" : NULL;
}

static const char *token_name(const struct words *w)
{
    if (!ends(w, "token") || has_any(w, 0, issued))
        return NULL;
    for (size_t i = 0; issued[i]; i++) {
        char glued[WORD_MAX];

        snprintf(glued, sizeof(glued), "%stoken", issued[i]);
        if (has(w, glued))
            return NULL;
    }
    if (has(w, "refresh") || has(w, "refreshtoken"))
        return "APP_REFRESH_TOKEN";
    return has(w, "api") || has(w, "apitoken") ? "APP_API_TOKEN" : "APP_TOKEN";
}

static const char *secret_name(const struct words *w)
{
    const char *key = key_name(w);

    if (has_any(w, 0, about))
        return NULL;
    if (is_password(w))
        return has(w, "new") || ends(w, "newpassword") ? "APP_NEW_PASSWORD" : "APP_PASSWORD";
    if (is_one_time(w))
        return "APP_OTP";
    if (w->count - w->last <= 2 && has(w, "pin"))
        return "APP_PIN";
    if (ends(w, "secret"))
        return has(w, "client") || ends(w, "clientsecret") ? "APP_CLIENT_SECRET" : "APP_SECRET";
    if (key)
        return key;
    return ends(w, "authorization") ? "APP_TOKEN" : token_name(w);
}

bool field_is_secret(const char *field, size_t len, char name[SECRET_NAME_MAX])
{
    struct words w;
    const char *found;

    split(field, len, &w);
    found = secret_name(&w);
    if (found)
        snprintf(name, SECRET_NAME_MAX, "%s", found);
    return found;
}

int field_user_rank(const char *field, size_t len)
{
    static const char *const sure[] = {"uname", "userid", "uid", "loginid", NULL};
    struct words w;

    split(field, len, &w);
    if (has_any(&w, 0, about))
        return 0;
    if (ends(&w, "username") || has_any(&w, w.last, sure) || (has(&w, "user") && ends(&w, "name")))
        return 5;
    if (ends(&w, "email") || ends(&w, "mail"))
        return 3;
    if (ends(&w, "user"))
        return 4;
    if (ends(&w, "login"))
        return 2;
    return ends(&w, "account") || ends(&w, "identifier") || ends(&w, "identity") ? 1 : 0;
}
