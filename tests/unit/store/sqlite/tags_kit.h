/* Tags kit: beside pages_kit.h, the same for tags. The movies are those of make_rows. */
#ifndef MOVIE_ETL_TESTS_STORE_SQLITE_TAGS_KIT_H
#define MOVIE_ETL_TESTS_STORE_SQLITE_TAGS_KIT_H

#include "pages_kit.h"

#include "store/sqlite/tag_pages.h"

/* What rows look like. */
struct tag_kind {
    size_t rows;
    uint64_t seed;
    size_t shortest, longest; /* bytes of a text */
    uint32_t most_of_group;   /* tags of one user and movie */
};

struct tag_rows {
    struct pages_kit *k;
    struct row_set rows;
    uint32_t *movie; /* ranks */
    struct arena texts;
    struct tag_pages pages;
};

/* Of as many movies as there are rows at most; t->k->rows has them. */
void make_tags(struct tag_rows *t, struct pages_kit *k, const struct tag_kind *kind);
void free_tags(struct tag_rows *t);
/* "direct.db" by pages, in blocks of `block`, as far as they go, and the rest by SQL; "plain.db" by
 * SQL. Returns how many were taken as pages. `memory` for the index; 0: enough. */
size_t write_tags(struct tag_rows *t, int page_size, int reserved, size_t block, size_t memory);
/* direct.db is sound and holds what plain.db holds, in table and index; so it does after both were
 * changed alike. */
void compare_tags(struct tag_rows *t);

#endif
