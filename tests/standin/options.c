/*
 * The command line, from one table that also prints the help.
 */
#include "options.h"

#include "text.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum option_id {
    OPT_PORT,
    OPT_PORT_FILE,
    OPT_DIR,
    OPT_JSONL,
    OPT_GENERATE,
    OPT_FIRST_ID,
    OPT_SEED,
    OPT_DETAIL_SIZE,
    OPT_LINKS,
    OPT_PILE,
    OPT_KEY,
    OPT_TODAY,
    OPT_GONE_IDS,
    OPT_CHANGES,
    OPT_CHANGE_RATE,
    OPT_MISSING_SECTIONS,
    OPT_FAULTS,
    OPT_FAULTS_FILE,
    OPT_DELAY_MS,
    OPT_CHUNKED,
    OPT_LOG,
    OPT_HELP,
    OPT_COUNT
};

static const struct {
    const char *name;
    const char *value; /* NULL: takes none */
    const char *help;
} table[OPT_COUNT] = {
    [OPT_PORT] = {"port", "N", "listen on 127.0.0.1:N; 0 (the default): the system chooses"},
    [OPT_PORT_FILE] = {"port-file", "F", "write the port number to F when ready"},
    [OPT_DIR] = {"dir", "DIR", "movies from DIR/movie/ID.json (may be repeated)"},
    [OPT_JSONL] = {"jsonl", "FILE", "movies from FILE, one JSON document a line (may be repeated)"},
    [OPT_GENERATE] = {"generate", "N", "N generated movies"},
    [OPT_FIRST_ID] = {"first-id", "ID", "id of the first generated movie (default 1)"},
    [OPT_SEED] = {"seed", "S", "seed of everything generated (default 1)"},
    [OPT_DETAIL_SIZE] = {"detail-size", "small|real",
        "generated details of 4 KB or 25 KB (default real)"},
    [OPT_LINKS] = {"links", "FILE",
        "MovieLens links.csv: generated movies take their IMDb ids from it"},
    [OPT_PILE] = {"pile", "DAY:PERCENT", "so many of the generated movies come out on that day"},
    [OPT_KEY] = {"key", "KEY", "accept this v3 key or v4 token only (may be repeated)"},
    [OPT_TODAY] = {"today", "YYYY-MM-DD", "what day it is (default: today, UTC)"},
    [OPT_GONE_IDS] = {"gone-ids", "A-B,C,...", "ids that answer 404 (may be repeated)"},
    [OPT_CHANGES] = {"changes", "FILE", "changes feed from lines 'YYYY-MM-DD ID' (ID may be null)"},
    [OPT_CHANGE_RATE] = {"change-rate", "N",
        "movies per thousand that change on a day (default 6)"},
    [OPT_MISSING_SECTIONS] = {"missing-sections", NULL,
        "leave out sections a stored document lacks, instead of sending them empty"},
    [OPT_FAULTS] = {"faults", "SPEC", "misbehave: see README.md"},
    [OPT_FAULTS_FILE] = {"faults-file", "F", "the same from a file"},
    [OPT_DELAY_MS] = {"delay-ms", "N", "answer N milliseconds late"},
    [OPT_CHUNKED] = {"chunked", NULL, "send bodies chunked, as the real server does"},
    [OPT_LOG] = {"log", "FILE", "append one line per request to FILE"},
    [OPT_HELP] = {"help", NULL, "this text"},
};

static void print_help(void)
{
    puts("tmdb-standin [OPTION]...\n\n"
         "A TMDB v3 API on a loopback port, for tests: serves stored or generated movies and\n"
         "misbehaves on command.\n");
    for (int i = 0; i < OPT_COUNT; i++) {
        char left[64];

        snprintf(left, sizeof left, "--%s%s%s", table[i].name, table[i].value != NULL ? " " : "",
            table[i].value != NULL ? table[i].value : "");
        printf("  %-26s %s\n", left, table[i].help);
    }
}

static bool add(const char **list, unsigned *count, const char *value)
{
    if (*count == OPTIONS_LIST_MAX)
        return false;
    list[(*count)++] = value;
    return true;
}

static bool number(const char *value, uint64_t max, uint64_t *n)
{
    return text_number(value, max, n);
}

