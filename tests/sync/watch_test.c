/* watch_test.c: versions of one value, who has seen which, and the handles. */
#include "sync/rig.h"

#include "sync/watch.h"

#include <stdlib.h>

static edo_watch_sender *tx;
static edo_watch_receiver *rx;

/* A channel whose first value is 0, and counts what is destroyed. */
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

/* What a look shows; nothing is marked. */
static int value_of(const edo_watch_receiver *from)
{
    edo_watch_ref ref;
    int value = *(const int *)edo_watch_borrow(from, &ref);

    edo_watch_borrow_end(&ref);
    return value;
}

/* The same, and it is marked as seen. */
static int update(edo_watch_receiver *from)
{
    edo_watch_ref ref;
    int value = *(const int *)edo_watch_borrow_and_update(from, &ref);

    edo_watch_borrow_end(&ref);
    return value;
}

/* A wait for a change pends; and leaves nothing behind. */
static bool is_unchanged(edo_watch_receiver *by)
{
    edo_watch_changed_future changed = edo_watch_changed_async(by);

    if (edo_future_poll(&changed.base, edo_test_waker()) == EDO_READY)
        return false;
    edo_future_cancel(&changed.base);
    return edo_future_poll(&changed.base, edo_test_waker()) == EDO_READY &&
           changed.base.result == -ECANCELED;
}

/* --- seen and not seen -------------------------------------------------------------------- */

EDO_TEST_BOTH(first_value_has_been_seen) /* sync-135 */
{
    open_channel();
    assert_true(is_unchanged(rx));
    assert_int_equal(value_of(rx), 0);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    close_channel();
}

EDO_TEST_BOTH(change_is_seen_by_a_wait_or_an_update_and_not_by_a_look) /* sync-136, sync-139 */
{
    open_channel();
    assert_ok(send_number(1));
    assert_int_equal(edo_watch_has_changed(rx), 1);
    assert_int_equal(value_of(rx), 1); /* a look alone marks nothing */
    assert_int_equal(edo_watch_has_changed(rx), 1);
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    assert_ready_eq(&changed.base, 0);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    assert_int_equal(value_of(rx), 1);
    assert_true(is_unchanged(rx));

    assert_ok(send_number(2));
    assert_int_equal(edo_watch_has_changed(rx), 1);
    assert_int_equal(update(rx), 2);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    assert_true(is_unchanged(rx));
    close_channel();
}

EDO_TEST_BOTH(several_changes_between_two_looks_are_one) /* sync-137 */
{
    open_channel();
    for (int i = 1; i <= 5; i++)
        assert_ok(send_number(i));
    assert_ok(edo_watch_changed(rx));
    assert_int_equal(value_of(rx), 5);
    assert_true(is_unchanged(rx));
    close_channel();
}

EDO_TEST_BOTH(equal_value_is_a_change) /* sync-138 */
{
    open_channel();
    for (int i = 0; i < 3; i++) {
        assert_ok(send_number(0));
        assert_int_equal(edo_watch_has_changed(rx), 1);
        assert_ok(edo_watch_changed(rx));
        assert_int_equal(value_of(rx), 0);
    }
    close_channel();
}

