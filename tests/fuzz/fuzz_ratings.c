/* Fuzz: the ratings scanner, windows, blocks, fast and careful way together, against the careful way
 * alone, line by line. Both must accept the same rows. The first byte says how many good rows stand
 * before the input; its four highest values put it where a window or a block ends. */
#include "base/str.h"
#include "source/movielens/ratings.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[4096];
static const char *const names[] = {"movies.csv", "links.csv", "tags.csv", "ratings.csv"};

static void write_file(const char *name, struct view bytes)
{
    char path[5000];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0)
        abort();
}

static void forget_folder(void)
{
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[5000];
        (void)snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static void make_folder(void)
{
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(folder, sizeof folder, "%s/fuzz-ratings-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    if (mkdtemp(folder) == NULL)
        abort();
    (void)atexit(forget_folder);
    write_file("movies.csv",
        view_of("movieId,title,genres\n1,A (1999),x\n31,B (1999),x\n5000000,C (1999),x\n"));
    write_file("links.csv", view_of("movieId,imdbId,tmdbId\n"));
    write_file("tags.csv", view_of("userId,movieId,tag,timestamp\n"));
}

static void begin_text(struct str *text, const uint8_t *data, size_t size)
{
    str_addz(text, "userId,movieId,rating,timestamp\r\n");
    static const int many[] = {11626, 11627, 65535, 65536};
    int rows = data[0] < 252 ? data[0] : many[data[0] - 252];
    for (int i = 0; i < rows; i++)
        str_addf(text, "%d,31,3.5,96498%04d%s\n", i + 1, i % 10000, i % 2 == 0 ? "\r" : "");
    str_add(text, (struct view){(const char *)data + 1, size - 1});
}

/* What the careful way makes of the next line of `rest`; false: no row. */
static bool reference(struct view *rest, struct place *p, uint64_t *last, struct rating *ret)
{
    size_t n = view_find(*rest, 0, '\n');
    bool unended = n == rest->n;
    char *line = malloc(n + 1); /* it is changed in place */
    memcpy(line, rest->p, n);
    bool ok = ratings_careful(p, line, n, unended, ret);
    free(line);
    *rest = view_slice(*rest, unended ? n : n + 1, rest->n);
    if (!ok || (ret->movielens_id != 1 && ret->movielens_id != 31 && ret->movielens_id != 5000000))
        return false;
    uint64_t order = (uint64_t)ret->user_id << 32 | (uint64_t)ret->movielens_id;
    if (order == *last)
        return false;
    *last = order;
    return true;
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

static bool ignore_movie(void *payload, const struct ml_movie *movie, struct err *e)
{
    (void)payload;
    (void)movie;
    (void)e;
    return true;
}

static void compare(struct movielens *m, struct findings *f, struct view rest)
{
    struct findings ignored;
    struct rating want = {0};
    struct rating_block b = {.n = 1};
    struct err e;
    uint64_t last = 0;
    findings_init(&ignored);
    struct place p = {.to = &ignored, .path = "x"};
    rest = view_slice(rest, view_find(rest, 0, '\n') + 1, rest.n);
    must(movielens_movies(m, f, ignore_movie, NULL, &e));
    while (b.n > 0) {
        must(movielens_ratings_next(m, f, &b, &e));
        for (size_t i = 0; i < b.n; i++) {
            bool ok = false;
            while (!ok && rest.n > 0)
                ok = reference(&rest, &p, &last, &want);
            must(ok && b.user_id[i] == want.user_id && b.movielens_id[i] == want.movielens_id &&
                 b.half_stars[i] == want.half_stars && b.rated_at[i] == want.rated_at);
        }
    }
    while (rest.n > 0)
        must(!reference(&rest, &p, &last, &want));
    must(f->per_rule[RULE_ML_VALUE] == ignored.per_rule[RULE_ML_VALUE]);
    must(f->per_rule[RULE_ML_ROW] == ignored.per_rule[RULE_ML_ROW]);
    must(f->per_rule[RULE_ML_FIXED] == ignored.per_rule[RULE_ML_FIXED]);
    findings_done(&ignored);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text;
    struct movielens *m;
    struct findings f;
    struct err e;
    if (size == 0)
        return 0;
    if (folder[0] == '\0')
        make_folder();
    str_init(&text, 1u << 26);
    begin_text(&text, data, size);
    write_file("ratings.csv", str_view(&text));
    findings_init(&f);
    must(movielens_open(folder, &m, &e));
    compare(m, &f, str_view(&text));
    movielens_free(m);
    findings_done(&f);
    str_done(&text);
    return 0;
}
