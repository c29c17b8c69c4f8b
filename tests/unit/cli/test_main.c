/* The program as a whole, against stand-ins for the verbs: each case runs cli_main in a child
 * process. */
#include "cli_test.h"

#include "base/sys.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "fake_etl.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* How a case is to run, and what came of it. Zeroed: nothing on standard input, an empty
 * environment. */
struct run {
    const char *variables[8];
    void (*act)(struct etl *x); /* what the verb does */
    enum err_kind fail;         /* how it ends */
    bool partial, more;
    int in_fd, out_fd; /* 0: /dev/null, a pipe */
    bool closed;       /* without any standard stream */
    const char *typed; /* sent to in_fd's other end when a question was asked */
    int type_fd;
    int signal;  /* sent instead when a question was asked */
    int full_fd; /* or when in_fd, a pipe whose other end this is, has been read from */

    pid_t pid;
    int code; /* exit code, or -signal */
    char out[40000], err[40000];
};

static void say(const struct etl *x, const char *text)
{
    x->ui->say(x->ui->payload, text);
}

/* Says which verb it is. */
static void say_called(struct etl *x)
{
    char text[200];
    (void)snprintf(
        text, sizeof text, "verb %s%s", fake_etl.called, fake_etl.request.dry_run ? " dry" : "");
    say(x, text);
}

static void child(const struct run *r, struct line *l, int out, int err)
{
    int null = open("/dev/null", O_RDWR);
    environ = (char **)(uintptr_t)r->variables;
    fake_etl_reset();
    fake_etl.act = r->act != NULL ? r->act : say_called;
    fake_etl.fail = r->fail;
    fake_etl.partial = r->partial;
    fake_etl.more = r->more;
    (void)dup2(r->in_fd != 0 ? r->in_fd : null, 0);
    (void)dup2(r->out_fd != 0 ? r->out_fd : out, 1);
    (void)dup2(err, 2);
    for (int fd = r->closed ? 0 : 3; fd < 40; fd++)
        (void)close(fd);
    int code = cli_main(l->argc, l->argv);
    fake_etl_reset();
    exit(code);
}

static void answer(const struct run *r)
{
    if (r->signal != 0)
        (void)kill(r->pid, r->signal);
    else if (r->typed != NULL)
        assert_int_equal(write(r->type_fd, r->typed, strlen(r->typed)), strlen(r->typed));
}

/* The pipe was full: there is room in it once it has been read from. */
static void interrupt_reading(const struct run *r)
{
    struct pollfd p = {.fd = r->full_fd, .events = POLLOUT};
    assert_int_equal(poll(&p, 1, 60000), 1);
    assert_int_equal(kill(r->pid, r->signal), 0);
}

/* Reads both pipes until both are closed; answers the question once. */
static void collect(struct run *r, int out, int err)
{
    struct pollfd fds[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
    char *to[2] = {r->out, r->err};
    size_t n[2] = {0, 0};
    bool answered = false;
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        assert_true(poll(fds, 2, 60000) > 0);
        for (int i = 0; i < 2; i++) {
            if (fds[i].fd < 0 || fds[i].revents == 0)
                continue;
            ssize_t got = read(fds[i].fd, to[i] + n[i], sizeof r->out - 1 - n[i]);
            if (got <= 0)
                fds[i].fd = -1;
            else
                n[i] += (size_t)got;
            to[i][n[i]] = '\0';
        }
        if (!answered && strstr(r->err, "to do it: ") != NULL) {
            answered = true;
            answer(r);
        }
    }
}

