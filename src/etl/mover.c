/* Mover: see mover.h. */
#include "etl/mover.h"

#include "base/gzip.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"
#include "stage/stage.h"

enum {
    THREADS = 4,
    GROUP = 8,          /* moves that are ended together */
    DISK_FAILURES = 10, /* after so many nothing more is begun: the disk is full, or bad */
};

/* A file on its way. */
struct moving {
    const struct loaded_file *file;
    struct batch_move move;
    bool settled; /* under the mover's lock */
};

struct hand {
    struct mover *mover;
    struct thread *thread;
    struct gzip *gzip;
    struct arena texts; /* of the moves that it began */
};

struct mover {
    const char *data_dir;
    struct queue *files; /* struct moving * */
    struct hand hands[THREADS];
    struct lock *lock;   /* for what follows */
    struct vec begun;    /* struct moving *, about in the order in which they came */
    size_t ended;        /* so many of them */
    struct vec failures; /* struct err * */
    size_t disk_failures;
    /* The caller's: */
    struct vec all;      /* struct moving * */
    size_t settled;      /* so many of them */
    struct map families; /* hashes of those of which a file was put */
    struct vec again;    /* struct moving *: their other files */
};

static struct moving *moving_at(const struct vec *v, size_t i)
{
    return *(struct moving *const *)vec_at(v, i);
}

/* No more come than the vec may hold: each file once. */
static void add(struct vec *v, void *p)
{
    void **to = vec_add(v);
    if (to != NULL)
        *to = p;
}

static void note_failure(void *payload, const struct err *e)
{
    struct mover *m = payload;
    struct err *copy = mem_alloc(sizeof *copy);
    *copy = *e;
    lock_take(m->lock);
    add(&m->failures, copy);
    m->disk_failures += e->kind == ERR_DISK;
    lock_give(m->lock);
}

static bool goes_on(struct mover *m)
{
    lock_take(m->lock);
    bool on = m->disk_failures < DISK_FAILURES;
    lock_give(m->lock);
    return on && !sys_stop_asked();
}

static void begin(struct hand *h, struct moving *f)
{
    struct mover *m = h->mover;
    struct err e;
    if (!goes_on(m))
        return;
    if (!batch_move_begin(
            m->data_dir, f->file->path, &f->file->read, h->gzip, &h->texts, &f->move, &e)) {
        note_failure(m, &e);
        return;
    }
    lock_take(m->lock);
    add(&m->begun, f);
    lock_give(m->lock);
}

/* Takes the next moves that can be ended; none while there are fewer than `least`. */
static size_t take_group(struct mover *m, size_t least, struct batch_move *ret[GROUP])
{
    size_t n = 0;
    lock_take(m->lock);
    while (n < GROUP && m->ended + n < m->begun.n && moving_at(&m->begun, m->ended + n)->settled) {
        ret[n] = &moving_at(&m->begun, m->ended + n)->move;
        n++;
    }
    n = n < least ? 0 : n;
    m->ended += n;
    lock_give(m->lock);
    return n;
}

/* False: there were none. */
static bool end_group(struct mover *m, size_t least)
{
    struct batch_move *group[GROUP];
    size_t n = take_group(m, least, group);
    batch_moves_end(group, n, note_failure, m);
    return n > 0;
}

static void move_all(void *payload)
{
    struct hand *h = payload;
    struct moving *f;
    thread_give_way();
    while ((f = queue_take(h->mover->files)) != NULL) {
        begin(h, f);
        (void)end_group(h->mover, GROUP);
    }
    while (end_group(h->mover, 1)) {
    }
}

static void init(struct mover *m, const char *data_dir, size_t max)
{
    m->data_dir = data_dir;
    m->files = queue_new(max + 1);
    m->lock = lock_new();
    map_init(&m->families, max);
    vec_init(&m->begun, sizeof(struct moving *), max);
    vec_init(&m->all, sizeof(struct moving *), max);
    vec_init(&m->again, sizeof(struct moving *), max);
    vec_init(&m->failures, sizeof(struct err *), max);
}

