/* Decoding by the field tables: types, presence, groups, empty and null lists, what no table
 * knows. */
#include "jsonnode.h"

#include "model/decode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct run {
    struct arena a;
    struct findings f;
    struct tmdb_movie m;
    bool ok;
};

static int set_up(void **state)
{
    static struct run r;
    memset(&r, 0, sizeof r);
    arena_init(&r.a);
    findings_init(&r.f);
    *state = &r;
    return 0;
}

static int tear_down(void **state)
{
    struct run *r = *state;
    arena_done(&r->a);
    findings_done(&r->f);
    return 0;
}

static void decode_tree(struct run *r, struct node *body)
{
    assert_non_null(body);
    r->ok = tmdb_decode(body, view_of("tmdb 1"), &r->a, &r->m, &r->f);
}

static void decode(struct run *r, const char *json)
{
    decode_tree(r, json_nodez(&r->a, json));
}

static const struct finding *finding(const struct run *r, size_t i)
{
    assert_true(i < r->f.kept.n);
    return vec_at(&r->f.kept, i);
}

#define assert_view(v, z)      assert_true(view_is((v), (z)))
#define ITEM(r, list, type, i) ((const struct type *)(r)->m.list.items + (i))

static void test_scalars_of_every_type(void **state)
{
    struct run *r = *state;
    decode(r, "{'id': 550, 'title': 'Fight Club', 'release_date': '1999-10-15', 'popularity': 24.5,"
              " 'vote_average': 8, 'adult': false, 'video': true, 'revenue': 100853753,"
              " 'external_ids': {'wikidata_id': 'Q190050', 'id': 550}}");
    assert_true(r->ok);
    assert_int_equal(r->m.tmdb_id, 550);
    assert_view(r->m.title, "Fight Club");
    assert_view(r->m.release_date, "1999-10-15");
    assert_true(r->m.popularity == 24.5 && r->m.vote_average == 8.0);
    assert_int_equal(r->m.adult, 0);
    assert_int_equal(r->m.video, 1);
    assert_int_equal(r->m.revenue, 100853753);
    assert_view(r->m.wikidata_id, "Q190050");
    assert_int_equal(r->f.kept.n, 0);
    assert_null(r->m.extra.p);
}

static void test_absent_null_and_empty_differ(void **state)
{
    struct run *r = *state;
    decode(r, "{'id': 1, 'tagline': null, 'overview': ''}");
    const struct record *m = &r->m.record;
    assert_true(r->ok);
    assert_false(field_said(m, TMDB_homepage));
    assert_true(field_said(m, TMDB_tagline) && !field_has_value(m, TMDB_tagline));
    assert_true(field_has_value(m, TMDB_overview));
    assert_int_equal(r->m.overview.n, 0);
    assert_non_null(r->m.overview.p);
}

static void test_convertible_types_are_findings_of_severity_fixed(void **state)
{
    struct run *r = *state;
    decode(r, "{'id': '550', 'runtime': 139.0, 'popularity': '1.5', 'adult': 1}");
    assert_true(r->ok);
    assert_int_equal(r->m.tmdb_id, 550);
    assert_int_equal(r->m.runtime, 139);
    assert_true(r->m.popularity == 1.5);
    assert_int_equal(r->m.adult, 1);
    assert_int_equal(r->f.per_rule[RULE_TYPE_FIXED], 4);
    assert_int_equal(r->f.kept.n, 4);
    assert_view(finding(r, 0)->field, "id");
    assert_view(finding(r, 0)->key, "tmdb 1");
}

static void test_other_types_are_errors_and_not_said(void **state)
{
    static const char *const bodies[] = {"{'id': 1, 'title': 5}", "{'id': 1, 'title': true}",
        "{'id': 1.5}", "{'id': 'x'}", "{'id': 1e300}", "{'adult': 2}", "{'adult': 'yes'}",
        "{'popularity': []}", "{'title': {}}", "{'id': '99999999999999999999'}",
        "{'popularity': 'high'}"};
    struct run *r = *state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        uint64_t before = r->f.per_rule[RULE_TYPE];
        decode(r, bodies[i]);
        assert_false(r->ok);
        assert_int_equal(r->f.per_rule[RULE_TYPE], before + 1);
        assert_true(r->m.record.said == 0 || r->m.record.said == 1);
    }
}

/* What the YAML reader makes of an unquoted 1984 in a title. */
static void test_unquoted_yaml_scalars_reach_text_fields_as_written(void **state)
{
    struct run *r = *state;
    struct node *body = node_new(&r->a, NODE_OBJECT), *title = node_int(&r->a, 7),
                *tagline = node_bool(&r->a, true);
    title->source = view_of("007");
    title->line = 3;
    title->column = 10;
    tagline->source = view_of("True");
    node_put(body, view_of("title"), title);
    node_put(body, view_of("tagline"), tagline);
    decode_tree(r, body);
    assert_true(r->ok);
    assert_view(r->m.title, "007");
    assert_view(r->m.tagline, "True");
    assert_int_equal(r->f.per_rule[RULE_TYPE_FIXED], 2);
    assert_int_equal(finding(r, 0)->line, 3);
    assert_int_equal(finding(r, 0)->column, 10);
}

