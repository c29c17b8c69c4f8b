/* To processed/: compressed, compared, and only then removed from where it was. See stage.h. */
#include "stage/folder.h"

#include "base/gzip.h"
#include "base/input.h"

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

/* A complete, compressed copy, read back and compared. */
static bool compress(const char *from, const char *to, struct arena *a, struct err *e)
{
    bool same = false;
    if (!file_remove(arena_print(a, "%s.part", to).p, e) || !gzip_file(from, to, e) ||
        !gzip_says(to, from, &same, e))
        return false;
    if (same)
        return true;
    struct err ignored;
    (void)file_remove(to, &ignored);
    return err_set(
        e, ERR_DISK, "%s does not say the same as %s: it changed, or the disk is bad", to, from);
}

static bool is_as_read(const char *path, const struct file_version *read, struct err *e)
{
    struct file_version now = file_look(path);
    if (file_version_eq(&now, read))
        return true;
    err_set(e, ERR_INPUT, "it has changed since it was read");
    return err_hint(e, "What was read is loaded. The file stays where it is: process it again.");
}

/* The original goes, unless it has changed while it was copied: then the copy goes. */
static bool remove_original(const char *path, const char *copy, const struct file_version *read,
    bool is_new, struct err *e)
{
    struct err ignored;
    if (is_as_read(path, read, e))
        return file_remove(path, e) && file_sync_folder_of(path, e);
    if (is_new)
        (void)file_remove(copy, &ignored);
    return false;
}

static bool move(const char *data_dir, const char *path, const struct file_version *read,
    struct arena *a, struct err *e)
{
    const char *to = NULL;
    bool there = false;
    if (!is_as_read(path, read, e) ||
        !file_make_folders(batch_folder_path(data_dir, FOLDER_PROCESSED, a), e) ||
        !find_target(data_dir, path, a, &to, &there, e))
        return false;
    if (!there && view_ends(view_of(path), ".gz"))
        return file_move(path, to, e) && file_sync_folder_of(path, e);
    if (!there && !compress(path, to, a, e))
        return false;
    return remove_original(path, to, read, !there, e);
}

bool batch_move_processed(const char *data_dir, const char *path, const struct file_version *read,
    bool *ret_moved, struct err *e)
{
    struct arena a;
    bool ok = true;
    arena_init(&a);
    *ret_moved = file_is_plain(path) && lies_in_our_folders(data_dir, path, &a);
    if (*ret_moved)
        ok = move(data_dir, path, read, &a, e);
    arena_done(&a);
    return ok || err_in(e, "moving %s to processed/", path);
}
