/* cut-proxy: a TCP proxy that cuts connections in the middle of what they say, by seed and on
 * command.
 *
 *   cut-proxy --to HOST:PORT --port-file FILE [--seed N] [--cuts N] [--every BYTES] [--count-file
 *   FILE]
 *             [--on TEXT --do close|close-alone|close-after|close-within|CODE:MESSAGE
 *              [--skip N] [--times N]]
 *
 * Listens on a loopback port of the system's choice and writes its number to FILE. Bytes in both
 * directions are counted together; each time as many have passed as a draw between 1 and twice
 * BYTES says, the connection that carried the last of them is cut, in the middle of the piece at
 * hand: closed, or reset, as another draw says. After N cuts it only carries. With --on, the
 * statements that begin with that text (after N of them; once, or --times N) meet what --do says
 * instead of the server (script.h); that works without encryption only. SIGUSR1 cuts every
 * connection at once (not counted among the N). The number of cuts stands in the count file.
 * SIGTERM ends it. One thread; for tests. */
#include "script.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_LINKS = 64, PIECE = 16384 };

struct link {
    int fd[2];      /* 0: the client, 1: the server; -1: unused */
    size_t swallow; /* of a statement that meets an error: what is still to come of it */
    bool mute;      /* the next answer is lost, and the connection with it */
    bool half;      /* half of it comes through */
};

struct proxy {
    struct sockaddr_in to;
    int listener;
    const char *port_file, *count_file;
    uint64_t state; /* of the random numbers */
    unsigned long cuts_left, cuts, every;
    unsigned long until_cut; /* bytes */
    struct link links[MAX_LINKS];
    struct script script;
};

static volatile sig_atomic_t ended, cut_all;

static void on_signal(int n)
{
    if (n == SIGUSR1)
        cut_all = 1;
    else
        ended = 1;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

/* xorshift64*: the same cuts for the same seed. */
static uint64_t draw(struct proxy *p)
{
    p->state ^= p->state >> 12;
    p->state ^= p->state << 25;
    p->state ^= p->state >> 27;
    return p->state * UINT64_C(2685821657736338717);
}

static void draw_cut(struct proxy *p)
{
    p->until_cut = 1 + (unsigned long)(draw(p) % (2 * p->every));
}

static void write_number(const char *path, unsigned long n)
{
    char name[4096];
    if (path == NULL)
        return;
    (void)snprintf(name, sizeof name, "%s.new", path);
    FILE *f = fopen(name, "w");
    if (f == NULL || fprintf(f, "%lu\n", n) < 0 || fclose(f) != 0 || rename(name, path) != 0)
        die(path);
}

static void close_link(struct link *l, bool reset)
{
    struct linger now = {1, 0};
    for (int i = 0; i < 2; i++) {
        if (l->fd[i] < 0)
            continue;
        if (reset)
            (void)setsockopt(l->fd[i], SOL_SOCKET, SO_LINGER, &now, sizeof now);
        (void)close(l->fd[i]);
        l->fd[i] = -1;
    }
}

static void cut(struct proxy *p, struct link *l)
{
    close_link(l, draw(p) % 2 == 0);
    write_number(p->count_file, ++p->cuts);
}

static void accept_one(struct proxy *p)
{
    struct link *l = NULL;
    int client = accept(p->listener, NULL, NULL);
    if (client < 0)
        return;
    if (p->script.shut) {
        (void)close(client);
        return;
    }
    for (int i = 0; i < MAX_LINKS && l == NULL; i++)
        if (p->links[i].fd[0] < 0)
            l = &p->links[i];
    int server = socket(AF_INET, SOCK_STREAM, 0);
    if (l == NULL || server < 0 ||
        connect(server, (struct sockaddr *)(void *)&p->to, sizeof p->to) != 0) {
        (void)close(client);
        if (server >= 0)
            (void)close(server);
        return;
    }
    *l = (struct link){.fd = {client, server}};
}

static bool send_all(int fd, const char *from, size_t n)
{
    while (n > 0) {
        ssize_t some = send(fd, from, n, MSG_NOSIGNAL);
        if (some < 0 && errno == EINTR)
            continue;
        if (some <= 0)
            return false;
        from += some;
        n -= (size_t)some;
    }
    return true;
}

/* What the script says to a piece; false when it goes its way. */
static bool act(struct proxy *p, struct link *l, int side, const char *piece, size_t n)
{
    if (side == 1) {
        if (l->mute && l->half && send_all(l->fd[0], piece, n / 2)) {
            close_link(l, false); /* a reset would take the half along */
            write_number(p->count_file, ++p->cuts);
        } else if (l->mute) {
            cut(p, l);
        }
        return l->fd[0] < 0;
    }
    enum script_act act = ACT_NONE;
    if (l->swallow > 0) {
        l->swallow = n < l->swallow ? l->swallow - n : 0;
        act = ACT_ERROR;
    } else {
        act = script_meet(&p->script, piece, n, &l->swallow);
    }
    if (act == ACT_ERROR && l->swallow == 0)
        script_answer(&p->script, l->fd[0]);
    if (act == ACT_CLOSE)
        cut(p, l);
    l->half = act == ACT_CLOSE_WITHIN;
    l->mute = l->half || act == ACT_CLOSE_AFTER;
    return act == ACT_ERROR || act == ACT_CLOSE;
}

static void carry(struct proxy *p, struct link *l, int side)
{
    char piece[PIECE];
    ssize_t n = recv(l->fd[side], piece, sizeof piece, 0);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        close_link(l, false);
        return;
    }
    if (act(p, l, side, piece, (size_t)n))
        return;
    size_t whole = (size_t)n, some = whole;
    bool last = p->cuts_left > 0 && whole >= p->until_cut;
    if (last)
        some = p->until_cut - 1;
    else if (p->cuts_left > 0)
        p->until_cut -= whole;
    bool ok = send_all(l->fd[1 - side], piece, some);
    if (last) {
        p->cuts_left--;
        draw_cut(p);
        cut(p, l);
    } else if (!ok) {
        close_link(l, false);
    }
}

