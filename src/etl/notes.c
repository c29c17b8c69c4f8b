/* Notes: see notes.h. A page is noted as "PAGES RESULTS ID ID ...". */
#include "etl/notes.h"

#include "base/num.h"

#include <stdio.h>

enum { QUESTION_MAX = 64, ANSWER_MAX = 4096 };

static const char KEY[] = "the key", ACCEPTED[] = "accepted", ADULT[] = "adult";

/* What every answer depends on. */
static struct view subject_of(const struct fetcher *f, struct arena *a)
{
    const struct tmdb_config *c = &f->w->x->config->tmdb;
    return arena_print(
        a, "%s %s adult %s", c->base_url, c->language, c->include_adult ? "included" : "excluded");
}

bool notes_open(struct fetcher *f, const char *verb, struct err *e)
{
    struct arena a;
    if (verb == NULL || f->w->x->request->dry_run)
        return true;
    arena_init(&a);
    bool ok = batch_notes_open(f->w->x->config->data_dir, verb, subject_of(f, &a), &f->notes, e);
    arena_done(&a);
    return ok;
}

static bool next_number(struct view *rest, int64_t *ret)
{
    size_t end = view_find(*rest, 0, ' ');
    bool ok = num_i64(view_slice(*rest, 0, end), ret);
    *rest = view_slice(*rest, end == rest->n ? end : end + 1, rest->n);
    return ok;
}

static bool recall_page(void *payload, const char *question, struct arena *a, struct tmdb_page *ret)
{
    struct fetcher *f = payload;
    struct view v;
    if (!batch_notes_take(f->notes, view_of(question), &v))
        return false;
    int64_t *ids = arena_take_array(a, v.n / 2 + 1, sizeof *ids), id;
    *ret = (struct tmdb_page){.ids = ids};
    if (!next_number(&v, &ret->total_pages) || !next_number(&v, &ret->total_results))
        return false;
    while (next_number(&v, &id))
        ids[ret->n++] = id;
    return true;
}

static bool keep_page(
    void *payload, const char *question, const struct tmdb_page *page, struct err *e)
{
    struct fetcher *f = payload;
    struct str s;
    str_init(&s, ANSWER_MAX);
    str_addf(&s, "%lld %lld", (long long)page->total_pages, (long long)page->total_results);
    for (size_t i = 0; i < page->n; i++)
        str_addf(&s, " %lld", (long long)page->ids[i]);
    /* A page with more ids than any known one is asked for again. */
    bool ok = !str_ok(&s) || batch_notes_add(f->notes, view_of(question), str_view(&s), e);
    str_done(&s);
    return ok;
}

bool notes_use(struct fetcher *f, struct err *e)
{
    struct tmdb_memory memory = {recall_page, keep_page, f};
    struct view answer;
    if (f->notes == NULL)
        return tmdb_check_key(f->client, e);
    tmdb_remember(f->client, &memory);
    return batch_notes_take(f->notes, view_of(KEY), &answer) ||
           (tmdb_check_key(f->client, e) &&
               batch_notes_add(f->notes, view_of(KEY), view_of(ACCEPTED), e));
}

static struct view question_of(int64_t tmdb_id, char to[QUESTION_MAX])
{
    (void)snprintf(to, QUESTION_MAX, "movie %lld", (long long)tmdb_id);
    return view_of(to);
}

bool notes_leave_out(struct fetcher *f, int64_t tmdb_id, struct err *e)
{
    char question[QUESTION_MAX];
    return f->notes == NULL ||
           batch_notes_add(f->notes, question_of(tmdb_id, question), view_of(ADULT), e);
}

bool notes_left_out(struct fetcher *f, int64_t tmdb_id)
{
    char question[QUESTION_MAX];
    struct view answer;
    return f->notes != NULL && batch_notes_take(f->notes, question_of(tmdb_id, question), &answer);
}

bool notes_close(struct fetcher *f, bool complete, struct err *e)
{
    bool ok = f->notes == NULL || !complete || batch_notes_finish(f->notes, e);
    batch_notes_free(f->notes);
    f->notes = NULL;
    return ok;
}
