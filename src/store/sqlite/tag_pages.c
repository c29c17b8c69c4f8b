/* Tag pages: see tag_pages.h. */
#include "store/sqlite/tag_pages.h"

enum { COL_USER, COL_MOVIE, COL_SEQ, COL_TAG, COL_TAGGED_AT };

bool tag_pages_begin(
    struct tag_pages *p, const struct table_place *place, const char **ret_why, struct err *e)
{
    p->user_id = p->movielens_id = INT64_MIN;
    p->seq = 0;
    p->too_long = false;
    if (!table_pages_begin(&p->pages, place, ret_why, e))
        return false;
    if (*ret_why == NULL) {
        arena_init(&p->texts);
        arena_init(&p->last_text);
    }
    return true;
}

void tag_pages_close(struct tag_pages *p)
{
    arena_done(&p->texts);
    arena_done(&p->last_text);
    table_pages_close(&p->pages);
}

/* Whether the row may stand behind the last one. */
static bool follows(const struct tag_pages *p, const struct cell *row)
{
    int64_t user_id = row[COL_USER].i, movielens_id = row[COL_MOVIE].i;
    if (user_id == p->user_id && movielens_id == p->movielens_id)
        return row[COL_SEQ].i == p->seq + 1;
    return row[COL_SEQ].i == 0 && user_id == (int32_t)user_id &&
           (user_id > p->user_id || (user_id == p->user_id && movielens_id > p->movielens_id));
}

static bool add_row(struct tag_pages *p, const struct cell *row, const uint32_t *movie)
{
    struct value v[] = {value_int(row[COL_USER].i), value_int(row[COL_MOVIE].i),
        value_int(row[COL_SEQ].i), value_int(row[COL_TAGGED_AT].i)};
    if (!follows(p, row))
        return false;
    p->too_long =
        !leaves_add_text(&p->pages.table, v, TAG_COLUMNS - 1, COL_TAG, row[COL_TAG].text);
    if (p->too_long)
        return false;
    p->user_id = row[COL_USER].i;
    p->movielens_id = row[COL_MOVIE].i;
    p->seq = row[COL_SEQ].i;
    int32_t user = (int32_t)p->user_id;
    movie_index_add(&p->pages.index, movie, NULL, &user, 1);
    return true;
}

static void keep(struct arena *texts, const struct cell *row, struct cell *to)
{
    for (size_t i = 0; i < TAG_COLUMNS; i++)
        to[i] = cell_dup(texts, &row[i]);
}

static void take_samples(struct tag_pages *p, const struct row_set *rows, size_t n)
{
    if (n == 0)
        return;
    arena_reset(&p->last_text);
    keep(&p->last_text, row_set_at(rows, n - 1), p->last_row);
    if (!table_pages_wants_sample(&p->pages))
        return;
    size_t i = p->pages.sample_n++;
    keep(&p->texts, row_set_at(rows, i % n), p->samples[i]);
}

bool tag_pages_add(struct tag_pages *p, const struct row_set *rows, const uint32_t *movie,
    size_t *ret_taken, struct err *e)
{
    size_t n = 0;
    while (n < rows->n && add_row(p, row_set_at(rows, n), movie + n))
        n++;
    take_samples(p, rows, n);
    p->pages.rows += n;
    *ret_taken = n;
    return leaves_ok(&p->pages.table, e);
}

bool tag_pages_end(struct tag_pages *p, bool indexed, bool *ret_indexed, struct err *e)
{
    if (p->pages.rows > 0)
        keep(&p->texts, p->last_row, p->samples[p->pages.sample_n++]);
    return table_pages_end(&p->pages, indexed, ret_indexed, e);
}
