/* Random bodies of movies: see randmovie.h. */
#include "randmovie.h"

#include "model/path.h"

#define Z(text)                                                                                    \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

const struct view nasty_texts[] = {Z(""), Z(" "), Z("no"), Z("NO"), Z("yes"), Z("on"), Z("y"),
    Z("~"), Z("null"), Z("Null"), Z("true"), Z("1776"), Z("007"), Z("0x1f"), Z("0o17"), Z("1e3"),
    Z("1_000"), Z(".5"), Z("-.inf"), Z(".nan"), Z("12:30"), Z("190:20:30"), Z("1999-10-15"),
    Z("2001-12-14t21:59:43.10-05:00"), Z("---"), Z("--- a"), Z("..."), Z("a\n---\nb"), Z("-"),
    Z("- a"), Z("?"), Z("? a"), Z(":"), Z("a: b"), Z("a :b"), Z("#"), Z("a #b"), Z("&a"), Z("*a"),
    Z("!a"), Z("!!str a"), Z("|"), Z(">"), Z("%"), Z("@"), Z("`"), Z("{}"), Z("[]"), Z("{a: b}"),
    Z("[a, b]"), Z(","), Z("]"), Z("}"), Z("<<"), Z("="), Z("\""), Z("'"), Z("it's"),
    Z("say \"hi\""), Z("\\"), Z("\\n"), Z("C:\\x41"), Z("a\nb"), Z("\n"), Z("\r\n"),
    Z("a\r\nb\r\n"), Z("\r"), Z("\t"), Z("a\tb"), Z(" lead"), Z("trail "), Z("\nlead"),
    Z("trail\n"), Z("  \n  "), Z("\0"), Z("a\0b"), Z("\x01\x02\x1b[0m\x1f"), Z("\x7f"),
    Z("\xC2\x80"), Z("\xC2\x85"), Z("a\xC2\x85z"), Z("\xC2\x9F"), Z("\xC2\xA0"), Z("\xE2\x80\xA8"),
    Z("a\xE2\x80\xA9z"), Z("\xEF\xBB\xBF"), Z("\xEF\xBB\xBFz"), Z("\xEF\xBF\xBD"),
    Z("\xEF\xBF\xBE"), Z("\xEF\xBF\xBF"), Z("\xF0\x9F\x98\x80"),
    Z("\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9"), Z("\xF4\x8F\xBF\xBF"), Z("\xED\x9F\xBF"),
    Z("\xEE\x80\x80"), Z("\xE4\xB8\x83\xE4\xBA\xBA\xE3\x81\xAE\xE4\xBE\x8D"), Z("Am\xC3\xA9lie"),
    Z("Ame\xCC\x81lie"), Z("\xD7\xA9\xD7\x9C"),
    Z("a\xE2\x80\x8F"
      "b"),
    Z("<b>&amp;</b>"), Z("100%"), Z("'; DROP TABLE movies; --"), Z("key: |\n  text\n"), {NULL, 0}};

enum { NASTY_N = sizeof nasty_texts / sizeof nasty_texts[0] - 1 };

uint64_t rng_next(struct rng *r)
{
    uint64_t z = (r->state += 0x9e3779b97f4a7c15u); /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

uint64_t rng_below(struct rng *r, uint64_t n)
{
    return rng_next(r) % n;
}

static bool chance(struct rng *r, unsigned percent)
{
    return rng_below(r, 100) < percent;
}

static size_t put_utf8(char *to, unsigned c)
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n; i-- > 1; c >>= 6)
        to[i] = (char)(0x80 | (c & 63));
    to[0] = (char)(lead[n] | c);
    return n;
}

static unsigned random_character(struct rng *r)
{
    static const unsigned below[] = {0x7F, 0x7F, 0x7F, 0x20, 0x100, 0x3000, 0x10000, 0x110000};
    unsigned c = (unsigned)rng_below(r, below[rng_below(r, 8)]);
    return c >= 0xD800 && c <= 0xDFFF ? 0x20AC : c;
}

struct view random_text(struct rng *r, struct arena *a)
{
    if (chance(r, 40))
        return nasty_texts[rng_below(r, NASTY_N)];
    size_t length = rng_below(r, chance(r, 2) ? 20000 : 40), n = 0;
    char *to = arena_take(a, length * 4 + 1);
    while (length-- > 0)
        n += put_utf8(to + n, random_character(r));
    return (struct view){to, n};
}

