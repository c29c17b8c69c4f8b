/* Digests: the one place that knows libcrypto. See digest.h. */
#include "base/digest.h"

#include "base/mem.h"

#include <openssl/evp.h>
#include <stdatomic.h>

/* libcrypto looks an algorithm up for every digest, under a lock, unless it is handed one that was
 * fetched: once per process, for digests of a few hundred bytes are made by the dozen per movie.
 * Two threads may fetch it at once: the first keeps its own. */
static const EVP_MD *fetched_sha256(void)
{
    static _Atomic(EVP_MD *) kept = NULL;
    EVP_MD *md = atomic_load(&kept), *none = NULL;
    if (md != NULL)
        return md;
    md = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (md == NULL)
        mem_exhausted();
    if (atomic_compare_exchange_strong(&kept, &none, md))
        return md;
    EVP_MD_free(md);
    return none;
}

void digest_init(struct digest *d, enum digest_kind kind)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (ctx == NULL ||
        EVP_DigestInit_ex(ctx, kind == DIGEST_MD5 ? EVP_md5() : fetched_sha256(), NULL) != 1)
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