EDO_TEST_BOTH(marks_are_each_receivers_own) /* sync-140, sync-142 */
{
    edo_watch_receiver *other;

    open_channel();
    assert_ok(edo_watch_receiver_clone(rx, &other));
    edo_watch_mark_changed(rx);
    assert_int_equal(edo_watch_has_changed(rx), 1);
    assert_int_equal(edo_watch_has_changed(other), 0);
    assert_ok(edo_watch_changed(rx)); /* at once */
    assert_true(is_unchanged(rx));
    assert_true(is_unchanged(other));

    edo_watch_changed_future a = edo_watch_changed_async(rx), b = edo_watch_changed_async(other);
    edo_test_task *hand_a = hand_wait(&a.base), *hand_b = hand_wait(&b.base);
    assert_ok(send_number(1));
    hand_end(hand_a, &a.base, 0); /* both are woken, and one's look is not the other's */
    assert_int_equal(edo_watch_has_changed(rx), 0);
    assert_int_equal(edo_watch_has_changed(other), 1);
    hand_end(hand_b, &b.base, 0);
    assert_int_equal(edo_watch_has_changed(other), 0);

    assert_ok(send_number(2));
    edo_watch_mark_unchanged(rx);
    assert_int_equal(edo_watch_has_changed(rx), 0);
    assert_true(is_unchanged(rx));
    assert_int_equal(edo_watch_has_changed(other), 1);
    edo_watch_receiver_free(other);
    close_channel();
}

EDO_TEST_BOTH(clone_has_seen_what_its_original_had) /* sync-141 */
{
    edo_watch_receiver *clone, *subscriber;

    open_channel();
    assert_ok(send_number(1));
    assert_ok(edo_watch_receiver_clone(rx, &clone));
    assert_ok(edo_watch_subscribe(tx, &subscriber));
    assert_int_equal(edo_watch_has_changed(clone), 1);
    assert_ok(edo_watch_changed(clone));
    assert_int_equal(edo_watch_has_changed(rx), 1);
    assert_int_equal(edo_watch_has_changed(subscriber), 0);
    assert_int_equal(value_of(subscriber), 1);
    edo_watch_receiver_free(clone);

    assert_ok(edo_watch_changed(rx));
    assert_ok(edo_watch_receiver_clone(rx, &clone));
    assert_int_equal(edo_watch_has_changed(clone), 0);
    edo_watch_receiver_free(clone);
    edo_watch_receiver_free(subscriber);
    close_channel();
}

EDO_TEST_BOTH(two_senders_are_seen_in_turn) /* sync-151 */
{
    edo_watch_sender *first;

    open_channel();
    first = tx;
    edo_watch_sender *second = edo_watch_sender_clone(tx);
    for (int i = 1; i <= 6; i++) {
        assert_ok(edo_watch_send(i % 2 ? first : second, &i));
        assert_ok(edo_watch_changed(rx));
        assert_int_equal(value_of(rx), i);
    }
    edo_watch_sender_free(second);
    close_channel();
}

/* --- the end of the senders --------------------------------------------------------------- */

EDO_TEST_BOTH(last_senders_end_wakes_who_waits) /* sync-144 */
{
    open_channel();
    edo_watch_sender *second = edo_watch_sender_clone(tx);
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    edo_test_task *hand = hand_wait(&changed.base);

    edo_watch_sender_free(second);
    hand_waits_on(hand); /* one of two */
    edo_watch_sender_free(tx);
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    hand_end(hand, &changed.base, -EPIPE);
    edo_watch_receiver_free(rx);
}

EDO_TEST_BOTH(last_value_is_news_once_and_can_be_seen_for_ever) /* sync-145 */
{
    open_channel();
    assert_ok(send_number(1));
    edo_watch_sender_free(tx);
    assert_ok(edo_watch_changed(rx)); /* it was not seen so far */
    assert_err(edo_watch_changed(rx), -EPIPE);
    assert_err(edo_watch_changed(rx), -EPIPE);
    edo_watch_changed_future changed = edo_watch_changed_async(rx);
    assert_ready_eq(&changed.base, -EPIPE);
    for (int i = 0; i < 3; i++)
        assert_int_equal(value_of(rx), 1);
    assert_int_equal(items_gone(2), 1); /* the first */
    edo_watch_receiver_free(rx);
    assert_int_equal(items_gone(2), 2);
}

