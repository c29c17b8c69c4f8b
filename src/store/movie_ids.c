/* Movie ids: see movie_ids.h. */
#include "store/movie_ids.h"

#include "base/mem.h"

void movie_ids_init(struct movie_ids *m)
{
    *m = (struct movie_ids){0};
    vec_init(&m->ids, sizeof(int32_t), MOVIE_IDS_MAX);
    map_init(&m->far, MOVIE_IDS_MAX);
}

void movie_ids_done(struct movie_ids *m)
{
    vec_done(&m->ids);
    mem_free(m->dense);
    map_done(&m->far);
}

bool movie_ids_add(struct movie_ids *m, int64_t id)
{
    int32_t *slot = id < INT32_MIN || id > INT32_MAX ? NULL : vec_add(&m->ids);
    if (slot != NULL)
        *slot = (int32_t)id;
    return slot != NULL;
}

static int by_id(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static void drop_repeated(struct vec *ids)
{
    int32_t *id = ids->items;
    size_t kept = 0;
    for (size_t i = 0; i < ids->n; i++)
        if (kept == 0 || id[kept - 1] != id[i])
            id[kept++] = id[i];
    ids->n = kept;
}

/* As they come from nearly every file. */
static bool is_rising(const struct vec *ids)
{
    const int32_t *id = ids->items;
    size_t i = 1;
    while (i < ids->n && id[i - 1] < id[i])
        i++;
    return i >= ids->n;
}

void movie_ids_rank_all(struct movie_ids *m)
{
    if (!is_rising(&m->ids)) {
        vec_sort(&m->ids, by_id);
        drop_repeated(&m->ids);
    }
    const int32_t *id = m->ids.items;
    size_t n = m->ids.n;
    for (size_t i = 0; i < n && id[i] < MOVIE_IDS_DENSE; i++)
        m->dense_n = id[i] < 0 ? 0 : (size_t)id[i] + 1;
    m->dense = mem_alloc(m->dense_n * sizeof *m->dense);
    for (size_t i = 0; i < n; i++)
        if (id[i] >= 0 && (size_t)id[i] < m->dense_n)
            m->dense[id[i]] = (uint32_t)i + 1;
        else
            (void)map_put(&m->far, id[i], i);
}

uint32_t movie_ids_far(const struct movie_ids *m, int64_t id)
{
    const uint64_t *rank = map_get(&m->far, id);
    return rank == NULL ? MOVIE_IDS_NONE : (uint32_t)*rank;
}
