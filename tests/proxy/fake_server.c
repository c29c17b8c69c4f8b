/* fake-server: what claims to be a MySQL server until the log-in is over, as old or as hostile as a
 * test wants it.
 *
 *   fake-server --port-file FILE --heard FILE --version TEXT [--ask PLUGIN [--key FILE]] [--narrow
 *   yes]
 *
 * Listens on a loopback port of the system's choice and writes its number to FILE. Greets with that
 * version, without encryption; with --ask it then asks for the password by that plug-in, otherwise
 * the log-in succeeds. With --key, for caching_sha2_password and sha256_password, it offers its own
 * public key to encrypt the password with. Everything the client says is appended to the file
 * `heard`; statements are answered as if they had been carried out; with --narrow, a SELECT by one
 * row of one short column, whatever it asked for. SIGTERM ends it. One client at a time; for
 * tests. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PACKET_MAX = 65536,
    /* LONG_PASSWORD, CONNECT_WITH_DB, LOCAL_FILES, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION;
     * PLUGIN_AUTH */
    ABILITIES_LOW = 0xa289,
    ABILITIES_HIGH = 0x0008,
};

struct fake {
    const char *port_file, *heard, *version, *ask, *key;
    bool narrow;
    bool asked; /* what was heard last is a SELECT */
    int fd;     /* the client */
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void send_packet(const struct fake *f, const void *body, size_t n, int number)
{
    unsigned char packet[1100] = {
        (unsigned char)n, (unsigned char)(n >> 8), 0, (unsigned char)number};
    if (n > sizeof packet - 4)
        die("a packet too long");
    memcpy(packet + 4, body, n);
    (void)send(f->fd, packet, n + 4, MSG_NOSIGNAL);
}

static size_t add(unsigned char *to, size_t at, const void *what, size_t n)
{
    memcpy(to + at, what, n);
    return at + n;
}

static void greet(const struct fake *f)
{
    unsigned char p[512] = {10};
    static const unsigned char abilities[] = {ABILITIES_LOW & 255, ABILITIES_LOW >> 8, 45, 2, 0,
        ABILITIES_HIGH & 255, ABILITIES_HIGH >> 8, 21};
    size_t n = add(p, 1, f->version, strlen(f->version) + 1);
    n = add(p, n, "\1\0\0\0abcdefgh", 13); /* connection, half of the challenge, and a zero */
    n = add(p, n, abilities, sizeof abilities) + 10;
    n = add(p, n, "ijklmnopqrst", 13);
    n = add(p, n, "mysql_native_password", sizeof "mysql_native_password");
    send_packet(f, p, n, 0);
}

static void ask_for_password(const struct fake *f)
{
    unsigned char p[256] = {254};
    size_t n = add(p, 1, f->ask, strlen(f->ask) + 1);
    n = add(p, n, "abcdefghijklmnopqrst", 21);
    send_packet(f, p, n, 2);
}

/* What a client does that has no cached password and no encryption: it is told so, asks for a key,
 * gets one. */
static void offer_key(const struct fake *f, int number)
{
    unsigned char p[1000] = {1};
    FILE *in = fopen(f->key, "rb");
    size_t n = in == NULL ? 0 : fread(p + 1, 1, sizeof p - 1, in);
    if (in == NULL || fclose(in) != 0)
        die(f->key);
    send_packet(f, p, n + 1, number);
}

/* One packet of the client's, to the file too; its number or -1 at the end. */
static int hear(struct fake *f)
{
    unsigned char head[4], body[PACKET_MAX];
    if (recv(f->fd, head, sizeof head, MSG_WAITALL) != sizeof head)
        return -1;
    size_t n = (size_t)head[0] + ((size_t)head[1] << 8);
    if (head[2] != 0 || (n > 0 && recv(f->fd, body, n, MSG_WAITALL) != (ssize_t)n))
        return -1;
    FILE *out = fopen(f->heard, "ab");
    if (out == NULL || fwrite(body, 1, n, out) != n || fputc('\n', out) == EOF || fclose(out) != 0)
        die(f->heard);
    f->asked = n > 7 && memcmp(body, "\3SELECT", 7) == 0;
    return head[3];
}

static void answer_narrow(const struct fake *f, int number)
{
    static const char column[] = "\3def\0\0\0\1x\0\14\55\0\10\0\0\0\375\0\0\0\0",
                      end[] = "\376\0\0\2";
    send_packet(f, "\1", 1, number + 1);
    send_packet(f, column, sizeof column, number + 2);
    send_packet(f, end, sizeof end, number + 3);
    send_packet(f,
        "\1"
        "7",
        2, number + 4);
    send_packet(f, end, sizeof end, number + 5);
}

static void serve(struct fake *f)
{
    static const unsigned char fine[] = {0, 0, 0, 2, 0, 0, 0};
    int number;
    greet(f);
    if (hear(f) < 0)
        return;
    if (f->ask != NULL)
        ask_for_password(f);
    else
        send_packet(f, fine, sizeof fine, 2);
    if (f->key != NULL) {
        number = hear(f);
        if (strcmp(f->ask, "caching_sha2_password") == 0) { /* the password is not cached */
            send_packet(f, "\1\4", 2, number + 1);
            number = hear(f);
        }
        offer_key(f, number + 1);
    }
    while ((number = hear(f)) >= 0)
        if (f->narrow && f->asked)
            answer_narrow(f, number);
        else
            send_packet(f, fine, sizeof fine, number + 1);
}

static int listen_somewhere(const struct fake *f)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)(void *)&at, sizeof at) != 0 || listen(fd, 8) != 0 ||
        getsockname(fd, (struct sockaddr *)(void *)&at, &n) != 0)
        die("listen");
    FILE *out = fopen(f->port_file, "w");
    if (out == NULL || fprintf(out, "%d\n", ntohs(at.sin_port)) < 0 || fclose(out) != 0)
        die(f->port_file);
    return fd;
}

int main(int argc, char **argv)
{
    struct fake f = {0};
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--port-file") == 0)
            f.port_file = argv[i + 1];
        else if (strcmp(argv[i], "--heard") == 0)
            f.heard = argv[i + 1];
        else if (strcmp(argv[i], "--version") == 0)
            f.version = argv[i + 1];
        else if (strcmp(argv[i], "--ask") == 0)
            f.ask = argv[i + 1];
        else if (strcmp(argv[i], "--key") == 0)
            f.key = argv[i + 1];
        else if (strcmp(argv[i], "--narrow") == 0)
            f.narrow = true;
    }
    if (f.port_file == NULL || f.heard == NULL || f.version == NULL || strlen(f.version) > 100 ||
        (f.key != NULL && f.ask == NULL)) {
        fprintf(stderr, "usage: fake-server --port-file FILE --heard FILE --version TEXT [--ask "
                        "PLUGIN [--key FILE]]"
                        " [--narrow yes]\n");
        return 2;
    }
    int listener = listen_somewhere(&f);
    for (;;) {
        f.fd = accept(listener, NULL, NULL);
        if (f.fd < 0)
            die("accept");
        serve(&f);
        (void)close(f.fd);
    }
}
