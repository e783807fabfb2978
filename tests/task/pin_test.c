/* pin_test.c: pinned tasks: they go on where they began, and nobody else takes them. */
#include "runtime/rig.h"
#include "support/gate.h"

#include <edo/error.h>

static int sleep_pinned(void *arg)
{
    (void)arg;
    assert_ok(edo_pin());
    pid_t tid = gettid();
    for (int i = 0; i < 20; i++) {
        assert_ok(i % 2 ? edo_sleep(EDO_MILLIS(1)) : edo_yield());
        assert_int_equal(gettid(), tid);
    }
    assert_ok(edo_unpin());
    return 0;
}

static void check_many(int (*fn)(void *arg), int n)
{
    edo_task tasks[64];

    for (int i = 0; i < n; i++)
        assert_ok(edo_spawn(fn, NULL, &tasks[i]));
    for (int i = 0; i < n; i++)
        assert_int_equal(join_result(tasks[i]), 0);
}

EDO_TEST_BOTH(a_pinned_task_stays_on_its_thread)
{
    check_many(sleep_pinned, 32);
}

static int pin_and_unpin(void *arg)
{
    (void)arg;
    assert_int_equal(edo_unpin(), -EDO_EMISUSE);
    assert_ok(edo_pin());
    assert_ok(edo_pin());
    assert_ok(edo_unpin());
    pid_t tid = gettid();
    assert_ok(edo_sleep(EDO_MILLIS(1)));
    assert_int_equal(gettid(), tid);
    assert_ok(edo_unpin());
    assert_int_equal(edo_unpin(), -EDO_EMISUSE);
    assert_ok(edo_pin()); /* its end ends it */
    return 0;
}

EDO_TEST_BOTH(pins_nest_and_end_with_the_task)
{
    check_many(pin_and_unpin, 8);
}

EDO_TEST_PLAIN(outside_of_a_task_there_is_nothing_to_pin)
{
    assert_ok(edo_pin());
    assert_ok(edo_unpin());
}

/* A worker that blocks loses its core; what is pinned to it waits for the thread, and not longer. */

typedef struct meeting {
    gate pinned, woken, blocks, go_on;
    pid_t tid;
} meeting;

static int wait_pinned(void *arg)
{
    meeting *m = arg;

    assert_ok(edo_pin());
    m->tid = gettid();
    gate_open(&m->pinned);
    assert_ok(gate_wait(&m->woken));
    assert_int_equal(gettid(), m->tid);
    return 0;
}

static int block_the_thread(void *arg)
{
    meeting *m = arg;

    if (gettid() != m->tid)
        return 1;
    gate_open(&m->blocks);
    wait_until(gate_is_open(&m->go_on));
    return 0;
}

static int meet(void *arg)
{
    meeting m = {.pinned = GATE_INIT, .woken = GATE_INIT, .blocks = GATE_INIT, .go_on = GATE_INIT};
    edo_task pinned, blocker;

    (void)arg;
    assert_ok(edo_spawn(wait_pinned, &m, &pinned));
    assert_ok(gate_wait(&m.pinned));
    assert_ok(edo_pin()); /* on the one worker: the same thread */
    assert_int_equal(gettid(), m.tid);
    assert_ok(edo_unpin());
    assert_ok(edo_spawn(block_the_thread, &m, &blocker));
    assert_ok(gate_wait(&m.blocks));
    gate_open(&m.woken); /* by the thread that has the core now */
    assert_true(gettid() != m.tid);
    for (int i = 0; i < 100; i++)
        assert_ok(edo_yield());
    assert_false(edo_task_is_finished(pinned));
    gate_open(&m.go_on);
    assert_int_equal(join_result(pinned), 0);
    assert_int_equal(join_result(blocker), 0);
    return 0;
}

EDO_TEST_PLAIN(what_is_pinned_waits_for_a_thread_that_blocks)
{
    edo_runtime *runtime = make_multi(1);

    assert_int_equal(edo_block_on(runtime, meet, NULL), 0);
    assert_true(metrics_of(runtime).reliefs > 0);
    assert_ok(edo_runtime_free(runtime));
}
