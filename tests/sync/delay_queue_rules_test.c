/* delay_queue_rules_test.c: a delay queue's limits, its memory, and its items' ends. */
#include "sync/delay_queue_rig.h"

#include <stdlib.h>

/* The library's memory for entries is aligned. */
static int allocations_left = -1; /* how many succeed before all fail; negative: all succeed */

void *aligned_alloc(size_t align, size_t size)
{
    void *memory = NULL;

    if (allocations_left == 0)
        return NULL;
    allocations_left -= allocations_left > 0;
    return posix_memalign(&memory, align, size) ? NULL : memory;
}

EDO_TEST(the_longest_delay_is_a_limit) /* util-048 */
{
    delays d;
    int item = 1;
    edo_duration too_long = edo_duration_add(EDO_DELAY_LONGEST, EDO_NANOS(1));
    edo_delay_key key = {77};
    edo_instant at;

    delays_open(&d, PLAIN_INT);
    assert_int_equal(EDO_DELAY_LONGEST.ns, ((UINT64_C(1) << 36) - 1) * 1000000);
    assert_int_equal(edo_delay_queue_insert(d.queue, &item, too_long, &key), -EINVAL);
    assert_int_equal(edo_delay_queue_insert(d.queue, &item, EDO_FOREVER(), &key), -EINVAL);
    assert_int_equal(
        edo_delay_queue_insert_at(d.queue, &item, edo_instant_add(d.begin, too_long), &key),
        -EINVAL);
    assert_int_equal(key.serial, 77);
    assert_int_equal(edo_delay_queue_len(d.queue), 0);
    assert_ok(edo_delay_queue_insert(d.queue, &item, EDO_DELAY_LONGEST, &key));
    edo_delay_key near = insert_at_ms(&d, 2, 10);
    assert_int_equal(edo_delay_queue_reset(d.queue, near, too_long), -EINVAL);
    assert_int_equal(edo_delay_queue_reset_at(d.queue, near, EDO_NEVER()), -EINVAL);
    assert_ok(edo_delay_queue_deadline(d.queue, near, &at));
    assert_int_equal(at.ns, at_ms(&d, 10).ns);
    assert_int_equal(edo_delay_queue_next(d.queue, &d.item, NULL), 1);
    assert_int_equal(d.item, 2);
    assert_int_equal(edo_delay_queue_next(d.queue, &d.item, NULL), 1); /* two years later */
    assert_int_equal(d.item, 1);
    assert_int_equal(edo_elapsed(d.begin).ns, EDO_DELAY_LONGEST.ns);
    delays_close(&d);
}

EDO_TEST(reserve_has_a_maximum) /* util-049 */
{
    delays d;

    delays_open(&d, PLAIN_INT);
    assert_int_equal(edo_delay_queue_capacity(d.queue), 0);
    assert_int_equal(edo_delay_queue_reserve(d.queue, EDO_DELAY_QUEUE_MAX + 1), -EINVAL);
    assert_int_equal(edo_delay_queue_reserve(d.queue, SIZE_MAX), -EINVAL);
    assert_int_equal(edo_delay_queue_capacity(d.queue), 0);
    assert_ok(edo_delay_queue_reserve(d.queue, 100));
    assert_int_equal(edo_delay_queue_capacity(d.queue), 100);
    insert_at_ms(&d, 1, 5);
    assert_int_equal(edo_delay_queue_reserve(d.queue, EDO_DELAY_QUEUE_MAX), -EINVAL);
    allocations_left = 0;
    assert_int_equal(edo_delay_queue_reserve(d.queue, EDO_DELAY_QUEUE_MAX - 1), -ENOMEM);
    allocations_left = -1;
    assert_ok(edo_delay_queue_reserve(d.queue, 99)); /* there is room */
    assert_int_equal(edo_delay_queue_capacity(d.queue), 100);
    allocations_left = 0;
    assert_int_equal(edo_delay_queue_reserve(d.queue, 100), -ENOMEM);
    for (int i = 1; i < 100; i++)
        insert_at_ms(&d, i, 5); /* what was reserved can't fail */
    int item = 7;
    edo_delay_key key = {77};
    assert_int_equal(edo_delay_queue_insert(d.queue, &item, EDO_MILLIS(1), &key), -ENOMEM);
    assert_int_equal(key.serial, 77);
    assert_int_equal(edo_delay_queue_len(d.queue), 100);
    allocations_left = -1;
    assert_ok(edo_delay_queue_insert(d.queue, &item, EDO_MILLIS(1), &key));
    delays_close(&d);
}

