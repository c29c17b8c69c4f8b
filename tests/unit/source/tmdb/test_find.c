/* Finding a movie by its IMDb id. */
#include "world.h"

static void find_by_imdb_id(void **state)
{
    int64_t id = -1;
    struct err e;
    (void)state;
    assert_true(tmdb_find(client, "tt0137523", &id, &e));
    assert_int_equal(id, 550);
    assert_true(tmdb_find(client, "tt0944947", &id, &e)); /* a series */
    assert_int_equal(id, 0);
    id = -1;
    assert_true(tmdb_find(client, "tt404", &id, &e));
    assert_int_equal(id, 0);
    uint64_t before = fake.submitted;
    static const char *const bad[] = {
        "", "tt1/../../x", "tt1?x=1", "tt1&a", "tt 1", "tt11111111111111111111"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        id = -1;
        assert_true(tmdb_find(client, bad[i], &id, &e));
        assert_int_equal(id, 0);
    }
    assert_int_equal(fake.submitted, before);
    assert_false(tmdb_find(client, "tt7", &id, &e)); /* an answer to something else is not "none" */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WORLD_TEST(find_by_imdb_id),
    };
    return cmocka_run_group_tests_name("find", tests, NULL, NULL);
}
