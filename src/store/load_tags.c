/* Tags of a release: see load.h. The file is sorted by user and movie in every release so far;
 * where it is not, the tags that a group already has are read back. */
#include "store/load.h"

enum { TAG_COLUMNS = 5, BLOCK_ROWS = 2000, MAX_IN_GROUP = 100000 };

struct tag {
    struct view text;
    int64_t tagged_at;
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
    bool unordered;                      /* and said so */
    struct ml_tag tag;                   /* the next one of the source */
    bool has_tag, ended;                 /* ended: there is no next one */
    struct row_set rows; /* of the block at hand */
    uint32_t *movie;
    struct arena texts; /* theirs */
};

static bool add_to_group(struct group *g, struct view text, int64_t tagged_at, struct err *e)
{
    struct tag *to = vec_add(&g->tags);
    if (to == NULL)
        return err_set(e, ERR_DATA, "user %lld gave movie %lld more than %d tags",
            (long long)g->user_id, (long long)g->movielens_id, MAX_IN_GROUP);
    *to = (struct tag){arena_dup(&g->texts, text), tagged_at};
    return true;
}

static bool take_old_tag(void *payload, const struct cell *c, size_t n, struct err *e)
{
    (void)n;
    return add_to_group(payload, cell_get_text(&c[0]), cell_get_int(&c[1]), e);
}

static bool is_open(const struct tag_load *t)
{
    return t->tag.user_id == t->group.user_id && t->tag.movielens_id == t->group.movielens_id;
}

static bool is_higher(const struct tag_load *t)
{
    return t->tag.user_id > t->highest_user || (t->tag.user_id == t->highest_user &&
                                                   t->tag.movielens_id > t->highest_movie);
}

static bool open_group(struct tag_load *t, struct err *e)
{
    struct group *g = &t->group;
    if (is_open(t))
        return true;
    bool higher = is_higher(t);
    g->user_id = t->tag.user_id;
    g->movielens_id = t->tag.movielens_id;
    vec_clear(&g->tags);
    arena_reset(&g->texts);
    if (!higher)
        return db_query(t->load->s,
            "SELECT tag, tagged_at FROM {tags} WHERE user_id = ? AND movielens_id = ? ORDER BY seq",
            CELLS(cell_int(g->user_id), cell_int(g->movielens_id)), take_old_tag, g, e);
    t->highest_user = g->user_id;
    t->highest_movie = g->movielens_id;
    return true;
}

static bool is_in_group(const struct group *g, const struct ml_tag *tag)
{
    for (size_t i = 0; i < g->tags.n; i++) {
        const struct tag *x = vec_at(&g->tags, i);
        if (x->tagged_at == tag->tagged_at && view_eq(x->text, tag->tag))
            return true;
    }
    return false;
}

/* The source's tag into the block, unless it repeats one of its group. */
static bool take_tag(struct tag_load *t, struct err *e)
{
    const struct ml_tag *tag = &t->tag;
    uint32_t movie = movie_ids_rank(&t->load->movies, tag->movielens_id);
    t->has_tag = false;
    if (movie == MOVIE_IDS_NONE)
        return load_check_movie(t->load, tag->movielens_id, "tag", tag->user_id, e);
    if (!open_group(t, e))
        return false;
    if (is_in_group(&t->group, tag)) {
        t->load->result.duplicate_tags++;
        return true;
    }
    t->movie[t->rows.n] = movie;
    struct cell *row = row_set_at(&t->rows, t->rows.n++);
    row[0] = cell_int(tag->user_id);
    row[1] = cell_int(tag->movielens_id);
    row[2] = cell_int((int64_t)t->group.tags.n);
    row[3] = cell_text(arena_dup(&t->texts, tag->tag));
    row[4] = cell_int(tag->tagged_at);
    t->load->result.tags++;
    return add_to_group(&t->group, tag->tag, tag->tagged_at, e);
}

/* Before a group that may be in the table already, the block ends, and what is in it is stored
 * first. */
static bool next_tags(void *payload, struct tag_block *ret, struct err *e)
{
    struct tag_load *t = payload;
    const struct ml_source *source = t->load->source;
    *ret = (struct tag_block){.movie = t->movie};
    t->rows.n = 0;
    arena_reset(&t->texts);
    while (t->rows.n < BLOCK_ROWS) {
        if (!t->has_tag && !t->ended && !source->tag(source->payload, &t->tag, &t->ended, e))
            return false;
        t->has_tag = !t->ended;
        ret->ended = t->ended && t->rows.n == 0;
        if (t->ended)
            break;
        if (!is_open(t) && !is_higher(t)) {
            ret->unordered = t->rows.n == 0 && !t->unordered;
            t->unordered = t->unordered || ret->unordered;
            if (t->rows.n > 0 || ret->unordered)
                break;
        }
        if (!take_tag(t, e))
            return false;
    }
    ret->rows = t->rows;
    return true;
}

bool load_tag_rows(
    struct store *s, const struct tag_source *source, struct tag_block *block, struct err *e)
{
    const struct put *put = upsert_put_all(s, schema_find(&s->schema, "tags"), PUT_ROW);
    while (!block->ended)
        if (!db_put(s, put, &block->rows, e) || !source->next(source->payload, block, e))
            return false;
    return true;
}

bool load_tags(struct load *l, struct err *e)
{
    struct store *s = l->s;
    struct tag_load t = {.load = l,
        .group = {.user_id = INT64_MIN},
        .highest_user = INT64_MIN,
        .rows = {arena_take_array(&s->scratch, (size_t)BLOCK_ROWS * TAG_COLUMNS,
                     sizeof(struct cell)),
            TAG_COLUMNS, 0},
        .movie = arena_take_array(&s->scratch, BLOCK_ROWS, sizeof(uint32_t))};
    const struct tag_source source = {
        next_tags, &t, l->movies.ids.items, l->movies.ids.n, l->memory};
    vec_init(&t.group.tags, sizeof(struct tag), MAX_IN_GROUP);
    arena_init(&t.group.texts);
    arena_init(&t.texts);
    bool ok = s->engine->load_tags != NULL
                  ? s->engine->load_tags(s, &source, e)
                  : load_tag_rows(s, &source, &(struct tag_block){.ended = false}, e);
    vec_done(&t.group.tags);
    arena_done(&t.group.texts);
    arena_done(&t.texts);
    return ok;
}
