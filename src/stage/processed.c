/* To processed/: compressed, compared, and only then removed from where it was. See stage.h. */
#include "stage/folder.h"

#include "base/gzip.h"
#include "base/input.h"
#include "base/sys.h"

#include <errno.h>

enum { BLOCK = 64 * 1024, MAX_COPIES = 1000 };

static bool compare_inputs(struct input *a, struct input *b, bool *ret_same, struct err *e)
{
    char x[BLOCK], y[BLOCK];
    size_t n, m;
    do {
        if (!input_read_full(a, x, BLOCK, &n, e) || !input_read_full(b, y, BLOCK, &m, e))
            return false;
        *ret_same = n == m && memcmp(x, y, n) == 0;
    } while (*ret_same && n > 0);
    return true;
}

/* Whether two files say the same when unpacked, whoever packed them. */
static bool say_the_same(const char *a, const char *b, bool *ret_same, struct err *e)
{
    struct input *x, *y;
    if (!input_open(a, &x, e))
        return false;
    bool ok = input_open(b, &y, e);
    if (ok) {
        ok = compare_inputs(x, y, ret_same, e);
        input_free(y);
    }
    input_free(x);
    return ok;
}

/* The folder a path lies in, as a path. */
static const char *folder_of(const char *path, struct arena *a)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return ".";
    return slash == path ? "/" : arena_dup(a, (struct view){path, (size_t)(slash - path)}).p;
}

static bool lies_in_our_folders(const char *data_dir, const char *path, struct arena *a)
{
    const char *folder = folder_of(path, a);
    return file_is_same(folder, batch_folder_path(data_dir, FOLDER_RAW, a)) ||
           file_is_same(folder, batch_folder_path(data_dir, FOLDER_REJECTED, a));
}

/* processed/NAME.yaml.gz; the n-th file of that name is NAME_rN.yaml.gz. */
static const char *processed_path(const char *data_dir, const char *path, int copy, struct arena *a)
{
    struct view name = view_of(file_base_name(path));
    const char *folder = batch_folder_path(data_dir, FOLDER_PROCESSED, a);
    if (view_ends(name, ".gz"))
        name.n -= 3;
    if (copy == 1)
        return arena_print(a, "%s/%.*s.gz", folder, VIEW_ARG(name)).p;
    size_t dot = view_find(name, 0, '.');
    return arena_print(
        a, "%s/%.*s_r%d%.*s.gz", folder, (int)dot, name.p, copy, (int)(name.n - dot), name.p + dot)
        .p;
}

/* Where the file goes, or where it is already (a run was killed between the copy and the
 * removal). */
static bool find_target(const char *data_dir, const char *path, struct arena *a, const char **ret,
    bool *ret_there, struct err *e)
{
    for (int copy = 1; copy <= MAX_COPIES; copy++) {
        struct err damaged;
        *ret = processed_path(data_dir, path, copy, a);
        *ret_there = false;
        if (!file_exists(*ret) || (say_the_same(path, *ret, ret_there, &damaged) && *ret_there))
            return true;
    }
    return err_set(e, ERR_INPUT, "%s exists already, and %d copies beside it", *ret, MAX_COPIES);
}

static bool is_as_read(const struct batch_move *m, struct err *e)
{
    struct file_version now = file_look(m->path);
    if (file_version_eq(&now, &m->read))
        return true;
    err_set(e, ERR_INPUT, "it has changed since it was read");
    return err_hint(e, "What was read is loaded. The file stays where it is: process it again.");
}

static bool in_move(const struct batch_move *m, struct err *e)
{
    return err_in(e, "moving %s to processed/", m->path);
}

/* ---- the first step: a copy beside the name that it is to have */

