/* Files: finding the four files of a release. See files.h. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "source/movielens/files.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "source/movielens/hints.h"
#include "source/movielens/note.h"

#include <stdlib.h>

enum { CHECKSUMS_MAX = 1024 * 1024 };

const char *const ml_file_names[ML_FILES] = {"movies.csv", "links.csv", "ratings.csv", "tags.csv"};
const char *const ml_file_headers[ML_FILES] = {"movieId,title,genres", "movieId,imdbId,tmdbId",
    "userId,movieId,rating,timestamp", "userId,movieId,tag,timestamp"};

/* Files that only older, differently written releases have. */
static const char *old_release(bool (*has)(const void *where, const char *name), const void *where)
{
    if (has(where, "movies.dat") || has(where, "ratings.dat"))
        return HINT_COLONS;
    if (has(where, "u.data") || has(where, "u.item"))
        return HINT_100K;
    return NULL;
}

static bool missing(const char *path, const char *what, const char *hint, struct err *e)
{
    err_set(e, ERR_INPUT, "%s holds no %s", path, what);
    return err_hint(e, "%s", hint == NULL ? HINT_RELEASE : hint);
}

static struct view without_slashes(struct view v)
{
    while (v.n > 1 && v.p[v.n - 1] == '/')
        v.n--;
    return v;
}

static struct view base_name(struct view v)
{
    size_t at = v.n;
    while (at > 0 && v.p[at - 1] != '/' && v.p[at - 1] != '\\')
        at--;
    return view_slice(v, at, v.n);
}

/* Names end up in a table: what is no text there is replaced. */
static struct view release_name(struct arena *a, struct view v)
{
    return arena_dup(a, view_of(shown(v).z));
}

/* ---- a folder */

static const char *in_folder(struct arena *a, const char *path, const char *name)
{
    struct view folder = without_slashes(view_of(path));
    return arena_print(a, "%.*s%s%s", VIEW_ARG(folder), view_is(folder, "/") ? "" : "/", name).p;
}

static bool folder_has(const void *where, const char *name)
{
    struct arena a;
    arena_init(&a);
    bool has = file_exists(in_folder(&a, where, name));
    arena_done(&a);
    return has;
}

static struct view folder_name(struct arena *a, const char *path)
{
    struct view name = base_name(without_slashes(view_of(path)));
    if (!view_is(name, ".") && !view_is(name, "..") && name.n > 0 && !view_is(name, "/"))
        return release_name(a, name);
    char *real = realpath(path, NULL);
    name = release_name(a, base_name(view_of(real == NULL ? path : real)));
    free(real); /* realpath allocates with malloc */
    return name;
}

/* Says which folder below holds the release, when someone gave the one above it. */
static void hint_below(const char *path, struct err *e)
{
    struct arena a;
    struct vec names;
    struct err ignored;
    arena_init(&a);
    vec_init(&names, sizeof(char *), 1000);
    if (file_list(path, "", &a, &names, &ignored))
        for (size_t i = 0; i < names.n; i++) {
            const char *below = in_folder(&a, path, *(char **)vec_at(&names, i));
            if (folder_has(below, ml_file_names[ML_MOVIES]))
                err_hint(e, "There is one in %s: give that folder.", below);
        }
    vec_done(&names);
    arena_done(&a);
}

static bool read_text(struct input *take, const char *name, struct str *to, struct err *e)
{
    bool ok = true;
    for (size_t got = 1; ok && got > 0;) {
        char block[4096];
        ok = take->read(take, block, sizeof block, &got, e);
        if (ok)
            str_add(to, (struct view){block, got});
        if (ok && !str_ok(to))
            ok = err_set(e, ERR_INPUT, "%s is larger than %d bytes", name, CHECKSUMS_MAX);
    }
    input_free(take);
    return ok;
}

static bool read_checksums(struct files *f, struct input *take, const char *name, struct err *e)
{
    struct str text;
    str_init(&text, CHECKSUMS_MAX);
    bool ok = read_text(take, name, &text, e);
    for (size_t i = 0; ok && i < ML_FILES; i++)
        f->checksums[i] = checksums_find(str_view(&text), ml_file_names[i]);
    str_done(&text);
    return ok;
}

static bool is_needed(const struct files *f, size_t which)
{
    return which != ML_RATINGS || f->with_ratings;
}

