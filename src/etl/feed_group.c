/* Groups of records: see feed_group.h. */
#include "etl/feed_group.h"

#include "base/mem.h"
#include "base/thread.h"

enum {
    MAX_GROUPS = 1000 * 1000,
    FINDINGS_LEAST = 20 * 1024, /* a chunk of an arena, and a vector */
};

struct feed_spares {
    struct lock *lock;
    struct feed_group *groups[FEED_SPARES];
    size_t n;
};

struct feed_spares *feed_spares_new(void)
{
    struct feed_spares *s = mem_alloc(sizeof *s);
    s->lock = lock_new();
    return s;
}

static struct feed_group *take_spare(struct feed_spares *s)
{
    lock_take(s->lock);
    struct feed_group *g = s->n == 0 ? NULL : s->groups[--s->n];
    lock_give(s->lock);
    return g;
}

/* False: there are enough. */
static bool put_spare(struct feed_spares *s, struct feed_group *g)
{
    lock_take(s->lock);
    bool room = s->n < FEED_SPARES;
    if (room)
        s->groups[s->n++] = g;
    lock_give(s->lock);
    return room;
}

struct feed_group *feed_group_new(struct feed_spares *home)
{
    struct feed_group *g = take_spare(home);
    if (g == NULL) {
        g = mem_alloc(sizeof *g);
        g->home = home;
        arena_init(&g->arena);
    }
    return g;
}

/* Empties it; its arena keeps memory. */
static void clear(struct feed_group *g)
{
    for (size_t i = 0; i < g->n; i++)
        if (g->records[i].bad)
            findings_done(&g->records[i].findings);
    arena_reset(&g->arena);
    g->n = 0;
    g->finding_bytes = 0;
    g->last = false;
}

static void discard(struct feed_group *g)
{
    arena_done(&g->arena);
    mem_free(g);
}

void feed_group_free(struct feed_group *g)
{
    if (g == NULL)
        return;
    clear(g);
    if (!put_spare(g->home, g))
        discard(g);
}

void feed_spares_free(struct feed_spares *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n; i++)
        discard(s->groups[i]);
    lock_free(s->lock);
    mem_free(s);
}

static uint64_t bytes_of(const struct feed_group *g)
{
    return sizeof *g + g->arena.used + g->finding_bytes;
}

bool feed_group_is_full(const struct feed_group *g)
{
    return g->n == FEED_RECORDS || bytes_of(g) >= FEED_BYTES;
}

/* What outlives the tree it was decoded from. */
static void keep_record(const struct staged_record *r, struct staged_record *ret)
{
    *ret = *r;
    ret->movie = (struct tmdb_movie){
        .record = {.said = r->movie.record.said, .null = r->movie.record.null},
        .tmdb_id = r->movie.tmdb_id,
        .title = r->movie.title,
        .adult = r->movie.adult};
}

void feed_group_add(struct feed_group *g, const struct staged_record *r, enum mark mark,
    uint64_t index, struct view document, struct findings *findings)
{
    struct feed_record *to = &g->records[g->n++];
    to->rows.list_n = 0;
    keep_record(r, &to->record);
    to->document = r->unchanged ? (struct view){NULL, 0} : document; /* nothing of it is refused */
    to->index = index;
    to->bad = mark == MARK_BAD;
    if (mark != MARK_NONE)
        to->record.content = 0; /* what is said about it is to be said every time */
    if (to->bad) {
        g->finding_bytes += FINDINGS_LEAST + findings->texts.used +
                            findings->kept.n * sizeof(struct finding);
        to->findings = *findings;
        findings_init(findings);
    } else if (!r->gone && !r->unchanged) {
        merge_lay_out(&r->movie, &g->arena, &to->rows);
    }
}

void feed_group_hash(struct feed_group *g)
{
    for (size_t i = 0; i < g->n; i++)
        merge_hash(&g->records[i].rows, &g->arena);
}

/* ---- the groups of a file */

void feed_kept_init(struct feed_kept *k, struct feed_spares *home)
{
    *k = (struct feed_kept){.home = home};
    vec_init(&k->groups, sizeof(struct feed_group *), MAX_GROUPS);
}

static struct feed_group *group_at(const struct feed_kept *k, size_t i)
{
    return *(struct feed_group **)vec_at(&k->groups, i);
}

void feed_kept_done(struct feed_kept *k)
{
    for (size_t i = 0; i < k->groups.n; i++)
        feed_group_free(group_at(k, i));
    vec_done(&k->groups);
}

static struct feed_group *new_group(struct feed_kept *k)
{
    struct feed_group **slot = vec_add(&k->groups);
    return slot == NULL ? NULL : (*slot = feed_group_new(k->home));
}

struct feed_group *feed_kept_room(struct feed_kept *k)
{
    struct feed_group *g = k->groups.n == 0 ? NULL : group_at(k, k->groups.n - 1);
    uint64_t full = g == NULL ? 0 : bytes_of(g);
    if (!k->over && k->bytes + full < KEPT_BYTES) {
        if (g != NULL && !feed_group_is_full(g))
            return g;
        k->bytes += full;
        g = new_group(k);
        if (g != NULL)
            return g;
    }
    feed_kept_done(k);
    k->over = true;
    return NULL;
}

/* There was room for one record more than came. */
static void drop_empty(struct feed_kept *k)
{
    if (k->groups.n < 2 || group_at(k, k->groups.n - 1)->n > 0)
        return;
    feed_group_free(group_at(k, k->groups.n - 1));
    k->groups.n--;
}

void feed_kept_end(struct feed_kept *k)
{
    drop_empty(k);
    struct feed_group *g = k->groups.n > 0 ? group_at(k, k->groups.n - 1) : feed_kept_room(k);
    if (g != NULL)
        g->last = true;
}

struct feed_group *feed_kept_take(struct feed_kept *k)
{
    if (k->taken == k->groups.n)
        return NULL;
    struct feed_group **slot = vec_at(&k->groups, k->taken++), *g = *slot;
    *slot = NULL;
    return g;
}
