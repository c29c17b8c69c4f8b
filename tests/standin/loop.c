/*
 * The poll loop: one thread, non-blocking sockets, one request of a connection at a time.
 *
 * A request is answered as soon as it has been read, and the answer is sent at once as far as the
 * socket takes it; poll is asked only for what is left. Pipelined requests wait in the connection's
 * input. The faults that are a matter of time or of ending (delay, slow, stall, reset, endless)
 * are carried out here.
 */
#define _GNU_SOURCE /* POLLRDHUP */

#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 900, /* stays under the usual limit of 1024 descriptors */
    READ_SIZE = 65536,
    ENDLESS_CHUNK = 65536,
    SLOW_STEP = 10000,   /* microseconds between two pieces of a slow answer, at least */
    RESET_AFTER = 20000, /* time for the half that was sent to arrive */
    DRAIN_MAX = 2000000, /* waiting for a client to close after we did */
    POLL_MAX = 200000    /* a signal that comes just before poll is seen that soon */
};

enum phase {
    PHASE_READ,  /* waiting for a request */
    PHASE_DELAY, /* the answer is ready, its time has not come */
    PHASE_SEND,
    PHASE_STALL,
    PHASE_RESET, /* half an answer is out, the reset follows */
    PHASE_DRAIN, /* our side is closed, the client's is not */
    PHASE_DEAD
};

struct connection {
    int fd;
    uint64_t id;
    enum phase phase;
    struct buf in;
    struct buf out;
    size_t sent;
    struct reply reply;
    int64_t wake;    /* when the phase goes on by itself; 0: never */
    int64_t started; /* of a slow answer */
    bool counted;    /* in the statistics as open */
    bool left;       /* its client is known to have closed it: no longer counted */
    bool continued;  /* 100 Continue was sent for the request being read */
    bool ended;      /* the client will send no more */
};

struct loop {
    struct server *server;
    int listener;
    uint64_t next_id;
    struct connection *connections[CONNECTIONS_MAX];
    size_t count;
    struct pollfd polled[CONNECTIONS_MAX + 1];
    struct http_request req;
};

/* The two names are one number here and two elsewhere. */
static bool would_block(void)
{
#if EAGAIN != EWOULDBLOCK
    if (errno == EWOULDBLOCK)
        return true;
#endif
    return errno == EAGAIN;
}

static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/* A client that has replaced a connection has one, even before we have read the end of the old. */
static void forget_closed(struct loop *l)
{
    for (size_t i = 0; i < l->count; i++) {
        struct connection *c = l->connections[i];
        struct pollfd hung_up = {.fd = c->fd, .events = POLLRDHUP};

        if (!c->counted || poll(&hung_up, 1, 0) <= 0)
            continue;
        c->counted = false;
        c->left = true;
        stats_closed(l->server->stats);
    }
}

static void open_connection(struct loop *l, int fd)
{
    struct connection *c;
    int on = 1;

    if (l->count == CONNECTIONS_MAX) {
        close(fd);
        return;
    }
    set_nonblocking(fd);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c = mem_take(NULL, sizeof *c);
    *c = (struct connection){.fd = fd, .id = ++l->next_id, .phase = PHASE_READ};
    buf_init(&c->in, HTTP_BODY_MAX + HTTP_HEAD_MAX + 2 * READ_SIZE);
    buf_init(&c->out, (size_t)2 << 30);
    l->connections[l->count++] = c;
}

static void close_connection(struct loop *l, size_t i)
{
    struct connection *c = l->connections[i];

    if (c->counted)
        stats_closed(l->server->stats);
    close(c->fd);
    buf_done(&c->in);
    buf_done(&c->out);
    free(c);
    l->connections[i] = l->connections[--l->count];
}

/* Ends the connection with a TCP reset. */
static void reset_connection(struct connection *c)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};

    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    c->phase = PHASE_DEAD;
}

static void append_endless_chunk(struct connection *c)
{
    static char filler[ENDLESS_CHUNK];

    if (filler[0] == '\0')
        memset(filler, 'a', sizeof filler);
    buf_drop(&c->out, c->sent);
    c->sent = 0;
    buf_fmt(&c->out, "%x\r\n", (unsigned)sizeof filler);
    buf_add(&c->out, filler, sizeof filler);
    BUF_LIT(&c->out, "\r\n");
}

