/* What the two halves of the zip reader share: little-endian numbers, signatures, positioned
 * reads. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_ZIP_BYTES_H
#define MOVIE_ETL_SOURCE_MOVIELENS_ZIP_BYTES_H

#include "source/movielens/zip.h"

#define LOCAL_SIGNATURE   0x04034b50u
#define ENTRY_SIGNATURE   0x02014b50u
#define END_SIGNATURE     0x06054b50u
#define END64_SIGNATURE   0x06064b50u
#define LOCATOR_SIGNATURE 0x07064b50u

static inline unsigned le16(const unsigned char *b)
{
    return b[0] | (unsigned)b[1] << 8;
}

static inline uint32_t le32(const unsigned char *b)
{
    return le16(b) | (uint32_t)le16(b + 2) << 16;
}

static inline uint64_t le64(const unsigned char *b)
{
    return le32(b) | (uint64_t)le32(b + 4) << 32;
}

/* Exactly n bytes at `at`, which need not be inside the file. */
bool zip_pread(const struct zip *z, uint64_t at, void *to, size_t n, struct err *e);

#endif
