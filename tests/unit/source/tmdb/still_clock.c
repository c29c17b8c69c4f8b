/* A clock that goes while the program sleeps and stands still while it works; the linker puts it in
 * the place of base/sys's (meson.build). So nothing but the program's own waiting decides, however
 * busy the machine is. */
#include "test.h"

#include "base/sys.h"

int64_t __wrap_sys_mono_ms(void);
void __wrap_sys_sleep_ms(int64_t ms);

static int64_t now = 5000;

int64_t __wrap_sys_mono_ms(void)
{
    return now;
}

void __wrap_sys_sleep_ms(int64_t ms)
{
    assert_true(ms > 0); /* or it would never end */
    now += ms;
}