static void run(struct run *r, const char *command)
{
    struct line l;
    int out[2], err[2], status;
    line_split(&l, command);
    r->out[0] = r->err[0] = '\0';
    assert_true(pipe(out) == 0 && pipe(err) == 0);
    (void)fflush(NULL);
    r->pid = fork();
    assert_true(r->pid >= 0);
    if (r->pid == 0)
        child(r, &l, out[1], err[1]);
    (void)close(out[1]);
    (void)close(err[1]);
    if (r->full_fd != 0)
        interrupt_reading(r);
    collect(r, out[0], err[0]);
    (void)close(out[0]);
    (void)close(err[0]);
    assert_int_equal(waitpid(r->pid, &status, 0), r->pid);
    r->code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void expect(struct run *r, const char *command, int code)
{
    run(r, command);
    if (r->code != code)
        fail_msg("movie-etl %s: exit code %d instead of %d\n%s\n%s", command, r->code, code, r->out,
            r->err);
}

/* ---- verbs and exit codes */

static void test_verbs(void **state)
{
    static const char *const rows[][2] = {
        {"init --load-movielens", "verb init_movielens\n"},
        {"init --fetch-tmdb", "verb init_tmdb\n"},
        {"init --full", "verb init_full\n"},
        {"init --full --dry-run", "verb init_full dry\n"},
        {"missing", "verb missing\n"},
        {"changes", "verb changes\n"},
        {"update 5", "verb update\n"},
        {"process --batch-type missing", "verb process\n"},
        {"validate a", "verb validate\n"},
        {"sync", "verb sync\n"},
        {"verify --export", "verb verify\n"},
        {"verify --export -q", "verb verify\n"},
        {"status", "verb status\n"},
        {"status --quiet", "verb status\n"},
        {"missing --quiet", ""},
        {"clear --force --yes", "verb clear\n"},
        {"clear --dry-run", "verb clear dry\n"},
        {"dump", "verb dump\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct run r = {.pid = 0};
        expect(&r, rows[i][0], 0);
        assert_string_equal(r.out, rows[i][1]);
        assert_string_equal(r.err, "");
    }
}

static void test_exit_codes(void **state)
{
    static const enum err_kind kinds[] = {ERR_FAILED, ERR_CONFIG, ERR_INPUT, ERR_DATA, ERR_STORE,
        ERR_LOCKED, ERR_AUTH, ERR_SERVICE, ERR_DISK, ERR_REFUSED, ERR_NO_DATABASE, ERR_FOREIGN,
        ERR_BUG, ERR_INTERRUPTED};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        struct run r = {.fail = kinds[i], .partial = true, .more = true};
        expect(&r, "missing", err_exit_code(kinds[i]));
        assert_memory_equal(r.err, "movie-etl: error: the fake missing failed\nhint: ", 48);
    }
    struct run partial = {.partial = true}, more = {.more = true},
               both = {.partial = true, .more = true};
    expect(&partial, "missing", 6);
    assert_string_equal(partial.err,
        "movie-etl: finished, but some records could not be obtained or loaded (exit code 6)\n"
        "hint: The rest is done. Correct what was refused; for what TMDB did not give, run "
        "the same command again.\n");
    expect(&more, "missing", 7);
    assert_holds(more.err, "(exit code 7)\n");
    expect(&both, "missing", 7);
}

static void test_errors_before_the_verb(void **state)
{
    struct run r = {.pid = 0};
    (void)state;
    expect(&r, "", 2);
    assert_string_equal(r.err, "movie-etl: error: no command is given\n"
                               "hint: See 'movie-etl --help' or 'movie-etl COMMAND --help'.\n");
    assert_string_equal(r.out, "");
    expect(&r, "missing --bogus", 2);
    expect(&r, "update 0", 2);
    expect(&r, "update --ids nowhere", 4);
    expect(&r, "status --env-file nowhere", 3);
    write_text(".env", "SQL_PASSWORD=x\nDATA_DIR=d\n");
    expect(&r, "status", 0);
    assert_string_equal(r.err,
        "movie-etl: warning: .env:1: SQL_PASSWORD is not a key of movie-etl, ignoring it; did you "
        "mean SQL_PASS?\n");
    write_text(".env", "nonsense");
    expect(&r, "status", 3);
    assert_holds(r.err, "movie-etl: error: .env:1: expected KEY=VALUE\nhint: ");
    assert_string_equal(r.out, "");
    r.variables[0] = "SQL_USER=app";
    write_text(".env", "");
    expect(&r, "status", 3);
    assert_holds(r.err, "SQL_USER is set, but SQL_HOST is not");
}

/* Help and the like need no configuration, not even a right one. */
static void test_plain_commands(void **state)
{
    struct run r = {.pid = 0};
    (void)state;
    write_text(".env", "nonsense");
    expect(&r, "--version", 0);
    assert_string_equal(r.out, "movie-etl " MOVIE_ETL_VERSION "\n");
    expect(&r, "missing -V --log-format json", 0);
    assert_string_equal(r.out, "movie-etl " MOVIE_ETL_VERSION "\n");
    assert_string_equal(r.err, "");
    expect(&r, "--help", 0);
    assert_memory_equal(r.out, "Usage: movie-etl COMMAND", 24);
    assert_string_equal(r.err, "");
    expect(&r, "help", 0);
    assert_memory_equal(r.out, "Usage: movie-etl COMMAND", 24);
    expect(&r, "help missing", 0);
    assert_memory_equal(r.out, "Usage: movie-etl missing ", 25);
    expect(&r, "missing --help --quiet", 0);
    assert_memory_equal(r.out, "Usage: movie-etl missing ", 25);
    expect(&r, "help mising", 2);
    expect(&r, "completion bash", 0);
    assert_holds(r.out, "complete -o filenames -F _movie_etl movie-etl\n");
    expect(&r, "completion csh", 2);
    assert_holds(r.err, "there is no completion for 'csh'");
    expect(&r, "completion --help", 0);
}

static void test_json_errors(void **state)
{
    struct run r = {.pid = 0};
    (void)state;
    expect(&r, "missing --bogus --log-format json", 2);
    assert_memory_equal(r.err, "{\"schema_version\":1,\"time\":\"", 27);
    assert_holds(r.err, "\"event\":\"start\",\"command\":\"missing\"");
    assert_holds(
        r.err, "\"event\":\"error\",\"kind\":\"USAGE\",\"text\":\"there is no option '--bogus'\"");
    assert_holds(r.err, "\"event\":\"end\",\"result\":\"USAGE\",\"exit_code\":2,");
    expect(&r, "--log-format json", 2);
    assert_holds(r.err, "\"event\":\"start\",\"command\":null");
    r.more = true;
    expect(&r, "missing --log-format json", 7);
    assert_holds(r.err, "\"event\":\"line\",\"text\":\"verb missing\"");
    assert_holds(r.err, "\"result\":\"MORE\",\"exit_code\":7");
    assert_string_equal(r.out, "verb missing\n");
    expect(&r, "status --log-format json", 7);
    assert_lacks(r.err, "\"event\":\"line\""); /* the product is not repeated */
}

/* ---- signals */

static void be_interrupted(struct etl *x)
{
    (void)raise(SIGINT);
    if (!sys_stop_asked())
        return;
    struct etl_progress p = {"x", 1, 2, NULL};
    x->ui->progress(x->ui->payload, &p);
    fake_etl.fail = ERR_INTERRUPTED;
}

static void be_terminated(struct etl *x)
{
    (void)x;
    (void)raise(SIGTERM);
    if (sys_stop_asked())
        fake_etl.fail = ERR_INTERRUPTED;
}

static void be_interrupted_twice(struct etl *x)
{
    (void)raise(SIGTERM);
    (void)raise(SIGINT);
    say(x, "still here");
}

static void test_signals(void **state)
{
    struct run once = {.act = be_interrupted}, term = {.act = be_terminated},
               twice = {.act = be_interrupted_twice};
    (void)state;
    expect(&once, "missing", 130);
    assert_holds(once.err, "stopping at the next safe point; a second signal stops at once\n");
    assert_holds(
        once.err, "movie-etl: error: the fake missing failed\nhint: Stopped at a safe point.");
    expect(&term, "missing", 130);
    expect(&twice, "missing", 130);
    assert_string_equal(twice.out, "");
    assert_string_equal(twice.err, "");
}

static void fill(int pipe)
{
    assert_int_equal(fcntl(pipe, F_SETFL, O_NONBLOCK), 0);
    while (write(pipe, "123456789\n", 10) > 0)
        continue;
}

/* Ids that still come, or for which it is waited: one signal is enough. */
static void test_interrupted_input(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM};
    (void)state;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct run r = {.signal = signals[i]};
        int fds[2];
        assert_int_equal(pipe(fds), 0);
        fill(fds[1]);
        r.in_fd = fds[0];
        r.full_fd = fds[1];
        expect(&r, "update --ids -", 130);
        assert_string_equal(r.out, "");
        assert_string_equal(r.err, "movie-etl: error: --ids: stopped on request\n"
                                   "hint: Stopped at a safe point. Run the same command again to "
                                   "go on.\n");
        (void)close(fds[0]);
        (void)close(fds[1]);
    }
}