static void cut_every(struct proxy *p)
{
    cut_all = 0;
    for (int i = 0; i < MAX_LINKS; i++)
        if (p->links[i].fd[0] >= 0)
            cut(p, &p->links[i]);
}

static void serve(struct proxy *p)
{
    struct pollfd fds[1 + 2 * MAX_LINKS];
    while (!ended) {
        fds[0] = (struct pollfd){p->listener, POLLIN, 0};
        for (int i = 0; i < 2 * MAX_LINKS; i++)
            fds[1 + i] = (struct pollfd){p->links[i / 2].fd[i % 2], POLLIN, 0}; /* -1 is skipped */
        if (poll(fds, 1 + 2 * MAX_LINKS, 200) < 0 && errno != EINTR)
            die("poll");
        if (cut_all)
            cut_every(p);
        for (int i = 0; i < 2 * MAX_LINKS; i++)
            if (fds[1 + i].revents != 0 && p->links[i / 2].fd[i % 2] == fds[1 + i].fd &&
                fds[1 + i].fd >= 0)
                carry(p, &p->links[i / 2], i % 2);
        if ((fds[0].revents & POLLIN) != 0)
            accept_one(p);
    }
}

static void listen_somewhere(struct proxy *p)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    p->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (p->listener < 0 || bind(p->listener, (struct sockaddr *)(void *)&at, sizeof at) != 0 ||
        listen(p->listener, 32) != 0 ||
        getsockname(p->listener, (struct sockaddr *)(void *)&at, &n) != 0)
        die("listen");
    write_number(p->port_file, ntohs(at.sin_port));
}

static unsigned long number(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (*text == '\0' || *end != '\0') {
        fprintf(stderr, "cut-proxy: '%s' is no number\n", text);
        exit(2);
    }
    return n;
}

static void set_target(struct proxy *p, const char *text)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    size_t n = colon == NULL ? 0 : (size_t)(colon - text);
    if (n == 0 || n >= sizeof host) {
        fprintf(stderr, "cut-proxy: --to wants ADDRESS:PORT\n");
        exit(2);
    }
    memcpy(host, text, n);
    host[n] = '\0';
    p->to.sin_family = AF_INET;
    p->to.sin_port = htons((uint16_t)number(colon + 1));
    if (inet_pton(AF_INET, host, &p->to.sin_addr) != 1) {
        fprintf(stderr, "cut-proxy: '%s' is no IPv4 address\n", host);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    static struct proxy p = {.state = 1, .every = 20000, .script = {.times = 1}};
    struct sigaction on = {.sa_handler = on_signal};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--to") == 0)
            set_target(&p, argv[i + 1]);
        else if (strcmp(argv[i], "--port-file") == 0)
            p.port_file = argv[i + 1];
        else if (strcmp(argv[i], "--count-file") == 0)
            p.count_file = argv[i + 1];
        else if (strcmp(argv[i], "--seed") == 0)
            p.state = number(argv[i + 1]) * UINT64_C(0x9E3779B97F4A7C15) + 1;
        else if (strcmp(argv[i], "--cuts") == 0)
            p.cuts_left = number(argv[i + 1]);
        else if (strcmp(argv[i], "--every") == 0)
            p.every = number(argv[i + 1]);
        else if (strcmp(argv[i], "--on") == 0)
            p.script.on = argv[i + 1];
        else if (strcmp(argv[i], "--skip") == 0)
            p.script.skip = number(argv[i + 1]);
        else if (strcmp(argv[i], "--times") == 0)
            p.script.times = number(argv[i + 1]);
        else if (strcmp(argv[i], "--do") == 0 && script_parse(&p.script, argv[i + 1]))
            continue;
        else {
            fprintf(stderr, "cut-proxy: unknown option %s\n", argv[i]);
            return 2;
        }
    }
    if (p.to.sin_port == 0 || p.port_file == NULL || p.every == 0) {
        fprintf(stderr, "usage: cut-proxy --to ADDRESS:PORT --port-file FILE [--seed N] [--cuts N]"
                        " [--every BYTES] [--count-file FILE]\n");
        return 2;
    }
    for (int i = 0; i < MAX_LINKS; i++)
        p.links[i] = (struct link){.fd = {-1, -1}};
    (void)sigaction(SIGTERM, &on, NULL);
    (void)sigaction(SIGINT, &on, NULL);
    (void)sigaction(SIGUSR1, &on, NULL);
    write_number(p.count_file, 0);
    draw_cut(&p);
    listen_somewhere(&p);
    serve(&p);
    return 0;
}