/* The whole answer is out. */
static void end_reply(struct connection *c)
{
    c->out.len = 0;
    c->sent = 0;
    c->wake = 0;
    switch (c->reply.end) {
    case REPLY_KEEP:
        c->phase = PHASE_READ;
        break;
    case REPLY_CLOSE:
        shutdown(c->fd, SHUT_WR);
        c->phase = c->ended ? PHASE_DEAD : PHASE_DRAIN;
        c->wake = server_clock() + DRAIN_MAX;
        break;
    case REPLY_RESET:
        c->phase = PHASE_RESET;
        c->wake = server_clock() + RESET_AFTER;
        break;
    default:
        break;
    }
}

/* How many bytes may go now; sets wake when it is too early for any. */
static size_t allowed_bytes(struct connection *c, int64_t now)
{
    size_t left = c->out.len - c->sent;
    uint64_t rate = c->reply.bytes_per_second;
    uint64_t budget;

    if (rate == 0)
        return left;
    budget = (uint64_t)(now - c->started) * rate / 1000000;
    if (budget > c->sent)
        return budget - c->sent < left ? (size_t)(budget - c->sent) : left;
    c->wake = now + (rate >= 1000000 / SLOW_STEP ? SLOW_STEP : (int64_t)(1000000 / rate));
    return 0;
}

static void send_some(struct connection *c)
{
    while (c->phase == PHASE_SEND) {
        size_t allowed;
        ssize_t n;

        if (c->sent == c->out.len && c->reply.end == REPLY_ENDLESS)
            append_endless_chunk(c);
        if (c->sent == c->out.len) {
            end_reply(c);
            return;
        }
        c->wake = 0;
        allowed = allowed_bytes(c, server_clock());
        if (allowed == 0)
            return;
        n = send(c->fd, c->out.p + c->sent, allowed, MSG_NOSIGNAL);
        if (n > 0)
            c->sent += (size_t)n;
        else if (n < 0 && would_block())
            return;
        else if (n < 0 && errno != EINTR)
            c->phase = PHASE_DEAD;
    }
}

/* An answer stands in out: send it, now or later, or do what the fault says instead. */
static void start_reply(struct connection *c)
{
    int64_t now = server_clock();

    c->started = now;
    c->phase = PHASE_SEND;
    if (c->reply.delay_ms > 0) {
        c->phase = PHASE_DELAY;
        c->wake = now + (int64_t)c->reply.delay_ms * 1000;
    } else if (c->reply.end == REPLY_STALL) {
        c->phase = PHASE_STALL;
    } else if (c->reply.end == REPLY_RESET && c->out.len == 0) {
        reset_connection(c);
    }
    send_some(c);
}

/* The client wants to hear that its body is welcome. */
static void send_continue(struct connection *c)
{
    static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";

    c->continued = true;
    if (send(c->fd, line, sizeof line - 1, MSG_NOSIGNAL) != (ssize_t)(sizeof line - 1))
        c->phase = PHASE_DEAD;
}

/* Serves the requests that stand in the input, one after the other. */
static void serve(struct loop *l, struct connection *c)
{
    while (c->phase == PHASE_READ && c->in.len > 0) {
        enum http_parsed parsed = http_parse(c->in.p, c->in.len, &l->req);

        switch (parsed) {
        case HTTP_DONE:
            if (!c->counted && !c->left && !control_is(l->req.path)) {
                forget_closed(l);
                c->counted = true;
                stats_opened(l->server->stats);
            }
            server_handle(l->server, c->id, &l->req, &c->out, &c->reply);
            buf_drop(&c->in, l->req.head_length + l->req.body_length);
            c->continued = false;
            break;
        case HTTP_HEAD:
            if (l->req.expects_continue && !c->continued)
                send_continue(c);
            return;
        case HTTP_MORE:
            return;
        default:
            c->reply = (struct reply){.end = REPLY_CLOSE};
            server_reject(l->server, parsed == HTTP_BAD ? 400 : 431, &c->out);
            c->in.len = 0;
            break;
        }
        start_reply(c);
    }
}

