/* A release as a whole: opening, closing, headers, digests. See movielens.h. */
#include "source/movielens/release.h"

#include "base/file.h"
#include "base/mem.h"
#include "source/movielens/hints.h"

static struct view *sha256_of(struct ml_release *r, enum ml_file which)
{
    struct view *const fields[ML_FILES] = {
        &r->movies_sha256, &r->links_sha256, &r->ratings_sha256, &r->tags_sha256};
    return fields[which];
}

bool movielens_open(const char *path, bool with_ratings, struct movielens **ret, struct err *e)
{
    struct movielens *m = mem_alloc(sizeof *m);
    if (!files_open(path, with_ratings, &m->files, e)) {
        mem_free(m);
        return false;
    }
    m->release.name = m->files.name;
    known_init(&m->known);
    numbers_init(&m->numbers);
    vec_init(&m->stats, sizeof(struct rating_stats), KNOWN_MAX);
    *ret = m;
    return true;
}

void movielens_free(struct movielens *m)
{
    if (m == NULL)
        return;
    ratings_free(m->ratings);
    tags_free(m->tags);
    known_done(&m->known);
    numbers_done(&m->numbers);
    vec_done(&m->stats);
    files_done(&m->files);
    mem_free(m);
}

const struct ml_release *movielens_release(const struct movielens *m)
{
    return &m->release;
}

uint64_t movielens_ratings_bytes(const struct movielens *m)
{
    int64_t size = 0;
    struct err ignored; /* reading it will tell */
    if (!m->files.with_ratings)
        return 0;
    if (m->files.zip != NULL)
        return m->files.member[ML_RATINGS]->size;
    return file_size(m->files.path[ML_RATINGS], &size, &ignored) ? (uint64_t)size : 0;
}

struct place release_place(const struct movielens *m, enum ml_file which, struct findings *findings)
{
    return (struct place){.to = findings, .path = m->files.path[which]};
}

static bool is_header(const struct csv_row *row, const char *expected)
{
    struct view rest = view_of(expected);
    if (row->state != CSV_ROW || row->n > CSV_FIELDS)
        return false;
    for (size_t i = 0; i < row->n; i++) {
        size_t end = view_find(rest, 0, ',');
        if (!view_eq(row->fields[i].text, view_slice(rest, 0, end)) ||
            (end == rest.n) != (i + 1 == row->n))
            return false;
        rest = view_slice(rest, end == rest.n ? end : end + 1, rest.n);
    }
    return true;
}

/* `first`: the first field that there is. */
static const char *header_hint(struct view first, const char *expected)
{
    struct view name = view_slice(view_of(expected), 0, view_find(view_of(expected), 0, ','));
    size_t colon = view_find(first, 0, ':');
    bool goes_on = first.n > name.n && memcmp(first.p, name.p, name.n) == 0;
    if (goes_on || view_starts(first, "\xFF\xFE") || view_starts(first, "\xFE\xFF"))
        return HINT_SAVED;
    if (colon + 1 < first.n && first.p[colon + 1] == ':')
        return HINT_COLONS;
    return view_find(first, 0, '\t') < first.n ? HINT_100K : HINT_RELEASE;
}

bool release_check_header(
    const struct movielens *m, enum ml_file which, const struct csv_row *row, struct err *e)
{
    const char *path = m->files.path[which], *expected = ml_file_headers[which];
    if (is_header(row, expected))
        return true;
    if (row->state == CSV_END) {
        err_set(e, ERR_INPUT, "%s is empty; expected the header '%s'", path, expected);
        return err_hint(e, "%s", HINT_RELEASE);
    }
    if (row->state == CSV_BAD)
        return err_set(e, ERR_INPUT, "%s:1: the header cannot be read: %s; expected '%s'", path,
            row->problem, expected);
    struct arena a;
    arena_init(&a);
    struct view held = view_of("");
    for (size_t i = 0; i < row->n && i < CSV_FIELDS; i++)
        held = arena_print(
            &a, "%.*s%s%.*s", VIEW_ARG(held), i == 0 ? "" : ",", VIEW_ARG(row->fields[i].text));
    err_set(e, ERR_INPUT, "%s:%llu: the header is '%s', expected '%s'", path,
        (unsigned long long)row->line, shown(held).z, expected);
    err_hint(e, "%s", header_hint(row->fields[0].text, expected));
    arena_done(&a);
    return false;
}

bool release_read(const struct files *f, enum ml_file which, struct ahead **ret, struct err *e)
{
    struct input *in;
    return files_read(f, which, &in, e) &&
           ahead_start(in, f->zip != NULL, f->checksums[which].z[0] != '\0', ret, e);
}

bool release_begin(struct movielens *m, enum ml_file which, struct csv *ret, struct err *e)
{
    struct csv_row row;
    struct ahead *a;
    if (!release_read(&m->files, which, &a, e))
        return false;
    csv_init(ret, ahead_input_new(a, &m->digests[which]));
    if (csv_next(ret, &row, e) && release_check_header(m, which, &row, e))
        return true;
    csv_done(ret);
    return false;
}

void release_end(struct movielens *m, enum ml_file which, struct findings *findings)
{
    const struct digests *d = &m->digests[which];
    const char *want = m->files.checksums[which].z;
    *sha256_of(&m->release, which) = arena_dup(&m->files.arena, view_of(d->sha256.z));
    struct place p = release_place(m, which, findings);
    if (!view_is(view_of(want), d->md5.z)) /* both are "" when it is not asked for */
        note(&p, RULE_ML_CHECKSUM, 0, NULL, "its MD5 is %s, checksums.txt says %s", d->md5.z, want);
}

static bool digest_file(
    const struct files *f, enum ml_file which, struct arena *a, struct view *ret, struct err *e)
{
    struct ahead *in;
    bool ok = release_read(f, which, &in, e);
    if (!ok)
        return false;
    for (bool ended = false; ok && !ended;) {
        struct piece *p = ahead_take(in);
        ok = !p->failed;
        ended = p->last;
        if (!ok)
            *e = p->e;
        ahead_release(in, p);
    }
    if (ok)
        *ret = arena_dup(a, view_of(ahead_digests(in).sha256.z));
    ahead_free(in);
    return ok;
}

bool movielens_fingerprint(
    const char *path, bool with_ratings, struct arena *a, struct ml_release *ret, struct err *e)
{
    struct files f;
    struct ml_release r = {.movies = 0};
    if (!files_open(path, with_ratings, &f, e))
        return false;
    bool ok = true;
    for (enum ml_file i = ML_MOVIES; ok && i < ML_FILES; i++)
        ok = (i == ML_RATINGS && !with_ratings) || digest_file(&f, i, a, sha256_of(&r, i), e);
    r.name = arena_dup(a, f.name);
    files_done(&f);
    if (ok)
        *ret = r;
    return ok;
}