static void test_lists_with_groups(void **state)
{
    struct run *r = *state;
    decode(r,
        "{'id': 1, 'release_dates': {'results': ["
        "{'iso_3166_1': 'US', 'release_dates': [{'type': 3, 'certification': 'R'}, {'type': 4}]},"
        "{'iso_3166_1': 'DE', 'release_dates': []},"
        "{'iso_3166_1': 'FR', 'release_dates': [{'type': 1}]}]}}");
    assert_true(r->ok);
    assert_true(r->m.release_dates.said);
    assert_int_equal(r->m.release_dates.n, 3);
    assert_view(ITEM(r, release_dates, tmdb_release_date, 0)->country, "US");
    assert_view(ITEM(r, release_dates, tmdb_release_date, 0)->certification, "R");
    assert_view(ITEM(r, release_dates, tmdb_release_date, 1)->country, "US");
    assert_view(ITEM(r, release_dates, tmdb_release_date, 2)->country, "FR");
    assert_int_equal(r->f.kept.n, 0);
    assert_null(r->m.extra.p); /* the empty group's key is nobody's leftover */
}

static void test_lists_keyed_by_objects(void **state)
{
    struct run *r = *state;
    decode(r, "{'id': 1, 'watch/providers': {'results': {'DE': {'link': 'L', 'flatrate':"
              " [{'provider_id': 8, 'provider_name': 'N', 'display_priority': 0}], 'rent': "
              "[{'provider_id': 2}]},"
              " 'US': {'link': 'M'}}}}");
    assert_true(r->ok);
    assert_int_equal(r->m.watch_links.n, 2);
    assert_view(ITEM(r, watch_links, tmdb_watch_link, 1)->country, "US");
    assert_view(ITEM(r, watch_links, tmdb_watch_link, 1)->link, "M");
    assert_int_equal(r->m.watch_providers.n, 2);
    assert_view(ITEM(r, watch_providers, tmdb_watch_provider, 1)->kind, "rent");
    assert_view(ITEM(r, watch_providers, tmdb_watch_provider, 1)->country, "DE");
    assert_int_equal(ITEM(r, watch_providers, tmdb_watch_provider, 1)->provider_id, 2);
    assert_null(r->m.extra.p);
}

static void test_values_as_elements(void **state)
{
    struct run *r = *state;
    decode(r, "{'id': 1, 'origin_country': ['US', 'NO']}");
    assert_int_equal(r->m.origin_countries.n, 2);
    assert_view(ITEM(r, origin_countries, tmdb_origin_country, 1)->country, "NO");
}

static void test_empty_null_and_absent_lists(void **state)
{
    struct run *r = *state;
    decode(r, "{'id': 1, 'genres': [], 'keywords': {'keywords': {}}, 'videos': null,"
              " 'credits': {'cast': null}, 'watch/providers': {'results': []}, "
              "'belongs_to_collection': null}");
    assert_true(r->ok);
    assert_true(r->m.genres.said && r->m.genres.n == 0);
    assert_true(r->m.keywords.said && r->m.keywords.n == 0);
    assert_true(r->m.watch_providers.said && r->m.watch_links.said);
    assert_true(r->m.collection.said && r->m.collection.n == 0);
    assert_false(r->m.videos.said);
    assert_false(r->m.cast.said);
    assert_false(r->m.crew.said);
    assert_false(r->m.reviews.said);
    assert_int_equal(r->f.per_rule[RULE_TYPE_FIXED], 3); /* {}, videos, cast */
    assert_null(r->m.extra.p);
}

static void test_wrong_structure_is_an_error(void **state)
{
    static const char *const bodies[] = {"{'genres': {'a': 1}}", "{'genres': 'x'}",
        "{'genres': [5]}", "{'credits': []}", "{'belongs_to_collection': 7}",
        "{'watch/providers': {'results': 'x'}}",
        "{'release_dates': {'results': [{'release_dates': []}]}}", "[]", "5"};
    struct run *r = *state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        decode(r, bodies[i]);
        assert_false(r->ok);
        assert_null(r->m.extra.p); /* refused once, not reported as unknown as well */
    }
}

static void test_leftovers_go_to_extra_as_json_pointers(void **state)
{
    struct run *r = *state;
    decode(r, "{'id': 1, 'new_thing': {'a': [1, null]}, 'genres': [{'id': 18, 'name': 'Drama', "
              "'icon': 'x'}],"
              " 'a/b': 1, 'c~d': true, 'credits': {'id': 1, 'cast': [], 'guests': []}}");
    assert_true(r->ok);
    assert_view(r->m.extra,
        "{\"/new_thing\":{\"a\":[1,null]},\"/genres/0/icon\":\"x\",\"/a~1b\":1,\"/c~0d\":true,"
        "\"/credits/guests\":[]}");
    assert_int_equal(r->f.kept.n, 0); /* from JSON it is no finding */
}

