/* Going on with what a run left unfinished. See stage.h and part.h. */
#include "stage/writer.h"

#include "base/date.h"
#include "base/log.h"
#include "stage/folder.h"

#include <stdio.h>

enum { HEADER_AT_MOST = 64 * 1024 };

static bool put_id(void *payload, int64_t id, bool gone, struct view text, struct err *e)
{
    (void)text;
    return map_put(payload, id, gone ? STAGED_GONE : STAGED_MOVIE) ||
           err_set(e, ERR_INPUT, "more ids are staged than can be kept");
}

/* Ids of the finished files of the batch that the .part goes on with. */
static bool collect_earlier(
    const struct batch_writer *w, const struct batch_name *name, struct map *staged, struct err *e)
{
    struct arena a;
    struct part_visit visit = {put_id, staged};
    bool ok = true;
    arena_init(&a);
    struct batch_name earlier = *name;
    for (earlier.part = 1; ok && earlier.part < name->part; earlier.part++) {
        const char *raw = batch_name_path(w->data_dir, &earlier, &a);
        const char *processed = arena_print(&a, "%s/%s.gz",
            batch_folder_path(w->data_dir, FOLDER_PROCESSED, &a), file_base_name(raw))
                                    .p;
        if (file_exists(raw))
            ok = batch_ids_of_file(raw, &visit, e);
        else if (file_exists(processed))
            ok = batch_ids_of_file(processed, &visit, e);
    }
    arena_done(&a);
    return ok;
}

/* Nothing of ours can be told from it. What may be a person's work is kept, under a name nobody
 * looks at. */
static bool discard_part(const char *part, struct err *e)
{
    char aside[4096];
    int64_t size;
    if (!file_size(part, &size, e))
        return false;
    if (size < HEADER_AT_MOST) {
        log_line(LOG_DETAIL, "%s holds no complete header: removed", part);
        return file_remove(part, e);
    }
    (void)snprintf(aside, sizeof aside, "%s.unreadable", part);
    log_line(LOG_WARNING, "%s cannot be gone on with: set aside as %s", part, aside);
    return file_move(part, aside, e);
}

static void go_on_at(struct batch_writer *w, const struct batch_name *name)
{
    w->part = name->part;
    memcpy(w->stamp, name->stamp.p, NAME_STAMP);
}

/* Goes on with the unfinished file `part` ("...yaml.part"). */
static bool resume_file(struct batch_writer *w, const char *part, struct map *staged, struct err *e)
{
    struct part_state state;
    struct part_visit visit = {put_id, staged};
    struct batch_name name;
    struct view path = {part, strlen(part) - strlen(".part")};
    const char *final = arena_dup(&w->texts, path).p;
    int64_t size = 0;
    if (!batch_name_parse(part, &name))
        return err_set(e, ERR_BUG, "%s is not named like an unfinished batch file", part);
    if (!part_scan(part, true, staged == NULL ? NULL : &visit, &w->texts, &state, e))
        return false;
    if (staged != NULL && !collect_earlier(w, &name, staged, e))
        return false;
    if (state.size == 0) {
        if (name.part > 1)
            go_on_at(w, &name);
        return discard_part(part, e);
    }
    if (!file_size(part, &size, e) || !part_resume(final, &state, &w->file, e))
        return false;
    log_line(LOG_INFO,
        "going on with %s: %llu records are in it, %lld bytes behind them were cut off", final,
        (unsigned long long)(state.records + state.gone), (long long)(size - state.size));
    w->open = true;
    go_on_at(w, &name);
    return true;
}

static const char *path_at(const struct vec *paths, size_t i)
{
    return *(const char **)vec_at(paths, i);
}

static bool is_of(const char *path, enum batch_type type, struct view scope)
{
    struct batch_name n;
    return batch_name_parse(path, &n) && n.type == type && view_eq(n.scope, scope);
}

/* The last (paths are sorted, oldest first) of that type and scope, or NULL. */
static const char *newest_of(const struct vec *paths, enum batch_type type, struct view scope)
{
    for (size_t i = paths->n; i > 0; i--)
        if (is_of(path_at(paths, i - 1), type, scope))
            return path_at(paths, i - 1);
    return NULL;
}

bool writer_resume(struct batch_writer *w, struct map *staged, struct err *e)
{
    struct vec parts;
    vec_init(&parts, sizeof(const char *), BATCH_MAX_FILES);
    bool ok = batch_list_unfinished(w->data_dir, &w->texts, &parts, e);
    const char *newest = ok ? newest_of(&parts, w->type, w->scope) : NULL;
    for (size_t i = 0; ok && i < parts.n; i++)
        if (path_at(&parts, i) != newest && is_of(path_at(&parts, i), w->type, w->scope))
            log_line(LOG_WARNING, "%s is unfinished too, and older: it stays as it is",
                path_at(&parts, i));
    ok = ok && (newest == NULL || resume_file(w, newest, staged, e));
    vec_done(&parts);
    return ok;
}

static bool finish_one(const char *data_dir, const char *path,
    bool (*finished)(void *payload, const struct batch_file *file, struct err *e), void *payload,
    struct err *e)
{
    struct batch_name n;
    if (!batch_name_parse(path, &n))
        return err_set(e, ERR_BUG, "%s is not named like an unfinished batch file", path);
    struct batch_writer *w = writer_new(data_dir, n.type, n.scope);
    w->finished = finished;
    w->payload = payload;
    bool ok = resume_file(w, path, NULL, e) && batch_finish(w, e);
    batch_writer_free(w);
    return ok;
}

bool batch_finish_leftovers(const char *data_dir, enum batch_type type, struct view scope,
    bool (*finished)(void *payload, const struct batch_file *file, struct err *e), void *payload,
    struct err *e)
{
    struct vec parts;
    struct arena a;
    arena_init(&a);
    vec_init(&parts, sizeof(const char *), BATCH_MAX_FILES);
    bool ok = batch_list_unfinished(data_dir, &a, &parts, e);
    const char *keep = ok ? newest_of(&parts, type, scope) : NULL;
    for (size_t i = 0; ok && i < parts.n; i++)
        if (path_at(&parts, i) != keep)
            ok = finish_one(data_dir, path_at(&parts, i), finished, payload, e);
    vec_done(&parts);
    arena_done(&a);
    return ok;
}

bool batch_begun_on(const char *data_dir, enum batch_type type, struct view scope, int64_t day,
    bool *ret, struct err *e)
{
    struct vec parts;
    struct arena a;
    arena_init(&a);
    vec_init(&parts, sizeof(const char *), BATCH_MAX_FILES);
    const char *date = instant_print_file(&a, day * 86400).p; /* YYYYMMDD_000000 */
    bool ok = batch_list_unfinished(data_dir, &a, &parts, e);
    *ret = false;
    for (size_t i = 0; ok && i < parts.n; i++) {
        struct batch_name n;
        bool of =
            is_of(path_at(&parts, i), type, scope) && batch_name_parse(path_at(&parts, i), &n);
        *ret = *ret || (of && memcmp(n.stamp.p, date, 8) == 0);
    }
    vec_done(&parts);
    arena_done(&a);
    return ok;
}
