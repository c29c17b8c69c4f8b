/* Completion scripts for bash, zsh and fish: see help.h. Hidden commands are not offered. */
#include "cli/help.h"

static bool is_hidden(enum command c)
{
    return (cli_commands[c].flags & C_HIDDEN) != 0;
}

/* What completes the value of an option. */
enum completes { NOTHING, FILES, FOLDERS, CHOICES };

static enum completes completes(enum option o)
{
    switch (o) {
    case OPTION_FILE:
    case OPTION_IDS:
    case OPTION_ENV_FILE:
    case OPTION_MOVIELENS:
    case OPTION_DATABASE:
        return FILES;
    case OPTION_DATA_DIR:
        return FOLDERS;
    default:
        return option_choices(cli_options[o].kind) != NULL ? CHOICES : NOTHING;
    }
}

static void add_choices(struct str *to, enum option o, const char *between)
{
    const char *const *c = option_choices(cli_options[o].kind);
    for (size_t i = 0; c[i] != NULL; i++)
        str_addf(to, "%s%s", i == 0 ? "" : between, c[i]);
}

/* `text` for between single quotes: a shell's way when `shell`, else fish's; bytes in `also` get a
 * backslash. */
static void add_quoted(struct str *to, const char *text, bool shell, const char *also)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            str_addz(to, shell ? "'\\'" : "\\");
        else if (strchr(also, *text) != NULL)
            str_addc(to, '\\');
        str_addc(to, *text);
    }
}

/* ---- bash */

static void bash_names(struct str *to, enum completes what)
{
    bool any = false;
    for (enum option o = 0; o < OPTION_COUNT; o++)
        if (cli_options[o].value != NULL && completes(o) == what) {
            str_addf(to, "%s--%s", any ? "|" : "    ", cli_options[o].name);
            any = true;
        }
}

static void bash_values(struct str *to)
{
    str_addz(to, "    case $prev in\n");
    bash_names(to, FILES);
    str_addz(
        to, ")\n        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n        return ;;\n");
    bash_names(to, FOLDERS);
    str_addz(
        to, ")\n        mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n        return ;;\n");
    for (enum option o = 0; o < OPTION_COUNT; o++)
        if (completes(o) == CHOICES) {
            str_addf(to, "    --%s)\n        mapfile -t COMPREPLY < <(compgen -W '",
                cli_options[o].name);
            add_choices(to, o, " ");
            str_addz(to, "' -- \"$cur\")\n        return ;;\n");
        }
    bash_names(to, NOTHING);
    str_addz(to, ")\n        return ;;\n    esac\n");
}

static void bash_commands(struct str *to, const char *between)
{
    bool any = false;
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        if (!is_hidden(c)) {
            str_addf(to, "%s%s", any ? between : "", cli_commands[c].name);
            any = true;
        }
}

static void bash(struct str *to)
{
    str_addz(to,
        "# bash completion for movie-etl, printed by 'movie-etl completion bash'\n"
        "_movie_etl()\n{\n"
        "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' "
        "words='' "
        "files='' i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in\n        ");
    bash_commands(to, "|");
    str_addz(to,
        ")\n            command=${COMP_WORDS[i]}\n            break ;;\n        esac\n    done\n");
    bash_values(to);
    str_addz(to, "    case $command in\n");
    for (enum command c = 0; c < COMMAND_COUNT; c++) {
        if (is_hidden(c))
            continue;
        str_addf(to, "    %s)\n        words='", cli_commands[c].name);
        bool any = false;
        for (enum option o = 0; o < OPTION_COUNT; o++)
            if (option_goes_with(o, c)) {
                str_addf(to, "%s--%s", any ? " " : "", cli_options[o].name);
                any = true;
            }
        str_addf(to, "'%s ;;\n", cli_commands[c].words == WORDS_FILES ? " files=1" : "");
    }
    str_addz(to, "    *)\n        words='");
    bash_commands(to, " ");
    str_addz(to, " --help --version' ;;\n    esac\n"
                 "    if [[ -n $files && $cur != -* ]]; then\n"
                 "        mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
                 "    else\n"
                 "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                 "    fi\n}\ncomplete -o filenames -F _movie_etl movie-etl\n");
}

/* ---- zsh */

