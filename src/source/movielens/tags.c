/* Tags: tags.csv, one at a time. See movielens.h.
 *
 * A thread reads the file in batches, while the caller is at those before; they come out in order,
 * each with the findings on the way to its last tag. There are BATCHES and no more. */
#include "source/movielens/release.h"

#include "base/mem.h"
#include "base/text.h"
#include "base/thread.h"
#include "source/movielens/plain.h"

#include <inttypes.h>

enum { BATCHES = 3, BATCH_TAGS = 4096, BATCH_BYTES = 1024 * 1024 };

struct tag_batch {
    struct ml_tag tags[BATCH_TAGS];
    size_t n;
    struct arena texts; /* theirs */
    struct findings findings;
    bool last;   /* the file ends here */
    bool failed; /* reading failed behind the last tag: `e` says how */
    struct err e;
};

struct tags {
    const struct movielens *m;
    struct csv csv; /* the thread's, once it runs */
    struct thread *reader;
    struct queue *free, *full;
    struct tag_batch batches[BATCHES];
    /* the caller's */
    struct tag_batch *now; /* NULL: none yet */
    size_t at;             /* its next tag */
    bool ended;
};

static struct tags *tags_new(const struct movielens *m, struct csv csv)
{
    struct tags *t = mem_alloc(sizeof *t);
    t->m = m;
    t->csv = csv;
    t->free = queue_new(BATCHES);
    t->full = queue_new(BATCHES);
    for (size_t i = 0; i < BATCHES; i++) {
        arena_init(&t->batches[i].texts);
        findings_init(&t->batches[i].findings);
        (void)queue_put(t->free, &t->batches[i]);
    }
    return t;
}

void tags_free(struct tags *t)
{
    if (t == NULL)
        return;
    queue_close(t->free);
    thread_join(t->reader);
    for (size_t i = 0; i < BATCHES; i++) {
        arena_done(&t->batches[i].texts);
        findings_done(&t->batches[i].findings);
    }
    queue_free(t->free);
    queue_free(t->full);
    csv_done(&t->csv);
    mem_free(t);
}

/* ---- the thread */

/* True when the row is a tag; false when it was left out, with a finding. */
static bool read_tag(
    const struct movielens *m, struct place *p, const struct csv_row *row, struct ml_tag *ret)
{
    const struct csv_field *f = row->fields;
    if (!row_shape(p, row, 4) || !field_number(p, &f[0], "userId", 1, ML_ID_MAX, &ret->user_id) ||
        !field_number(p, &f[1], "movieId", 1, ML_ID_MAX, &ret->movielens_id))
        return false;
    p->user_id = ret->user_id;
    p->movielens_id = ret->movielens_id;
    if (!field_text(p, &f[2], "tag", ML_TEXT_MAX) ||
        !field_number(p, &f[3], "timestamp", 0, ML_TIME_MAX, &ret->tagged_at))
        return false;
    if (row->unended && ret->tagged_at < ML_TIME_CUT) {
        note(p, RULE_ML_ROW, f[3].column, "timestamp",
            "the file ends without a line end and in the middle of this timestamp: it is cut off; "
            "row left out");
        return false;
    }
    if (known_index(&m->known, ret->movielens_id) == KNOWN_NOT) {
        note(p, RULE_ML_ORPHAN, f[1].column, "movieId",
            "movies.csv has no movie %" PRId64 ", or its row was left out", ret->movielens_id);
        return false;
    }
    ret->tag = f[2].text;
    return true;
}

/* The quick way: a row in the plain form (plain.h), its tag not quoted, with nothing wrong.
 * Anything else is refused and left for the way above. */
static bool plain_tag(const struct movielens *m, struct csv *csv, struct ml_tag *ret)
{
    struct view line;
    if (!csv_peek(csv, &line))
        return false;
    const char *p = line.p, *end;
    if (!plain_id(&p, &ret->user_id) || !plain_id(&p, &ret->movielens_id))
        return false;
    ret->tag = view_slice(line, (size_t)(p - line.p), view_find(line, (size_t)(p - line.p), ','));
    end = ret->tag.p + ret->tag.n + 1;
    if (end >= line.p + line.n || plain_time(end, &ret->tagged_at) != line.p + line.n)
        return false;
    if (ret->user_id == 0 || ret->tagged_at > ML_TIME_MAX || ret->tag.n > ML_TEXT_MAX ||
        known_index(&m->known, ret->movielens_id) == KNOWN_NOT)
        return false;
    if (memchr(ret->tag.p, '"', ret->tag.n) != NULL ||
        memchr(ret->tag.p, '\0', ret->tag.n) != NULL || !utf8_is_valid(ret->tag))
        return false;
    csv_pass(csv, line.n);
    return true;
}

static void keep(struct tag_batch *b, const struct ml_tag *tag)
{
    struct ml_tag *to = &b->tags[b->n++];
    *to = *tag;
    to->tag = arena_dup(&b->texts, tag->tag);
}

static void fill(struct tags *t, struct tag_batch *b)
{
    struct place p = release_place(t->m, ML_TAGS, &b->findings);
    b->n = 0;
    arena_reset(&b->texts);
    while (b->n < BATCH_TAGS && b->texts.used < BATCH_BYTES && !b->last && !b->failed) {
        struct csv_row row;
        struct ml_tag tag = {0};
        if (plain_tag(t->m, &t->csv, &tag))
            keep(b, &tag);
        else if (!csv_next(&t->csv, &row, &b->e))
            b->failed = true;
        else if (row.state == CSV_END)
            b->last = true;
        else if (read_tag(t->m, &p, &row, &tag))
            keep(b, &tag);
    }
}

static void read_batches(void *payload)
{
    struct tags *t = payload;
    struct tag_batch *b;
    for (bool more = true; more && (b = queue_take(t->free)) != NULL; (void)queue_put(t->full, b)) {
        fill(t, b);
        more = !b->last && !b->failed;
    }
}

/* ---- the caller */

static bool begin(struct movielens *m, struct err *e)
{
    struct csv csv;
    if (m->tags != NULL)
        return true;
    if (!m->movies_done)
        return err_set(e, ERR_BUG, "movielens_tag_next was called before movielens_movies");
    if (!release_begin(m, ML_TAGS, &csv, e))
        return false;
    struct tags *t = tags_new(m, csv);
    if (!thread_start(read_batches, t, &t->reader, e)) {
        tags_free(t);
        return false;
    }
    m->tags = t;
    return true;
}

/* The one at hand is used up. */
static bool next_batch(struct movielens *m, struct findings *findings, struct err *e)
{
    struct tags *t = m->tags;
    struct tag_batch *b = t->now;
    if (b != NULL && b->failed) { /* held on to: whoever asks again gets the same answer */
        *e = b->e;
        return false;
    }
    if (b != NULL && b->last) {
        t->ended = true;
        release_end(m, ML_TAGS, findings);
        return true;
    }
    if (b != NULL)
        (void)queue_put(t->free, b);
    b = t->now = queue_take(t->full);
    t->at = 0;
    findings_merge(findings, &b->findings);
    findings_done(&b->findings);
    findings_init(&b->findings);
    return true;
}

bool movielens_tag_next(struct movielens *m, struct findings *findings, struct ml_tag *ret,
    bool *ret_end, struct err *e)
{
    if (!begin(m, e))
        return false;
    struct tags *t = m->tags;
    while (!t->ended && (t->now == NULL || t->at == t->now->n))
        if (!next_batch(m, findings, e))
            return false;
    *ret_end = t->ended;
    if (t->ended)
        return true;
    *ret = t->now->tags[t->at++];
    m->release.tags++;
    return true;
}
