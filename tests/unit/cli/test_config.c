/* The configuration: precedence, secrets from files, the two guards, and that no
 * secret is shown. */
#include "cli_test.h"

#include "cli/config.h"
#include "cli/dotenv.h"
#include "cli/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_A "0123456789abcdef0123456789ABCDEF"
#define KEY_B "ffffffffffffffffffffffffffffffff"
#define TOKEN "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln-bmF0_dXJl"

/* A command line, an environment (one "K=V" a line) and a .env (NULL: none), and what came of
 * them. */
struct trial {
    struct line line;
    struct cli_args args;
    struct config config;
    struct err err;
    char environment[3000], *variables[40];
    bool ok;
};
static struct trial t;

static void load(const char *command, const char *environment, const char *dotenv)
{
    size_t n = 0;
    t.err = (struct err){.kind = ERR_NONE};
    (void)snprintf(t.environment, sizeof t.environment, "%s", environment);
    for (char *at = t.environment; *at != '\0'; n++) {
        size_t length = strcspn(at, "\n");
        bool last = at[length] == '\0';
        t.variables[n] = at;
        at[length] = '\0';
        at += length + (last ? 0 : 1);
    }
    t.variables[n] = NULL;
    if (dotenv != NULL)
        write_text(".env", dotenv);
    if (!line_parse(&t.line, command, &t.args, &t.err))
        fail_msg("movie-etl %s: %s", command, t.err.text);
    config_init(&t.config);
    t.ok = config_load(&t.config, &t.args, t.variables, &t.err);
}

static void done(void)
{
    config_done(&t.config);
    args_done(&t.args);
    (void)unlink(".env");
}

/* Fails with CONFIG and exactly this text. */
static void refuse(
    const char *command, const char *environment, const char *dotenv, const char *text)
{
    load(command, environment, dotenv);
    if (t.ok)
        fail_msg("accepted: %s / %s / %s", command, environment, dotenv == NULL ? "" : dotenv);
    assert_string_equal(t.err.text, text);
    assert_int_equal(t.err.kind, ERR_CONFIG);
    assert_true(err_hint_of(&t.err)[0] != '\0');
    done();
}

static void accept(const char *command, const char *environment, const char *dotenv)
{
    load(command, environment, dotenv);
    if (!t.ok)
        fail_msg("refused: %s", t.err.text);
}

static void test_defaults(void **state)
{
    static const char *const sections[] = {"credits", "keywords", "videos", "reviews",
        "release_dates", "watch/providers", "external_ids", "alternative_titles"};
    (void)state;
    accept("init --full", "", NULL);
    const struct etl_config *c = &t.config.etl;
    assert_string_equal(c->store.path, "data/movies.db");
    assert_null(c->store.host);
    assert_true(c->store.port == 0 && c->store.user == NULL && c->store.pass == NULL &&
                c->store.db == NULL);
    assert_true(c->store.tls == NULL && c->store.socket == NULL && c->store.foreign_keys);
    assert_string_equal(c->store.prefix, "");
    assert_string_equal(c->tmdb.base_url, "https://api.themoviedb.org/3");
    assert_string_equal(c->tmdb.export_url, "https://files.tmdb.org/p/exports");
    assert_null(c->tmdb.key);
    assert_string_equal(c->tmdb.language, "en-US");
    assert_true(c->tmdb.rate > 34.9 && c->tmdb.rate < 35.1);
    assert_true(c->tmdb.connections >= 1 && c->tmdb.connections <= 20 && c->tmdb.tries >= 2);
    assert_true(!c->tmdb.include_adult && c->tmdb.timeout_ms > 0);
    assert_string_equal(c->data_dir, "data");
    assert_null(c->movielens_path);
    size_t n = 0;
    for (; c->tmdb.sections[n] != NULL; n++) {
        bool known = false;
        for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
            known = known || strcmp(c->tmdb.sections[n], sections[i]) == 0;
        assert_true(known);
    }
    assert_int_equal(n, sizeof sections / sizeof sections[0]);
    assert_int_equal(t.config.warnings.n, 0);
    done();
}

