/* The program: argv in, exit code out. See cli.h. */
#include "cli/cli.h"

#include "base/sys.h"
#include "cli/args.h"
#include "cli/config.h"
#include "cli/confirm.h"
#include "cli/help.h"
#include "cli/signals.h"
#include "cli/ui.h"
#include "cli/values.h"

#include <unistd.h>

extern char **environ;

typedef bool verb_fn(struct etl *x, struct err *e);

static verb_fn *verb_of(const struct cli_args *a)
{
    static verb_fn *const verbs[COMMAND_COUNT] = {
#define COMMAND(name, name_, flags, words, verb, usage, summary, text) verb,
#include "cli/options.def"
    };
    if (a->command == COMMAND_INIT)
        return a->full ? etl_init_full : a->fetch_tmdb ? etl_init_tmdb : etl_init_movielens;
    return verbs[a->command];
}

/* Runs the verb. On true *ret says how it ended: NONE, PARTIAL or MORE. A run that both reached a
 * bound and could not get everything says MORE: whoever repeats it until nothing is left tries the
 * rest again, too. */
static bool run_verb(const struct cli_args *a, const struct config *c, struct ui *u,
    enum err_kind *ret, struct err *e)
{
    struct etl x;
    etl_init_env(&x, &c->etl, &a->request, &u->etl);
    bool ok = verb_of(a)(&x, e);
    *ret = x.more ? ERR_MORE : x.partial ? ERR_PARTIAL : ERR_NONE;
    ui_end_work(u, &x.findings);
    etl_done(&x);
    return ok;
}

static bool work(struct cli_args *a, struct ui *u, enum err_kind *ret, struct err *e)
{
    struct config c;
    config_init(&c);
    bool ok = config_load(&c, a, environ, e);
    for (size_t i = 0; i < c.warnings.n; i++)
        ui_log(u, LOG_WARNING, *(const char *const *)vec_at(&c.warnings, i));
    ok = ok && args_ids(a, e) &&
         (a->command != COMMAND_CLEAR || confirm_clear(a, &c, STDIN_FILENO, STDERR_FILENO, e)) &&
         run_verb(a, &c, u, ret, e);
    config_done(&c);
    return ok;
}

static void print(struct ui *u, struct str *text)
{
    u->o.product = true;
    if (text->n > 0) /* ui_say ends the last line */
        text->p[--text->n] = '\0';
    ui_say(u, str_z(text));
}

/* The first word behind the command, "" when there is none. */
static struct view first_word(const struct cli_args *a)
{
    return a->words.n == 0 ? view_of("") : view_of(*(const char *const *)vec_at(&a->words, 0));
}

/* help [COMMAND] */
static bool print_help_on(struct view word, struct str *to, struct err *e)
{
    enum command c = command_find(word);
    if (word.n == 0)
        help_program(to);
    else if (c == COMMAND_COUNT)
        return err_set(e, ERR_USAGE, "there is no command '%.*s'", VIEW_ARG(word));
    else
        help_command(c, to);
    return true;
}

static bool print_completion(struct view shell, struct str *to, struct err *e)
{
    return completion_print(shell, to) ||
           err_set(e, ERR_USAGE, "there is no completion for '%.*s', only for bash, zsh and fish",
               VIEW_ARG(shell));
}

/* Help, version, completion: what needs neither configuration nor a verb. */
static bool print_plain(const struct cli_args *a, struct ui *u, struct err *e)
{
    struct str s;
    bool ok = true;
    str_init(&s, 1000000);
    if (a->help && a->command == COMMAND_COUNT)
        help_program(&s);
    else if (a->help)
        help_command(a->command, &s);
    else if (a->version)
        str_addz(&s, "movie-etl " MOVIE_ETL_VERSION "\n");
    else if (a->command == COMMAND_HELP)
        ok = print_help_on(first_word(a), &s, e);
    else
        ok = print_completion(first_word(a), &s, e);
    if (ok)
        print(u, &s);
    str_done(&s);
    return ok;
}

static bool is_plain(const struct cli_args *a)
{
    return a->help || a->version || (cli_commands[a->command].flags & C_PLAIN) != 0;
}

/* The exit code: the verb's error, else a failure to write the result, else how the verb ended.
 * When nobody reads the result, the verb was asked to stop: the reason counts then, not the
 * stop. */
static int finish(struct ui *u, bool ok, enum err_kind how, struct err *e)
{
    struct err lost;
    bool written = ui_flush(u, &lost);
    if (!written && (ok || e->kind == ERR_INTERRUPTED)) {
        ok = false;
        *e = lost;
    }
    if (!ok)
        ui_error(u, e);
    else if (how != ERR_NONE)
        ui_note(u, how);
    ui_end(u, ok ? how : e->kind);
    return err_exit_code(ok ? how : e->kind);
}

int cli_main(int argc, char **argv)
{
    struct cli_args a;
    struct ui_options o;
    struct ui u;
    struct err e;
    enum err_kind how = ERR_NONE;
    streams_occupy();
    signals_install();
    args_init(&a);
    bool ok = args_parse(&a, argc, argv, &e), plain = ok && is_plain(&a);
    o = ui_options_of(&a, environ);
    ui_init(&u, &o);
    log_install(&u.sink);
    if (plain)
        u.o.json = false;
    ui_start(&u);
    if (ok)
        ok = plain ? print_plain(&a, &u, &e) : work(&a, &u, &how, &e);
    int code = finish(&u, ok, how, &e);
    log_install(NULL);
    ui_done(&u);
    args_done(&a);
    return code;
}
