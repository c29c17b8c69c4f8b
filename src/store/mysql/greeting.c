/* Greeting: what the server offers is looked at before anything is said to it.
 *
 * Connector/C 3.3, told to encrypt, goes on in clear when the server does not offer it, and then
 * still believes that the way is safe enough for the bare password (caching_sha2_password): whoever
 * can answer for the server could ask for it. So the log-in is made in the library's steps: when
 * the greeting lies in the socket it is read without being taken, whole, and only then the library
 * sees the same bytes. */
#include "store/mysql/server.h"

#include "base/sys.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

enum {
    HEAD = 4, /* length (3 bytes, little end first) and number of a packet */
    GREETING_MAX = 1024,
    PROTOCOL = 10,
    /* connection, half of the challenge, a zero: between the version and the abilities */
    BETWEEN = 4 + 8 + 1,
    ABILITY_TLS = 0x0800,
    REFUSAL = 0xff, /* an error in place of a greeting: the library reads it out */
    LOOK_MS = 10,
    PATIENCE_MS = 10000,
};

/* Whether a whole packet (without its head) offers encryption, or leaves nothing to say. */
static bool offers(const unsigned char *p, size_t n)
{
    size_t at = 1;
    if (n > 0 && p[0] == REFUSAL)
        return true;
    while (at < n && p[at] != '\0')
        at++;
    at += 1 + BETWEEN;
    return n > 0 && p[0] == PROTOCOL && at + 2 <= n &&
           ((p[at] | p[at + 1] << 8) & ABILITY_TLS) != 0;
}

/* A greeting that comes in pieces is waited for; one that is too long or never ends offers
 * nothing. */
static bool greeting_offers_tls(int fd)
{
    unsigned char p[GREETING_MAX];
    struct pollfd in = {.fd = fd, .events = POLLIN};
    for (int64_t since = sys_mono_ms(); sys_mono_ms() - since < PATIENCE_MS;
         sys_sleep_ms(LOOK_MS)) {
        if (poll(&in, 1, PATIENCE_MS) <= 0)
            continue;
        ssize_t got = recv(fd, p, sizeof p, MSG_PEEK | MSG_DONTWAIT);
        size_t want = got < HEAD ? 0 : HEAD + (p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
            return true; /* it is gone: the library will see */
        if (want > sizeof p)
            return false;
        if (want > 0 && (size_t)got >= want)
            return offers(p + HEAD, want - HEAD);
    }
    return false;
}

/* A log-in under way. */
struct log_in {
    struct server *q;
    bool looked, clear;
};

/* The connection stands, and the library has not read from it yet: it makes the connection, and
 * whatever comes first is the readiness of that. A failed connection is left to the library
 * (looking would take its error away). */
static void look(struct log_in *l, const struct pollfd *ready)
{
    if (l->looked || (ready->revents & (POLLIN | POLLOUT)) == 0 ||
        (ready->revents & (POLLERR | POLLHUP)) != 0)
        return;
    l->looked = true;
    l->clear = !greeting_offers_tls(ready->fd);
    if (l->clear && l->q->tls >= TLS_REQUIRE)
        (void)shutdown(ready->fd, SHUT_RDWR); /* not a word */
    else if (l->clear)
        (void)mysql_optionsv(l->q->db, MYSQL_OPT_SSL_ENFORCE, &(my_bool){0});
}

/* Waits for what the library waits for; what came of it, 0 for nothing yet. */
static int wait_for(struct log_in *l, int what)
{
    MYSQL *db = l->q->db;
    struct pollfd fd = {.fd = (int)mysql_get_socket(db)};
    int timeout = (what & MYSQL_WAIT_TIMEOUT) != 0 ? (int)mysql_get_timeout_value_ms(db) : -1,
        came = 0;
    fd.events = (short)(((what & MYSQL_WAIT_READ) != 0 ? POLLIN : 0) |
                        ((what & MYSQL_WAIT_WRITE) != 0 ? POLLOUT : 0) |
                        ((what & MYSQL_WAIT_EXCEPT) != 0 ? POLLPRI : 0));
    int n = poll(&fd, 1, timeout);
    if (n == 0)
        return MYSQL_WAIT_TIMEOUT;
    if (n < 0)
        return 0; /* a signal */
    look(l, &fd);
    if ((fd.revents & ~(POLLOUT | POLLPRI)) != 0)
        came |= MYSQL_WAIT_READ;
    if ((fd.revents & ~(POLLIN | POLLPRI)) != 0)
        came |= MYSQL_WAIT_WRITE;
    if ((fd.revents & POLLPRI) != 0)
        came |= MYSQL_WAIT_EXCEPT;
    return came & what;
}

/* What comes by a socket in the file system comes from this machine: there is nobody in the
 * middle. */
bool server_log_in(
    struct server *q, const char *host, int port, const char *socket, bool *ret_clear)
{
    struct log_in l = {.q = q, .looked = q->tls == TLS_OFF || socket != NULL};
    MYSQL *in = NULL;
    (void)mysql_optionsv(q->db, MYSQL_OPT_NONBLOCK, NULL);
    int what = mysql_real_connect_start(
        &in, q->db, host, q->user, q->pass, NULL, (unsigned)port, socket, CLIENT_FOUND_ROWS);
    while (what != 0) {
        int came = wait_for(&l, what);
        if (came != 0)
            what = mysql_real_connect_cont(&in, q->db, came);
    }
    *ret_clear = l.clear;
    return in != NULL;
}
