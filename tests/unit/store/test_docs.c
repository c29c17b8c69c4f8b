/* docs/schema.md against the database: its examples run, and no table or view is left out. */
#include "kit.h"

#include "base/file.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static struct view page(struct kit *k)
{
    struct str s;
    str_init(&s, 1000000);
    must(file_read(SOURCE_ROOT "/docs/schema.md", &s, &k->e));
    struct view v = arena_dup(&k->a, str_view(&s));
    str_done(&s);
    return v;
}

static void examples_run(void **state)
{
    struct kit *k = *state;
    int n = 0;
    for (const char *at = page(k).p; (at = strstr(at, "```sql\n")) != NULL;) {
        const char *end = strstr(at += 7, "```");
        assert_non_null(end);
        kit_sql(k, arena_dup(&k->a, (struct view){at, (size_t)(end - at)}).p);
        at = end + 3;
        n++;
    }
    assert_int_equal(n, 2);
}

/* A name of the page, or one of several in one pair of back quotes. */
static bool is_named(struct view text, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = text.p; (at = strstr(at, name)) != NULL; at += n) {
        bool begins = at[-1] == '`' || at[-1] == ' ';
        if (begins && (at[n] == '`' || at[n] == ' ' || at[n] == '(' || at[n] == ','))
            return true;
    }
    return false;
}

static void every_table_is_explained(void **state)
{
    struct kit *k = *state;
    struct view text = page(k);
    const char *names = kit_text(k, "SELECT group_concat(name, ' ') FROM etl_tables");
    int n = 0;
    for (struct view v = view_of(names); v.n > 0; n++) {
        size_t end = view_find(v, 0, ' ');
        const char *name = arena_dup(&k->a, view_slice(v, 0, end)).p;
        if (!is_named(text, name))
            fail_msg("docs/schema.md does not name %s", name);
        v = view_slice(v, end < v.n ? end + 1 : end, v.n);
    }
    assert_true(n > 40);
}

/* Columns of the plain tables; those of TMDB's records are in docs/fields.md. */
static void every_plain_column_is_explained(void **state)
{
    struct kit *k = *state;
    struct view text = page(k);
    static const char *const tables[] = {
        "movies", "movie_redirects", "movielens_movies", "ratings", "tags"};
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        const char *sql = arena_print(&k->a,
            "SELECT group_concat(name, ' ') FROM pragma_table_info('%s') WHERE name NOT LIKE "
            "'rated\\__\\__' ESCAPE '\\'",
            tables[i])
                              .p;
        for (struct view v = view_of(kit_text(k, sql)); v.n > 0;) {
            size_t end = view_find(v, 0, ' ');
            const char *name = arena_dup(&k->a, view_slice(v, 0, end)).p;
            if (!is_named(text, name))
                fail_msg("docs/schema.md does not name %s.%s", tables[i], name);
            v = view_slice(v, end < v.n ? end + 1 : end, v.n);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(examples_run),
        KIT_TEST(every_table_is_explained),
        KIT_TEST(every_plain_column_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
