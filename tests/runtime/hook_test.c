/* hook_test.c: hooks around a worker's sleep and a thread's life; runtimes without I/O or time. */
#include "runtime/rig.h"

#include <signal.h>

typedef struct hooked {
    edo_runtime *runtime;
    once event;
    int parks, unparks, way, spawned, await_says;
    bool done;
} hooked;

static int count_spawned(void *arg)
{
    hooked *h = arg;

    a_fetch_add(&h->spawned, 1, seq_cst);
    once_open(&h->event, 2);
    return 0;
}

/* Makes work in its way, once the root task waits. */
static void make_work(void *arg)
{
    hooked *h = arg;
    edo_handle *handle;

    a_fetch_add(&h->parks, 1, seq_cst);
    if (h->done || !once_has_waiter(&h->event))
        return;
    h->done = true;
    if (h->way == 0) {
        once_open(&h->event, 2);
    } else if (h->way == 1) {
        handle = edo_runtime_handle(h->runtime);
        assert_int_equal(edo_spawn_with(EDO_OPTS(spawn, .on = handle), count_spawned, h, NULL), 0);
        edo_handle_unref(handle);
    } else { /* a yield polled here with the waiter's waker */
        edo_yield_future yield = edo_yield_async();
        h->event.open = true;
        h->event.value = 2;
        assert_int_equal(edo_future_poll(&yield.base, &h->event.waiter), EDO_PENDING);
    }
    edo_future never = edo_pending();
    h->await_says = (int)edo_await(&never); /* a hook must not wait */
}

static void count_unpark(void *arg)
{
    a_fetch_add(&((hooked *)arg)->unparks, 1, seq_cst);
}

static int wait_for_event(void *arg)
{
    hooked *h = arg;
    int64_t value = once_wait(&h->event);

    once_fini(&h->event);
    return (int)value;
}

EDO_TEST_PLAIN(the_park_hook_may_make_work) /* rt-052 */
{
    for (int i = 0; i < 6; i++) {
        hooked h = {.way = i / 2};
        h.runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)(i % 2), .workers = 1,
                                  .on_park = make_work, .on_unpark = count_unpark, .hook_arg = &h));
        assert_int_equal(edo_block_on(h.runtime, wait_for_event, &h), 2);
        assert_int_equal(h.await_says, -EDEADLK);
        assert_int_equal(h.spawned, h.way == 1);
        assert_ok(edo_runtime_free(h.runtime));
        assert_true(h.parks >= 1);
        assert_int_equal(h.parks, h.unparks);
    }
}

typedef struct lives {
    int started, stopped, index_seen;
} lives;

static void on_start(void *arg)
{
    a_fetch_add(&((lives *)arg)->started, 1, seq_cst);
}

static void on_stop(void *arg)
{
    a_fetch_add(&((lives *)arg)->stopped, 1, seq_cst);
}

EDO_TEST_PLAIN(thread_hooks_are_called_equally_often) /* rt-074 */
{
    lives l = {0};
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .workers = 3, .on_thread_start = on_start,
                                                 .on_thread_stop = on_stop, .hook_arg = &l));

    wait_until(a_load(&l.started, seq_cst) == 3);
    assert_int_equal(a_load(&l.stopped, seq_cst), 0);
    assert_ok(edo_runtime_free(runtime));
    assert_int_equal(l.started, 3);
    assert_int_equal(l.stopped, 3);
}

typedef struct counts {
    lives l;
    int cleanups;
} counts;

static int clean_up(void *arg)
{
    int rc = wait_for_ever(arg);

    a_fetch_add(&((counts *)arg)->cleanups, rc == -EDO_ESHUTDOWN, seq_cst);
    return 0;
}

EDO_TEST_PLAIN(a_thousand_runtimes_with_a_task_that_never_ends) /* rt-059 */
{
    unsigned rounds = test_count(1000);
    counts c = {0};

    for (unsigned i = 0; i < rounds; i++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .workers = 1, .on_thread_start = on_start,
                                  .on_thread_stop = on_stop, .hook_arg = &c));
        assert_ok(edo_task_detach(spawn_on(runtime, clean_up, &c)));
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(c.cleanups, i + 1);
        assert_true(c.l.started > (int)i);
        assert_int_equal(c.l.started, c.l.stopped);
    }
}

static int use_io(void *arg)
{
    edo_tcp_listener *listener;
    edo_tcp_stream *stream;
    edo_signal *signal;

    (void)arg;
    assert_int_equal(edo_tcp_listen("127.0.0.1:0", &listener), -EDO_ENOIO);
    assert_int_equal(edo_tcp_connect("127.0.0.1:1", &stream), -EDO_ENOIO);
    assert_int_equal(edo_signal_open(SIGUSR1, &signal), -EDO_ENOIO);
    assert_int_equal(edo_sleep(EDO_MILLIS(2)), 0); /* the rest works */
    return edo_yield();
}

static int use_time(void *arg)
{
    edo_future never = edo_pending();
    edo_tcp_listener *listener;

    (void)arg;
    assert_int_equal(edo_sleep(EDO_MILLIS(1)), -EDO_ENOTIME);
    assert_int_equal(edo_sleep_until(edo_now()), -EDO_ENOTIME);
    assert_int_equal(edo_timeout(&never, EDO_MILLIS(1)), -EDO_ENOTIME);
    assert_int_equal(edo_tcp_listen("127.0.0.1:0", &listener), 0);
    return edo_tcp_listener_close(listener);
}

EDO_TEST_PLAIN(without_io_or_time_the_rest_works) /* rt-055 timer-013 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *no_io = make_runtime(
            EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1, .no_io = true));
        edo_runtime *no_time = make_runtime(
            EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 1, .no_time = true));
        assert_int_equal(edo_block_on(no_io, use_io, NULL), 0);
        assert_int_equal(edo_block_on(no_time, use_time, NULL), 0);
        assert_ok(edo_runtime_free(no_io));
        assert_ok(edo_runtime_free(no_time));
    }
    edo_sleep_future outside = edo_sleep_async(EDO_MILLIS(1));
    assert_ready_eq(&outside.base, -EDO_ENORUNTIME);
}

static edo_poll count_poll(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    (void)waker;
    ++*(int *)arg;
    *ret_result = 1;
    return EDO_READY;
}

static int timeout_without_time(void *arg)
{
    edo_poll_fn_future fut = edo_poll_fn(count_poll, arg);
    edo_timeout_future to = edo_timeout_async(&fut.base, EDO_MILLIS(1));

    return (int)edo_await(&to.base);
}

EDO_TEST_PLAIN(a_timeout_without_time_polls_nothing) /* timer-068 */
{
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .no_time = true));
    int polls = 0;

    assert_int_equal(edo_block_on(runtime, timeout_without_time, &polls), -EDO_ENOTIME);
    assert_int_equal(polls, 0);
    assert_ok(edo_runtime_free(runtime));
}
