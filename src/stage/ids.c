/* Which ids are staged. See stage.h.
 *
 * Runs over every file in raw/ at each fetch, so it does not parse what it need not: a document
 * that begins with the very lines our writer begins one with, and whose next line shows that they
 * end there, has the id they say, whatever a person did further down. Any other document is
 * parsed. */
#include "stage/folder.h"

#include "base/num.h"
#include "stage/document.h"
#include "stage/name.h"
#include "stage/split.h"
#include "stage/tree.h"

/* Takes `z` off the front of `v`. */
static bool skip(struct view *v, const char *z)
{
    size_t n = strlen(z);
    if (!view_starts(*v, z))
        return false;
    *v = view_slice(*v, n, v->n);
    return true;
}

static size_t digits_at(struct view v)
{
    size_t n = 0;
    while (n < v.n && v.p[n] >= '0' && v.p[n] <= '9')
        n++;
    return n;
}

/* "2026-11-22T10:00:07Z" in quotes: only the characters of an instant. */
static bool skip_instant(struct view *v)
{
    if (!skip(v, "\""))
        return false;
    while (v->n > 0 && ((v->p[0] >= '0' && v->p[0] <= '9') || memchr("-:TZ", v->p[0], 4) != NULL))
        *v = view_slice(*v, 1, v->n);
    return skip(v, "\"");
}

static bool skip_id(struct view *v, int64_t *ret)
{
    size_t n = digits_at(*v);
    if (!num_i64_in(view_slice(*v, 0, n), 1, ID_MAX, ret))
        return false;
    *v = view_slice(*v, n, v->n);
    return true;
}

/* The first lines of a movie as writer.c writes them. A next line that is a member (two blanks,
 * then a word) closes the id: it cannot go on there as a longer plain text. */
static bool quick_movie(struct view v, int64_t *ret)
{
    if (!skip(&v, "---\netl: {fetched_at: ") || !skip_instant(&v) || !skip(&v, ", review: ") ||
        !(skip(&v, "null") || skip(&v, "\"rejected\"")) || !skip(&v, "}\nmovie:\n  id: ") ||
        !skip_id(&v, ret))
        return false;
    if (!skip(&v, "\n  ") || v.n == 0)
        return false;
    char c = v.p[0];
    return (c >= 'a' && c <= 'z') || c == '"';
}

static bool quick_gone(struct view v, int64_t *ret)
{
    if (!skip(&v, "---\ngone: {id: ") || !skip_id(&v, ret) || !skip(&v, ", status_code: "))
        return false;
    v = view_slice(v, digits_at(v), v.n);
    return skip(&v, ", seen_at: ") && skip_instant(&v) && view_is(v, "}\n");
}

static bool visit_chunk(
    const struct chunk *c, const struct part_visit *visit, struct arena *a, struct err *e)
{
    struct view none = {NULL, 0};
    struct tree t;
    int64_t id = 0;
    if (quick_movie(c->text, &id))
        return visit->document(visit->payload, id, false, none, e);
    if (quick_gone(c->text, &id))
        return visit->document(visit->payload, id, true, none, e);
    if (c->oversize || chunk_is_preamble(c))
        return true;
    arena_reset(a);
    tree_parse(arena_dup(a, c->text), c->line, a, a, &t);
    id = doc_id(t.root);
    return id == 0 || visit->document(visit->payload, id, doc_kind(t.root) == DOC_GONE, none, e);
}

bool batch_ids_of_input(struct input *in, const struct part_visit *visit, struct err *e)
{
    struct split split;
    struct arena a;
    bool ok, end = false;
    arena_init(&a);
    split_init(&split, in, false);
    do {
        struct chunk c;
        ok = split_next(&split, &c, &end, e) && (end || visit_chunk(&c, visit, &a, e));
    } while (ok && !end);
    split_done(&split);
    arena_done(&a);
    input_free(in);
    return ok;
}

bool batch_ids_of_file(const char *path, const struct part_visit *visit, struct err *e)
{
    struct input *in;
    return input_open(path, &in, e) && batch_ids_of_input(in, visit, e);
}

static bool put(void *payload, int64_t id, bool gone, struct view text, struct err *e)
{
    (void)text;
    return map_put(payload, id, gone ? 2 : 1) ||
           err_set(e, ERR_INPUT, "more ids are staged than can be kept");
}

/* Oldest first, so that the newest word on an id stays. Files that are not named as ours come
 * first. */
static int by_age(const void *x, const void *y)
{
    const char *a = *(const char *const *)x, *b = *(const char *const *)y;
    struct batch_name m, n;
    bool has_m = batch_name_parse(a, &m), has_n = batch_name_parse(b, &n);
    if (has_m && has_n)
        return batch_name_cmp(&m, &n);
    return has_m != has_n ? (int)has_m - (int)has_n : strcmp(a, b);
}

static bool collect(
    const char *folder, const struct vec *names, struct arena *a, struct map *ret, struct err *e)
{
    struct part_visit visit = {put, ret};
    for (size_t i = 0; i < names->n; i++) {
        const char *path = arena_print(a, "%s/%s", folder, *(const char **)vec_at(names, i)).p;
        struct view v = view_of(path);
        struct part_state ignored;
        bool ok = true;
        if (view_ends(v, ".yaml.part")) /* what batch_writer_new will keep of it, no more */
            ok = part_scan(path, true, &visit, a, &ignored, e);
        else if (view_ends(v, ".yaml") || view_ends(v, ".yaml.gz"))
            ok = batch_ids_of_file(path, &visit, e);
        if (!ok)
            return err_in(e, "reading which ids are staged");
    }
    return true;
}

bool batch_staged_ids(const char *data_dir, struct map *ret, struct err *e)
{
    struct vec names;
    struct arena a;
    bool ok = true;
    arena_init(&a);
    vec_init(&names, sizeof(const char *), BATCH_MAX_FILES);
    const char *folder = batch_folder_path(data_dir, FOLDER_RAW, &a);
    if (file_exists(folder)) {
        ok = file_list(folder, "", &a, &names, e);
        if (ok)
            vec_sort(&names, by_age);
        ok = ok && collect(folder, &names, &a, ret, e);
    }
    vec_done(&names);
    arena_done(&a);
    return ok;
}
