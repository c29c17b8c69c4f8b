/* What is written is what is read: hand-written bodies, recorded ones, and random movies from a
 * seed.
 *
 * MOVIE_ETL_REAL_DATA names the folder of real data, with recorded bodies in tmdb/movie/ID.json;
 * without it that test counts as skipped. */
#include "box.h"
#include "jsonnode.h"
#include "randmovie.h"

#include "base/file.h"
#include "model/decode.h"

#include <stdlib.h>

enum { RANDOM_BATCHES = 20, RANDOM_RECORDS = 150 };

static void decode(struct box *b, struct node *body, struct tmdb_movie *ret)
{
    assert_non_null(body);
    if (!tmdb_decode(body, view_of("k"), &b->a, ret, &b->f)) {
        box_print_findings(b);
        fail();
    }
}

/* Writes the records as one batch and reads it: no finding, no difference. */
static void comes_back(struct box *b, const struct staged_record *records, size_t n, uint64_t seed)
{
    struct err e;
    struct map staged;
    struct batch_writer *w;
    struct vec v;
    map_init(&staged, 10);
    must(batch_writer_new(
        b->dir, BATCH_MISSING, view_of("20260101"), view_of("q"), NULL, NULL, &staged, &w, &e));
    for (size_t i = 0; i < n; i++)
        must(batch_write(w, &records[i], &e));
    must(batch_finish(w, &e));
    batch_writer_free(w);
    map_done(&staged);
    vec_init(&v, sizeof(const char *), 10);
    must(batch_list(b->dir, FOLDER_RAW, BATCH_MISSING, &b->a, &v, &e));
    assert_int_equal(v.n, 1);
    box_read_file(b, *(const char **)vec_at(&v, 0));
    assert_findings(b, 0);
    assert_int_equal(b->n, n);
    assert_true(b->summary.complete && !b->summary.edited);
    for (size_t i = 0; i < n; i++) {
        const struct staged_record *x = &records[i], *y = &b->records[i];
        const char *difference = x->gone ? NULL : movie_difference(&x->movie, &y->movie, &b->a);
        if (difference != NULL || x->at != y->at || x->gone != y->gone || x->tmdb_id != y->tmdb_id)
            fail_msg("seed %llu, record %zu, tmdb %lld: %s", (unsigned long long)seed, i,
                (long long)x->tmdb_id, difference == NULL ? "not the same" : difference);
    }
    must(file_remove(*(const char **)vec_at(&v, 0), &e));
    vec_done(&v);
}

static struct staged_record record_of(struct box *b, struct node *body)
{
    struct staged_record r = {.at = 1795341607};
    decode(b, body, &r.movie);
    r.tmdb_id = r.movie.tmdb_id;
    return r;
}

