/* await_test.c: a task waits for one future. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <stdlib.h>

#include "base/atomic.h"

static uint64_t polls_so_far(void)
{
    edo_metrics m;
    edo_handle *handle = edo_runtime_handle(test_runtime());

    assert_ok(edo_handle_metrics(handle, &m));
    edo_handle_unref(handle);
    return m.polls;
}

EDO_TEST(await_of_a_ready_future_does_not_switch) /* future-016 */
{
    uint64_t before = polls_so_far();
    edo_instant past = edo_now();

    for (int i = 0; i < 1000; i++) {
        edo_future ready = edo_ready(i);
        probe p = probe_ready(-i);
        assert_int_equal(edo_await(&ready), i);
        assert_int_equal(edo_await(&p.base), -i);
        assert_int_equal(p.polls, 1);
    }
    assert_int_equal(polls_so_far(), before);
    for (int i = 0; i < 128; i++) /* edo's own: as long as there is budget */
        assert_ok(edo_sleep_until(past));
    assert_int_equal(polls_so_far(), before);
    assert_ok(edo_sleep_until(past));
    assert_int_equal(polls_so_far(), before + 1);
}

struct two {
    probe earlier, awaited;
    unsigned done; /* atomic */
};

static int poll_one_await_the_other(void *arg)
{
    struct two *two = arg;
    edo_future *arms[] = {&two->earlier.base, &two->awaited.base};
    edo_join_all_future both = edo_join_all_async(arms, 2);
    int rc;

    two->earlier.yields = 0;
    /* It is polled with this task's waker once, and keeps it. */
    two->awaited.ready = true;
    (void)edo_timeout(&both.base, EDO_MILLIS(1));
    two->awaited = probe_pending();
    rc = (int)edo_await(&two->awaited.base);
    a_store(&two->done, 1, release);
    return rc;
}

EDO_TEST(await_ends_by_its_own_future_alone) /* future-017 */
{
    static struct two two;
    edo_task t;
    int ret = 0;
    edo_waker stale;

    two = (struct two){.earlier = probe_pending(), .awaited = probe_pending()};
    two.earlier.ignores_cancel = true;
    assert_ok(edo_spawn(poll_one_await_the_other, &two, &t));
    assert_ok(edo_yield());
    assert_int_equal(two.earlier.polls, 1);
    assert_ok(edo_waker_clone(&two.earlier.waker, &stale));
    assert_ok(edo_advance(EDO_MILLIS(2)));
    probe_finish(&two.earlier, 1); /* the timeout waited for it */
    for (int i = 0; i < 5; i++) {
        assert_ok(edo_yield());
        unsigned polls = two.awaited.polls;
        assert_true(polls >= 1);
        edo_waker_wake_by_ref(&stale); /* a late wake by what it waited for before */
        assert_ok(edo_yield());
        assert_int_equal(two.awaited.polls, polls + 1); /* it looked, */
        assert_int_equal(two.done, 0);                  /* and waits on */
    }
    probe_finish(&two.awaited, 6);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 6);
    edo_waker_drop(stale);
}

static probe shared;

static int await_shared(void *arg)
{
    (void)arg;
    return (int)edo_await(&shared.base);
}

EDO_TEST(future_that_another_task_awaits_is_refused) /* future-018 */
{
    edo_task first, others[3];
    int ret = 0;

    shared = probe_pending();
    assert_ok(edo_spawn(await_shared, NULL, &first));
    assert_ok(edo_yield());
    for (int i = 0; i < 3; i++) {
        assert_ok(edo_spawn(await_shared, NULL, &others[i]));
        assert_ok(edo_join(others[i], &ret));
        assert_int_equal(ret, -EDO_EMISUSE);
        assert_int_equal(shared.polls, 1); /* the first is not disturbed */
    }
    probe_finish(&shared, 10);
    assert_ok(edo_join(first, &ret));
    assert_int_equal(ret, 10);
    assert_err(edo_await(NULL), -EINVAL);
}

static edo_poll await_from_poll(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    edo_future pending = edo_pending();
    int *said = arg;

    (void)waker;
    said[0] = (int)edo_await(&pending);
    said[1] = edo_yield();
    said[2] = edo_join((edo_task){0}, NULL);
    *ret_result = 77;
    return EDO_READY;
}

EDO_TEST_BOTH(await_in_a_poll_function_is_a_deadlock) /* future-019 */
{
    int *said = calloc(6, sizeof *said);
    edo_poll_fn_future here = edo_poll_fn(await_from_poll, said);
    edo_poll_fn_future there = edo_poll_fn(await_from_poll, said + 3);
    edo_task t;
    int ret = 0;

    assert_int_equal(edo_await(&here.base), 77);
    assert_ok(edo_spawn_future(&there.base, sizeof there, &t)); /* on the worker's own stack */
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 77);
    for (int i = 0; i < 6; i++)
        assert_int_equal(said[i], -EDEADLK);
    assert_ok(edo_yield());
    free(said);
}

/* --- tasks without a stack -------------------------------------------------------------------- */

EDO_TEST(task_of_a_future_gives_its_result) /* task-001 */
{
    static probe p;
    edo_task copied, in_place;
    int ret = 0;
    probe script = probe_ready(12);

    script.yields = 3;
    assert_ok(edo_spawn_future(&script.base, sizeof script, &copied));
    script = probe_pending(); /* it was copied */
    p = probe_pending();
    assert_ok(edo_spawn_future(&p.base, 0, &in_place));
    assert_ok(edo_join(copied, &ret));
    assert_int_equal(ret, 12);
    assert_int_equal(p.polls, 1);
    assert_false(edo_task_is_finished(in_place));
    probe_finish(&p, -EIO);
    assert_ok(edo_join(in_place, &ret));
    assert_int_equal(ret, -EIO);
    assert_err(edo_spawn_future(&p.base, 0, &copied), -EINVAL); /* polled before */
    assert_err(edo_spawn_future(NULL, 0, &copied), -EINVAL);
    assert_err(edo_spawn_future(&script.base, 4, &copied), -EINVAL); /* not even a future */
}

EDO_TEST(aborted_task_of_a_future_cancels_it_and_polls_it_to_its_end) /* future-006 task-036 */
{
    static probe p;
    edo_task t;
    int ret = 0;

    p = probe_pending();
    p.ignores_cancel = true;
    assert_ok(edo_spawn_future(&p.base, 0, &t));
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(t));
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(t));
    assert_ok(edo_yield());
    assert_int_equal(p.cancels, 1);
    assert_false(edo_task_is_finished(t));
    probe_finish(&p, 4); /* a success stands */
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 4);
    p = probe_ready(5);
    assert_ok(edo_spawn_future(&p.base, 0, &t));
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -ECANCELED);
    assert_int_equal(p.polls, 0); /* aborted before its first run, it starts nothing */
}
