/* How far an unfinished batch file is good, and going on with it: see part.h. */
#include "stage/part.h"

#include "base/input.h"
#include "stage/document.h"
#include "stage/split.h"
#include "stage/tree.h"

enum { BLOCK = 64 * 1024 };

struct scan {
    const struct part_visit *visit;
    bool sound;
    struct arena *texts, document; /* the header's texts; one document */
    struct part_state *state;
    /* The document at hand, which the next "---" line will confirm. */
    bool waiting, header, gone, stop;
    int64_t id;
    struct str text;
};

static bool read_header(struct scan *s, const struct node *root)
{
    struct findings f;
    findings_init(&f);
    bool ok = doc_read_batch(root, &f, &s->state->header);
    findings_done(&f);
    struct batch *h = &s->state->header;
    h->id = arena_dup(s->texts, h->id);
    h->scope = arena_dup(s->texts, h->scope);
    h->query = arena_dup(s->texts, h->query);
    return ok;
}

/* Looks at a document and remembers it until it is confirmed; one that can be none of ours ends the
 * scan. */
static void look_at(struct scan *s, const struct chunk *c)
{
    struct tree t;
    arena_reset(&s->document);
    if (c->oversize || (c->first && chunk_is_preamble(c))) {
        s->stop = c->oversize;
        return;
    }
    tree_parse(arena_dup(&s->document, c->text), c->line, &s->document, &s->document, &t);
    enum doc_kind kind = doc_kind(t.root);
    s->id = doc_id(t.root);
    s->gone = kind == DOC_GONE;
    s->header = s->state->size == 0;
    bool sound = t.problem_n == 0 && s->id != 0 && (kind == DOC_MOVIE || kind == DOC_GONE);
    if (s->header)
        s->waiting = kind == DOC_BATCH && t.problem_n == 0 && read_header(s, t.root);
    else
        s->waiting = sound || (!s->sound && kind != DOC_END && kind != DOC_EMPTY);
    s->stop = !s->waiting;
    str_clear(&s->text);
    if (s->waiting)
        str_add(&s->text, c->text);
}

/* The document at hand is complete: `c` begins with the "---" line behind it. */
static bool confirm(struct scan *s, const struct chunk *c, struct err *e)
{
    struct part_state *state = s->state;
    state->size = (int64_t)(c->offset + view_find(c->text, 0, '\n') + 1);
    s->waiting = false;
    if (s->header)
        return true;
    state->records += !s->gone;
    state->gone += s->gone;
    return s->visit == NULL ||
           s->visit->document(s->visit->payload, s->id, s->gone, str_view(&s->text), e);
}

static bool scan_all(struct scan *s, struct split *split, struct err *e)
{
    while (!s->stop) {
        struct chunk c;
        bool end;
        if (!split_next(split, &c, &end, e))
            return false;
        if (end)
            return true;
        if (s->waiting && !chunk_has_bare_marker(&c))
            return true;
        if (s->waiting && !confirm(s, &c, e))
            return false;
        look_at(s, &c);
    }
    return true;
}

bool part_scan(const char *path, bool sound, const struct part_visit *visit, struct arena *a,
    struct part_state *ret, struct err *e)
{
    struct input *in;
    struct split split;
    struct scan s = {.visit = visit, .sound = sound, .texts = a, .state = ret};
    *ret = (struct part_state){.size = 0};
    if (!input_file_new(path, &in, e))
        return false;
    arena_init(&s.document);
    str_init(&s.text, DOCUMENT_MAX);
    split_init(&split, in, false);
    bool ok = scan_all(&s, &split, e);
    split_done(&split);
    str_done(&s.text);
    arena_done(&s.document);
    input_free(in);
    return ok;
}

/* Digests the first `size` bytes but the "---" line they end with. */
static bool digest_begin(const char *path, int64_t size, struct digest *d, struct err *e)
{
    struct input *in;
    char block[BLOCK];
    int64_t left = size - 4; /* "---\n" */
    if (!input_file_new(path, &in, e))
        return false;
    bool ok = true;
    while (ok && left > 0) {
        size_t got = 0, want = left < BLOCK ? (size_t)left : BLOCK;
        ok = in->read(in, block, want, &got, e) &&
             (got > 0 || err_set(e, ERR_INPUT, "%s became shorter while it was read", path));
        digest_add(d, (struct view){block, got});
        left -= (int64_t)got;
    }
    input_free(in);
    return ok;
}

bool part_resume(
    const char *path, const struct part_state *state, struct part_file *ret, struct err *e)
{
    *ret =
        (struct part_file){.records = state->records, .gone = state->gone, .header = state->header};
    if (!outfile_resume(&ret->file, path, state->size, e))
        return false;
    arena_init(&ret->texts);
    ret->header.id = arena_dup(&ret->texts, state->header.id);
    ret->header.scope = arena_dup(&ret->texts, state->header.scope);
    ret->header.query = arena_dup(&ret->texts, state->header.query);
    digest_init(&ret->digest, DIGEST_SHA256);
    bool ok = digest_begin(ret->file.part, state->size, &ret->digest, e);
    if (!ok)
        part_done(ret);
    return ok;
}
