/* The typed confirmation: see confirm.h. */
#include "cli/confirm.h"

#include "base/sys.h"
#include "cli/shown.h"

#include <errno.h>
#include <unistd.h>

enum { LOOK_MS = 200 };

#define LOST "movies, ratings, tags, everything from TMDB, cursors and the history of runs"

/* One line of at most `size` - 1 bytes, without its newline; what is longer is cut. Ends early when
 * a stop is asked for: polls, because a read would simply go on after a signal. */
static bool read_line(int fd, char *to, size_t size, struct err *e)
{
    size_t n = 0;
    for (;;) {
        char c;
        bool ready = sys_readable(fd, LOOK_MS);
        if (sys_stop_asked())
            return err_set(
                e, ERR_INTERRUPTED, "stopped before the confirmation; nothing was changed");
        if (!ready)
            continue;
        ssize_t got = sys_read(fd, &c, 1);
        if (got < 0)
            return err_errno(e, ERR_REFUSED, errno, "cannot read the confirmation");
        if (got == 0 || c == '\n')
            break;
        if (n + 1 < size)
            to[n++] = c;
    }
    to[n] = '\0';
    return true;
}

static void ask(const char *store, const char *word, int fd)
{
    struct str s;
    str_init(&s, 16384);
    str_addz(&s, "This empties every table of movie-etl in ");
    add_shown(&s, view_of(store), "");
    str_addz(&s, ":\n" LOST ".\nYAML files stay. Type ");
    add_shown(&s, view_of(word), "");
    str_addz(&s, strcmp(word, "yes") == 0 ? " to do it: " : " or yes to do it: ");
    (void)sys_write_all(fd, str_z(&s), s.n);
    str_done(&s);
}

bool confirm_clear(const struct cli_args *a, struct config *c, int in_fd, int err_fd, struct err *e)
{
    char typed[4200];
    const char *store = config_store_name(c), *word = config_store_word(c);
    if (a->request.dry_run)
        return true;
    if (!a->force) {
        err_set(e, ERR_REFUSED, "clear would empty every table of movie-etl in %s: " LOST, store);
        return err_hint(e, "Nothing was changed. Add --force if that is what you want.");
    }
    if (a->yes)
        return true;
    if (isatty(in_fd) != 1) {
        err_set(e, ERR_REFUSED,
            "clear asks for a typed confirmation, and standard input is not a terminal");
        return err_hint(e, "Nothing was changed. In a script, add --yes.");
    }
    ask(store, word, err_fd);
    if (!read_line(in_fd, typed, sizeof typed, e))
        return false;
    struct view v = view_trim(view_of(typed));
    if (view_is(v, "yes") || view_is(v, word))
        return true;
    return err_set(e, ERR_REFUSED, "not confirmed");
}