static bool open_folder(const char *path, struct files *f, struct err *e)
{
    for (size_t i = 0; i < ML_FILES; i++) {
        f->path[i] = in_folder(&f->arena, path, ml_file_names[i]);
        if (!is_needed(f, i) || file_exists(f->path[i]))
            continue;
        const char *old = old_release(folder_has, path);
        missing(path, ml_file_names[i], old, e);
        if (old == NULL)
            hint_below(path, e);
        return false;
    }
    f->name = folder_name(&f->arena, path);
    const char *sums = in_folder(&f->arena, path, "checksums.txt");
    struct input *in;
    if (!file_exists(sums))
        return true;
    return input_file_new(sums, &in, e) && read_checksums(f, in, sums, e);
}

/* ---- a zip */

static const struct zip_member *find_member(
    const struct zip *z, struct view folder, const char *name)
{
    for (size_t i = 0; i < z->members.n; i++) {
        const struct zip_member *m = vec_at(&z->members, i);
        struct view base = base_name(m->name);
        if (view_is(base, name) && view_eq(view_slice(m->name, 0, m->name.n - base.n), folder))
            return m;
    }
    return NULL;
}

static bool zip_has(const void *where, const char *name)
{
    const struct zip *z = where;
    for (size_t i = 0; i < z->members.n; i++)
        if (view_is(base_name(((const struct zip_member *)vec_at(&z->members, i))->name), name))
            return true;
    return false;
}

static bool is_ours(struct view base)
{
    for (size_t i = 0; i < ML_FILES; i++)
        if (view_is(base, ml_file_names[i]))
            return true;
    return false;
}

/* The one folder ("ml-32m/") whose members have our names; two such folders, or one name twice, are
 * an error. */
static bool find_folder(const struct zip *z, struct view *ret, struct err *e)
{
    *ret = (struct view){NULL, 0};
    for (size_t i = 0; i < z->members.n; i++) {
        const struct zip_member *m = vec_at(&z->members, i);
        struct view base = base_name(m->name);
        struct view folder = view_slice(m->name, 0, m->name.n - base.n);
        if (!is_ours(base) || view_starts(m->name, "__MACOSX/"))
            continue;
        if (ret->p != NULL && !view_eq(*ret, folder)) {
            err_set(e, ERR_INPUT, "%s holds more than one release: %s and %s", z->path,
                shown(*ret).z, shown(folder).z);
            return err_hint(e, "Unpack the archive and give the folder of one release.");
        }
        if (find_member(z, folder, base.p) !=
            m) /* the end of a name is NUL-terminated as the name is */
            return err_set(e, ERR_INPUT, "%s holds %s twice", z->path, shown(m->name).z);
        *ret = folder;
    }
    if (ret->p == NULL)
        return missing(z->path, "movies.csv", old_release(zip_has, z), e);
    return true;
}

/* "ml-32m" of "a/ml-32m/", or the archive's own name without ".zip". */
static struct view zip_release_name(struct arena *a, const struct zip *z, struct view folder)
{
    if (folder.n > 0)
        return release_name(a, base_name(view_slice(folder, 0, folder.n - 1)));
    struct view name = base_name(view_of(z->path));
    return release_name(a, view_ends(name, ".zip") ? view_slice(name, 0, name.n - 4) : name);
}

static bool open_zip(const char *path, struct files *f, struct err *e)
{
    struct view folder;
    if (!zip_open(path, &f->zip, e) || !find_folder(f->zip, &folder, e))
        return false;
    for (size_t i = 0; i < ML_FILES; i++) {
        if (!is_needed(f, i))
            continue;
        f->member[i] = find_member(f->zip, folder, ml_file_names[i]);
        if (f->member[i] == NULL)
            return missing(path, ml_file_names[i], NULL, e);
        f->path[i] = arena_print(&f->arena, "%s/%s", path, shown(f->member[i]->name).z).p;
    }
    f->name = zip_release_name(&f->arena, f->zip, folder);
    const struct zip_member *sums = find_member(f->zip, folder, "checksums.txt");
    struct input *in;
    if (sums == NULL)
        return true;
    return zip_read(f->zip, sums, "checksums.txt", &in, e) &&
           read_checksums(f, in, "checksums.txt", e);
}

bool files_open(const char *path, bool with_ratings, struct files *ret, struct err *e)
{
    *ret = (struct files){.with_ratings = with_ratings};
    arena_init(&ret->arena);
    bool ok = file_is_folder(path) ? open_folder(path, ret, e) : open_zip(path, ret, e);
    if (!ok)
        files_done(ret);
    return ok;
}

bool files_read(const struct files *f, enum ml_file which, struct input **ret, struct err *e)
{
    return f->zip != NULL ? zip_read(f->zip, f->member[which], f->path[which], ret, e)
                          : input_file_new(f->path[which], ret, e);
}

void files_done(struct files *f)
{
    zip_free(f->zip);
    arena_done(&f->arena);
    f->zip = NULL;
}
