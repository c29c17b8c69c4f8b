/* The parser: every refusal with its text, and what a right line sets. */
#include "cli_test.h"

#include "base/date.h"

#include <stdio.h>
#include <string.h>

/* ---- refusals: the text as a whole, the hint in part (NULL: the standing one) */
struct refusal {
    const char *line, *text, *hint;
};

static const struct refusal refusals[] = {
    {"", "no command is given", NULL},
    {"--quiet", "no command is given", NULL},
    {"frobnicate", "there is no command 'frobnicate'", "See 'movie-etl --help'"},
    {"chnages", "there is no command 'chnages'", "Did you mean 'changes'?"},
    {"proc", "there is no command 'proc'", "Did you mean 'process'?"},
    {"Init", "there is no command 'Init'", "Did you mean 'init'?"},
    {"~", "there is no command ''", "See 'movie-etl --help'"},
    {"init --load-movilens", "there is no option '--load-movilens'",
        "Did you mean '--load-movielens'?"},
    {"init --frobnicate", "there is no option '--frobnicate'", NULL},
    {"init --frobnicate=7", "there is no option '--frobnicate'", NULL},
    {"missing --dayz 3", "there is no option '--dayz'", "Did you mean '--days'?"},
    {"--quite status", "there is no option '--quite'", "Did you mean '--quiet'?"},
    {"status -x", "there is no option '-x'", NULL},
    {"status -json", "there is no option '-json'", "Did you mean '--json'?"},
    {"status -qv", "there is no option '-qv'", NULL},
    {"status ---json", "there is no option '---json'", "Did you mean '--json'?"},
    {"status --", NULL, NULL},
    {"status --=", "there is no option '--'", NULL},

    {"missing --days 3", "--days does not go with 'missing'; it is for changes",
        "movie-etl missing --help"},
    {"changes --days 3 --start-year 7", "--start-year does not go with 'changes'; it is for init",
        NULL},
    {"validate --limit 3 a",
        "--limit does not go with 'validate'; it is for init, missing, changes, update and sync",
        "movie-etl validate --help"},
    {"status --dry-run",
        "--dry-run does not go with 'status'; it is for init, missing, changes, update, process, "
        "sync and clear",
        NULL},
    {"validate --database x.db a",
        "--database does not go with 'validate'; it is for init, missing, changes, "
        "update, process, sync, verify, status and clear",
        NULL},
    {"process --rate 3 --file a",
        "--rate does not go with 'process'; it is for init, missing, changes, update and sync",
        NULL},
    {"status --max-errors 3",
        "--max-errors does not go with 'status'; it is for init, process and sync", NULL},
    {"process --yes --file a", "--yes does not go with 'process'; it is for clear", NULL},
    {"clear --json", "--json does not go with 'clear'; it is for status", NULL},
    {"completion bash --quiet",
        "--quiet does not go with 'completion'; it is for init, missing, changes, update, process, "
        "validate, sync, "
        "verify, status and clear",
        NULL},
    /* A wrong option with a wrong value is told about the option. */
    {"missing --days x", "--days does not go with 'missing'; it is for changes", NULL},

    {"changes --days", "--days needs a value: --days N", NULL},
    {"changes --days --only-known", "--days needs a value: --days N",
        "Write --days=--only-known if that is the value."},
    {"changes --days --", "--days needs a value: --days N", NULL},
    {"changes --days=", "--days: the value is empty", NULL},
    {"status --data-dir ~", "--data-dir: the value is empty", NULL},
    {"changes --only-known=yes", "--only-known takes no value", NULL},
    {"changes --days 3 --days 4", "--days is given twice", NULL},
    {"status --env-file a --env-file=b", "--env-file is given twice", NULL},

    {"changes --days 0", "--days: '0' is not a number of days from 1 to 3650", NULL},
    {"changes --days 3651", "--days: '3651' is not a number of days from 1 to 3650", NULL},
    {"changes --days -3", "--days: '-3' is not a number of days from 1 to 3650", NULL},
    {"changes --days 3.5", "--days: '3.5' is not a number of days from 1 to 3650", NULL},
    {"changes --days 99999999999999999999",
        "--days: '99999999999999999999' is not a number of days from 1 to 3650", NULL},
    {"missing --limit 0", "--limit: '0' is not a whole number of 1 or more", NULL},
    {"missing --limit +5", "--limit: '+5' is not a whole number of 1 or more", NULL},
    {"missing --limit 9223372036854775808",
        "--limit: '9223372036854775808' is not a whole number of 1 or more", NULL},
    {"missing --after-date 2024-02-30",
        "--after-date: '2024-02-30' is not a date that exists (YYYY-MM-DD)", NULL},
    {"missing --after-date 2023-02-29",
        "--after-date: '2023-02-29' is not a date that exists (YYYY-MM-DD)", NULL},
    {"missing --after-date 2024-1-1",
        "--after-date: '2024-1-1' is not a date that exists (YYYY-MM-DD)", NULL},
    {"missing --after-date yesterday",
        "--after-date: 'yesterday' is not a date that exists (YYYY-MM-DD)", NULL},
    {"missing --after-date 1873-12-31",
        "--after-date: '1873-12-31' is not in the years 1874 to 2100", NULL},
    {"missing --after-date 2101-01-01",
        "--after-date: '2101-01-01' is not in the years 1874 to 2100", NULL},
    {"missing --max-time 0",
        "--max-time: '0' is not a time from 1 second to 30 days, like 90, 90s, 15m or 2h", NULL},
    {"missing --max-time 5d",
        "--max-time: '5d' is not a time from 1 second to 30 days, like 90, 90s, 15m or 2h", NULL},
    {"missing --max-time h",
        "--max-time: 'h' is not a time from 1 second to 30 days, like 90, 90s, 15m or 2h", NULL},
    {"missing --max-time 721h",
        "--max-time: '721h' is not a time from 1 second to 30 days, like 90, 90s, 15m or 2h", NULL},
    {"process --file a --max-errors -1",
        "--max-errors: '-1' is neither a number of records (100) nor a share of them (2%)", NULL},
    {"process --file a --max-errors 101%",
        "--max-errors: '101%' is neither a number of records (100) nor a share of them (2%)", NULL},
    {"process --file a --max-errors %",
        "--max-errors: '%' is neither a number of records (100) nor a share of them (2%)", NULL},
    {"process --batch-type all", "--batch-type: 'all' is not initial, missing or changes", NULL},
    {"status --log-format xml", "--log-format: 'xml' is not text or json", NULL},
    {"init --fetch-tmdb --start-year 1873", "--start-year: '1873' is not a year from 1874 to 2100",
        NULL},
    {"init --fetch-tmdb --end-year 2101", "--end-year: '2101' is not a year from 1874 to 2100",
        NULL},
    {"init --fetch-tmdb --end-year 20x0", "--end-year: '20x0' is not a year from 1874 to 2100",
        NULL},

    {"init", "init needs one of --load-movielens, --fetch-tmdb and --full", NULL},
    {"init --full --load-movielens",
        "init needs exactly one of --load-movielens, --fetch-tmdb and --full", NULL},
    {"init --load-movielens --fetch-tmdb",
        "init needs exactly one of --load-movielens, --fetch-tmdb and --full", NULL},
    {"init --fetch-tmdb --start-year 2020 --end-year 2010",
        "--start-year 2020 comes after --end-year 2010", NULL},
    {"init --full --start-year 2020 --end-year 2019",
        "--start-year 2020 comes after --end-year 2019", NULL},
    {"init --fetch-tmdb --movielens x", "--movielens goes with --load-movielens or --full", NULL},
    {"init --fetch-tmdb --replace-release",
        "--replace-release goes with --load-movielens or --full", NULL},
    {"init --fetch-tmdb --ratings stats", "--ratings goes with --load-movielens or --full", NULL},
    {"init --load-movielens --ratings some", "--ratings: 'some' is not rows, stats or none", NULL},
    {"init --load-movielens --memory 63M",
        "--memory: '63M' is not a size of 64M or more, like 200M or 1G", NULL},
    {"init --load-movielens --memory 2T",
        "--memory: '2T' is not a size of 64M or more, like 200M or 1G", NULL},
    {"init --fetch-tmdb --memory 1G", "--memory goes with --load-movielens or --full", NULL},
    {"init --fetch-tmdb --max-errors 1", "--max-errors goes with --load-movielens or --full", NULL},
    {"init --load-movielens --start-year 2020", "--start-year goes with --fetch-tmdb or --full",
        NULL},
    {"init --load-movielens --end-year 2020", "--end-year goes with --fetch-tmdb or --full", NULL},
    {"init --load-movielens --limit 5", "--limit goes with --fetch-tmdb or --full", NULL},
    {"init --load-movielens --ids x", "--ids goes with --fetch-tmdb or --full", NULL},
    {"init --load-movielens --max-time 5", "--max-time goes with --fetch-tmdb or --full", NULL},
    {"init --load-movielens --rate 5", "--rate goes with --fetch-tmdb or --full", NULL},
    {"init --full movies", "init does not take 'movies'", NULL},
    {"missing 2024-01-01", "missing does not take '2024-01-01'", NULL},
    {"status -- --json", "status does not take '--json'", NULL},
    {"process", "process needs --batch-type initial, missing or changes, or --file FILE...", NULL},
    {"process a.yaml", "process takes files behind --file: --file a.yaml", NULL},
    {"process --batch-type initial a.yaml", "process takes files behind --file: --file a.yaml",
        NULL},
    {"process --batch-type initial --file a.yaml", "--batch-type and --file exclude each other",
        NULL},
    {"process --file", "--file needs a value: --file FILE...", NULL},
    {"process --file a ~", "an argument of process is empty", NULL},
    {"validate", "validate needs a file", NULL},
    {"update", "update needs TMDB ids, or --ids FILE", NULL},
    {"verify", "verify needs --export: it compares with the id export", NULL},
    {"sync --days 3", "--days does not go with 'sync'; it is for changes", NULL},
    {"completion", "completion needs a shell: bash, zsh or fish", NULL},
    {"completion bash zsh", "completion does not take 'zsh'", NULL},
    {"help init status", "help does not take 'status'", NULL},
    {"status --quiet --verbose", "--quiet and --verbose exclude each other", NULL},
    {"status -q -v", "--quiet and --verbose exclude each other", NULL},
    {"status --\xff", "argument 2 is not UTF-8", NULL},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const struct refusal *r = &refusals[i];
        struct cli_args a;
        struct line l;
        struct err e = {.kind = ERR_NONE};
        bool ok = line_parse(&l, r->line, &a, &e);
        args_done(&a);
        if (ok != (r->text == NULL))
            fail_msg("movie-etl %s: %s", r->line, ok ? "accepted" : e.text);
        if (ok)
            continue;
        assert_int_equal(e.kind, ERR_USAGE);
        assert_string_equal(e.text, r->text);
        if (r->hint != NULL)
            assert_holds(e.hint, r->hint);
        assert_true(err_hint_of(&e)[0] != '\0');
    }
}

