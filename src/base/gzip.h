/* Gzip: a file's compressed copy, and the proof that it says the same.
 *
 * Packed by ISA-L or libdeflate (pack.h), read back by libdeflate: both are several times as fast
 * as zlib, but libdeflate takes whole buffers only. So the copy is a gzip file of several members
 * (RFC 1952, par. 2.2), one for each portion of the text, which every reader of gzip files takes as
 * one text (input.h's as well). Memory: some 4 MiB, whatever the file's size. */
#ifndef MOVIE_ETL_BASE_GZIP_H
#define MOVIE_ETL_BASE_GZIP_H

#include "base/err.h"

enum { GZIP_PORTION = 1024 * 1024 }; /* of text in a member; the last one has what is left */

/* Writes `from` compressed to `to`, a new file, and syncs it. A failure leaves nothing there; kill
 * -9 may leave a part, so whoever needs a whole file or none renames it afterwards. */
bool gzip_file(const char *from, const char *to, struct err *e);
/* Reads what gzip_file has written and its original, and compares them byte by byte. A copy that is
 * damaged, cut off, or has members larger than a portion says something else. */
bool gzip_says(const char *packed, const char *plain, bool *ret_same, struct err *e);

#endif
