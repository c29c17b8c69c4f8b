/* See cli_test.h. */
#include "cli_test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void line_split(struct line *l, const char *text)
{
    *l = (struct line){.argc = 0};
    (void)snprintf(l->text, sizeof l->text, "%s", text);
    static char program[] = "movie-etl", empty[] = "";
    l->argv[l->argc++] = program;
    for (char *at = l->text; *at != '\0';) {
        size_t n = strcspn(at, " ");
        bool last = at[n] == '\0';
        at[n] = '\0';
        if (n > 0) {
            assert_true(l->argc < LINE_WORDS);
            l->argv[l->argc++] = strcmp(at, "~") == 0 ? empty : at;
        }
        at += n + (last ? 0 : 1);
    }
}

bool line_parse(struct line *l, const char *text, struct cli_args *a, struct err *e)
{
    line_split(l, text);
    args_init(a);
    return args_parse(a, l->argc, l->argv, e);
}

static char folder[64];
static int home = -1;

int folder_setup(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/movie-etl-cli.XXXXXX");
    home = open(".", O_RDONLY | O_CLOEXEC);
    assert_true(home >= 0);
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    return 0;
}

static int remove_it(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

int folder_teardown(void **state)
{
    (void)state;
    assert_int_equal(fchdir(home), 0);
    (void)close(home);
    assert_int_equal(nftw(folder, remove_it, 8, FTW_DEPTH | FTW_PHYS), 0);
    return 0;
}

void write_file(const char *path, const char *text, size_t n)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

void write_text(const char *path, const char *text)
{
    write_file(path, text, strlen(text));
}

void assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("'%s' is not in:\n%s", part, text);
}

void assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        fail_msg("'%s' is in:\n%s", part, text);
}

void open_terminal(int *ret_master, int *ret_slave)
{
    *ret_slave = -1;
    *ret_master = posix_openpt(O_RDWR | O_NOCTTY);
    if (*ret_master >= 0 && grantpt(*ret_master) == 0 && unlockpt(*ret_master) == 0)
        *ret_slave = open(ptsname(*ret_master), O_RDWR | O_NOCTTY);
    if (*ret_slave >= 0)
        return;
    print_message("no pseudo-terminal can be had here\n");
    skip();
}
