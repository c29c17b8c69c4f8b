/* See fake_etl.h. */
#include "fake_etl.h"

#include "base/mem.h"

#include <stdio.h>

struct fake_etl fake_etl;

void fake_etl_reset(void)
{
    for (size_t i = 0; i < fake_etl.text_n; i++)
        mem_free(fake_etl.texts[i]);
    fake_etl = (struct fake_etl){.called = NULL};
}

static const char *keep(const char *text)
{
    if (text == NULL || fake_etl.text_n == sizeof fake_etl.texts / sizeof fake_etl.texts[0])
        return NULL;
    size_t n = strlen(text) + 1;
    char *copy = mem_alloc(n);
    memcpy(copy, text, n);
    fake_etl.texts[fake_etl.text_n++] = copy;
    return copy;
}

void etl_init_env(struct etl *x, const struct etl_config *config, const struct etl_request *request,
    const struct etl_ui *ui)
{
    *x = (struct etl){.config = config, .request = request, .ui = ui};
    findings_init(&x->findings);
}

void etl_done(struct etl *x)
{
    findings_done(&x->findings);
}

static void note(const struct etl *x, const char *verb)
{
    struct store_config *s = &fake_etl.config.store;
    fake_etl.called = verb;
    fake_etl.request = *x->request;
    fake_etl.config = *x->config;
    for (size_t i = 0; i < x->request->id_n && i < 16; i++)
        fake_etl.ids[i] = x->request->ids[i];
    s->path = keep(x->config->store.path);
    s->host = keep(x->config->store.host);
    s->user = keep(x->config->store.user);
    s->pass = keep(x->config->store.pass);
    fake_etl.config.tmdb.key = keep(x->config->tmdb.key);
    fake_etl.config.data_dir = keep(x->config->data_dir);
    fake_etl.config.movielens_path = keep(x->config->movielens_path);
}

static bool play(struct etl *x, const char *verb, struct err *e)
{
    note(x, verb);
    if (fake_etl.act != NULL)
        fake_etl.act(x);
    x->partial = fake_etl.partial;
    x->more = fake_etl.more;
    return fake_etl.fail == ERR_NONE || err_set(e, fake_etl.fail, "the fake %s failed", verb);
}

#define VERB(name)                                                                                 \
    bool etl_##name(struct etl *x, struct err *e)                                                  \
    {                                                                                              \
        return play(x, #name, e);                                                                  \
    }
VERB(init_movielens)
VERB(init_tmdb)
VERB(init_full)
VERB(missing)
VERB(changes)
VERB(update)
VERB(process)
VERB(validate)
VERB(sync)
VERB(verify)
VERB(status)
VERB(clear)
VERB(dump)