/* Every command refuses every option that is not its own, and says whose it is. */
static void test_every_pair(void **state)
{
    (void)state;
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        for (enum option o = 0; o < OPTION_COUNT; o++) {
            char text[200], wanted[100];
            struct cli_args a;
            struct line l;
            struct err e = {.kind = ERR_NONE};
            (void)snprintf(text, sizeof text, "%s --%s%s", cli_commands[c].name,
                cli_options[o].name, cli_options[o].value == NULL ? "" : "=1");
            bool ok = line_parse(&l, text, &a, &e);
            args_done(&a);
            (void)snprintf(wanted, sizeof wanted, "--%s does not go with '%s'; it is for ",
                cli_options[o].name, cli_commands[c].name);
            bool told = !ok && strncmp(e.text, wanted, strlen(wanted)) == 0;
            if (told == option_goes_with(o, c))
                fail_msg("movie-etl %s: %s", text, ok ? "accepted" : e.text);
            if (told)
                assert_true(strlen(e.text) > strlen(wanted)); /* some command has it */
        }
}

/* ---- what is accepted */

static struct line line;
static struct err err;

static void parse(struct cli_args *a, const char *text)
{
    err = (struct err){.kind = ERR_NONE};
    if (!line_parse(&line, text, a, &err))
        fail_msg("movie-etl %s: %s", text, err.text);
}

