/* Find: the movie that carries an IMDb id. */
#include "source/tmdb/client.h"

#include <stdio.h>

enum { IMDB_ID_MAX = 16 };

/* What may stand in the URL as it is. TMDB knows malformed IMDb ids too, so the form is not checked
 * further. */
static bool is_plain(const char *z)
{
    size_t n = strlen(z);
    return n > 0 && n <= IMDB_ID_MAX &&
           strspn(z, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == n;
}

static bool find_fits(const struct ask *q, struct err *e)
{
    const struct node *movies = node_get(q->body, "movie_results");
    if (movies == NULL || movies->kind != NODE_LIST)
        return err_set(e, ERR_DATA, "it holds no list of movies");
    return true;
}

/* An IMDb id may also be that of a series or an episode: those stand in other lists. */
static int64_t first_movie(const struct node *body)
{
    const struct node *movies = node_get(body, "movie_results");
    for (const struct node *m = movies->first; m != NULL; m = m->next) {
        const struct node *id = node_get(m, "id");
        if (id != NULL && id->kind == NODE_INT && id->i >= 1 && id->i <= ID_MAX)
            return id->i;
    }
    return 0;
}

bool tmdb_find(struct tmdb_client *c, const char *imdb_id, int64_t *ret_tmdb_id, struct err *e)
{
    struct arena a;
    struct ask q;
    if (!is_plain(imdb_id)) {
        *ret_tmdb_id = 0;
        return true;
    }
    arena_init(&a);
    ask_init(&q, &a);
    q.fits = find_fits;
    q.fresh = true;
    (void)snprintf(q.what, sizeof q.what, "IMDb id %s", imdb_id);
    client_ask(c, &q, "/find/%s?external_source=imdb_id&language=%s", imdb_id, c->language);
    bool ok = asker_only(&c->asker, &q, e);
    if (ok)
        *ret_tmdb_id = q.verdict == VERDICT_OK ? first_movie(q.body) : 0;
    ask_done(&q);
    arena_done(&a);
    return ok;
}
