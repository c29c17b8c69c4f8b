/* Blocks out of the room: each its own and zeroed, of the first mapping and of those that the
 * thread made. */
#include "pages_kit.h"

#include "store/sqlite/bucket_room.h"

#include <string.h>

enum { MOST = 1000 };

static void take(size_t n)
{
    static const struct bucket_block zero;
    static struct bucket_block *blocks[MOST];
    struct bucket_room *room = bucket_room_new();
    for (size_t i = 0; i < n; i++) {
        blocks[i] = bucket_room_take(room);
        assert_memory_equal(blocks[i], &zero, sizeof zero);
        memset(blocks[i], (int)(i % 255) + 1, sizeof zero);
    }
    for (size_t i = 0; i < n; i++) {
        const char *bytes = (const char *)blocks[i];
        assert_int_equal((unsigned char)bytes[0], i % 255 + 1);
        assert_memory_equal(bytes, bytes + 1, sizeof zero - 1);
    }
    bucket_room_free(room);
}

static void each_is_its_own(void **state)
{
    static const size_t counts[] = {0, 1, 127, 128, 129, 254, 255, MOST};
    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        take(counts[i]);
    bucket_room_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_is_its_own)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
