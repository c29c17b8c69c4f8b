/* process: batch files into the database, oldest first. Also validate, which is its first half
 * alone.
 *
 * A thread reads ahead (feed.h), others compress and move what is loaded (mover.h). A file is moved
 * to processed/ only after the commit of its last record, which a first load may put off
 * (store_settle); one that is loaded but still lies in raw/ (the run was killed in between) is only
 * moved. */
#include "etl/feed.h"
#include "etl/gather.h"
#include "etl/mover.h"

#include "base/file.h"
#include "base/map.h"
#include "base/sys.h"

#include <stdio.h>
#include <string.h>

enum { MAX_FILES = 1000 * 1000, MAX_HELD = MAX_FILES };

struct processing {
    struct work *w;
    struct vec all; /* const char *: the files to work on */
    struct apply apply;
    struct feed *feed;
    struct mover *mover;
    struct findings findings;                 /* of the file at hand */
    uint64_t files, rejected;                 /* of those that are done */
    uint64_t settled_files, settled_rejected; /* what is done again comes behind these */
    struct apply_counts begun;                /* the counts when the file behind these began */
    uint64_t told_files;                      /* what was found in these was told: not again */
    struct err unmoved;                       /* why one of these stayed; or ERR_NONE */
    struct arena loaded;                      /* the files to move */
    /* const char *: what is to be said of files that are loaded, in their order, when their load is
     * settled (store_settle), not only gathered (gather.h). */
    struct vec held;
    struct arena lines; /* theirs */
};

static bool too_many_errors(const struct etl *x, const struct survey *s, struct err *e)
{
    uint64_t errors = s->bad;
    bool over =
        errors > x->request->max_errors ||
        (s->documents > 0 && (double)errors > x->request->max_error_share * (double)s->documents);
    if (over)
        err_set(e, ERR_DATA,
            "%llu of %llu records are refused, more than --max-errors allows; none was loaded",
            (unsigned long long)errors, (unsigned long long)s->documents);
    return over;
}

static struct view line_of(
    struct processing *p, const char *path, const struct apply_counts *before, uint64_t rejected)
{
    const struct apply_counts *c = &p->apply.counts;
    const char *would = p->w->x->request->dry_run ? "would be " : "";
    char a[32], b[32], u[32], line[600];
    int n = snprintf(line, sizeof line, "%s: %s %sadded, %s %supdated, %s unchanged",
        file_base_name(path), etl_count(c->added - before->added, a), would,
        etl_count(c->updated - before->updated, b), would,
        etl_count(c->unchanged - before->unchanged, u));
    struct {
        uint64_t n;
        const char *what;
    } more[] = {{c->gone - before->gone, "gone"}, {c->back - before->back, "back"},
        {c->stale - before->stale, "older than what is stored"},
        {c->adult - before->adult, "adult"}, {c->skipped - before->skipped, "set aside by review"},
        {rejected, "rejected"}};
    for (size_t i = 0; i < sizeof more / sizeof more[0] && n < 500; i++)
        if (more[i].n > 0)
            n += snprintf(line + n, sizeof line - (size_t)n, ", %s %s", etl_count(more[i].n, a),
                more[i].what);
    return arena_print(&p->lines, "%s", line);
}

/* What is held is settled: said, and moved. `begun`: what was counted when the file after these
 * began. */
static void release_held(struct processing *p, const struct apply_counts *begun)
{
    p->settled_files = p->files;
    p->settled_rejected = p->rejected;
    p->begun = *begun;
    for (size_t i = 0; i < p->held.n; i++)
        etl_say(p->w->x, "%s", *(const char *const *)vec_at(&p->held, i));
    mover_settle(p->mover);
    vec_clear(&p->held);
    arena_reset(&p->lines);
}

static bool settle(struct processing *p, bool now, struct err *e)
{
    bool settled = true, dry_run = p->w->x->request->dry_run; /* which has nothing to wait for */
    if ((now || gather_is_due(&p->apply)) && !gather_write(&p->apply, e))
        return false;
    if (gather_waits(&p->apply) && !dry_run)
        return true;
    if (!dry_run && !store_settle(p->w->store, now, &settled, e))
        return false;
    if (settled) {
        p->apply.settled = p->apply.counts;
        release_held(p, &p->apply.counts);
    }
    return true;
}

static bool hold_file(struct processing *p, const char *path, const struct file_version *read,
    struct view line, struct err *e)
{
    const char **held = vec_add(&p->held);
    p->files++;
    if (held == NULL)
        return err_set(e, ERR_DATA, "more than %d files in one transaction", MAX_HELD);
    *held = line.p;
    if (!p->w->x->request->dry_run) {
        struct loaded_file *file = arena_take(&p->loaded, sizeof *file);
        *file = (struct loaded_file){arena_dup(&p->loaded, view_of(path)).p, *read};
        mover_put(p->mover, file);
    }
    return true;
}

static void refuse_file(struct processing *p, const char *path)
{
    p->files++;
    p->w->x->partial = true;
    if (p->files > p->told_files)
        etl_say(p->w->x, "%s: refused as a whole, nothing of it was loaded", file_base_name(path));
}

