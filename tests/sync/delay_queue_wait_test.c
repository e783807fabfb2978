/* delay_queue_wait_test.c: who may wait for a delay queue's next entry, and what ends the wait. */
#include "sync/delay_queue_rig.h"

#include "runtime/runtime.h"

static int open_queue(void *arg)
{
    delays_open(arg, PLAIN_INT);
    insert_at_ms(arg, 1, 3600 * 1000);
    return 0;
}

static edo_runtime *make(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 1), &runtime));
    return runtime;
}

static uint64_t timers_of(edo_runtime *runtime)
{
    timer_wheel *wheel = &runtime->sched->cores[0]->wheel;

    lock_take(&wheel->lock);
    uint64_t count = wheel->count;
    lock_drop(&wheel->lock);
    return count;
}

EDO_TEST(one_wait_at_a_time)
{
    delays d;
    int other = 0;

    delays_open(&d, PLAIN_INT);
    insert_at_ms(&d, 1, 10);
    check_pends(&d);
    edo_delay_queue_next_future second = edo_delay_queue_next_async(d.queue, &other, NULL);
    assert_ready_eq(&second.base, -EDO_EMISUSE);
    assert_int_equal(edo_delay_queue_free(d.queue), -EBUSY);
    go_to_ms(&d, 10);
    assert_int_equal(edo_delay_queue_try_next(d.queue, &other, NULL),
                     1); /* before the wait saw it */
    assert_int_equal(other, 1);
    check_end(&d);
    delays_close(&d);
}

EDO_TEST(a_cancelled_wait_takes_nothing)
{
    delays d;

    delays_open(&d, PLAIN_INT);
    insert_at_ms(&d, 1, 10);
    check_pends(&d);
    go_to_ms(&d, 10);
    assert_woken(1);
    edo_future_cancel(&d.next.base);
    assert_ready_eq(&d.next.base, -ECANCELED);
    d.pending = false;
    check_gives(&d, 1, 10);
    insert_at_ms(&d, 2, 50);
    check_pends(&d);
    edo_future_cancel(&d.next.base); /* before it is due */
    assert_ready_eq(&d.next.base, -ECANCELED);
    d.pending = false;
    assert_int_equal(timers_of(test_runtime()), 0);
    assert_int_equal(edo_delay_queue_len(d.queue), 1);
    delays_close(&d);
}

/* A wait of a plain thread, or of another runtime's task. */
EDO_TEST_PLAIN(the_runtimes_end_ends_the_wait)
{
    edo_runtime *runtime = make(EDO_MULTI_THREAD);
    delays d;

    assert_ok(edo_block_on(runtime, open_queue, &d));
    check_pends(&d);
    assert_int_equal(timers_of(runtime), 1);
    assert_ok(edo_runtime_free(runtime));
    assert_woken(1);
    assert_int_equal(poll_next(&d), EDO_READY);
    assert_int_equal(d.next.base.result, -EDO_ESHUTDOWN);
    assert_int_equal(poll_next(&d), EDO_READY); /* a new one */
    assert_int_equal(d.next.base.result, -EDO_ESHUTDOWN);
    assert_ok(edo_delay_queue_free(d.queue));
}

EDO_TEST(a_wheel_that_has_ended_takes_no_wait)
{
    delays d;

    delays_open(&d, PLAIN_INT);
    insert_at_ms(&d, 1, 50);
    wheel_shutdown(&test_runtime()->sched->cores[0]->wheel);
    assert_int_equal(poll_next(&d), EDO_READY);
    assert_int_equal(d.next.base.result, -EDO_ESHUTDOWN);
    assert_int_equal(edo_delay_queue_next(d.queue, &d.item, NULL), -EDO_ESHUTDOWN);
    delays_close(&d);
}

EDO_TEST(what_was_put_back_wakes_who_waits_now)
{
    delays d;
    int item;

    delays_open(&d, PLAIN_INT);
    insert_at_ms(&d, 1, 0);
    insert_at_ms(&d, 2, 50);
    edo_delay_queue_next_future first = edo_delay_queue_next_async(d.queue, &item, NULL);
    assert_ready_eq(&first.base, 1);
    check_pends(&d);
    edo_future_put_back(&first.base);
    assert_woken(1);
    check_gives(&d, 1, 0);
    delays_close(&d);
}

