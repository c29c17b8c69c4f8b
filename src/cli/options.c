/* The tables: see options.h. Which C type an option's kind sets is checked by the compiler, row by
 * row. */
#include "cli/options.h"

#include "cli/args.h"

const char *const cli_groups[GROUP_COUNT] = {
#define GROUP(name, title) title,
#include "cli/options.def"
};

const struct command_info cli_commands[COMMAND_COUNT] = {
#define COMMAND(name_, name, flags, words, verb, usage, summary, text)                             \
    {name, flags, words, usage, summary, text},
#include "cli/options.def"
};

#define FOR(command) (1u << COMMAND_##command)
const struct option_info cli_options[OPTION_COUNT] = {
#define OPTION(name_, letter, name, kind, value, commands_, group, member, help_)                  \
    {name, letter, ARG_##kind, value, commands_, GROUP_##group, offsetof(struct cli_args, member), \
        help_},
#include "cli/options.def"
};

/* 1 when the member has the type that the kind's reader writes (args.c). */
#define IS_FLAG(m)     _Generic((m), bool : 1, default : 0)
#define IS_COUNT(m)    _Generic((m), uint64_t : 1, default : 0)
#define IS_YEAR(m)     _Generic((m), int : 1, default : 0)
#define IS_DAYS(m)     _Generic((m), int : 1, default : 0)
#define IS_DATE(m)     _Generic((m), int64_t : 1, default : 0)
#define IS_DURATION(m) _Generic((m), int64_t : 1, default : 0)
#define IS_SIZE(m)     _Generic((m), int64_t : 1, default : 0)
#define IS_ERRORS(m)   _Generic((m), uint64_t : 1, default : 0)
#define IS_TYPE(m)     _Generic((m), enum batch_type : 1, default : 0)
#define IS_FORMAT(m)   _Generic((m), enum log_format : 1, default : 0)
#define IS_KEPT(m)     _Generic((m), enum ml_kept : 1, default : 0)
#define IS_TEXT(m)     _Generic((m), const char * : 1, default : 0)
#define IS_KEY(m)      _Generic((m), const char * : 1, default : 0)
#define IS_FILES(m)    _Generic((m), struct vec : 1, default : 0)
#define OPTION(name, letter, name_, kind, value, commands_, group, member, help_)                  \
    _Static_assert(IS_##kind(((struct cli_args *)0)->member), "--" name_ " sets another type");
#include "cli/options.def"

const struct key_info cli_keys[KEY_COUNT] = {
#define KEY(name, flags, kind, def, example, help) {#name, flags, VALUE_##kind, def, example, help},
#include "cli/options.def"
};

const struct example cli_examples[] = {
#define EXAMPLE(command, line, text) {COMMAND_##command, line, text},
#include "cli/options.def"
    {COMMAND_COUNT, NULL, NULL},
};

const struct exit_info cli_exits[] = {
#define EXIT(name, meaning) {#name, meaning},
#include "cli/options.def"
    {NULL, NULL},
};

const char *const *option_choices(enum arg_kind kind)
{
    static const char *const types[] = {"initial", "missing", "changes", NULL};
    static const char *const formats[] = {"text", "json", NULL};
    _Static_assert(
        BATCH_INITIAL == 0 && BATCH_MISSING == 1 && BATCH_CHANGES == 2, "order of types");
    _Static_assert(LOG_TEXT == 0 && LOG_JSON == 1, "order of formats");
    switch (kind) {
    case ARG_TYPE:
        return types;
    case ARG_FORMAT:
        return formats;
    case ARG_KEPT:
        return ml_kept_names;
    default:
        return NULL;
    }
}

enum command command_find(struct view name)
{
    enum command c = 0;
    while (c < COMMAND_COUNT && !view_is(name, cli_commands[c].name))
        c++;
    return c;
}

enum option option_find(struct view name)
{
    enum option o = 0;
    while (o < OPTION_COUNT && !view_is(name, cli_options[o].name))
        o++;
    return o;
}

enum option option_find_letter(char letter)
{
    enum option o = 0;
    while (o < OPTION_COUNT && (cli_options[o].letter == 0 || cli_options[o].letter != letter))
        o++;
    return o;
}

enum key key_find(struct view name)
{
    enum key k = 0;
    while (k < KEY_COUNT && !view_is(name, cli_keys[k].name))
        k++;
    return k;
}
