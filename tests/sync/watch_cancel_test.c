/* watch_cancel_test.c: waits of a watch that are cancelled, lost, polled by another, or kept. */
#include "sync/rig.h"

#include <stdlib.h>

#include "support/gate.h"

static edo_watch_sender *tx;
static edo_watch_receiver *rx;

static void open_channel(void)
{
    int first = 0;

    assert_ok(edo_watch_new(COUNTED_INT, &first, &tx, &rx));
}

static void close_channel(void)
{
    edo_watch_sender_free(tx);
    edo_watch_receiver_free(rx);
}

static int send_number(int number)
{
    return edo_watch_send(tx, &number);
}

static void send_7(void *arg)
{
    (void)arg;
    assert_ok(send_number(7));
}

static bool is_positive(void *arg, const void *value)
{
    (void)arg;
    return *(const int *)value > 0;
}

static int wait_without_a_poll(void)
{
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_watch_wait_for_future wait = edo_watch_wait_for_async(rx, is_positive, NULL, NULL);
    edo_watch_closed_future closed = edo_watch_closed_async(tx);

    return edo_future_is_ready(&changed.base) + edo_future_is_ready(&wait.base) +
           edo_future_is_ready(&closed.base);
}

EDO_TEST_BOTH(waits_never_polled_hold_nothing) /* sync-001 */
{
    open_channel();
    for (int i = 0; i < 10; i++)
        assert_int_equal(wait_without_a_poll(), 0);
    assert_ok(send_number(1));
    close_channel(); /* to the last byte, says LeakSanitizer */
    assert_int_equal(items_gone(2), 2);
}

EDO_TEST_BOTH(cancel_before_the_first_poll_has_no_effect) /* sync-002, sync-003 */
{
    open_channel();
    edo_watch_changed_future other = edo_watch_changed_async(rx);
    edo_test_task *hand = hand_wait(&other.base);
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_watch_closed_future closed = edo_watch_closed_async(tx);

    edo_future_cancel(&changed.base);
    edo_future_cancel(&changed.base);
    edo_future_cancel(&closed.base);
    assert_ready_eq(&changed.base, -ECANCELED);
    assert_ready_eq(&closed.base, -ECANCELED);
    hand_waits_on(hand);
    assert_ok(send_number(1));
    hand_end(hand, &other.base, 0);
    close_channel();
}

EDO_TEST_BOTH(cancelled_wait_marks_nothing) /* sync-155, sync-006, sync-004 */
{
    edo_watch_receiver *other;

    open_channel();
    assert_ok(edo_watch_receiver_clone(rx, &other));
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_watch_wait_for_future wait = edo_watch_wait_for_async(rx, is_positive, NULL, NULL);
    edo_watch_changed_future behind = edo_watch_changed_async(other);
    edo_test_task *a = hand_wait(&changed.base), *b = hand_wait(&wait.base);
    edo_test_task *c = hand_wait(&behind.base);

    edo_test_task_cancel(a);
    hand_cancel(a, &changed.base, -ECANCELED);
    hand_cancel(b, &wait.base, -ECANCELED);
    hand_waits_on(c);
    assert_ok(send_number(1));
    hand_end(c, &behind.base, 0); /* the ones before it are gone */
    assert_int_equal(edo_watch_has_changed(rx), 1);
    assert_ok(edo_watch_changed(rx));
    edo_watch_receiver_free(other);
    close_channel();
}

EDO_TEST_BOTH(change_before_the_cancel_is_reported) /* sync-005, sync-007 */
{
    edo_watch_ref ref;

    open_channel();
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_watch_wait_for_future wait = edo_watch_wait_for_async(rx, is_positive, NULL, &ref);
    edo_test_task *a = hand_wait(&changed.base), *b = hand_wait(&wait.base);

    assert_ok(send_number(1));
    hand_cancel(a, &changed.base, 0);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    hand_cancel(b, &wait.base, 0);
    assert_int_equal(*(const int *)ref.value, 1);
    edo_watch_borrow_end(&ref);
    assert_ok(send_number(2));
    assert_int_equal(edo_future_poll(&changed.base, edo_test_waker()), EDO_READY);
    assert_int_equal(changed.base.result, 0);
    assert_int_equal(edo_watch_has_changed(rx), 1); /* it marks nothing a second time */
    close_channel();
}

EDO_TEST_BOTH(change_marked_elsewhere_lets_the_wait_go_on)
{
    open_channel();
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_test_task *hand = hand_wait(&changed.base);

    assert_ok(send_number(1));
    edo_watch_mark_unchanged(rx); /* woken, but there is nothing new any more */
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
    hand_waits_on(hand);
    assert_ok(send_number(2));
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    edo_watch_mark_unchanged(rx);
    hand_cancel(hand, &changed.base, -ECANCELED);
    close_channel();
}