EDO_TEST(an_abandoned_round_keeps_its_arm)
{
    delays d;
    unsigned pauses = 0;

    delays_open(&d, PLAIN_INT);
    for (int i = 0; i < 3; i++)
        insert_at_ms(&d, i, 10 * i + 5);
    d.next = edo_delay_queue_next_async(d.queue, &d.item, NULL);
    for (int given = 0; given < 3;) {
        edo_sleep_future pause = edo_sleep_async(EDO_MILLIS(3));
        if (edo_select_keep(&d.next.base, &pause.base) == 1) {
            pauses++;
            continue;
        }
        assert_int_equal(d.next.base.result, 1);
        assert_int_equal(d.item, given++);
        d.next = edo_delay_queue_next_async(d.queue, &d.item, NULL);
    }
    assert_true(pauses >= 6);
    delays_close(&d);
}

/* A waiter in a task, an insert by a plain thread: whoever sleeps for the timer has to be woken. */
static int take_one(void *arg)
{
    delays *d = arg;

    return edo_delay_queue_next(d->queue, &d->item, &d->expired);
}

EDO_TEST_PLAIN(a_plain_thread_inserts_what_a_task_awaits)
{
    edo_runtime *runtime = make(EDO_MULTI_THREAD);
    delays d;
    edo_task taker;
    int item = 2, result = 0;

    assert_ok(edo_block_on(runtime, open_queue, &d));
    edo_handle *handle = edo_runtime_handle(runtime);
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), take_one, &d, &taker));
    wait_until(timers_of(runtime) == 1);
    uint64_t began = real_time_ns();
    assert_ok(edo_delay_queue_insert(d.queue, &item, EDO_MILLIS(5), NULL));
    assert_ok(edo_join(taker, &result)); /* and not in an hour */
    assert_int_equal(result, 1);
    assert_int_equal(d.item, 2);
    assert_true(real_time_ns() - began >= 5000000);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
    assert_int_equal(edo_delay_queue_next(d.queue, &d.item, NULL), -EDO_ESHUTDOWN);
    assert_int_equal(edo_delay_queue_try_next(d.queue, &d.item, NULL), -EAGAIN);
    assert_int_equal(edo_delay_queue_len(d.queue), 1);
    assert_ok(edo_delay_queue_free(d.queue));
}

/* The clock of the runtime that it was made in, which is a day ahead, counts for a plain thread, too. */
static int open_a_day_ahead(void *arg)
{
    assert_ok(edo_pause());
    assert_ok(edo_advance(EDO_SECONDS(24 * 3600)));
    return open_queue(arg);
}

EDO_TEST_PLAIN(a_queue_goes_by_its_runtimes_clock)
{
    edo_runtime *runtime = make(EDO_CURRENT_THREAD);
    delays d;
    int item = 2;

    assert_ok(edo_block_on(runtime, open_a_day_ahead, &d));
    assert_ok(edo_delay_queue_insert(d.queue, &item, EDO_MILLIS(5), NULL));
    assert_int_equal(edo_delay_queue_try_next(d.queue, &item, NULL), -EAGAIN);
    assert_int_equal(edo_block_on(runtime, take_one, &d), 1);
    assert_int_equal(d.item, 2);
    assert_int_equal(d.expired.deadline.ns, at_ms(&d, 5).ns);
    assert_ok(edo_delay_queue_free(d.queue));
    assert_ok(edo_runtime_free(runtime));
}

static int count_turns(void *arg)
{
    unsigned *turns = arg;

    while (edo_yield() == 0)
        a_fetch_add(turns, 1, relaxed);
    return 0;
}

static uint64_t forced_yields(void)
{
    edo_handle *handle = edo_runtime_handle(test_runtime());
    edo_metrics metrics;

    assert_ok(edo_handle_metrics(handle, &metrics));
    edo_handle_unref(handle);
    return metrics.forced_yields;
}

/* However many are due, the others have their turns. */
EDO_TEST_BOTH(taking_spends_the_budget)
{
    edo_task other;
    unsigned turns = 0;
    delays d;

    delays_open(&d, PLAIN_INT);
    for (int i = 0; i < 1000; i++)
        insert_at_ms(&d, i, 0);
    uint64_t before = forced_yields();
    assert_ok(edo_spawn(count_turns, &turns, &other));
    for (int i = 0; i < 1000; i++)
        assert_int_equal(edo_delay_queue_next(d.queue, &d.item, NULL), 1);
    assert_true(forced_yields() - before >= 7);
    assert_true(!test_time_is_paused() || turns >= 6);
    edo_task_abort(other);
    assert_ok(edo_join(other, NULL));
    delays_close(&d);
}