static void test_ignored_keys_are_left_out(void **state)
{
    struct run *r = *state;
    decode(r, "{'id': 1, 'similar': {'results': [1]}, 'videos': {'id': 1, 'results': []},"
              " 'reviews': {'page': 1, 'results': [], 'total_pages': 1, 'total_results': 0}}");
    assert_true(r->ok);
    assert_null(r->m.extra.p);
}

static void test_kept_extra_goes_on(void **state)
{
    struct run *r = *state;
    decode(r, "{\"id\": 1, \"extra\": \"{\\\"/x\\\":1}\", \"y\": 2}");
    assert_view(r->m.extra, "{\"/x\":1,\"/y\":2}");
    decode(r, "{'id': 1, 'extra': 'a text that TMDB sent'}");
    assert_true(r->ok);
    assert_view(r->m.extra, "{\"/extra\":\"a text that TMDB sent\"}");
}

static void test_extra_of_yaml_must_be_an_object(void **state)
{
    struct run *r = *state;
    struct node *body = json_nodez(&r->a, "{'id': 1, 'extra': 'oops'}");
    struct node *extra = node_get(body, "extra");
    extra->line = 7;
    extra->column = 3;
    decode_tree(r, body);
    assert_false(r->ok);
    assert_int_equal(finding(r, 0)->rule, RULE_FORMAT);
    assert_int_equal(finding(r, 0)->line, 7);
}

/* A name over every limit must not spoil the pointers of its neighbours. */
static void test_a_very_long_unknown_key(void **state)
{
    struct run *r = *state;
    struct node *body = node_new(&r->a, NODE_OBJECT);
    char *key = arena_take(&r->a, 5001);
    memset(key, 'k', 5000);
    node_put(body, view_of("id"), node_int(&r->a, 1));
    node_put(body, view_of(key), node_int(&r->a, 2));
    node_put(body, view_of("after"), node_int(&r->a, 3));
    decode_tree(r, body);
    assert_true(r->ok);
    struct node *extra = json_node(&r->a, r->m.extra);
    assert_non_null(extra);
    assert_int_equal(extra->n, 2);
    assert_int_equal(extra->first->key.n, 5001);
    assert_non_null(node_get(extra, "/after"));
}

static void test_places_of_values(void **state)
{
    struct run *r = *state;
    struct node *body = node_new(&r->a, NODE_OBJECT), *title = node_text(&r->a, view_of("T"));
    body->line = 4;
    body->column = 3;
    title->line = 5;
    title->column = 10;
    node_put(body, view_of("title"), title);
    decode_tree(r, body);
    assert_int_equal(r->m.record.at.line, 4);
    assert_non_null(r->m.record.places);
    assert_int_equal(r->m.record.places[TMDB_title].line, 5);
    assert_int_equal(r->m.record.places[TMDB_title].column, 10);
    decode(r, "{'title': 'T'}");
    assert_null(r->m.record.places);
}

static void test_one_key_read_into_two_fields(void **state)
{
    struct run *r = *state;
    decode(r, "{'credits': {'cast': [{'credit_id': 'c', 'name': 'N', 'id': 0}]}}");
    assert_view(ITEM(r, cast, tmdb_credit, 0)->name, "N");
    assert_view(ITEM(r, cast, tmdb_credit, 0)->credited_name, "N");
    assert_null(r->m.extra.p);
}

/* A long text of a finding is cut between characters. */
static void test_findings_are_cut_between_characters(void **state)
{
    struct run *r = *state;
    char text[1000];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    text[998] = '\0';
    findings_add(&r->f, RULE_TYPE, 1, 1, view_of("k"), "f", "%s", text);
    struct view v = finding(r, 0)->text;
    assert_true(v.n > 600 && v.n % 2 == 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_scalars_of_every_type),
        T(test_absent_null_and_empty_differ),
        T(test_convertible_types_are_findings_of_severity_fixed),
        T(test_other_types_are_errors_and_not_said),
        T(test_unquoted_yaml_scalars_reach_text_fields_as_written),
        T(test_lists_with_groups),
        T(test_lists_keyed_by_objects),
        T(test_values_as_elements),
        T(test_empty_null_and_absent_lists),
        T(test_wrong_structure_is_an_error),
        T(test_leftovers_go_to_extra_as_json_pointers),
        T(test_ignored_keys_are_left_out),
        T(test_kept_extra_goes_on),
        T(test_extra_of_yaml_must_be_an_object),
        T(test_a_very_long_unknown_key),
        T(test_places_of_values),
        T(test_one_key_read_into_two_fields),
        T(test_findings_are_cut_between_characters),
    };
    return cmocka_run_group_tests_name("model/decode", tests, NULL, NULL);
}
