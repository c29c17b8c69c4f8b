/* Reading ahead: see feed.h. */
#include "etl/feed.h"

#include "base/mem.h"
#include "base/thread.h"

/* What goes through the queues: one of the three. */
struct item {
    struct feed_file *file;
    struct feed_group *group;
    bool failed; /* reading groups did */
    struct err err;
};

struct feed {
    const struct vec *files;
    struct map *known;           /* borrowed */
    struct queue *read, *hashed; /* struct item */
    struct thread *reader, *hasher;
    struct check_run run;
    struct feed_spares *spares;
};

void feed_file_free(struct feed_file *f)
{
    if (f == NULL)
        return;
    if (!f->failed)
        survey_done(&f->survey);
    findings_done(&f->findings);
    mem_free(f);
}

static void free_item(struct item *it)
{
    feed_file_free(it->file);
    feed_group_free(it->group);
    mem_free(it);
}

/* ---- the reader's side */

/* False: nobody takes any more. */
static bool put(struct feed *f, const struct item *it)
{
    struct item *copy = mem_alloc(sizeof *copy);
    *copy = *it;
    if (queue_put(f->read, copy))
        return true;
    free_item(copy);
    return false;
}

static void copy_map(struct map *to, const struct map *from)
{
    map_init(to, from->max);
    for (size_t i = 0; i < from->cap; i++)
        if (from->slots[i].used)
            (void)map_put(to, from->slots[i].key, from->slots[i].value);
}

static bool open_again(struct feed *f, const char *path, struct batch_reader **ret, struct err *e)
{
    struct findings header; /* the survey has reported these */
    findings_init(&header);
    bool ok = batch_open(path, &header, ret, e);
    findings_done(&header);
    if (!ok)
        return false;
    batch_know(*ret, f->known);
    batch_no_digest(*ret); /* the survey has made it */
    return true;
}

/* A file on its way through the reader. */
struct reading {
    const char *path;
    struct feed_kept kept;
    struct batch_reader *again; /* of a file that is too large to be kept, else NULL */
    struct map marks;           /* a copy of its survey's, for that */
    struct file_version read;   /* its survey's, too */
    struct arena scratch;
};

/* A file that is read again is open before anybody hears of it: who finds that it is loaded already
 * moves it away at once. */
static bool survey(struct feed *f, struct reading *r, struct feed_file *file)
{
    if (!survey_keeping(r->path, f->known, &f->run, &file->findings, &r->kept, &file->survey,
            &file->err))
        return false;
    if (!file->survey.usable || !r->kept.over)
        return true;
    copy_map(&r->marks, &file->survey.marks);
    r->read = file->survey.read;
    bool ok = open_again(f, r->path, &r->again, &file->err);
    if (!ok)
        survey_done(&file->survey);
    return ok;
}

/* Surveys the file and hands the survey over. False: the reader is to end. */
static bool put_file(struct feed *f, struct reading *r, bool *ret_usable)
{
    struct feed_file *file = mem_alloc(sizeof *file);
    file->path = r->path;
    findings_init(&file->findings);
    bool ok = survey(f, r, file);
    file->failed = !ok;
    *ret_usable = ok && file->survey.usable;
    return put(f, &(struct item){.file = file}) && ok;
}

/* False: the reader is to end. */
static bool put_kept(struct feed *f, struct feed_kept *k)
{
    struct feed_group *g;
    bool taken = true;
    feed_kept_end(k);
    while (taken && (g = feed_kept_take(k)) != NULL)
        taken = put(f, &(struct item){.group = g});
    return taken;
}

/* The next document, as the last record of the group. */
static bool read_record(
    struct reading *r, uint64_t index, struct feed_group *g, bool *ret_end, struct err *e)
{
    struct staged_record record;
    struct findings findings;
    bool undecoded = false;
    arena_reset(&r->scratch);
    findings_init(&findings); /* the survey has reported these: they are for rejected/ */
    bool ok =
        batch_next(
            r->again, &findings, &g->arena, &r->scratch, &record, &undecoded, ret_end, e);
    if (ok && !*ret_end) {
        const uint64_t *at = map_get(&r->marks, (int64_t)index);
        enum mark mark = at == NULL ? MARK_NONE : (enum mark) * at;
        if (mark == MARK_BAD && !undecoded)
            (void)check_record(&record, &findings);
        feed_group_add(
            g, &record, undecoded ? MARK_BAD : mark, index, batch_document(r->again), &findings);
    }
    findings_done(&findings);
    return ok;
}

