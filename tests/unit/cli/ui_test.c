/* See ui_test.h. */
#include "ui_test.h"

#include <string.h>

struct setting s;

struct ui_options plain(void)
{
    s.out = tmpfile();
    s.err = tmpfile();
    assert_true(s.out != NULL && s.err != NULL);
    return (struct ui_options){
        .command = "process", .progress = true, .out_fd = fileno(s.out), .err_fd = fileno(s.err)};
}

const char *text_of(FILE *f)
{
    struct err e;
    (void)ui_flush(&s.ui, &e);
    assert_int_equal(fseek(f, 0, SEEK_SET), 0);
    s.text[fread(s.text, 1, sizeof s.text - 1, f)] = '\0';
    return s.text;
}

void done(void)
{
    ui_done(&s.ui);
    (void)fclose(s.out);
    (void)fclose(s.err);
}

void begin(struct ui_options o)
{
    ui_init(&s.ui, &o);
}

struct finding finding(enum rule rule, const char *file, uint64_t line, uint64_t column,
    const char *key, const char *field, const char *text)
{
    return (struct finding){
        rule, view_of(file), line, column, view_of(key), view_of(field), view_of(text)};
}

void find(struct finding f)
{
    s.ui.etl.finding(s.ui.etl.payload, &f);
}

void progress(const char *what, uint64_t done_n, uint64_t total, const char *detail)
{
    struct etl_progress p = {what, done_n, total, detail};
    s.ui.etl.progress(s.ui.etl.payload, &p);
}

void end_work(void)
{
    struct findings none;
    findings_init(&none);
    ui_end_work(&s.ui, &none);
    findings_done(&none);
}

size_t count(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        n++;
    return n;
}
