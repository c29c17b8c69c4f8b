/* HTTP/2 and TLS: the client through nghttpx (a proxy that speaks HTTP/2 over TLS) to the stand-in
 * server.
 *
 *   test-tmdb-http2 STANDIN NGHTTPX OPENSSL
 *
 * Without one of the two programs it says so and is skipped (exit code 77). */
#include "fetching.h"

#include "base/file.h"
#include "base/num.h"

#include <stdio.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *standin, *nghttpx, *openssl;
static char folder[] = "/tmp/tmdb-http2-XXXXXX";

static const char *in_folder(char to[100], const char *name)
{
    (void)snprintf(to, 100, "%s/%s", folder, name);
    return to;
}

static void make_certificate(void)
{
    char key[100], certificate[100];
    const char *const words[] = {openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes",
        "-keyout", in_folder(key, "key"), "-out", in_folder(certificate, "certificate"), "-days",
        "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", NULL};
    int status = 0;
    pid_t pid = child_start(words);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* nghttpx cannot choose a port itself: one that is free now. */
static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, n) == 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
    (void)close(fd);
    return ntohs(at.sin_port);
}

static bool answers(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool ok = connect(fd, (struct sockaddr *)&to, sizeof to) == 0;
    (void)close(fd);
    return ok;
}

static pid_t start_proxy(const struct server *s, int port)
{
    char front[100], back[100], log[140], path[100], key[100], certificate[100];
    (void)snprintf(front, sizeof front, "-f127.0.0.1,%d", port);
    (void)snprintf(back, sizeof back, "-b127.0.0.1,%lld", (long long)s->port);
    (void)snprintf(log, sizeof log, "--accesslog-file=%s", in_folder(path, "log"));
    const char *const words[] = {nghttpx, front, back, "--no-ocsp", "--workers=1", log,
        "--accesslog-format=$remote_port $request", in_folder(key, "key"),
        in_folder(certificate, "certificate"), NULL};
    pid_t pid = child_start(words);
    for (int i = 0; i < 2000 && !answers(port); i++)
        (void)nanosleep(&(struct timespec){0, 5000000}, NULL);
    return pid;
}

/* Lines of the proxy's log, and how many connections they came over. */
static size_t count_lines(size_t *ret_connections, size_t *ret_http2)
{
    struct str text;
    struct err e;
    char path[100];
    size_t lines = 0;
    int64_t port;
    struct map ports;
    str_init(&text, 10 << 20);
    map_init(&ports, 10000);
    *ret_http2 = 0;
    assert_true(file_read(in_folder(path, "log"), &text, &e));
    for (size_t at = 0; at < text.n; lines++) {
        struct view all = str_view(&text);
        size_t end = view_find(all, at, '\n'), blank = view_find(all, at, ' ');
        assert_true(num_i64(view_slice(all, at, blank), &port));
        (void)map_put(&ports, port, 1);
        *ret_http2 += view_ends(view_slice(all, at, end), "HTTP/2");
        at = end + 1;
    }
    *ret_connections = ports.n;
    map_done(&ports);
    str_done(&text);
    return lines;
}

static void movies_share_one_connection(void **state)
{
    struct server s;
    struct run r;
    struct err e;
    char path[100];
    size_t connections, http2;
    (void)state;
    make_certificate();
    server_start(&s, standin, "--generate 1000 --delay-ms 20");
    int port = free_port();
    pid_t proxy = start_proxy(&s, port);
    (void)snprintf(s.base, sizeof s.base, "https://127.0.0.1:%d/3", port);
    struct tmdb_config config = server_config(&s);
    /* a certificate nobody knows is refused, and the error says what to do */
    (void)unsetenv("CURL_CA_BUNDLE");
    (void)unsetenv("SSL_CERT_FILE");
    config.tries = 1;
    struct tmdb_client *c = server_client(&config);
    assert_false(tmdb_check_key(c, &e));
    assert_non_null(strstr(e.text, "no secure connection"));
    assert_non_null(strstr(err_hint_of(&e), "SSL_CERT_FILE"));
    tmdb_client_free(c);
    assert_int_equal(setenv("SSL_CERT_FILE", in_folder(path, "certificate"), 1), 0);
    config.tries = 5;
    c = server_client(&config);
    run_begin(&r, 1, 300);
    if (!run_fetch(c, &r, &e))
        fail_msg("%s", e.text);
    assert_int_equal(r.digests.n, 300);
    struct tmdb_counts n;
    tmdb_counts(c, &n);
    tmdb_client_free(c);
    run_end(&r);
    child_stop(proxy);
    server_stop(&s);
    assert_int_equal(count_lines(&connections, &http2), n.requests);
    print_message(
        "%llu requests over %zu connection(s)\n", (unsigned long long)n.requests, connections);
    assert_int_equal(http2, n.requests);
    assert_int_equal(connections, 1);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"log", "key", "certificate"};
    char path[100];
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        (void)unlink(in_folder(path, names[i]));
    return rmdir(folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(movies_share_one_connection, make_folder, remove_folder)};
    if (argc < 4 || argv[2][0] == '\0' || argv[3][0] == '\0') {
        (void)fprintf(
            stderr, "skipped: nghttpx (package nghttp2-proxy) or openssl is not installed\n");
        return 77;
    }
    standin = argv[1];
    nghttpx = argv[2];
    openssl = argv[3];
    return cmocka_run_group_tests_name("http2", tests, NULL, NULL);
}
