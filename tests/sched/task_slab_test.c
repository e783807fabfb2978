/* task_slab_test.c: where headers lie, and what becomes of those that others free. */
#include "runtime/rig.h"

#include "sched/task_slab.h"

enum { MANY = 5000 };

static task_cache cache;
static task *headers[MANY];

static void take_all(void)
{
    for (int i = 0; i < MANY; i++) {
        headers[i] =
            task_slab_get(&cache, task_slab_class(TASK_STACKFUL, task_header_size(TASK_STACKFUL)));
        assert_non_null(headers[i]);
    }
}

/* In an order that is none: 1,237 and 5,000 have no divisor in common. */
static void put_all(bool mine)
{
    for (unsigned i = 0; i < MANY; i++)
        task_slab_put(headers[i * 1237 % MANY], mine);
}

/* Neighbours in time that are no neighbours in memory. */
static int count_jumps(void)
{
    int jumps = 0;

    for (int i = 1; i < MANY; i++)
        jumps +=
            (char *)headers[i] - (char *)headers[i - 1] != (ptrdiff_t)task_slab_size(headers[0]);
    return jumps;
}

EDO_TEST_PLAIN(headers_lie_in_the_order_of_their_spawns)
{
    take_all();
    int chunks = count_jumps() + 1;
    assert_in_range(chunks, 2, MANY / 100);
    for (int round = 0; round < 20; round++) {
        put_all(true);
        take_all();
        assert_in_range(count_jumps(), 1, chunks);
    }
}

EDO_TEST_PLAIN(headers_that_others_free_are_used_again)
{
    take_all();
    unsigned chunks = cache.chunks;
    for (int round = 0; round < 3; round++) {
        put_all(false);
        take_all(); /* twice the same one would be seen by its jumps */
        assert_int_equal(cache.chunks, chunks);
        assert_in_range(count_jumps(), 1, MANY / 100);
    }
}

static int known;

static void look(task *t, void *arg)
{
    (void)arg;
    for (int i = 0; i < MANY; i += 499)
        known += t == headers[i];
}

EDO_TEST_PLAIN(a_walk_meets_each_header_once)
{
    take_all();
    task_slab_walk(look, NULL);
    assert_int_equal(known, (MANY + 498) / 499);
}

/* With 104 bytes before it, a release build's header takes 160 beyond a frame at the most. */
EDO_TEST_PLAIN(a_frame_without_a_stack_wastes_less_than_a_cache_line)
{
    size_t header = task_header_size(TASK_POLLED);

    for (size_t frame = sizeof(edo_stackless); frame <= 624; frame += 8) {
        size_t size = header + frame;
        task *t = task_slab_get(&cache, task_slab_class(TASK_POLLED, size));
        assert_true(task_slab_size(t) >= size);
        assert_true(task_slab_size(t) <= size + 64 - 8 || size < 128);
        assert_int_equal(((uintptr_t)t + header) % 16, 0);
        task_slab_put(t, true);
    }
#if !EDO_DEBUG && !HAS_ASAN && !HAS_TSAN
    assert_int_equal(header, 104);
    /* A million small waits that are tasks take 192 MB. */
    task *t = task_slab_get(&cache, task_slab_class(TASK_POLLED, header + 88));
    assert_int_equal(task_slab_size(t), 192);
    task_slab_put(t, true);
#endif
}
