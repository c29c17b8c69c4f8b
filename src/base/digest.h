/* Digests: SHA-256 (what we write) and MD5 (only to check MovieLens's own checksums.txt). Wraps
 * libcrypto. */
#ifndef MOVIE_ETL_BASE_DIGEST_H
#define MOVIE_ETL_BASE_DIGEST_H

#include "base/view.h"

enum digest_kind { DIGEST_SHA256, DIGEST_MD5 };

struct digest {
    void *ctx;
};

struct digest_hex {
    char z[65]; /* lower-case hex, NUL-terminated: 64 digits for SHA-256, 32 for MD5 */
};

void digest_init(struct digest *d, enum digest_kind kind);
void digest_add(struct digest *d, struct view v);
/* What digest_end would give now; the digest goes on. */
struct digest_hex digest_peek(const struct digest *d);
/* Ends the digest and frees it. */
struct digest_hex digest_end(struct digest *d);
void digest_done(struct digest *d); /* frees an unfinished one; fine after digest_end */

struct digest_hex digest_of(enum digest_kind kind, struct view v);

#endif