static double random_real(struct rng *r)
{
    static const double some[] = {
        0, -0.0, 1, 0.1, 1e20, 1e-7, 5e-324, 1.7976931348623157e308, -2.5, 123456789.125};
    union {
        uint64_t bits;
        double d;
    } u;
    if (chance(r, 30))
        return some[rng_below(r, sizeof some / sizeof some[0])];
    u.bits = rng_next(r);
    return u.d - u.d == 0 ? u.d : 7.25; /* finite only: JSON has no others */
}

static struct node *random_any(struct rng *r, struct arena *a, int depth)
{
    struct node *n;
    switch (rng_below(r, depth > 0 ? 7 : 5)) {
    case 0:
        return node_new(a, NODE_NULL);
    case 1:
        return node_bool(a, chance(r, 50));
    case 2:
        return node_int(a, (int64_t)rng_next(r));
    case 3:
        return node_real(a, random_real(r));
    case 4:
        return node_text(a, random_text(r, a));
    case 5:
        n = node_new(a, NODE_LIST);
        for (uint64_t k = rng_below(r, 20); k > 0; k--)
            node_add(n, random_any(r, a, depth - 1));
        return n;
    default:
        n = node_new(a, NODE_OBJECT);
        for (uint64_t k = rng_below(r, 4); k > 0; k--) {
            struct view key = random_text(r, a);
            if (node_find(n, key) == NULL)
                node_put(n, key, random_any(r, a, depth - 1));
        }
        return n;
    }
}

static struct node *random_value(struct rng *r, const struct field *f, struct arena *a)
{
    if (chance(r, 15))
        return node_new(a, NODE_NULL);
    switch (f->type) {
    case FIELD_BOOL:
        return node_bool(a, chance(r, 50));
    case FIELD_INT:
        return node_int(a, chance(r, 20) ? (int64_t)rng_next(r) : (int64_t)rng_below(r, 1000));
    case FIELD_REAL:
        return node_real(a, random_real(r));
    case FIELD_TEXT:
    case FIELD_DATE:
    case FIELD_INSTANT:
        return node_text(a, random_text(r, a));
    case FIELD_JSON:
        return random_any(r, a, 3);
    }
    return node_new(a, NODE_NULL);
}

static struct node *object_at(
    struct node *object, struct view key, enum node_kind kind, struct arena *a)
{
    struct node *child = node_find(object, key);
    if (child == NULL) {
        child = node_new(a, kind);
        node_put(object, key, child);
    }
    return child;
}

static void put_dotted(struct node *object, const char *dotted, struct node *value, struct arena *a)
{
    struct view rest = view_of(dotted);
    for (size_t dot; (dot = view_find(rest, 0, '.')) < rest.n;) {
        object = object_at(object, view_slice(rest, 0, dot), NODE_OBJECT, a);
        rest = view_slice(rest, dot + 1, rest.n);
    }
    if (node_find(object, rest) == NULL)
        node_put(object, rest, value);
}

static void put_fields(struct rng *r, const struct entity *e, struct node *to, struct arena *a)
{
    for (size_t i = 0; i < e->field_n; i++)
        if ((e->fields[i].flags & F_GROUP) == 0 && chance(r, 75))
            put_dotted(to, e->fields[i].key, random_value(r, &e->fields[i], a), a);
    /* A list beside the providers of a country would be one more kind of providers. */
    int depth = strcmp(e->name, "tmdb_watch_link") == 0 ? 0 : 2;
    if (chance(r, 5) && node_get(to, "unknown") == NULL)
        node_put(to, view_of("unknown"), random_any(r, a, depth));
}

static enum node_kind kind_for(struct view path)
{
    struct step next = path_next(&path);
    return next.kind == STEP_ALL || next.kind == STEP_GROUP_LIST || next.kind == STEP_VALUE
               ? NODE_LIST
               : NODE_OBJECT;
}

static struct view random_group(struct rng *r, struct arena *a)
{
    static const char *const codes[] = {
        "US", "NO", "DE", "flatrate", "rent", "buy", "y", "free", "null"};
    if (chance(r, 5)) {
        size_t n = 90 + rng_below(r, 2000);
        char *key = arena_take(a, n);
        memset(key, 'k', n);
        return (struct view){key, n};
    }
    return chance(r, 70) ? view_of(codes[rng_below(r, 9)]) : random_text(r, a);
}

static void fill(
    struct rng *r, const struct list *l, struct node *at, struct view path, struct arena *a);

