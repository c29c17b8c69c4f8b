/* Gzip: a file's compressed copy.
 *
 * Packed by ISA-L or libdeflate (pack.h), read back by libdeflate: both are several times as fast
 * as zlib, but libdeflate takes whole buffers only. So the copy is a gzip file of several members
 * (RFC 1952, par. 2.2), one for each portion of the text, which every reader of gzip files takes as
 * one text (input.h's as well). Memory: some 4 MiB, whatever the file's size, kept from one file to
 * the next: to be handed it anew by the system for each may take a third of the time.
 *
 * Each member is read back from the file as soon as it is written, unpacked by libdeflate, whatever
 * packed it, and compared byte by byte with the text, which is still at hand: what is wrong with
 * the packing or with what the system made of the writing is found, but not what is wrong with the
 * text in memory, for the original is read only once. That the disk has it, the sync at the end
 * says; no reading back could, for that comes from the system's cache. Whether the original is
 * still what it was, its owner asks afterwards. */
#ifndef MOVIE_ETL_BASE_GZIP_H
#define MOVIE_ETL_BASE_GZIP_H

#include "base/err.h"

enum { GZIP_PORTION = 1024 * 1024 }; /* of text in a member; the last one has what is left */

/* What packing a file needs, for one thread at a time. */
struct gzip;
struct gzip *gzip_new(void);
void gzip_free(struct gzip *g); /* NULL: does nothing */

/* Writes `from` compressed to `to`, a new file, and syncs it. A failure leaves nothing there; kill
 * -9 may leave a part, so whoever needs a whole file or none renames it afterwards. */
bool gzip_file(struct gzip *g, const char *from, const char *to, struct err *e);

#endif
