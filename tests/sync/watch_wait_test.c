/* watch_wait_test.c: who waits for a change, for a value or for the end; and many who do. */
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

/* Its calls, and the number that it is content with. */
struct wish {
    int least;
    unsigned calls;
    int shown[16];
};

static bool is_enough(void *arg, const void *value)
{
    struct wish *wish = arg;
    int number = *(const int *)value;

    if (wish->calls < 16)
        wish->shown[wish->calls] = number;
    wish->calls++;
    return number >= wish->least;
}

/* --- all who wait ------------------------------------------------------------------------- */

enum { MANY = 100 };
static edo_watch_receiver *receivers[MANY];
static edo_watch_changed_future waits[MANY];
static edo_test_task *hands[MANY];

static void check_all_are_woken(int n)
{
    open_channel();
    for (int i = 0; i < n; i++) {
        assert_ok(edo_watch_receiver_clone(rx, &receivers[i]));
        waits[i] = edo_watch_changed_async(receivers[i]);
        hands[i] = hand_wait(&waits[i].base);
    }
    assert_ok(send_number(1));
    for (int i = 0; i < n; i++) {
        hand_end(hands[i], &waits[i].base, 0);
        assert_int_equal(edo_watch_has_changed(receivers[i]), 0);
        edo_watch_receiver_free(receivers[i]);
    }
    close_channel();
}

EDO_TEST_BOTH(one_send_wakes_all_who_wait) /* sync-143 */
{
    check_all_are_woken(5);
    check_all_are_woken(MANY); /* more than are woken at a time */
    assert_int_equal(items_destroyed[1], 2);
}

static void wait_anew(void *arg)
{
    edo_test_task *hand = hands[MANY - 1];

    (void)arg;
    assert_int_equal(edo_test_task_poll(hand), EDO_READY);
    waits[MANY - 1] = edo_watch_changed_async(receivers[MANY - 1]);
    edo_test_task_release(hand);
    hands[MANY - 1] = hand_wait(&waits[MANY - 1].base);
}

EDO_TEST_BOTH(wait_begun_while_others_are_woken_waits_for_the_next)
{
    edo_waker waker;

    open_channel();
    assert_ok(edo_waker_new(wait_anew, NULL, NULL, &waker));
    for (int i = 0; i < MANY; i++) {
        assert_ok(edo_watch_receiver_clone(rx, &receivers[i]));
        waits[i] = edo_watch_changed_async(receivers[i]);
    }
    hands[MANY - 1] = hand_wait(&waits[MANY - 1].base); /* the first in the queue */
    assert_int_equal(edo_future_poll(&waits[0].base, &waker), EDO_PENDING);
    for (int i = 1; i < MANY - 1; i++)
        hands[i] = hand_wait(&waits[i].base);
    assert_ok(send_number(1)); /* in it, by the second's waker, the first waits anew */
    hand_waits_on(hands[MANY - 1]);
    for (int i = 1; i < MANY - 1; i++)
        hand_end(hands[i], &waits[i].base, 0);
    assert_int_equal(edo_future_poll(&waits[0].base, &waker), EDO_READY);
    assert_ok(send_number(2));
    hand_end(hands[MANY - 1], &waits[MANY - 1].base, 0);
    for (int i = 0; i < MANY; i++)
        edo_watch_receiver_free(receivers[i]);
    edo_waker_drop(waker);
    close_channel();
}