static bool begin(const char *data_dir, struct gzip *g, struct arena *scratch, struct arena *a,
    struct batch_move *m, struct err *e)
{
    const char *to = NULL;
    bool there = false;
    if (!is_as_read(m, e) ||
        !file_make_folders(batch_folder_path(data_dir, FOLDER_PROCESSED, scratch), e) ||
        !find_target(data_dir, m->path, scratch, &to, &there, e))
        return false;
    if (!there && view_ends(view_of(m->path), ".gz"))
        m->part = m->path;
    else if (!there)
        m->part = arena_print(a, "%s.part", to).p;
    m->to = arena_dup(a, view_of(to)).p;
    if (there || m->part == m->path)
        return true;
    return file_remove(m->part, e) && gzip_file(g, m->path, m->part, e);
}

bool batch_move_begin(const char *data_dir, const char *path, const struct file_version *read,
    struct gzip *g, struct arena *a, struct batch_move *ret, struct err *e)
{
    struct arena scratch;
    bool ok = true;
    *ret = (struct batch_move){.path = path, .read = *read};
    arena_init(&scratch);
    if (file_is_plain(path) && lies_in_our_folders(data_dir, path, &scratch))
        ok = begin(data_dir, g, &scratch, a, ret, e) || in_move(ret, e);
    arena_done(&scratch);
    return ok;
}

void batch_move_drop(const struct batch_move *m)
{
    struct err ignored;
    if (m->part != NULL && m->part != m->path)
        (void)file_remove(m->part, &ignored);
}

/* ---- the second step: the copy's name, and the end of the original */

static bool give_name(const struct batch_move *m, struct err *e)
{
    if (m->part == NULL)
        return true;
    bool ok = is_as_read(m, e);
    if (ok && file_exists(m->to))
        ok = err_set(e, ERR_INPUT, "%s appeared meanwhile", m->to);
    if (ok && sys_rename(m->part, m->to) != 0)
        ok = err_errno(e, ERR_DISK, errno, "cannot rename %s to %s", m->part, m->to);
    if (!ok)
        batch_move_drop(m);
    return ok;
}

/* The original goes, unless it has changed while it was copied: then the copy goes. */
static bool remove_original(const struct batch_move *m, struct err *e)
{
    struct err ignored;
    if (m->part == m->path)
        return true;
    if (is_as_read(m, e))
        return file_remove(m->path, e);
    if (m->part != NULL)
        (void)file_remove(m->to, &ignored);
    return false;
}

struct ending {
    struct batch_move *const *moves;
    size_t n;
    void (*failed)(void *payload, const struct err *e);
    void *payload;
};

/* Nothing more is done with it. */
static void fail(const struct ending *d, struct batch_move *m, const struct err *why)
{
    struct err e = *why;
    (void)in_move(m, &e);
    d->failed(d->payload, &e);
    m->to = NULL;
}

static void each(const struct ending *d, bool (*step)(const struct batch_move *m, struct err *e))
{
    struct err e;
    for (size_t i = 0; i < d->n; i++)
        if (d->moves[i]->to != NULL && !step(d->moves[i], &e))
            fail(d, d->moves[i], &e);
}

static bool in_one_folder(const char *a, const char *b)
{
    size_t n = (size_t)(file_base_name(a) - a);
    return n == (size_t)(file_base_name(b) - b) && memcmp(a, b, n) == 0;
}

/* The folders of the copies or of the originals: once each while they are the same. A failure is
 * that of all, for the system may tell it only once. */
static void sync_folders(const struct ending *d, bool of_copies)
{
    struct err e;
    bool ok = true;
    const char *last = NULL;
    for (size_t i = 0; i < d->n; i++) {
        struct batch_move *m = d->moves[i];
        const char *path = of_copies ? m->to : m->path;
        if (m->to == NULL)
            continue;
        if (last == NULL || !in_one_folder(last, path))
            ok = file_sync_folder_of(path, &e);
        last = path;
        if (!ok)
            fail(d, m, &e);
    }
}

void batch_moves_end(struct batch_move *const *moves, size_t n,
    void (*failed)(void *payload, const struct err *e), void *payload)
{
    const struct ending d = {moves, n, failed, payload};
    each(&d, give_name);
    sync_folders(&d, true);
    each(&d, remove_original);
    sync_folders(&d, false);
}
