/* mpsc_close_test.c: the end of a channel, from either side, and what becomes of those who wait. */
#include "sync/mpsc_rig.h"

/* --- closed by the receiver ------------------------------------------------------------------- */

EDO_TEST_BOTH(closed_channel_takes_nothing_more) /* sync-054 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_of(COUNTED_INT, capacity);
        edo_mpsc_permit permit = {0};
        int item = 1, got = -1;
        edo_mpsc_close(c.rx);
        assert_int_equal(edo_mpsc_recv(c.rx, &got), 0);
        check_receives_nothing(c.rx, 0);
        assert_err(edo_mpsc_send(c.tx, &item), -EPIPE);
        assert_err(edo_mpsc_try_send(c.tx, &item), -EPIPE);
        if (capacity) {
            assert_err(edo_mpsc_reserve(c.tx, &permit), -EPIPE);
            assert_err(edo_mpsc_try_reserve(c.tx, &permit), -EPIPE);
        }
        assert_null(permit.sender);
        assert_int_equal(got, -1);
        channel_free(&c);
    }
    assert_int_equal(items_gone(2), 0);
}

EDO_TEST_BOTH(what_was_sent_before_the_close_is_received) /* sync-055 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        int got;
        for (int i = 0; i < 10; i++)
            assert_ok(try_send(c.tx, i));
        edo_mpsc_close(c.rx);
        assert_err(try_send(c.tx, 10), -EPIPE);
        for (int i = 0; i < 10; i++) {
            assert_int_equal(edo_mpsc_recv(c.rx, &got), 1);
            assert_int_equal(got, i);
        }
        assert_int_equal(edo_mpsc_recv(c.rx, &got), 0);
        channel_free(&c);
    }
}

static void close_it(channel *c)
{
    edo_mpsc_close(c->rx);
}

static void free_it(channel *c)
{
    edo_mpsc_receiver_free(c->rx);
    c->rx = NULL;
}

static void (*const both_ends[])(channel *c) = {close_it, free_it};

/* Also where it waits for the first of a block yet to come: after 64. */
EDO_TEST_BOTH(the_end_comes_to_a_receiver_that_waits_after_any_number)
{
    for (int n = 64; n >= 0; n--)
        for (int i = 0; i < 2; i++) {
            channel c = channel_new(UNBOUNDED);
            int got;
            for (int k = 0; k < n; k++) {
                assert_ok(try_send(c.tx, k));
                check_receives(c.rx, k);
            }
            edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
            edo_test_task *hand = hand_wait(&recv.base);
            if (i == 0)
                edo_mpsc_close(c.rx);
            else
                edo_mpsc_sender_free(c.tx);
            hand_end(hand, &recv.base, 0);
            if (i == 0)
                edo_mpsc_sender_free(c.tx);
            edo_mpsc_receiver_free(c.rx);
        }
}

EDO_TEST_BOTH(close_wakes_who_waits_for_room) /* sync-056 */
{
    for (int i = 0; i < 2; i++) {
        channel c = channel_of(COUNTED_INT, 1);
        edo_mpsc_permit permit = {0};
        const int item = 2;
        edo_mpsc_send_future send = edo_mpsc_send_async(c.tx, &item);
        edo_mpsc_reserve_future reserve = edo_mpsc_reserve_async(c.tx, &permit);
        assert_ok(try_send(c.tx, 1 + 2 * i)); /* 1, then 3: destroyed once each */
        edo_test_task *sends = hand_wait(&send.base), *reserves = hand_wait(&reserve.base);
        both_ends[i](&c);
        hand_end(sends, &send.base, -EPIPE);
        hand_end(reserves, &reserve.base, -EPIPE);
        assert_null(permit.sender);
        channel_free(&c);
    }
    assert_int_equal(items_gone(4), 2);
    assert_int_equal(items_destroyed[2], 0);
}

