/* The set that one linking touches: see link_set.h. */
#include "etl/link_set.h"

#include "model/imdb.h"

#include <stdlib.h>

#define ABSENT UINT64_MAX

void link_set_init(struct link_set *s, bool blank)
{
    *s = (struct link_set){.blank = blank};
    arena_init(&s->arena);
    vec_init(&s->rows, sizeof(struct set_row), LINK_MAX_SET);
    map_init(&s->row_at, LINK_MAX_SET);
    vec_init(&s->records, sizeof(struct set_record), LINK_MAX_SET);
    map_init(&s->record_at, LINK_MAX_SET);
    vec_init(&s->wanted, sizeof(int64_t), LINK_MAX_SET);
    vec_init(&s->wanted_imdb, sizeof(struct view), LINK_MAX_SET);
    textmap_init(&s->imdb_asked, LINK_MAX_SET);
    textmap_init(&s->imdb_at, LINK_MAX_SET);
    vec_init(&s->movie_ids, sizeof(int64_t), LINK_MAX_SET);
    map_init(&s->movie_at, LINK_MAX_SET);
}

void link_set_done(struct link_set *s)
{
    arena_done(&s->arena);
    vec_done(&s->rows);
    map_done(&s->row_at);
    vec_done(&s->records);
    map_done(&s->record_at);
    vec_done(&s->wanted);
    vec_done(&s->wanted_imdb);
    textmap_done(&s->imdb_asked);
    textmap_done(&s->imdb_at);
    vec_done(&s->movie_ids);
    map_done(&s->movie_at);
}

static void add_id(struct vec *v, int64_t id)
{
    int64_t *slot = vec_add(v);
    if (slot != NULL)
        *slot = id;
}

void link_set_want_record(struct link_set *s, int64_t tmdb_id)
{
    if (s->blank || tmdb_id <= 0 || map_has(&s->record_at, tmdb_id))
        return;
    (void)map_put(&s->record_at, tmdb_id, ABSENT);
    add_id(&s->wanted, tmdb_id);
}

static void want_imdb(struct link_set *s, struct view imdb_id)
{
    if (s->blank || !imdb_id_is_valid(imdb_id) || textmap_get(&s->imdb_asked, imdb_id) != NULL)
        return;
    (void)textmap_put(&s->imdb_asked, imdb_id, 0);
    struct view *slot = vec_add(&s->wanted_imdb);
    if (slot != NULL)
        *slot = imdb_id;
}

static bool take_row(void *payload, const struct ml_row *row, struct err *e)
{
    struct link_set *s = payload;
    if (map_has(&s->row_at, row->movie.movielens_id))
        return true;
    struct set_row *to = vec_add(&s->rows);
    if (to == NULL)
        return err_set(e, ERR_BUG, "more than %d rows in one linking", LINK_MAX_SET);
    (void)map_put(&s->row_at, row->movie.movielens_id, s->rows.n - 1);
    to->row = *row;
    to->link.movie_id = row->movie_id;
    to->row.movie.raw_title = arena_dup(&s->arena, row->movie.raw_title);
    to->row.movie.title = arena_dup(&s->arena, row->movie.title);
    to->row.movie.genres = arena_dup(&s->arena, row->movie.genres);
    to->row.movie.imdb_id = arena_dup(&s->arena, row->movie.imdb_id);
    link_set_want_record(s, row->movie.tmdb_id);
    link_set_want_record(s, row->movie_id);
    want_imdb(s, to->row.movie.imdb_id);
    return true;
}

bool link_set_add_rows(
    struct link_set *s, struct store *store, const struct store_filter *f, struct err *e)
{
    if (f->movielens_last == 0 && f->movielens_n + f->tmdb_n + f->movie_n + f->imdb_n == 0)
        return true;
    return store_each_movielens(store, f, take_row, s, e);
}

bool link_set_take_rows(struct link_set *s, const struct ml_row *rows, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++)
        if (!take_row(s, &rows[i], e))
            return false;
    return true;
}

const struct set_row *link_set_row(const struct link_set *s, int64_t movielens_id)
{
    return vec_at(&s->rows, (size_t)*map_get(&s->row_at, movielens_id));
}

static bool take_record(void *payload, const struct tmdb_facts *facts, struct err *e)
{
    struct link_set *s = payload;
    const uint64_t *at = map_get(&s->record_at, facts->tmdb_id);
    if (at != NULL && *at != ABSENT)
        return true;
    struct tmdb_facts *copy = arena_take(&s->arena, sizeof *copy);
    *copy = *facts;
    copy->imdb_id = arena_dup(&s->arena, facts->imdb_id);
    copy->title = arena_dup(&s->arena, facts->title);
    copy->original_title = arena_dup(&s->arena, facts->original_title);
    copy->release_date = arena_dup(&s->arena, facts->release_date);
    struct set_record *slot = vec_add(&s->records);
    if (slot == NULL)
        return err_set(e, ERR_BUG, "more than %d records in one linking", LINK_MAX_SET);
    slot->facts = copy;
    if (imdb_id_is_valid(copy->imdb_id) && !copy->gone) {
        const uint64_t *other = textmap_get(&s->imdb_at, copy->imdb_id);
        slot->other = other == NULL ? 0 : (size_t)*other;
        (void)textmap_put(&s->imdb_at, copy->imdb_id, s->records.n);
    }
    (void)map_put(&s->record_at, facts->tmdb_id, s->records.n - 1);
    return true;
}