static bool set_pile(const char *value, struct options *o)
{
    char day[16];
    size_t length = strcspn(value, ":");
    uint64_t percent;

    if (length != 10 || value[length] != ':')
        return false;
    memcpy(day, value, length);
    day[length] = '\0';
    if (!text_date(day, &o->pile_day) || !number(value + length + 1, 100, &percent))
        return false;
    o->pile_percent = (uint32_t)percent;
    return true;
}

/* The options that hold a number; -1 when id is not one of them. */
static int set_number(enum option_id id, const char *value, struct options *o)
{
    uint64_t n;

    switch (id) {
    case OPT_PORT:
        return number(value, 65535, &n) ? (o->port = (uint16_t)n, 1) : 0;
    case OPT_GENERATE:
        return number(value, 20000000, &n) ? (o->generate = (uint32_t)n, 1) : 0;
    case OPT_FIRST_ID:
        return number(value, 1000000000, &n) && n > 0 ? (o->first_id = (uint32_t)n, 1) : 0;
    case OPT_SEED:
        return number(value, UINT64_MAX, &n) ? (o->seed = n, 1) : 0;
    case OPT_CHANGE_RATE:
        return number(value, 1000, &n) ? (o->change_rate = (uint32_t)n, 1) : 0;
    case OPT_DELAY_MS:
        return number(value, 3600000, &n) ? (o->delay_ms = (uint32_t)n, 1) : 0;
    default:
        return -1;
    }
}

static bool set(enum option_id id, const char *value, struct options *o)
{
    int result = set_number(id, value, o);

    if (result >= 0)
        return result == 1;
    switch (id) {
    case OPT_PORT_FILE:
        o->port_file = value;
        return true;
    case OPT_DIR:
        return add(o->dirs, &o->dir_count, value);
    case OPT_JSONL:
        return add(o->jsonl, &o->jsonl_count, value);
    case OPT_KEY:
        return add(o->keys, &o->key_count, value);
    case OPT_GONE_IDS:
        return add(o->gone, &o->gone_count, value);
    case OPT_DETAIL_SIZE:
        o->small = strcmp(value, "small") == 0;
        return o->small || strcmp(value, "real") == 0;
    case OPT_LINKS:
        o->links = value;
        return true;
    case OPT_PILE:
        return set_pile(value, o);
    case OPT_TODAY:
        return text_date(value, &o->today);
    case OPT_CHANGES:
        o->changes_file = value;
        return true;
    case OPT_MISSING_SECTIONS:
        return o->missing_sections = true;
    case OPT_FAULTS:
        o->faults = value;
        return true;
    case OPT_FAULTS_FILE:
        o->faults_file = value;
        return true;
    case OPT_CHUNKED:
        return o->chunked = true;
    case OPT_LOG:
        o->log_file = value;
        return true;
    default:
        return false;
    }
}

/* The option that arg names; *value is what follows a '=', or NULL. */
static enum option_id find(const char *arg, const char **value)
{
    size_t length;

    if (strncmp(arg, "--", 2) != 0)
        return OPT_COUNT;
    arg += 2;
    length = strcspn(arg, "=");
    *value = arg[length] == '=' ? arg + length + 1 : NULL;
    for (int i = 0; i < OPT_COUNT; i++)
        if (strlen(table[i].name) == length && strncmp(table[i].name, arg, length) == 0)
            return (enum option_id)i;
    return OPT_COUNT;
}

enum options_result options_parse(int argc, char **argv, struct options *ret)
{
    *ret = (struct options){.first_id = 1,
        .seed = 1,
        .change_rate = 6,
        .today = (int32_t)((int64_t)time(NULL) / 86400)};
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        enum option_id id = find(argv[i], &value);

        if (id == OPT_COUNT || (table[id].value == NULL && value != NULL)) {
            fprintf(stderr, "tmdb-standin: unknown option '%s' (try --help)\n", argv[i]);
            return OPTIONS_BAD;
        }
        if (id == OPT_HELP) {
            print_help();
            return OPTIONS_HELP;
        }
        if (table[id].value != NULL && value == NULL && i + 1 < argc)
            value = argv[++i];
        if ((table[id].value != NULL && value == NULL) || !set(id, value, ret)) {
            fprintf(stderr, "tmdb-standin: --%s: %s '%s', expected %s\n", table[id].name,
                value != NULL ? "cannot use" : "no value", value != NULL ? value : "",
                table[id].value != NULL ? table[id].value : "nothing");
            return OPTIONS_BAD;
        }
    }
    return OPTIONS_RUN;
}
