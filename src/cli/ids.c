/* TMDB ids from the command line and from --ids. Each counts once, in the order given. */
#include "cli/args.h"

#include "base/file.h"
#include "base/sys.h"
#include "cli/values.h"

#include <errno.h>
#include <unistd.h>

enum { IDS_FILE_MAX = 256 * 1024 * 1024, LOOK_MS = 200 };

static bool add_id(struct vec *to, struct map *seen, int64_t id, struct err *e)
{
    if (map_has(seen, id))
        return true;
    int64_t *slot = vec_add(to);
    if (slot == NULL || !map_put(seen, id, 1))
        return err_set(e, ERR_INPUT, "more than %d ids", IDS_MAX);
    *slot = id;
    return true;
}

bool ids_parse(struct view text, const char *name, struct vec *to, struct map *seen, struct err *e)
{
    uint64_t line = 1;
    size_t from = view_starts(text, "\xEF\xBB\xBF") ? 3 : 0;
    for (; from < text.n; line++) {
        size_t end = view_find(text, from, '\n');
        struct view v = view_slice(text, from, end);
        int64_t id;
        v = view_trim(view_slice(v, 0, view_find(v, 0, '#')));
        from = end + 1;
        if (v.n == 0)
            continue;
        if (!value_id(v, &id, e)) {
            e->kind = ERR_INPUT;
            return err_in(e, "%s:%llu", name, (unsigned long long)line);
        }
        if (!add_id(to, seen, id, e))
            return err_in(e, "%s:%llu", name, (unsigned long long)line);
    }
    return true;
}

/* Ends early when a stop is asked for: a read by itself would go on waiting after a signal. */
static bool read_stdin(struct str *to, struct err *e)
{
    for (;;) {
        char block[16384];
        bool ready = sys_readable(STDIN_FILENO, LOOK_MS);
        if (err_stopped(e))
            return false;
        if (!ready)
            continue;
        ssize_t got = sys_read(STDIN_FILENO, block, sizeof block);
        if (got < 0)
            return err_errno(e, ERR_INPUT, errno, "cannot read standard input");
        if (got == 0)
            return true;
        str_add(to, (struct view){block, (size_t)got});
        if (!str_ok(to))
            return err_set(e, ERR_INPUT, "standard input is larger than %zu bytes", to->max);
    }
}

static bool read_ids(struct cli_args *a, struct map *seen, struct err *e)
{
    bool standard = strcmp(a->ids_file, "-") == 0;
    struct str text;
    str_init(&text, IDS_FILE_MAX);
    bool ok =
        (standard ? read_stdin(&text, e) : file_read(a->ids_file, &text, e)) &&
        ids_parse(str_view(&text), standard ? "standard input" : a->ids_file, &a->ids, seen, e);
    str_done(&text);
    return ok || err_in(e, "--ids");
}

static bool read_words(struct cli_args *a, struct map *seen, struct err *e)
{
    for (size_t i = 0; i < a->words.n; i++) {
        int64_t id;
        const char *word = *(const char *const *)vec_at(&a->words, i);
        if (!value_id(view_of(word), &id, e) || !add_id(&a->ids, seen, id, e))
            return err_in(e, "%s", cli_commands[a->command].name);
    }
    return true;
}

bool args_ids(struct cli_args *a, struct err *e)
{
    struct map seen;
    map_init(&seen, IDS_MAX);
    bool ok = (cli_commands[a->command].words != WORDS_IDS || read_words(a, &seen, e)) &&
              (a->ids_file == NULL || read_ids(a, &seen, e));
    map_done(&seen);
    if (!ok)
        return false;
    a->request.ids = a->ids.items;
    a->request.id_n = a->ids.n;
    a->request.ids_given = a->ids_file != NULL || a->ids.n > 0;
    return true;
}
