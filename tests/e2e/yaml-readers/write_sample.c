/* Writes a batch of nasty and random movies, and beside it what every YAML reader must find in it.
 *
 *   write_sample DATA_DIR SEED MOVIES
 *
 * DATA_DIR/movies/raw/... is the batch; DATA_DIR/expected.jsonl has one JSON line per record
 * document, printed from the tree that the document was made of. */
#include "base/file.h"
#include "base/num.h"
#include "base/date.h"
#include "model/decode.h"
#include "model/encode.h"
#include "randmovie.h"
#include "stage/stage.h"

#include <stdio.h>
#include <stdlib.h>

enum { LINE_MAX_BYTES = 64 * 1024 * 1024 };

static int complain(const struct err *e)
{
    (void)fprintf(stderr, "write_sample: %s\n", e->text);
    return EXIT_FAILURE;
}

static struct node *put(struct node *object, const char *key, struct node *value)
{
    node_put(object, view_of(key), value);
    return object;
}

/* The document as a tree, by hand: the writer under test must not be its own witness. */
static struct node *expected(const struct staged_record *r, struct arena *a)
{
    struct node *root = node_new(a, NODE_OBJECT), *inner = node_new(a, NODE_OBJECT);
    struct node *at = node_text(a, instant_print(a, r->at));
    if (r->gone) {
        put(put(put(inner, "id", node_int(a, r->tmdb_id)), "status_code",
                node_int(a, r->status_code)),
            "seen_at", at);
        return put(root, "gone", inner);
    }
    put(put(inner, "fetched_at", at), "review", node_text(a, r->review));
    return put(put(root, "etl", inner), "movie", tmdb_encode(&r->movie, a));
}

static bool write_one(struct batch_writer *w, const struct staged_record *r, FILE *out,
    struct arena *a, struct err *e)
{
    struct str s;
    str_init(&s, LINE_MAX_BYTES);
    node_add_json(&s, expected(r, a));
    str_addc(&s, '\n');
    bool ok = fwrite(str_z(&s), 1, s.n, out) == s.n ||
              err_set(e, ERR_DISK, "cannot write what is expected");
    str_done(&s);
    return ok && batch_write(w, r, e);
}

static void nasty_movie(size_t i, struct staged_record *r)
{
    struct tmdb_movie *m = &r->movie;
    *r = (struct staged_record){
        .tmdb_id = (int64_t)i + 1, .at = 1795341607, .review = view_of("rejected")};
    m->tmdb_id = r->tmdb_id;
    m->title = m->overview = nasty_texts[i];
    m->record.said =
        (uint64_t)1 << TMDB_tmdb_id | (uint64_t)1 << TMDB_title | (uint64_t)1 << TMDB_overview;
}

static void random_movie(struct rng *r, int64_t id, struct arena *a, struct staged_record *ret)
{
    struct findings f;
    *ret = (struct staged_record){
        .tmdb_id = id, .at = 1795341607, .gone = rng_below(r, 10) == 0, .status_code = 34};
    findings_init(&f);
    if (!ret->gone && !tmdb_decode(random_body(r, id, a), view_of("k"), a, &ret->movie, &f))
        abort(); /* random bodies are sound: the tests of model see to that */
    findings_done(&f);
}

static bool write_all(
    struct batch_writer *w, FILE *out, uint64_t seed, int64_t movies, struct err *e)
{
    struct rng r = {seed};
    struct staged_record record;
    struct arena a;
    bool ok = true;
    size_t nasty = 0;
    arena_init(&a);
    for (; ok && nasty_texts[nasty].p != NULL; nasty++) {
        nasty_movie(nasty, &record);
        ok = write_one(w, &record, out, &a, e);
    }
    for (int64_t i = 0; ok && i < movies; i++) {
        arena_reset(&a);
        random_movie(&r, 1000 + i, &a, &record);
        ok = write_one(w, &record, out, &a, e);
    }
    arena_done(&a);
    return ok && batch_finish(w, e);
}

int main(int argc, char **argv)
{
    struct err e;
    struct map staged;
    struct batch_writer *w;
    char path[4096];
    int64_t seed, movies;
    if (argc != 4 || !num_i64(view_of(argv[2]), &seed) || !num_i64(view_of(argv[3]), &movies)) {
        (void)fputs("usage: write_sample DATA_DIR SEED MOVIES\n", stderr);
        return EXIT_FAILURE;
    }
    (void)snprintf(path, sizeof path, "%s/expected.jsonl", argv[1]);
    FILE *out = fopen(path, "wb");
    if (out == NULL) {
        (void)fprintf(stderr, "write_sample: cannot write %s\n", path);
        return EXIT_FAILURE;
    }
    map_init(&staged, 10);
    if (!batch_writer_new(argv[1], BATCH_INITIAL, view_of("2023"),
            view_of("a \"sample\" \xF0\x9F\x98\x80"), NULL, NULL, &staged, &w, &e))
        return complain(&e);
    bool ok = write_all(w, out, (uint64_t)seed, movies, &e);
    batch_writer_free(w);
    map_done(&staged);
    if (fclose(out) != 0)
        ok = err_set(&e, ERR_DISK, "cannot write %s", path);
    return ok ? EXIT_SUCCESS : complain(&e);
}
