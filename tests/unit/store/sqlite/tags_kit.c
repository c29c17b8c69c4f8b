/* Tags kit: see tags_kit.h. */
#include "tags_kit.h"

#include "base/mem.h"

#include <stdio.h>
#include <string.h>

/* Letters of one to four bytes, n bytes in all. */
static struct view some_text(struct arena *a, uint64_t *x, size_t n)
{
    static const char *const letters[] = {"a", "\xC3\xA9", "\xE6\x98\xA0", "\xF0\x9F\x8E\xAC"};
    char *text = arena_take(a, n + 1);
    for (size_t at = 0; at < n;) {
        size_t bytes = 1 + pages_random(x) % 4;
        bytes = bytes > n - at ? 1 : bytes;
        memcpy(text + at, letters[bytes - 1], bytes);
        at += bytes;
    }
    return (struct view){text, n};
}

void make_tags(struct tag_rows *t, struct pages_kit *k, const struct tag_kind *kind)
{
    uint64_t x = pages_seed(kind->seed);
    struct row_kind movies = {.seed = kind->seed,
        .movies = 300,
        .movie_step = 1 << kind->seed % 20,
        .user_step = 1,
        .most_of_user = 1};
    *t = (struct tag_rows){.k = k};
    make_rows(k, &movies);
    arena_init(&t->texts);
    t->movie = mem_alloc((kind->rows + 1) * sizeof *t->movie);
    t->rows = (struct row_set){
        mem_alloc((kind->rows + 1) * TAG_COLUMNS * sizeof(struct cell)), TAG_COLUMNS, kind->rows};
    int64_t user = 0;
    uint32_t movie = 300, left = 0, number = 0;
    for (size_t i = 0; i < kind->rows; i++, number++, left--) {
        struct cell *row = row_set_at(&t->rows, i);
        if (left == 0) {
            movie += 1 + (uint32_t)(pages_random(&x) % 60);
            left = 1 + (uint32_t)(pages_random(&x) % kind->most_of_group);
            number = 0;
        }
        if (movie >= 300) {
            user += 1 + (int64_t)(pages_random(&x) % (1u << kind->seed % 15));
            movie = (uint32_t)(pages_random(&x) % 300);
        }
        size_t n = kind->shortest + pages_random(&x) % (kind->longest - kind->shortest + 1);
        t->movie[i] = movie;
        row[0] = cell_int(user);
        row[1] = cell_int(k->rows.ids[movie]);
        row[2] = cell_int(number);
        row[3] = cell_text(some_text(&t->texts, &x, n));
        row[4] = cell_int((int64_t)(pages_random(&x) >> pages_random(&x) % 64) >> 1);
    }
}

void free_tags(struct tag_rows *t)
{
    mem_free(t->rows.cells);
    mem_free(t->movie);
    arena_done(&t->texts);
}

/* Rows from the one at `from` on. */
static void insert(struct tag_rows *t, const char *name, size_t from)
{
    sqlite3_stmt *st;
    sqlite3 *db = open_db(t->k, name);
    run_sql(db, "BEGIN");
    assert_int_equal(
        sqlite3_prepare_v2(db, "INSERT INTO tags VALUES (?, ?, ?, ?, ?)", -1, &st, NULL),
        SQLITE_OK);
    for (size_t i = from; i < t->rows.n; i++) {
        const struct cell *row = row_set_at(&t->rows, i);
        for (int c = 0; c < TAG_COLUMNS; c++)
            if (c == 3)
                (void)sqlite3_bind_text(
                    st, c + 1, row[c].text.p, (int)row[c].text.n, SQLITE_STATIC);
            else
                (void)sqlite3_bind_int64(st, c + 1, row[c].i);
        assert_int_equal(sqlite3_step(st), SQLITE_DONE);
        (void)sqlite3_reset(st);
    }
    (void)sqlite3_finalize(st);
    run_sql(db, "COMMIT");
    (void)sqlite3_close(db);
}

static void begin(struct tag_rows *t, const char *name)
{
    sqlite3 *db = open_db(t->k, name);
    struct table_place place = {pages_path(t->k, name),
        (uint32_t)sql_int(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'tags'"),
        (uint32_t)sql_int(db, "SELECT rootpage FROM sqlite_schema WHERE name = 'ix_tags'"),
        INDEX_OF_TAGS, t->k->rows.ids, t->k->rows.movie_n, LOAD_MEMORY, kit_sync(t->k), 0};
    (void)sqlite3_close(db);
    if (!tag_pages_begin(&t->pages, &place, &t->k->why, &t->k->e))
        fail_msg("%s", t->k->e.text);
    assert_null(t->k->why);
}

static size_t add(struct tag_rows *t, size_t block)
{
    for (size_t i = 0; i < t->rows.n; i += block) {
        size_t n = t->rows.n - i < block ? t->rows.n - i : block, taken;
        struct row_set some = {row_set_at(&t->rows, i), TAG_COLUMNS, n};
        if (!tag_pages_add(&t->pages, &some, t->movie + i, &taken, &t->k->e))
            fail_msg("%s", t->k->e.text);
        if (taken < n)
            return i + taken;
    }
    return t->rows.n;
}

size_t write_tags(struct tag_rows *t, int page_size, int reserved, size_t block, size_t memory)
{
    bool indexed;
    make_empty(t->k, "plain.db", page_size, reserved);
    insert(t, "plain.db", 0);
    make_empty(t->k, "direct.db", page_size, reserved);
    begin(t, "direct.db");
    if (memory > 0)
        t->pages.pages.index.memory = memory;
    size_t taken = add(t, block);
    if (!tag_pages_end(&t->pages, taken == t->rows.n, &indexed, &t->k->e))
        fail_msg("%s", t->k->e.text);
    assert_int_equal(indexed, taken == t->rows.n && memory != 1);
    tag_pages_close(&t->pages);
    if (!indexed) {
        sqlite3 *db = open_db(t->k, "direct.db");
        run_sql(db, "DROP INDEX ix_tags");
        (void)sqlite3_close(db);
        insert(t, "direct.db", taken);
        db = open_db(t->k, "direct.db");
        run_sql(db, "CREATE INDEX ix_tags ON tags (movielens_id)");
        (void)sqlite3_close(db);
    }
    return taken;
}

static void same(sqlite3 *db)
{
    sound(db);
    same_rows(db, "*", "tags NOT INDEXED", "user_id, movielens_id, seq");
    same_rows(
        db, "movielens_id, user_id, seq", "tags INDEXED BY ix_tags", "movielens_id, user_id, seq");
}

static void change_alike(sqlite3 *db, const char *schema)
{
    char sql[500];
    (void)snprintf(sql, sizeof sql,
        "INSERT INTO %s.tags SELECT user_id, movielens_id, seq + 1000, tag || 'x', 5 FROM %s.tags"
        " WHERE tagged_at %% 3 = 0; DELETE FROM %s.tags WHERE tagged_at %% 7 = 1;"
        " UPDATE %s.tags SET tag = tag || tag WHERE movielens_id %% 5 = 2",
        schema, schema, schema, schema);
    run_sql(db, sql);
}

void compare_tags(struct tag_rows *t)
{
    char sql[300];
    sqlite3 *db = open_db(t->k, "direct.db");
    (void)snprintf(sql, sizeof sql, "ATTACH '%s' AS plain", pages_path(t->k, "plain.db"));
    run_sql(db, sql);
    assert_int_equal(sql_int(db, "SELECT count(*) FROM tags"), (int64_t)t->rows.n);
    same(db);
    change_alike(db, "main");
    change_alike(db, "plain");
    same(db);
    (void)sqlite3_close(db);
}
