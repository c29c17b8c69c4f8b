/* Where values come from: see config.h. What they must be together is in config_build.c. */
#include "cli/config.h"

#include "base/file.h"
#include "cli/config_build.h"
#include "cli/dotenv.h"
#include "cli/keys.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

void config_init(struct config *c)
{
    *c = (struct config){.etl = {.data_dir = NULL}};
    arena_init(&c->arena);
    vec_init(&c->warnings, sizeof(const char *), 1000);
}

void config_done(struct config *c)
{
    arena_done(&c->arena);
    vec_done(&c->warnings);
}

/* One place that can name keys: the environment or .env. */
struct layer {
    const char *value[KEY_COUNT], *file[KEY_COUNT]; /* KEY and KEY_FILE; NULL: not named */
    uint64_t line[KEY_COUNT], file_line[KEY_COUNT]; /* in .env; 0: no lines here */
    const char *name;                               /* of the file; NULL: the environment */
};

struct load {
    struct config *config;
    const struct cli_args *args;
    struct layer environment, dotenv;
};

static void warn(struct config *c, struct view text)
{
    const char **slot = vec_add(&c->warnings);
    if (slot != NULL)
        *slot = text.p;
}

/* The key that `name` is, or whose _FILE variant it is; KEY_COUNT: none. */
static enum key key_of(struct view name, bool *ret_file)
{
    enum key k = key_find(name);
    *ret_file = k == KEY_COUNT && view_ends(name, "_FILE");
    if (!*ret_file)
        return k;
    k = key_find(view_slice(name, 0, name.n - 5));
    return k != KEY_COUNT && (cli_keys[k].flags & K_SECRET) != 0 ? k : KEY_COUNT;
}

static bool take_line(
    void *payload, struct view key, struct view value, uint64_t line, struct err *e)
{
    struct load *l = payload;
    struct arena *a = &l->config->arena;
    bool file;
    enum key k = key_of(key, &file);
    (void)e;
    if (k == KEY_COUNT) {
        const char *meant = key_meant(key);
        if (meant != NULL)
            warn(l->config,
                arena_print(a,
                    "%s:%llu: %.*s is not a key of movie-etl, ignoring it; did you mean %s?",
                    l->dotenv.name, (unsigned long long)line, VIEW_ARG(key), meant));
        return true;
    }
    uint64_t *at = file ? &l->dotenv.file_line[k] : &l->dotenv.line[k];
    if (*at != 0)
        warn(l->config,
            arena_print(a, "%s:%llu: %.*s was set in line %llu already; this one counts",
                l->dotenv.name, (unsigned long long)line, VIEW_ARG(key), (unsigned long long)*at));
    *at = line;
    *(file ? &l->dotenv.file[k] : &l->dotenv.value[k]) = value.p;
    return true;
}

static bool is_missing(const char *path)
{
    struct stat st;
    return lstat(path, &st) != 0 && errno == ENOENT;
}

static bool read_dotenv(struct load *l, struct err *e)
{
    const char *path = l->args->env_file != NULL ? l->args->env_file : ".env";
    struct dotenv d = {path, &l->config->arena, take_line, l};
    struct str text;
    if (l->args->env_file == NULL && is_missing(path))
        return true;
    l->dotenv.name = path;
    str_init(&text, (size_t)16 * VALUE_MAX);
    bool ok = file_read(path, &text, e);
    if (!ok && e->kind != ERR_INTERRUPTED) {
        e->kind = ERR_CONFIG;
        if (l->args->env_file == NULL)
            err_hint(e, "Make .env readable, move it away, or name another file with --env-file.");
        else
            err_in(e, "--env-file");
    }
    ok = ok && dotenv_parse(&d, str_view(&text), e);
    str_done(&text);
    return ok;
}

static const char *look_up(char *const *environment, struct view name, const char *suffix)
{
    size_t n = strlen(suffix);
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *at = *environment;
        if (strncmp(at, name.p, name.n) == 0 && strncmp(at + name.n, suffix, n) == 0 &&
            at[name.n + n] == '=')
            return at + name.n + n + 1;
    }
    return NULL;
}

static void read_environment(struct load *l, char *const *environment)
{
    for (enum key k = 0; k < KEY_COUNT; k++) {
        l->environment.value[k] = look_up(environment, view_of(cli_keys[k].name), "");
        if ((cli_keys[k].flags & K_SECRET) != 0)
            l->environment.file[k] = look_up(environment, view_of(cli_keys[k].name), "_FILE");
    }
}

