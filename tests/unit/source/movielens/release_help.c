/* See release_help.h. */
#include "release_help.h"

#include "base/file.h"
#include "base/input.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int box_setup(void **state)
{
    const char *tmp = getenv("TMPDIR");
    char *path = malloc(4096);
    (void)snprintf(path, 4096, "%s/movielens-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    *state = path;
    return mkdtemp(path) == NULL ? -1 : 0;
}

static void remove_below(const char *folder)
{
    struct arena a;
    struct vec names;
    struct err e;
    arena_init(&a);
    vec_init(&names, sizeof(char *), 1000);
    if (file_list(folder, "", &a, &names, &e))
        for (size_t i = 0; i < names.n; i++) {
            struct view path = arena_print(&a, "%s/%s", folder, *(char **)vec_at(&names, i));
            if (file_is_folder(path.p))
                remove_below(path.p);
            else
                (void)unlink(path.p);
        }
    (void)rmdir(folder);
    vec_done(&names);
    arena_done(&a);
}

int box_teardown(void **state)
{
    remove_below(*state);
    free(*state);
    return 0;
}

const char *box_path(void **state, const char *name)
{
    static char path[8192];
    (void)snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
    return path;
}

void box_write(void **state, const char *name, struct view bytes)
{
    FILE *f = fopen(box_path(state, name), "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
    assert_int_equal(fclose(f), 0);
}

void box_write_release(
    void **state, const char *movies, const char *links, const char *ratings, const char *tags)
{
    box_write(state, "movies.csv", view_of(movies));
    box_write(state, "links.csv", view_of(links));
    box_write(state, "ratings.csv", view_of(ratings));
    box_write(state, "tags.csv", view_of(tags));
}

static bool keep_movie(void *payload, const struct ml_movie *movie, struct err *e)
{
    struct loaded *l = payload;
    struct ml_movie *to = vec_add(&l->movies);
    (void)e;
    assert_non_null(to);
    *to = *movie;
    to->raw_title = arena_dup(&l->arena, movie->raw_title);
    to->title = arena_dup(&l->arena, movie->title);
    to->genres = arena_dup(&l->arena, movie->genres);
    to->imdb_id = arena_dup(&l->arena, movie->imdb_id);
    return true;
}

static bool load_ratings(struct movielens *m, struct loaded *l, struct err *e)
{
    struct rating_block b = {.n = 1};
    while (b.n > 0) {
        if (!movielens_ratings_next(m, &l->findings, &b, e))
            return false;
        for (size_t i = 0; i < b.n; i++) {
            struct loaded_rating *to = vec_add(&l->ratings);
            assert_non_null(to);
            *to = (struct loaded_rating){
                b.user_id[i], b.movielens_id[i], b.half_stars[i], b.rated_at[i]};
        }
    }
    size_t n;
    const struct rating_stats *s = movielens_stats(m, &n);
    for (size_t i = 0; i < n; i++)
        *(struct rating_stats *)vec_add(&l->stats) = s[i];
    return true;
}

static bool load_tags(struct movielens *m, struct loaded *l, struct err *e)
{
    for (;;) {
        struct ml_tag tag;
        bool end = false;
        if (!movielens_tag_next(m, &l->findings, &tag, &end, e))
            return false;
        if (end)
            return true;
        struct ml_tag *to = vec_add(&l->tags);
        assert_non_null(to);
        *to = tag;
        to->tag = arena_dup(&l->arena, tag.tag);
    }
}

static void keep_release(struct loaded *l, const struct ml_release *r)
{
    l->release = *r;
    l->release.name = arena_dup(&l->arena, r->name);
    l->release.movies_sha256 = arena_dup(&l->arena, r->movies_sha256);
    l->release.links_sha256 = arena_dup(&l->arena, r->links_sha256);
    l->release.ratings_sha256 = arena_dup(&l->arena, r->ratings_sha256);
    l->release.tags_sha256 = arena_dup(&l->arena, r->tags_sha256);
}

bool load(const char *path, struct loaded *l, struct err *e)
{
    struct movielens *m;
    arena_init(&l->arena);
    findings_init(&l->findings);
    vec_init(&l->movies, sizeof(struct ml_movie), LOAD_MAX);
    vec_init(&l->ratings, sizeof(struct loaded_rating), LOAD_MAX);
    vec_init(&l->tags, sizeof(struct ml_tag), LOAD_MAX);
    vec_init(&l->stats, sizeof(struct rating_stats), LOAD_MAX);
    if (!movielens_open(path, true, &m, e))
        return false;
    bool ok = movielens_movies(m, &l->findings, keep_movie, l, e) && load_ratings(m, l, e) &&
              load_tags(m, l, e);
    keep_release(l, movielens_release(m));
    movielens_free(m);
    return ok;
}

void load_good(const char *path, struct loaded *l)
{
    struct err e;
    if (!load(path, l, &e))
        fail_msg("%s", e.text);
}

void loaded_done(struct loaded *l)
{
    arena_done(&l->arena);
    findings_done(&l->findings);
    vec_done(&l->movies);
    vec_done(&l->ratings);
    vec_done(&l->tags);
    vec_done(&l->stats);
}

void assert_view(struct view v, const char *expected)
{
    if (!view_is(v, expected))
        fail_msg("'%.*s', expected '%s'", VIEW_ARG(v), expected);
}

void assert_no_finding(const struct loaded *l)
{
    if (l->findings.kept.n > 0) {
        const struct finding *f = vec_at(&l->findings.kept, 0);
        fail_msg("line %d: %.*s", (int)f->line, VIEW_ARG(f->text));
    }
}

void assert_one_finding(const struct loaded *l, enum rule rule, uint64_t line, const char *part)
{
    assert_int_equal(l->findings.kept.n, 1);
    const struct finding *f = vec_at(&l->findings.kept, 0);
    assert_string_equal(rule_info(f->rule)->id, rule_info(rule)->id);
    assert_int_equal(f->line, line);
    if (strstr(f->text.p, part) == NULL) /* findings' texts are NUL-terminated copies */
        fail_msg("'%s' is not in '%.*s'", part, VIEW_ARG(f->text));
}

void assert_load_fails(const char *path, const char *part, const char *hint)
{
    struct loaded l;
    struct err e = {.kind = ERR_NONE};
    assert_false(load(path, &l, &e));
    loaded_done(&l);
    assert_int_equal(e.kind, ERR_INPUT);
    if (strstr(e.text, part) == NULL)
        fail_msg("'%s' is not in '%s'", part, e.text);
    if (hint != NULL && strstr(err_hint_of(&e), hint) == NULL)
        fail_msg("'%s' is not in the hint '%s'", hint, err_hint_of(&e));
}

/* ---- a zip */

static void put_le(struct str *to, uint64_t x, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        str_addc(to, (char)(x >> (8 * i) & 255));
}

void put16(struct str *to, uint64_t x)
{
    put_le(to, x, 2);
}

void put32(struct str *to, uint64_t x)
{
    put_le(to, x, 4);
}

void put64(struct str *to, uint64_t x)
{
    put_le(to, x, 8);
}

void put_deflated(struct str *to, struct view bytes)
{
    struct libdeflate_compressor *c = libdeflate_alloc_compressor(1);
    assert_non_null(c);
    size_t max = libdeflate_deflate_compress_bound(c, bytes.n);
    char *room = str_room(to, max);
    assert_non_null(room);
    size_t n = libdeflate_deflate_compress(c, bytes.p, bytes.n, room, max);
    assert_true(n > 0);
    str_used(to, n);
    libdeflate_free_compressor(c);
}

static void put_sizes(struct str *to, const struct zip_spec *m, size_t packed)
{
    put32(to, crc32_add(0, m->bytes));
    put32(to, packed);
    put32(to, m->bytes.n);
    put16(to, strlen(m->name));
    put16(to, 0);
}

static void put_common(struct str *to, const struct zip_spec *m)
{
    put16(to, 20);
    put16(to, 0);
    put16(to, m->deflated ? 8 : 0);
    put32(to, 0);
}

static void put_member(struct str *to, struct str *directory, const struct zip_spec *m)
{
    struct str packed;
    size_t at = to->n;
    str_init(&packed, 1u << 24);
    if (m->deflated)
        put_deflated(&packed, m->bytes);
    else
        str_add(&packed, m->bytes);
    put32(to, 0x04034b50);
    put_common(to, m);
    put_sizes(to, m, packed.n);
    str_addz(to, m->name);
    str_add(to, str_view(&packed));
    put32(directory, 0x02014b50);
    put16(directory, 20);
    put_common(directory, m);
    put_sizes(directory, m, packed.n);
    str_add_repeat(directory, '\0', 10);
    put32(directory, at);
    str_addz(directory, m->name);
    str_done(&packed);
}

void zip_print(struct str *to, const struct zip_spec *members, size_t n)
{
    struct str directory;
    str_init(&directory, 1u << 20);
    for (size_t i = 0; i < n; i++)
        put_member(to, &directory, &members[i]);
    size_t at = to->n;
    str_add(to, str_view(&directory));
    put32(to, 0x06054b50);
    put32(to, 0);
    put16(to, n);
    put16(to, n);
    put32(to, directory.n);
    put32(to, at);
    put16(to, 0);
    str_done(&directory);
    assert_true(str_ok(to));
}
