/* The tables of options.def as arrays, and how to search them. */
#ifndef MOVIE_ETL_CLI_OPTIONS_H
#define MOVIE_ETL_CLI_OPTIONS_H

#include "base/view.h"

#include <stddef.h>

enum option_group {
#define GROUP(name, title) GROUP_##name,
#include "cli/options.def"
    GROUP_COUNT
};

enum command {
#define COMMAND(name, ...) COMMAND_##name,
#include "cli/options.def"
    COMMAND_COUNT
};

enum option {
#define OPTION(name, ...) OPTION_##name,
#include "cli/options.def"
    OPTION_COUNT
};

enum key {
#define KEY(name, ...) KEY_##name,
#include "cli/options.def"
    KEY_COUNT
};

enum command_flag {
    C_STORE = 1,   /* opens the database: its configuration must be right */
    C_TMDB = 2,    /* asks TMDB: likewise */
    C_PRODUCT = 4, /* what it prints is what it is run for: --quiet does not silence it */
    C_HIDDEN = 8,  /* not in --help, completion and the man page's list */
    C_PLAIN = 16,  /* needs neither configuration nor a verb */
};

/* What stands behind the command besides options. */
enum words {
    WORDS_NONE,
    WORDS_IDS,
    WORDS_FILES,
    WORDS_SHELL,
    WORDS_COMMAND,
};

struct command_info {
    const char *name;
    unsigned flags; /* enum command_flag */
    enum words words;
    const char *usage; /* what follows the name */
    const char *summary, *text;
};

/* How an option's value is read. The member it sets has the C type named here. */
enum arg_kind {
    ARG_FLAG,     /* no value; bool */
    ARG_COUNT,    /* 1 or more; uint64_t */
    ARG_YEAR,     /* 1874 to 2100; int */
    ARG_DAYS,     /* 1 to 3650; int */
    ARG_DATE,     /* a day; int64_t days since 1970 */
    ARG_DURATION, /* int64_t seconds */
    ARG_SIZE,     /* int64_t bytes */
    ARG_ERRORS,   /* N or P%; request.max_errors (uint64_t) or request.max_error_share */
    ARG_TYPE,     /* enum batch_type */
    ARG_FORMAT,   /* enum log_format */
    ARG_KEPT,     /* enum ml_kept */
    ARG_TEXT,     /* const char * */
    ARG_KEY,   /* const char *: the value of a configuration key, checked with the configuration */
    ARG_FILES, /* struct vec of const char *; words behind it belong to it, too; may be repeated */
};

struct option_info {
    const char *name; /* without the dashes */
    char letter;      /* of the short form, or 0 */
    enum arg_kind kind;
    const char *value; /* how help calls the value; NULL: the option has none */
    unsigned commands; /* bit 1 << COMMAND_x for every command it goes with */
    enum option_group group;
    size_t offset; /* of the member in struct cli_args */
    const char *help;
};

enum key_flag {
    K_TMDB = 1,   /* read only when the command asks TMDB */
    K_STORE = 2,  /* read only when the command opens the database */
    K_SECRET = 4, /* never shown; NAME_FILE names a file that holds it */
};

/* What a key's value must look like (keys.c). */
enum value_kind {
    VALUE_TEXT,
    VALUE_PATH,
    VALUE_API,
    VALUE_URL,
    VALUE_RATE,
    VALUE_LANGUAGE,
    VALUE_ADULT,
    VALUE_IP,
    VALUE_SECTIONS,
    VALUE_HOST,
    VALUE_PORT,
    VALUE_TLS,
    VALUE_PREFIX,
    VALUE_FOREIGN,
};

struct key_info {
    const char *name;
    unsigned flags; /* enum key_flag */
    enum value_kind kind;
    const char *def; /* NULL: unset */
    const char *example, *help;
};

struct example {
    enum command command;
    const char *line, *text;
};

struct exit_info {
    const char *name; /* as in base/err.def */
    const char *meaning;
};

extern const char *const cli_groups[GROUP_COUNT];
extern const struct command_info cli_commands[COMMAND_COUNT];
extern const struct option_info cli_options[OPTION_COUNT];
extern const struct key_info cli_keys[KEY_COUNT];
extern const struct example cli_examples[]; /* ends with line == NULL */
extern const struct exit_info cli_exits[];  /* likewise; in the order of enum err_kind */
/* What may stand behind an option with a fixed set of values, NULL-terminated; NULL: no set. */
const char *const *option_choices(enum arg_kind kind);

static inline bool option_goes_with(enum option o, enum command c)
{
    return (cli_options[o].commands >> c & 1u) != 0;
}

/* The index, or the count when there is none of that name. */
enum command command_find(struct view name);
enum option option_find(struct view name);
enum option option_find_letter(char letter);
enum key key_find(struct view name);

#endif
