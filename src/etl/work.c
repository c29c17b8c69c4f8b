/* What every verb starts and ends with: see work.h. */
#include "etl/work.h"

#include "base/file.h"
#include "base/sys.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void etl_init_env(struct etl *x, const struct etl_config *config, const struct etl_request *request,
    const struct etl_ui *ui)
{
    *x = (struct etl){.config = config, .request = request, .ui = ui};
    findings_init(&x->findings);
}

void etl_done(struct etl *x)
{
    findings_done(&x->findings);
}

void etl_say(const struct etl *x, const char *fmt, ...)
{
    char line[4000];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    x->ui->say(x->ui->payload, line);
}

void etl_progress(
    const struct etl *x, const char *what, uint64_t done, uint64_t total, const char *detail)
{
    struct etl_progress p = {what, done, total, detail};
    x->ui->progress(x->ui->payload, &p);
}

const char *etl_count(uint64_t n, char to[32])
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), at = 0;
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            to[at++] = ',';
        to[at++] = digits[i];
    }
    to[at] = '\0';
    return to;
}

static bool lock_data_dir(struct work *w, struct err *e)
{
    struct arena a;
    arena_init(&a);
    bool ok = file_make_folders(w->x->config->data_dir, e) &&
              file_lock(arena_print(&a, "%s/.lock", w->x->config->data_dir).p, &w->lock_fd, e);
    arena_done(&a);
    return ok;
}

/* The lock on DATA_DIR is held, so whoever left a lease under this name is not alive any more. */
static bool take_lease(struct work *w, struct err *e)
{
    char host[256] = "", path[PATH_MAX] = "";
    struct arena a;
    (void)gethostname(host, sizeof host - 1);
    if (realpath(w->x->config->data_dir, path) == NULL)
        return err_errno(e, ERR_DISK, errno, "%s", w->x->config->data_dir);
    arena_init(&a);
    w->leased =
        store_take_lease(w->store, arena_print(&a, "%s:%s", host, path).p, LEASE_SECONDS, e);
    arena_done(&a);
    return w->leased;
}

static bool open_for_dry_run(struct work *w, bool may_be_missing, struct err *e)
{
    if (store_open(&w->x->config->store, STORE_READ, &w->store, e))
        return true;
    if (!may_be_missing || e->kind != ERR_NO_DATABASE)
        return false;
    etl_say(w->x, "store: none yet (dry run)");
    return true;
}

static bool begin_writing(struct work *w, enum store_mode mode, const char *command, struct err *e)
{
    return lock_data_dir(w, e) && store_open(&w->x->config->store, mode, &w->store, e) &&
           take_lease(w, e) && store_begin_run(w->store, command, sys_now(), &w->run_id, e);
}

static void release(struct work *w)
{
    struct err ignored;
    if (w->leased)
        (void)store_drop_lease(w->store, &ignored);
    store_close(w->store);
    if (w->lock_fd >= 0)
        (void)sys_close(w->lock_fd);
    *w = (struct work){.x = w->x, .lock_fd = -1};
}

static bool count_run(void *payload, const struct run_row *row, struct err *e)
{
    (void)row;
    (void)e;
    ++*(size_t *)payload;
    return true;
}

/* Said once, by the first run on a new database; the terms of all three ask for it. */
static bool say_attribution(struct work *w, struct err *e)
{
    size_t runs = 0;
    if (!store_each_run(w->store, 2, count_run, &runs, e))
        return false;
    if (runs > 1)
        return true;
    etl_say(w->x, "This product uses the TMDB API but is not endorsed or certified by TMDB.");
    etl_say(w->x, "Watch providers: JustWatch. Ratings and tags: MovieLens, GroupLens (not for "
                  "commercial use).");
    return true;
}

bool work_begin(
    struct etl *x, enum store_mode mode, const char *command, struct work *ret, struct err *e)
{
    *ret = (struct work){.x = x, .lock_fd = -1};
    bool ok = x->request->dry_run ? open_for_dry_run(ret, mode >= STORE_CREATE, e)
                                  : begin_writing(ret, mode, command, e);
    if (!ok) {
        release(ret);
        return false;
    }
    if (ret->store != NULL && !x->store_named)
        etl_say(x, "store: %s", store_name(ret->store));
    x->store_named = true;
    x->store_found = x->store_found || ret->store != NULL;
    if (x->first_run_id == 0)
        x->first_run_id = ret->run_id;
    ok = ret->run_id == 0 || mode < STORE_CREATE || say_attribution(ret, e);
    return ok || work_end(ret, false, "", e);
}

/* The exit code that cli will give for this outcome. */
static int outcome_code(const struct etl *x, bool ok, const struct err *e)
{
    enum err_kind kind = !ok ? e->kind : x->more ? ERR_MORE : x->partial ? ERR_PARTIAL : ERR_NONE;
    return err_exit_code(kind);
}

bool work_end(struct work *w, bool ok, const char *summary, struct err *e)
{
    struct err later;
    if (w->run_id != 0) {
        int code = outcome_code(w->x, ok, e);
        bool ended =
            store_end_run(w->store, w->run_id, sys_now(), code, ok ? summary : e->text, &later);
        if (!ended && ok) {
            *e = later;
            ok = false;
        }
    }
    release(w);
    return ok;
}

struct reporting {
    struct work *w;
    const struct findings *findings;
};

static bool add_findings(void *payload, struct err *e)
{
    const struct reporting *r = payload;
    return store_add_findings(r->w->store, r->w->run_id, r->findings, sys_now(), e);
}

static bool record(struct work *w, struct findings *f, struct err *e)
{
    struct reporting r = {w, f};
    bool ok = w->run_id == 0 || f->kept.n == 0 || store_transact(w->store, add_findings, &r, e);
    findings_done(f);
    findings_init(f);
    return ok;
}

bool work_report(struct work *w, struct findings *f, struct err *e)
{
    for (size_t i = 0; i < f->kept.n; i++)
        w->x->ui->finding(w->x->ui->payload, vec_at(&f->kept, i));
    findings_merge(&w->x->findings, f);
    return record(w, f, e);
}

bool work_report_refused(struct work *w, struct findings *f, struct err *e)
{
    for (size_t i = 0; i < f->kept.n; i++) {
        const struct finding *x = vec_at(&f->kept, i);
        if (x->rule != RULE_STORE_REFUSED)
            continue;
        w->x->ui->finding(w->x->ui->payload, x);
        findings_copy(&w->x->findings, x);
    }
    return record(w, f, e);
}
