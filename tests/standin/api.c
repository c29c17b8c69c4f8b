/*
 * Routing, credentials, and what the handlers share. See api.h.
 */
#include "api.h"

#include "status.h"
#include "text.h"

#include <stdlib.h>
#include <strings.h>

#define DEFAULT_KEY "0123456789abcdef0123456789abcdef"

struct api {
    struct world *world;
    const struct options *options;
    struct discover *discover;
    struct changes *changes;
    struct exports *exports;
};

static const char *const names[ENDPOINT_COUNT] = {
    [ENDPOINT_MOVIE] = "movie",
    [ENDPOINT_SECTION] = "section",
    [ENDPOINT_REVIEWS] = "reviews",
    [ENDPOINT_MOVIE_CHANGES] = "movie-changes",
    [ENDPOINT_CHANGES] = "changes",
    [ENDPOINT_DISCOVER] = "discover",
    [ENDPOINT_FIND] = "find",
    [ENDPOINT_GENRES] = "genres",
    [ENDPOINT_PROVIDERS] = "providers",
    [ENDPOINT_CONFIGURATION] = "configuration",
    [ENDPOINT_AUTHENTICATION] = "authentication",
    [ENDPOINT_EXPORT] = "export",
    [ENDPOINT_OTHER] = "other",
};

const char *endpoint_name(enum endpoint e)
{
    return names[e];
}

enum endpoint endpoint_find(const char *name)
{
    int e = 0;

    while (e < ENDPOINT_COUNT && strcmp(names[e], name) != 0)
        e++;
    return (enum endpoint)e;
}

/* /3/movie/REST */
static void route_movie(const char *rest, struct route *ret)
{
    size_t length = strcspn(rest, "/");

    if (length == 0 || length >= sizeof ret->id)
        return;
    memcpy(ret->id, rest, length);
    ret->id[length] = '\0';
    if (rest[length] == '\0') {
        ret->endpoint = ENDPOINT_MOVIE;
        return;
    }
    rest += length + 1;
    ret->section = section_find(rest, strlen(rest));
    if (ret->section == SECTION_COUNT)
        return;
    ret->endpoint = ret->section == SECTION_REVIEWS   ? ENDPOINT_REVIEWS
                    : ret->section == SECTION_CHANGES ? ENDPOINT_MOVIE_CHANGES
                                                      : ENDPOINT_SECTION;
}

/* True when path starts with prefix and the rest fits into the id. */
static bool route_id(const char *path, const char *prefix, struct route *ret)
{
    size_t n = strlen(prefix);

    if (strncmp(path, prefix, n) != 0 || strlen(path + n) >= sizeof ret->id || path[n] == '\0')
        return false;
    memcpy(ret->id, path + n, strlen(path + n) + 1);
    return true;
}

void api_route(const char *path, struct route *ret)
{
    static const struct {
        const char *path;
        enum endpoint endpoint;
    } fixed[] = {{"/3/movie/changes", ENDPOINT_CHANGES}, {"/3/discover/movie", ENDPOINT_DISCOVER},
        {"/3/genre/movie/list", ENDPOINT_GENRES}, {"/3/watch/providers/movie", ENDPOINT_PROVIDERS},
        {"/3/configuration", ENDPOINT_CONFIGURATION},
        {"/3/authentication", ENDPOINT_AUTHENTICATION}};

    *ret = (struct route){.endpoint = ENDPOINT_OTHER};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        if (strcmp(path, fixed[i].path) == 0) {
            ret->endpoint = fixed[i].endpoint;
            return;
        }
    }
    if (strncmp(path, "/3/movie/", 9) == 0)
        route_movie(path + 9, ret);
    else if (route_id(path, "/3/find/", ret))
        ret->endpoint = ENDPOINT_FIND;
    else if (route_id(path, "/exports/", ret))
        ret->endpoint = ENDPOINT_EXPORT;
}

struct api *api_new(struct world *w, struct http_writer *writer, const struct options *o)
{
    struct api *api = mem_take(NULL, sizeof *api);

    *api = (struct api){.world = w,
        .options = o,
        .discover = discover_new(),
        .changes = changes_new(),
        .exports = exports_new(writer)};
    return api;
}

