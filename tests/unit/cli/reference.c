/* See reference.h. */
#include "reference.h"

#include "base/err.h"
#include "cli/options.h"

/* Text for scdoc: what it would take for markup is escaped. */
static void add_man(struct str *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("*_\\~`", *text) != NULL)
            str_addc(to, '\\');
        str_addc(to, *text);
    }
}

static bool is_shown(enum command c)
{
    return (cli_commands[c].flags & C_HIDDEN) == 0;
}

void reference_man_commands(struct str *to)
{
    for (enum command c = 0; c < COMMAND_COUNT; c++) {
        if (!is_shown(c))
            continue;
        str_addf(to, "*%s* ", cli_commands[c].name);
        add_man(to, cli_commands[c].usage);
        str_addz(to, "\n\t");
        add_man(to, cli_commands[c].text);
        str_addz(to, "\n\n");
    }
}

/* "For init and process." for options that not every command has. */
static void add_commands(struct str *to, enum option o)
{
    size_t has = 0, all = 0, left;
    for (enum command c = 0; c < COMMAND_COUNT; c++) {
        all += is_shown(c);
        has += is_shown(c) && option_goes_with(o, c);
    }
    if (has == all)
        return;
    left = has;
    str_addz(to, ". For ");
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        if (is_shown(c) && option_goes_with(o, c)) {
            left--;
            str_addf(to, "*%s*%s", cli_commands[c].name,
                left > 1    ? ", "
                : left == 1 ? " and "
                            : "");
        }
    str_addc(to, '.');
}

static void add_option(struct str *to, enum option o)
{
    const struct option_info *info = &cli_options[o];
    if (info->letter != 0)
        str_addf(to, "*-%c*, ", info->letter);
    str_addf(to, "*--%s*", info->name);
    if (info->value != NULL)
        str_addf(to, " _%s_", info->value);
    str_addz(to, "\n\t");
    add_man(to, info->help);
    add_commands(to, o);
    str_addz(to, "\n\n");
}

void reference_man_options(struct str *to)
{
    for (enum option_group g = 0; g < GROUP_COUNT; g++) {
        str_addf(to, "## %s\n\n", cli_groups[g]);
        for (enum option o = 0; o < OPTION_COUNT; o++)
            if (cli_options[o].group == g)
                add_option(to, o);
    }
}

void reference_man_environment(struct str *to)
{
    for (enum key k = 0; k < KEY_COUNT; k++) {
        const struct key_info *info = &cli_keys[k];
        str_addz(to, "*");
        add_man(to, info->name);
        str_addz(to, "*");
        if ((info->flags & K_SECRET) != 0) {
            str_addz(to, ", *");
            add_man(to, info->name);
            str_addz(to, "\\_FILE*");
        }
        str_addz(to, "\n\t");
        add_man(to, info->help);
        if (info->def != NULL && info->def[0] != '\0') {
            str_addz(to, ". Default: ");
            add_man(to, info->def);
        }
        str_addz(to, "\n\n");
    }
}

void reference_man_exits(struct str *to)
{
    for (enum err_kind k = 0; cli_exits[k].name != NULL; k++) {
        str_addf(to, "*%d*\n\t", err_exit_code(k));
        add_man(to, cli_exits[k].meaning);
        str_addz(to, "\n\n");
    }
}

void reference_man_examples(struct str *to)
{
    for (const struct example *x = cli_examples; x->line != NULL; x++) {
        str_addz(to, "*");
        add_man(to, x->line);
        str_addz(to, "*\n\t");
        add_man(to, x->text);
        str_addz(to, "\n\n");
    }
}

/* A cell of a Markdown table. */
static void add_cell(struct str *to, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            str_addc(to, '\\');
        str_addc(to, *text);
    }
}

/* The option that sets a key, as a cell. */
static void add_option_of(struct str *to, enum key k)
{
    size_t n = strlen(cli_keys[k].name);
    for (enum option o = 0; o < OPTION_COUNT; o++) {
        const char *at = strstr(cli_options[o].help, cli_keys[k].name);
        if (cli_options[o].kind == ARG_KEY && at != NULL && at[n] == ')')
            str_addf(to, "`--%s`", cli_options[o].name);
    }
}

void reference_keys(struct str *to)
{
    str_addz(to, "| key | default | option | meaning |\n|---|---|---|---|\n");
    for (enum key k = 0; k < KEY_COUNT; k++) {
        const struct key_info *info = &cli_keys[k];
        bool def = info->def != NULL && info->def[0] != '\0';
        str_addf(to, "| `%s`", info->name);
        if ((info->flags & K_SECRET) != 0)
            str_addf(to, ", `%s_FILE`", info->name);
        str_addf(to, " | %s%s%s | ", def ? "`" : "", def ? info->def : "", def ? "`" : "");
        add_option_of(to, k);
        str_addz(to, " | ");
        add_cell(to, info->help);
        str_addz(to, " |\n");
    }
}

void reference_exits(struct str *to)
{
    str_addz(to, "| exit code | name | meaning | what to do |\n|---|---|---|---|\n");
    for (enum err_kind k = 0; cli_exits[k].name != NULL; k++) {
        struct err e = {.kind = k};
        str_addf(to, "| %d | %s | ", err_exit_code(k), cli_exits[k].name);
        add_cell(to, cli_exits[k].meaning);
        str_addz(to, " | ");
        add_cell(to, err_hint_of(&e));
        str_addz(to, " |\n");
    }
}
