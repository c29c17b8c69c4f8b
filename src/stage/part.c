/* A batch file being written: see part.h. Scanning an unfinished one is in part_scan.c. */
#include "stage/part.h"

#include "base/date.h"
#include "base/sys.h"
#include "stage/document.h"
#include "stage/emit.h"

#include <stdio.h>

enum { HEADER_MAX = 64 * 1024 };

static const char MARKER[] = "---\n";

static struct node *put(struct node *object, const char *key, struct node *value)
{
    node_put(object, view_of(key), value);
    return object;
}

static struct view dup_or_empty(struct arena *a, struct view v)
{
    return arena_dup(a, v.p == NULL ? view_of("") : v);
}

/* A copy of `from` with an id of its own. */
static void new_header(const struct batch *from, struct arena *a, struct batch *ret)
{
    *ret = *from;
    ret->id = arena_print(a, "%016llx", (unsigned long long)sys_random());
    ret->scope = dup_or_empty(a, from->scope);
    ret->query = dup_or_empty(a, from->query);
}

static void emit_header(const struct batch *h, const char *comment, struct arena *a, struct str *to)
{
    struct node *n = node_new(a, NODE_OBJECT);
    put(n, "format", node_int(a, BATCH_FORMAT));
    put(n, "id", node_text(a, h->id));
    put(n, "type", node_text(a, view_of(batch_type_name(h->type))));
    put(n, "scope", node_text(a, h->scope));
    put(n, "source", node_text(a, view_of("tmdb")));
    put(n, "query", node_text(a, h->query));
    put(n, "created_at", node_text(a, instant_print(a, h->created_at)));
    str_addz(to, comment);
    str_addz(to, MARKER);
    emit_member(to, "batch", n);
}

/* Writes `text` and the "---" line of what follows. */
static bool add(struct part_file *p, struct view text, struct err *e)
{
    digest_add(&p->digest, text);
    return outfile_write(&p->file, text, e) && outfile_write(&p->file, view_of(MARKER), e);
}

bool part_create(const char *path, const struct batch *header, const char *comment,
    struct part_file *ret, struct err *e)
{
    struct str s;
    *ret = (struct part_file){.unsynced = 0};
    if (!outfile_create(&ret->file, path, e))
        return false;
    arena_init(&ret->texts);
    digest_init(&ret->digest, DIGEST_SHA256);
    new_header(header, &ret->texts, &ret->header);
    str_init(&s, HEADER_MAX);
    emit_header(&ret->header, comment, &ret->texts, &s);
    bool ok = str_ok(&s) ||
              err_set(e, ERR_BUG, "the header of a batch file is over %d bytes", HEADER_MAX);
    ok = ok && add(ret, str_view(&s), e);
    str_done(&s);
    if (!ok)
        part_done(ret);
    return ok;
}

bool part_add(struct part_file *p, struct view text, bool gone, struct err *e)
{
    digest_add(&p->digest, view_of(MARKER));
    if (!add(p, text, e))
        return false;
    p->records += !gone;
    p->gone += gone;
    if (++p->unsynced < BATCH_SYNC_EVERY)
        return outfile_flush(&p->file, e);
    p->unsynced = 0;
    return outfile_sync(&p->file, e);
}

bool part_end(struct part_file *p, struct digest_hex *ret_sha256, struct err *e)
{
    char line[200];
    struct digest_hex before = digest_peek(&p->digest);
    int n = snprintf(line, sizeof line, "end: {records: %llu, gone: %llu, sha256: \"%s\"}\n",
        (unsigned long long)p->records, (unsigned long long)p->gone, before.z);
    struct view v = {line, (size_t)n};
    digest_add(&p->digest, view_of(MARKER));
    digest_add(&p->digest, v);
    if (!outfile_write(&p->file, v, e) || !outfile_sync(&p->file, e))
        return false;
    *ret_sha256 = digest_peek(&p->digest);
    return true;
}

void part_done(struct part_file *p)
{
    outfile_done(&p->file);
    digest_done(&p->digest);
    arena_done(&p->texts);
}
