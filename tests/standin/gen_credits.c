/*
 * People, cast and crew of generated movies. See gen.h.
 *
 * A few thousand people do most of the work, as in life: the person of a credit is drawn with the
 * cube of a uniform number. On purpose there are people with two roles or two jobs on a film,
 * people in cast and crew, different people of one name, holes in "order", and now and then a crew
 * credit without a person id.
 */
#include "gen.h"

#include "gen_words.h"
#include "text.h"

enum { PEOPLE = 400000 };

static uint32_t draw_person(struct rng *r)
{
    uint64_t u = rng_next(r);
    uint64_t cube = (u * u >> 32) * u >> 32;

    return 1 + (uint32_t)(cube * PEOPLE >> 32);
}

void gen_object_id(uint32_t id, unsigned kind, uint32_t index, struct buf *out)
{
    buf_hex(out, 0x52000000u | (kind << 16), 8);
    buf_hex(out, id, 8);
    buf_hex(out, index, 8);
}

static void write_name(uint32_t person, struct rng *r, struct buf *out)
{
    if (person % 9 == 4) {
        const struct word_pair *name = &words_native_names[rng_below(r, WORDS_NATIVE_NAMES)];
        BUF_LIT(out, ",\"name\":\"");
        buf_str(out, name->a);
        BUF_LIT(out, "\",\"original_name\":\"");
        buf_str(out, name->b);
    } else {
        const char *given = words_given[rng_below(r, WORDS_GIVEN)];
        const char *family = words_family[rng_below(r, WORDS_FAMILY)];
        char initial[4] = {(char)('A' + rng_below(r, 26)), '.', ' ', '\0'};

        if (person % 2 == 0)
            initial[0] = '\0';
        BUF_LIT(out, ",\"name\":\"");
        buf_str(out, given);
        buf_ch(out, ' ');
        buf_str(out, initial);
        buf_str(out, family);
        BUF_LIT(out, "\",\"original_name\":\"");
        buf_str(out, given);
        buf_ch(out, ' ');
        buf_str(out, initial);
        buf_str(out, family);
    }
}

void gen_person(const struct gen *g, uint32_t person, bool null_id, struct buf *out)
{
    struct rng r;

    gen_rng(g, person, 40, &r);
    BUF_LIT(out, "\"adult\":false,\"gender\":");
    buf_uint(out, rng_below(&r, 40) == 0 ? 3 : rng_below(&r, 3));
    BUF_LIT(out, ",\"id\":");
    if (null_id)
        BUF_LIT(out, "null");
    else
        buf_uint(out, person);
    BUF_LIT(out, ",\"known_for_department\":\"");
    buf_str(out, rng_below(&r, 3) > 0 ? "Acting" : words_jobs[rng_below(&r, WORDS_JOBS)].a);
    BUF_LIT(out, "\"");
    write_name(person, &r, out);
    BUF_LIT(out, "\",\"popularity\":");
    buf_fixed(out, 1 + rng_below(&r, 30000), 4);
    BUF_LIT(out, ",\"profile_path\":");
    if (rng_below(&r, 3) > 0)
        BUF_LIT(out, "null");
    else
        gen_path(g, person, 41, out);
}

static void write_cast(
    const struct gen *g, uint32_t id, uint32_t i, uint32_t person, struct rng *r, struct buf *out)
{
    if (i > 0)
        buf_ch(out, ',');
    buf_ch(out, '{');
    gen_person(g, person, false, out);
    BUF_LIT(out, ",\"cast_id\":");
    buf_uint(out, i + 1);
    BUF_LIT(out, ",\"character\":\"");
    buf_str(out, words_characters[rng_below(r, WORDS_CHARACTERS)]);
    BUF_LIT(out, "\",\"credit_id\":\"");
    gen_object_id(id, 0xfe, i, out);
    BUF_LIT(out, "\",\"order\":");
    buf_uint(out, i + (i > 8 ? 2 : 0));
    buf_ch(out, '}');
}

static void write_crew(
    const struct gen *g, uint32_t id, uint32_t i, uint32_t person, struct rng *r, struct buf *out)
{
    /* the first one directs */
    const struct word_pair *job = &words_jobs[i == 0 ? 0 : rng_below(r, WORDS_JOBS)];

    if (i > 0)
        buf_ch(out, ',');
    buf_ch(out, '{');
    gen_person(g, person, rng_one_in(r, 3000), out);
    BUF_LIT(out, ",\"credit_id\":\"");
    gen_object_id(id, 0xfd, i, out);
    BUF_LIT(out, "\",\"department\":\"");
    buf_str(out, job->a);
    BUF_LIT(out, "\",\"job\":\"");
    buf_str(out, job->b);
    BUF_LIT(out, "\"}");
}

void gen_credits(const struct gen *g, uint32_t id, struct buf *out)
{
    struct rng r;
    uint32_t cast;
    uint32_t crew;
    uint32_t person = 1;

    gen_rng(g, id, 42, &r);
    cast = g->small ? 3 + rng_below(&r, 4) : 18 + rng_below(&r, 33);
    crew = g->small ? 1 + rng_below(&r, 3) : 12 + rng_below(&r, 27);
    BUF_LIT(out, "{\"cast\":[");
    for (uint32_t i = 0; i < cast; i++) {
        if (i == 0 || !rng_one_in(&r, 40)) /* otherwise the person before plays a second role */
            person = draw_person(&r);
        write_cast(g, id, i, person, &r, out);
    }
    BUF_LIT(out, "],\"crew\":[");
    for (uint32_t i = 0; i < crew; i++) {
        if (!rng_one_in(&r, 8)) /* otherwise the one before again: two jobs, or cast and crew */
            person = draw_person(&r);
        write_crew(g, id, i, person, &r, out);
    }
    BUF_LIT(out, "]}");
}
