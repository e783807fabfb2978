/* wake_test.c: no wake is lost, and none runs a task twice. */
#include "runtime/rig.h"

/* A gate that somebody is told to open while the poll that found it closed is still running. */
typedef struct gate {
    int open;
    bool by_task;
    edo_waker waker;
    pthread_t thread;
} gate;

static int open_gate(void *arg)
{
    gate *g = arg;

    a_store(&g->open, 1, release);
    edo_waker_wake(g->waker);
    return 0;
}

static void *open_gate_in_thread(void *arg)
{
    open_gate(arg);
    return NULL;
}

static edo_poll gate_poll(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    gate *g = arg;

    if (g->waker.ops) { /* the second poll */
        *ret_result = a_load(&g->open, acquire);
        return *ret_result ? EDO_READY : EDO_PENDING;
    }
    assert_int_equal(edo_waker_clone(waker, &g->waker), 0);
    if (g->by_task)
        assert_int_equal(edo_spawn(open_gate, g, NULL), 0);
    else
        g->thread = start_thread(open_gate_in_thread, g);
    return EDO_PENDING;
}

static int pass_gate(void *arg)
{
    gate *g = arg;
    edo_poll_fn_future wait = edo_poll_fn(gate_poll, g);

    return (int)edo_await(&wait.base);
}

EDO_TEST_PLAIN(a_wake_before_the_switch_is_not_lost) /* rt-045 */
{
    for (int workers = 1; workers <= 2; workers++) {
        edo_runtime *runtime = make_multi(workers);
        for (unsigned i = 0; i < test_count(400); i++) {
            gate g = {.by_task = i % 2};
            assert_int_equal(edo_block_on(runtime, pass_gate, &g), 1);
            if (!g.by_task)
                join_thread(g.thread);
        }
        assert_ok(edo_runtime_free(runtime));
    }
}

typedef struct counter {
    pthread_mutex_t lock;
    int value;
    edo_waker waiter;
} counter;

static void bump(counter *c)
{
    pthread_mutex_lock(&c->lock);
    c->value++;
    edo_waker waiter = c->waiter;
    c->waiter = (edo_waker){0};
    pthread_mutex_unlock(&c->lock);
    edo_waker_wake(waiter);
}

static edo_poll poll_two(void *arg, const edo_waker *waker, int64_t *ret_value)
{
    counter *c = arg;

    pthread_mutex_lock(&c->lock);
    *ret_value = c->value;
    edo_waker_drop(c->waiter);
    c->waiter = (edo_waker){0};
    if (c->value < 2)
        assert_int_equal(edo_waker_clone(waker, &c->waiter), 0);
    pthread_mutex_unlock(&c->lock);
    return *ret_value < 2 ? EDO_PENDING : EDO_READY;
}

static int bump_twice(void *arg)
{
    bump(arg);
    bump(arg);
    return 0;
}

static int wait_for_two(void *arg)
{
    edo_poll_fn_future wait = edo_poll_fn(poll_two, arg);

    return (int)edo_await(&wait.base);
}

EDO_TEST_BOTH(two_wakes_in_a_row_leave_nobody_asleep) /* rt-046 */
{
    for (unsigned i = 0; i < test_count(1000); i++) {
        counter c = {.lock = PTHREAD_MUTEX_INITIALIZER};
        edo_task waiter, sibling;
        assert_ok(edo_spawn(wait_for_two, &c, &waiter));
        if (i % 2)
            assert_ok(edo_yield()); /* it waits already, or not yet */
        assert_ok(edo_spawn(bump_twice, &c, &sibling));
        assert_int_equal(join_result(waiter), 2);
        assert_int_equal(join_result(sibling), 0);
    }
}

typedef struct watched {
    edo_waker waker;
    int polls, state, seen;
} watched;

static edo_poll watch(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    watched *w = arg;

    w->polls++;
    w->seen = w->state;
    if (!w->waker.ops)
        assert_int_equal(edo_waker_clone(waker, &w->waker), 0);
    *ret_result = 0;
    return w->state == 2 ? EDO_READY : EDO_PENDING;
}

static int be_watched(void *arg)
{
    edo_poll_fn_future fut = edo_poll_fn(watch, arg);

    return (int)edo_await(&fut.base);
}

EDO_TEST(woken_twice_it_runs_once) /* rt-047 */
{
    watched w = {0};
    edo_task task;

    assert_ok(edo_spawn(be_watched, &w, &task));
    assert_ok(edo_yield());
    assert_int_equal(w.polls, 1);
    uint64_t runs = metrics_of(test_runtime()).polls;
    w.state = 1;
    edo_waker_wake_by_ref(&w.waker);
    w.state = 2;
    edo_waker_wake_by_ref(&w.waker);
    assert_int_equal(metrics_of(test_runtime()).queued, 1);
    assert_int_equal(join_result(task), 0);
    assert_int_equal(w.polls, 2);
    assert_int_equal(w.seen, 2);
    edo_waker_wake(w.waker); /* after its end: nothing */
    edo_metrics after = metrics_of(test_runtime());
    assert_int_equal(after.queued + after.injected, 0);
    assert_int_equal(after.polls, runs + 2); /* its one run, and ours after the join */
}
