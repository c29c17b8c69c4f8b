/* Page writer: writes chunks of pages while its caller fills the next (private to btree.h).
 *
 * Past the system's cache a write lasts until the disk has it, and the processor would wait for it:
 * so a thread does it, with PAGE_WRITER_CHUNKS chunks between the two, in one block of large pages
 * of memory (mem_pages): the device is told of each page of a write. Where writes go into the
 * cache, where no thread can be had and for the only chunk of a small tree, the caller writes. */
#ifndef MOVIE_ETL_STORE_SQLITE_PAGE_WRITER_H
#define MOVIE_ETL_STORE_SQLITE_PAGE_WRITER_H

#include "store/sqlite/page_file.h"

enum { PAGE_WRITER_BYTES = 1024 * 1024, PAGE_WRITER_CHUNKS = 4 };

struct page_writer;

struct page_writer *page_writer_new(struct page_file *file);
/* Waits for the thread; NULL: does nothing. */
void page_writer_free(struct page_writer *w);

/* Where the next chunk is filled: PAGE_WRITER_BYTES, 0 or what an earlier one held. */
uint8_t *page_writer_chunk(const struct page_writer *w);
/* The first n pages of it go to the file, and the next one is begun. False: one of those before
 * could not be written; nothing need be put any more. */
bool page_writer_put(struct page_writer *w, uint32_t first, uint32_t n, struct err *e);
/* The same with the last one, which stays where it is; waits until all are written. */
bool page_writer_end(struct page_writer *w, uint32_t first, uint32_t n, struct err *e);

#endif
