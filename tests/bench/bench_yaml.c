/* How fast batch files are read and written, beside libyaml, on the same documents in one run.
 *
 *   bench_yaml [MOVIES]
 *
 * The movies are the stand-in's, of the size real ones have (about 25 KB of YAML each). Rounds of
 * all measurements alternate; a line per figure is printed, the median of the rounds:
 * NAME<TAB>VALUE<TAB>UNIT. One thread. Measured:
 *   yaml.read.libyaml    libyaml's parser, its events only, nothing made of them
 *   yaml.read.tree       the same documents as trees with places (what tree_parse gives)
 *   yaml.read.file       the file as batch_next gives it: split, hashed, parsed, decoded
 *   yaml.write.libyaml   libyaml's emitter, in the same style, fed with events made from trees
 *   yaml.write.tree      the same trees by emit.h
 *   yaml.write.record    records as the writer takes them: encoded and emitted */
#include "gen.h"
#include "sections.h"

#include "base/mem.h"
#include "model/encode.h"
#include "source/tmdb/tmdb.h"
#include "stage/emit.h"
#include "stage/reader.h"
#include "stage/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <yaml.h>

enum { MOVIES = 2000, ROUNDS = 5, MEASURES = 6, TEXT_MAX = 1000 * 1000 * 1000 };

struct bench {
    struct arena arena; /* of the movies and their trees */
    struct tmdb_movie *movies;
    struct node **trees;
    struct view *documents; /* slices of `file` */
    size_t n;
    struct str file;
};

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "bench_yaml: %s\n", what);
    exit(EXIT_FAILURE);
}

static double seconds(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- the movies */

static void make_movie(const struct gen *g, uint32_t id, struct arena *a, struct tmdb_movie *ret)
{
    static const enum section sections[] = {SECTION_CREDITS, SECTION_KEYWORDS, SECTION_VIDEOS,
        SECTION_REVIEWS, SECTION_RELEASE_DATES, SECTION_WATCH_PROVIDERS, SECTION_EXTERNAL_IDS,
        SECTION_ALTERNATIVE_TITLES};
    struct gen_facts facts;
    struct buf json;
    struct findings f;
    struct err e;
    buf_init(&json, BUF_MAX_ANSWER);
    findings_init(&f);
    gen_facts(g, id, &facts);
    gen_details(g, id, &facts, &json);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        BUF_LIT(&json, ",\"");
        buf_str(&json, section_name(sections[i]));
        BUF_LIT(&json, "\":");
        gen_section(g, id, &facts, sections[i], 1, &json);
    }
    BUF_LIT(&json, "}");
    require(tmdb_decode_body((struct view){json.p, json.len}, a, ret, &f, &e),
        "a movie cannot be decoded");
    findings_done(&f);
    buf_done(&json);
}

static void write_record(const struct node *movie, struct str *to)
{
    str_addz(to, "etl: {fetched_at: \"2026-11-22T10:00:07Z\", review: null}\n");
    emit_member(to, "movie", movie);
}

static void make(struct bench *b, size_t n)
{
    struct gen g = {.seed = 1};
    size_t *at = mem_alloc((n + 1) * sizeof *at);
    arena_init(&b->arena);
    str_init(&b->file, TEXT_MAX);
    b->n = n;
    b->movies = mem_alloc(n * sizeof *b->movies);
    b->trees = mem_alloc(n * sizeof *b->trees);
    b->documents = mem_alloc(n * sizeof *b->documents);
    str_addz(&b->file,
        "---\nbatch:\n  format: 1\n  id: \"42ee555431596173\"\n  type: \"initial\"\n  scope: "
        "\"1999\"\n"
        "  source: \"tmdb\"\n  query: null\n  created_at: \"2026-11-22T13:04:45Z\"\n");
    for (size_t i = 0; i < n; i++) {
        make_movie(&g, (uint32_t)i + 1, &b->arena, &b->movies[i]);
        b->trees[i] = tmdb_encode(&b->movies[i], &b->arena);
        at[i] = b->file.n;
        str_addz(&b->file, "---\n");
        write_record(b->trees[i], &b->file);
    }
    at[n] = b->file.n;
    str_addf(&b->file, "---\nend: {records: %zu, gone: 0, sha256: \"\"}\n", n);
    require(str_ok(&b->file), "too many movies");
    for (size_t i = 0; i < n; i++)
        b->documents[i] = view_slice(str_view(&b->file), at[i], at[i + 1]);
    mem_free(at);
}

