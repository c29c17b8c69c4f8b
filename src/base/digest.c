/* Digests: the one place that knows libcrypto. See digest.h. */
#include "base/digest.h"

#include "base/mem.h"

#include <openssl/evp.h>

void digest_init(struct digest *d, enum digest_kind kind)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL ||
        EVP_DigestInit_ex(ctx, kind == DIGEST_MD5 ? EVP_md5() : EVP_sha256(), NULL) != 1)
        mem_exhausted();
    d->ctx = ctx;
}

void digest_add(struct digest *d, struct view v)
{
    if (v.n > 0)
        (void)EVP_DigestUpdate(d->ctx, v.p, v.n);
}

struct digest_hex digest_peek(const struct digest *d)
{
    struct digest copy = {EVP_MD_CTX_new()};
    if (copy.ctx == NULL || EVP_MD_CTX_copy_ex(copy.ctx, d->ctx) != 1)
        mem_exhausted();
    return digest_end(&copy);
}

struct digest_hex digest_end(struct digest *d)
{
    struct digest_hex hex = {{0}};
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    (void)EVP_DigestFinal_ex(d->ctx, raw, &n);
    for (unsigned i = 0; i < n && i < 32; i++) {
        hex.z[2 * i] = "0123456789abcdef"[raw[i] >> 4];
        hex.z[2 * i + 1] = "0123456789abcdef"[raw[i] & 15];
    }
    digest_done(d);
    return hex;
}

void digest_done(struct digest *d)
{
    EVP_MD_CTX_free(d->ctx);
    d->ctx = NULL;
}

struct digest_hex digest_of(enum digest_kind kind, struct view v)
{
    struct digest d;
    digest_init(&d, kind);
    digest_add(&d, v);
    return digest_end(&d);
}
