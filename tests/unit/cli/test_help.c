/* Help and completion: there for every command, complete, at most HELP_WIDTH columns; bash
 * understands its script. */
#include "cli_test.h"

#include "base/err.h"
#include "cli/help.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct str text;

static const char *program_help(void)
{
    str_clear(&text);
    help_program(&text);
    assert_true(str_ok(&text));
    return str_z(&text);
}

static const char *command_help(enum command c)
{
    str_clear(&text);
    help_command(c, &text);
    assert_true(str_ok(&text));
    return str_z(&text);
}

/* Lines without blanks at their ends, none too wide, the last one ended. */
static void check_lines(const char *at)
{
    assert_true(strlen(at) > 50);
    for (const char *end; *at != '\0'; at = end + 1) {
        end = strchr(at, '\n');
        assert_non_null(end);
        if (end - at > HELP_WIDTH)
            fail_msg("%td columns: %.*s", end - at, (int)(end - at), at);
        if (end > at && (end[-1] == ' ' || end[-1] == '\t'))
            fail_msg("a blank at the end of: %.*s", (int)(end - at), at);
        for (const char *c = at; c < end; c++)
            assert_true(*c >= ' ' && *c < 0x7F);
    }
}

static void test_every_help(void **state)
{
    (void)state;
    check_lines(program_help());
    for (enum command c = 0; c < COMMAND_COUNT; c++) {
        char usage[100];
        const char *help = command_help(c);
        check_lines(help);
        (void)snprintf(usage, sizeof usage, "Usage: movie-etl %s ", cli_commands[c].name);
        assert_memory_equal(help, usage, strlen(usage));
        for (enum option o = 0; o < OPTION_COUNT; o++) {
            char name[60];
            (void)snprintf(name, sizeof name, " --%s%s%s", cli_options[o].name,
                cli_options[o].value == NULL ? "" : " ",
                cli_options[o].value == NULL ? "" : cli_options[o].value);
            bool listed = false;
            for (const char *at = help; !listed && (at = strstr(at, name)) != NULL; at++)
                listed = at[strlen(name)] == ' ' || at[strlen(name)] == '\n';
            if (option_goes_with(o, c) && !listed)
                fail_msg("%s --help does not list%s", cli_commands[c].name, name);
        }
        assert_true(
            (cli_commands[c].flags & C_HIDDEN) != 0 || strstr(help, "\nExamples:\n") != NULL);
    }
}

static void test_program_help_is_complete(void **state)
{
    (void)state;
    const char *help = program_help();
    for (enum command c = 0; c < COMMAND_COUNT; c++) {
        char line[60];
        (void)snprintf(line, sizeof line, "\n  %s ", cli_commands[c].name);
        assert_int_equal(strstr(help, line) != NULL, (cli_commands[c].flags & C_HIDDEN) == 0);
    }
    for (enum key k = 0; k < KEY_COUNT; k++) {
        char name[60];
        (void)snprintf(name, sizeof name, "\n  %s ", cli_keys[k].name);
        assert_holds(help, name);
        (void)snprintf(name, sizeof name, "%s_FILE", cli_keys[k].name);
        assert_int_equal(strstr(help, name) != NULL, (cli_keys[k].flags & K_SECRET) != 0);
    }
}

/* One meaning for each line of base/err.def, in its order: they are indexed by kind. */
static void test_exits(void **state)
{
    static const char *const names[] = {
#define ERR(name, code, hint) #name,
#include "base/err.def"
#undef ERR
    };
    enum { N = sizeof names / sizeof names[0] };
    (void)state;
    for (size_t i = 0; i < N; i++) {
        assert_non_null(cli_exits[i].name);
        assert_string_equal(cli_exits[i].name, names[i]);
        assert_true(strlen(cli_exits[i].meaning) > 5);
    }
    assert_null(cli_exits[N].name);
}

static void test_wrapping(void **state)
{
    char words[400];
    size_t n = 0;
    (void)state;
    for (int i = 0; i < 30; i++)
        n += (size_t)snprintf(words + n, sizeof words - n, "%sword%d", i == 0 ? "" : " ", i);
    for (size_t indent = 0; indent < 90; indent += 10) {
        str_clear(&text);
        str_add_repeat(&text, ' ', indent);
        add_wrapped(&text, indent, indent, words);
        for (const char *at = str_z(&text), *end; *at != '\0'; at = end + 1) {
            end = strchr(at, '\n');
            assert_non_null(end);
            assert_true(end - at <= HELP_WIDTH && (size_t)(end - at) > indent);
            assert_int_equal(strspn(at, " "), indent);
        }
    }
    str_clear(&text);
    add_wrapped(&text, 0, 0, "a");
    assert_string_equal(str_z(&text), "a\n");
}

