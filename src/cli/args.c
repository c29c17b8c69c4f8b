/* The parser: see args.h. Own, not getopt_long: it must know which option goes with which command,
 * say what was meant, and hold no state between calls. Two passes: the first finds words, options
 * and the command (which may stand behind options), the second reads values. What belongs together
 * is checked in args_check.c. */
#include "cli/args.h"

#include "base/text.h"
#include "cli/args_check.h"
#include "cli/values.h"

#include <stdio.h>

void args_init(struct cli_args *a)
{
    *a = (struct cli_args){.command = COMMAND_COUNT, .format = LOG_TEXT};
    a->request.max_errors = UINT64_MAX;
    a->request.max_error_share = 1;
    vec_init(&a->words, sizeof(const char *), IDS_MAX);
    vec_init(&a->ids, sizeof(int64_t), IDS_MAX);
}

void args_done(struct cli_args *a)
{
    vec_done(&a->words);
    vec_done(&a->ids);
}

unsigned args_needs(const struct cli_args *a)
{
    unsigned flags = cli_commands[a->command].flags;
    return a->load_movielens ? flags & ~(unsigned)C_TMDB : flags;
}

/* The parser's state: where it is, and the value each option was given. */
struct parse {
    struct cli_args *args;
    int argc, at;
    char *const *argv;
    const char *value[OPTION_COUNT];
};

/* The format is needed to report even the first mistake in the right form. */
static void find_format(struct parse *p)
{
    for (int i = 1; i < p->argc && strcmp(p->argv[i], "--") != 0; i++) {
        bool apart = strcmp(p->argv[i], "--log-format") == 0 && i + 1 < p->argc;
        const char *value = apart ? p->argv[i + 1] : p->argv[i];
        if (strcmp(value, apart ? "json" : "--log-format=json") == 0)
            p->args->format = LOG_JSON;
    }
}

static bool add_word(struct cli_args *a, const char *word, struct err *e)
{
    const char **slot = vec_add(&a->words);
    if (slot == NULL)
        return err_set(e, ERR_USAGE, "more than %d arguments", IDS_MAX);
    *slot = word;
    return true;
}

static bool unknown_command(struct view word, struct err *e)
{
    struct nearest near;
    nearest_init(&near, word);
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        if ((cli_commands[c].flags & C_HIDDEN) == 0)
            nearest_try(&near, cli_commands[c].name);
    err_set(e, ERR_USAGE, "there is no command '%.*s'", VIEW_ARG(word));
    if (near.name != NULL)
        err_hint(e, "Did you mean '%s'? See 'movie-etl --help' for all commands.", near.name);
    else
        err_hint(e, "See 'movie-etl --help' for all commands.");
    return false;
}

static bool take_word(struct parse *p, const char *word, struct err *e)
{
    struct cli_args *a = p->args;
    if (a->command != COMMAND_COUNT)
        return add_word(a, word, e);
    a->command = command_find(view_of(word));
    return a->command != COMMAND_COUNT || unknown_command(view_of(word), e);
}

/* The nearest option: among those of the command first, then among all. */
static bool unknown_option(const struct parse *p, struct view name, struct err *e)
{
    struct nearest near;
    enum command c = p->args->command;
    nearest_init(&near, name);
    for (enum option o = 0; c != COMMAND_COUNT && o < OPTION_COUNT; o++)
        if (option_goes_with(o, c))
            nearest_try(&near, cli_options[o].name);
    for (enum option o = 0; near.name == NULL && o < OPTION_COUNT; o++)
        nearest_try(&near, cli_options[o].name);
    err_set(e, ERR_USAGE, "there is no option '--%.*s'", VIEW_ARG(name));
    if (near.name != NULL)
        err_hint(e, "Did you mean '--%s'?", near.name);
    return false;
}

static bool missing_value(const struct option_info *o, const char *next, struct err *e)
{
    err_set(e, ERR_USAGE, "--%s needs a value: --%s %s", o->name, o->name, o->value);
    if (next != NULL && strcmp(next, "--") != 0)
        err_hint(e, "Write --%s=%s if that is the value.", o->name, next);
    return false;
}

/* The value behind an option: after '=', or the next word. */
static bool take_value(
    struct parse *p, enum option o, const char *equals, const char **ret, struct err *e)
{
    const struct option_info *info = &cli_options[o];
    const char *next = p->at + 1 < p->argc ? p->argv[p->at + 1] : NULL;
    if (info->value == NULL && equals != NULL)
        return err_set(e, ERR_USAGE, "--%s takes no value", info->name);
    if (info->value == NULL || equals != NULL) {
        *ret = equals == NULL ? NULL : equals + 1;
    } else if (next == NULL || strncmp(next, "--", 2) == 0) {
        return missing_value(info, next, e);
    } else {
        *ret = next;
        p->at++;
    }
    if (*ret != NULL && (*ret)[0] == '\0')
        return err_set(e, ERR_USAGE, "--%s: the value is empty", info->name);
    return true;
}