static bool load_surveyed(
    struct processing *p, const char *path, const struct survey *s, struct err *e)
{
    /* some of it, or all, may be settled by the load that was lost */
    struct apply_counts before = p->files == p->settled_files ? p->begun : p->apply.counts;
    struct load_result r = {0};
    bool ok = !too_many_errors(p->w->x, s, e) && load_file(&p->apply, path, s, p->feed, &r, e);
    if (r.settled)
        release_held(p, &before);
    if (!ok)
        return false;
    p->rejected += r.rejected;
    if (r.rejected > 0)
        p->w->x->partial = true;
    bool counted = memcmp(&before, &p->apply.counts, sizeof before) != 0;
    struct view line = r.was_loaded && !counted
                           ? arena_print(&p->lines, "%s: loaded already", file_base_name(path))
                           : line_of(p, path, &before, r.rejected);
    return hold_file(p, path, &s->read, line, e);
}

/* What was found in this file; once, whatever is loaded again. */
static bool report(struct processing *p, uint64_t file, struct err *e)
{
    bool again = file <= p->told_files;
    p->told_files = again ? p->told_files : file;
    return again ? work_report_refused(p->w, &p->findings, e) : work_report(p->w, &p->findings, e);
}

static bool process_file(struct processing *p, struct feed_file *file, struct err *e)
{
    if (file->failed) {
        *e = file->err;
        return false;
    }
    if (file->survey.usable && !load_surveyed(p, file->path, &file->survey, e))
        return false;
    if (!file->survey.usable)
        refuse_file(p, file->path);
    return report(p, p->files, e) && settle(p, false, e);
}

/* A file that was named before, by whatever name, is left out: it may be moved before it is read
 * for the second time. */
static bool is_named_again(const struct etl *x, const char *path, const struct vec *files,
    struct map *seen) /* places in `files` by what tells the file */
{
    struct file_version v = file_look(path);
    int64_t key = (int64_t)(v.inode ^ v.device << 40);
    const uint64_t *before = map_get(seen, key);
    if (before != NULL && file_is_same(path, *(const char *const *)vec_at(files, *before))) {
        etl_say(x, "%s is named more than once, and taken once", path);
        return true;
    }
    (void)map_put(seen, key, files->n);
    return false;
}

static bool list_named(const struct etl *x, struct vec *ret, struct err *e)
{
    struct map seen;
    bool ok = true;
    map_init(&seen, x->request->file_n);
    for (size_t i = 0; ok && i < x->request->file_n; i++) {
        const char *path = x->request->files[i], **slot;
        if (is_named_again(x, path, ret, &seen))
            continue;
        ok = (slot = vec_add(ret)) != NULL || err_set(e, ERR_USAGE, "too many files");
        if (ok)
            *slot = path;
    }
    map_done(&seen);
    return ok;
}

/* The files to work on: those named, else all of the type in raw/. */
static bool list_files(const struct etl *x, struct arena *a, struct vec *ret, struct err *e)
{
    if (x->request->file_n > 0)
        return list_named(x, ret, e);
    return batch_list(x->config->data_dir, FOLDER_RAW, x->request->type, a, ret, e);
}

/* Those that are not settled. */
static bool process_files(struct processing *p, struct err *e)
{
    struct feed_file *file = NULL;
    struct vec rest = {.n = 0};
    vec_init(&rest, sizeof(char *), MAX_FILES);
    for (size_t i = p->settled_files; i < p->all.n; i++)
        *(const char **)vec_add(&rest) = *(const char **)vec_at(&p->all, i);
    bool ok = feed_new(&rest, &p->apply.known, &p->feed, e);
    while (ok && (ok = !err_stopped(e)) && (file = feed_next_file(p->feed)) != NULL) {
        struct findings empty = p->findings;
        p->findings = file->findings; /* and what the database refuses is added */
        file->findings = empty;
        ok = process_file(p, file, e);
        feed_file_free(file);
    }
    feed_free(p->feed);
    p->feed = NULL;
    vec_done(&rest);
    struct err later;
    if (!settle(p, true, ok ? e : &later))
        ok = false;
    mover_end(p->mover);
    return ok;
}

static void say_failure(void *payload, const struct err *e)
{
    etl_say(payload, "%s", e->text);
}

/* The store has lost what was not settled: everything is as it was when it settled last. */
static bool go_back(struct processing *p, struct err *e)
{
    struct work *w = p->w;
    struct apply_counts counts = p->apply.settled;
    (void)mover_finish(p->mover, true, say_failure, w->x, &p->unmoved);
    p->mover = NULL;
    p->files = p->settled_files;
    p->rejected = p->settled_rejected;
    vec_clear(&p->held);
    arena_reset(&p->lines);
    findings_done(&p->findings);
    findings_init(&p->findings);
    apply_done(&p->apply);
    bool ok = apply_init(&p->apply, w, &p->findings, e) &&
              mover_new(w->x->config->data_dir, p->all.n, &p->mover, e);
    p->apply.counts = p->apply.settled = counts;
    return ok;
}

