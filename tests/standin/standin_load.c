/*
 * standin-load: asks the stand-in for many movies over a few connections and says how many it
 * answered in a second. It looks at nothing but the status and the length, so that the figure is
 * the server's and not the client's.
 *
 *     standin-load PORT REQUESTS [CONNECTIONS [plain]]
 */
#include "buf.h"
#include "text.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 64, REPLY_MAX = 1 << 24 };

struct client {
    struct buf reply;
    size_t expected; /* bytes of the whole reply, 0: the head is not complete */
};

struct load {
    uint64_t port;
    uint64_t requests;
    uint64_t connections;
    bool plain;
    uint64_t asked;
    uint64_t answered;
    uint64_t failed;
    uint64_t bytes;
    struct client clients[CONNECTIONS_MAX];
    struct pollfd polled[CONNECTIONS_MAX];
};

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int dial(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        fprintf(stderr, "standin-load: port %u: %s\n", port, strerror(errno));
        exit(EXIT_FAILURE);
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

/* Sends the next request, or stops watching the connection when there is none. */
static void ask(struct load *l, size_t i)
{
    char text[512];
    int n;

    l->clients[i].reply.len = l->clients[i].expected = 0;
    if (l->asked == l->requests) {
        close(l->polled[i].fd);
        l->polled[i].fd = -1;
        return;
    }
    n = snprintf(text, sizeof text,
        "GET /3/movie/%llu?language=en-US&append_to_response=credits,keywords,videos,reviews,"
        "release_dates,watch/providers,external_ids,alternative_titles HTTP/1.1\r\n"
        "Host: 127.0.0.1\r\nAuthorization: Bearer a.b.c\r\n%s\r\n",
        (unsigned long long)++l->asked, l->plain ? "" : "Accept-Encoding: gzip\r\n");
    if (send(l->polled[i].fd, text, (size_t)n, MSG_NOSIGNAL) != n) {
        fprintf(stderr, "standin-load: send: %s\n", strerror(errno));
        exit(EXIT_FAILURE);
    }
}

/* The length of head and body, 0 while the head is not complete. */
static size_t reply_length(struct buf *reply)
{
    const char *head = buf_cstr(reply);
    const char *end = strstr(head, "\r\n\r\n");
    const char *length = strstr(head, "Content-Length: ");
    uint64_t n = 0;

    if (end == NULL || length == NULL)
        return 0;
    text_uint(length + 16, strcspn(length + 16, "\r"), REPLY_MAX, &n);
    return (size_t)(end + 4 - head) + (size_t)n;
}

static void hear(struct load *l, size_t i)
{
    struct client *c = &l->clients[i];
    ssize_t n;

    if (c->reply.cap - c->reply.len < 65536)
        buf_grow(&c->reply, 65536);
    n = recv(l->polled[i].fd, c->reply.p + c->reply.len, 65535, 0);
    if (n <= 0) {
        fprintf(stderr, "standin-load: the server closed a connection\n");
        exit(EXIT_FAILURE);
    }
    c->reply.len += (size_t)n;
    if (c->expected == 0)
        c->expected = reply_length(&c->reply);
    if (c->expected == 0 || c->reply.len < c->expected)
        return;
    l->answered++;
    l->failed += memcmp(c->reply.p, "HTTP/1.1 200", 12) != 0;
    l->bytes += c->reply.len;
    ask(l, i);
}

int main(int argc, char **argv)
{
    struct load l = {.connections = 16};
    double start;
    double took;

    l.plain = argc == 5 && strcmp(argv[4], "plain") == 0;
    if (argc < 3 || argc > 5 || (argc == 5 && !l.plain) || !text_number(argv[1], 65535, &l.port) ||
        !text_number(argv[2], 100000000, &l.requests) || l.requests == 0 ||
        (argc > 3 && !text_number(argv[3], CONNECTIONS_MAX, &l.connections)) ||
        l.connections == 0) {
        fprintf(stderr, "usage: standin-load PORT REQUESTS [CONNECTIONS [plain]]\n");
        return 2;
    }
    start = seconds();
    for (size_t i = 0; i < l.connections; i++) {
        buf_init(&l.clients[i].reply, REPLY_MAX);
        l.polled[i] = (struct pollfd){.fd = dial((uint16_t)l.port), .events = POLLIN};
        ask(&l, i);
    }
    while (l.answered < l.requests) {
        if (poll(l.polled, (nfds_t)l.connections, 10000) <= 0) {
            fprintf(stderr, "standin-load: nothing came for 10 s\n");
            return EXIT_FAILURE;
        }
        for (size_t i = 0; i < l.connections; i++)
            if (l.polled[i].fd >= 0 && l.polled[i].revents != 0)
                hear(&l, i);
    }
    took = seconds() - start;
    printf("%llu answers (%llu not 200) in %.2f s: %.0f per second, %.1f KB each on the wire\n",
        (unsigned long long)l.answered, (unsigned long long)l.failed, took,
        (double)l.answered / took, (double)l.bytes / 1000.0 / (double)l.answered);
    for (size_t i = 0; i < l.connections; i++)
        buf_done(&l.clients[i].reply);
    return l.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
