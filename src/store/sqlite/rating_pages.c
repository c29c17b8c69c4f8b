/* Rating pages: see rating_pages.h. */
#include "store/sqlite/rating_pages.h"

bool rating_pages_begin(
    struct rating_pages *p, const struct table_place *place, const char **ret_why, struct err *e)
{
    p->last = INT64_MIN;
    return table_pages_begin(&p->pages, place, ret_why, e);
}

static int64_t key_of(const struct rating_block *b, size_t i)
{
    return b->user_id[i] * (INT64_C(1) << 32) + b->movielens_id[i];
}

static struct rating_sample row_of(const struct rating_block *b, size_t i)
{
    return (struct rating_sample){
        b->user_id[i], b->movielens_id[i], b->half_stars[i], b->rated_at[i]};
}

static void take_samples(struct rating_pages *p, const struct rating_block *b, size_t n)
{
    if (n == 0)
        return;
    p->last_row = row_of(b, n - 1);
    if (!table_pages_wants_sample(&p->pages))
        return;
    size_t i = p->pages.sample_n++;
    p->samples[i] = row_of(b, i % n);
}

/* How many rows, from the first on, rose in key and are in the table. */
static size_t add_rows(struct rating_pages *p, const struct rating_block *b)
{
    struct value halves[MOVIE_INDEX_STEPS + 1];
    for (unsigned i = 0; i <= MOVIE_INDEX_STEPS; i++)
        halves[i] = value_half(i);
    size_t n = 0;
    for (int64_t key; n < b->n && (key = key_of(b, n)) > p->last; n++) {
        p->last = key;
        struct value v[] = {value_int(b->user_id[n]), value_int(b->movielens_id[n]),
            halves[b->half_stars[n]], value_int(b->rated_at[n])};
        leaves_add(&p->pages.table, v, 4);
    }
    return n;
}

bool rating_pages_add(
    struct rating_pages *p, const struct rating_block *b, size_t *ret_taken, struct err *e)
{
    size_t n = add_rows(p, b);
    take_samples(p, b, n);
    movie_index_add(&p->pages.index, b->movie, b->half_stars, b->user_id, n);
    p->pages.rows += n;
    *ret_taken = n;
    return leaves_ok(&p->pages.table, e);
}

bool rating_pages_end(struct rating_pages *p, bool indexed, bool *ret_indexed, struct err *e)
{
    if (p->pages.rows > 0)
        p->samples[p->pages.sample_n++] = p->last_row;
    return table_pages_end(&p->pages, indexed, ret_indexed, e);
}
