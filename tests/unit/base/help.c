/* Help for the unit tests of base: see help.h. */
#include "help.h"

#include <dirent.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Lets malloc answer NULL under ASan as it does without, so that the end at exhaustion can be
 * tested; and bounds one block, as a memory limit would. ASan looks this function up by its
 * name. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=64";
}

void random_init(struct random *r, uint64_t seed)
{
    const char *given = getenv("TEST_SEED");
    r->seed = given == NULL ? seed : strtoull(given, NULL, 10);
    r->state = r->seed;
}

/* splitmix64 (Steele, Lea, Flood 2014): every seed gives a full period. */
uint64_t random_next(struct random *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t random_below(struct random *r, uint64_t n)
{
    return random_next(r) % n;
}

void random_text(struct random *r, struct view alphabet, char *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = alphabet.p[random_below(r, alphabet.n)];
}

size_t code_point_put(unsigned c, char to[4])
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3F));
    to[0] = (char)(lead[n] | c);
    return n;
}

void text_is(struct view v, const char *z, size_t n, const char *file, int line)
{
    if (v.p != NULL && v.n == n && (n == 0 || memcmp(v.p, z, n) == 0))
        return;
    print_error("expected %zu bytes \"%s\", got %zu bytes \"%.*s\"%s\n", n, z, v.n,
        v.p == NULL ? 0 : (int)v.n, v.p == NULL ? "" : v.p, v.p == NULL ? " (absent)" : "");
    _fail(file, line);
}

struct folder {
    char before[4096], path[4200];
};

int folder_setup(void **state)
{
    struct folder *f = calloc(1, sizeof *f);
    const char *tmp = getenv("TMPDIR");
    if (f == NULL || getcwd(f->before, sizeof f->before) == NULL)
        return -1;
    (void)snprintf(f->path, sizeof f->path, "%s/base-test-XXXXXX", tmp == NULL ? "/tmp" : tmp);
    if (mkdtemp(f->path) == NULL || chdir(f->path) != 0)
        return -1;
    *state = f;
    return 0;
}

/* Empties the working directory, folders in it too. */
static void empty_folder(void)
{
    DIR *d = opendir(".");
    if (d == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || unlink(name) == 0)
            continue;
        if (chdir(name) == 0) {
            empty_folder();
            if (chdir("..") != 0)
                break;
            (void)rmdir(name);
        }
    }
    (void)closedir(d);
}

int folder_teardown(void **state)
{
    struct folder *f = *state;
    (void)fault_clear();
    empty_folder();
    int failed = chdir(f->before) != 0 || rmdir(f->path) != 0;
    free(f);
    return failed ? -1 : 0;
}

void file_put(const char *path, struct view v)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    if (v.n > 0)
        assert_int_equal(fwrite(v.p, 1, v.n, out), v.n);
    assert_int_equal(fclose(out), 0);
}

bool file_is(const char *path, struct view v)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return false;
    char block[8192];
    size_t at = 0, got;
    bool same = true;
    while (same && (got = fread(block, 1, sizeof block, in)) > 0) {
        same = got <= v.n - at && memcmp(block, v.p + at, got) == 0;
        at += got;
    }
    (void)fclose(in);
    return same && at == v.n;
}

bool is_there(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

int64_t bytes_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static struct {
    enum sys_call call;
    int at, errnum;
    _Atomic int seen; /* any thread may call */
} fault;

static int before(enum sys_call call)
{
    if (call != fault.call || atomic_fetch_add(&fault.seen, 1) + 1 != fault.at)
        return 0;
    if (fault.errnum == 0)
        (void)raise(SIGKILL);
    return fault.errnum;
}

void fault_install(enum sys_call call, int n, int errnum)
{
    static const struct sys_seam seam = {.before = before, .clock_speed = 1};
    fault.call = call;
    fault.at = n;
    fault.errnum = errnum;
    fault.seen = 0;
    sys_install(&seam);
}

int fault_clear(void)
{
    sys_install(NULL);
    return fault.seen;
}

/* Takes all a child says, so that it cannot block; keeps the beginning. */
static void listen_to(int fd, struct child_end *end)
{
    size_t n = 0;
    for (;;) {
        char rest[512];
        size_t room = sizeof end->said - 1 - n;
        ssize_t got = read(fd, room > 0 ? end->said + n : rest, room > 0 ? room : sizeof rest);
        if (got <= 0)
            break;
        if (room > 0)
            n += (size_t)got;
    }
}

struct child_end in_child(void (*f)(void *), void *payload)
{
    struct child_end end = {.code = -1};
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        f(payload);
        _exit(0);
    }
    (void)close(ends[1]);
    listen_to(ends[0], &end);
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
        end.code = WEXITSTATUS(status);
    else if (WIFSIGNALED(status))
        end.signal = WTERMSIG(status);
    return end;
}
