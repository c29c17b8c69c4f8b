/* Log out: what SQLite appends to its write-ahead log goes there by the block, in a thread, and
 * from there to the disk at once (private to vfs.c).
 *
 * A page comes as two writes, 24 bytes and the page behind them, none at a place where the system's
 * pages begin; a first load brings a hundred thousand, and when the commit came, the disk had a
 * gigabyte to write while all waited. Here what follows on what came before waits until a block is
 * together; while a thread writes it, the next one fills: SQLite, which has one thread, need not
 * wait for the system to find room for it, and a large log is synced ahead. Nobody else reads of
 * the log what is not committed, and each commit is synced (open.c, checkpoint.c), for which all is
 * written first. What is taken back is forgotten before anybody else may write (vfs.c): his frames
 * lie where it would have lain.
 *
 * The threads have a descriptor of their own, for one of SQLite's may have a place in the file;
 * without either, blocks are written when they are full, and reach the disk with the next sync. A
 * block that could not be written stays, and is tried again: SQLite may take back one statement
 * after a full disk, and go on with what came before it. Memory: two blocks of 512 KiB, the second
 * when one was full. */
#ifndef MOVIE_ETL_STORE_SQLITE_LOG_OUT_H
#define MOVIE_ETL_STORE_SQLITE_LOG_OUT_H

#include <sqlite3.h>

struct log_out;

typedef int log_write_fn(sqlite3_file *log, const void *from, int n, sqlite3_int64 at);

/* The log is borrowed, which is open under this name; `write` writes into it. */
struct log_out *log_out_new(sqlite3_file *log, const char *path, log_write_fn *write);
/* What waits is not written: it was not committed. NULL is fine. */
void log_out_free(struct log_out *l);

/* SQLITE_OK, or what `write` said. */
int log_out_write(struct log_out *l, const void *from, int n, sqlite3_int64 at);
/* Writes what waits. */
int log_out_flush(struct log_out *l);
/* The same, if some of it lies there. */
int log_out_flush_there(struct log_out *l, int n, sqlite3_int64 at);
/* The log is to have this size: what waits behind it is forgotten, else it is written. */
int log_out_cut(struct log_out *l, sqlite3_int64 size);
/* The log is to be synced, all of which is written: waits for what is synced ahead meanwhile. 0, or
 * the error number with which that failed: then it must not count as synced. */
int log_out_end_sync(struct log_out *l);
/* What waits is not written. */
void log_out_forget(struct log_out *l);

#endif