/* Nothing is loaded that was not checked. */
static bool is_as_surveyed(const struct reading *r, struct err *e)
{
    struct file_version now = file_look(r->path);
    if (file_version_eq(&now, &r->read))
        return true;
    err_set(e, ERR_INPUT, "%s has changed since it was checked", r->path);
    return err_hint(e, "It is not loaded as a whole, and stays where it is: process it again.");
}

static bool read_groups(struct feed *f, struct reading *r, bool *ret_taken, struct err *e)
{
    bool end = false, ok = true;
    *ret_taken = true;
    for (uint64_t index = 0; ok && !end && *ret_taken;) {
        struct feed_group *g = feed_group_new(f->spares);
        while (ok && !end && !feed_group_is_full(g))
            ok = !err_stopped(e) && read_record(r, index++, g, &end, e);
        g->last = end;
        ok = ok && is_as_surveyed(r, e);
        if (ok)
            *ret_taken = put(f, &(struct item){.group = g});
        else
            feed_group_free(g);
    }
    return ok;
}

/* False: the reader is to end. A failure is for him who takes the groups: that nobody wants them is
 * why a file may be gone. */
static bool put_read_again(struct feed *f, struct reading *r)
{
    struct item failure = {.failed = true};
    bool taken = true;
    return read_groups(f, r, &taken, &failure.err) ? taken : put(f, &failure);
}

static bool put_groups(struct feed *f, struct reading *r)
{
    return r->again == NULL ? put_kept(f, &r->kept) : put_read_again(f, r);
}

/* False: the reader is to end. */
static bool read_file(struct feed *f, const char *path)
{
    struct reading r = {.path = path};
    bool usable;
    feed_kept_init(&r.kept, f->spares);
    bool go_on = put_file(f, &r, &usable) && (!usable || put_groups(f, &r));
    batch_reader_free(r.again);
    feed_kept_done(&r.kept);
    map_done(&r.marks);
    arena_done(&r.scratch);
    return go_on;
}

static void read_all(void *payload)
{
    struct feed *f = payload;
    bool go_on = true;
    for (size_t i = 0; go_on && i < f->files->n; i++)
        go_on = read_file(f, *(const char *const *)vec_at(f->files, i));
    queue_close(f->read);
}

/* ---- the hasher's side */

static void hash_all(void *payload)
{
    struct feed *f = payload;
    struct item *it;
    while ((it = queue_take(f->read)) != NULL) {
        if (it->group != NULL)
            feed_group_hash(it->group);
        if (!queue_put(f->hashed, it)) { /* nobody takes any more */
            queue_close(f->read);
            free_item(it);
        }
    }
    queue_close(f->hashed);
}

/* ---- the taker's side */

bool feed_new(const struct vec *files, struct map *known, struct feed **ret, struct err *e)
{
    struct feed *f = mem_alloc(sizeof *f);
    f->files = files;
    f->known = known;
    f->read = queue_new(1);
    f->hashed = queue_new(FEED_AHEAD);
    f->spares = feed_spares_new();
    check_run_init(&f->run);
    if (thread_start(hash_all, f, &f->hasher, e) && thread_start(read_all, f, &f->reader, e)) {
        *ret = f;
        return true;
    }
    feed_free(f);
    return false;
}

struct feed_file *feed_next_file(struct feed *f)
{
    struct item *it;
    struct feed_file *file = NULL;
    while (file == NULL && (it = queue_take(f->hashed)) != NULL) {
        file = it->file;
        it->file = NULL;
        free_item(it);
    }
    return file;
}

bool feed_next_group(struct feed *f, struct feed_group **ret, struct err *e)
{
    struct item *it = queue_take(f->hashed);
    if (it == NULL)
        return err_set(e, ERR_BUG, "groups were asked for that do not come");
    *ret = it->group;
    it->group = NULL;
    bool ok = !it->failed;
    if (!ok)
        *e = it->err;
    free_item(it);
    return ok;
}

void feed_free(struct feed *f)
{
    struct item *it;
    if (f == NULL)
        return;
    queue_close(f->hashed);
    queue_close(f->read); /* where there is no reader, nobody else does */
    thread_join(f->reader);
    thread_join(f->hasher);
    while ((it = queue_take(f->hashed)) != NULL)
        free_item(it);
    queue_free(f->hashed);
    queue_free(f->read);
    feed_spares_free(f->spares);
    check_run_done(&f->run);
    mem_free(f);
}