static const char *word(const struct cli_args *a, size_t i)
{
    assert_true(i < a->words.n);
    return *(const char *const *)vec_at(&a->words, i);
}

static void test_init(void **state)
{
    struct cli_args a;
    (void)state;
    parse(&a, "init --fetch-tmdb --start-year=1874 --end-year 2100 --limit 5 --max-time 2h --rate "
              "7 --ids -");
    assert_int_equal(a.command, COMMAND_INIT);
    assert_true(a.fetch_tmdb && !a.full && !a.load_movielens);
    assert_int_equal(a.request.start_year, 1874);
    assert_int_equal(a.request.end_year, 2100);
    assert_int_equal(a.request.limit, 5);
    assert_int_equal(a.request.max_seconds, 7200);
    assert_string_equal(a.keys[KEY_TMDB_RATE], "7");
    assert_string_equal(a.ids_file, "-");
    assert_int_equal(args_needs(&a), C_STORE | C_TMDB);
    args_done(&a);

    parse(&a, "init --load-movielens --movielens ml --ratings none");
    assert_int_equal(a.request.ratings, KEPT_NONE);
    args_done(&a);

    parse(&a, "init --load-movielens --movielens ml --replace-release --max-errors 2.5%");
    assert_int_equal(a.request.ratings, KEPT_ROWS);
    assert_string_equal(a.keys[KEY_MOVIELENS_PATH], "ml");
    assert_true(a.request.replace_release);
    assert_true(a.request.max_errors == UINT64_MAX);
    assert_true(a.request.max_error_share > 0.0249 && a.request.max_error_share < 0.0251);
    assert_int_equal(args_needs(&a), C_STORE);
    args_done(&a);

    parse(&a, "init --full --start-year 2020 --movielens ml --limit 3 --max-errors 0");
    assert_true(a.full);
    assert_true(a.request.max_errors == 0 && a.request.max_error_share >= 1);
    args_done(&a);
}

