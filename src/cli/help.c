/* Help: see help.h. */
#include "cli/help.h"

#include "base/err.h"

enum { COLUMN_COMMAND = 14, COLUMN_OPTION = 32, COLUMN_KEY = 20, COLUMN_EXIT = 6 };

void add_wrapped(struct str *to, size_t at, size_t indent, const char *text)
{
    struct view v = view_of(text);
    bool first = true;
    for (size_t from = 0; from < v.n;) {
        size_t end = view_find(v, from, ' '), n = end - from;
        if (!first && at + 1 + n > HELP_WIDTH) {
            str_addc(to, '\n');
            str_add_repeat(to, ' ', indent);
            at = indent;
        } else if (!first) {
            str_addc(to, ' ');
            at++;
        }
        str_add(to, view_slice(v, from, end));
        at += n;
        first = false;
        from = end + 1;
    }
    str_addc(to, '\n');
}

/* "  TERM    text", the text from `column` on, in the next line where the term is too long. */
static void add_entry(struct str *to, struct view term, size_t column, const char *text)
{
    size_t at = 2 + term.n;
    str_addz(to, "  ");
    str_add(to, term);
    if (at + 2 > column) {
        str_addc(to, '\n');
        at = 0;
    }
    str_add_repeat(to, ' ', column - at);
    add_wrapped(to, column, column, text);
}

static void add_option(struct str *to, enum option o)
{
    const struct option_info *info = &cli_options[o];
    struct str term;
    str_init(&term, 100);
    if (info->letter != 0)
        str_addf(&term, "-%c, ", info->letter);
    str_addf(&term, "--%s", info->name);
    if (info->value != NULL)
        str_addf(&term, " %s", info->value);
    add_entry(to, str_view(&term), COLUMN_OPTION, info->help);
    str_done(&term);
}

static void add_group(struct str *to, enum option_group g, enum command c)
{
    bool any = false;
    for (enum option o = 0; o < OPTION_COUNT; o++) {
        if (cli_options[o].group != g || !option_goes_with(o, c))
            continue;
        if (!any)
            str_addf(to, "\n%s:\n", cli_groups[g]);
        any = true;
        add_option(to, o);
    }
}

static void add_examples(struct str *to, enum command c)
{
    bool any = false;
    for (const struct example *x = cli_examples; x->line != NULL; x++) {
        if (x->command != c)
            continue;
        str_addz(to, any ? "" : "\nExamples:\n");
        any = true;
        str_addf(to, "  %s\n      ", x->line);
        add_wrapped(to, 6, 6, x->text);
    }
}

void help_command(enum command c, struct str *to)
{
    const struct command_info *info = &cli_commands[c];
    str_addf(to, "Usage: movie-etl %s%s%s [OPTION]...\n\n", info->name,
        info->usage[0] == '\0' ? "" : " ", info->usage);
    add_wrapped(to, 0, 0, info->text);
    for (enum option_group g = 0; g < GROUP_COUNT; g++)
        add_group(to, g, c);
    add_examples(to, c);
}

/* Options that most commands have are shown with the program, too. */
static bool is_common(enum option o)
{
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        if ((cli_commands[c].flags & (C_HIDDEN | C_PLAIN)) == 0 && c != COMMAND_VALIDATE &&
            !option_goes_with(o, c))
            return false;
    return true;
}

static void add_key(struct str *to, const struct key_info *k)
{
    struct str text;
    str_init(&text, 400);
    str_addz(&text, k->help);
    if (k->def != NULL && k->def[0] != '\0')
        str_addf(&text, " (default: %s)", k->def);
    add_entry(to, view_of(k->name), COLUMN_KEY, str_z(&text));
    str_done(&text);
}

static void add_exits(struct str *to)
{
    for (enum err_kind k = 0; cli_exits[k].name != NULL; k++) {
        struct str code;
        str_init(&code, 20);
        str_addf(&code, "%3d", err_exit_code(k));
        add_entry(to, str_view(&code), COLUMN_EXIT + 2, cli_exits[k].meaning);
        str_done(&code);
    }
}

void help_program(struct str *to)
{
    str_addz(to, "Usage: movie-etl COMMAND [OPTION]...\n\n");
    add_wrapped(to, 0, 0,
        "Builds and keeps a movie database: loads MovieLens, fetches TMDB into YAML files that "
        "people can read and edit, "
        "and loads both into MySQL, MariaDB or an embedded SQLite file.");
    str_addz(to, "\nCommands:\n");
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        if ((cli_commands[c].flags & C_HIDDEN) == 0)
            add_entry(to, view_of(cli_commands[c].name), COLUMN_COMMAND, cli_commands[c].summary);
    str_addz(to,
        "\n'movie-etl COMMAND --help' shows the options of a command. Those of every command:\n");
    for (enum option o = 0; o < OPTION_COUNT; o++)
        if (is_common(o))
            add_option(to, o);
    str_addz(to, "\nConfiguration (options, then the environment, then .env, then defaults):\n");
    for (enum key k = 0; k < KEY_COUNT; k++)
        add_key(to, &cli_keys[k]);
    str_addz(to,
        "  TMDB_API_KEY_FILE and SQL_PASS_FILE name files that hold the secret.\n\nExit codes:\n");
    add_exits(to);
}