EDO_TEST_BOTH(has_changed_says_closed_whatever_was_seen) /* sync-146 */
{
    for (int seen = 0; seen < 2; seen++) {
        int first = seen * 2;
        assert_ok(edo_watch_new(PLAIN_INT, &first, &tx, &rx));
        assert_ok(send_number(1));
        assert_int_equal(edo_watch_has_changed(rx), 1);
        if (seen)
            assert_ok(edo_watch_changed(rx));
        edo_watch_sender_free(tx);
        assert_err(edo_watch_has_changed(rx), -EPIPE);
        edo_watch_receiver_free(rx);
    }
}

/* --- the end of the receivers ------------------------------------------------------------- */

EDO_TEST_BOTH(sender_hears_of_the_last_receivers_end) /* sync-147 */
{
    edo_watch_receiver *other;

    open_channel();
    assert_ok(edo_watch_receiver_clone(rx, &other));
    assert_false(edo_watch_is_closed(tx));
    edo_watch_closed_future closed = edo_watch_closed_async(tx);
    edo_test_task *hand = hand_wait(&closed.base);
    edo_watch_receiver_free(other);
    hand_waits_on(hand);
    edo_watch_receiver_free(rx);
    assert_true(edo_watch_is_closed(tx));
    hand_end(hand, &closed.base, 0);
    assert_ok(edo_watch_closed(tx));
    assert_err(send_number(1), -EPIPE);

    assert_ok(edo_watch_subscribe(tx, &rx)); /* which opens it again */
    assert_false(edo_watch_is_closed(tx));
    closed = edo_watch_closed_async(tx);
    hand = hand_wait(&closed.base);
    assert_ok(send_number(1));
    edo_watch_receiver_free(rx);
    assert_true(edo_watch_is_closed(tx));
    hand_end(hand, &closed.base, 0);
    edo_watch_sender_free(tx);
    assert_int_equal(items_gone(2), 2);
}

static void add_one(void *arg, void *value)
{
    *(int *)value += *(int *)arg;
}

static bool add_one_in_silence(void *arg, void *value)
{
    add_one(arg, value);
    return false;
}

EDO_TEST_BOTH(values_are_stored_without_a_receiver) /* sync-148 */
{
    int item = 10, one = 1, before = -1;

    assert_ok(edo_watch_new(PLAIN_INT, &item, &tx, NULL));
    assert_true(edo_watch_is_closed(tx));
    item = 20;
    assert_err(edo_watch_send(tx, &item), -EPIPE);
    assert_int_equal(edo_watch_send_replace(tx, &item, &before), 1);
    assert_int_equal(before, 10);
    assert_ok(edo_watch_subscribe(tx, &rx));
    assert_int_equal(value_of(rx), 20);
    edo_watch_receiver_free(rx);

    assert_ok(edo_watch_send_modify(tx, add_one, &one));
    assert_ok(edo_watch_subscribe(tx, &rx));
    assert_int_equal(value_of(rx), 21);
    edo_watch_receiver_free(rx);

    assert_int_equal(edo_watch_send_if_modified(tx, add_one_in_silence, &one), 0);
    assert_ok(edo_watch_subscribe(tx, &rx));
    assert_int_equal(value_of(rx), 22);
    assert_true(is_unchanged(rx)); /* it came after them */
    close_channel();
}

EDO_TEST_BOTH(handles_are_counted) /* sync-156 */
{
    edo_watch_sender *second;
    edo_watch_receiver *clone, *subscriber, *of_another;
    edo_watch_sender *another;
    int first = 0;

    open_channel();
    assert_int_equal(edo_watch_sender_count(tx), 1);
    assert_int_equal(edo_watch_receiver_count(tx), 1);
    second = edo_watch_sender_clone(tx);
    assert_int_equal(edo_watch_sender_count(tx), 2);
    assert_ok(edo_watch_receiver_clone(rx, &clone));
    assert_ok(edo_watch_subscribe(second, &subscriber));
    assert_int_equal(edo_watch_receiver_count(second), 3);
    assert_ok(edo_watch_new(PLAIN_INT, &first, &another, &of_another));
    assert_true(edo_watch_same_channel(tx, second));
    assert_false(edo_watch_same_channel(tx, another));
    assert_true(edo_watch_receiver_same_channel(rx, subscriber));
    assert_false(edo_watch_receiver_same_channel(rx, of_another));
    edo_watch_sender_free(second);
    edo_watch_receiver_free(clone);
    assert_int_equal(edo_watch_sender_count(tx), 1);
    assert_int_equal(edo_watch_receiver_count(tx), 2);
    edo_watch_receiver_free(subscriber);
    assert_int_equal(edo_watch_receiver_count(tx), 1);
    edo_watch_sender_free(another);
    edo_watch_receiver_free(of_another);
    close_channel();
}