static void test_defaults(void **state)
{
    struct cli_args a;
    (void)state;
    parse(&a, "missing");
    const struct etl_request *r = &a.request;
    assert_true(
        !r->dry_run && r->limit == 0 && r->max_seconds == 0 && !r->ids_given && r->id_n == 0);
    assert_true(r->start_year == 0 && r->end_year == 0 && !r->after_given && r->days == 0 &&
                !r->only_known);
    assert_true(!r->type_given && r->file_n == 0 && !r->replace_release && !r->json);
    assert_true(r->max_errors == UINT64_MAX && r->max_error_share >= 1);
    assert_true(a.format == LOG_TEXT && !a.quiet && !a.verbose && !a.no_progress);
    args_done(&a);
}

static void test_other_commands(void **state)
{
    struct cli_args a;
    (void)state;
    parse(&a, "missing --after-date 2024-02-29 -n");
    assert_true(a.request.after_given && a.request.dry_run);
    assert_int_equal(a.request.after_day, date_day((struct civil){2024, 2, 29}));
    args_done(&a);
    parse(&a, "changes --days 3650 --only-known");
    assert_int_equal(a.request.days, 3650);
    assert_true(a.request.only_known);
    args_done(&a);
    parse(&a, "process --batch-type changes");
    assert_true(a.request.type_given && a.request.type == BATCH_CHANGES && a.request.file_n == 0);
    args_done(&a);
    parse(&a, "sync --only-known --changed-ids ids.txt --max-errors 5");
    assert_true(a.request.only_known && a.request.max_errors == 5);
    assert_string_equal(a.request.changed_ids, "ids.txt");
    args_done(&a);
    parse(&a, "verify --export --ids wanted.txt");
    assert_string_equal(a.ids_file, "wanted.txt");
    args_done(&a);
    parse(&a, "status --json --database x.db --data-dir d --log-format json");
    assert_true(a.request.json && a.format == LOG_JSON);
    assert_string_equal(a.keys[KEY_SQL_PATH], "x.db");
    assert_string_equal(a.keys[KEY_DATA_DIR], "d");
    args_done(&a);
    parse(&a, "clear --force --yes");
    assert_true(a.force && a.yes);
    args_done(&a);
    parse(&a, "dump -q");
    assert_true(a.command == COMMAND_DUMP && a.quiet);
    args_done(&a);
}

