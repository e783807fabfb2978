/* slow_hook_test.c: hooks that block their threads, beside tasks that do: relief comes all the same. */
#include "runtime/rig.h"

typedef struct hooks {
    unsigned start_ms, park_ms, parks; /* how long each blocks; atomic */
} hooks;

static void block_at_start(void *arg)
{
    block_thread_for(a_load(&((hooks *)arg)->start_ms, relaxed));
}

static void block_at_some_parks(void *arg)
{
    hooks *h = arg;

    if (a_fetch_add(&h->parks, 1, relaxed) % 16 == 15)
        block_thread_for(h->park_ms);
}

typedef struct crowd {
    int stop; /* these are atomic */
    unsigned blocked;
    unsigned rested;
} crowd;

/* Ends before, at and after the monitor's look. */
static int block_over_and_over(void *arg)
{
    crowd *c = arg;

    while (!a_load(&c->stop, acquire)) {
        block_thread_for(15 + a_fetch_add(&c->blocked, 1, relaxed) % 11);
        assert_ok(edo_sleep(EDO_MILLIS(1)));
    }
    return 0;
}

static int rest_over_and_over(void *arg)
{
    crowd *c = arg;

    while (!a_load(&c->stop, acquire)) {
        assert_ok(edo_sleep(EDO_MILLIS(10)));
        a_fetch_add(&c->rested, 1, relaxed);
    }
    return 0;
}

/* A tenth of a second of it, and then an end with cores on their way; returns the reliefs. */
static uint64_t check_crowd(int workers, hooks *h)
{
    crowd c = {0};
    edo_task blockers[6], sleeper;
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .workers = workers, .on_thread_start = block_at_start,
                              .on_park = block_at_some_parks, .hook_arg = h));

    for (int i = 0; i < workers + 2; i++)
        blockers[i] = spawn_on(runtime, block_over_and_over, &c);
    sleeper = spawn_on(runtime, rest_over_and_over, &c);
    block_thread_for(100);
    wait_until(a_load(&c.rested, relaxed) > 0); /* sleeps end beside it */
    a_store(&c.stop, 1, release);
    for (int i = 0; i < workers + 2; i++)
        assert_int_equal(join_result(blockers[i]), 0);
    assert_int_equal(join_result(sleeper), 0);
    uint64_t reliefs = metrics_of(runtime).reliefs;
    assert_ok(edo_runtime_free(runtime));
    return reliefs;
}

EDO_TEST_PLAIN(hooks_that_block_stop_no_relief) /* rt-056 */
{
    hooks h = {.start_ms = 20, .park_ms = 30};
    uint64_t reliefs = 0;

    for (int round = 0; round < 9; round++)
        reliefs += check_crowd(2 + round % 3, &h);
    assert_true(reliefs > 0);
    assert_true(h.parks > 15);
}

static int block_once(void *arg)
{
    block_thread_for(*(unsigned *)arg);
    return 0;
}

/* The second task ends while its core is being taken; its thread finds the first one's core free,
 * as the thread that it waits for is slow to start, and stays there with nothing to do. */
EDO_TEST_PLAIN(a_thread_that_has_another_core_already_is_not_waited_for) /* rt-056 */
{
    uint64_t reliefs = 0;

    for (unsigned round = 0; round < 20; round++) {
        unsigned ms[2] = {40, 12 + round % 10};
        hooks h = {0};
        edo_runtime *runtime = make_runtime(
            EDO_OPTS(runtime, .workers = 2, .on_thread_start = block_at_start, .hook_arg = &h));
        block_thread_for(2);
        a_store(&h.start_ms, 25, relaxed);
        edo_task first = spawn_on(runtime, block_once, &ms[0]);
        edo_task second = spawn_on(runtime, block_once, &ms[1]);
        assert_int_equal(join_result(first) + join_result(second), 0);
        reliefs += metrics_of(runtime).reliefs;
        assert_int_equal(edo_runtime_free(runtime), 0);
    }
    assert_true(reliefs > 0);
}

static int block_300_ms(void *arg)
{
    block_thread_for(300);
    a_store((int *)arg, 1, release);
    return 0;
}

EDO_TEST_PLAIN(threads_on_their_way_are_counted)
{
    hooks h = {0};
    int done = 0, most = 0;
    edo_runtime *runtime = make_runtime(
        EDO_OPTS(runtime, .workers = 2, .on_thread_start = block_at_start, .hook_arg = &h));
    int before = thread_count();

    a_store(&h.start_ms, 200, relaxed); /* so help comes late: */
    edo_task task = spawn_on(runtime, block_300_ms, &done);
    while (!a_load(&done, acquire)) {
        int now = thread_count();
        most = now > most ? now : most;
        block_thread_for(5);
    }
    assert_in_range(most, before + 1, before + 4); /* not one for each look of the monitor */
    assert_int_equal(join_result(task), 0);
    assert_ok(edo_runtime_free(runtime));
}
