/*
 * /movie/{id} with append_to_response, and the sections as endpoints of their own.
 *
 * As in the real API all parts of an answer share one query string: page=2 pages every appended
 * list. Names that are no section of a movie (content_ratings, account_states) are passed over
 * without a word.
 */
#include "api.h"

#include "text.h"

enum { APPEND_MAX = 20 };

/* The movie an id or an IMDb id stands for; on NULL the answer is the error. */
static struct movie *find_movie(struct call *c)
{
    const char *id = c->route.id;
    struct movie *m = NULL;
    uint64_t number;

    if (id[0] == 't' && id[1] == 't')
        m = world_find_imdb(c->world, id, &m, 1) == 1 ? m : NULL;
    else if (text_number(id, UINT32_MAX, &number))
        m = world_shown(c->world, (uint32_t)number);
    else {
        call_fail(c, 6);
        return NULL;
    }
    if (m == NULL)
        call_fail(c, 34);
    else if (c->twist.wrong_id && c->world->count > 1)
        m = m == c->world->movies ? m + 1 : m - 1;
    return m;
}

static void write_stored_section(
    const struct stored *d, enum section s, uint32_t page, struct buf *out)
{
    if (d->sections[s] == NULL)
        section_empty(s, d->imdb, out);
    else if (s == SECTION_REVIEWS)
        stored_page(d, s, page, out);
    else
        buf_str(out, d->sections[s]);
}

static void write_section(struct call *c, const struct movie *m, const struct gen_facts *f,
    enum section s, uint32_t page, struct buf *out)
{
    const struct stored *d = world_stored(c->world, m);

    if (s == SECTION_CHANGES && (d == NULL || d->sections[s] == NULL))
        changes_of_movie(c->world, m, c->world->today - 1, c->world->today, out);
    else if (d != NULL)
        write_stored_section(d, s, page, out);
    else
        gen_section(&c->world->gen, m->id, f, s, page, out);
}

static bool is_left_out(const struct call *c, const struct movie *m, enum section s)
{
    const struct stored *d = world_stored(c->world, m);

    if (c->twist.drop_section != NULL && strcmp(c->twist.drop_section, section_name(s)) == 0)
        return true;
    return c->world->missing_sections && d != NULL && d->sections[s] == NULL;
}

/* The sections append_to_response names, each once, in order; false: too many names. */
static bool read_append(const char *list, enum section *ret, unsigned *count)
{
    unsigned names = 0;

    *count = 0;
    while (*list != '\0') {
        size_t length = strcspn(list, ",");
        enum section s = section_find(list, length);
        bool known = s == SECTION_COUNT;

        if (length > 0 && ++names > APPEND_MAX)
            return false;
        for (unsigned i = 0; i < *count; i++)
            known = known || ret[i] == s;
        if (!known)
            ret[(*count)++] = s;
        list += length;
        list += *list == ',';
    }
    return true;
}

static void answer_movie(struct call *c, const struct movie *m, uint32_t page)
{
    const char *append = http_param(c->req, "append_to_response");
    const struct stored *d = world_stored(c->world, m);
    enum section sections[SECTION_COUNT];
    unsigned count = 0;
    struct gen_facts f;
    struct buf *body = &c->answer->body;

    if (append != NULL && !read_append(append, sections, &count)) {
        call_fail(c, 27);
        return;
    }
    world_facts(c->world, m, &f);
    if (d != NULL)
        buf_str(body, d->base);
    else
        gen_details(&c->world->gen, m->id, &f, body);
    for (unsigned i = 0; i < count; i++) {
        if (is_left_out(c, m, sections[i]))
            continue;
        BUF_LIT(body, ",\"");
        buf_str(body, section_name(sections[i]));
        BUF_LIT(body, "\":");
        write_section(c, m, &f, sections[i], page, body);
    }
    BUF_LIT(body, "}");
}

static void answer_section(struct call *c, const struct movie *m, uint32_t page)
{
    struct gen_facts f;
    struct buf section;

    world_facts(c->world, m, &f);
    buf_init(&section, BUF_MAX_ANSWER);
    write_section(c, m, &f, c->route.section, page, &section);
    buf_fmt(&c->answer->body, "{\"id\":%u", m->id);
    if (section.len > 2)
        buf_ch(&c->answer->body, ',');
    buf_add(&c->answer->body, section.p + 1, section.len - 1);
    buf_done(&section);
}

void details_answer(struct call *c)
{
    struct movie *m = find_movie(c);
    uint32_t page;
    int32_t from;
    int32_t to;

    if (m == NULL || !call_page(c, &page))
        return;
    switch (c->route.endpoint) {
    case ENDPOINT_MOVIE:
        answer_movie(c, m, page);
        break;
    case ENDPOINT_MOVIE_CHANGES:
        if (changes_range(c, &from, &to))
            changes_of_movie(c->world, m, from, to, &c->answer->body);
        break;
    default:
        answer_section(c, m, page);
        break;
    }
}
