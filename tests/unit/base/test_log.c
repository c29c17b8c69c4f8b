/* Tests of base/log: what reaches the sink, and that nothing does without one. */
#include "help.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct heard {
    int n;
    enum log_level level;
    char text[4000];
};

static void hear(void *payload, enum log_level level, const char *text)
{
    struct heard *h = payload;
    h->n++;
    h->level = level;
    (void)snprintf(h->text, sizeof h->text, "%s", text);
}

static int forget_sink(void **state)
{
    (void)state;
    log_install(NULL);
    return 0;
}

TEST(lines_reach_the_sink_as_they_are)
{
    struct heard h = {0};
    const struct log_sink sink = {hear, &h};
    log_install(&sink);
    for (int level = LOG_WARNING; level <= LOG_DETAIL; level++) {
        log_line((enum log_level)level, "%s %d%%", "part", level);
        assert_int_equal(h.n, level + 1);
        assert_int_equal(h.level, level);
    }
    assert_string_equal(h.text, "part 2%");
    log_line(LOG_INFO, "%s", "%s%n");
    assert_string_equal(h.text, "%s%n");
    log_line(LOG_INFO, "%s", "");
    assert_string_equal(h.text, "");
}

TEST(the_last_sink_counts)
{
    struct heard first = {0}, second = {0};
    const struct log_sink one = {hear, &first}, two = {hear, &second};
    log_install(&one);
    log_install(&two);
    log_line(LOG_INFO, "x");
    assert_int_equal(first.n, 0);
    assert_int_equal(second.n, 1);
    log_install(NULL);
    log_line(LOG_INFO, "x");
    assert_int_equal(second.n, 1);
}

static void log_without_sink(void *payload)
{
    (void)payload;
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    log_line(LOG_WARNING, "nobody hears");
    (void)fflush(NULL);
}

TEST(without_a_sink_nothing_is_printed)
{
    struct child_end end = in_child(log_without_sink, NULL);
    assert_int_equal(end.code, 0);
    assert_string_equal(end.said, "");
}

TEST(long_lines_are_cut)
{
    static char large[10000];
    struct heard h = {0};
    const struct log_sink sink = {hear, &h};
    memset(large, 'x', sizeof large - 1);
    log_install(&sink);
    log_line(LOG_INFO, "%s", large);
    assert_in_range(strlen(h.text), 1000, 2000);
    assert_memory_equal(h.text, large, 1000);
    assert_memory_equal(h.text + strlen(h.text) - 4, "x...", 4);
    for (size_t i = 0; i + 3 < sizeof large; i += 3)
        memcpy(large + i, "\xE2\x82\xAC", 4);
    for (int shift = 0; shift < 3; shift++) {
        log_line(LOG_INFO, "%.*s%s", shift, "ab", large);
        assert_memory_equal(h.text + strlen(h.text) - 6, "\xE2\x82\xAC...", 6);
    }
    log_line(LOG_INFO, "%.1999s", large);
    assert_int_equal(strlen(h.text), 1999); /* just fits */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(lines_reach_the_sink_as_they_are, forget_sink),
        cmocka_unit_test_teardown(the_last_sink_counts, forget_sink),
        cmocka_unit_test_teardown(without_a_sink_nothing_is_printed, forget_sink),
        cmocka_unit_test_teardown(long_lines_are_cut, forget_sink),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
