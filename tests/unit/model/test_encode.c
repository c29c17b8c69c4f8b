/* Encoding is the inverse of decoding: by example, and for random movies from a seed. */
#include "jsonnode.h"
#include "randmovie.h"

#include "model/decode.h"
#include "model/encode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { RANDOM_MOVIES = 3000 };

static int set_up(void **state)
{
    static struct arena a;
    arena_init(&a);
    *state = &a;
    return 0;
}

static int tear_down(void **state)
{
    arena_done(*state);
    return 0;
}

static void decode(struct arena *a, struct node *body, struct tmdb_movie *ret)
{
    struct findings f;
    findings_init(&f);
    assert_non_null(body);
    bool ok = tmdb_decode(body, view_of("k"), a, ret, &f);
    if (!ok)
        print_message("%s: %s\n", ((const struct finding *)vec_at(&f.kept, 0))->field.p,
            ((const struct finding *)vec_at(&f.kept, 0))->text.p);
    findings_done(&f);
    assert_true(ok);
}

/* `json` decoded and encoded is `want`, as compact JSON. */
static void encodes_as(struct arena *a, const char *json, const char *want)
{
    struct tmdb_movie m;
    struct str s;
    decode(a, json_nodez(a, json), &m);
    str_init(&s, 100000);
    node_add_json(&s, tmdb_encode(&m, a));
    struct node *expected = json_nodez(a, want);
    struct str t;
    str_init(&t, 100000);
    node_add_json(&t, expected);
    assert_string_equal(str_z(&s), str_z(&t));
    str_done(&s);
    str_done(&t);
}

static void test_what_is_said_comes_back(void **state)
{
    static const char *const bodies[] = {
        "{'id': 1}",
        "{'id': 550, 'title': 'F', 'tagline': null, 'overview': '', 'popularity': 2.5, 'adult': "
        "false}",
        "{'id': 1, 'external_ids': {'wikidata_id': 'Q1', 'twitter_id': null}}",
        "{'id': 1, 'genres': []}",
        "{'id': 1, 'genres': [{'id': 18, 'name': 'Drama'}, {'id': 53}]}",
        "{'id': 1, 'origin_country': ['US', 'NO']}",
        "{'id': 1, 'belongs_to_collection': null}",
        "{'id': 1, 'belongs_to_collection': {'id': 10, 'name': 'C', 'poster_path': null}}",
        "{'id': 1, 'credits': {'cast': [], 'crew': [{'credit_id': 'a', 'id': 7, 'job': "
        "'Director'}]}}",
        "{'id': 1, 'keywords': {'keywords': []}}",
        "{'id': 1, 'reviews': {'results': [{'id': 'r', 'author_details': {'name': '', 'rating': "
        "7.0}}]}}",
        "{'id': 1, 'release_dates': {'results': [{'iso_3166_1': 'US', 'release_dates': [{'type': 3,"
        " 'descriptors': ['x']}, {'type': 4}]}, {'iso_3166_1': 'DE', 'release_dates': [{'note': "
        "''}]}]}}",
        "{'id': 1, 'release_dates': {'results': []}}",
        "{'id': 1, 'watch/providers': {'results': {}}}",
        "{'id': 1, 'watch/providers': {'results': {'DE': {'link': 'L', 'rent': [{'provider_id': "
        "2}]}, 'NO': {}}}}",
        "{'id': 1, 'images': {'posters': [{'file_path': '/p', 'vote_average': 5.5}], 'logos': []}}",
    };
    struct arena *a = *state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        encodes_as(a, bodies[i], bodies[i]);
}

static void test_a_key_of_two_fields_is_written_once(void **state)
{
    encodes_as(*state, "{'id': 1, 'credits': {'cast': [{'credit_id': 'a', 'name': 'N', 'id': 3}]}}",
        "{'id': 1, 'credits': {'cast': [{'credit_id': 'a', 'name': 'N', 'id': 3}]}}");
}

static void test_leftovers_are_written_as_extra(void **state)
{
    encodes_as(*state, "{'id': 1, 'brand_new': [1]}",
        "{\"id\": 1, \"extra\": \"{\\\"/brand_new\\\":[1]}\"}");
}

static void test_what_says_nothing_is_left_out(void **state)
{
    encodes_as(*state,
        "{'id': 1, 'genres': null, 'release_dates': {'results': [{'iso_3166_1': 'US',"
        " 'release_dates': []}]}, 'similar': {}}",
        "{'id': 1, 'release_dates': {'results': []}}");
}

static void test_random_movies_come_back(void **state)
{
    struct arena *a = *state;
    for (uint64_t seed = 0; seed < RANDOM_MOVIES; seed++) {
        struct rng r = {seed};
        struct tmdb_movie first, second;
        arena_reset(a);
        decode(a, random_body(&r, 1 + (int64_t)seed, a), &first);
        decode(a, tmdb_encode(&first, a), &second);
        const char *difference = movie_difference(&first, &second, a);
        if (difference != NULL)
            fail_msg("seed %llu: %s", (unsigned long long)seed, difference);
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_what_is_said_comes_back),
        T(test_a_key_of_two_fields_is_written_once),
        T(test_leftovers_are_written_as_extra),
        T(test_what_says_nothing_is_left_out),
        T(test_random_movies_come_back),
    };
    return cmocka_run_group_tests_name("model/encode", tests, NULL, NULL);
}