static void unmake(struct bench *b)
{
    mem_free(b->movies);
    mem_free(b->trees);
    mem_free(b->documents);
    str_done(&b->file);
    arena_done(&b->arena);
}

/* ---- reading: each gives the bytes it read */

static size_t read_libyaml(const struct bench *b)
{
    size_t bytes = 0;
    for (size_t i = 0; i < b->n; i++) {
        yaml_parser_t p;
        bool end = false;
        require(yaml_parser_initialize(&p) != 0, "libyaml");
        yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(
            &p, (const unsigned char *)b->documents[i].p, b->documents[i].n);
        while (!end) {
            yaml_event_t ev;
            require(yaml_parser_parse(&p, &ev) != 0, "libyaml cannot read a document");
            end = ev.type == YAML_STREAM_END_EVENT;
            yaml_event_delete(&ev);
        }
        yaml_parser_delete(&p);
        bytes += b->documents[i].n;
    }
    return bytes;
}

static size_t read_tree(const struct bench *b)
{
    size_t bytes = 0;
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < b->n; i++) {
        struct tree t;
        tree_parse(arena_dup(&a, b->documents[i]), 1, &a, &a, &t);
        require(t.problem_n == 0 && node_get(t.root, "movie") != NULL, "a document cannot be read");
        bytes += b->documents[i].n;
        arena_reset(&a);
    }
    arena_done(&a);
    return bytes;
}

static size_t read_file(const struct bench *b)
{
    struct findings f;
    struct batch_reader *r = NULL;
    struct err e;
    struct arena a;
    size_t records = 0;
    bool bad, end = false;
    arena_init(&a);
    findings_init(&f);
    require(batch_open_input(input_memory_new(str_view(&b->file)), "bench.yaml", &f, &r, &e),
        "no batch");
    while (!end) {
        struct staged_record record;
        require(batch_next(r, &f, &a, &a, &record, &bad, &end, &e) && !bad,
            "a record cannot be read");
        records += !end;
        arena_reset(&a);
    }
    require(records == b->n, "records are missing");
    batch_reader_free(r);
    findings_done(&f);
    arena_done(&a);
    return b->file.n;
}

/* ---- writing: each gives the bytes it wrote */

static void emit_event(yaml_emitter_t *to, yaml_event_t *ev)
{
    require(yaml_emitter_emit(to, ev) != 0, "libyaml cannot write");
}

static void emit_scalar(yaml_emitter_t *to, const char *p, size_t n, yaml_scalar_style_t style)
{
    yaml_event_t ev;
    require(yaml_scalar_event_initialize(
                &ev, NULL, NULL, (const unsigned char *)p, (int)n, 1, 1, style) != 0,
        "libyaml");
    emit_event(to, &ev);
}

static void emit_node(yaml_emitter_t *to, const struct node *n);

static bool is_flat(const struct node *n)
{
    for (const struct node *c = n->first; c != NULL; c = c->next)
        if ((c->kind == NODE_OBJECT || c->kind == NODE_LIST) && c->n > 0)
            return false;
    return true;
}

/* Elements on one line each, all else in blocks, as ours. */
static void emit_container(yaml_emitter_t *to, const struct node *n, bool element)
{
    yaml_event_t ev;
    bool list = n->kind == NODE_LIST, flow = n->n == 0 || (element && is_flat(n));
    require((list ? yaml_sequence_start_event_initialize(&ev, NULL, NULL, 1,
                        flow ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE)
                  : yaml_mapping_start_event_initialize(&ev, NULL, NULL, 1,
                        flow ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE)) != 0,
        "libyaml");
    emit_event(to, &ev);
    for (const struct node *c = n->first; c != NULL; c = c->next) {
        if (!list)
            emit_scalar(to, c->key.p, c->key.n, YAML_ANY_SCALAR_STYLE);
        if (c->kind == NODE_LIST || c->kind == NODE_OBJECT)
            emit_container(to, c, list);
        else
            emit_node(to, c);
    }
    require((list ? yaml_sequence_end_event_initialize(&ev)
                  : yaml_mapping_end_event_initialize(&ev)) != 0,
        "libyaml");
    emit_event(to, &ev);
}

