/* mpsc_lifetime_test.c: handles that are freed while somebody waits, or has been woken and not looked. */
#include <stdlib.h>

#include "sched/coop.h"
#include "sync/mpsc_rig.h"

/* --- handles that go while somebody waits ------------------------------------------------------- */

EDO_TEST_BOTH(freed_receiver_ends_a_receive_that_waits) /* sync-011 */
{
    FOR_BOTH_KINDS(capacity)
    {
        channel c = channel_of(COUNTED_INT, capacity);
        int got = -1;
        edo_mpsc_recv_future *recv = malloc(sizeof *recv);
        *recv = edo_mpsc_recv_async(c.rx, &got);
        edo_test_task *hand = hand_wait(&recv->base);
        edo_mpsc_receiver_free(c.rx);
        assert_err(try_send(c.tx, 1), -EPIPE);
        hand_end(hand, &recv->base, 0);
        free(recv);
        assert_err(try_send(c.tx, 1), -EPIPE);
        edo_mpsc_sender_free(c.tx);
    }
}

/* Woken by a message, and not polled since: nobody else knows of it any more. */
EDO_TEST_BOTH(freed_receiver_ends_a_receive_that_was_woken) /* sync-011 */
{
    FOR_BOTH_KINDS(capacity)
    {
        for (int canceled = 0; canceled < 2; canceled++) {
            channel c = channel_of(COUNTED_INT, capacity);
            int got = -1;
            edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
            edo_test_task *hand = hand_wait(&recv.base);
            items_destroyed[1] = 0;
            assert_ok(try_send(c.tx, 1));
            edo_mpsc_receiver_free(c.rx);
            edo_mpsc_sender_free(c.tx);
            if (canceled)
                edo_test_task_cancel(hand);
            hand_end(hand, &recv.base, 0);
            assert_int_equal(got, -1);
            assert_int_equal(items_gone(2), 1);
        }
    }
}

EDO_TEST_BOTH(last_sender_freed_ends_what_waits_on_it) /* sync-011 */
{
    channel c = channel_of(COUNTED_INT, 1);
    edo_mpsc_permit permit = {0};
    const int item = 2;
    edo_mpsc_send_future send = edo_mpsc_send_async(c.tx, &item);
    edo_mpsc_reserve_future reserve = edo_mpsc_reserve_async(c.tx, &permit);
    edo_mpsc_closed_future closed = edo_mpsc_closed_async(c.tx);

    assert_ok(try_send(c.tx, 1));
    edo_test_task *hands[] = {hand_wait(&send.base), hand_wait(&reserve.base),
                              hand_wait(&closed.base)};
    edo_mpsc_sender_free(c.tx);
    edo_mpsc_receiver_free(c.rx);
    hand_end(hands[0], &send.base, -EPIPE);
    hand_end(hands[1], &reserve.base, -EPIPE);
    hand_end(hands[2], &closed.base, 0);
    assert_null(permit.sender);
    assert_int_equal(items_destroyed[1], 1);
    assert_int_equal(items_destroyed[2], 0);
}

/* They have their room, and learn of it when everything else is gone. */
EDO_TEST_BOTH(wait_that_was_granted_outlives_the_handles) /* sync-011 */
{
    enum { SENDS, RESERVES, RESERVES_OWNED, KINDS };

    for (int kind = 0; kind < KINDS; kind++) {
        channel c = channel_of(COUNTED_INT, 1);
        edo_mpsc_permit permit = {0};
        const int item = 2 + kind;
        edo_mpsc_send_future send = edo_mpsc_send_async(c.tx, &item);
        edo_mpsc_reserve_future reserve = kind == RESERVES_OWNED
                                              ? edo_mpsc_reserve_owned_async(c.tx, &permit)
                                              : edo_mpsc_reserve_async(c.tx, &permit);
        edo_future *fut = kind == SENDS ? &send.base : &reserve.base;
        assert_ok(try_send(c.tx, 1));
        edo_test_task *hand = hand_wait(fut);
        check_receives(c.rx, 1);
        edo_mpsc_sender_free(c.tx);
        edo_mpsc_receiver_free(c.rx);
        hand_end(hand, fut, kind == SENDS ? 0 : -EPIPE); /* a permit needs a sender */
        assert_null(permit.sender);
    }
    assert_int_equal(items_gone(5), 1); /* the one that was sent */
    assert_int_equal(items_destroyed[2], 1);
}

EDO_TEST_BOTH(permit_that_comes_too_late_gives_its_room_back)
{
    for (int owned = 0; owned < 2; owned++) {
        channel c = channel_new(1);
        edo_mpsc_permit permit = {0};
        edo_mpsc_reserve_future reserve = owned ? edo_mpsc_reserve_owned_async(c.tx, &permit)
                                                : edo_mpsc_reserve_async(c.tx, &permit);
        int got = -1;
        assert_ok(try_send(c.tx, 1));
        edo_test_task *reserves = hand_wait(&reserve.base);
        check_receives(c.rx, 1);
        edo_mpsc_sender_free(c.tx);
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        edo_test_task *receiver = hand_wait(&recv.base); /* room is out, something may come */
        hand_end(reserves, &reserve.base, -EPIPE);
        hand_end(receiver, &recv.base, 0);
        edo_mpsc_receiver_free(c.rx);
    }
}

/* Polls that found the budget spent wait for nothing but their turn, and keep the channel as well. */
EDO_TEST_BOTH(wait_for_a_turn_outlives_the_handles) /* sync-011 */
{
    FOR_BOTH_KINDS(capacity)
    {
        edo_semaphore plenty = EDO_SEMAPHORE_INIT(COOP_BUDGET);
        channel c = channel_of(COUNTED_INT, capacity);
        int got = -1, item = 1;
        edo_mpsc_send_future send = edo_mpsc_send_async(c.tx, &item);
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        edo_mpsc_closed_future closed = edo_mpsc_closed_async(c.tx);
        assert_ok(edo_yield());
        for (int i = 0; i < COOP_BUDGET; i++)
            assert_ok(edo_semaphore_acquire(&plenty, NULL));
        edo_test_task *hands[] = {hand_wait(&send.base), hand_wait(&recv.base),
                                  hand_wait(&closed.base)};
        channel_free(&c);
        assert_ok(edo_yield());
        hand_end(hands[0], &send.base, -EPIPE);
        hand_end(hands[1], &recv.base, 0);
        hand_end(hands[2], &closed.base, 0);
    }
    assert_int_equal(items_gone(2), 0);
}

/* More than are woken at once, so that the close comes back for the rest: the first wake frees all. */
static channel doomed;

static void free_doomed(void *arg)
{
    channel c = doomed; /* freeing it wakes others, who come here as well */

    (void)arg;
    doomed = (channel){NULL, NULL};
    channel_free(&c);
}

EDO_TEST_BOTH(waker_may_free_the_channel_that_wakes_it)
{
    enum { CROWD = 100 };
    edo_mpsc_closed_future ends[CROWD];
    edo_waker waker;

    assert_ok(edo_waker_new(free_doomed, NULL, NULL, &waker));
    doomed = channel_new(1);
    for (int i = 0; i < CROWD; i++) {
        ends[i] = edo_mpsc_closed_async(doomed.tx);
        assert_int_equal(edo_future_poll(&ends[i].base, &waker), EDO_PENDING);
    }
    edo_mpsc_close(doomed.rx);
    assert_null(doomed.rx);
    for (int i = 0; i < CROWD; i++)
        assert_ready_eq(&ends[i].base, 0);
    edo_waker_drop(waker);
}
