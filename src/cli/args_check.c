/* Checks of a command line as a whole: see args_check.h. */
#include "cli/args_check.h"

#include <stdio.h>

/* "missing, changes and update"; hidden commands are left out. */
static void list_commands(enum option o, char *to, size_t size)
{
    size_t left = 0, n = 0;
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        left += option_goes_with(o, c) && (cli_commands[c].flags & C_HIDDEN) == 0;
    to[0] = '\0';
    for (enum command c = 0; c < COMMAND_COUNT && n < size; c++) {
        if (!option_goes_with(o, c) || (cli_commands[c].flags & C_HIDDEN) != 0)
            continue;
        left--;
        int put = snprintf(to + n, size - n, "%s%s", cli_commands[c].name,
            left > 1    ? ", "
            : left == 1 ? " and "
                        : "");
        n += put < 0 ? 0 : (size_t)put;
    }
}

bool args_check_options(const struct cli_args *a, struct err *e)
{
    if (a->command == COMMAND_COUNT)
        return err_set(e, ERR_USAGE, "no command is given");
    for (enum option o = 0; o < OPTION_COUNT; o++) {
        char list[200];
        if (!a->given[o] || option_goes_with(o, a->command))
            continue;
        list_commands(o, list, sizeof list);
        err_set(e, ERR_USAGE, "--%s does not go with '%s'; it is for %s", cli_options[o].name,
            cli_commands[a->command].name, list);
        return err_hint(e, "See 'movie-etl %s --help'.", cli_commands[a->command].name);
    }
    return true;
}

/* Options of init that only make sense with some of its forms. */
enum { WITH_MOVIELENS = 1, WITH_TMDB = 2 };
struct needs {
    enum option option;
    unsigned form;
};
static const struct needs needs[] = {
    {OPTION_MOVIELENS, WITH_MOVIELENS},
    {OPTION_RATINGS, WITH_MOVIELENS},
    {OPTION_REPLACE_RELEASE, WITH_MOVIELENS},
    {OPTION_START_YEAR, WITH_TMDB},
    {OPTION_END_YEAR, WITH_TMDB},
    {OPTION_LIMIT, WITH_TMDB},
    {OPTION_IDS, WITH_TMDB},
    {OPTION_MAX_TIME, WITH_TMDB},
    {OPTION_RATE, WITH_TMDB},
    {OPTION_MAX_ERRORS, WITH_MOVIELENS},
    {OPTION_MEMORY, WITH_MOVIELENS},
};

static bool check_years(const struct etl_request *r, struct err *e)
{
    if (r->start_year != 0 && r->end_year != 0 && r->start_year > r->end_year)
        return err_set(
            e, ERR_USAGE, "--start-year %d comes after --end-year %d", r->start_year, r->end_year);
    return true;
}

static bool check_init(const struct cli_args *a, struct err *e)
{
    int forms = a->load_movielens + a->fetch_tmdb + a->full;
    if (forms != 1)
        return err_set(e, ERR_USAGE, "init needs %s of --load-movielens, --fetch-tmdb and --full",
            forms == 0 ? "one" : "exactly one");
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (a->given[needs[i].option] &&
            (needs[i].form == WITH_TMDB ? a->load_movielens : a->fetch_tmdb))
            return err_set(e, ERR_USAGE, "--%s goes with %s or --full",
                cli_options[needs[i].option].name,
                needs[i].form == WITH_TMDB ? "--fetch-tmdb" : "--load-movielens");
    return check_years(&a->request, e);
}

static const char *word_at(const struct cli_args *a, size_t i)
{
    return *(const char *const *)vec_at(&a->words, i);
}

static bool check_process(const struct cli_args *a, struct err *e)
{
    bool type = a->given[OPTION_BATCH_TYPE], file = a->given[OPTION_FILE];
    if (type && file)
        return err_set(e, ERR_USAGE, "--batch-type and --file exclude each other");
    if (!file && a->words.n > 0)
        return err_set(e, ERR_USAGE, "process takes files behind --file: --file %s", word_at(a, 0));
    if (!type && !file)
        return err_set(e, ERR_USAGE,
            "process needs --batch-type initial, missing or changes, or --file FILE...");
    return true;
}

static bool check_words(const struct cli_args *a, struct err *e)
{
    enum words words = cli_commands[a->command].words;
    size_t most = words == WORDS_NONE                              ? 0
                  : words == WORDS_SHELL || words == WORDS_COMMAND ? 1
                                                                   : SIZE_MAX;
    if (a->words.n > most)
        return err_set(
            e, ERR_USAGE, "%s does not take '%s'", cli_commands[a->command].name, word_at(a, most));
    for (size_t i = 0; i < a->words.n; i++)
        if (word_at(a, i)[0] == '\0')
            return err_set(
                e, ERR_USAGE, "an argument of %s is empty", cli_commands[a->command].name);
    return true;
}

static bool check_command(const struct cli_args *a, struct err *e)
{
    switch (a->command) {
    case COMMAND_INIT:
        return check_init(a, e);
    case COMMAND_PROCESS:
        return check_process(a, e);
    case COMMAND_VERIFY:
        return a->export ||
               err_set(e, ERR_USAGE, "verify needs --export: it compares with the id export");
    case COMMAND_VALIDATE:
        return a->words.n > 0 || err_set(e, ERR_USAGE, "validate needs a file");
    case COMMAND_UPDATE:
        return a->words.n > 0 || a->given[OPTION_IDS] ||
               err_set(e, ERR_USAGE, "update needs TMDB ids, or --ids FILE");
    case COMMAND_COMPLETION:
        return a->words.n == 1 ||
               err_set(e, ERR_USAGE, "completion needs a shell: bash, zsh or fish");
    default:
        return true;
    }
}

bool args_check(struct cli_args *a, struct err *e)
{
    struct etl_request *r = &a->request;
    if (a->quiet && a->verbose)
        return err_set(e, ERR_USAGE, "--quiet and --verbose exclude each other");
    if (!check_words(a, e) || !check_command(a, e))
        return false;
    r->after_given = a->given[OPTION_AFTER_DATE];
    r->type_given = a->given[OPTION_BATCH_TYPE];
    if (cli_commands[a->command].words == WORDS_FILES) {
        r->files = a->words.items;
        r->file_n = a->words.n;
    }
    return true;
}