void api_free(struct api *api)
{
    if (api == NULL)
        return;
    discover_free(api->discover);
    changes_free(api->changes);
    exports_free(api->exports);
    free(api);
}

void call_fail(struct call *c, int tmdb_code)
{
    const struct tmdb_status *status = status_of_code(tmdb_code);

    c->answer->status = status->http;
    c->answer->max_age = tmdb_code == 7 ? 300 : 60; /* the real 401 may be cached for 300 s */
    c->answer->body.len = 0;
    status_body(status, &c->answer->body);
}

bool call_page(struct call *c, uint32_t *ret)
{
    const char *text = http_param(c->req, "page");
    uint64_t page = 1;

    if (text != NULL && (!text_number(text, 500, &page) || page == 0)) {
        call_fail(c, 22);
        return false;
    }
    *ret = (uint32_t)page;
    return true;
}

bool call_date(struct call *c, const char *name, int32_t *ret)
{
    const char *text = http_param(c->req, name);

    if (text == NULL || text[0] == '\0' || text_date(text, ret))
        return true;
    call_fail(c, 23);
    return false;
}

size_t call_slice(const struct call *c, size_t count, uint32_t page, size_t size, size_t *first)
{
    int64_t start = (int64_t)((page - 1) * size) - (page > 1 ? c->twist.drift : 0);

    *first = start < 0 ? 0 : (size_t)start;
    if (*first >= count)
        return 0;
    return count - *first < size ? count - *first : size;
}

void call_end_list(struct call *c, size_t count, size_t size)
{
    int64_t total = (int64_t)count + c->twist.drift;

    if (total < 0)
        total = 0;
    buf_fmt(&c->answer->body, ",\"total_pages\":%llu,\"total_results\":%llu}",
        total > 0 ? ((unsigned long long)total + size - 1) / size : 1, (unsigned long long)total);
}

/* A v4 token: three parts with two dots between them. */
static bool is_token(const char *text)
{
    const char *first = strchr(text, '.');
    const char *second = first != NULL ? strchr(first + 1, '.') : NULL;

    return second != NULL && strchr(second + 1, '.') == NULL;
}

static bool is_known(const struct options *o, const char *credential)
{
    for (unsigned i = 0; i < o->key_count; i++)
        if (strcmp(o->keys[i], credential) == 0)
            return true;
    return o->key_count == 0 && strcmp(credential, DEFAULT_KEY) == 0;
}

static bool authorized(const struct options *o, const struct http_request *req)
{
    const char *key = http_param(req, "api_key");
    const char *token = req->authorization + 7;

    if (strncasecmp(req->authorization, "Bearer ", 7) == 0 && is_token(token))
        return o->key_count == 0 || is_known(o, token);
    return key != NULL && !is_token(key) && is_known(o, key);
}

static void dispatch(struct api *api, struct call *c)
{
    switch (c->route.endpoint) {
    case ENDPOINT_MOVIE:
    case ENDPOINT_SECTION:
    case ENDPOINT_REVIEWS:
    case ENDPOINT_MOVIE_CHANGES:
        details_answer(c);
        break;
    case ENDPOINT_CHANGES:
        changes_answer(api->changes, c);
        break;
    case ENDPOINT_DISCOVER:
        discover_answer(api->discover, c);
        break;
    case ENDPOINT_FIND:
        find_answer(c);
        break;
    case ENDPOINT_GENRES:
    case ENDPOINT_PROVIDERS:
    case ENDPOINT_CONFIGURATION:
    case ENDPOINT_AUTHENTICATION:
        catalogue_answer(c);
        break;
    default:
        call_fail(c, 34);
        break;
    }
}

void api_answer(struct api *api, const struct http_request *req, const struct route *route,
    const struct api_twist *twist, struct http_answer *answer)
{
    struct call c = {.api = api,
        .world = api->world,
        .req = req,
        .route = *route,
        .twist = *twist,
        .answer = answer};
    bool reading = strcmp(req->method, "GET") == 0 || strcmp(req->method, "HEAD") == 0;

    if (route->endpoint == ENDPOINT_EXPORT)
        exports_answer(api->exports, &c);
    else if (!authorized(api->options, req))
        call_fail(&c, 7);
    else if (!reading)
        call_fail(&c, 42);
    else
        dispatch(api, &c);
}