static void fill_group_list(struct rng *r, const struct list *l, struct node *at, struct view key,
    struct view path, struct arena *a)
{
    struct node *seen = node_new(a, NODE_OBJECT);
    for (uint64_t k = rng_below(r, 4); k > 0; k--) {
        struct view group = random_group(r, a);
        if (node_find(seen, group) != NULL)
            continue;
        node_put(seen, group, node_new(a, NODE_NULL));
        struct node *element = node_new(a, NODE_OBJECT);
        node_put(element, key, node_text(a, group));
        node_add(at, element);
        fill(r, l, element, path, a);
    }
}

static void fill_group_keys(
    struct rng *r, const struct list *l, struct node *at, struct view path, struct arena *a)
{
    for (uint64_t k = rng_below(r, 4); k > 0; k--) {
        struct view group = random_group(r, a);
        enum node_kind kind = kind_for(path);
        struct node *child = node_find(at, group);
        if (view_is(group, "link") || (child != NULL && child->kind != kind))
            continue;
        fill(r, l, object_at(at, group, kind, a), path, a);
    }
}

/* Fills what the rest of a list's path describes. */
static void fill(
    struct rng *r, const struct list *l, struct node *at, struct view path, struct arena *a)
{
    struct step step = path_next(&path);
    uint64_t n = chance(r, 20) ? 0 : rng_below(r, 5);
    switch (step.kind) {
    case STEP_END:
        put_fields(r, l->entity, at, a);
        break;
    case STEP_KEY:
        fill(r, l, object_at(at, step.name, kind_for(path), a), path, a);
        break;
    case STEP_ALL:
        for (; n > 0; n--) {
            struct node *element = node_new(a, NODE_OBJECT);
            node_add(at, element);
            fill(r, l, element, path, a);
        }
        break;
    case STEP_VALUE:
        for (; n > 0; n--)
            node_add(at, node_text(a, random_text(r, a)));
        break;
    case STEP_GROUP_LIST:
        fill_group_list(r, l, at, step.name, path, a);
        break;
    case STEP_GROUP_KEYS:
        fill_group_keys(r, l, at, path, a);
        break;
    }
}

struct node *random_body(struct rng *r, int64_t id, struct arena *a)
{
    struct node *body = node_new(a, NODE_OBJECT);
    node_put(body, view_of("id"), node_int(a, id));
    put_fields(r, &tmdb_movie_entity, body, a);
    for (size_t i = 0; i < TMDB_LIST_COUNT; i++)
        if (chance(r, 60))
            fill(r, &tmdb_lists[i], body, view_of(tmdb_lists[i].path), a);
    return body;
}

/* ---- comparing */

static bool same_value(const struct field *f, const void *x, const void *y)
{
    const void *p = field_in(f, x), *q = field_in(f, y);
    switch (f->type) {
    case FIELD_BOOL:
    case FIELD_INT:
        return *(const int64_t *)p == *(const int64_t *)q;
    case FIELD_REAL:
        return memcmp(p, q, sizeof(double)) == 0;
    case FIELD_TEXT:
    case FIELD_DATE:
    case FIELD_INSTANT:
        return view_eq(*(const struct view *)p, *(const struct view *)q);
    case FIELD_JSON:
        return node_eq(*(const struct node *const *)p, *(const struct node *const *)q);
    }
    return false;
}

static const char *record_difference(
    const struct entity *e, const struct record *x, const struct record *y, struct arena *a)
{
    if (x->said != y->said || x->null != y->null)
        return arena_print(a, "%s: presence", e->name).p;
    for (size_t i = 0; i < e->field_n; i++)
        if (field_has_value(x, i) && !same_value(&e->fields[i], x, y))
            return arena_print(a, "%s.%s", e->name, e->fields[i].name).p;
    return NULL;
}

const char *movie_difference(
    const struct tmdb_movie *x, const struct tmdb_movie *y, struct arena *a)
{
    const char *d = record_difference(&tmdb_movie_entity, &x->record, &y->record, a);
    for (size_t i = 0; d == NULL && i < TMDB_LIST_COUNT; i++) {
        const struct list *l = &tmdb_lists[i];
        const struct rows *p = tmdb_rows_in(l, x), *q = tmdb_rows_in(l, y);
        if (p->said != q->said || p->n != q->n)
            return arena_print(a, "%s: %zu and %zu elements", l->name, p->n, q->n).p;
        for (size_t k = 0; d == NULL && k < p->n; k++)
            d = record_difference(l->entity, rows_at(p, l->entity, k), rows_at(q, l->entity, k), a);
        if (d != NULL)
            d = arena_print(a, "%s: %s", l->name, d).p;
    }
    return d == NULL && !view_eq(x->extra, y->extra) ? "extra" : d;
}
