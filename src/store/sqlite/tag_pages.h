/* Tag pages: tags into their table and its index, past SQLite; see table_pages.h.
 *
 * Rows are taken as long as they rise in user and movie and those of one user and movie are
 * numbered from 0 on, without a gap; ids have 32 bits, and a text lies on its page as a whole (some
 * 2,000 bytes on pages of 8 KiB). Texts are UTF-8, and so must the database's be. */
#ifndef MOVIE_ETL_STORE_SQLITE_TAG_PAGES_H
#define MOVIE_ETL_STORE_SQLITE_TAG_PAGES_H

#include "store/sqlite/table_pages.h"

enum { TAG_COLUMNS = 5 }; /* user_id, movielens_id, seq, tag, tagged_at */

struct tag_pages {
    struct table_pages pages;
    int64_t user_id, movielens_id, seq; /* of the last row */
    bool too_long; /* the first row that was not taken does not fit on its page */
    /* texts in the one arena, of the last row in the other */
    struct cell samples[SAMPLES + 1][TAG_COLUMNS], last_row[TAG_COLUMNS];
    struct arena texts, last_text;
};

bool tag_pages_begin(
    struct tag_pages *p, const struct table_place *place, const char **ret_why, struct err *e);
/* *ret_taken: how many of the rows, from the first on, were taken. When that is not all, it was the
 * last call. `movie`: the place of each row's movie among all movies. */
bool tag_pages_add(struct tag_pages *p, const struct row_set *rows, const uint32_t *movie,
    size_t *ret_taken, struct err *e);
bool tag_pages_end(struct tag_pages *p, bool indexed, bool *ret_indexed, struct err *e);
void tag_pages_close(struct tag_pages *p); /* once, after a begin that began */

#endif