EDO_TEST_PLAIN(arguments_are_checked) /* sync-015 */
{
    edo_item odd = {.size = 4, .align = 3};
    edo_watch_ref ref = {0};
    int first = 0;

    assert_err(edo_watch_new(NULL, &first, &tx, &rx), -EINVAL);
    assert_err(edo_watch_new(&odd, &first, &tx, &rx), -EINVAL);
    assert_err(edo_watch_new(PLAIN_INT, NULL, &tx, &rx), -EINVAL);
    assert_err(edo_watch_new(PLAIN_INT, &first, NULL, &rx), -EINVAL);
    assert_null(rx);
    assert_null(edo_watch_sender_clone(NULL));
    assert_err(edo_watch_subscribe(NULL, &rx), -EINVAL);
    assert_err(edo_watch_receiver_clone(NULL, &rx), -EINVAL);
    assert_err(edo_watch_changed(NULL), -EINVAL);
    assert_err(edo_watch_wait_for(NULL, NULL, NULL, NULL), -EINVAL);
    assert_err(edo_watch_closed(NULL), -EINVAL);
    assert_err(edo_watch_has_changed(NULL), -EINVAL);
    assert_err(edo_watch_send(NULL, &first), -EINVAL);
    assert_err(edo_watch_send_replace(NULL, &first, &first), -EINVAL);
    assert_err(edo_watch_send_modify(NULL, add_one, &first), -EINVAL);
    assert_true(edo_watch_is_closed(NULL));
    assert_null(edo_watch_borrow(NULL, &ref));
    assert_null(edo_watch_borrow_and_update(NULL, &ref));
    assert_null(edo_watch_sender_borrow(NULL, &ref));
    edo_watch_borrow_end(&ref);
    edo_watch_borrow_end(NULL);
    edo_watch_mark_changed(NULL);
    edo_watch_mark_unchanged(NULL);
    edo_watch_sender_free(NULL);
    edo_watch_receiver_free(NULL);

    open_channel();
    assert_err(edo_watch_wait_for(rx, NULL, NULL, NULL), -EINVAL);
    assert_err(edo_watch_send(tx, NULL), -EINVAL);
    assert_err(edo_watch_send_modify(tx, NULL, NULL), -EINVAL);
    assert_err(edo_watch_send_if_modified(tx, NULL, NULL), -EINVAL);
    assert_null(edo_watch_borrow(rx, NULL));
    close_channel();
    assert_string_equal(edo_err_name(-EPIPE), "EPIPE");
    assert_string_equal(edo_err_name(-EDEADLK), "EDEADLK");
    assert_string_equal(edo_err_name(-ECANCELED), "ECANCELED");
}

EDO_TEST(more_senders_than_32_bits_count_are_counted)
{
    edo_watch_sender *many;
    int first = 1;

    assert_ok(edo_watch_new(EDO_ITEM(int), &first, &many, NULL));
    watch_of(many)->senders = UINT32_MAX;
    edo_watch_sender_clone(many);
    assert_int_equal(edo_watch_sender_count(many), (size_t)UINT32_MAX + 1);
    edo_watch_sender_free(many);
    watch_of(many)->senders = 1;
    edo_watch_sender_free(many);
}
