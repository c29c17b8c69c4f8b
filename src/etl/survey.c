/* The survey of a batch file: everything is read and checked, nothing is touched. See load.h. */
#include "etl/load.h"

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

/* Marks the document at hand. What contradicts other records of the run is looked for every time,
 * so it leaves no mark. */
static bool judge(const struct staged_record *r, bool bad, uint64_t findings_before,
    struct check_run *run, struct findings *findings, struct survey *s, struct err *e)
{
    bad = bad || (!r->unchanged && !check_record(r, findings));
    bool noted = all_findings(findings) > findings_before;
    if (!bad)
        check_in_run(run, r, findings);
    s->bad += bad;
    return (!bad && !noted) ||
           map_put(&s->marks, (int64_t)s->documents, bad ? MARK_BAD : MARK_NOTED) ||
           err_set(e, ERR_DATA, "there are findings about more than %d records", MAX_DOCUMENTS);
}

static bool survey_records(struct batch_reader *r, struct check_run *run, struct findings *findings,
    struct survey *s, struct err *e)
{
    struct arena scratch;
    bool end = false, ok = true;
    arena_init(&scratch);
    while (ok && !end) {
        struct staged_record record;
        bool bad = false;
        uint64_t before = all_findings(findings);
        arena_reset(&scratch);
        ok = !work_stopped(e) && batch_next(r, findings, &scratch, &record, &bad, &end, e);
        if (!ok || end)
            break;
        ok = judge(&record, bad, before, run, findings, s, e);
        s->documents++;
    }
    arena_done(&scratch);
    return ok;
}

static bool survey_opened(struct batch_reader *r, struct map *known, struct check_run *run,
    struct findings *findings, struct survey *s, struct err *e)
{
    batch_know(r, known);
    return survey_records(r, run, findings, s, e);
}

bool survey_file(const char *path, struct map *known, struct check_run *run,
    struct findings *findings, struct survey *ret, struct err *e)
{
    struct batch_reader *r = NULL;
    *ret = (struct survey){0};
    arena_init(&ret->arena);
    map_init(&ret->marks, MAX_DOCUMENTS);
    check_run_new_file(run);
    findings_in_file(findings, path);
    bool ok = batch_open(path, findings, &r, e) && survey_opened(r, known, run, findings, ret, e);
    if (ok) {
        const struct batch *h = batch_header(r);
        ret->header = *h;
        ret->header.id = arena_dup(&ret->arena, h->id);
        ret->header.scope = arena_dup(&ret->arena, h->scope);
        ret->header.query = arena_dup(&ret->arena, h->query);
        batch_summary(r, &ret->summary);
        ret->usable = ret->summary.complete && header_is_usable(h);
    }
    batch_reader_free(r);
    if (!ok)
        survey_done(ret);
    return ok;
}

void survey_done(struct survey *s)
{
    arena_done(&s->arena);
    map_done(&s->marks);
}
