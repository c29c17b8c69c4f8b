/* See records_kit.h. */
#include "records_kit.h"

#include "model/decode.h"
#include "randmovie.h"

#include <string.h>

static struct tmdb_write *new_record(struct kit *k, struct rng *r, int64_t id)
{
    struct tmdb_movie *m = arena_take(&k->a, sizeof *m);
    struct list_write *lists = arena_take_array(&k->a, TMDB_LIST_COUNT, sizeof *lists);
    struct tmdb_write *w = arena_take(&k->a, sizeof *w);
    struct findings f;
    findings_init(&f);
    while (!tmdb_decode(random_body(r, id, &k->a), view_of("test"), &k->a, m, &f))
        memset(m, 0, sizeof *m);
    findings_done(&f);
    *w = (struct tmdb_write){.tmdb_id = id, .fetched_at = 5, .lists = lists, .is_new = true};
    row_of_movie(m, &k->a, w->cells);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++) {
        struct list_write *lw = &lists[w->list_n++];
        lw->list = &tmdb_lists[i];
        rows_of_list(lw->list, m, &k->a, &lw->put);
        rows_of_own(lw->list, m, &k->a, &lw->own);
        lw->hash = view_of("0123456789abcdef");
    }
    return w;
}

void random_records(struct kit *k, struct tmdb_write *ret[MOVIES])
{
    struct rng r = {20261127};
    for (int64_t i = 0; i < MOVIES; i++)
        ret[i] = new_record(k, &r, 1 + i * 7 % MOVIES);
}

void write_all(struct kit *k, struct tmdb_write *records[MOVIES])
{
    for (size_t i = 0; i < MOVIES; i += GROUP)
        must(aside_write(k, records + i, i + GROUP < MOVIES ? GROUP : MOVIES - i, false));
}

struct view plain_dump(struct kit *k, struct tmdb_write *records[MOVIES])
{
    const char *path = k->config.path;
    k->config.path = kit_path(k, "plain.db");
    kit_open(k, STORE_CREATE);
    write_all(k, records);
    struct view dump = kit_dump(k);
    kit_sound(k);
    k->config.path = path;
    kit_open(k, STORE_WRITE);
    return dump;
}
