/* The survey of a batch file: everything is read and checked, nothing is touched. See load.h. */
#include "etl/load.h"

enum { MAX_DOCUMENTS = 10 * 1000 * 1000 };

static bool header_is_usable(const struct batch *header)
{
    return header->id.n > 0;
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
        arena_reset(&scratch);
        ok = !work_stopped(e) && batch_next(r, findings, &scratch, &record, &bad, &end, e);
        if (!ok || end)
            break;
        if (!bad && check_record(&record, findings))
            check_in_run(run, &record, findings);
        else if (!map_put(&s->bad, (int64_t)s->documents, 1))
            ok = err_set(e, ERR_DATA, "more than %d records are refused", MAX_DOCUMENTS);
        s->documents++;
    }
    arena_done(&scratch);
    return ok;
}

bool survey_file(const char *path, struct check_run *run, struct findings *findings, struct survey *ret,
    struct err *e)
{
    struct batch_reader *r = NULL;
    *ret = (struct survey){0};
    arena_init(&ret->arena);
    map_init(&ret->bad, MAX_DOCUMENTS);
    check_run_new_file(run);
    findings_in_file(findings, path);
    bool ok = batch_open(path, findings, &r, e) && survey_records(r, run, findings, ret, e);
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
    map_done(&s->bad);
}