EDO_TEST_BOTH(losing_wait_leaves_the_value_unseen) /* sync-021 */
{
    edo_watch_ref ref = {0};

    open_channel();
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    lose_after(&changed.base, send_7, NULL);
    assert_int_equal(changed.base.result, -ECANCELED);
    assert_int_equal(edo_watch_has_changed(rx), 1);
    edo_watch_changed_future again = edo_watch_changed_async(rx);
    assert_ready_eq(&again.base, 0); /* at once */
    assert_int_equal(edo_watch_has_changed(rx), 0);

    edo_watch_wait_for_future wait = edo_watch_wait_for_async(rx, is_positive, NULL, &ref);
    assert_ready_eq(&wait.base, 0);
    edo_watch_borrow_end(&ref);
    close_channel();
}

EDO_TEST_BOTH(losing_choice_is_neither_seen_nor_borrowed) /* sync-021 */
{
    edo_watch_ref ref = {0};

    open_channel();
    edo_watch_wait_for_future wait = edo_watch_wait_for_async(rx, is_positive, NULL, &ref);
    lose_after(&wait.base, send_7, NULL);
    assert_int_equal(wait.base.result, -ECANCELED);
    assert_null(ref.value);
    assert_int_equal(edo_watch_has_changed(rx), 1);
    assert_ok(send_number(8));
    assert_int_equal(items_destroyed[7], 1); /* no borrow of it was left */
    close_channel();
}

/* Another arm than the watch wins, with nothing to say. */
static void lose_to_a_yield(edo_future *fut)
{
    edo_yield_future other = edo_yield_async();

    assert_int_equal(edo_select_keep(fut, &other.base), 1);
    assert_false(edo_future_is_ready(fut));
}

EDO_TEST_BOTH(wait_kept_for_the_next_round_is_new) /* sync-026 */
{
    edo_watch_ref ref;

    open_channel();
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_watch_closed_future closed = edo_watch_closed_async(tx);
    edo_watch_wait_for_future wait = edo_watch_wait_for_async(rx, is_positive, NULL, &ref);
    for (int i = 0; i < 3; i++) {
        lose_to_a_yield(&changed.base);
        lose_to_a_yield(&closed.base);
        lose_to_a_yield(&wait.base);
    }
    assert_ok(send_number(1));
    assert_int_equal(edo_watch_has_changed(rx), 1); /* nobody polled them: nothing was granted */
    assert_int_equal(edo_select_keep(&closed.base, &wait.base), 1);
    assert_int_equal(*(const int *)ref.value, 1);
    edo_watch_borrow_end(&ref);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    assert_ok(send_number(2));
    assert_int_equal(edo_select_keep(&closed.base, &changed.base), 1);
    edo_watch_receiver_free(rx);
    assert_int_equal(edo_select_keep(&closed.base), 0);
    edo_watch_sender_free(tx);
}

/* --- wakers and memory ------------------------------------------------------------------------ */

EDO_TEST_BOTH(latest_poll_is_the_one_that_is_woken) /* sync-008, sync-009 */
{
    open_channel();
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_watch_closed_future closed = edo_watch_closed_async(tx);
    edo_test_task *a = hand_wait(&changed.base), *b = hand_wait(&closed.base);

    for (int i = 0; i < 3; i++)
        assert_pending(&changed.base); /* by the process's waker, from now on */
    assert_ok(send_number(1));
    assert_woken(1);
    assert_ready_eq(&changed.base, 0);
    assert_pending(&closed.base);
    edo_watch_receiver_free(rx);
    assert_woken(1);
    assert_ready_eq(&closed.base, 0);
    assert_int_equal(edo_test_task_wake_count(a) + edo_test_task_wake_count(b), 0);
    edo_test_task_release(a);
    edo_test_task_release(b);
    edo_watch_sender_free(tx);
}

static unsigned wakes, destroyed;

static void count_destroyed(void *arg)
{
    (void)arg;
    destroyed++;
}

static void count_wake(void *arg)
{
    (void)arg;
    wakes++;
}

EDO_TEST_BOTH(memory_of_a_wait_that_is_ready_is_the_callers) /* sync-010 */
{
    edo_waker waker;

    open_channel();
    assert_ok(edo_waker_new(count_wake, count_destroyed, NULL, &waker));
    for (int cancels = 0; cancels < 2; cancels++) {
        edo_watch_changed_future changed = edo_watch_changed_async(rx);
        assert_int_equal(edo_future_poll(&changed.base, &waker), EDO_PENDING);
        if (cancels)
            edo_future_cancel(&changed.base);
        else
            assert_ok(send_number(1));
        assert_int_equal(edo_future_poll(&changed.base, &waker), EDO_READY);
        memset(&changed, 0xa5, sizeof changed);
        assert_ok(send_number(2 + cancels));
        for (size_t i = 0; i < sizeof changed; i++)
            assert_int_equal(((unsigned char *)&changed)[i], 0xa5);
        edo_watch_mark_unchanged(rx);
    }
    assert_int_equal(wakes, 1);
    assert_int_equal(destroyed, 0);
    edo_waker_drop(waker);
    assert_int_equal(destroyed, 1);
    close_channel();
}

/* What a waker may do to the channel that wakes it. */
static void use_the_channel(void *arg)
{
    edo_watch_ref ref;

    (void)arg;
    if (wakes++)
        return;
    assert_ok(send_number(2));
    assert_int_equal(edo_watch_has_changed(rx), 1);
    assert_int_equal(*(const int *)edo_watch_borrow_and_update(rx, &ref), 2);
    edo_watch_borrow_end(&ref);
    close_channel();
}

