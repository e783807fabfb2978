/* stack_test.c: stacks, the pool, and the memory they take. */
#include "support/edo_test.h"

#include <stdlib.h>
#include <string.h>
#if __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#endif

#include "base/macros.h"
#include "base/sys.h"
#include "context/context.h"
#include "context/stack.h"

#define MANY 10000
#define DEEP_STACKS 200
#define DEEP_BYTES ((size_t)128 << 10)

/* Whether memory has shadows, which count as resident too. */
#define SHADOWED (HAS_ASAN || HAS_TSAN || RUNNING_ON_VALGRIND)

static stack *stacks[MANY];
static stack_cache cache;

EDO_TEST_PLAIN(stack_has_the_size_that_was_asked_for)
{
    static const size_t sizes[] = {0,
                                   1,
                                   STACK_MIN_SIZE,
                                   STACK_DEFAULT_SIZE,
                                   STACK_DEFAULT_SIZE + 1,
                                   (size_t)1 << 20,
                                   (size_t)8 << 20};

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        stack *s;
        assert_ok(stack_get(&cache, sizes[i], &s));
        assert_true(s->size >= sizes[i] && s->size >= STACK_DEFAULT_SIZE);
        assert_int_equal(s->common, sizes[i] <= STACK_DEFAULT_SIZE);
        assert_int_equal((uintptr_t)s->top % 64, 0);
        assert_in_range(s->low + s->size - s->top, 0, 15 * 64);
        if (!s->common) /* the colour is not at the expense of what was asked for */
            assert_true((size_t)(s->top - s->low) >= sizes[i]);
        memset(s->low, 0x5a, s->size);
        stack_put(&cache, s);
    }
}

EDO_TEST_PLAIN(stack_of_an_impossible_size_is_no_memory)
{
    stack *s = NULL;

    assert_err(stack_get(&cache, SIZE_MAX, &s), -ENOMEM);
    assert_err(stack_get(&cache, SIZE_MAX / 4, &s), -ENOMEM);
    assert_null(s);
}

EDO_TEST_PLAIN(large_stacks_are_unmapped_and_their_nodes_used_again)
{
    uint64_t before = stack_bytes();

    for (int i = 0; i < 100; i++) {
        stack *s;
        assert_ok(stack_get(&cache, (size_t)1 << 20, &s));
        assert_true(stack_bytes() > before);
        const char *was_at = s->low;
        bool in_guard;
        assert_ptr_equal(stack_find(was_at, &in_guard), s);
        stack_put(&cache, s);
        assert_null(stack_find(was_at, &in_guard));
        assert_int_equal(stack_bytes(), before);
    }
}

EDO_TEST_PLAIN(stack_tops_have_many_colours)
{
    bool seen[4096 / 64] = {false};
    int colours = 0;

    for (int i = 0; i < 64; i++) {
        assert_ok(stack_get(&cache, 0, &stacks[i]));
        bool *colour = &seen[(uintptr_t)stacks[i]->top % 4096 / 64];
        colours += !*colour;
        *colour = true;
    }
    assert_int_equal(colours, 16);
    for (int i = 0; i < 64; i++)
        stack_put(&cache, stacks[i]);
}

/* Else the tops of a thousand stacks share a few sets of the processor's TLB. */
EDO_TEST_PLAIN(stack_tops_lie_an_odd_number_of_pages_apart)
{
    size_t page = sys_page_size();
    bool seen[16] = {false};
    int distances = 0;

    for (int i = 0; i < 16; i++) {
        assert_ok(stack_get(&cache, 0, &stacks[i]));
        bool *distance = &seen[(uintptr_t)stacks[i]->low / page % 16];
        distances += !*distance;
        *distance = true;
    }
    assert_true(distances > 8); /* they come from two regions at most, in any order */
    for (int i = 0; i < 16; i++)
        stack_put(&cache, stacks[i]);
}

EDO_TEST_PLAIN(stack_find_tells_guard_from_stack)
{
    static const size_t sizes[] = {0, (size_t)1 << 20};
    bool in_guard;
    int local;

    for (int i = 0; i < 2; i++) {
        stack *s;
        assert_ok(stack_get(NULL, sizes[i], &s));
        in_guard = true;
        assert_ptr_equal(stack_find(s->low, &in_guard), s);
        assert_false(in_guard);
        assert_ptr_equal(stack_find(s->top - 1, &in_guard), s);
        assert_false(in_guard);
        assert_ptr_equal(stack_find(s->low - 1, &in_guard), s);
        assert_true(in_guard);
        assert_ptr_equal(stack_find(s->low - STACK_GUARD_SIZE, &in_guard), s);
        assert_true(in_guard);
        assert_ptr_not_equal(stack_find(s->low - STACK_GUARD_SIZE - 1, &in_guard), s);
        assert_ptr_not_equal(stack_find(s->low + s->size, &in_guard), s);
        stack_put(NULL, s);
    }
    assert_null(stack_find(&local, &in_guard));
    assert_null(stack_find(NULL, &in_guard));
    assert_null(stack_find((void *)UINTPTR_MAX, &in_guard));
}

EDO_TEST_PLAIN(stack_put_last_is_got_first)
{
    stack *a, *b, *again;

    assert_ok(stack_get(&cache, 0, &a));
    assert_ok(stack_get(&cache, 0, &b));
    stack_put(&cache, b);
    stack_put(&cache, a);
    assert_ok(stack_get(&cache, 0, &again));
    assert_ptr_equal(again, a);
    stack_put(&cache, again);
}

