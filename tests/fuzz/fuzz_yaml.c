/* Fuzz target: any bytes as a batch file.
 *
 * Beyond not crashing: reading ends; a file that ends well is one whose end document was read;
 * every movie that is accepted, written again, is read as the same; and the quick scan for ids sees
 * the ids that the reader sees. */
#include "base/input.h"
#include "model/decode.h"
#include "model/encode.h"
#include "stage/emit.h"
#include "stage/folder.h"
#include "stage/reader.h"
#include "stage/tree.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { MAX_IDS = 100000 };

struct ids {
    int64_t id[MAX_IDS];
    size_t n;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* What the database would get of the movie, as one text. */
static struct view said(struct arena *a, const struct tmdb_movie *m)
{
    struct str s;
    str_init(&s, 64 * 1024 * 1024);
    node_add_json(&s, tmdb_encode(m, a));
    struct view v = arena_dup(a, str_view(&s));
    str_done(&s);
    return v;
}

static void write_and_read(const struct tmdb_movie *m)
{
    struct arena a;
    struct str s;
    struct tree t;
    struct findings f;
    struct tmdb_movie again;
    arena_init(&a);
    findings_init(&f);
    str_init(&s, 64 * 1024 * 1024);
    emit_member(&s, "movie", tmdb_encode(m, &a));
    tree_parse(str_view(&s), 1, &a, &a, &t);
    require(t.problem_n == 0);
    require(tmdb_decode(node_get(t.root, "movie"), view_of("k"), &a, &again, &f));
    require(view_eq(said(&a, m), said(&a, &again)));
    str_done(&s);
    findings_done(&f);
    arena_done(&a);
}

static void read_batch(struct view v, struct ids *ids)
{
    struct findings f;
    struct batch_reader *r = NULL;
    struct batch_summary summary;
    struct err e;
    uint64_t records = 0, gone = 0, bad_n = 0;
    struct arena a;
    arena_init(&a);
    findings_init(&f);
    require(batch_open_input(input_memory_new(v), "fuzz.yaml", &f, &r, &e));
    for (;;) {
        struct staged_record record;
        bool bad, end;
        uint64_t errors = f.per_severity[SEVERITY_ERROR];
        arena_reset(&a);
        require(batch_next(r, &f, &a, &a, &record, &bad, &end, &e));
        if (end)
            break;
        require(!bad || f.per_severity[SEVERITY_ERROR] > errors);
        if (record.tmdb_id != 0 && ids->n < MAX_IDS)
            ids->id[ids->n++] = record.tmdb_id;
        records += !bad && !record.gone;
        gone += !bad && record.gone;
        bad_n += bad;
        if (!bad && !record.gone)
            write_and_read(&record.movie);
    }
    batch_summary(r, &summary);
    require(summary.records == records && summary.gone == gone && summary.bad == bad_n);
    require(summary.complete || f.per_rule[RULE_BATCH_END] + f.per_rule[RULE_SYNTAX] +
                                        f.per_rule[RULE_DUPLICATE_KEY] + f.per_rule[RULE_DEPTH] >
                                    0);
    batch_reader_free(r);
    findings_done(&f);
    arena_done(&a);
}

static bool add_id(void *payload, int64_t id, bool gone, struct view text, struct err *e)
{
    struct ids *ids = payload;
    (void)gone;
    (void)text;
    (void)e;
    if (ids->n < MAX_IDS)
        ids->id[ids->n++] = id;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct ids read, scanned;
    struct view v = {(const char *)data, n};
    struct part_visit visit = {add_id, &scanned};
    struct err e;
    read.n = scanned.n = 0;
    read_batch(v, &read);
    require(batch_ids_of_input(input_memory_new(v), &visit, &e));
    require(read.n == scanned.n && memcmp(read.id, scanned.id, read.n * sizeof read.id[0]) == 0);
    return 0;
}
