/*
 * tmdb-standin: a TMDB API for tests that serves stored or generated movies on a loopback port and
 * misbehaves on command. README.md in this folder describes it.
 */
#include "options.h"
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

/* A listening socket on 127.0.0.1 and its port, or -1. */
static int open_listener(uint16_t port, uint16_t *bound)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;

    if (fd < 0)
        return -1;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 128) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        close(fd);
        return -1;
    }
    *bound = ntohs(address.sin_port);
    return fd;
}

/* Written beside and renamed, so that a waiting script never reads half a number. */
static bool write_port_file(const char *path, uint16_t port)
{
    struct buf part;
    FILE *f;
    bool ok;

    buf_init(&part, 65536);
    buf_fmt(&part, "%s.part", path);
    f = fopen(buf_cstr(&part), "w");
    ok = f != NULL && fprintf(f, "%u\n", port) > 0;
    if (f != NULL)
        ok = fclose(f) == 0 && ok;
    ok = ok && rename(part.p, path) == 0;
    buf_done(&part);
    return ok;
}

static bool serve(struct server *s)
{
    uint16_t port;
    int listener = open_listener(s->options.port, &port);
    bool ok;

    if (listener < 0) {
        fprintf(stderr, "tmdb-standin: cannot listen on 127.0.0.1:%u: %s\n", s->options.port,
            strerror(errno));
        return false;
    }
    printf("listening on http://127.0.0.1:%u\n", port);
    fflush(stdout);
    ok = s->options.port_file == NULL || write_port_file(s->options.port_file, port);
    if (!ok)
        fprintf(stderr, "tmdb-standin: %s: %s\n", s->options.port_file, strerror(errno));
    ok = ok && loop_run(s, listener, &stop);
    close(listener);
    return ok;
}

int main(int argc, char **argv)
{
    struct options options;
    struct server server;
    bool ok;

    switch (options_parse(argc, argv, &options)) {
    case OPTIONS_HELP:
        return EXIT_SUCCESS;
    case OPTIONS_BAD:
        return 2;
    case OPTIONS_RUN:
        break;
    }
    catch_signals();
    ok = server_init(&server, &options) && serve(&server);
    server_done(&server);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