EDO_TEST(compact_keeps_live_keys_and_stale_ones_stale) /* util-047 */
{
    enum { COUNT = 100 };
    edo_delay_key keys[COUNT];
    edo_instant at;
    delays d;

    delays_open(&d, PLAIN_INT);
    for (int i = 0; i < COUNT; i++)
        keys[i] = insert_at_ms(&d, i, i % 7 ? 1000 + i : 0);
    for (int i = 0; i < COUNT; i++) {
        if (i % 7 == 0)
            assert_int_equal(edo_delay_queue_next(d.queue, &d.item, NULL), 1);
        else if (i % 7 < 6)
            assert_ok(edo_delay_queue_remove(d.queue, keys[i], NULL));
    }
    allocations_left = 0;
    edo_delay_queue_compact(d.queue); /* no memory for less: it stays */
    assert_true(edo_delay_queue_capacity(d.queue) >= COUNT);
    allocations_left = -1;
    edo_delay_queue_compact(d.queue);
    assert_int_equal(edo_delay_queue_capacity(d.queue), edo_delay_queue_len(d.queue));
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(edo_delay_queue_deadline(d.queue, keys[i], &at), i % 7 == 6 ? 0 : -ENOENT);
    insert_at_ms(&d, 0, 0);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(edo_delay_queue_remove(d.queue, keys[i], &d.item),
                         i % 7 == 6 ? 0 : -ENOENT);
    edo_delay_queue_clear(d.queue);
    edo_delay_queue_compact(d.queue);
    assert_int_equal(edo_delay_queue_capacity(d.queue), 0);
    delays_close(&d);
}

EDO_TEST(what_is_left_is_destroyed_once) /* util-050 */
{
    delays d;
    edo_delay_key keys[100];

    delays_open(&d, COUNTED_INT);
    for (int i = 0; i < 100; i++)
        keys[i] = insert_at_ms(&d, i, 10 + i % 3);
    assert_int_equal(edo_delay_queue_remove(d.queue, keys[50], NULL), -EINVAL);
    assert_ok(edo_delay_queue_remove(d.queue, keys[50], &d.item));
    assert_int_equal(edo_delay_queue_next(d.queue, &d.item, NULL), 1);
    assert_int_equal(items_gone(100), 0);
    delays_close(&d);
    assert_int_equal(items_gone(100), 98);
    assert_int_equal(items_destroyed[50], 0);
    assert_int_equal(items_destroyed[d.item], 0);
}

EDO_TEST(clear_destroys_what_was_in_it)
{
    delays d;

    delays_open(&d, COUNTED_INT);
    for (int i = 0; i < 10; i++)
        insert_at_ms(&d, i, 10);
    edo_delay_queue_clear(d.queue);
    assert_int_equal(items_gone(10), 10);
    assert_int_equal(edo_delay_queue_len(d.queue), 0);
    insert_at_ms(&d, 10, 10);
    delays_close(&d);
    assert_int_equal(items_gone(11), 11);
}

struct wide {
    _Alignas(64) char bytes[100];
};

EDO_TEST(items_keep_their_size_and_alignment)
{
    edo_delay_queue *queue;
    edo_delay_key keys[20];
    struct wide wide, back;

    assert_ok(edo_delay_queue_new(EDO_ITEM(struct wide), &queue));
    for (int i = 0; i < 20; i++) {
        memset(wide.bytes, i, sizeof wide.bytes);
        assert_ok(edo_delay_queue_insert(queue, &wide, EDO_MILLIS(20 - (uint64_t)i), &keys[i]));
    }
    for (int i = 0; i < 20; i += 2)
        assert_ok(edo_delay_queue_remove(queue, keys[i], &back));
    for (int i = 19; i > 0; i -= 2) {
        assert_int_equal(edo_delay_queue_next(queue, &back, NULL), 1);
        memset(wide.bytes, i, sizeof wide.bytes);
        assert_memory_equal(back.bytes, wide.bytes, sizeof wide.bytes);
    }
    assert_ok(edo_delay_queue_free(queue));
    assert_ok(edo_delay_queue_new(&(edo_item){.size = 0}, &queue)); /* only their number counts */
    assert_ok(edo_delay_queue_insert(queue, NULL, EDO_MILLIS(1), NULL));
    assert_int_equal(edo_delay_queue_next(queue, NULL, NULL), 1);
    assert_int_equal(edo_delay_queue_next(queue, NULL, NULL), 0);
    assert_ok(edo_delay_queue_free(queue));
}