static void receive(struct loop *l, struct connection *c)
{
    ssize_t n;

    if (c->in.cap - c->in.len < READ_SIZE)
        buf_grow(&c->in, READ_SIZE);
    n = recv(c->fd, c->in.p + c->in.len, READ_SIZE, 0);
    if (n > 0 && c->phase == PHASE_DRAIN)
        return; /* whatever it is, nobody will answer it */
    if (n > 0) {
        c->in.len += (size_t)n;
        serve(l, c);
        return;
    }
    if (n < 0 && (would_block() || errno == EINTR))
        return;
    c->ended = true;
    /* what is being sent may still be read by a client that has only finished asking */
    if (n < 0 || (c->phase != PHASE_SEND && c->phase != PHASE_DELAY) ||
        c->reply.end == REPLY_ENDLESS)
        c->phase = PHASE_DEAD;
}

/* The time of a phase has come. */
static void wake_up(struct connection *c)
{
    c->wake = 0;
    switch (c->phase) {
    case PHASE_DELAY:
        c->reply.delay_ms = 0;
        start_reply(c);
        break;
    case PHASE_SEND:
        send_some(c);
        break;
    case PHASE_RESET:
        reset_connection(c);
        break;
    case PHASE_DRAIN:
        c->phase = PHASE_DEAD;
        break;
    default:
        break;
    }
}

static void accept_all(struct loop *l)
{
    int fd;

    while ((fd = accept(l->listener, NULL, NULL)) >= 0)
        open_connection(l, fd);
}

/* What to wait for; the time until the first thing that happens by itself, in microseconds. */
static int64_t prepare_poll(struct loop *l, int64_t now)
{
    int64_t wait = POLL_MAX;

    l->polled[0] = (struct pollfd){.fd = l->listener, .events = POLLIN};
    for (size_t i = 0; i < l->count; i++) {
        const struct connection *c = l->connections[i];
        bool full = c->phase != PHASE_READ && c->in.len > 4 * READ_SIZE;
        bool sending = c->phase == PHASE_SEND && c->wake == 0;

        l->polled[i + 1] = (struct pollfd){.fd = c->fd,
            .events = (short)((c->ended || full ? 0 : POLLIN) | (sending ? POLLOUT : 0))};
        if (c->wake > 0 && c->wake - now < wait)
            wait = c->wake > now ? c->wake - now : 0;
    }
    return wait;
}

static void serve_connection(struct loop *l, size_t i, short events, int64_t now)
{
    struct connection *c = l->connections[i];

    if ((events & POLLOUT) != 0)
        send_some(c);
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && c->phase != PHASE_DEAD && !c->ended)
        receive(l, c);
    else if ((events & (POLLHUP | POLLERR)) != 0)
        c->phase = PHASE_DEAD;
    if (c->wake > 0 && c->wake <= now)
        wake_up(c);
    if (c->phase == PHASE_READ)
        serve(l, c); /* pipelined requests */
    if (c->phase == PHASE_READ && c->ended)
        c->phase = PHASE_DEAD;
}

bool loop_run(struct server *s, int listener, const volatile sig_atomic_t *stop)
{
    struct loop *l = mem_take(NULL, sizeof *l);
    bool ok = true;

    memset(l, 0, sizeof *l);
    l->server = s;
    l->listener = listener;
    set_nonblocking(listener);
    while (*stop == 0 && ok) {
        int64_t now = server_clock();
        int64_t wait = prepare_poll(l, now);
        size_t polled = l->count;
        int n = poll(l->polled, (nfds_t)polled + 1, (int)((wait + 999) / 1000));

        if (n < 0 && errno != EINTR) {
            fprintf(stderr, "tmdb-standin: poll: error %d\n", errno);
            ok = false;
        }
        now = server_clock();
        /* backwards, because closing moves the last connection into the hole */
        for (size_t i = polled; i-- > 0;) {
            serve_connection(l, i, n > 0 ? l->polled[i + 1].revents : 0, now);
            if (l->connections[i]->phase == PHASE_DEAD)
                close_connection(l, i);
        }
        if (n > 0 && l->polled[0].revents != 0)
            accept_all(l);
    }
    while (l->count > 0)
        close_connection(l, l->count - 1);
    free(l);
    return ok;
}
