#include <openssl/evp.h>
#include <string.h>

#include "core/coding.h"
#include "core/maker.h"

const char *const digest_hashes[] = {"md5", "sha1", "sha256", "sha512", NULL};

static const EVP_MD *find_hash(const char *word)
{
    for (size_t i = 0; digest_hashes[i]; i++) {
        if (strcmp(digest_hashes[i], word) == 0)
            return EVP_get_digestbyname(word);
    }
    return NULL;
}

int digest_add(const char *hash, const char *coding, const char *data, size_t len, struct buf *out)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned digest_len;
    const EVP_MD *type;
    int filter = coding ? coding_find(coding, strlen(coding)) : CODING_NONE;

    if (filter < 0)
        return -E_FORMAT;
    if (!hash)
        return coding_encode((enum coding)filter, data, len, out);
    type = find_hash(hash);
    if (!type || EVP_Digest(data, len, digest, &digest_len, type, NULL) != 1)
        return -E_FORMAT;
    return coding_encode((enum coding)filter, (const char *)digest, digest_len, out);
}
