/* Fuzz target: any bytes as one document. What the quick reader (stage/own.h) takes, libyaml reads
 * as the same tree with the same places. */
#include "alike.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena a;
    bool own;
    arena_init(&a);
    if (alike_difference((struct view){(const char *)data, n}, &a, &own) != NULL)
        abort();
    arena_done(&a);
    return 0;
}
