/* Seam: see seam.h. The counters are the only state; the plan is the caller's. */
#include "seam.h"

#include "base/num.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

static const char *const kind_names[SEAM_KINDS + 1] = {
    [SYS_OPEN] = "open",
    [SYS_READ] = "read",
    [SYS_WRITE] = "write",
    [SYS_SYNC] = "sync",
    [SYS_RENAME] = "rename",
    [SYS_UNLINK] = "unlink",
    [SYS_TRUNCATE] = "truncate",
    [SYS_MKDIR] = "mkdir",
    [SEAM_ANY] = "any",
};

static const struct {
    const char *name;
    int errnum;
} errnos[] = {
    {"EACCES", EACCES},
    {"EAGAIN", EAGAIN},
    {"EBUSY", EBUSY},
    {"EDQUOT", EDQUOT},
    {"EEXIST", EEXIST},
    {"EFBIG", EFBIG},
    {"EINTR", EINTR},
    {"EIO", EIO},
    {"EMFILE", EMFILE},
    {"ENFILE", ENFILE},
    {"ENOENT", ENOENT},
    {"ENOMEM", ENOMEM},
    {"ENOSPC", ENOSPC},
    {"EPERM", EPERM},
    {"EROFS", EROFS},
    {"EXDEV", EXDEV},
};

static const struct seam_plan *plan;
static struct sys_seam installed;
static _Atomic int64_t counts[SEAM_KINDS + 1];

/* Takes what comes before `separator` off *rest; all of it when there is none. */
static struct view take(struct view *rest, char separator)
{
    size_t end = view_find(*rest, 0, separator);
    struct view part = view_slice(*rest, 0, end);

    *rest = view_slice(*rest, end < rest->n ? end + 1 : end, rest->n);
    return part;
}

static bool parse_kind(struct view name, int *ret)
{
    for (int k = 0; k <= SEAM_KINDS; k++) {
        if (view_is(name, kind_names[k])) {
            *ret = k;
            return true;
        }
    }
    return false;
}

static bool parse_errno(struct view name, int *ret)
{
    for (size_t i = 0; i < sizeof errnos / sizeof errnos[0]; i++) {
        if (view_is(name, errnos[i].name)) {
            *ret = errnos[i].errnum;
            return true;
        }
    }
    return false;
}

/* KIND:N, and :ERRNO unless the action is to kill. */
static bool parse_fault(struct view value, enum seam_action action, struct seam_plan *to)
{
    struct seam_fault f = {.action = action};

    if (to->fault_n == SEAM_MAX_FAULTS)
        return false;
    if (!parse_kind(take(&value, ':'), &f.kind) ||
        !num_i64_in(take(&value, ':'), 1, INT64_MAX, &f.n))
        return false;
    if (action == SEAM_KILL ? value.n > 0 : !parse_errno(value, &f.errnum))
        return false;
    to->faults[to->fault_n++] = f;
    return true;
}

static bool parse_part(struct view part, struct seam_plan *to)
{
    struct view value = part;
    struct view key = take(&value, '=');

    if (view_is(key, "clock-speed"))
        return num_real(value, &to->clock_speed) && to->clock_speed > 0;
    if (view_is(key, "timeout-speed"))
        return num_real(value, &to->timeout_speed) && to->timeout_speed > 0;
    if (view_is(key, "clock-offset"))
        return num_i64(value, &to->clock_offset);
    if (view_is(key, "fail"))
        return parse_fault(value, SEAM_FAIL, to);
    if (view_is(key, "fail-from"))
        return parse_fault(value, SEAM_FAIL_FROM, to);
    if (view_is(key, "kill"))
        return parse_fault(value, SEAM_KILL, to);
    if (!view_is(key, "count") || value.n == 0 || value.n >= SEAM_MAX_PATH)
        return false;
    memcpy(to->count_path, value.p, value.n);
    to->count_path[value.n] = '\0';
    return true;
}

bool seam_parse(const char *text, struct seam_plan *ret, struct view *ret_bad)
{
    struct view rest = view_of(text);
    struct seam_plan p = {.clock_speed = 1, .timeout_speed = 1};

    while (rest.n > 0) {
        struct view part = take(&rest, ',');

        if (!parse_part(part, &p)) {
            *ret_bad = part;
            return false;
        }
    }
    *ret = p;
    return true;
}

/* Before each file call: counts it, then does what the plan has for this number. */
static int before(enum sys_call call)
{
    int64_t of_kind = atomic_fetch_add(&counts[call], 1) + 1;
    int64_t of_any = atomic_fetch_add(&counts[SEAM_ANY], 1) + 1;

    for (size_t i = 0; i < plan->fault_n; i++) {
        const struct seam_fault *f = &plan->faults[i];
        int64_t n = f->kind == SEAM_ANY ? of_any : of_kind;

        if (f->kind != SEAM_ANY && f->kind != (int)call)
            continue;
        if (f->action == SEAM_KILL && n == f->n)
            (void)raise(SIGKILL);
        if ((f->action == SEAM_FAIL && n == f->n) || (f->action == SEAM_FAIL_FROM && n >= f->n))
            return f->errnum;
    }
    return 0;
}

void seam_install(const struct seam_plan *p)
{
    plan = p;
    for (int k = 0; k <= SEAM_KINDS; k++)
        atomic_store(&counts[k], 0);
    installed = (struct sys_seam){.before = before,
        .clock_offset = p->clock_offset,
        .clock_speed = p->clock_speed,
        .timeout_speed = p->timeout_speed};
    sys_install(&installed);
}

int64_t seam_count(int kind)
{
    return atomic_load(&counts[kind]);
}

bool seam_write_counts(void)
{
    FILE *f;
    bool ok = true;

    if (plan == NULL || plan->count_path[0] == '\0')
        return true;
    f = fopen(plan->count_path, "w");
    if (f == NULL)
        return false;
    for (int k = 0; k <= SEAM_KINDS; k++)
        ok = fprintf(f, "%s %lld\n", kind_names[k], (long long)seam_count(k)) > 0 && ok;
    return fclose(f) == 0 && ok;
}
