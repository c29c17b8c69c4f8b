/* Reading a batch, document by document. See stage.h.
 *
 * The last document before the end of the file counts only when it is the end document, or when
 * that stood before it: of any other it cannot be said whether something is missing at its end, and
 * a list that lost its tail must not reach the database as the whole list. */
#include "stage/reader.h"

#include "base/mem.h"
#include "base/sys.h"
#include "model/version.h"
#include "stage/document.h"
#include "stage/head.h"
#include "stage/name.h"
#include "stage/split.h"
#include "stage/tree.h"

struct batch_reader {
    char *path;
    struct input *in;
    struct split split;
    struct arena texts; /* the header's */
    struct batch header;
    bool pending;         /* the first document was no header: it waits for batch_next */
    struct chunk chunk;   /* the document at hand */
    struct view document; /* its text: where it was parsed, the copy that the tree is made of */
    struct tree tree;
    struct arena nodes; /* of the tree: a record keeps none of them */
    struct map *known;  /* borrowed, or NULL */
    uint64_t version;   /* of the tables */
    struct head head;   /* of the document at hand, when it has one */
    bool has_head, unchanged;
    bool end_seen, done;
    uint64_t movies, gones, others;      /* documents by kind, refused ones included */
    uint64_t bad_movies, bad_gones, bad; /* refused ones */
    struct doc_end end;
    struct digest_hex before_end;
    bool edited;
    struct digest_hex sha256;
};

static const struct view NO_KEY = {NULL, 0};

/* Whether the document is what was loaded before. The last one of a file that may be cut off is
 * never taken to be so, nor one of a time that is still to come: that is to be refused. */
static void look_at_head(struct batch_reader *r)
{
    const uint64_t *known = NULL;
    r->unchanged = false;
    r->has_head = head_read(r->chunk.text, r->version, &r->head);
    if (r->has_head && r->known != NULL && !r->chunk.last && r->head.fetched_at <= sys_latest())
        known = map_get(r->known, r->head.tmdb_id);
    r->unchanged = known != NULL && *known == (uint64_t)r->head.content;
}

/* The document at hand, copied into `texts`. */
static void parse(struct batch_reader *r, struct arena *texts)
{
    arena_reset(&r->nodes);
    r->document = arena_dup(texts, r->chunk.text);
    tree_parse(r->document, r->chunk.line, texts, &r->nodes, &r->tree);
}

/* The next document that holds anything, parsed unless it is unchanged. */
static bool next_document(struct batch_reader *r, struct arena *texts, bool *ret_end, struct err *e)
{
    for (;;) {
        if (!split_next(&r->split, &r->chunk, ret_end, e))
            return false;
        r->tree = (struct tree){0};
        r->document = r->chunk.text;
        if (r->chunk.endless) /* nobody knows how the file ends */
            r->end_seen = false;
        if (*ret_end || r->chunk.oversize)
            return true;
        if (r->chunk.first && chunk_is_preamble(&r->chunk))
            continue;
        look_at_head(r);
        if (r->unchanged)
            return true;
        struct arena_mark before = arena_mark(texts);
        parse(r, texts);
        if (r->tree.problem_n > 0 || doc_kind(r->tree.root) != DOC_EMPTY)
            return true;
        arena_back(texts, &before);
    }
}

/* Adds what is wrong with the document itself; false when it cannot be used. */
static bool is_sound(const struct batch_reader *r, struct view key, struct findings *f)
{
    if (r->chunk.oversize)
        findings_add(f, RULE_DEPTH, r->chunk.line, 1, NO_KEY, NULL, "a document over %d bytes%s",
            r->chunk.endless ? PASSED_MAX : DOCUMENT_MAX,
            r->chunk.endless ? ": the file is not read any further" : "");
    tree_report(&r->tree, key, f);
    return !r->chunk.oversize && r->tree.problem_n == 0;
}

static void in_file(const struct batch_reader *r, struct findings *f)
{
    if (!view_is(f->file, r->path))
        findings_in_file(f, r->path);
}

/* ---- the header */

static void keep_header(struct batch_reader *r, const struct batch *h)
{
    r->header = *h;
    r->header.id = arena_dup(&r->texts, h->id);
    r->header.scope = arena_dup(&r->texts, h->scope);
    r->header.query = arena_dup(&r->texts, h->query);
}

/* What the name says, for a file whose header does not. */
static void header_from_name(struct batch_reader *r)
{
    struct batch_name n;
    if (!batch_name_parse(r->path, &n))
        return;
    r->header.type = n.type;
    r->header.scope = arena_dup(&r->texts, n.scope);
}

