/* callback_test.c: a call that can't be cancelled: its end before, during and after the wait. */
#include "support/edo_test.h"

#include <errno.h>

#include <edo/callback.h>

static int64_t discarded;
static int discards;

static void note_discard(void *arg, int64_t result)
{
    (void)arg;
    discarded = result;
    discards++;
}

static void finish_now(void *arg)
{
    edo_callback_finish(arg, 42);
}

static void *finish_later(void *arg)
{
    block_thread_for(5);
    edo_callback_finish(arg, 43);
    return NULL;
}

EDO_TEST_BOTH(callback_before_the_first_poll_is_delivered_once) /* future-013 */
{
    edo_callback *cb;
    assert_ok(edo_callback_new(note_discard, NULL, &cb));
    finish_now(cb);
    assert_int_equal(edo_callback_wait(cb), 42);
    assert_int_equal(discards, 0);
}

static int finish_in_task(void *arg)
{
    finish_now(arg);
    return 0;
}

EDO_TEST_BOTH(callback_after_the_first_poll_wakes_the_waiter) /* future-013 */
{
    edo_callback *cb;
    edo_task task;
    assert_ok(edo_callback_new(note_discard, NULL, &cb));
    edo_callback_future wait = edo_callback_async(cb);
    assert_pending(&wait.base);
    assert_ok(edo_spawn(finish_in_task, cb, &task));
    assert_int_equal(edo_await(&wait.base), 42);
    assert_ok(edo_join(task, NULL));
}

EDO_TEST_BOTH(callback_from_a_foreign_thread_is_delivered) /* future-013 */
{
    edo_callback *cb;
    assert_ok(edo_callback_new(note_discard, NULL, &cb));
    pthread_t thread = start_thread(finish_later, cb);
    assert_int_equal(edo_callback_wait(cb), 43);
    join_thread(thread);
}

EDO_TEST_BOTH(cancelled_callback_says_so_at_once_and_the_late_result_is_discarded) /* future-008 */
{
    edo_callback *cb;
    discards = 0;
    assert_ok(edo_callback_new(note_discard, NULL, &cb));
    edo_callback_future wait = edo_callback_async(cb);
    assert_pending(&wait.base);
    edo_future_cancel(&wait.base);
    assert_ready_eq(&wait.base, -ECANCELED);
    assert_int_equal(discards, 0);
    edo_callback_finish(cb, 7);
    assert_int_equal(discards, 1);
    assert_int_equal(discarded, 7);
}

/* Descriptor 0 is one as well; a failure has nothing to be discarded. */
EDO_TEST(a_late_result_of_zero_is_discarded_and_a_failure_is_not)
{
    static const int64_t results[] = {0, -EIO};

    discards = 0;
    for (int i = 0; i < 2; i++) {
        edo_callback *cb;
        assert_ok(edo_callback_new(note_discard, NULL, &cb));
        edo_callback_future wait = edo_callback_async(cb);
        assert_pending(&wait.base);
        edo_future_cancel(&wait.base);
        assert_ready_eq(&wait.base, -ECANCELED);
        edo_callback_finish(cb, results[i]);
        assert_int_equal(discards, 1);
    }
}

EDO_TEST_BOTH(a_timeout_does_not_wait_for_a_call_that_never_ends) /* future-008 */
{
    edo_callback *cb;
    assert_ok(edo_callback_new(note_discard, NULL, &cb));
    edo_callback_future wait = edo_callback_async(cb);
    assert_int_equal(edo_timeout(&wait.base, EDO_MILLIS(50)), -ETIMEDOUT);
    edo_callback_finish(cb, -EIO); /* a failure holds nothing: it is not discarded */
    assert_int_equal(discards, 0);
}

EDO_TEST_BOTH(a_result_that_came_before_the_cancel_stands)
{
    edo_callback *cb;
    assert_ok(edo_callback_new(note_discard, NULL, &cb));
    edo_callback_future wait = edo_callback_async(cb);
    assert_pending(&wait.base);
    finish_now(cb);
    edo_future_cancel(&wait.base);
    assert_ready_eq(&wait.base, 42);
}

EDO_TEST_PLAIN(a_callback_left_without_a_wait_is_freed_once)
{
    edo_callback *cb;
    discards = 0;
    assert_ok(edo_callback_new(note_discard, NULL, &cb));
    edo_callback_leave(cb);
    edo_callback_finish(cb, 1);
    assert_int_equal(discards, 1);
    assert_ok(edo_callback_new(note_discard, NULL, &cb));
    edo_callback_finish(cb, 2);
    edo_callback_leave(cb);
    assert_int_equal(discards, 2);
    assert_int_equal(edo_callback_wait(NULL), -EINVAL);
    assert_int_equal(edo_callback_new(NULL, NULL, NULL), -EINVAL);
    edo_callback_leave(NULL);
}

/* The waiting side of a call ends with its future, polled or not. */
EDO_TEST_BOTH(call_that_a_select_never_polled_is_left) /* future-008 */
{
    edo_callback *cb;
    edo_future ready = edo_ready(5);

    assert_ok(edo_callback_new(note_discard, NULL, &cb));
    edo_callback_future wait = edo_callback_async(cb);
    assert_int_equal(edo_select_biased(&ready, &wait.base), 0);
    assert_int_equal(wait.base.result, -ECANCELED);
    assert_int_equal(discards, 0);
    edo_callback_finish(cb, 7);
    assert_int_equal(discards, 1);
    assert_int_equal(discarded, 7);
}

struct two_calls {
    edo_callback *awaited, *waited;
    int64_t results[2];
};

static int wait_when_aborted(void *arg)
{
    struct two_calls *calls = arg;
    edo_callback_future wait = edo_callback_async(calls->awaited);

    assert_ok(edo_task_self_abort());
    calls->results[0] = edo_await(&wait.base); /* it is never polled */
    calls->results[1] = edo_callback_wait(calls->waited);
    return 0;
}

EDO_TEST_BOTH(call_that_an_aborted_task_awaits_is_left) /* future-008 */
{
    static struct two_calls calls;
    edo_task task;

    assert_ok(edo_callback_new(note_discard, NULL, &calls.awaited));
    assert_ok(edo_callback_new(note_discard, NULL, &calls.waited));
    assert_ok(edo_spawn(wait_when_aborted, &calls, &task));
    assert_ok(edo_join(task, NULL));
    assert_int_equal(calls.results[0], -ECANCELED);
    assert_int_equal(calls.results[1], -ECANCELED);
    edo_callback_finish(calls.awaited, 7);
    assert_int_equal(discards, 1);
    edo_callback_finish(calls.waited, 8);
    assert_int_equal(discards, 2);
    assert_int_equal(discarded, 8);
}

EDO_TEST_BOTH(call_of_a_task_aborted_before_its_first_poll_is_left) /* future-008 */
{
    edo_callback *cb;
    edo_task task;
    int ret = 0;

    assert_ok(edo_callback_new(note_discard, NULL, &cb));
    edo_callback_future wait = edo_callback_async(cb);
    assert_ok(edo_spawn_future(&wait.base, sizeof wait, &task));
    assert_ok(edo_task_abort(task));
    assert_ok(edo_join(task, &ret));
    assert_int_equal(ret, -ECANCELED);
    edo_callback_finish(cb, 7);
    assert_int_equal(discards, 1);
    assert_int_equal(discarded, 7);
}