static void test_precedence(void **state)
{
    (void)state;
    accept("status", "", "DATA_DIR=file");
    assert_string_equal(t.config.etl.data_dir, "file");
    done();
    accept("status", "DATA_DIR=environment", "DATA_DIR=file");
    assert_string_equal(t.config.etl.data_dir, "environment");
    done();
    accept("status --data-dir flag", "DATA_DIR=environment", "DATA_DIR=file");
    assert_string_equal(t.config.etl.data_dir, "flag");
    done();
    /* An empty value unsets what a lower place says. */
    accept("status", "DATA_DIR=", "DATA_DIR=file");
    assert_string_equal(t.config.etl.data_dir, "data");
    done();
    accept("status", "SQL_HOST=\nSQL_USER=", "SQL_HOST=db1\nSQL_USER=app");
    assert_null(t.config.etl.store.host);
    done();
    accept("init --full --rate 7 --movielens m --database d.db",
        "TMDB_RATE=8\nMOVIELENS_PATH=x\nSQL_PATH=y", "TMDB_RATE=9");
    assert_true(t.config.etl.tmdb.rate > 6.9 && t.config.etl.tmdb.rate < 7.1);
    assert_string_equal(t.config.etl.movielens_path, "m");
    assert_string_equal(t.config.etl.store.path, "d.db");
    done();
    /* The last of two lines counts, and a warning says so. */
    accept("status", "", "DATA_DIR=a\nDATA_DIR=b");
    assert_string_equal(t.config.etl.data_dir, "b");
    assert_int_equal(t.config.warnings.n, 1);
    assert_string_equal(*(const char **)vec_at(&t.config.warnings, 0),
        ".env:2: DATA_DIR was set in line 1 already; this one counts");
    done();
    /* A variable whose name only begins like a key is another one. */
    accept("status", "DATA_DIRS=x\nDATA=y", NULL);
    assert_string_equal(t.config.etl.data_dir, "data");
    done();
}

static void test_env_file(void **state)
{
    (void)state;
    write_text("other.env", "DATA_DIR=other");
    accept("status --env-file other.env", "", "DATA_DIR=file");
    assert_string_equal(t.config.etl.data_dir, "other");
    done();
    refuse("status --env-file nowhere.env", "", NULL,
        "--env-file: cannot open nowhere.env: No such file or directory");
    write_text("other.env", "DATA_DIR=x\nnonsense\n");
    refuse("status --env-file other.env", "", NULL, "other.env:2: expected KEY=VALUE");
    write_text("other.env", "TMDB_RATE=x");
    refuse("missing --env-file other.env", "", NULL,
        "other.env:1: TMDB_RATE: 'x' is not a number of requests per second, like 35 or 0.5");
}

static void test_unreadable_dotenv(void **state)
{
    (void)state;
    assert_int_equal(mkdir(".env", 0777), 0);
    refuse("status", "", NULL, "cannot read .env: Is a directory");
    assert_int_equal(rmdir(".env"), 0);
    assert_int_equal(symlink("nowhere", ".env"), 0); /* it exists, and cannot be read */
    refuse("status", "", NULL, "cannot open .env: No such file or directory");
    if (geteuid() != 0) {
        write_text(".env", "DATA_DIR=x");
        assert_int_equal(chmod(".env", 0), 0);
        refuse("status", "", NULL, "cannot open .env: Permission denied");
    }
}

/* ---- secrets */

static void test_secret_files(void **state)
{
    static const char *const endings[] = {"", "\n", "\r\n"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char text[100];
        (void)snprintf(text, sizeof text, "%s%s", KEY_A, endings[i]);
        write_text("key", text);
        accept("missing", "TMDB_API_KEY_FILE=key", NULL);
        assert_string_equal(t.config.etl.tmdb.key, KEY_A);
        done();
    }
    write_text("pass", " two lines\nof it \n\n");
    accept("status", "SQL_HOST=db1\nSQL_USER=app\nSQL_DB=movies", "SQL_PASS_FILE=pass");
    assert_string_equal(t.config.etl.store.pass, " two lines\nof it \n"); /* one newline is cut */
    done();
    /* A higher place wins, whichever form it has. */
    write_text("key", KEY_A);
    accept("missing", "TMDB_API_KEY=" KEY_B, "TMDB_API_KEY_FILE=key");
    assert_string_equal(t.config.etl.tmdb.key, KEY_B);
    done();
    accept("missing", "TMDB_API_KEY_FILE=key", "TMDB_API_KEY=" KEY_B);
    assert_string_equal(t.config.etl.tmdb.key, KEY_A);
    done();
}