EDO_TEST_BOTH(freed_receiver_ends_its_own_waits_alone) /* sync-011 */
{
    edo_watch_receiver *other;
    struct wish wish = {.least = 9};

    open_channel();
    assert_ok(edo_watch_receiver_clone(rx, &other));
    edo_watch_changed_future mine[40], theirs = edo_watch_changed_async(other);
    edo_watch_wait_for_future chosen = edo_watch_wait_for_async(rx, is_enough, &wish, NULL);
    edo_test_task *hand = hand_wait(&theirs.base), *chooser = hand_wait(&chosen.base);
    for (int i = 0; i < 40; i++) {
        mine[i] = edo_watch_changed_async(rx);
        hands[i] = hand_wait(&mine[i].base);
    }
    assert_int_equal(edo_test_task_wake_count(hands[7]), 0);
    edo_watch_receiver_free(rx);
    for (int i = 0; i < 40; i++)
        hand_end(hands[i], &mine[i].base, -EPIPE);
    hand_end(chooser, &chosen.base, -EPIPE);
    hand_waits_on(hand);
    assert_ok(send_number(1));
    hand_end(hand, &theirs.base, 0);
    edo_watch_receiver_free(other);
    edo_watch_sender_free(tx);
}

EDO_TEST_BOTH(receiver_freed_after_the_wake_is_not_touched) /* sync-011 */
{
    open_channel();
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_test_task *hand = hand_wait(&changed.base);

    assert_ok(send_number(1)); /* it is woken, and its receiver goes before it looks */
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    close_channel();
    hand_end(hand, &changed.base, -EPIPE);
    assert_int_equal(items_gone(2), 2);
}

EDO_TEST_BOTH(senders_freed_under_a_wait_for_the_close_end_it) /* sync-011 */
{
    open_channel();
    edo_watch_sender *second = edo_watch_sender_clone(tx);
    edo_watch_closed_future closed = edo_watch_closed_async(tx);
    edo_test_task *hand = hand_wait(&closed.base);

    edo_watch_sender_free(second);
    hand_waits_on(hand);
    edo_watch_sender_free(tx);
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    edo_watch_receiver_free(rx);
    hand_end(hand, &closed.base, -EPIPE); /* the last to know of the channel */
    assert_int_equal(items_gone(1), 1);
}

EDO_TEST_BOTH(close_that_was_told_stands_though_somebody_subscribed) /* sync-005, sync-147 */
{
    open_channel();
    edo_watch_closed_future closed = edo_watch_closed_async(tx);
    edo_test_task *hand = hand_wait(&closed.base);

    edo_watch_receiver_free(rx);
    assert_ok(edo_watch_subscribe(tx, &rx));
    assert_false(edo_watch_is_closed(tx));
    hand_end(hand, &closed.base, 0);
    edo_watch_closed_future again = edo_watch_closed_async(tx);
    hand = hand_wait(&again.base);
    hand_cancel(hand, &again.base, -ECANCELED);
    close_channel();
}

/* --- values of one's own choice --------------------------------------------------------------- */

EDO_TEST_BOTH(present_value_is_looked_at_first) /* sync-152 */
{
    struct wish any = {.least = 0}, five = {.least = 5};
    edo_watch_ref ref;

    open_channel();
    assert_int_equal(edo_watch_has_changed(rx), 0); /* it has been seen */
    edo_watch_wait_for_future wait = edo_watch_wait_for_async(rx, is_enough, &any, &ref);
    assert_ready_eq(&wait.base, 0);
    assert_int_equal(*(const int *)ref.value, 0);
    edo_watch_borrow_end(&ref);
    assert_ok(edo_watch_wait_for(rx, is_enough, &any, NULL));
    assert_int_equal(any.calls, 2);

    assert_ok(send_number(7)); /* not seen so far: marked, if it is accepted */
    assert_ok(edo_watch_wait_for(rx, is_enough, &five, &ref));
    assert_int_equal(*(const int *)ref.value, 7);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    edo_watch_borrow_end(&ref);
    close_channel();
}

