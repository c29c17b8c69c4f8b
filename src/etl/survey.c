/* The survey of a batch file: everything is read and checked, nothing is touched. See load.h. */
#include "etl/feed_group.h"

enum { MAX_DOCUMENTS = 10 * 1000 * 1000 };

static bool header_is_usable(const struct batch *header)
{
    return header->id.n > 0;
}

static uint64_t all_findings(const struct findings *f)
{
    return f->per_severity[SEVERITY_FIXED] + f->per_severity[SEVERITY_WARNING] +
           f->per_severity[SEVERITY_ERROR];
}

/* The reading of one file. */
struct surveying {
    struct batch_reader *reader;
    struct check_run *run;
    struct findings *findings; /* of the file */
    struct findings fresh;     /* of the record at hand */
    struct feed_kept *kept;    /* NULL: nothing is kept */
    struct survey *to;
};

/* Hands on what was found about the record at hand. */
static void pass_findings(struct surveying *s)
{
    if (all_findings(&s->fresh) == 0)
        return;
    findings_merge(s->findings, &s->fresh);
    findings_done(&s->fresh);
    findings_init(&s->fresh);
}

/* `g`: where its texts are; NULL: it is not kept. */
static void keep(
    struct surveying *s, struct feed_group *g, const struct staged_record *r, enum mark mark)
{
    if (g == NULL)
        return;
    struct findings of_record; /* two keep them */
    findings_init(&of_record);
    if (mark == MARK_BAD)
        findings_merge(&of_record, &s->fresh);
    feed_group_add(g, r, mark, s->to->documents, batch_document(s->reader), &of_record);
}

/* What contradicts other records of the run is looked for every time, so it leaves no mark. */
static bool judge(struct surveying *s, struct feed_group *g, const struct staged_record *r,
    bool undecoded, struct err *e)
{
    bool bad = undecoded || (!r->unchanged && !check_record(r, &s->fresh));
    enum mark mark = bad ? MARK_BAD : all_findings(&s->fresh) > 0 ? MARK_NOTED : MARK_NONE;
    keep(s, g, r, mark);
    pass_findings(s);
    if (!bad)
        check_in_run(s->run, r, s->findings);
    s->to->bad += bad;
    return mark == MARK_NONE || map_put(&s->to->marks, (int64_t)s->to->documents, mark) ||
           err_set(e, ERR_DATA, "there are findings about more than %d records", MAX_DOCUMENTS);
}

static bool survey_records(struct surveying *s, struct err *e)
{
    struct arena scratch;
    bool end = false, ok = true;
    arena_init(&scratch);
    findings_init(&s->fresh);
    while (ok && !end) {
        struct staged_record record;
        bool bad = false;
        arena_reset(&scratch);
        struct feed_group *g = s->kept == NULL ? NULL : feed_kept_room(s->kept);
        ok = !err_stopped(e) && batch_next(s->reader, &s->fresh, g == NULL ? &scratch : &g->arena,
                                     &scratch, &record, &bad, &end, e);
        if (!ok || end)
            break;
        ok = judge(s, g, &record, bad, e);
        s->to->documents++;
    }
    pass_findings(s);
    findings_done(&s->fresh);
    arena_done(&scratch);
    return ok;
}

static void take_header(const struct batch_reader *r, struct survey *ret)
{
    const struct batch *h = batch_header(r);
    ret->header = *h;
    ret->header.id = arena_dup(&ret->arena, h->id);
    ret->header.scope = arena_dup(&ret->arena, h->scope);
    ret->header.query = arena_dup(&ret->arena, h->query);
    batch_summary(r, &ret->summary);
    ret->usable = ret->summary.complete && header_is_usable(h);
}

bool survey_keeping(const char *path, struct map *known, struct check_run *run,
    struct findings *findings, struct feed_kept *kept, struct survey *ret, struct err *e)
{
    struct surveying s = {.run = run, .findings = findings, .kept = kept, .to = ret};
    *ret = (struct survey){.read = file_look(path)};
    arena_init(&ret->arena);
    map_init(&ret->marks, MAX_DOCUMENTS);
    check_run_new_file(run);
    findings_in_file(findings, path);
    bool ok = batch_open(path, findings, &s.reader, e);
    if (ok) {
        batch_know(s.reader, known);
        ok = survey_records(&s, e);
    }
    if (ok)
        take_header(s.reader, ret);
    batch_reader_free(s.reader);
    if (!ok)
        survey_done(ret);
    return ok;
}

bool survey_file(const char *path, struct map *known, struct check_run *run,
    struct findings *findings, struct survey *ret, struct err *e)
{
    return survey_keeping(path, known, run, findings, NULL, ret, e);
}

void survey_done(struct survey *s)
{
    arena_done(&s->arena);
    map_done(&s->marks);
}
