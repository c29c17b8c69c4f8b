/* Zip archives, read only: the central directory, then any member as a stream.
 *
 * Stored and deflated members, zip64, CRC-32 and length checked. Nothing in the file is trusted:
 * offsets are checked against its size, a member never gives more bytes than the directory says,
 * and names serve for looking up only (no file is ever created from one). Not for: encryption,
 * archives in several parts, other compressions (an error that says so), data before the
 * archive. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_ZIP_H
#define MOVIE_ETL_SOURCE_MOVIELENS_ZIP_H

#include "base/arena.h"
#include "base/input.h"
#include "base/vec.h"

struct zip_member {
    struct view name; /* as in the archive, NUL-terminated; owned by the zip */
    uint64_t at;      /* of its local header */
    uint64_t packed, size;
    uint32_t crc;
    unsigned method, flags;
};

struct zip {
    int fd;
    uint64_t size, directory; /* of the file; where its members end */
    char *path;
    struct arena arena;
    struct vec members; /* struct zip_member */
};

/* ERR_INPUT when the file cannot be read or is no zip archive. */
bool zip_open(const char *path, struct zip **ret, struct err *e);
void zip_free(struct zip *z);

/* The member's bytes. A wrong length or checksum is an error where it shows, at the latest at the
 * end. The zip must outlive the input; `name` stands in its errors and is copied. */
bool zip_read(const struct zip *z, const struct zip_member *m, const char *name, struct input **ret,
    struct err *e);

#endif
