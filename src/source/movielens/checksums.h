/* Checksums: the checksums.txt that newer releases carry, with the MD5 of every file. */
#ifndef MOVIE_ETL_SOURCE_MOVIELENS_CHECKSUMS_H
#define MOVIE_ETL_SOURCE_MOVIELENS_CHECKSUMS_H

#include "base/view.h"

struct checksum {
    char z[33]; /* lower-case hex; "" when not said */
};

/* The MD5 that `text` gives for the file `name` (folders before a name are passed over). Three
 * forms are in use: "md5  name" (md5sum; also "md5 *name"), "name: md5", and "MD5 (name) = md5"
 * (BSD). */
struct checksum checksums_find(struct view text, const char *name);

#endif
