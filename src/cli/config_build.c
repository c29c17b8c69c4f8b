/* The guards and the assembly: see config_build.h. */
#include "cli/config_build.h"

#include "base/num.h"
#include "cli/keys.h"

enum { TMDB_CONNECTIONS = 16, TMDB_TIMEOUT_MS = 30000, TMDB_TRIES = 5 };

/* A server was configured once, and the key that names it got lost: without this guard the run
 * would go to the embedded file instead. --database is an explicit choice and needs no guard. */
static bool check_server(struct config *c, const struct cli_args *args, struct err *e)
{
    static const enum key with_host[] = {KEY_SQL_USER, KEY_SQL_PASS, KEY_SQL_DB, KEY_SQL_SOCKET};
    if (args->keys[KEY_SQL_PATH] != NULL) {
        c->value[KEY_SQL_HOST] = NULL;
        return true;
    }
    for (size_t i = 0; c->value[KEY_SQL_HOST] == NULL && i < sizeof with_host / sizeof with_host[0];
         i++) {
        if (c->value[with_host[i]] == NULL)
            continue;
        err_set(e, ERR_CONFIG, "%s is set, but SQL_HOST is not", c->where[with_host[i]]);
        return err_hint(e,
            "Set SQL_HOST to use that server; for the embedded database unset %s, or name the file "
            "with "
            "--database.",
            cli_keys[with_host[i]].name);
    }
    return true;
}

static bool check_rate(const struct config *c, double rate, struct err *e)
{
    return tmdb_setting_rate(rate, c->value[KEY_TMDB_BASE_URL], e) ||
           err_in(e, "%s", c->where[KEY_TMDB_RATE]);
}

/* The sections of one request: those of every request, and those that TMDB_SECTIONS adds. */
static void set_sections(struct config *c)
{
    const char *added = c->value[KEY_TMDB_SECTIONS];
    struct view list = view_of(added == NULL ? "" : added);
    size_t n = 0;
    for (size_t i = 0; tmdb_sections[i].name != NULL && n < CONFIG_SECTIONS_MAX; i++) {
        bool asked = tmdb_sections[i].by_default;
        for (size_t from = 0; !asked && from < list.n;) {
            size_t end = view_find(list, from, ',');
            asked = view_is(view_trim(view_slice(list, from, end)), tmdb_sections[i].name);
            from = end + 1;
        }
        if (asked)
            c->sections[n++] = tmdb_sections[i].name;
    }
    c->sections[n] = NULL;
}

static void set_store(struct config *c)
{
    int64_t port = 0;
    if (c->value[KEY_SQL_PORT] != NULL)
        (void)num_i64(view_of(c->value[KEY_SQL_PORT]), &port);
    c->etl.store = (struct store_config){
        .path = c->value[KEY_SQL_PATH],
        .host = c->value[KEY_SQL_HOST],
        .port = (int)port,
        .user = c->value[KEY_SQL_USER],
        .pass = c->value[KEY_SQL_PASS],
        .db = c->value[KEY_SQL_DB],
        .tls = c->value[KEY_SQL_TLS],
        .socket = c->value[KEY_SQL_SOCKET],
        .prefix = c->value[KEY_SQL_PREFIX],
        .folder = c->value[KEY_DATA_DIR],
        .foreign_keys = strcmp(c->value[KEY_SQL_FOREIGN_KEYS], "auto") == 0,
    };
}

static void set_tmdb(struct config *c, double rate)
{
    set_sections(c);
    c->etl.tmdb = (struct tmdb_config){
        .base_url = c->value[KEY_TMDB_BASE_URL],
        .export_url = c->value[KEY_TMDB_EXPORT_URL],
        .key = c->value[KEY_TMDB_API_KEY],
        .language = c->value[KEY_TMDB_LANGUAGE],
        .rate = rate,
        .connections = TMDB_CONNECTIONS,
        .include_adult = strcmp(c->value[KEY_TMDB_ADULT], "include") == 0,
        .sections = c->sections,
        .timeout_ms = TMDB_TIMEOUT_MS,
        .tries = TMDB_TRIES,
        .ipv4_only = strcmp(c->value[KEY_TMDB_IP], "v4") == 0,
    };
}

bool config_build(struct config *c, const struct cli_args *args, struct err *e)
{
    double rate = 0;
    (void)num_real(view_of(c->value[KEY_TMDB_RATE]), &rate);
    if (!check_server(c, args, e) || !check_rate(c, rate, e))
        return false;
    set_store(c);
    set_tmdb(c, rate);
    c->etl.data_dir = c->value[KEY_DATA_DIR];
    c->etl.movielens_path = c->value[KEY_MOVIELENS_PATH];
    return true;
}

const char *config_store_name(struct config *c)
{
    const struct store_config *s = &c->etl.store;
    if (s->host == NULL)
        return arena_print(&c->arena, "sqlite %s", s->path).p;
    return arena_print(&c->arena, "mysql %s on %s", s->db == NULL ? "?" : s->db, s->host).p;
}

const char *config_store_word(struct config *c)
{
    const struct store_config *s = &c->etl.store;
    const char *slash = strrchr(s->path, '/');
    if (s->host != NULL)
        return s->db == NULL ? "yes" : s->db;
    return slash == NULL || slash[1] == '\0' ? s->path : slash + 1;
}