EDO_TEST_BOTH(each_change_is_looked_at_until_one_will_do) /* sync-153 */
{
    struct wish wish = {.least = 5};
    edo_watch_ref ref = {0};

    open_channel();
    edo_watch_wait_for_future wait = edo_watch_wait_for_async(rx, is_enough, &wish, &ref);
    edo_test_task *hand = hand_wait(&wait.base);
    assert_ok(send_number(1));
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
    assert_ok(send_number(2));
    assert_ok(send_number(3)); /* one look for both */
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
    assert_int_equal(edo_watch_has_changed(rx), 1); /* those it didn't want are not marked */
    hand_waits_on(hand);
    assert_ok(send_number(6));
    hand_end(hand, &wait.base, 0);
    static const int shown[] = {0, 1, 3, 6};
    assert_int_equal(wish.calls, 4);
    assert_memory_equal(wish.shown, shown, sizeof shown);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    assert_ok(send_number(8));
    assert_int_equal(*(const int *)ref.value, 6); /* it is borrowed */
    edo_watch_borrow_end(&ref);
    close_channel();
}

EDO_TEST_BOTH(last_value_of_a_closed_channel_may_do) /* sync-154 */
{
    struct wish nine = {.least = 9}, ten = {.least = 10}, waits_for_ten = {.least = 10};
    edo_watch_ref ref;

    open_channel();
    edo_watch_wait_for_future wait = edo_watch_wait_for_async(rx, is_enough, &waits_for_ten, NULL);
    edo_test_task *hand = hand_wait(&wait.base);
    assert_ok(send_number(9));
    edo_watch_sender_free(tx);
    assert_int_equal(edo_test_task_poll(hand), EDO_READY);
    assert_int_equal(wait.base.result, -EPIPE);
    assert_int_equal(waits_for_ten.calls, 2); /* of which one was shown the last value */
    assert_int_equal(waits_for_ten.shown[1], 9);
    edo_test_task_release(hand);

    assert_err(edo_watch_wait_for(rx, is_enough, &ten, &ref), -EPIPE);
    assert_int_equal(ten.calls, 1);
    assert_ok(edo_watch_wait_for(rx, is_enough, &nine, &ref));
    assert_int_equal(*(const int *)ref.value, 9);
    edo_watch_borrow_end(&ref);
    edo_watch_receiver_free(rx);
}

struct race {
    int sent;
    bool ran; /* another task has */
};

/* Sends another at each look. */
static bool is_other_task_done(void *arg, const void *value)
{
    struct race *race = arg;

    assert_int_equal(*(const int *)value, race->sent);
    assert_ok(send_number(++race->sent));
    return race->ran;
}

static int set_flag(void *arg)
{
    *(bool *)arg = true;
    return 0;
}

EDO_TEST(values_sent_as_fast_as_they_are_looked_at_let_others_run) /* sync-014 */
{
    struct race race = {0};
    edo_task other;

    open_channel();
    assert_ok(edo_spawn(set_flag, &race.ran, &other));
    assert_ok(edo_watch_wait_for(rx, is_other_task_done, &race, NULL));
    assert_in_range(race.sent, 100, 130);
    assert_ok(edo_join(other, NULL));
    close_channel();
}

EDO_TEST(ready_waits_let_others_run) /* sync-014 */
{
    struct wish any = {.least = 0};

    for (int which = 0; which < 4; which++) {
        bool ran = false;
        unsigned rounds = 0;
        edo_task other;

        open_channel();
        edo_watch_receiver_free(rx);
        assert_ok(edo_watch_subscribe(tx, &rx));
        if (which == 1)
            edo_watch_receiver_free(rx);
        else if (which)
            edo_watch_sender_free(tx);
        assert_ok(edo_spawn(set_flag, &ran, &other));
        for (; !ran && rounds < 1000; rounds++) {
            if (which == 0)
                edo_watch_mark_changed(rx);
            int rc = which == 0   ? edo_watch_changed(rx)
                     : which == 1 ? edo_watch_closed(tx)
                     : which == 2 ? edo_watch_wait_for(rx, is_enough, &any, NULL)
                                  : edo_watch_changed(rx);
            assert_int_equal(rc, which == 3 ? -EPIPE : 0);
        }
        assert_in_range(rounds, 1, 130);
        assert_ok(edo_join(other, NULL));
        if (which < 2)
            edo_watch_sender_free(tx);
        if (which != 1)
            edo_watch_receiver_free(rx);
    }
}
