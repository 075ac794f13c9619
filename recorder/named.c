#include "recorder/named.h"

#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/error.h"
#include "recorder/addresses.h"

#define ADDRESS_BYTES_MAX ((size_t)4096)

struct learning {
    struct named *named;
    const char *base; /* the target's own path, without a slash at its end */
    size_t base_bytes;
    const char *page; /* what its addresses are relative to: the page's path up to its last slash */
    size_t page_bytes;
};

static bool has_base(const char *text, size_t len)
{
    for (size_t at = 0; at + 6 < len; at++) {
        if (text[at] == '<' && strncasecmp(text + at, "<base", 5) == 0)
            return true;
    }
    return false;
}

/* As a URL has it: an ampersand in a page's text is written &amp;, and a fragment stays at home. */
static int add_address(struct buf *out, const char *address, size_t len)
{
    int rc = 0;

    for (size_t at = 0; at < len && address[at] != '#' && rc == 0; at++) {
        rc = buf_addc(out, address[at]);
        if (len - at >= 5 && strncasecmp(address + at, "&amp;", 5) == 0)
            at += 4;
    }
    return rc;
}

static bool begins(const char *text, size_t len, const char *with)
{
    size_t n = strlen(with);

    return len >= n && strncmp(text, with, n) == 0;
}

/* Has it a scheme (data:, https:) or a host? */
static bool is_elsewhere(const char *address, size_t len)
{
    for (size_t at = 0; at < len && !strchr("/?#", address[at]); at++) {
        if (address[at] == ':')
            return true;
    }
    return begins(address, len, "//");
}

/* The directory above: "/a/b/" becomes "/a/". */
static size_t above(const char *page, size_t bytes)
{
    if (bytes > 1)
        bytes--;
    while (bytes > 1 && page[bytes - 1] != '/')
        bytes--;
    return bytes;
}

static int resolve(const struct learning *l, const char *address, size_t len, struct buf *out)
{
    size_t page_bytes = l->page_bytes;

    if (begins(address, len, "/")) {
        if (l->base_bytes && (len <= l->base_bytes || address[l->base_bytes] != '/' ||
                              memcmp(address, l->base, l->base_bytes) != 0))
            return 0; /* beside the target */
        return add_address(out, address + l->base_bytes, len - l->base_bytes);
    }
    while (begins(address, len, "./") || begins(address, len, "../")) {
        size_t dots = address[1] == '.' ? 3 : 2;

        if (dots == 3)
            page_bytes = above(l->page, page_bytes);
        address += dots;
        len -= dots;
    }
    if (buf_add(out, l->page, page_bytes) < 0)
        return -E_NOMEM;
    return add_address(out, address, len);
}

static int learn_address(void *user, const char *address, size_t len, bool in_tag)
{
    const struct learning *l = user;
    struct buf path;
    int rc;

    if (!in_tag || !len || len > ADDRESS_BYTES_MAX || l->named->paths.count >= NAMED_MAX)
        return 0;
    if (is_elsewhere(address, len))
        return 0;
    buf_init(&path, 2 * ADDRESS_BYTES_MAX);
    rc = resolve(l, address, len, &path);
    if (rc == 0 && path.len)
        rc = names_add(&l->named->paths, path.data, path.len);
    buf_release(&path);
    return rc == -E_NOMEM ? rc : 0;
}

int named_learn(struct named *named, const char *target_url, const char *page_path,
                const char *text, size_t len)
{
    const char *host = strstr(target_url, "://");
    size_t path_bytes = strcspn(page_path, "?#");
    struct learning l = {.named = named, .page = page_path};

    named_release(named);
    if (has_base(text, len))
        return 0;
    l.base = host ? host + 3 + strcspn(host + 3, "/") : "";
    l.base_bytes = strlen(l.base);
    while (l.base_bytes && l.base[l.base_bytes - 1] == '/')
        l.base_bytes--;
    while (path_bytes && page_path[path_bytes - 1] != '/')
        path_bytes--;
    l.page_bytes = path_bytes;
    return addresses_each(text, len, learn_address, &l);
}

bool named_has(const struct named *named, const char *path)
{
    return names_has(&named->paths, path);
}

void named_release(struct named *named)
{
    names_release(&named->paths);
}
