/* Overflow: what of a long record has no room in its cell (private to btree.h).
 *
 * https://www.sqlite.org/fileformat2.html, 1.6: so that four entries of an index, or one row of a
 * table with a rowid, find room on any page, a longer record leaves only its beginning in the cell,
 * and behind that the number of the first of a chain of pages (4 bytes) that hold the rest. Each of
 * these begins with the number of the next (4; 0: it is the last), and all but the last are
 * full. */
#ifndef MOVIE_ETL_STORE_SQLITE_OVERFLOW_H
#define MOVIE_ETL_STORE_SQLITE_OVERFLOW_H

#include "base/view.h"
#include "store/sqlite/page_file.h"

enum { OVERFLOW_LINK = 4 /* bytes of a page's number */ };

/* Bytes of the longest record that stands in its cell as a whole; `rows`: of a table with a
 * rowid. */
uint32_t overflow_most(const struct page_file *f, bool rows);
/* How many of a record's `n` bytes stand in its cell. */
uint32_t overflow_local(const struct page_file *f, bool rows, uint32_t n);
/* Writes the rest, of one byte at least, onto pages of its own. Any thread. */
bool overflow_write(struct page_file *f, struct view rest, uint32_t *ret_first, struct err *e);

#endif