/* A secret's file: its text without the newline at its end. */
static bool read_secret(struct config *c, const char *path, const char **ret, struct err *e)
{
    struct str text;
    str_init(&text, VALUE_MAX + 2);
    bool ok = file_read(path, &text, e);
    struct view v = str_view(&text);
    if (v.n > 0 && v.p[v.n - 1] == '\n')
        v.n -= v.n > 1 && v.p[v.n - 2] == '\r' ? 2 : 1;
    if (!ok)
        e->kind = e->kind == ERR_INTERRUPTED ? ERR_INTERRUPTED : ERR_CONFIG;
    else if (v.n == 0)
        ok = err_set(e, ERR_CONFIG, "%s is empty", path);
    else if (memchr(v.p, '\0', v.n) != NULL)
        ok = err_set(e, ERR_CONFIG, "%s holds a NUL byte", path);
    else
        *ret = arena_dup(&c->arena, v).p;
    str_done(&text);
    return ok;
}

static const char *place(
    struct config *c, const struct layer *y, uint64_t line, const char *key, const char *suffix)
{
    if (y->name == NULL)
        return arena_print(&c->arena, "%s%s", key, suffix).p;
    return arena_print(&c->arena, "%s:%llu: %s%s", y->name, (unsigned long long)line, key, suffix)
        .p;
}

/* What a layer says about a key. *ret_said: it names it, if only to unset it. */
static bool ask_layer(
    struct config *c, const struct layer *y, enum key k, bool *ret_said, struct err *e)
{
    const char *value = y->value[k], *file = y->file[k], *name = cli_keys[k].name;
    bool has_value = value != NULL && value[0] != '\0', has_file = file != NULL && file[0] != '\0';
    *ret_said = value != NULL || file != NULL;
    if (has_value && has_file)
        return err_set(e, ERR_CONFIG, "%s and %s_FILE are both set%s%s", name, name,
            y->name == NULL ? "" : " in ", y->name == NULL ? "" : y->name);
    c->where[k] =
        has_file ? place(c, y, y->file_line[k], name, "_FILE") : place(c, y, y->line[k], name, "");
    if (has_value)
        c->value[k] = value;
    if (has_file && !read_secret(c, file, &c->value[k], e))
        return err_in(e, "%s", c->where[k]);
    return true;
}

/* The option that sets the key. */
static const char *option_of_key(enum key k)
{
    size_t offset = offsetof(struct cli_args, keys) + (size_t)k * sizeof(const char *);
    for (enum option o = 0; o < OPTION_COUNT; o++)
        if (cli_options[o].offset == offset)
            return cli_options[o].name;
    return cli_keys[k].name;
}

static bool resolve(struct load *l, enum key k, struct err *e)
{
    struct config *c = l->config;
    bool said = l->args->keys[k] != NULL;
    if (said) {
        c->value[k] = l->args->keys[k];
        c->where[k] = arena_print(&c->arena, "--%s", option_of_key(k)).p;
    }
    if (!said && !ask_layer(c, &l->environment, k, &said, e))
        return false;
    if (!said && !ask_layer(c, &l->dotenv, k, &said, e))
        return false;
    if (c->value[k] != NULL)
        return key_check(k, c->value[k], e) || err_in(e, "%s", c->where[k]);
    c->value[k] = cli_keys[k].def;
    c->where[k] = cli_keys[k].name;
    return true;
}

/* Keys whose purpose the command does not have are left at their defaults, unread. */
static bool is_needed(enum key k, unsigned needs)
{
    unsigned flags = cli_keys[k].flags;
    return ((flags & K_TMDB) == 0 || (needs & C_TMDB) != 0) &&
           ((flags & K_STORE) == 0 || (needs & C_STORE) != 0);
}

bool config_load(
    struct config *c, const struct cli_args *args, char *const *environment, struct err *e)
{
    struct load l = {.config = c, .args = args};
    unsigned needs = args_needs(args);
    if (!read_dotenv(&l, e))
        return false;
    read_environment(&l, environment);
    for (enum key k = 0; k < KEY_COUNT; k++) {
        c->where[k] = cli_keys[k].name;
        c->value[k] = cli_keys[k].def;
        if (is_needed(k, needs)) {
            c->value[k] = NULL;
            if (!resolve(&l, k, e))
                return false;
        }
    }
    return config_build(c, args, e);
}