EDO_TEST(null_is_refused)
{
    edo_delay_queue *queue = NULL;
    edo_delay_key key = {1};
    int item = 0;
    edo_instant at;
    edo_delay_expired expired;

    assert_int_equal(edo_delay_queue_new(NULL, &queue), -EINVAL);
    assert_int_equal(edo_delay_queue_new(PLAIN_INT, NULL), -EINVAL);
    assert_int_equal(edo_delay_queue_new(&(edo_item){.size = 4, .align = 3}, &queue), -EINVAL);
    assert_int_equal(edo_delay_queue_insert(NULL, &item, EDO_MILLIS(1), &key), -EINVAL);
    assert_int_equal(edo_delay_queue_reset(NULL, key, EDO_MILLIS(1)), -EINVAL);
    assert_int_equal(edo_delay_queue_remove(NULL, key, &item), -EINVAL);
    assert_int_equal(edo_delay_queue_next(NULL, &item, NULL), -EINVAL);
    assert_int_equal(edo_delay_queue_try_next(NULL, &item, NULL), -EINVAL);
    assert_int_equal(edo_delay_queue_peek(NULL, &expired), -EINVAL);
    assert_int_equal(edo_delay_queue_deadline(NULL, key, &at), -EINVAL);
    assert_int_equal(edo_delay_queue_reserve(NULL, 1), -EINVAL);
    assert_int_equal(edo_delay_queue_len(NULL) + edo_delay_queue_capacity(NULL), 0);
    assert_true(edo_delay_queue_is_empty(NULL));
    edo_delay_queue_clear(NULL);
    edo_delay_queue_compact(NULL);
    assert_ok(edo_delay_queue_free(NULL));
    assert_ok(edo_delay_queue_new(PLAIN_INT, &queue));
    assert_int_equal(edo_delay_queue_insert(queue, NULL, EDO_MILLIS(1), &key), -EINVAL);
    assert_int_equal(edo_delay_queue_next(queue, NULL, NULL), -EINVAL);
    assert_int_equal(edo_delay_queue_peek(queue, NULL), -EINVAL);
    assert_int_equal(edo_delay_queue_deadline(queue, key, NULL), -EINVAL);
    assert_ok(edo_delay_queue_free(queue));
}

EDO_TEST_PLAIN(a_delay_queue_needs_a_runtime_with_time)
{
    edo_delay_queue *queue = NULL;

    assert_int_equal(edo_delay_queue_new(PLAIN_INT, &queue), -EDO_ENORUNTIME);
    assert_null(queue);
}

static void come_due(void *arg)
{
    go_to_ms(arg, 10);
}

/* Polled while the other arm pends, so that it is READY and loses all the same. */
EDO_TEST(a_loser_of_select_puts_its_entry_back)
{
    delays d;

    for (int memory = 0; memory < 2; memory++) {
        delays_open(&d, PLAIN_INT);
        edo_delay_key key = insert_at_ms(&d, 1, 10);
        d.next = edo_delay_queue_next_async(d.queue, &d.item, &d.expired);
        probe never = probe_pending();
        edo_future *parts[] = {&d.next.base, &never.base};
        edo_join_all_future join = edo_join_all_async(parts, 2);
        probe winner = probe_pending();
        edo_future *arms[] = {&winner.base, &join.base};
        edo_select_future sel = edo_select_biased_async(arms, 2);
        assert_pending(&sel.base);
        come_due(&d);
        assert_pending(&sel.base);
        assert_int_equal(edo_delay_queue_len(d.queue), 0); /* taken */
        if (!memory)
            edo_delay_queue_compact(d.queue);
        allocations_left = memory ? -1 : 0;
        probe_finish(&winner, 7);
        assert_ready_eq(&sel.base, 0);
        allocations_left = -1;
        assert_int_equal(d.next.base.result, memory ? -ECANCELED : 1); /* else it is the caller's */
        assert_int_equal(edo_delay_queue_len(d.queue), memory);
        if (memory)
            assert_ok(edo_delay_queue_remove(d.queue, key, &d.item)); /* its key is good again */
        delays_close(&d);
    }
}

EDO_TEST(many_that_come_and_go_need_the_memory_of_few)
{
    delays d;
    edo_delay_key keys[2] = {{0}, {0}};

    delays_open(&d, PLAIN_INT);
    for (int i = 0; i < 5000; i++) {
        if (i >= 2)
            assert_ok(edo_delay_queue_remove(d.queue, keys[i % 2], NULL));
        keys[i % 2] = insert_at_ms(&d, i, i % 7);
    }
    assert_int_equal(edo_delay_queue_capacity(d.queue), 4);
    assert_int_equal(edo_delay_queue_len(d.queue), 2);
    delays_close(&d);
}

EDO_TEST(items_that_memory_cannot_hold_are_refused)
{
    static char item[1];
    const edo_item huge = {.size = SIZE_MAX >> 16};
    edo_delay_queue *queue;

    assert_ok(edo_delay_queue_new(&huge, &queue));
    assert_int_equal(edo_delay_queue_reserve(queue, EDO_DELAY_QUEUE_MAX), -ENOMEM);
    assert_int_equal(edo_delay_queue_reserve(queue, (size_t)1 << 16), -ENOMEM);
    allocations_left = 0;
    assert_int_equal(edo_delay_queue_insert(queue, item, EDO_MILLIS(1), NULL), -ENOMEM);
    allocations_left = -1;
    assert_int_equal(edo_delay_queue_len(queue), 0);
    assert_ok(edo_delay_queue_free(queue));
}