/* ---- completion */

static const char *script(const char *shell)
{
    str_clear(&text);
    assert_true(completion_print(view_of(shell), &text));
    assert_true(str_ok(&text));
    return str_z(&text);
}

static void test_scripts_are_complete(void **state)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const char *got = script(shells[i]);
        for (enum command c = 0; c < COMMAND_COUNT; c++)
            if ((cli_commands[c].flags & C_HIDDEN) == 0)
                assert_holds(got, cli_commands[c].name);
        assert_lacks(got, "dump");
        for (enum option o = 0; o < OPTION_COUNT; o++)
            assert_holds(got, cli_options[o].name);
        assert_holds(got, "initial missing changes");
    }
    str_clear(&text);
    assert_false(completion_print(view_of("ksh"), &text));
    assert_int_equal(text.n, 0);
}

/* Sources the script in bash and asks for the completions of a line; they come back one a line. */
static const char *complete(const char *words, int at)
{
    static char got[4000];
    char command[1000];
    (void)snprintf(command, sizeof command,
        "bash --norc -c 'source ./script && COMP_WORDS=(%s) && COMP_CWORD=%d && _movie_etl && "
        "printf \"%%s\\n\" \"${COMPREPLY[@]}\"' 2>&1",
        words, at);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    size_t n = fread(got, 1, sizeof got - 1, f);
    got[n] = '\0';
    assert_int_equal(pclose(f), 0);
    return got;
}

static void test_bash(void **state)
{
    (void)state;
    if (system("command -v bash >/dev/null 2>&1") != 0)
        skip();
    write_text("script", script("bash"));
    write_text("a file.yaml", "x");
    assert_string_equal(complete("movie-etl mi", 1), "missing\n");
    assert_holds(complete("movie-etl \"\"", 1),
        "init\nmissing\nchanges\nupdate\nprocess\nvalidate\nsync\nverify\nstatus\nclear\n");
    assert_lacks(complete("movie-etl \"\"", 1), "dump");
    assert_string_equal(complete("movie-etl init --load", 2), "--load-movielens\n");
    assert_string_equal(
        complete("movie-etl missing --d", 2), "--dry-run\n--data-dir\n--database\n");
    assert_string_equal(complete("movie-etl process --batch-type m", 3), "missing\n");
    assert_string_equal(complete("movie-etl --log-format \"\"", 2), "text\njson\n");
    assert_string_equal(complete("movie-etl missing --limit \"\"", 3), "\n");
    assert_string_equal(complete("movie-etl process --file a", 3), "a file.yaml\n");
    assert_string_equal(complete("movie-etl process --file x a", 4), "a file.yaml\n");
    assert_string_equal(complete("movie-etl validate a", 2), "a file.yaml\n");
}

/* Shells that are not everywhere: asked only whether the script is well-formed. */
static void check_syntax(const char *shell, const char *command)
{
    char probe[100];
    (void)snprintf(probe, sizeof probe, "command -v %s >/dev/null 2>&1", shell);
    if (system(probe) != 0)
        skip();
    write_text("script", script(shell));
    int status = system(command);
    assert_int_equal(status, 0);
}

static void test_zsh(void **state)
{
    (void)state;
    check_syntax("zsh", "zsh -n script");
}

static void test_fish(void **state)
{
    (void)state;
    check_syntax("fish", "HOME=$PWD fish --no-execute script && "
                         "test \"$(HOME=$PWD fish -c 'source script; complete -C \"movie-etl mi\"' "
                         "| cut -f1)\" = missing && "
                         "test \"$(HOME=$PWD fish -c 'source script; complete -C \"movie-etl "
                         "process --batch-type c\"' | cut -f1)\" = changes");
}

static int make(void **state)
{
    (void)state;
    str_init(&text, 200000);
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    str_done(&text);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_help),
        cmocka_unit_test(test_program_help_is_complete),
        cmocka_unit_test(test_exits),
        cmocka_unit_test(test_wrapping),
        cmocka_unit_test(test_scripts_are_complete),
        IN_FOLDER(test_bash),
        IN_FOLDER(test_zsh),
        IN_FOLDER(test_fish),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
