/* A box for tests of stage: see box.h. */
#define _XOPEN_SOURCE 700 /* nftw */

#include "box.h"

#include "base/file.h"
#include "base/gzip.h"
#include "stage/reader.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int box_set_up(void **state)
{
    struct box *b = calloc(1, sizeof *b);
    assert_non_null(b);
    (void)snprintf(b->dir, sizeof b->dir, "/tmp/stage-test.XXXXXX");
    assert_non_null(mkdtemp(b->dir));
    arena_init(&b->a);
    b->gzip = gzip_new();
    findings_init(&b->f);
    *state = b;
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

int box_tear_down(void **state)
{
    struct box *b = *state;
    (void)nftw(b->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_done(&b->a);
    gzip_free(b->gzip);
    findings_done(&b->f);
    free(b);
    return 0;
}

const char *box_path(struct box *b, const char *name)
{
    return arena_print(&b->a, "%s/%s", b->dir, name).p;
}

void box_put(struct box *b, const char *path, struct view text)
{
    struct err e;
    const char *slash = strrchr(path, '/');
    must(file_make_folders(arena_dup(&b->a, (struct view){path, (size_t)(slash - path)}).p, &e));
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text.p, 1, text.n, f), text.n);
    assert_int_equal(fclose(f), 0);
}

struct view box_get(struct box *b, const char *path)
{
    struct err e;
    struct str s;
    str_init(&s, 64 * 1024 * 1024);
    must(file_read(path, &s, &e));
    struct view v = arena_dup(&b->a, str_view(&s));
    str_done(&s);
    return v;
}

const char *box_list(struct box *b, const char *folder)
{
    struct err e;
    struct vec names;
    struct str s;
    const char *path = box_path(b, folder);
    if (!file_exists(path))
        return "";
    vec_init(&names, sizeof(const char *), 10000);
    str_init(&s, 100000);
    must(file_list(path, "", &b->a, &names, &e));
    for (size_t i = 0; i < names.n; i++)
        str_addf(&s, "%s%s", i > 0 ? " " : "", *(const char **)vec_at(&names, i));
    const char *z = arena_dup(&b->a, str_view(&s)).p;
    vec_done(&names);
    str_done(&s);
    return z;
}

static void read_all(struct box *b, struct batch_reader *r)
{
    struct err e;
    bool end = false;
    b->header = *batch_header(r);
    b->header.id = arena_dup(&b->a, b->header.id);
    b->header.scope = arena_dup(&b->a, b->header.scope);
    b->header.query = arena_dup(&b->a, b->header.query);
    b->n = 0;
    for (;;) {
        assert_true(b->n < BOX_RECORDS);
        must(batch_next(r, &b->f, &b->a, &b->a, &b->records[b->n], &b->bad[b->n], &end, &e));
        if (end)
            break;
        b->documents[b->n++] = arena_dup(&b->a, batch_document(r));
    }
    batch_summary(r, &b->summary);
    must(batch_next(r, &b->f, &b->a, &b->a, &b->records[b->n], &b->bad[b->n], &end, &e));
    assert_true(end); /* and stays there */
    batch_reader_free(r);
}

static void forget_findings(struct box *b)
{
    findings_done(&b->f);
    findings_init(&b->f);
}

void box_read_text(struct box *b, struct view text)
{
    struct err e;
    struct batch_reader *r;
    forget_findings(b);
    must(batch_open_input(input_memory_new(text), "test.yaml", &b->f, &r, &e));
    read_all(b, r);
}

void box_read_file(struct box *b, const char *path)
{
    struct err e;
    struct batch_reader *r;
    forget_findings(b);
    must(batch_open(path, &b->f, &r, &e));
    read_all(b, r);
}

const struct finding *box_finding(const struct box *b, size_t i)
{
    if (i >= b->f.kept.n) {
        box_print_findings(b);
        fail_msg("there is no finding %zu", i);
    }
    return vec_at(&b->f.kept, i);
}

void box_print_findings(const struct box *b)
{
    for (size_t i = 0; i < b->f.kept.n; i++) {
        const struct finding *f = vec_at(&b->f.kept, i);
        print_message("%.*s:%llu:%llu: %s (%.*s) %.*s: %.*s\n", VIEW_ARG(f->file),
            (unsigned long long)f->line, (unsigned long long)f->column, rule_info(f->rule)->id,
            VIEW_ARG(f->key), VIEW_ARG(f->field), VIEW_ARG(f->text));
    }
}

struct view box_batch(struct box *b, const char *documents, int records, int gone)
{
    struct view head = arena_print(&b->a,
        "---\nbatch:\n  format: 1\n  id: \"0123456789abcdef\"\n  type: \"initial\"\n  scope: "
        "\"2023\"\n"
        "  source: \"tmdb\"\n  query: \"q\"\n  created_at: \"2026-11-22T10:00:00Z\"\n%s",
        documents);
    struct digest_hex sha256 = digest_of(DIGEST_SHA256, head);
    return arena_print(&b->a, "%s---\nend: {records: %d, gone: %d, sha256: \"%s\"}\n", head.p,
        records, gone, sha256.z);
}

const char box_two[] = "---\n"
                       "etl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\n"
                       "movie:\n"
                       "  id: 550\n"
                       "  title: \"Fight Club\"\n"
                       "---\n"
                       "gone: {id: 999, status_code: 34, seen_at: \"2026-11-22T10:00:09Z\"}\n";

void box_read_documents(struct box *b, const char *documents, int records, int gone)
{
    box_read_text(b, box_batch(b, documents, records, gone));
}

const char *box_edit(struct box *b, const char *text, const char *what, const char *with)
{
    const char *at = strstr(text, what);
    assert_non_null(at);
    return arena_print(&b->a, "%.*s%s%s", (int)(at - text), text, with, at + strlen(what)).p;
}

struct staged_record box_movie(struct box *b, int64_t id, const char *title)
{
    struct staged_record r = {.tmdb_id = id, .at = 1700000000 + id};
    r.movie.tmdb_id = id;
    r.movie.title = arena_dup(&b->a, view_of(title));
    r.movie.record.said = (uint64_t)1 << TMDB_tmdb_id | (uint64_t)1 << TMDB_title;
    return r;
}

struct staged_record box_gone(int64_t id)
{
    return (struct staged_record){
        .gone = true, .tmdb_id = id, .at = 1700000000 + id, .status_code = 34};
}

static void note_failure(void *payload, const struct err *e)
{
    *(struct err *)payload = *e;
}

bool box_move_processed(struct box *b, const char *path, bool *ret_moved, struct err *e)
{
    struct file_version read = file_look(path);
    struct batch_move m, *moves[] = {&m};
    struct err failure = {.kind = ERR_NONE};
    if (!batch_move_begin(b->dir, path, &read, b->gzip, &b->a, &m, e))
        return false;
    *ret_moved = m.to != NULL;
    batch_moves_end(moves, 1, note_failure, &failure);
    if (failure.kind != ERR_NONE)
        *e = failure;
    return failure.kind == ERR_NONE;
}