static void test_bad_secret_files(void **state)
{
    (void)state;
    write_text("key", KEY_A);
    refuse("missing", "TMDB_API_KEY=" KEY_A "\nTMDB_API_KEY_FILE=key", NULL,
        "TMDB_API_KEY and TMDB_API_KEY_FILE are both set");
    refuse("missing", "", "TMDB_API_KEY=" KEY_A "\nTMDB_API_KEY_FILE=key",
        "TMDB_API_KEY and TMDB_API_KEY_FILE are both set in .env");
    refuse("status", "SQL_HOST=x\nSQL_PASS=a\nSQL_PASS_FILE=key", NULL,
        "SQL_PASS and SQL_PASS_FILE are both set");
    refuse("missing", "TMDB_API_KEY_FILE=nowhere", NULL,
        "TMDB_API_KEY_FILE: cannot open nowhere: No such file or directory");
    refuse("missing", "", "\nTMDB_API_KEY_FILE=nowhere",
        ".env:2: TMDB_API_KEY_FILE: cannot open nowhere: No such file or directory");
    write_text("key", "");
    refuse("missing", "TMDB_API_KEY_FILE=key", NULL, "TMDB_API_KEY_FILE: key is empty");
    write_file("key", "abc\0def", 7);
    refuse("missing", "TMDB_API_KEY_FILE=key", NULL, "TMDB_API_KEY_FILE: key holds a NUL byte");
    write_text("key", KEY_A "\n\n");
    refuse("missing", "TMDB_API_KEY_FILE=key", NULL,
        "TMDB_API_KEY_FILE: 33 characters where 32 hex digits are expected");
    char *big = calloc(1, VALUE_MAX + 10);
    assert_non_null(big);
    memset(big, 'a', VALUE_MAX + 9);
    write_text("key", big);
    free(big);
    refuse("status", "SQL_HOST=x\nSQL_PASS_FILE=key", NULL,
        "SQL_PASS_FILE: key is larger than 65538 bytes");
}

