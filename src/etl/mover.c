/* Mover: see mover.h. */
#include "etl/mover.h"

#include "base/file.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/sys.h"
#include "base/thread.h"
#include "stage/stage.h"

enum { THREADS = 2 };

struct hand {
    const struct mover *mover;
    struct thread *thread;
    bool failed; /* for whoever has joined it */
    struct err err;
};

struct mover {
    const char *data_dir;
    struct queue *files; /* struct loaded_file */
    struct hand hands[THREADS];
    /* The caller's: */
    struct map families; /* hashes of those of which a file was put */
    struct vec again;    /* struct loaded_file *: their other files */
};

static bool move(const struct mover *m, const struct loaded_file *file, struct err *e)
{
    bool moved;
    return sys_stop_asked() ||
           batch_move_processed(m->data_dir, file->path, &file->read, &moved, e);
}

/* What is wrong with one file (ERR_INPUT) is no reason to leave the others. After any other failure
 * a hand takes no more; the other one goes on until it fails as well. */
static bool goes_on(const struct hand *h)
{
    return !h->failed || h->err.kind == ERR_INPUT;
}

static void move_all(void *payload)
{
    struct hand *h = payload;
    struct loaded_file *file;
    thread_give_way();
    while (goes_on(h) && (file = queue_take(h->mover->files)) != NULL)
        if (!move(h->mover, file, &h->err))
            h->failed = true;
}

bool mover_new(const char *data_dir, size_t max, struct mover **ret, struct err *e)
{
    struct mover *m = mem_alloc(sizeof *m);
    bool ok = true;
    m->data_dir = data_dir;
    m->files = queue_new(max + 1);
    map_init(&m->families, max);
    vec_init(&m->again, sizeof(struct loaded_file *), max);
    for (size_t i = 0; ok && i < THREADS; i++) {
        m->hands[i].mover = m;
        ok = thread_start(move_all, &m->hands[i], &m->hands[i].thread, e);
    }
    if (ok)
        *ret = m;
    else
        (void)mover_finish(m, false, e);
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

void mover_put(struct mover *m, struct loaded_file *file)
{
    if (family_is_new(m, file->path)) {
        (void)queue_put(m->files, file);
        return;
    }
    struct loaded_file **to = vec_add(&m->again); /* no more than `max` come */
    if (to != NULL)
        *to = file;
}

bool mover_finish(struct mover *m, bool ok, struct err *e)
{
    if (m == NULL)
        return ok;
    queue_close(m->files);
    for (size_t i = 0; i < THREADS; i++) {
        struct hand *h = &m->hands[i];
        thread_join(h->thread);
        if (ok && h->failed)
            *e = h->err;
        ok = ok && !h->failed;
    }
    for (size_t i = 0; ok && i < m->again.n; i++)
        ok = move(m, *(struct loaded_file *const *)vec_at(&m->again, i), e);
    queue_free(m->files);
    map_done(&m->families);
    vec_done(&m->again);
    mem_free(m);
    return ok;
}
