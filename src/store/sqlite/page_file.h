/* Page file: the pages of a database file, for writers of whole b-trees (btree.h). Nobody else has
 * it open; or SQLite adds what was written to it with a commit (graft.h).
 *
 * The format is SQLite's own, https://www.sqlite.org/fileformat2.html; the numbers in brackets are
 * its sections. Used of it: the header of 100 bytes at the start of page 1 (1.3), of which page
 * size, reserved bytes, page count, freelist, change counter and schema format are read and, where
 * they change, written; the freelist's trunk pages (1.5); and the page that holds byte 2^30, on
 * which SQLite puts its locks and which is never used (1.4).
 *
 * SQLite makes the file, its schema and the (empty) root page of each b-tree; new pages are only
 * ever added at its end. Nothing of it counts before page_file_finish writes the header: until then
 * the file is as it was, but longer. Taking runs of pages and writing may be done from several
 * threads at once, while one gives pages back and takes single ones; everything else not. */
#ifndef MOVIE_ETL_STORE_SQLITE_PAGE_FILE_H
#define MOVIE_ETL_STORE_SQLITE_PAGE_FILE_H

#include "base/err.h"
#include "base/vec.h"
#include "store/sqlite/sync_ahead.h"

#include <stdatomic.h>
#include <stdint.h>

struct page_file {
    const char *path; /* borrowed */
    int fd;
    uint32_t page_size, usable; /* usable: without the reserved bytes at the end of each page */
    _Atomic uint32_t next;      /* the first page number not yet given out */
    uint32_t locking;           /* the page that is never used */
    struct vec unused;          /* uint32_t: given out and handed back */
    struct sync_ahead *sync;    /* NULL: the file does not last */
    int direct;                 /* past the system's cache; -1: nothing goes that way */
    atomic_bool refused;        /* the system takes nothing that way after all */
    uint32_t end;               /* of the pages that are reserved; 0: none are */
    /* Of a live database: pages up to this number are SQLite's, and what is to stand on them is
     * given to `keep` instead. 0: the file is nobody else's. */
    uint32_t known;
    bool (*keep)(void *payload, uint32_t page, const uint8_t *bytes, struct err *e);
    void *payload;
};

/* *ret_why is NULL when the file can be used; otherwise it says what is unusual about it
 * (auto_vacuum, an old schema format, a file in write-ahead mode), and nothing is open. */
bool page_file_open(struct page_file *f, const char *path, const char **ret_why, struct err *e);
/* The same for a database that others may have open. Closing it ends all locks that this process
 * has on the file. */
bool page_file_open_live(struct page_file *f, const char *path, struct err *e);
/* Inside a transaction that has the right to write, and has written nothing: *ret_why as above.
 * What lies behind the database's end is cut off; *ret_cut: SQLite believes in it until the
 * transaction ends. */
bool page_file_cut_live(
    struct page_file *f, const char **ret_why, bool *ret_cut, struct err *e);
/* From here on pages are put behind those of SQLite's, `known` of them, which do not become more
 * until it commits. What was put there before is forgotten. */
void page_file_begin_behind(struct page_file *f, uint32_t known);
/* The file will be synced: runs of pages begin their way to the disk as they are written, and
 * `sync`, which is borrowed, is told. */
void page_file_lasts(struct page_file *f, struct sync_ahead *sync);
/* The same for very many of them: past the system's cache, where the system can and they stand at a
 * multiple of MEM_PAGE. To copy them into it, to find room there and to write them from it costs
 * more than all that is done for them here. */
void page_file_lasts_direct(struct page_file *f, struct sync_ahead *sync);
/* Writing a run of pages waits for the disk. */
bool page_file_waits(const struct page_file *f);
/* The root page is an empty leaf of an index b-tree; `rows`: of that of a table with a rowid. */
bool page_file_root_is_empty(
    struct page_file *f, uint32_t root, bool rows, bool *ret, struct err *e);

/* A run of `want` pages or fewer (one at least); *ret_first is the number of its first. ERR_STORE
 * when page numbers run out. */
bool page_file_take(
    struct page_file *f, uint32_t want, uint32_t *ret_first, uint32_t *ret_n, struct err *e);
/* Pages that were taken and will not be written. */
void page_file_give_back(struct page_file *f, uint32_t first, uint32_t n);
/* One page, before all others one that was given back. */
bool page_file_take_one(struct page_file *f, uint32_t *ret, struct err *e);
bool page_file_write(
    struct page_file *f, uint32_t first, uint32_t n, const uint8_t *pages, struct err *e);

/* Puts what is left unused on the freelist and writes the header: from here on the pages belong to
 * the database. */
bool page_file_finish(struct page_file *f, struct err *e);
/* The same for a live database, whose first page is about to be written: into its header. */
bool page_file_finish_live(struct page_file *f, uint8_t *header, struct err *e);
/* For pages that are still to be written while SQLite goes on with the file: puts `n` pages behind
 * all others, which are the database's from then on, and finishes. What is taken from here on is
 * one of these. SQLite does not know them: it must not read what they will be part of, before that
 * is whole. Of a file that lasts they get their room on the disk now; else they are a hole, and
 * only those that are written take any. */
bool page_file_reserve(struct page_file *f, uint32_t n, struct err *e);
/* SQLite has committed, and nobody uses the file again: the rest of what was reserved can be given
 * out in any way, and whatever comes behind SQLite's pages. */
bool page_file_resume(struct page_file *f, struct err *e);
void page_file_close(struct page_file *f); /* once, after a successful open */

#endif
