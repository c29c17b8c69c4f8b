/* Bucket room: where the blocks of all buckets are taken from, to be given back together (private
 * to movie_bucket.h).
 *
 * Memory costs most when it is touched first: a virtual machine's system has to get it from its
 * host, and 128 MB for the ratings of a release took a third of the thread that reads them. So,
 * when the first 2 MiB are used up, another thread has the next ones ready, on large pages; two of
 * them are more than is used then. */
#ifndef MOVIE_ETL_STORE_SQLITE_BUCKET_ROOM_H
#define MOVIE_ETL_STORE_SQLITE_BUCKET_ROOM_H

#include <stddef.h>
#include <stdint.h>

enum { BUCKET_BLOCK_ROWS = 4092 /* of a block, which so has 16 KiB */ };

struct bucket_block {
    struct bucket_block *next;
    uint32_t user; /* the first one's number */
    uint32_t n;    /* rows, once it is ended */
    uint32_t words[BUCKET_BLOCK_ROWS];
};

struct bucket_room;

struct bucket_room *bucket_room_new(void);
void bucket_room_free(struct bucket_room *room); /* NULL is fine */
/* What so many blocks take, with what is ready behind them. */
size_t bucket_room_bytes(size_t blocks);
/* Zeroed. */
struct bucket_block *bucket_room_take(struct bucket_room *room);

#endif
