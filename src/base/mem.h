/* Memory: allocation that cannot return NULL.
 *
 * When memory is exhausted the process writes one line to stderr and ends with exit code 71.
 * That is safe here, and simpler than an error path behind every allocation: whatever state the
 * process leaves behind is one that `kill -9` may leave too, and those are all tested. */
#ifndef MOVIE_ETL_BASE_MEM_H
#define MOVIE_ETL_BASE_MEM_H

#include <stddef.h>

enum { MEM_PAGE = 4096, MEM_LARGE = 2 * 1024 * 1024 };

void *mem_alloc(size_t n); /* zeroed; n == 0 gives a valid pointer */
/* Zeroed, at a multiple of MEM_PAGE; n is one too. Where n is a multiple of MEM_LARGE, of pages as
 * large as the system has: what goes to the disk from there is in few pieces. mem_free it. */
void *mem_pages(size_t n);
/* Zeroed, for a large table that is looked into anywhere: of pages as large as the system has, for
 * it looks up where each page is. mem_free it. */
void *mem_table(size_t n);
/* Zeroed, whole pages of the system's, to which mem_unmap gives them back at once: malloc keeps
 * what is freed below other things. */
void *mem_map(size_t n);
/* The same, of pages as large as the system has, all of which have been touched: for threads that
 * get memory ready for others. n is a multiple of MEM_LARGE. */
void *mem_map_large(size_t n);
void mem_unmap(void *p, size_t n); /* all that one of them gave */
void *mem_grow(
    void *p, size_t count, size_t size); /* realloc to count * size; overflow is exhaustion */
void mem_free(void *p);                  /* NULL is fine */
/* What those do when there is no memory; for when a library says so. */
_Noreturn void mem_exhausted(void);

#endif
