/* Reading one file of a release with its digests. See files.h. */
#include "source/movielens/files.h"

static bool hashed_read(struct input *in, void *to, size_t n, size_t *got, struct err *e)
{
    struct hashed *h = (struct hashed *)in;
    if (!h->inner->read(h->inner, to, n, got, e))
        return false;
    if (*got == 0 && !h->ended && n > 0) {
        h->ended = true;
        h->sha256_hex = digest_end(&h->sha256);
        if (h->with_md5)
            h->md5_hex = digest_end(&h->md5);
    }
    if (h->ended)
        return true;
    digest_add(&h->sha256, (struct view){to, *got});
    if (h->with_md5)
        digest_add(&h->md5, (struct view){to, *got});
    return true;
}

static void hashed_close(struct input *in)
{
    struct hashed *h = (struct hashed *)in;
    input_free(h->inner);
    h->inner = NULL;
    digest_done(&h->sha256);
    digest_done(&h->md5);
}

bool files_read(const struct files *f, enum ml_file which, struct hashed *ret, struct err *e)
{
    struct input *inner;
    bool ok = f->zip != NULL ? zip_read(f->zip, f->member[which], f->path[which], &inner, e)
                             : input_file_new(f->path[which], &inner, e);
    if (!ok)
        return false;
    *ret = (struct hashed){.in = {hashed_read, hashed_close}, .inner = inner};
    ret->with_md5 = f->checksums[which].z[0] != '\0';
    digest_init(&ret->sha256, DIGEST_SHA256);
    if (ret->with_md5)
        digest_init(&ret->md5, DIGEST_MD5);
    return true;
}
