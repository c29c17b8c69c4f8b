/* See build_kit.h. */
#include "build_kit.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

char build_said[2000];

void build_note(const char *text)
{
    (void)snprintf(
        build_said + strlen(build_said), sizeof build_said - strlen(build_said), "%s\n", text);
}

static void take_line(void *payload, enum log_level level, const char *text)
{
    (void)payload;
    (void)level;
    build_note(text);
}

void build_says(const char *text)
{
    if (strstr(build_said, text) == NULL)
        fail_msg("'%s' is not in '%s'", text, build_said);
}

struct build_source build_source;

static bool give(void *payload, struct rating_block *ret, struct err *e)
{
    struct rating_block b;
    (void)payload;
    if (!generated_next(&build_source.g, &b, e))
        return false;
    *ret = b;
    build_source.given += b.n;
    if (b.n == 0 && build_source.stop_behind)
        sys_stop_set();
    if (build_source.given <= build_source.disorder_from)
        return true;
    for (size_t i = 0; i < b.n; i++) {
        size_t from = b.n - 1 - i;
        build_source.users[i] = b.user_id[from];
        build_source.movies[i] = b.movielens_id[from];
        build_source.numbers[i] = b.movie[from];
        build_source.half_stars[i] = b.half_stars[from];
        build_source.times[i] = b.rated_at[from];
    }
    *ret = (struct rating_block){build_source.users, build_source.movies, build_source.numbers,
        build_source.half_stars, build_source.times, b.n};
    return true;
}

/* The generator's callbacks take the generator; it is the first member. */
struct ml_source build_begin(uint64_t ratings, uint64_t disorder_from)
{
    struct ml_source s;
    memset(&build_source, 0, sizeof build_source);
    generated_init(&build_source.g, ratings, 900, 5);
    build_source.g.tags = 30;
    build_source.disorder_from = disorder_from;
    s = generated_source(&build_source.g);
    s.ratings = give;
    build_said[0] = '\0';
    return s;
}

void build_load(struct kit *k, uint64_t disorder_from)
{
    struct ml_source s = build_begin(RATINGS, disorder_from);
    struct ml_load_result r;
    must(store_load_movielens(k->s, &s, &r, &k->e));
    assert_int_equal(r.ratings, RATINGS);
    assert_int_equal(r.duplicate_ratings, 0);
    generated_done(&build_source.g);
    kit_sound(k);
}

struct view built_dump(struct kit *k)
{
    kit_open(k, STORE_BUILD);
    build_load(k, UINT64_MAX);
    assert_string_equal(build_said, "");
    struct view dump = kit_dump(k);
    kit_close(k);
    return dump;
}

int build_set_up(void **state)
{
    static const struct log_sink sink = {.line = take_line};
    log_install(&sink);
    return kit_set_up_empty(state);
}

int build_tear_down(void **state)
{
    log_install(NULL);
    return kit_tear_down(state);
}
