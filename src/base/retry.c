/* Retry policy: see retry.h. */
#include "base/retry.h"

#include "base/sys.h"

int64_t retry_delay_ms(const struct retry_policy *p, unsigned tried)
{
    if (tried >= p->tries)
        return -1;
    int64_t bound = p->base_ms < p->cap_ms ? p->base_ms : p->cap_ms;
    for (unsigned i = 1; i < tried && bound > 0 && bound < p->cap_ms; i++)
        bound = bound > p->cap_ms / 2 ? p->cap_ms : bound * 2;
    return (int64_t)(sys_random() % ((uint64_t)bound + 1));
}
