/* A second connection for a bulk load: a store of its own, so that everything that runs statements
 * serves both. It goes to the host that the first is connected to or to none: another may be a copy
 * that lags behind. */
#include "store/mysql/chunk.h"

#include "base/mem.h"

static struct server *copy(const struct server *q)
{
    struct server *twin = mem_alloc(sizeof *twin);
    *twin = (struct server){
        .hosts = q->hosts,
        .host = q->host,
        .ever = true,
        .port = q->port,
        .user = q->user,
        .pass = q->pass,
        .database = q->database,
        .socket = q->socket,
        .ca = q->ca,
        .tls = q->tls,
        .grantee = q->grantee,
        .no_local = q->no_local,
        .bulk = q->bulk,
        .patient = q->patient,
    };
    str_init(&twin->text, q->text.max);
    return twin;
}

bool server_twin(const struct store *s, struct store **ret, struct err *e)
{
    bool passing;
    struct store *twin = mem_alloc(sizeof *twin);
    *twin = (struct store){
        .engine = s->engine,
        .db = copy(server_of(s)),
        .mode = s->mode,
        .name = s->name,
        .prefix = s->prefix,
        .foreign_keys = s->foreign_keys,
        .shadow = s->shadow,
        .shadows_movies = s->shadows_movies,
        .writing = s->writing,
        .token = s->token,
        .lease_seconds = s->lease_seconds,
        .schema = s->schema,
    };
    arena_init(&twin->arena);
    arena_init(&twin->scratch);
    str_init(&twin->sql, s->sql.max);
    if (server_connect(twin, &passing, e)) {
        *ret = twin;
        return true;
    }
    server_twin_close(twin);
    return false;
}

void server_twin_close(struct store *twin)
{
    if (twin == NULL)
        return;
    twin->engine->close(twin);
    str_done(&twin->sql);
    arena_done(&twin->scratch);
    arena_done(&twin->arena);
    mem_free(twin);
}