bool mover_new(const char *data_dir, size_t max, struct mover **ret, struct err *e)
{
    struct mover *m = mem_alloc(sizeof *m);
    bool ok = true;
    init(m, data_dir, max);
    for (size_t i = 0; i < THREADS; i++) {
        m->hands[i].mover = m;
        m->hands[i].gzip = gzip_new();
        arena_init(&m->hands[i].texts);
    }
    for (size_t i = 0; ok && i < THREADS; i++)
        ok = thread_start(move_all, &m->hands[i], &m->hands[i].thread, e);
    if (ok)
        *ret = m;
    else
        (void)mover_finish(m, false, NULL, NULL, e);
    return ok;
}

/* "_rN" at its end, or nothing: what processed/ adds to a name that it has. */
static size_t copy_mark(struct view name)
{
    size_t n = name.n;
    while (n > 0 && name.p[n - 1] >= '0' && name.p[n - 1] <= '9')
        n--;
    return n < name.n && view_ends(view_slice(name, 0, n), "_r") ? name.n - n + 2 : 0;
}

/* What files have in common that might get the same name in processed/: raw/NAME.yaml,
 * rejected/NAME.yaml, raw/NAME.yaml.gz, and raw/NAME_r2.yaml, for a second NAME.yaml is called so
 * there. */
static struct view family_of(const char *path)
{
    struct view name = view_of(file_base_name(path));
    size_t mark;
    name.n = view_find(name, 0, '.');
    while ((mark = copy_mark(name)) > 0)
        name.n -= mark;
    return name;
}

/* Two families of one hash only cost a wait. */
static bool family_is_new(struct mover *m, const char *path)
{
    int64_t key = (int64_t)hash_bytes(family_of(path));
    return !map_has(&m->families, key) && map_put(&m->families, key, 1);
}

void mover_put(struct mover *m, const struct loaded_file *file)
{
    struct moving *f = mem_alloc(sizeof *f);
    f->file = file;
    add(&m->all, f);
    if (family_is_new(m, file->path))
        (void)queue_put(m->files, f);
    else
        add(&m->again, f);
}

void mover_settle(struct mover *m)
{
    lock_take(m->lock);
    for (; m->settled < m->all.n; m->settled++)
        moving_at(&m->all, m->settled)->settled = true;
    lock_give(m->lock);
}

void mover_end(struct mover *m)
{
    queue_close(m->files);
}

/* What the threads have left: copies of files whose load was not settled, a settled one behind
 * these, for a copy may be done before that of an earlier file, and files whose name came again. */
static void clear_up(struct mover *m)
{
    for (; m->ended < m->begun.n; m->ended++) {
        struct moving *f = moving_at(&m->begun, m->ended);
        struct batch_move *move = &f->move;
        if (f->settled)
            batch_moves_end(&move, 1, note_failure, m);
        else
            batch_move_drop(move);
    }
    for (size_t i = 0; i < m->again.n; i++) {
        struct moving *f = moving_at(&m->again, i);
        if (f->settled) {
            begin(&m->hands[0], f);
            (void)end_group(m, 1);
        }
    }
}

/* The first one into `e`, unless that is NULL, and tells the others. Whether there were none. */
static bool tell_failures(const struct mover *m,
    void (*failed)(void *payload, const struct err *e), void *payload, struct err *e)
{
    for (size_t i = 0; i < m->failures.n; i++) {
        const struct err *failure = *(struct err *const *)vec_at(&m->failures, i);
        if (i == 0 && e != NULL)
            *e = *failure;
        else
            failed(payload, failure);
    }
    return m->failures.n == 0;
}

static void free_mover(struct mover *m)
{
    for (size_t i = 0; i < THREADS; i++) {
        gzip_free(m->hands[i].gzip);
        arena_done(&m->hands[i].texts);
    }
    for (size_t i = 0; i < m->all.n; i++)
        mem_free(moving_at(&m->all, i));
    for (size_t i = 0; i < m->failures.n; i++)
        mem_free(*(void **)vec_at(&m->failures, i));
    queue_free(m->files);
    lock_free(m->lock);
    map_done(&m->families);
    vec_done(&m->begun);
    vec_done(&m->failures);
    vec_done(&m->all);
    vec_done(&m->again);
    mem_free(m);
}

bool mover_finish(struct mover *m, bool ok, void (*failed)(void *payload, const struct err *e),
    void *payload, struct err *e)
{
    if (m == NULL)
        return ok;
    mover_end(m);
    for (size_t i = 0; i < THREADS; i++)
        thread_join(m->hands[i].thread);
    clear_up(m);
    ok = tell_failures(m, failed, payload, ok ? e : NULL) && ok;
    free_mover(m);
    return ok;
}
