/* A target for the driver's own test: an input that begins with "crash" ends the process. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n >= 5 && memcmp(data, "crash", 5) == 0)
        abort();
    return 0;
}
