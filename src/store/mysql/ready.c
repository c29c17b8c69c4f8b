/* Getting connected, and staying so: which host, how long to wait, when to try again. */
#include "store/mysql/server.h"

#include "base/log.h"
#include "base/retry.h"
#include "base/sys.h"

#include <limits.h>

enum { PATIENCE_MS = 90000, TRIES = 10 };

static const struct retry_policy between = {UINT_MAX, 100, 4000};

/* Each host once, beginning with the one that served last, or the one after it. */
static bool try_hosts(struct store *s, bool *ret_passing, struct err *e)
{
    struct server *q = server_of(s);
    size_t n = q->hosts.n;
    if (q->leave)
        q->host = (q->host + 1) % n;
    q->leave = false;
    *ret_passing = false;
    for (size_t i = 0; i < n; i++) {
        struct err why;
        bool passing = false;
        if (server_connect(s, &passing, &why)) {
            q->leave = false;
            q->ever = true;
            return true;
        }
        *ret_passing = *ret_passing || passing;
        if (i == 0 || !passing)
            *e = why;
        q->host = (q->host + 1) % n;
    }
    q->leave = false;
    return false;
}

bool server_first(struct store *s, struct err *e)
{
    bool passing;
    return server_of(s)->db != NULL || try_hosts(s, &passing, e);
}

bool server_ready(struct store *s, struct err *e)
{
    struct server *q = server_of(s);
    int64_t since = sys_mono_ms();
    for (unsigned tried = 1; q->db == NULL; tried++) {
        bool passing = false;
        if (try_hosts(s, &passing, e)) {
            if (tried > 1)
                log_line(LOG_WARNING, "connected again, to %s", q->hosts.items[q->host].name);
            return true;
        }
        if (!passing || !q->ever || sys_mono_ms() - since > PATIENCE_MS || err_stopped(e))
            return false;
        if (tried == 1)
            log_line(LOG_WARNING, "%s; trying again for a while", e->text);
        sys_sleep_ms(retry_delay_ms(&between, tried));
        if (err_stopped(e))
            return false;
    }
    return true;
}

bool server_replay(struct store *s, bool (*work)(struct store *s, void *payload, struct err *e),
    void *payload, struct err *e)
{
    for (unsigned tried = 1;; tried++) {
        if (server_ready(s, e) && work(s, payload, e))
            return true;
        if (!e->transient || tried == TRIES || err_stopped(e))
            return false;
        log_line(LOG_WARNING, "%s; trying again", e->text);
        sys_sleep_ms(retry_delay_ms(&between, tried));
        if (err_stopped(e))
            return false;
    }
}