/* More than are woken with the lock held once. */
EDO_TEST_BOTH(close_wakes_a_crowd)
{
    enum { CROWD = 100 };
    static edo_mpsc_send_future sends[CROWD];
    static edo_mpsc_closed_future ends[CROWD];
    static edo_test_task *hands[2 * CROWD];
    channel c = channel_new(1);
    const int item = 1;

    assert_ok(try_send(c.tx, 0));
    for (int i = 0; i < CROWD; i++) {
        sends[i] = edo_mpsc_send_async(c.tx, &item);
        ends[i] = edo_mpsc_closed_async(c.tx);
        hands[2 * i] = hand_wait(&sends[i].base);
        hands[2 * i + 1] = hand_wait(&ends[i].base);
        assert_ok(edo_yield());
    }
    edo_mpsc_close(c.rx);
    for (int i = 0; i < CROWD; i++) {
        hand_end(hands[2 * i], &sends[i].base, -EPIPE);
        hand_end(hands[2 * i + 1], &ends[i].base, 0);
    }
    channel_free(&c);
}

EDO_TEST_BOTH(second_close_changes_nothing) /* sync-059 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity);
        int got;
        assert_ok(try_send(c.tx, 1));
        edo_mpsc_close(c.rx);
        edo_mpsc_close(c.rx);
        assert_int_equal(edo_mpsc_recv(c.rx, &got), 1);
        edo_mpsc_close(c.rx);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(edo_mpsc_recv(c.rx, &got), 0);
            assert_int_equal(edo_mpsc_try_recv(c.rx, &got), 0);
            edo_mpsc_close(c.rx);
        }
        channel_free(&c);
    }
}

EDO_TEST_BOTH(receiver_knows_whether_it_is_closed) /* sync-060 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_new(capacity ? 2 : UNBOUNDED);
        edo_mpsc_sender *second = edo_mpsc_sender_clone(c.tx);
        assert_false(edo_mpsc_receiver_is_closed(c.rx));
        assert_ok(try_send(c.tx, 1));
        assert_ok(try_send(c.tx, 2)); /* full */
        assert_false(edo_mpsc_receiver_is_closed(c.rx));
        edo_mpsc_sender_free(second);
        assert_false(edo_mpsc_receiver_is_closed(c.rx));
        edo_mpsc_sender_free(c.tx);
        assert_true(edo_mpsc_receiver_is_closed(c.rx));
        check_receives(c.rx, 1);
        edo_mpsc_receiver_free(c.rx);
        c = channel_new(capacity);
        edo_mpsc_close(c.rx);
        assert_true(edo_mpsc_receiver_is_closed(c.rx));
        channel_free(&c);
    }
    assert_false(edo_mpsc_receiver_is_closed(NULL));
}

EDO_TEST_BOTH(sender_knows_whether_it_is_closed) /* sync-061 */
{
    FOR_BOTH_KINDS(capacity)
    {
        for (int i = 0; i < 2; i++) {
            channel c = channel_new(capacity);
            edo_mpsc_sender *second = edo_mpsc_sender_clone(c.tx);
            assert_false(edo_mpsc_sender_is_closed(c.tx));
            assert_false(edo_mpsc_sender_is_closed(second));
            both_ends[i](&c);
            assert_true(edo_mpsc_sender_is_closed(c.tx));
            assert_true(edo_mpsc_sender_is_closed(second));
            edo_mpsc_sender_free(second);
            channel_free(&c);
        }
    }
}

EDO_TEST_BOTH(senders_can_wait_for_the_receivers_end) /* sync-062 */
{
    FOR_BOTH_KINDS(capacity)
    {
        for (int i = 0; i < 2; i++) {
            channel c = channel_new(capacity);
            edo_mpsc_sender *second = edo_mpsc_sender_clone(c.tx);
            edo_mpsc_closed_future ends[] = {
                edo_mpsc_closed_async(c.tx), edo_mpsc_closed_async(c.tx),
                edo_mpsc_closed_async(second), edo_mpsc_closed_async(second)};
            edo_test_task *hands[3];
            for (int e = 0; e < 3; e++)
                hands[e] = hand_wait(&ends[e].base);
            assert_ok(try_send(c.tx, 1));
            check_receives(c.rx, 1);
            for (int e = 0; e < 3; e++)
                hand_waits_on(hands[e]);
            both_ends[i](&c);
            for (int e = 0; e < 3; e++)
                hand_end(hands[e], &ends[e].base, 0);
            assert_ready_eq(&ends[3].base, 0);
            assert_ok(edo_mpsc_closed(c.tx));
            assert_ok(edo_mpsc_closed(second));
            edo_mpsc_sender_free(second);
            channel_free(&c);
        }
    }
}