/* Options may stand before the command, between words and behind them; "--" ends them. */
static void test_order(void **state)
{
    struct cli_args a;
    (void)state;
    parse(&a, "--limit 3 -v update 5 --dry-run 6");
    assert_true(
        a.command == COMMAND_UPDATE && a.request.limit == 3 && a.verbose && a.request.dry_run);
    assert_int_equal(a.words.n, 2);
    assert_string_equal(word(&a, 1), "6");
    args_done(&a);
    parse(&a, "process --file a.yaml b.yaml --dry-run --file=c.yaml d.yaml -- --e.yaml -");
    assert_int_equal(a.request.file_n, 6);
    for (size_t i = 0; i < 6; i++) {
        static const char *const wanted[] = {
            "a.yaml", "b.yaml", "c.yaml", "d.yaml", "--e.yaml", "-"};
        assert_string_equal(a.request.files[i], wanted[i]);
    }
    args_done(&a);
    parse(&a, "validate x=y -- -");
    assert_int_equal(a.request.file_n, 2);
    args_done(&a);
    parse(&a, "status --env-file=a=b --quiet --quiet");
    assert_string_equal(a.env_file, "a=b");
    args_done(&a);
}

static void test_help_wins(void **state)
{
    struct cli_args a;
    (void)state;
    parse(&a, "--help");
    assert_true(a.help && a.command == COMMAND_COUNT);
    args_done(&a);
    parse(&a, "init --days x -h"); /* nothing else is checked: help was asked for */
    assert_true(a.help && a.command == COMMAND_INIT);
    args_done(&a);
    parse(&a, "-V");
    assert_true(a.version);
    args_done(&a);
}

/* Even the first mistake is told in the format asked for, wherever that stands. */
static void test_format_of_errors(void **state)
{
    static const struct {
        const char *text;
        enum log_format format;
    } lines[] = {
        {"--bogus status --log-format json", LOG_JSON},
        {"--bogus status --log-format=json", LOG_JSON},
        {"--bogus status --log-format text", LOG_TEXT},
        {"--bogus -- --log-format=json", LOG_TEXT},
        {"--bogus --log-format", LOG_TEXT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct cli_args a;
        assert_false(line_parse(&line, lines[i].text, &a, &err));
        assert_int_equal(a.format, lines[i].format);
        args_done(&a);
    }
}

/* Every example of the help is a line that the parser accepts. */
static void test_examples(void **state)
{
    bool has[COMMAND_COUNT] = {false};
    (void)state;
    for (const struct example *x = cli_examples; x->line != NULL; x++) {
        struct cli_args a;
        assert_memory_equal(x->line, "movie-etl ", 10);
        parse(&a, x->line + 10);
        assert_int_equal(a.command, x->command);
        has[x->command] = true;
        args_done(&a);
    }
    for (enum command c = 0; c < COMMAND_COUNT; c++)
        assert_true(has[c] || (cli_commands[c].flags & C_HIDDEN) != 0);
}

static void test_many_words(void **state)
{
    enum { N = 5000 };
    static char id[] = "7", update[] = "update";
    static char *argv[N + 2];
    struct cli_args a;
    (void)state;
    argv[0] = argv[1] = update;
    for (size_t i = 2; i < N + 2; i++)
        argv[i] = id;
    args_init(&a);
    assert_true(args_parse(&a, N + 2, argv, &err));
    assert_int_equal(a.words.n, N);
    assert_true(args_ids(&a, &err));
    assert_int_equal(a.request.id_n, 1);
    args_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_every_pair),
        cmocka_unit_test(test_init),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_other_commands),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_help_wins),
        cmocka_unit_test(test_format_of_errors),
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_many_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
