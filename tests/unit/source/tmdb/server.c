/* The stand-in as a child process: see server.h. */
#include "server.h"

#include "base/file.h"
#include "base/num.h"
#include "base/sys.h"
#include "source/tmdb/json.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ARGS_MAX = 40, START_MS = 30000 };

pid_t child_start(const char *const words[])
{
    char *argv[ARGS_MAX] = {NULL};
    pid_t parent = getpid(), pid = fork();
    assert_true(pid >= 0);
    if (pid != 0)
        return pid;
    for (size_t n = 0; words[n] != NULL && n < ARGS_MAX - 1; n++)
        argv[n] = strdup(words[n]);
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) == 0 && getppid() == parent &&
        freopen("/dev/null", "w", stdout) != NULL)
        execv(argv[0], argv);
    _exit(127);
}

void child_stop(pid_t pid)
{
    (void)kill(pid, SIGTERM);
    (void)waitpid(pid, NULL, 0);
}

static pid_t start_standin(const char *binary, char *spec, char *port_file)
{
    const char *words[ARGS_MAX] = {binary};
    char *rest = NULL;
    int n = 1;
    for (char *word = strtok_r(spec, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        assert_true(n < ARGS_MAX - 3);
        for (char *c = word; *c != '\0'; c++)
            *c = *c == '~' ? ' ' : *c;
        words[n++] = word;
    }
    words[n++] = "--port-file";
    words[n] = port_file;
    return child_start(words);
}

/* 0: it did not start. */
static int64_t wait_for_port(pid_t pid, const char *port_file)
{
    struct str text;
    struct err e;
    int64_t port = 0;
    str_init(&text, 100);
    for (int waited = 0; waited < START_MS && port == 0; waited += 5) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            break;
        (void)nanosleep(&(struct timespec){0, 5000000}, NULL);
        str_clear(&text);
        if (file_exists(port_file) && file_read(port_file, &text, &e))
            (void)num_i64(view_trim(str_view(&text)), &port);
    }
    str_done(&text);
    return port;
}

void server_start(struct server *s, const char *binary, const char *spec)
{
    char folder[] = "/tmp/tmdb-server-XXXXXX", port_file[sizeof folder + 8], words[2000];
    struct http_options o = {.connections = 1};
    struct err e;
    *s = (struct server){.pid = 0};
    assert_non_null(mkdtemp(folder));
    (void)snprintf(port_file, sizeof port_file, "%s/port", folder);
    assert_true((size_t)snprintf(words, sizeof words, "%s", spec) < sizeof words);
    s->pid = start_standin(binary, words, port_file);
    s->port = wait_for_port(s->pid, port_file);
    (void)unlink(port_file);
    (void)rmdir(folder);
    if (s->port == 0)
        fail_msg("the stand-in server did not start");
    (void)snprintf(s->base, sizeof s->base, "http://127.0.0.1:%lld/3", (long long)s->port);
    (void)snprintf(
        s->exports, sizeof s->exports, "http://127.0.0.1:%lld/exports", (long long)s->port);
    assert_true(http_curl_new(&o, &s->control, &e));
}

void server_stop(struct server *s)
{
    if (s->pid == 0)
        return;
    s->control->free(s->control);
    child_stop(s->pid);
    s->pid = 0;
}

int64_t server_stat(struct server *s, const char *dotted)
{
    struct http_exchange x, *done = NULL;
    char url[100];
    struct arena a;
    struct node *stats;
    struct err e;
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%lld/_control/stats", (long long)s->port);
    http_exchange_init(&x);
    http_exchange_reset(&x);
    x.url = url;
    x.timeout_ms = (int64_t)3600 * 1000; /* the test's clock may run fast */
    assert_true(s->control->submit(s->control, &x, &e));
    while (done == NULL)
        assert_true(s->control->poll(s->control, 100, &done, &e));
    if (x.end != HTTP_ANSWERED)
        fail_msg("the stand-in's counters cannot be read: %s", x.why);
    arena_init(&a);
    assert_true(json_read(str_view(&x.body), &a, &stats, &e));
    const struct node *n = node_path(stats, dotted);
    int64_t value = n != NULL && n->kind == NODE_INT ? n->i : 0;
    arena_done(&a);
    http_exchange_done(&x);
    return value;
}