EDO_TEST_BOTH(freed_receiver_refuses_all_sends) /* sync-063 sync-069 */
{
    FOR_BOTH_KINDS(capacity)
    {
        for (int i = 0; i < 2; i++) {
            channel c = channel_of(COUNTED_INT, capacity);
            edo_mpsc_permit permit = {0};
            int item = 1;
            both_ends[i](&c);
            assert_err(edo_mpsc_send(c.tx, &item), -EPIPE);
            assert_err(edo_mpsc_try_send(c.tx, &item), -EPIPE);
            if (capacity) {
                assert_err(edo_mpsc_reserve(c.tx, &permit), -EPIPE);
                assert_err(edo_mpsc_reserve_many(c.tx, 3, &permit), -EPIPE);
                assert_err(edo_mpsc_reserve_owned(c.tx, &permit), -EPIPE);
                assert_err(edo_mpsc_try_reserve(c.tx, &permit), -EPIPE);
                assert_err(edo_mpsc_try_reserve_many(c.tx, 3, &permit), -EPIPE);
                assert_err(edo_mpsc_try_reserve_owned(c.tx, &permit), -EPIPE);
            }
            assert_null(permit.sender);
            channel_free(&c);
        }
    }
    assert_int_equal(items_gone(2), 0);
}

/* --- who destroys ----------------------------------------------------------------------------- */

EDO_TEST_BOTH(message_left_inside_is_destroyed_once) /* sync-064 */
{
    FOR_BOTH_KINDS(capacity)
    {
        for (int first = 0; first < 2; first++) {
            channel c = channel_of(COUNTED_INT, capacity);
            items_destroyed[1] = 0;
            assert_ok(try_send(c.tx, 1));
            if (first == 0)
                edo_mpsc_sender_free(c.tx);
            assert_int_equal(items_gone(2), 0);
            edo_mpsc_receiver_free(c.rx);
            assert_int_equal(items_gone(2), 1);
            if (first == 1)
                edo_mpsc_sender_free(c.tx);
            assert_int_equal(items_gone(2), 1);
        }
    }
}

EDO_TEST_BOTH(received_message_is_the_receivers) /* sync-065 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_of(COUNTED_INT, capacity);
        int got[2];
        for (int i = 0; i < 5; i++)
            assert_ok(try_send(c.tx, i));
        check_receives(c.rx, 0);
        assert_int_equal(edo_mpsc_recv(c.rx, got), 1);
        assert_int_equal(edo_mpsc_recv_many(c.rx, got, 2), 2);
        channel_free(&c);
        assert_int_equal(items_gone(5), 1);
        assert_int_equal(items_destroyed[4], 1);
        items_destroyed[4] = 0;
    }
}

/* A message that holds a sender of the channel it is in: the last one, when all else is gone. */
struct letter {
    edo_mpsc_sender *answer_to;
};

static unsigned letters_destroyed;

static void letter_destroy(void *item)
{
    struct letter *letter = item;

    assert_int_equal(edo_mpsc_try_send(letter->answer_to, letter), -EPIPE);
    edo_mpsc_sender_free(letter->answer_to);
    letters_destroyed++;
}

EDO_TEST_BOTH(channel_may_carry_its_own_senders)
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_of(EDO_ITEM(struct letter, .destroy = letter_destroy), capacity);
        letters_destroyed = 0;
        for (int i = 0; i < 2; i++) {
            struct letter letter = {edo_mpsc_sender_clone(c.tx)};
            assert_ok(edo_mpsc_try_send(c.tx, &letter));
        }
        edo_mpsc_sender_free(c.tx);
        assert_false(edo_mpsc_receiver_is_closed(c.rx));
        edo_mpsc_receiver_free(c.rx);
        assert_int_equal(letters_destroyed, 2);
    }
}