bool link_set_load_records(struct link_set *s, struct store *store, struct err *e)
{
    struct store_filter f = {.tmdb_ids = s->wanted.items,
        .tmdb_n = s->wanted.n,
        .imdb_ids = s->wanted_imdb.items,
        .imdb_n = s->wanted_imdb.n};
    if (f.tmdb_n + f.imdb_n == 0)
        return true;
    bool ok = store_each_tmdb(store, &f, take_record, s, e);
    vec_clear(&s->wanted);
    vec_clear(&s->wanted_imdb);
    return ok;
}

const struct tmdb_facts *link_set_record(const struct link_set *s, int64_t tmdb_id)
{
    const uint64_t *at = map_get(&s->record_at, tmdb_id);
    if (at == NULL || *at == ABSENT)
        return NULL;
    return ((const struct set_record *)vec_at(&s->records, *at))->facts;
}

size_t link_set_by_imdb(
    const struct link_set *s, struct view imdb_id, const struct tmdb_facts **ret, size_t max)
{
    size_t n = 0;
    const uint64_t *last = imdb_id_is_valid(imdb_id) ? textmap_get(&s->imdb_at, imdb_id) : NULL;
    for (size_t at = last == NULL ? 0 : (size_t)*last; at != 0 && n < max;) {
        const struct set_record *r = vec_at(&s->records, at - 1);
        ret[n++] = r->facts;
        at = r->other;
    }
    return n;
}

static void note_movie(struct link_set *s, int64_t movie_id, struct vec *fresh)
{
    if (movie_id == 0 || map_has(&s->movie_at, movie_id))
        return;
    (void)map_put(&s->movie_at, movie_id, 1);
    add_id(&s->movie_ids, movie_id);
    add_id(fresh, movie_id);
}

bool link_set_add_neighbours(struct link_set *s, struct store *store, bool *ret_more, struct err *e)
{
    struct vec fresh;
    size_t before = s->rows.n;
    vec_init(&fresh, sizeof(int64_t), LINK_MAX_SET);
    for (size_t i = 0; i < s->records.n; i++)
        note_movie(s, ((const struct set_record *)vec_at(&s->records, i))->facts->tmdb_id, &fresh);
    for (size_t i = 0; i < s->rows.n; i++) {
        const struct set_row *r = vec_at(&s->rows, i);
        note_movie(s, r->row.movie_id, &fresh);
        note_movie(s, r->link.movie_id, &fresh);
    }
    struct store_filter f = {.movie_ids = fresh.items, .movie_n = fresh.n};
    bool ok = s->blank || link_set_add_rows(s, store, &f, e);
    vec_done(&fresh);
    *ret_more = s->rows.n > before || s->wanted.n > 0;
    return ok;
}

static int by_id(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

/* One row on its way into its group. */
struct sort_item {
    int64_t movie_id;
    const struct ml_row *row;
};

static int by_movie(const void *x, const void *y)
{
    const struct sort_item *a = x, *b = y;
    if (a->movie_id != b->movie_id)
        return a->movie_id < b->movie_id ? -1 : 1;
    int64_t i = a->row->movie.movielens_id, k = b->row->movie.movielens_id;
    return (i > k) - (i < k);
}

void link_set_group_rows(struct link_set *s)
{
    struct sort_item *items = arena_take_array(&s->arena, s->rows.n, sizeof *items);
    s->grouped = arena_take_array(&s->arena, s->rows.n, sizeof *s->grouped);
    s->group_ids = arena_take_array(&s->arena, s->rows.n, sizeof *s->group_ids);
    for (size_t i = 0; i < s->rows.n; i++) {
        const struct set_row *r = vec_at(&s->rows, i);
        items[i] = (struct sort_item){r->link.movie_id, &r->row};
    }
    if (s->rows.n > 1)
        qsort(items, s->rows.n, sizeof *items, by_movie);
    for (size_t i = 0; i < s->rows.n; i++) {
        s->grouped[i] = items[i].row;
        s->group_ids[i] = items[i].movie_id;
    }
    if (s->movie_ids.n > 1)
        qsort(s->movie_ids.items, s->movie_ids.n, sizeof(int64_t), by_id);
}

struct set_group link_set_group(const struct link_set *s, int64_t movie_id)
{
    size_t low = 0, high = s->rows.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (s->group_ids[middle] < movie_id)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < s->rows.n && s->group_ids[end] == movie_id)
        end++;
    return (struct set_group){s->grouped + low, end - low};
}
