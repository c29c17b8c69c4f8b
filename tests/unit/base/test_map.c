/* Tests of base/map: both maps against a list searched from its beginning, at their maxima, with
 * hard keys. */
#include "help.h"

#include "base/map.h"

#include <stdio.h>

enum { KEYS = 400 };

struct model {
    int64_t key[KEYS];
    uint64_t value[KEYS];
    size_t n;
};

static uint64_t *model_get(struct model *m, int64_t key)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->key[i] == key)
            return &m->value[i];
    return NULL;
}

/* Keys that poor hashes put on one heap: neighbours, multiples of powers of two, the ends of the
 * range. */
static int64_t hard_key(struct random *r)
{
    int64_t i = (int64_t)random_below(r, 90);
    switch (random_below(r, 6)) {
    case 0:
        return i;
    case 1:
        return -i;
    case 2:
        return (int64_t)((uint64_t)i << 32);
    case 3:
        return (int64_t)((uint64_t)i << 57);
    case 4:
        return INT64_MIN + i;
    default:
        return INT64_MAX - i;
    }
}

static void put_both(struct random *r, struct map *m, struct model *model)
{
    int64_t key = hard_key(r);
    uint64_t value = random_next(r), *there = model_get(model, key);
    bool room = there != NULL || model->n < m->max;
    HOLDS(r, map_put(m, key, value) == room);
    if (there != NULL) {
        *there = value;
    } else if (room) {
        model->key[model->n] = key;
        model->value[model->n++] = value;
    }
}

static void get_both(struct random *r, const struct map *m, struct model *model)
{
    int64_t key = hard_key(r);
    uint64_t *mine = map_get(m, key), *its = model_get(model, key);
    HOLDS(r, (mine == NULL) == (its == NULL));
    HOLDS(r, map_has(m, key) == (its != NULL));
    if (its != NULL) {
        HOLDS(r, *mine == *its);
        *mine = *its = random_next(r); /* what it points at is the value itself */
    }
}

TEST(a_map_behaves_as_a_list_of_pairs)
{
    static struct model model;
    struct random r;
    random_init(&r, 7);
    for (int round = 0; round < 150; round++) {
        struct map m;
        map_init(&m, random_below(&r, KEYS));
        model.n = 0;
        for (int step = 0; step < 1500; step++) {
            if (random_below(&r, 2) == 0)
                put_both(&r, &m, &model);
            else
                get_both(&r, &m, &model);
            HOLDS(&r, m.n == model.n);
        }
        for (size_t i = 0; i < model.n; i++)
            HOLDS(&r, *map_get(&m, model.key[i]) == model.value[i]);
        map_done(&m);
    }
}

TEST(a_map_holds_many_keys)
{
    struct map m;
    enum { MANY = 300000 };
    map_init(&m, MANY);
    for (int64_t i = 0; i < MANY; i++)
        assert_true(map_put(&m, i * 4096, (uint64_t)i));
    assert_false(map_put(&m, -1, 0));
    assert_int_equal(m.n, MANY);
    assert_true(m.n * 3 <= m.cap * 2 + 3);
    for (int64_t i = 0; i < MANY; i++)
        if (map_get(&m, i * 4096) == NULL || *map_get(&m, i * 4096) != (uint64_t)i)
            fail_msg("key %" PRId64 " lost", i * 4096);
    assert_false(map_has(&m, 1));
    map_done(&m);
}

TEST(at_its_maximum_a_map_stays_as_it_is)
{
    struct map m;
    for (size_t max = 0; max < 200; max++) {
        map_init(&m, max);
        for (size_t i = 0; i < max; i++)
            assert_true(map_put(&m, (int64_t)i, i));
        for (int64_t i = 1000; i < 1100; i++) {
            assert_false(map_put(&m, i, 1));
            assert_false(map_has(&m, i));
        }
        assert_int_equal(m.n, max);
        for (size_t i = 0; i < max; i++) {
            assert_int_equal(*map_get(&m, (int64_t)i), i);
            assert_true(
                map_put(&m, (int64_t)i, i + 7)); /* setting a key that is there needs no room */
            assert_int_equal(*map_get(&m, (int64_t)i), i + 7);
        }
        map_done(&m);
    }
}

TEST(maps_can_be_done_twice_and_used_again)
{
    struct map m = {0};
    struct textmap t = {0};
    map_done(&m);
    textmap_done(&t);
    assert_null(map_get(&m, 0));
    assert_null(textmap_get(&t, V("")));
    map_init(&m, 5);
    textmap_init(&t, 5);
    for (int round = 0; round < 3; round++) {
        assert_true(map_put(&m, 1, 2));
        assert_true(textmap_put(&t, V("k"), 3));
        map_done(&m);
        map_done(&m);
        textmap_done(&t);
        textmap_done(&t);
        assert_null(map_get(&m, 1));
        assert_null(textmap_get(&t, V("k")));
    }
}