static void emit_node(yaml_emitter_t *to, const struct node *n)
{
    char digits[32];
    switch (n->kind) {
    case NODE_NULL:
        emit_scalar(to, "null", 4, YAML_PLAIN_SCALAR_STYLE);
        break;
    case NODE_BOOL:
        emit_scalar(to, n->b ? "true" : "false", n->b ? 4 : 5, YAML_PLAIN_SCALAR_STYLE);
        break;
    case NODE_INT:
        emit_scalar(to, digits, (size_t)snprintf(digits, sizeof digits, "%lld", (long long)n->i),
            YAML_PLAIN_SCALAR_STYLE);
        break;
    case NODE_REAL:
        emit_scalar(to, digits, (size_t)snprintf(digits, sizeof digits, "%.17g", n->r),
            YAML_PLAIN_SCALAR_STYLE);
        break;
    case NODE_TEXT:
        emit_scalar(to, n->text.p, n->text.n, YAML_DOUBLE_QUOTED_SCALAR_STYLE);
        break;
    case NODE_LIST:
    case NODE_OBJECT:
        emit_container(to, n, false);
        break;
    }
}

static int count_bytes(void *payload, unsigned char *p, size_t n)
{
    (void)p;
    *(size_t *)payload += n;
    return 1;
}

static size_t write_libyaml(const struct bench *b)
{
    size_t bytes = 0;
    for (size_t i = 0; i < b->n; i++) {
        yaml_emitter_t to;
        yaml_event_t ev;
        require(yaml_emitter_initialize(&to) != 0, "libyaml");
        yaml_emitter_set_output(&to, count_bytes, &bytes);
        yaml_emitter_set_unicode(&to, 1);
        yaml_emitter_set_width(&to, -1);
        require(yaml_stream_start_event_initialize(&ev, YAML_UTF8_ENCODING) != 0, "libyaml");
        emit_event(&to, &ev);
        require(yaml_document_start_event_initialize(&ev, NULL, NULL, NULL, 0) != 0, "libyaml");
        emit_event(&to, &ev);
        emit_node(&to, b->trees[i]);
        require(yaml_document_end_event_initialize(&ev, 1) != 0, "libyaml");
        emit_event(&to, &ev);
        require(yaml_stream_end_event_initialize(&ev) != 0, "libyaml");
        emit_event(&to, &ev);
        yaml_emitter_delete(&to);
    }
    return bytes;
}

static size_t write_trees(const struct bench *b, bool encode)
{
    struct arena a;
    struct str s;
    size_t bytes = 0;
    arena_init(&a);
    str_init(&s, TEXT_MAX);
    for (size_t i = 0; i < b->n; i++) {
        str_clear(&s);
        write_record(encode ? tmdb_encode(&b->movies[i], &a) : b->trees[i], &s);
        bytes += s.n;
        arena_reset(&a);
    }
    str_done(&s);
    arena_done(&a);
    return bytes;
}

static size_t write_tree(const struct bench *b)
{
    return write_trees(b, false);
}

static size_t write_whole(const struct bench *b)
{
    return write_trees(b, true);
}

/* ---- the rounds */

static int by_value(const void *x, const void *y)
{
    double a = *(const double *)x, b = *(const double *)y;
    return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        size_t (*run)(const struct bench *b);
    } measures[MEASURES] = {{"yaml.read.libyaml", read_libyaml}, {"yaml.read.tree", read_tree},
        {"yaml.read.file", read_file}, {"yaml.write.libyaml", write_libyaml},
        {"yaml.write.tree", write_tree}, {"yaml.write.record", write_whole}};
    double speeds[MEASURES][ROUNDS];
    struct bench b;
    make(&b, argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : MOVIES);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < MEASURES; i++) {
            double start = seconds();
            size_t bytes = measures[i].run(&b);
            speeds[i][round] = (double)bytes / 1e6 / (seconds() - start);
        }
    printf("yaml.document\t%.1f\tKB\n", (double)b.file.n / 1e3 / (double)b.n);
    for (size_t i = 0; i < MEASURES; i++) {
        qsort(speeds[i], ROUNDS, sizeof speeds[i][0], by_value);
        printf("%s\t%.0f\tMB/s\n", measures[i].name, speeds[i][ROUNDS / 2]);
    }
    unmake(&b);
    return 0;
}
