/* The quick ways of links.csv and tags.csv against the careful one, over rows of which most have
 * something odd: with one carriage return more at its end a row means the same, and is none in the
 * plain form any more. TEST_SEED=N in the environment puts another seed in the place of the usual
 * one. */
#include "release_help.h"

#include <stdio.h>
#include <stdlib.h>

enum { FILES = 20, ROWS = 300, ROW_MAX = 200 };

static uint64_t state_of_random;

static uint64_t below(uint64_t n)
{
    state_of_random = state_of_random * 6364136223846793005u + 1442695040888963407u;
    return (state_of_random >> 33) % n;
}

#define ANY_OF(texts) (texts)[below(sizeof(texts) / sizeof(texts)[0])]

/* A row without its line end; returns its bytes. */
typedef size_t make_row(char row[ROW_MAX], int id);

static size_t make_link(char row[ROW_MAX], int id)
{
    static const char *const imdb[] = {"0114709", "0114709", "10147546", "10147546", "0000001",
        "9999999", "99999999", "01147546", "00000000", "0000000", "114709", "123456789",
        "1234567890", "tt0114709", ""};
    static const char *const tmdb[] = {"862", "862", "1", "9999999", "10000000", "0000862", "0",
        "0000000", "2147483647", "2147483648", "862.0", "862 ", ""};
    return (size_t)snprintf(row, ROW_MAX, "%d,%s,%s", id, ANY_OF(imdb), ANY_OF(tmdb));
}

static size_t make_tag(char row[ROW_MAX], int id)
{
    static const char *const tags[] = {"fun", "fun", "a longer tag, not quoted", "", " ", "\u00e9",
        "a \"loose\" one", "\"a quoted, \"\"doubled\"\" one\"", "\xE9"};
    static const char *const times[] = {"964982703", "1445714994", "4102444800", "4102444801",
        "99999999", "0", "12345678901", "1445714994.0", ""};
    static const int users[] = {0, 1, 162541, 9999999, 10000000, 2147483647};
    return (size_t)snprintf(
        row, ROW_MAX, "%d,%d,%s,%s", ANY_OF(users), id, ANY_OF(tags), ANY_OF(times));
}

/* One byte of a third of the rows is another, one more or one less; not of those with quotes, which
 * might reach over line ends then, and these differ. */
static size_t change(char row[ROW_MAX], size_t n)
{
    static const char odd[] = ",,.09/:\r\n\0\b -x\xE9\xAC";
    if (memchr(row, '"', n) != NULL)
        return n;
    size_t at = below(n);
    char c = odd[below(sizeof odd - 1)];
    switch (below(9)) {
    case 0:
        row[at] = c;
        return n;
    case 1:
        memmove(row + at + 1, row + at, n - at);
        row[at] = c;
        return n + 1;
    case 2:
        memmove(row + at, row + at + 1, n - at - 1);
        return n - 1;
    default:
        return n;
    }
}

static void make_files(make_row *make, const char *header, struct str *quick, struct str *careful)
{
    str_init(quick, 1u << 20);
    str_init(careful, 1u << 20);
    str_addz(quick, header);
    str_addz(careful, header);
    for (int id = 1; id <= ROWS; id++) {
        char row[ROW_MAX];
        size_t n = change(row, make(row, below(20) == 0 ? 0 : id));
        str_add(quick, (struct view){row, n});
        str_addz(quick, below(3) == 0 ? "\n" : "\r\n");
        str_add(careful, (struct view){row, n});
        str_addz(careful, "\r\r\n");
    }
}

static void assert_same(const struct loaded *a, const struct loaded *b)
{
    assert_int_equal(a->movies.n, b->movies.n);
    for (size_t i = 0; i < a->movies.n; i++) {
        const struct ml_movie *x = vec_at(&a->movies, i), *y = vec_at(&b->movies, i);
        assert_int_equal(x->tmdb_id, y->tmdb_id);
        assert_true(view_eq(x->imdb_id, y->imdb_id));
    }
    assert_int_equal(a->release.links, b->release.links);
    assert_int_equal(a->tags.n, b->tags.n);
    for (size_t i = 0; i < a->tags.n; i++) {
        const struct ml_tag *x = vec_at(&a->tags, i), *y = vec_at(&b->tags, i);
        assert_int_equal(x->user_id, y->user_id);
        assert_int_equal(x->movielens_id, y->movielens_id);
        assert_int_equal(x->tagged_at, y->tagged_at);
        assert_true(view_eq(x->tag, y->tag));
    }
    assert_int_equal(a->findings.kept.n, b->findings.kept.n);
    for (size_t i = 0; i < a->findings.kept.n; i++) {
        const struct finding *x = vec_at(&a->findings.kept, i), *y = vec_at(&b->findings.kept, i);
        assert_int_equal(x->rule, y->rule);
        assert_int_equal(x->line, y->line);
        assert_int_equal(x->column, y->column);
        assert_true(view_eq(x->key, y->key) && view_eq(x->field, y->field));
        assert_true(view_eq(x->text, y->text));
    }
}

static void write_movies(void **state)
{
    struct str s;
    str_init(&s, 1u << 20);
    str_addz(&s, MOVIES_HEADER);
    for (int id = 1; id <= ROWS; id++)
        str_addf(&s, "%d,X (1999),x\n", id);
    box_write(state, "movies.csv", str_view(&s));
    str_done(&s);
}

static void compare_ways(void **state, const char *name, const char *header, make_row *make)
{
    const char *given = getenv("TEST_SEED");
    box_write_release(state, "", LINKS_HEADER, RATINGS_HEADER, TAGS_HEADER);
    write_movies(state);
    state_of_random = given == NULL ? 1 : strtoull(given, NULL, 10);
    for (int i = 0; i < FILES; i++) {
        struct str quick, careful;
        struct loaded a, b;
        make_files(make, header, &quick, &careful);
        box_write(state, name, str_view(&quick));
        load_good(*state, &a);
        box_write(state, name, str_view(&careful));
        load_good(*state, &b);
        assert_same(&a, &b);
        loaded_done(&a);
        loaded_done(&b);
        str_done(&quick);
        str_done(&careful);
    }
}

static void links_either_way(void **state)
{
    compare_ways(state, "links.csv", LINKS_HEADER, make_link);
}

static void tags_either_way(void **state)
{
    compare_ways(state, "tags.csv", TAGS_HEADER, make_tag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(links_either_way, box_setup, box_teardown),
        cmocka_unit_test_setup_teardown(tags_either_way, box_setup, box_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