EDO_TEST_BOTH(waker_may_use_the_channel_and_end_it) /* sync-012 */
{
    edo_waker waker;

    open_channel();
    edo_watch_sender *mine = edo_watch_sender_clone(tx);
    assert_ok(edo_waker_new(use_the_channel, NULL, NULL, &waker));
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    assert_int_equal(edo_future_poll(&changed.base, &waker), EDO_PENDING);
    int item = 1;
    assert_ok(edo_watch_send(mine, &item));
    assert_int_equal(wakes, 1);
    assert_int_equal(edo_future_poll(&changed.base, &waker), EDO_READY);
    assert_int_equal(changed.base.result, -EPIPE); /* its receiver is gone */
    edo_watch_sender_free(mine);
    edo_waker_drop(waker);
    assert_int_equal(items_gone(3), 3);
}

/* --- timeouts, aborts, threads -------------------------------------------------------------- */

EDO_TEST(success_at_the_deadline_stands) /* sync-025 */
{
    open_channel();
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_timeout_future limit = edo_timeout_async(&changed.base, EDO_MILLIS(5));

    assert_pending(&limit.base);
    assert_ok(edo_advance(EDO_MILLIS(20)));
    assert_ok(send_number(1)); /* past the deadline, and before the poll */
    assert_ready_eq(&limit.base, 0);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    edo_watch_changed_future next = edo_watch_changed_async(rx);
    assert_err(edo_timeout(&next.base, EDO_MILLIS(5)), -ETIMEDOUT);
    close_channel();
}

/* Waits for an abort, and then for what is there already. */
static int wait_after_abort(void *arg)
{
    gate never = GATE_INIT;

    gate_open(arg);
    assert_err(gate_wait(&never), -ECANCELED);
    assert_err(edo_watch_changed(rx), -ECANCELED);
    assert_err(edo_watch_wait_for(rx, is_positive, NULL, NULL), -ECANCELED);
    assert_int_equal(edo_watch_has_changed(rx), 1); /* it was not marked */
    assert_ok(send_number(2));                      /* and clean-up may go on */
    return 0;
}

EDO_TEST_BOTH(aborted_task_sees_nothing_by_waiting) /* sync-016 */
{
    gate begun = GATE_INIT;
    edo_task task;
    int ret = -1;

    open_channel();
    assert_ok(send_number(1));
    assert_ok(edo_spawn(wait_after_abort, &begun, &task));
    assert_ok(gate_wait(&begun));
    assert_ok(edo_task_abort(task));
    assert_ok(edo_join(task, &ret));
    assert_int_equal(ret, 0);
    close_channel();
}

static int plain_value; /* written before the send, and read after the wait, without a lock */

static void *send_from_a_thread(void *arg)
{
    plain_value = *(int *)arg;
    assert_ok(send_number(plain_value));
    return NULL;
}

static void *end_from_a_thread(void *arg)
{
    plain_value = *(int *)arg;
    edo_watch_sender_free(tx);
    return NULL;
}

EDO_TEST_PLAIN(threads_need_no_runtime) /* sync-013, sync-158 */
{
    for (int i = 1; i < (int)test_count(300); i++) {
        open_channel();
        pthread_t thread = start_thread(send_from_a_thread, &i);
        assert_ok(edo_watch_changed(rx));
        assert_int_equal(plain_value, i);
        join_thread(thread);
        int next = i + 1000;
        thread = start_thread(end_from_a_thread, &next);
        assert_err(edo_watch_changed(rx), -EPIPE);
        assert_int_equal(plain_value, next);
        join_thread(thread);
        edo_watch_receiver_free(rx);
    }
}

struct relay {
    int rounds;
    int read;    /* atomic */
    int64_t sum; /* plain */
};

static int relay_sender(void *arg)
{
    struct relay *relay = arg;

    for (int i = 1; i <= relay->rounds; i++) {
        relay->sum += i;
        assert_ok(send_number(i % 2));
        task_wait_until(__atomic_load_n(&relay->read, __ATOMIC_ACQUIRE) == i);
    }
    edo_watch_sender_free(tx);
    return 0;
}

EDO_TEST_MT(what_the_sender_wrote_is_seen_after_the_change) /* sync-158 */
{
    struct relay relay = {.rounds = (int)test_count(200)};
    int64_t expected = 0;
    int first = 0, rounds = 0, rc;
    edo_task task;

    assert_ok(edo_watch_new(PLAIN_INT, &first, &tx, &rx));
    assert_ok(edo_spawn(relay_sender, &relay, &task));
    while ((rc = edo_watch_changed(rx)) == 0) {
        expected += ++rounds;
        assert_int_equal(relay.sum, expected);
        __atomic_store_n(&relay.read, rounds, __ATOMIC_RELEASE);
        if (rounds == relay.rounds)
            break;
    }
    assert_ok(edo_join(task, NULL));
    assert_int_equal(rounds, relay.rounds);
    edo_watch_receiver_free(rx);
}