static bool take_option(struct parse *p, enum option o, const char *equals, struct err *e)
{
    const char *value = NULL;
    struct cli_args *a = p->args;
    if (!take_value(p, o, equals, &value, e))
        return false;
    if (cli_options[o].kind == ARG_FILES) {
        a->given[o] = true;
        return add_word(a, value, e);
    }
    if (value != NULL && a->given[o])
        return err_set(e, ERR_USAGE, "--%s is given twice", cli_options[o].name);
    a->given[o] = true;
    p->value[o] = value;
    return true;
}

static bool take_long(struct parse *p, const char *text, struct err *e)
{
    const char *equals = strchr(text, '=');
    struct view name =
        equals == NULL ? view_of(text) : (struct view){text, (size_t)(equals - text)};
    enum option o = option_find(name);
    return o == OPTION_COUNT ? unknown_option(p, name, e) : take_option(p, o, equals, e);
}

static bool take_letter(struct parse *p, const char *text, struct err *e)
{
    enum option o = text[1] == '\0' ? option_find_letter(text[0]) : OPTION_COUNT;
    if (o != OPTION_COUNT)
        return take_option(p, o, NULL, e);
    err_set(e, ERR_USAGE, "there is no option '-%s'", text);
    o = option_find(view_of(text));
    if (o != OPTION_COUNT)
        err_hint(e, "Did you mean '--%s'?", cli_options[o].name);
    return false;
}

static bool first_pass(struct parse *p, struct err *e)
{
    bool ended = false, ok = true;
    for (p->at = 1; ok && p->at < p->argc; p->at++) {
        const char *word = p->argv[p->at];
        if (!utf8_is_valid(view_of(word)) && word[0] == '-')
            ok = err_set(e, ERR_USAGE, "argument %d is not UTF-8", p->at);
        else if (ended || word[0] != '-' || word[1] == '\0')
            ok = take_word(p, word, e);
        else if (strcmp(word, "--") == 0)
            ended = true;
        else if (word[1] == '-')
            ok = take_long(p, word + 2, e);
        else
            ok = take_letter(p, word + 1, e);
    }
    return ok;
}

static bool set_choice(enum arg_kind kind, struct view v, void *to, struct err *e)
{
    size_t i = 0;
    if (!value_choice(v, option_choices(kind), &i, e))
        return false;
    if (kind == ARG_TYPE)
        *(enum batch_type *)to = (enum batch_type)i;
    else if (kind == ARG_KEPT)
        *(enum ml_kept *)to = (enum ml_kept)i;
    else
        *(enum log_format *)to = (enum log_format)i;
    return true;
}

/* Writes the value into the member of the option's row; options.c has checked the types. */
static bool set_value(struct cli_args *a, enum option o, const char *value, struct err *e)
{
    void *to = (char *)a + cli_options[o].offset;
    struct view v = view_of(value);
    switch (cli_options[o].kind) {
    case ARG_FLAG:
        *(bool *)to = true;
        return true;
    case ARG_COUNT:
        return value_count(v, to, e);
    case ARG_YEAR:
        return value_int_in(v, YEAR_MIN, YEAR_MAX, "a year", to, e);
    case ARG_DAYS:
        return value_int_in(v, 1, DAYS_MAX, "a number of days", to, e);
    case ARG_DATE:
        return value_day(v, to, e);
    case ARG_DURATION:
        return value_duration(v, to, e);
    case ARG_SIZE:
        return value_size(v, LOAD_MEMORY_LEAST, to, e);
    case ARG_ERRORS:
        return value_errors(v, to, &a->request.max_error_share, e);
    case ARG_TYPE:
    case ARG_FORMAT:
    case ARG_KEPT:
        return set_choice(cli_options[o].kind, v, to, e);
    case ARG_TEXT:
    case ARG_KEY:
        *(const char **)to = value;
        return true;
    case ARG_FILES:
        break;
    }
    return true;
}

static bool second_pass(struct parse *p, struct err *e)
{
    for (enum option o = 0; o < OPTION_COUNT; o++)
        if (p->args->given[o] && !set_value(p->args, o, p->value[o], e))
            return err_in(e, "--%s", cli_options[o].name);
    return true;
}

bool args_parse(struct cli_args *a, int argc, char *const *argv, struct err *e)
{
    struct parse p = {.args = a, .argc = argc, .argv = argv};
    find_format(&p);
    if (!first_pass(&p, e))
        return false;
    a->help = a->given[OPTION_HELP];
    a->version = a->given[OPTION_VERSION];
    if (a->help || a->version)
        return true;
    return args_check_options(a, e) && second_pass(&p, e) && args_check(a, e);
}
