/* Tags of a release: see load.h. The file is sorted by user and movie in every release so far; where it is not, the tags
 * that a group already has are read back. */
#include "store/load.h"

enum { TAG_COLUMNS = 5, ROWS_PER_PUT = 2000, MAX_IN_GROUP = 100000 };

struct tag {
    struct view text;
    int64_t tagged_at;
    uint64_t hash;
};

/* The tags one user gave one movie. */
struct group {
    int64_t user_id, movielens_id;
    struct vec tags; /* struct tag */
    struct arena texts;
};

struct tag_load {
    struct load *load;
    struct group group;
    int64_t highest_user, highest_movie; /* the highest group so far */
    const struct put *put;
    struct row_set rows; /* waiting to be written */
    struct arena texts;  /* theirs */
};

static bool flush(struct tag_load *t, struct err *e)
{
    bool ok = db_put(t->load->s, t->put, &t->rows, e);
    t->rows.n = 0;
    arena_reset(&t->texts);
    return ok;
}

static bool add_to_group(struct group *g, struct view text, int64_t tagged_at, struct err *e)
{
    struct tag *to = vec_add(&g->tags);
    if (to == NULL)
        return err_set(e, ERR_DATA, "user %lld gave movie %lld more than %d tags",
            (long long)g->user_id, (long long)g->movielens_id, MAX_IN_GROUP);
    *to = (struct tag){arena_dup(&g->texts, text), tagged_at, hash_bytes(text)};
    return true;
}

static bool take_old_tag(void *payload, const struct cell *c, size_t n, struct err *e)
{
    (void)n;
    return add_to_group(payload, cell_get_text(&c[0]), cell_get_int(&c[1]), e);
}

static bool open_group(struct tag_load *t, int64_t user_id, int64_t movielens_id, struct err *e)
{
    struct group *g = &t->group;
    if (g->user_id == user_id && g->movielens_id == movielens_id)
        return true;
    bool higher = user_id > t->highest_user ||
                  (user_id == t->highest_user && movielens_id > t->highest_movie);
    g->user_id = user_id;
    g->movielens_id = movielens_id;
    vec_clear(&g->tags);
    arena_reset(&g->texts);
    if (higher) {
        t->highest_user = user_id;
        t->highest_movie = movielens_id;
        return true;
    }
    return flush(t, e) && db_query(t->load->s,
                              "SELECT tag, tagged_at FROM {tags} WHERE user_id = ? AND "
                              "movielens_id = ? ORDER BY seq",
                              CELLS(cell_int(user_id), cell_int(movielens_id)), take_old_tag, g, e);
}

static bool is_in_group(const struct group *g, const struct ml_tag *tag)
{
    uint64_t hash = hash_bytes(tag->tag);
    for (size_t i = 0; i < g->tags.n; i++) {
        const struct tag *x = vec_at(&g->tags, i);
        if (x->hash == hash && x->tagged_at == tag->tagged_at && view_eq(x->text, tag->tag))
            return true;
    }
    return false;
}

static bool take_tag(struct tag_load *t, const struct ml_tag *tag, struct err *e)
{
    if (!load_check_movie(t->load, tag->movielens_id, "tag", tag->user_id, e) ||
        !open_group(t, tag->user_id, tag->movielens_id, e))
        return false;
    if (is_in_group(&t->group, tag)) {
        t->load->result.duplicate_tags++;
        return true;
    }
    struct cell *row = row_set_at(&t->rows, t->rows.n++);
    row[0] = cell_int(tag->user_id);
    row[1] = cell_int(tag->movielens_id);
    row[2] = cell_int((int64_t)t->group.tags.n);
    row[3] = cell_text(arena_dup(&t->texts, tag->tag));
    row[4] = cell_int(tag->tagged_at);
    t->load->result.tags++;
    return add_to_group(&t->group, tag->tag, tag->tagged_at, e) &&
           (t->rows.n < ROWS_PER_PUT || flush(t, e));
}

static bool take_all(struct tag_load *t, struct err *e)
{
    const struct ml_source *source = t->load->source;
    for (;;) {
        struct ml_tag tag;
        bool end = false;
        if (!source->tag(source->payload, &tag, &end, e))
            return false;
        if (end)
            return flush(t, e);
        if (!take_tag(t, &tag, e))
            return false;
    }
}

bool load_tags(struct load *l, struct err *e)
{
    struct store *s = l->s;
    struct tag_load t = {.load = l,
        .group = {.user_id = INT64_MIN},
        .highest_user = INT64_MIN,
        .put = upsert_put_all(s, schema_find(&s->schema, "tags"), PUT_ROW),
        .rows = {
            arena_take_array(&s->scratch, (size_t)ROWS_PER_PUT * TAG_COLUMNS, sizeof(struct cell)),
            TAG_COLUMNS, 0}};
    vec_init(&t.group.tags, sizeof(struct tag), MAX_IN_GROUP);
    arena_init(&t.group.texts);
    arena_init(&t.texts);
    bool ok = take_all(&t, e);
    vec_done(&t.group.tags);
    arena_done(&t.group.texts);
    arena_done(&t.texts);
    return ok;
}