static void zsh_option(struct str *to, enum option o)
{
    const struct option_info *info = &cli_options[o];
    str_addf(to, " \\\n            '--%s%s[", info->name, info->value != NULL ? "=" : "");
    add_quoted(to, info->help, true, "[]:\\");
    str_addc(to, ']');
    if (info->value != NULL) {
        str_addc(to, ':');
        add_quoted(to, info->value, true, "[]:\\");
        str_addc(to, ':');
    }
    if (completes(o) == FILES)
        str_addz(to, "_files");
    if (completes(o) == FOLDERS)
        str_addz(to, "_files -/");
    if (completes(o) == CHOICES) {
        str_addc(to, '(');
        add_choices(to, o, " ");
        str_addc(to, ')');
    }
    str_addc(to, '\'');
}

static void zsh(struct str *to)
{
    str_addz(to,
        "#compdef movie-etl\n# zsh completion for movie-etl, printed by 'movie-etl completion "
        "zsh'\n"
        "_movie_etl() {\n    local curcontext=$curcontext state line\n    local -A opt_args\n"
        "    _arguments -C '1:command:->command' '*::argument:->argument'\n    case $state in\n"
        "    command)\n        local -a commands=(\n");
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        if (!is_hidden(c)) {
            str_addf(to, "            '%s:", cli_commands[c].name);
            add_quoted(to, cli_commands[c].summary, true, "\\");
            str_addz(to, "'\n");
        }
    str_addz(to, "        )\n        _describe command commands ;;\n    argument)\n        case "
                 "$words[1] in\n");
    for (enum command c = 0; c < COMMAND_COUNT; c++) {
        if (is_hidden(c))
            continue;
        str_addf(to, "        %s)\n            _arguments", cli_commands[c].name);
        for (enum option o = 0; o < OPTION_COUNT; o++)
            if (option_goes_with(o, c))
                zsh_option(to, o);
        if (cli_commands[c].words == WORDS_FILES)
            str_addz(to, " \\\n            '*:file:_files'");
        str_addz(to, " ;;\n");
    }
    str_addz(to, "        esac ;;\n    esac\n}\n_movie_etl \"$@\"\n");
}

/* ---- fish */

static void fish_option(struct str *to, enum option o)
{
    const struct option_info *info = &cli_options[o];
    enum completes what = completes(o);
    str_addz(to, "complete -c movie-etl -n '__fish_seen_subcommand_from");
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        if (!is_hidden(c) && option_goes_with(o, c))
            str_addf(to, " %s", cli_commands[c].name);
    str_addf(to, "' -l %s", info->name);
    if (info->letter != 0)
        str_addf(to, " -s %c", info->letter);
    if (info->value != NULL)
        str_addz(to, what == FILES ? " -r -F" : " -x");
    if (what == FOLDERS)
        str_addz(to, " -a '(__fish_complete_directories)'");
    if (what == CHOICES) {
        str_addz(to, " -a '");
        add_choices(to, o, " ");
        str_addc(to, '\'');
    }
    str_addz(to, " -d '");
    add_quoted(to, info->help, false, "\\");
    str_addz(to, "'\n");
}

static void fish(struct str *to)
{
    str_addz(to,
        "# fish completion for movie-etl, printed by 'movie-etl completion fish'\n"
        "complete -c movie-etl -f\n"
        "complete -c movie-etl -n __fish_use_subcommand -l help -s h -d 'print help'\n"
        "complete -c movie-etl -n __fish_use_subcommand -l version -s V -d 'print the version'\n");
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        if (!is_hidden(c)) {
            str_addf(to, "complete -c movie-etl -n __fish_use_subcommand -a %s -d '",
                cli_commands[c].name);
            add_quoted(to, cli_commands[c].summary, false, "\\");
            str_addz(to, "'\n");
            if (cli_commands[c].words == WORDS_FILES)
                str_addf(to, "complete -c movie-etl -n '__fish_seen_subcommand_from %s' -F\n",
                    cli_commands[c].name);
        }
    for (enum option o = 0; o < OPTION_COUNT; o++)
        fish_option(to, o);
}

bool completion_print(struct view shell, struct str *to)
{
    if (view_is(shell, "bash"))
        bash(to);
    else if (view_is(shell, "zsh"))
        zsh(to);
    else if (view_is(shell, "fish"))
        fish(to);
    else
        return false;
    return true;
}