static int by_address(const void *a, const void *b)
{
    const stack *x = *(stack *const *)a, *y = *(stack *const *)b;
    return x < y ? -1 : x > y;
}

EDO_TEST_PLAIN(stacks_by_the_ten_thousand_cost_a_page_each)
{
    long before, after;

    assert_ok(stack_get(&cache, 0, &stacks[0])); /* what is set up once */
    stack_put(&cache, stacks[0]);
    before = rss_kib();
    for (int i = 0; i < MANY; i++) {
        assert_ok(stack_get(&cache, 0, &stacks[i]));
        memset(stacks[i]->top - 1024, i, 1024); /* a task that waits uses about this */
    }
    after = rss_kib();
    qsort(stacks, MANY, sizeof *stacks, by_address);
    for (int i = 1; i < MANY; i++)
        assert_ptr_not_equal(stacks[i - 1], stacks[i]);
    if (!SHADOWED && !test_is_emulated()) /* which keep notes of each page */
        assert_in_range(after - before, MANY * 4, MANY * 5);
    for (int i = 0; i < MANY; i++)
        stack_put(&cache, stacks[i]);
    assert_true(cache.count <= 64);

    uint64_t mapped = stack_bytes(); /* all of them come back: nothing is mapped anew */
    for (int i = 0; i < MANY; i++)
        assert_ok(stack_get(&cache, 0, &stacks[i]));
    assert_int_equal(stack_bytes(), mapped);
    for (int i = 0; i < MANY; i++)
        stack_put(&cache, stacks[i]);
}

static context home, ctx;

static noinline void use_deep(void)
{
    volatile char deep[DEEP_BYTES];

    for (size_t i = 0; i < DEEP_BYTES; i += 1024)
        deep[i] = 1;
    context_switch(&ctx, &home); /* suspended in the depth */
    deep[0]++;
}

static void go_deep(void *arg)
{
    (void)arg;
    use_deep();
    context_switch_last(&ctx, &home);
}

/* Takes n stacks, runs a task deep down on each, and gives them back. */
static void use_stacks(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        assert_ok(stack_get(&cache, 0, &stacks[i]));
        context_init(&ctx, stacks[i], go_deep, NULL);
        context_switch(&home, &ctx);
        stack_note_depth(stacks[i], context_low_water(&ctx));
        context_switch(&home, &ctx);
    }
    for (unsigned i = 0; i < n; i++)
        stack_put(&cache, stacks[i]);
}

EDO_TEST_PLAIN(deep_stacks_are_given_back_to_the_system)
{
    long used;
    bool depth_known;

    context_init_thread(&home);
    use_stacks(1);
    depth_known = context_low_water(&ctx) != NULL;
    used = rss_kib();
    use_stacks(DEEP_STACKS);
    stack_cache_flush(&cache);
    assert_int_equal(cache.count, 0);
    if (depth_known && !SHADOWED) /* at most 16 KiB each are left */
        assert_true(rss_kib() - used < DEEP_STACKS * 20);
    used = rss_kib();
    unsigned calls = 1;
    while (stack_pool_trim(50))
        calls++;
    assert_in_range(calls, 3, 4); /* 200 and a few, of which 64 stay: 50 a call */
    assert_true(used - rss_kib() > (DEEP_STACKS - 64) * 12);
    assert_false(stack_pool_trim(50)); /* nothing more to do */

    use_stacks(DEEP_STACKS); /* and all of them are good for another round */
    context_fini_thread(&home);
}

EDO_TEST_PLAIN(stacks_used_last_are_the_ones_kept_warm)
{
    for (int i = 0; i < DEEP_STACKS; i++)
        assert_ok(stack_get(NULL, 0, &stacks[i]));
    for (int i = 0; i < DEEP_STACKS; i++)
        stack_put(NULL, stacks[i]);
    while (stack_pool_trim(30))
        ;
    for (int i = DEEP_STACKS - 1; i >= DEEP_STACKS - 64; i--) {
        stack *warm;
        assert_ok(stack_get(NULL, 0, &warm));
        assert_ptr_equal(warm, stacks[i]);
    }
    for (int i = DEEP_STACKS - 64; i < DEEP_STACKS; i++)
        stack_put(NULL, stacks[i]);
}

static void *get_and_put(void *arg)
{
    stack_cache own = {0};
    stack *held[100];

    for (unsigned round = 0; round < test_count(200); round++) {
        for (int i = 0; i < 100; i++) {
            assert_ok(stack_get(&own, 0, &held[i]));
            *(volatile char *)(held[i]->top - 1) = 1;
        }
        for (int i = 0; i < 100; i++)
            stack_put(&own, held[i]);
        if (round % 10 == 0)
            stack_pool_trim(8);
    }
    stack_cache_flush(&own);
    return arg;
}

EDO_TEST_PLAIN(threads_share_the_pool)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        threads[i] = start_thread(get_and_put, NULL);
    for (int i = 0; i < 4; i++)
        join_thread(threads[i]);
    assert_true(stack_bytes() <= (uint64_t)10 * 64 * (STACK_DEFAULT_SIZE + 2 * STACK_GUARD_SIZE));
}
