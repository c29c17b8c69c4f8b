/* Tags: tags.csv, one at a time. See movielens.h. */
#include "source/movielens/release.h"

#include "base/mem.h"
#include "base/text.h"
#include "source/movielens/plain.h"

#include <inttypes.h>

struct tags {
    struct csv csv;
    bool ended;
};

void tags_free(struct tags *t)
{
    if (t == NULL)
        return;
    csv_done(&t->csv);
    mem_free(t);
}

static bool begin(struct movielens *m, struct err *e)
{
    if (m->tags != NULL)
        return true;
    if (!m->movies_done)
        return err_set(e, ERR_BUG, "movielens_tag_next was called before movielens_movies");
    struct tags *t = mem_alloc(sizeof *t);
    if (!release_begin(m, ML_TAGS, &t->csv, e)) {
        mem_free(t);
        return false;
    }
    m->tags = t;
    return true;
}

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

static void give(struct movielens *m, const struct ml_tag *tag, struct ml_tag *ret, bool *ret_end)
{
    m->release.tags++;
    *ret = *tag;
    *ret_end = false;
}

bool movielens_tag_next(struct movielens *m, struct findings *findings, struct ml_tag *ret,
    bool *ret_end, struct err *e)
{
    struct csv_row row;
    struct ml_tag tag = {0};
    struct place p = release_place(m, ML_TAGS, findings);
    if (!begin(m, e))
        return false;
    while (!m->tags->ended) {
        if (plain_tag(m, &m->tags->csv, &tag)) {
            give(m, &tag, ret, ret_end);
            return true;
        }
        if (!csv_next(&m->tags->csv, &row, e))
            return false;
        if (row.state == CSV_END) {
            m->tags->ended = true;
            release_end(m, ML_TAGS, findings);
        } else if (read_tag(m, &p, &row, &tag)) {
            give(m, &tag, ret, ret_end);
            return true;
        }
    }
    *ret_end = true;
    return true;
}