/* INT64_MAX: that or more. Files with holes may claim more than any disk has. */
static int64_t size_on_disk(const struct vec *files)
{
    int64_t bytes = 0;
    for (size_t i = 0; i < files->n; i++) {
        int64_t size = file_look(*(const char *const *)vec_at(files, i)).size;
        bytes = size < INT64_MAX - bytes ? bytes + size : INT64_MAX;
    }
    return bytes;
}

/* Indexes that a first load goes without are made in any case, but not against the will of whoever
 * stops the program: then the next command makes them. */
static bool load_all(struct processing *p, struct err *e)
{
    struct store *store = p->w->store;
    if (p->w->x->request->dry_run)
        return process_files(p, e);
    if (!store_check_room(store, size_on_disk(&p->all), e) || !store_begin_first_load(store, e))
        return false;
    bool ok = process_files(p, e);
    while (!ok && !sys_stop_asked() && store_again(store, e))
        ok = go_back(p, e) && process_files(p, e);
    struct err later;
    if (!store_end_first_load(store, !sys_stop_asked(), ok ? e : &later))
        ok = false;
    return ok;
}

/* Those that were settled when a load was lost, then the others. */
static bool finish_moves(struct processing *p, bool ok, struct err *e)
{
    const struct etl *x = p->w->x;
    bool unmoved = p->unmoved.kind != ERR_NONE;
    if (unmoved && !ok)
        etl_say(x, "%s", p->unmoved.text);
    else if (unmoved)
        *e = p->unmoved;
    return mover_finish(p->mover, ok && !unmoved, say_failure, p->w->x, e);
}

static void say_end(struct processing *p)
{
    const struct apply_counts *c = &p->apply.counts;
    char a[32], b[32], f[32];
    if (p->files == 0) {
        etl_say(p->w->x, "nothing to process");
        return;
    }
    etl_say(p->w->x, "processed %s file%s: %s movies added, %s updated", etl_count(p->files, f),
        p->files == 1 ? "" : "s", etl_count(c->added, a), etl_count(c->updated, b));
    if (p->rejected > 0) {
        struct arena paths;
        arena_init(&paths);
        etl_say(p->w->x, "rejected %s records: see %s/", etl_count(p->rejected, a),
            batch_folder_path(p->w->x->config->data_dir, FOLDER_REJECTED, &paths));
        arena_done(&paths);
    }
}

static bool process_all(struct work *w, struct err *e)
{
    struct processing p = {.w = w};
    struct arena a;
    struct err later;
    arena_init(&a);
    vec_init(&p.all, sizeof(char *), MAX_FILES);
    findings_init(&p.findings);
    arena_init(&p.loaded);
    arena_init(&p.lines);
    vec_init(&p.held, sizeof(char *), MAX_HELD);
    bool ok = apply_init(&p.apply, w, &p.findings, e) && list_files(w->x, &a, &p.all, e) &&
              mover_new(w->x->config->data_dir, p.all.n, &p.mover, e) && load_all(&p, e);
    ok = report(&p, p.files + 1, ok ? e : &later) && ok; /* the file that failed */
    ok = finish_moves(&p, ok, e);
    if (ok)
        say_end(&p);
    apply_done(&p.apply);
    vec_done(&p.held);
    arena_done(&p.lines);
    arena_done(&p.loaded);
    findings_done(&p.findings);
    vec_done(&p.all);
    arena_done(&a);
    return ok;
}

bool etl_process(struct etl *x, struct err *e)
{
    struct work w;
    if (!work_begin(x, STORE_WRITE, "process", &w, e))
        return false;
    return work_end(&w, process_all(&w, e), "process", e);
}

/* ---- validate: the survey alone */

static bool validate_file(struct etl *x, struct check_run *run, const char *path, struct err *e)
{
    struct findings f;
    struct survey s;
    struct work none = {.x = x, .lock_fd = -1};
    char a[32], b[32];
    findings_init(&f);
    bool ok = survey_file(path, NULL, run, &f, &s, e);
    if (ok) {
        etl_say(x, "%s: %s records, %s refused%s%s", path, etl_count(s.documents, a),
            etl_count(s.bad, b), s.usable ? "" : "; the file as a whole cannot be loaded",
            s.summary.edited ? "; edited by hand" : "");
        ok = work_report(&none, &f, e);
        survey_done(&s);
    }
    findings_done(&f);
    return ok;
}

bool etl_validate(struct etl *x, struct err *e)
{
    struct check_run run;
    bool ok = true;
    check_run_init(&run);
    for (size_t i = 0; ok && i < x->request->file_n; i++)
        ok = validate_file(x, &run, x->request->files[i], e);
    check_run_done(&run);
    uint64_t errors = findings_errors(&x->findings);
    if (ok && errors > 0)
        return err_set(
            e, ERR_DATA, "%llu error%s", (unsigned long long)errors, errors == 1 ? "" : "s");
    return ok;
}
