/* Folders: which files lie where. See stage.h. */
#include "stage/folder.h"

#include "base/log.h"
#include "stage/name.h"

/* A path with its name taken apart, to be sorted. */
struct listed {
    const char *path;
    struct batch_name name;
};

static int by_name(const void *x, const void *y)
{
    const struct listed *a = x, *b = y;
    return batch_name_cmp(&a->name, &b->name);
}

/* What a listing is to hold: complete files of one type, or unfinished ones. */
struct wanted {
    bool unfinished;
    enum batch_type type;
};

static bool collect(const char *folder, const struct vec *names, const struct wanted *wanted,
    struct arena *a, struct vec *ret, struct err *e)
{
    for (size_t i = 0; i < names->n; i++) {
        struct listed l = {
            .path = arena_print(a, "%s/%s", folder, *(const char **)vec_at(names, i)).p};
        bool named = batch_name_parse(l.path, &l.name);
        bool complete = !view_ends(view_of(l.path), ".part");
        if (!named && complete &&
            (view_ends(view_of(l.path), ".yaml") || view_ends(view_of(l.path), ".yaml.gz")))
            log_line(LOG_WARNING, "%s is not named like a batch file: load it with process --file",
                l.path);
        if (!named || complete == wanted->unfinished || (complete && l.name.type != wanted->type))
            continue;
        struct listed *to = vec_add(ret);
        if (to == NULL)
            return err_set(e, ERR_INPUT, "too many files in folder %s", folder);
        *to = l;
    }
    vec_sort(ret, by_name);
    return true;
}

static bool list_folder(const char *folder, const struct wanted *wanted, struct arena *a,
    struct vec *ret, struct err *e)
{
    struct vec names, found;
    if (!file_exists(folder))
        return true;
    vec_init(&names, sizeof(const char *), BATCH_MAX_FILES);
    vec_init(&found, sizeof(struct listed), BATCH_MAX_FILES);
    bool ok = file_list(folder, "", a, &names, e) && collect(folder, &names, wanted, a, &found, e);
    for (size_t i = 0; ok && i < found.n; i++) {
        const char **to = vec_add(ret);
        ok = to != NULL || err_set(e, ERR_INPUT, "too many files in folder %s", folder);
        if (ok)
            *to = ((const struct listed *)vec_at(&found, i))->path;
    }
    vec_done(&names);
    vec_done(&found);
    return ok;
}

bool batch_list(const char *data_dir, enum batch_folder folder, enum batch_type type,
    struct arena *a, struct vec *ret, struct err *e)
{
    struct wanted wanted = {false, type};
    return list_folder(batch_folder_path(data_dir, folder, a), &wanted, a, ret, e);
}

bool batch_list_unfinished(const char *data_dir, struct arena *a, struct vec *ret, struct err *e)
{
    struct wanted wanted = {.unfinished = true};
    return list_folder(batch_folder_path(data_dir, FOLDER_RAW, a), &wanted, a, ret, e);
}
