/* Fuzz: zip archives, and whole releases in them. The bytes become a file; every member is read to
 * its end, at most 1 MiB of it; then the file is loaded as a release. */
#include "source/movielens/movielens.h"
#include "source/movielens/zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MEMBER_MAX = 1024 * 1024, MEMBERS_MAX = 100 };

static char path[4096];
static int fd = -1;

static void forget_file(void)
{
    (void)unlink(path);
}

static bool write_file(const uint8_t *data, size_t size)
{
    if (fd < 0) {
        const char *tmp = getenv("TMPDIR");
        (void)snprintf(path, sizeof path, "%s/fuzz-zip-XXXXXX", tmp == NULL ? "/tmp" : tmp);
        fd = mkstemp(path);
        (void)atexit(forget_file);
    }
    return fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size;
}

static void read_member(const struct zip *z, const struct zip_member *m)
{
    static char block[65536];
    struct input *in;
    struct err e;
    uint64_t sum = 0;
    if (!zip_read(z, m, "member", &in, &e))
        return;
    for (size_t got = 1; got > 0 && sum < MEMBER_MAX; sum += got)
        if (!in->read(in, block, sizeof block, &got, &e))
            break;
    if (sum > m->size) /* more than the directory says must not come out */
        abort();
    input_free(in);
}

static bool take(void *payload, const struct ml_movie *movie, struct err *e)
{
    (void)payload;
    (void)movie;
    (void)e;
    return true;
}

static void load(void)
{
    struct movielens *m;
    struct findings f;
    struct rating_block b = {.n = 1};
    struct ml_tag tag;
    struct err e;
    bool end = false;
    if (!movielens_open(path, true, &m, &e))
        return;
    findings_init(&f);
    bool ok = movielens_movies(m, &f, take, NULL, &e);
    while (ok && b.n > 0)
        ok = movielens_ratings_next(m, &f, &b, &e);
    while (ok && !end)
        ok = movielens_tag_next(m, &f, &tag, &end, &e);
    movielens_free(m);
    findings_done(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zip *z;
    struct err e;
    if (!write_file(data, size))
        abort();
    if (zip_open(path, &z, &e)) {
        for (size_t i = 0; i < z->members.n && i < MEMBERS_MAX; i++)
            read_member(z, vec_at(&z->members, i));
        zip_free(z);
    }
    load();
    return 0;
}