/* ---- standard output that goes away */

static void say_much(struct etl *x)
{
    for (int i = 0; i < 200000 && !sys_stop_asked(); i++)
        say(x, "a line of the result that nobody reads");
    fake_etl.fail = sys_stop_asked() ? ERR_INTERRUPTED : ERR_BUG; /* BUG: it was not stopped */
}

static void test_closed_pipe(void **state)
{
    struct run r = {.act = say_much};
    int fds[2];
    (void)state;
    assert_int_equal(pipe(fds), 0);
    (void)close(fds[0]);
    r.out_fd = fds[1];
    expect(&r, "dump", 1); /* stopped early, and not called a stop */
    assert_holds(r.err, "movie-etl: error: cannot write standard output: Broken pipe\n");
    assert_lacks(r.err, "stopping");
    r.act = say_called; /* a load that nobody listens to is finished, but is no success either */
    expect(&r, "process --file a", 1);
    assert_holds(r.err, "cannot write standard output: Broken pipe");
    r.fail = ERR_STORE; /* what went wrong before counts */
    expect(&r, "process --file a", 8);
    (void)close(fds[1]);
}

static void test_full_disk(void **state)
{
    struct run r = {.pid = 0};
    (void)state;
    r.out_fd = open("/dev/full", O_WRONLY);
    if (r.out_fd < 0)
        skip();
    expect(&r, "--help", 12);
    expect(&r, "--version", 12);
    expect(&r, "completion zsh", 12);
    expect(&r, "status", 12);
    assert_holds(
        r.err, "movie-etl: error: cannot write standard output: No space left on device\nhint: ");
    (void)close(r.out_fd);
}

