/* Sync ahead: a thread syncs a file again and again while it is being written, so that whoever
 * syncs it at the end has little left to wait for (private to this folder).
 *
 * What was written past the system's cache is not safe yet either: the disk has a cache of its own,
 * which a sync empties, and 1.2 GB took 0.6 s there at the end of a load. Any thread may write and
 * say so. */
#ifndef MOVIE_ETL_STORE_SQLITE_SYNC_AHEAD_H
#define MOVIE_ETL_STORE_SQLITE_SYNC_AHEAD_H

#include <stddef.h>

/* So much is written between two syncs. */
enum { SYNC_AHEAD_BYTES = 32 * 1024 * 1024 };

struct sync_ahead;

/* The descriptor is borrowed. Without a thread nothing is synced ahead. */
struct sync_ahead *sync_ahead_new(int fd);
/* So many bytes more were written. */
void sync_ahead_wrote(struct sync_ahead *a, size_t bytes);
/* Most of it is written: a sync begins now. */
void sync_ahead_begin(struct sync_ahead *a);
/* Waits for the sync at hand and frees it. 0, or the error number of the first sync that failed:
 * the system tells a descriptor once what it could not write, and so does the disk, so that counts
 * whatever the next sync says. NULL: 0. */
int sync_ahead_end(struct sync_ahead *a);

#endif