/* Whatever is wrong, the secret is not told. */
static void test_no_secret_is_shown(void **state)
{
    static const char *const lines[][2] = {
        {"TMDB_API_KEY=hunter2hunter2", NULL},
        {"TMDB_API_KEY=hunter2hunter2hunter2hunter2xxxx", NULL},
        {"TMDB_API_KEY=hunter2.hunter2.hun ter2", NULL},
        {"SQL_PASS=hunter2", NULL},
        {"TMDB_BASE_URL=https://app:hunter2@host", NULL},
        {"TMDB_BASE_URL=https://host?api_key=hunter2", NULL},
        {"", "TMDB_API_KEY=\"hunter2"},
        {"", "TMDB_API_KEY='hunter2'x"},
        {"", "SQL_PASS=\"hunter2\\q\""},
        {"", "SQL_PASS hunter2"},
        {"", "hunter2"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        load("missing", lines[i][0], lines[i][1]);
        assert_false(t.ok);
        assert_lacks(t.err.text, "hunter2");
        assert_lacks(err_hint_of(&t.err), "hunter2");
        done();
    }
    load("missing", "", "TMDB_API_KYE=hunter2\nTMDB_API_KEY=" KEY_A "\nTMDB_API_KEY=" KEY_B);
    assert_true(t.ok);
    assert_int_equal(t.config.warnings.n, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_lacks(*(const char **)vec_at(&t.config.warnings, i), "hunter2");
        assert_lacks(*(const char **)vec_at(&t.config.warnings, i), "0123");
    }
    done();
}

/* A command that does not need a secret does not look for it. */
static void test_secrets_only_where_needed(void **state)
{
    (void)state;
    accept("process --file a", "TMDB_API_KEY_FILE=nowhere", NULL);
    done();
    accept("init --load-movielens", "TMDB_API_KEY=short", NULL);
    assert_null(t.config.etl.tmdb.key);
    done();
    refuse("init --fetch-tmdb", "TMDB_API_KEY=short", NULL,
        "TMDB_API_KEY: 5 characters where 32 hex digits are expected");
    accept("validate a", "SQL_PASS_FILE=nowhere\nSQL_USER=app\nSQL_PORT=x", NULL);
    done();
}

/* ---- guards */

static void test_lost_host(void **state)
{
    (void)state;
    refuse("status", "SQL_USER=app", NULL, "SQL_USER is set, but SQL_HOST is not");
    refuse("status", "SQL_PASS=x", NULL, "SQL_PASS is set, but SQL_HOST is not");
    refuse("status", "", "SQL_DB=movies", ".env:1: SQL_DB is set, but SQL_HOST is not");
    refuse("status", "SQL_SOCKET=/x", NULL, "SQL_SOCKET is set, but SQL_HOST is not");
    refuse("init --full", "SQL_HOST=\nSQL_USER=app", "SQL_HOST=db1",
        "SQL_USER is set, but SQL_HOST is not");
    load("status", "SQL_USER=app", NULL);
    assert_holds(t.err.hint, "SQL_HOST");
    assert_holds(t.err.hint, "--database");
    done();
    accept("status",
        "SQL_USER=app\nSQL_PASS=x\nSQL_DB=movies\nSQL_HOST=db1\nSQL_PORT=3307\nSQL_PREFIX=m_\n"
        "SQL_TLS=require\nSQL_FOREIGN_KEYS=off\nSQL_SOCKET=/s",
        NULL);
    const struct store_config *s = &t.config.etl.store;
    assert_string_equal(s->host, "db1");
    assert_string_equal(s->user, "app");
    assert_string_equal(s->pass, "x");
    assert_string_equal(s->db, "movies");
    assert_string_equal(s->prefix, "m_");
    assert_string_equal(s->tls, "require");
    assert_string_equal(s->socket, "/s");
    assert_true(s->port == 3307 && !s->foreign_keys);
    assert_string_equal(config_store_name(&t.config), "mysql movies on db1");
    assert_string_equal(config_store_word(&t.config), "movies");
    done();
    accept("status", "SQL_PORT=3306\nSQL_PREFIX=", NULL); /* a port alone names no server */
    done();
    /* A file named on the command line is meant, whatever else is configured. */
    accept("status --database d/x.db", "SQL_HOST=db1\nSQL_USER=app", NULL);
    assert_null(t.config.etl.store.host);
    assert_string_equal(config_store_name(&t.config), "sqlite d/x.db");
    assert_string_equal(config_store_word(&t.config), "x.db");
    done();
    accept("status --database x.db", "SQL_USER=app", NULL);
    done();
}

static void test_rate(void **state)
{
    (void)state;
    refuse("missing --rate 41", "", NULL,
        "--rate: 41 requests per second where TMDB's hosts allow 40");
    refuse("missing", "TMDB_RATE=40.5", NULL,
        "TMDB_RATE: 40.5 requests per second where TMDB's hosts allow 40");
    refuse("missing", "", "# x\nTMDB_RATE=0",
        ".env:2: TMDB_RATE: 0 (unlimited) is only for another TMDB_BASE_URL");
    refuse("missing", "TMDB_BASE_URL=https://api.tmdb.org/3\nTMDB_RATE=0", NULL,
        "TMDB_RATE: 0 (unlimited) is only for another TMDB_BASE_URL");
    refuse("missing", "TMDB_BASE_URL=http://127.0.0.1:9/3\nTMDB_RATE=-1", NULL,
        "TMDB_RATE: not a number of requests per second, like 35 or 0.5");
    refuse("missing", "TMDB_BASE_URL=http://127.0.0.1:9/3\nTMDB_RATE=1e300", NULL,
        "TMDB_RATE: not a number of requests per second, like 35 or 0.5");
    accept("missing --rate 40", "", NULL);
    done();
    accept("missing --rate 0", "TMDB_BASE_URL=http://127.0.0.1:9/3", NULL);
    assert_true(t.config.etl.tmdb.rate <= 0);
    done();
    accept("missing --rate 5000", "TMDB_BASE_URL=http://127.0.0.1:9/3", NULL);
    done();
}

static void test_sections(void **state)
{
    (void)state;
    accept("missing", "TMDB_SECTIONS=images, translations\nTMDB_ADULT=include\nTMDB_LANGUAGE=de",
        NULL);
    size_t found = 0, n = 0;
    for (; t.config.etl.tmdb.sections[n] != NULL; n++)
        found += strcmp(t.config.etl.tmdb.sections[n], "images") == 0 ||
                 strcmp(t.config.etl.tmdb.sections[n], "translations") == 0;
    assert_true(found == 2 && n == 10);
    assert_true(t.config.etl.tmdb.include_adult);
    assert_string_equal(t.config.etl.tmdb.language, "de");
    done();
}

/* ---- names that are nearly ours */

static void test_misspelt(void **state)
{
    static const char *const rows[][2] = {
        {"TMDB_API_KYE", "TMDB_API_KEY"},
        {"TMDB_APIKEY", "TMDB_API_KEY"},
        {"tmdb_api_key", "TMDB_API_KEY"},
        {"SQL_PASSWORD", "SQL_PASS"},
        {"SQL_HSOT", "SQL_HOST"},
        {"SQL_DATABASE", "SQL_DB"},
        {"SQL_USERS", "SQL_USER"},
        {"DATADIR", "DATA_DIR"},
        {"MOVIELENS_PAHT", "MOVIELENS_PATH"},
        {"Sql_Host", "SQL_HOST"},
        {"TMDB_TOKEN", "TMDB_API_KEY"},
        {"MYSQL_HOST", NULL},
        {"MYSQL_PASSWORD", NULL},
        {"PATH", NULL},
        {"HOME", NULL},
        {"API_KEY", NULL},
        {"POSTGRES_USER", NULL},
        {"DEBUG", NULL},
        {"SQLALCHEMY_DATABASE_URI", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *meant = key_meant(view_of(rows[i][0]));
        if (rows[i][1] == NULL ? meant != NULL : meant == NULL || strcmp(meant, rows[i][1]) != 0)
            fail_msg("%s is taken for %s", rows[i][0], meant == NULL ? "nothing" : meant);
    }
    accept("status", "", "SQL_PASSWORD=x\nMYSQL_USER=y\nEDITOR=vi");
    assert_int_equal(t.config.warnings.n, 1);
    assert_string_equal(*(const char **)vec_at(&t.config.warnings, 0),
        ".env:1: SQL_PASSWORD is not a key of movie-etl, ignoring it; did you mean SQL_PASS?");
    done();
}

static void test_wrong_values_are_placed(void **state)
{
    (void)state;
    refuse("status", "SQL_PORT=x", NULL, "SQL_PORT: 'x' is not a port from 1 to 65535");
    refuse("status", "", "A=b\nSQL_PORT=x", ".env:2: SQL_PORT: 'x' is not a port from 1 to 65535");
    refuse("missing --rate fast", "", NULL,
        "--rate: 'fast' is not a number of requests per second, like 35 or 0.5");
    refuse("status", "SQL_PREFIX=a-b", NULL,
        "SQL_PREFIX: 'a-b' is not a prefix of at most 16 letters, digits and _");
    refuse("missing", "TMDB_LANGUAGE=\xFF\xFE", NULL, "TMDB_LANGUAGE: the value is not UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_defaults),
        IN_FOLDER(test_precedence),
        IN_FOLDER(test_env_file),
        IN_FOLDER(test_unreadable_dotenv),
        IN_FOLDER(test_secret_files),
        IN_FOLDER(test_bad_secret_files),
        IN_FOLDER(test_no_secret_is_shown),
        IN_FOLDER(test_secrets_only_where_needed),
        IN_FOLDER(test_lost_host),
        IN_FOLDER(test_rate),
        IN_FOLDER(test_sections),
        IN_FOLDER(test_misspelt),
        IN_FOLDER(test_wrong_values_are_placed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