static void open_something(struct etl *x)
{
    (void)x;
    int fd = open("opened", O_RDWR | O_CREAT, 0666);
    fake_etl.fail = fd > 2 ? ERR_NONE : ERR_BUG;
    say(x, "a line that must not land in the file");
}

/* Started without standard streams: no file of ours may take their place and be written to. */
static void test_no_streams(void **state)
{
    struct run r = {.act = open_something, .closed = true};
    (void)state;
    expect(&r, "process --file a", 1);
    FILE *f = fopen("opened", "r");
    assert_non_null(f);
    assert_int_equal(fgetc(f), EOF);
    (void)fclose(f);
}

/* ---- the typed confirmation */

static void test_clear_is_refused(void **state)
{
    struct run r = {.pid = 0};
    (void)state;
    expect(&r, "clear", 13);
    assert_string_equal(r.out, "");
    assert_string_equal(r.err,
        "movie-etl: error: clear would empty every table of movie-etl in sqlite data/movies.db: "
        "movies, "
        "ratings, tags, everything from TMDB, cursors and the history of runs\n"
        "hint: Nothing was changed. Add --force if that is what you want.\n");
    expect(&r, "clear --yes", 13);
    expect(&r, "clear --force", 13);
    assert_string_equal(r.out, "");
    assert_holds(r.err,
        "standard input is not a terminal\nhint: Nothing was changed. In a script, add --yes.\n");
}

static void type(const char *typed, int signal, int code, const char *wanted_out)
{
    struct run r = {.typed = typed, .signal = signal};
    r.variables[0] = "SQL_PATH=d/my.db";
    open_terminal(&r.type_fd, &r.in_fd);
    expect(&r, "clear --force", code);
    assert_string_equal(r.out, wanted_out);
    assert_holds(r.err, "in sqlite d/my.db:\n");
    assert_holds(r.err, "Type my.db or yes to do it: ");
    (void)close(r.in_fd);
    (void)close(r.type_fd);
}

static void test_clear_is_confirmed(void **state)
{
    char far_too_long[4001];
    (void)state;
    type("yes\n", 0, 0, "verb clear\n");
    type(" my.db \n", 0, 0, "verb clear\n");
    type("no\n", 0, 13, "");
    type("y\n", 0, 13, "");
    type("\n", 0, 13, "");
    type("YES\n", 0, 13, "");
    type("yes please\n", 0, 13, "");
    type("\004", 0, 13, ""); /* end of input */
    type(NULL, SIGINT, 130, "");
    memset(far_too_long, 'y', sizeof far_too_long - 2);
    far_too_long[sizeof far_too_long - 2] = '\n';
    far_too_long[sizeof far_too_long - 1] = '\0';
    type(far_too_long, 0, 13, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_verbs),
        IN_FOLDER(test_exit_codes),
        IN_FOLDER(test_errors_before_the_verb),
        IN_FOLDER(test_plain_commands),
        IN_FOLDER(test_json_errors),
        IN_FOLDER(test_signals),
        IN_FOLDER(test_interrupted_input),
        IN_FOLDER(test_closed_pipe),
        IN_FOLDER(test_full_disk),
        IN_FOLDER(test_no_streams),
        IN_FOLDER(test_clear_is_refused),
        IN_FOLDER(test_clear_is_confirmed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