static void read_header(struct batch_reader *r, struct findings *f)
{
    struct batch h = r->header;
    if (doc_kind(r->tree.root) != DOC_BATCH) {
        findings_add(f, RULE_BATCH_HEADER, r->chunk.line, 1, NO_KEY, "batch",
            "the first document of a batch file must be its header");
        return;
    }
    /* A movie behind it, for want of a line of hyphens, must not be lost. */
    r->pending = r->tree.problem_n == 0 && r->tree.root->n > 1;
    if (is_sound(r, NO_KEY, f))
        (void)doc_read_batch(r->tree.root, f, &h);
    keep_header(r, &h);
}

bool batch_open_input(struct input *in, const char *name, struct findings *findings,
    struct batch_reader **ret, struct err *e)
{
    bool end;
    struct arena first;
    struct batch_reader *r = mem_alloc(sizeof *r);
    r->path = mem_alloc(strlen(name) + 1);
    memcpy(r->path, name, strlen(name));
    r->in = in;
    r->version = tables_version();
    arena_init(&r->texts);
    arena_init(&r->nodes);
    split_init(&r->split, in, true);
    in_file(r, findings);
    header_from_name(r);
    arena_init(&first);
    bool ok = next_document(r, &first, &end, e);
    if (ok) {
        r->pending = !end;
        read_header(r, findings);
        *ret = r;
    } else {
        batch_reader_free(r);
    }
    arena_done(&first);
    return ok;
}

bool batch_open(
    const char *path, struct findings *findings, struct batch_reader **ret, struct err *e)
{
    struct input *in;
    return input_open(path, &in, e) && batch_open_input(in, path, findings, ret, e);
}

const struct batch *batch_header(const struct batch_reader *r)
{
    return &r->header;
}

void batch_know(struct batch_reader *r, struct map *known)
{
    r->known = known;
}

void batch_no_digest(struct batch_reader *r)
{
    r->split.hashing = false;
}

void batch_reader_free(struct batch_reader *r)
{
    if (r == NULL)
        return;
    split_done(&r->split);
    input_free(r->in);
    arena_done(&r->texts);
    arena_done(&r->nodes);
    mem_free(r->path);
    mem_free(r);
}

struct view batch_document(const struct batch_reader *r)
{
    return r->document;
}

/* ---- records */

static void count(struct batch_reader *r, enum doc_kind kind, bool good)
{
    r->movies += kind == DOC_MOVIE;
    r->gones += kind == DOC_GONE;
    r->others += kind != DOC_MOVIE && kind != DOC_GONE;
    r->bad_movies += !good && kind == DOC_MOVIE;
    r->bad_gones += !good && kind == DOC_GONE;
    r->bad += !good;
    r->edited = r->edited || r->end_seen; /* nothing of ours stands behind the end */
}

/* The document at hand as a record; false when it is refused. */
static bool read_record(
    const struct batch_reader *r, struct findings *f, struct arena *a, struct staged_record *ret)
{
    const struct node *root = r->tree.root;
    enum doc_kind kind = doc_kind(root);
    ret->tmdb_id = doc_id(root);
    ret->gone = kind == DOC_GONE;
    ret->place = root == NULL ? (struct place){(uint32_t)r->chunk.line, 1}
                              : (struct place){root->line, root->column};
    struct view key = doc_key(ret->tmdb_id, a);
    if (!is_sound(r, key, f))
        return false;
    if (r->chunk.last && !r->end_seen) {
        findings_add(f, RULE_BATCH_END, r->chunk.line, 1, key, NULL,
            "the file ends in this document: it cannot be known to be complete");
        return false;
    }
    if (kind == DOC_MOVIE)
        return doc_read_movie(root, key, a, f, ret);
    if (kind == DOC_GONE)
        return doc_read_gone(root, key, f, ret);
    if (kind == DOC_BATCH && doc_batch_is_alone(root, f))
        findings_add(
            f, RULE_BATCH_HEADER, root->line, root->column, NO_KEY, "batch", "a second header");
    else if (kind != DOC_BATCH)
        doc_report_unknown(root, r->chunk.line, f);
    return false;
}

/* Takes the end document. */
static void read_end(struct batch_reader *r, struct findings *f)
{
    struct doc_end end;
    if (!is_sound(r, NO_KEY, f) || !doc_read_end(r->tree.root, f, &end))
        return;
    if (r->end_seen) {
        findings_add(
            f, RULE_BATCH_END, end.at.line, end.at.column, NO_KEY, "end", "a second end document");
        return;
    }
    r->end_seen = true;
    r->end = end;
    r->end.sha256 = arena_dup(&r->texts, end.sha256);
    r->before_end = digest_peek(&r->split.digest);
}