struct text_model {
    char key[KEYS][8];
    size_t length[KEYS];
    uint64_t value[KEYS];
    size_t n;
};

static uint64_t *text_model_get(struct text_model *m, struct view key)
{
    for (size_t i = 0; i < m->n; i++)
        if (m->length[i] == key.n && memcmp(m->key[i], key.p, key.n) == 0)
            return &m->value[i];
    return NULL;
}

static void text_step(struct random *r, struct textmap *m, struct text_model *model)
{
    char bytes[8];
    struct view key = {bytes, random_below(r, 5)};
    random_text(r, V("ab\0\xFF"), bytes, key.n);
    uint64_t value = random_next(r), *its = text_model_get(model, key);
    uint64_t *mine = textmap_get(m, key);
    HOLDS(r, (mine == NULL) == (its == NULL));
    if (mine != NULL)
        HOLDS(r, *mine == *its);
    bool room = its != NULL || model->n < m->max;
    HOLDS(r, textmap_put(m, key, value) == room);
    if (its != NULL) {
        *its = value;
    } else if (room) {
        memcpy(model->key[model->n], bytes, key.n);
        model->length[model->n] = key.n;
        model->value[model->n++] = value;
    }
    memset(bytes, '!', sizeof bytes); /* the map has its own copy of the key */
    HOLDS(r, m->n == model->n);
}

TEST(a_textmap_behaves_as_a_list_of_pairs)
{
    static struct text_model model;
    struct random r;
    random_init(&r, 8);
    for (int round = 0; round < 100; round++) {
        struct textmap m;
        textmap_init(&m, random_below(&r, KEYS));
        model.n = 0;
        for (int step = 0; step < 1500; step++)
            text_step(&r, &m, &model);
        for (size_t i = 0; i < model.n; i++)
            HOLDS(&r,
                *textmap_get(&m, (struct view){model.key[i], model.length[i]}) == model.value[i]);
        textmap_done(&m);
    }
}

TEST(a_textmap_keeps_long_and_many_keys)
{
    static char large[100000];
    struct textmap m;
    textmap_init(&m, 20001);
    memset(large, 'x', sizeof large);
    assert_true(textmap_put(&m, (struct view){large, sizeof large}, 1));
    for (uint64_t i = 0; i < 20000; i++) {
        char key[32];
        assert_true(
            textmap_put(&m, (struct view){key, (size_t)snprintf(key, 32, "%" PRIu64, i)}, i));
    }
    assert_false(textmap_put(&m, V("one more"), 1));
    assert_int_equal(*textmap_get(&m, V("19999")), 19999);
    assert_int_equal(*textmap_get(&m, (struct view){large, sizeof large}), 1);
    assert_null(textmap_get(&m, (struct view){large, sizeof large - 1}));
    textmap_done(&m);
}

TEST(an_absent_key_is_the_empty_one)
{
    struct textmap m;
    textmap_init(&m, 10);
    assert_null(textmap_get(&m, absent));
    assert_true(textmap_put(&m, absent, 1));
    assert_int_equal(*textmap_get(&m, absent), 1);
    assert_int_equal(*textmap_get(&m, V("")), 1);
    for (uint64_t i = 2; i < 20; i++)
        assert_true(textmap_put(&m, i % 2 == 0 ? V("") : absent, i));
    assert_int_equal(m.n, 1);
    assert_int_equal(*textmap_get(&m, V("")), 19);
    textmap_done(&m);
}

TEST(hashes_are_of_the_bytes_and_spread)
{
    enum { N = 4096 };
    static unsigned low[N];
    char copy[] = "abc";
    assert_true(hash_bytes(V("abc")) == hash_bytes((struct view){copy, 3}));
    assert_true(hash_bytes(V("abc")) != hash_bytes(V("abc\0")));
    assert_true(hash_bytes(V("ab")) != hash_bytes(V("ba")));
    assert_true(hash_bytes(V("")) == hash_bytes(absent));
    for (int i = 0; i < N; i++) {
        char key[16];
        struct view v = {key, (size_t)snprintf(key, sizeof key, "tt%07d", i)};
        low[hash_bytes(v) % N]++;
    }
    for (int i = 0; i < N; i++)
        assert_in_range(low[i], 0, 12); /* a fair throw of 4096 into 4096 gives about 7 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_map_behaves_as_a_list_of_pairs),
        cmocka_unit_test(a_map_holds_many_keys),
        cmocka_unit_test(at_its_maximum_a_map_stays_as_it_is),
        cmocka_unit_test(maps_can_be_done_twice_and_used_again),
        cmocka_unit_test(a_textmap_behaves_as_a_list_of_pairs),
        cmocka_unit_test(a_textmap_keeps_long_and_many_keys),
        cmocka_unit_test(an_absent_key_is_the_empty_one),
        cmocka_unit_test(hashes_are_of_the_bytes_and_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
