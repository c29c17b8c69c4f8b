/* Retry policy: see retry.h. */
#include "base/retry.h"

#include "base/sys.h"

int64_t retry_delay_ms(const struct retry_policy *p, unsigned tried)
{
    if (tried >= p->tries)
        return -1;
    int64_t bound = p->base_ms;
    for (unsigned i = 1; i < tried && bound < p->cap_ms; i++)
        bound *= 2;
    if (bound > p->cap_ms)
        bound = p->cap_ms;
    return (int64_t)(sys_random() % (uint64_t)(bound + 1));
}
