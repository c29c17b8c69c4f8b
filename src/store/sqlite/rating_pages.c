/* Rating pages: see rating_pages.h. */
#include "store/sqlite/rating_pages.h"

enum {
    COLUMNS = 4,
    HEAD = 2 + COLUMNS, /* bytes of an entry before its values */
};

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

/* ---- a user's rows */

/* Whole numbers that have the same type as the first: a range of them. */
struct alike {
    struct value first;
    uint64_t least, span; /* the largest is so much more */
};

static struct alike alike_to(int64_t v)
{
    static const struct {
        uint64_t least, behind;
    } by_type[] = {{0, 0}, {2, 1 << 7}, {1 << 7, 1 << 15}, {1 << 15, 1 << 23},
        {1 << 23, UINT64_C(1) << 31}, {UINT64_C(1) << 31, UINT64_C(1) << 47}};
    struct value x = value_int(v);
    if (v < 2 || x.type >= sizeof by_type / sizeof by_type[0])
        return (struct alike){x, (uint64_t)v, 0};
    return (struct alike){
        x, by_type[x.type].least, by_type[x.type].behind - 1 - by_type[x.type].least};
}

static inline bool is_alike(const struct alike *a, int64_t v)
{
    return (uint64_t)v - a->least <= a->span;
}

/* What a rating adds to what is the same in every entry. */
struct half {
    uint64_t bits, head;
    uint32_t size;
};

/* What is the same in entries of a user whose movies are of one type, and whose times are. */
struct same_row {
    struct alike movie, time;
    uint64_t ids, movie_mask; /* both ids are put in one, the user's above */
    uint64_t head;            /* but for what the rating adds */
    uint32_t ids_size, size;
};

static struct same_row same_of(const struct rating_block *b, size_t i)
{
    struct same_row s = {.movie = alike_to(b->movielens_id[i]), .time = alike_to(b->rated_at[i])};
    struct value user = value_int(b->user_id[i]), movie = s.movie.first, time = s.time.first;
    s.ids_size = (uint32_t)user.size + movie.size;
    s.size = HEAD + s.ids_size + time.size;
    s.movie_mask = (UINT64_C(1) << 8 * movie.size) - 1;
    s.ids = user.size == 0 ? 0 : user.bits << 8 * movie.size;
    s.head = (uint64_t)(s.size - 1) << 40 | (uint64_t)(COLUMNS + 1) << 32 |
             (uint64_t)user.type << 24 | (uint64_t)movie.type << 16 | time.type;
    return s;
}

/* As many of the rows [from, to) of one user as the leaf has room for and as have movie and time of
 * the same type as the first; returns how many. Written as leaves_add does, so up to three bytes
 * below the cell too. */
static size_t fill_leaf(struct leaves *l, const struct half *halves, const struct rating_block b,
    size_t from, size_t to)
{
    const struct same_row s = same_of(&b, from);
    uint8_t *page = l->page, *at = page + l->content,
            *place = page + LEAF_HEADER + (size_t)POINTER * l->entries;
    uint32_t room = l->room;
    size_t i = from;
    for (; i < to; i++, place += POINTER) {
        const struct half *half = &halves[b.half_stars[i]];
        uint32_t need = s.size + half->size + POINTER;
        if (need > room || !is_alike(&s.movie, b.movielens_id[i]) ||
            !is_alike(&s.time, b.rated_at[i]))
            break;
        put_u64(at - 8, (uint64_t)b.rated_at[i]);
        at -= s.time.first.size;
        put_u64(at - 8, half->bits);
        at -= half->size;
        put_u64(at - 8, s.ids | ((uint64_t)b.movielens_id[i] & s.movie_mask));
        at -= s.ids_size;
        put_u64(at - 8, s.head + half->head);
        at -= HEAD;
        room -= need;
        put_u16(place, (uint32_t)(at - page));
    }
    leaves_filled(l, (uint32_t)(i - from), room);
    return i - from;
}

static void add_row(struct leaves *l, const struct rating_block *b, size_t i)
{
    struct value v[COLUMNS] = {value_int(b->user_id[i]), value_int(b->movielens_id[i]),
        value_half(b->half_stars[i]), value_int(b->rated_at[i])};
    leaves_add(l, v, COLUMNS);
}

static void add_user(struct leaves *l, const struct half *halves, const struct rating_block *b,
    size_t from, size_t to)
{
    for (size_t i = from, n; i < to; i += n) {
        n = l->page == NULL ? 0 : fill_leaf(l, halves, *b, i, to);
        if (n > 0)
            continue;
        add_row(l, b, i);
        n = 1;
    }
}

static void make_halves(struct half *halves)
{
    for (unsigned i = 0; i <= MOVIE_INDEX_STEPS; i++) {
        struct value v = value_half(i);
        halves[i] = (struct half){v.bits, (uint64_t)v.size << 40 | (uint64_t)v.type << 8, v.size};
    }
}

/* How many rows, from the first on, rose in key and are in the table. */
static size_t add_rows(struct rating_pages *p, const struct rating_block *b)
{
    struct half halves[MOVIE_INDEX_STEPS + 1];
    make_halves(halves);
    size_t n = 0;
    for (size_t from = 0; n < b->n && key_of(b, n) > p->last; from = n) {
        for (n++; n < b->n && b->user_id[n] == b->user_id[from] &&
                  b->movielens_id[n] > b->movielens_id[n - 1];)
            n++;
        p->last = key_of(b, n - 1);
        add_user(&p->pages.table, halves, b, from, n);
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