static void test_hand_written_bodies(void **state)
{
    static const char *const bodies[] = {
        "{'id': 1}",
        "{'adult': false, 'backdrop_path': null, 'belongs_to_collection': {'id': 10, 'name': 'C', "
        "'poster_path': '/p.jpg',"
        " 'backdrop_path': null}, 'budget': 63000000, 'genres': [{'id': 18, 'name': 'Drama'}], "
        "'homepage': '', 'id': 550,"
        " 'imdb_id': 'tt0137523', 'origin_country': ['US', 'NO'], 'original_language': 'en', "
        "'original_title': 'Fight Club',"
        " 'overview': 'A b\\nc', 'popularity': 61.416, 'production_companies': [{'id': 508, "
        "'logo_path': null, 'name': 'R',"
        " 'origin_country': ''}], 'production_countries': [{'iso_3166_1': 'NO', 'name': "
        "'Norway'}], 'release_date': '1999-10-15',"
        " 'revenue': 100853753, 'runtime': 139, 'spoken_languages': [{'english_name': 'Norwegian', "
        "'iso_639_1': 'no',"
        " 'name': 'Norsk'}], 'status': 'Released', 'tagline': '', 'title': 'Fight Club', 'video': "
        "false, 'vote_average': 8.438,"
        " 'vote_count': 27280, 'something_new': {'a': [1, 2]}}",
        "{'id': 2, 'credits': {'cast': [{'adult': false, 'gender': 2, 'id': 819, "
        "'known_for_department': 'Acting',"
        " 'name': 'Edward Norton', 'original_name': 'Edward Norton', 'popularity': 26.99, "
        "'profile_path': '/x.jpg', 'cast_id': 4,"
        " 'character': 'Narrator', 'credit_id': '52fe4250c3a36847f80149f3', 'order': 0}], 'crew': "
        "[]},"
        " 'keywords': {'keywords': []}, 'videos': {'results': [{'iso_639_1': 'en', 'iso_3166_1': "
        "'US', 'name': 'T', 'key': 'k',"
        " 'site': 'YouTube', 'size': 1080, 'type': 'Trailer', 'official': true, 'published_at': "
        "'2014-10-02T19:20:22.000Z',"
        " 'id': '639d5326be6d88007f170f44'}]}, 'external_ids': {'imdb_id': 'tt1', 'wikidata_id': "
        "null}}",
        "{'id': 3, 'reviews': {'page': 1, 'results': [{'author': 'G', 'author_details': {'name': "
        "'', 'username': 'G',"
        " 'avatar_path': null, 'rating': 9.0}, 'content': 'Pretty awesome "
        "movie.\\r\\n\\r\\n---\\r\\n', 'created_at':"
        " '2018-07-05T13:22:41.754Z', 'id': '5b3e1ba9', 'updated_at': '', 'url': 'u'}], "
        "'total_pages': 1, 'total_results': 1},"
        " 'release_dates': {'results': [{'iso_3166_1': 'US', 'release_dates': [{'certification': "
        "'R', 'descriptors': [],"
        " 'iso_639_1': '', 'note': '', 'release_date': '1999-10-15T00:00:00.000Z', 'type': 3}, "
        "{'descriptors': ['a', 'b'],"
        " 'type': 4}]}]}, 'watch/providers': {'results': {'NO': {'link': 'l', 'flatrate': "
        "[{'logo_path': '/l', 'provider_id': 337,"
        " 'provider_name': 'D', 'display_priority': 1}]}, 'US': {'link': 'm'}}}}",
        "{'id': 4, 'genres': [], 'credits': {'cast': [], 'crew': []}, 'alternative_titles': "
        "{'titles': [{'iso_3166_1': 'NO',"
        " 'title': 'no', 'type': ''}]}, 'belongs_to_collection': null}",
    };
    struct box *b = *state;
    struct staged_record records[5];
    for (size_t i = 0; i < 5; i++) {
        records[i] = record_of(b, json_nodez(&b->a, bodies[i]));
        assert_int_equal(records[i].tmdb_id != 0, 1);
    }
    comes_back(b, records, 5, 0);
}

static void test_nasty_texts(void **state)
{
    struct box *b = *state;
    struct staged_record records[200];
    size_t n = 0;
    for (; nasty_texts[n].p != NULL; n++) {
        assert_true(n < 200);
        records[n] = box_movie(b, (int64_t)n + 1, "");
        records[n].movie.title = nasty_texts[n];
    }
    char *text = arena_take(&b->a, 5000001);
    for (size_t i = 0; i < 5000000; i++)
        text[i] = "\"\\\n a"[i % 5];
    records[n] = box_movie(b, 1000, "");
    records[n].movie.title = view_of(text);
    comes_back(b, records, n + 1, 0);
}

static void test_random_movies(void **state)
{
    struct box *b = *state;
    static struct staged_record records[RANDOM_RECORDS];
    for (uint64_t seed = 0; seed < RANDOM_BATCHES; seed++) {
        struct rng r = {1000 * seed};
        for (size_t i = 0; i < RANDOM_RECORDS; i++) {
            if (rng_below(&r, 10) == 0)
                records[i] = box_gone(1 + (int64_t)i);
            else
                records[i] = record_of(b, random_body(&r, 1 + (int64_t)i, &b->a));
        }
        comes_back(b, records, RANDOM_RECORDS, seed);
        arena_reset(&b->a);
    }
}

static void test_recorded_bodies(void **state)
{
    struct box *b = *state;
    struct err e;
    struct vec names;
    const char *data = getenv("MOVIE_ETL_REAL_DATA"), *folder;
    static struct staged_record records[BATCH_MAX_RECORDS];
    if (data == NULL) {
        print_message("MOVIE_ETL_REAL_DATA is not set: no recorded bodies\n");
        skip();
    }
    folder = arena_print(&b->a, "%s/tmdb/movie", data).p;
    vec_init(&names, sizeof(const char *), BATCH_MAX_RECORDS);
    must(file_list(folder, ".json", &b->a, &names, &e));
    assert_true(names.n > 0);
    for (size_t i = 0; i < names.n; i++) {
        const char *path = arena_print(&b->a, "%s/%s", folder, *(const char **)vec_at(&names, i)).p;
        records[i] = record_of(b, json_node(&b->a, box_get(b, path)));
    }
    print_message("%zu recorded bodies\n", names.n);
    comes_back(b, records, names.n, 0);
    vec_done(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOX_TEST(test_hand_written_bodies),
        BOX_TEST(test_nasty_texts),
        BOX_TEST(test_random_movies),
        BOX_TEST(test_recorded_bodies),
    };
    return cmocka_run_group_tests_name("stage/roundtrip", tests, NULL, NULL);
}