/* The document that is what was loaded before, as a record. */
static void know_record(const struct batch_reader *r, struct arena *a, struct staged_record *ret)
{
    enum { LINES_BEFORE = 3, COLUMN = 3 }; /* of the first member of the movie: see head.h */
    *ret = (struct staged_record){.tmdb_id = r->head.tmdb_id,
        .at = r->head.fetched_at,
        .place = {(uint32_t)r->chunk.line + LINES_BEFORE, COLUMN},
        .content = r->head.content,
        .unchanged = true};
    ret->movie.imdb_id = arena_dup(a, r->head.imdb_id);
}

/* Another document of an id makes what is stored something else than was known. */
static void forget_known(const struct batch_reader *r, int64_t tmdb_id)
{
    if (r->known != NULL && map_has(r->known, tmdb_id))
        (void)map_put(r->known, tmdb_id, 0);
}

/* ---- the whole file */

static void check_counts(struct batch_reader *r, struct findings *f)
{
    uint64_t said = (uint64_t)r->end.records + (uint64_t)r->end.gone;
    bool same = r->bad > 0
                    ? said == r->movies + r->gones + r->others
                    : (uint64_t)r->end.records == r->movies && (uint64_t)r->end.gone == r->gones;
    if (!same)
        findings_add(f, RULE_BATCH_COUNT, r->end.at.line, r->end.at.column, NO_KEY, "end",
            "%llu movies and %llu gone ones are announced, the file has %llu and %llu",
            (unsigned long long)r->end.records, (unsigned long long)r->end.gone,
            (unsigned long long)r->movies, (unsigned long long)r->gones);
}

static void check_file(struct batch_reader *r, struct findings *f)
{
    r->done = true;
    r->sha256 = digest_peek(&r->split.digest);
    if (r->movies + r->gones + r->others == 0)
        findings_add(
            f, RULE_BATCH_EMPTY, r->chunk.line, 1, NO_KEY, NULL, "the batch holds no record");
    if (!r->end_seen) {
        findings_add(
            f, RULE_BATCH_END, r->chunk.line, 1, NO_KEY, "end", "there is no end document");
        return;
    }
    check_counts(r, f);
    r->edited = r->edited || !view_is(r->end.sha256, r->before_end.z);
    if (r->edited)
        findings_add(f, RULE_BATCH_EDITED, r->end.at.line, r->end.at.column, NO_KEY, "end.sha256",
            "the file is not as it was written");
}

/* As next_document; the one that batch_open met and could not use comes first, once more. */
static bool advance(struct batch_reader *r, struct arena *texts, bool *ret_end, struct err *e)
{
    if (!r->pending)
        return next_document(r, texts, ret_end, e);
    r->pending = *ret_end = false;
    if (!r->chunk.oversize)
        parse(r, texts);
    return true;
}

bool batch_next(struct batch_reader *r, struct findings *findings, struct arena *texts,
    struct arena *a, struct staged_record *ret, bool *ret_bad, bool *ret_end, struct err *e)
{
    *ret_bad = false;
    *ret_end = r->done;
    in_file(r, findings);
    while (!*ret_end) {
        struct arena_mark before = arena_mark(texts);
        if (!advance(r, texts, ret_end, e))
            return false;
        if (*ret_end) {
            check_file(r, findings);
        } else if (r->unchanged) {
            know_record(r, a, ret);
            count(r, DOC_MOVIE, true);
            return true;
        } else if (doc_kind(r->tree.root) == DOC_END) {
            read_end(r, findings);
            arena_back(texts, &before);
        } else {
            *ret = (struct staged_record){.gone = false};
            *ret_bad = !read_record(r, findings, a, ret);
            ret->content = r->has_head && !*ret_bad ? r->head.content : 0;
            forget_known(r, ret->tmdb_id);
            count(r, doc_kind(r->tree.root), !*ret_bad);
            return true;
        }
    }
    return true;
}

void batch_summary(const struct batch_reader *r, struct batch_summary *ret)
{
    *ret = (struct batch_summary){
        .complete = r->end_seen,
        .edited = r->edited,
        .records = r->movies - r->bad_movies,
        .gone = r->gones - r->bad_gones,
        .bad = r->bad,
        .sha256 = r->sha256,
    };
}
