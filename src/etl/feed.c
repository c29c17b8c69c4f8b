/* Reading ahead: see feed.h. */
#include "etl/feed.h"

#include "base/mem.h"
#include "base/thread.h"

/* What goes through the queue: one of the three. */
struct item {
    struct feed_file *file;
    struct feed_group *group;
    bool failed; /* reading groups did */
    struct err err;
};

struct feed {
    const struct vec *files;
    struct map *known; /* borrowed */
    struct queue *queue;
    struct thread *thread;
    struct check_run run;
};

void feed_group_free(struct feed_group *g)
{
    if (g == NULL)
        return;
    for (size_t i = 0; i < g->n; i++)
        if (g->records[i].bad)
            findings_done(&g->records[i].findings);
    arena_done(&g->arena);
    mem_free(g);
}

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
    if (queue_put(f->queue, copy))
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

/* Surveys the file and hands the survey over; *ret_marks is a copy of its marks, *ret reads its
 * records (NULL: it is not usable). It is open before anybody hears of the file: who finds that it
 * is loaded already moves it away at once. False: the reader is to end. */
static bool put_file(
    struct feed *f, const char *path, struct batch_reader **ret, struct map *ret_marks)
{
    struct feed_file *file = mem_alloc(sizeof *file);
    file->path = path;
    findings_init(&file->findings);
    file->failed =
        !survey_file(path, f->known, &f->run, &file->findings, &file->survey, &file->err);
    if (!file->failed && file->survey.usable) {
        copy_map(ret_marks, &file->survey.marks);
        file->failed = !open_again(f, path, ret, &file->err);
        if (file->failed)
            survey_done(&file->survey);
    }
    bool failed = file->failed;
    return put(f, &(struct item){.file = file}) && !failed;
}

/* The next document, as the last record of the group. */
static bool read_record(struct batch_reader *r, const char *path, const struct map *marks,
    uint64_t index, struct feed_group *g, bool *ret_end, struct err *e)
{
    struct feed_record *to = &g->records[g->n];
    bool undecoded = false;
    findings_init(&to->findings);
    findings_in_file(&to->findings, path);
    bool ok = batch_next(r, &to->findings, &g->arena, &to->record, &undecoded, ret_end, e);
    const uint64_t *mark = map_get(marks, (int64_t)index);
    to->bad = ok && !*ret_end && (undecoded || (mark != NULL && *mark == MARK_BAD));
    if (to->bad && !undecoded)
        (void)check_record(&to->record, &to->findings);
    if (!to->bad)
        findings_done(&to->findings); /* the survey has reported these */
    if (!ok || *ret_end)
        return ok;
    if (!to->bad && !to->record.gone && !to->record.unchanged)
        merge_lay_out(&to->record.movie, &g->arena, &to->rows);
    to->index = index;
    if (mark != NULL)
        to->record.content = 0; /* what is said about it is to be said every time */
    to->document = arena_dup(&g->arena, batch_document(r));
    g->n++;
    return true;
}

static bool read_groups(struct feed *f, struct batch_reader *r, const char *path,
    const struct map *marks, bool *ret_taken, struct err *e)
{
    bool end = false, ok = true;
    *ret_taken = true;
    for (uint64_t index = 0; ok && !end && *ret_taken;) {
        struct feed_group *g = mem_alloc(sizeof *g);
        arena_init(&g->arena);
        while (ok && !end && g->n < FEED_RECORDS && g->arena.used < FEED_BYTES)
            ok = !work_stopped(e) && read_record(r, path, marks, index++, g, &end, e);
        g->last = end;
        if (ok)
            *ret_taken = put(f, &(struct item){.group = g});
        else
            feed_group_free(g);
    }
    return ok;
}

/* False: the reader is to end. */
static bool put_groups(
    struct feed *f, struct batch_reader *r, const char *path, const struct map *marks)
{
    struct item failure = {.failed = true};
    bool taken = true, ok = read_groups(f, r, path, marks, &taken, &failure.err);
    if (!ok)
        (void)put(f, &failure);
    return ok && taken;
}

static void read_all(void *payload)
{
    struct feed *f = payload;
    bool go_on = true;
    for (size_t i = 0; go_on && i < f->files->n; i++) {
        const char *path = *(const char *const *)vec_at(f->files, i);
        struct map marks = {.n = 0};
        struct batch_reader *r = NULL;
        go_on = put_file(f, path, &r, &marks) && (r == NULL || put_groups(f, r, path, &marks));
        batch_reader_free(r);
        map_done(&marks);
    }
    queue_close(f->queue);
}

/* ---- the taker's side */

bool feed_new(const struct vec *files, struct map *known, struct feed **ret, struct err *e)
{
    struct feed *f = mem_alloc(sizeof *f);
    f->files = files;
    f->known = known;
    f->queue = queue_new(FEED_AHEAD);
    check_run_init(&f->run);
    if (thread_start(read_all, f, &f->thread, e)) {
        *ret = f;
        return true;
    }
    feed_free(f);
    return false;
}

/* A file whose groups were passed over could not be read to its end, and that ended the reader. */
static struct feed_file *failed_file(const struct err *e)
{
    struct feed_file *file = mem_alloc(sizeof *file);
    findings_init(&file->findings);
    file->path = "";
    file->failed = true;
    file->err = *e;
    return file;
}

struct feed_file *feed_next_file(struct feed *f)
{
    struct item *it;
    struct feed_file *file = NULL;
    while (file == NULL && (it = queue_take(f->queue)) != NULL) {
        file = it->failed ? failed_file(&it->err) : it->file;
        it->file = NULL;
        free_item(it);
    }
    return file;
}

bool feed_next_group(struct feed *f, struct feed_group **ret, struct err *e)
{
    struct item *it = queue_take(f->queue);
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
    queue_close(f->queue);
    thread_join(f->thread);
    while ((it = queue_take(f->queue)) != NULL)
        free_item(it);
    queue_free(f->queue);
    check_run_done(&f->run);
    mem_free(f);
}
