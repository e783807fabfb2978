/* mpsc_permit_test.c: room that is reserved, waited for, used, given back, and outlives a close. */
#include "sync/mpsc_rig.h"

/* --- waiting for room ------------------------------------------------------------------------- */

EDO_TEST_BOTH(reserves_are_woken_one_by_one_in_order) /* sync-035 */
{
    channel c = channel_new(2);
    edo_mpsc_permit permits[4];
    edo_mpsc_reserve_future reserves[4];

    for (int i = 0; i < 4; i++)
        reserves[i] = edo_mpsc_reserve_async(c.tx, &permits[i]);
    assert_ready_eq(&reserves[0].base, 0);
    assert_ready_eq(&reserves[1].base, 0);
    edo_test_task *third = hand_wait(&reserves[2].base), *fourth = hand_wait(&reserves[3].base);
    assert_ok(permit_send(&permits[0], 1));
    hand_waits_on(third);
    hand_waits_on(fourth);
    check_receives(c.rx, 1);
    hand_end(third, &reserves[2].base, 0);
    hand_waits_on(fourth);
    edo_mpsc_permit_release(&permits[1]);
    hand_end(fourth, &reserves[3].base, 0);
    edo_mpsc_permit_release(&permits[2]);
    edo_mpsc_permit_release(&permits[3]);
    assert_int_equal(edo_mpsc_capacity(c.tx), 2);
    channel_free(&c);
}

EDO_TEST_BOTH(cancelled_reserve_is_passed_over) /* sync-036 */
{
    channel c = channel_new(1);
    edo_mpsc_permit permits[2] = {{0}};
    edo_mpsc_reserve_future a = edo_mpsc_reserve_async(c.tx, &permits[0]);
    edo_mpsc_reserve_future b = edo_mpsc_reserve_async(c.tx, &permits[1]);

    assert_ok(try_send(c.tx, 1));
    edo_test_task *hand_a = hand_wait(&a.base), *hand_b = hand_wait(&b.base);
    edo_test_task_cancel(hand_a);
    assert_int_equal(edo_test_task_poll(hand_a), EDO_READY);
    assert_int_equal(a.base.result, -ECANCELED);
    check_receives(c.rx, 1);
    assert_int_equal(edo_test_task_wake_count(hand_a), 0);
    hand_end(hand_b, &b.base, 0);
    assert_null(permits[0].sender);
    edo_test_task_release(hand_a);
    edo_mpsc_permit_release(&permits[1]);
    channel_free(&c);
}

EDO_TEST_BOTH(released_permit_wakes_who_waits) /* sync-037 */
{
    channel c = channel_new(1);
    edo_mpsc_permit held, permit;
    edo_mpsc_reserve_future reserve = edo_mpsc_reserve_async(c.tx, &permit);

    assert_ok(edo_mpsc_reserve(c.tx, &held));
    edo_test_task *hand = hand_wait(&reserve.base);
    edo_mpsc_permit_release(&held);
    assert_true(edo_test_task_is_woken(hand));
    assert_int_equal(edo_mpsc_capacity(c.tx), 0); /* it is the waiter's already */
    hand_end(hand, &reserve.base, 0);
    assert_int_equal(permit.count, 1);
    edo_mpsc_permit_release(&permit);
    channel_free(&c);
}

EDO_TEST_BOTH(freed_room_belongs_to_who_waited_for_it) /* sync-038 */
{
    channel c = channel_new(1);
    edo_mpsc_permit permit, other = {0};
    edo_mpsc_reserve_future reserve = edo_mpsc_reserve_async(c.tx, &permit);

    assert_ok(try_send(c.tx, 1));
    edo_test_task *hand = hand_wait(&reserve.base);
    check_receives(c.rx, 1);
    assert_true(edo_test_task_is_woken(hand)); /* and has not been polled */
    assert_err(try_send(c.tx, 2), -EAGAIN);
    assert_err(edo_mpsc_try_reserve(c.tx, &other), -EAGAIN);
    assert_int_equal(edo_mpsc_capacity(c.tx), 0);
    hand_end(hand, &reserve.base, 0);
    assert_ok(permit_send(&permit, 2));
    check_receives(c.rx, 2);
    channel_free(&c);
}

/* --- permits ---------------------------------------------------------------------------------- */

EDO_TEST_BOTH(permit_holds_its_room_until_it_is_released) /* sync-043 */
{
    channel c = channel_new(1);
    edo_mpsc_permit first, second = {0};

    assert_ok(edo_mpsc_reserve(c.tx, &first));
    assert_err(edo_mpsc_try_reserve(c.tx, &second), -EAGAIN);
    assert_null(second.sender); /* written on success only */
    edo_mpsc_permit_release(&first);
    assert_ok(edo_mpsc_try_reserve(c.tx, &second));
    edo_mpsc_permit_release(&first); /* an empty one is fine */
    assert_err(edo_mpsc_try_reserve(c.tx, &first), -EAGAIN);
    edo_mpsc_permit_release(&second);
    edo_mpsc_permit_release(NULL);
    channel_free(&c);
}

EDO_TEST_BOTH(permit_sends_into_a_channel_that_is_full) /* sync-044 */
{
    channel c = channel_new(4);
    edo_mpsc_permit permit;
    const int item = 9;
    edo_mpsc_send_future waits = edo_mpsc_send_async(c.tx, &item);

    assert_ok(edo_mpsc_reserve(c.tx, &permit));
    for (int i = 0; i < 3; i++)
        assert_ok(try_send(c.tx, i));
    assert_err(try_send(c.tx, 3), -EAGAIN);
    edo_test_task *hand = hand_wait(&waits.base);
    assert_ok(permit_send(&permit, 3)); /* before who has waited longer */
    for (int i = 0; i < 4; i++)
        check_receives(c.rx, i);
    hand_end(hand, &waits.base, 0);
    check_receives(c.rx, 9);
    channel_free(&c);
}

EDO_TEST_BOTH(used_up_permit_is_misuse)
{
    channel c = channel_new(2);
    edo_mpsc_permit permit, none = {0};

    assert_ok(edo_mpsc_reserve(c.tx, &permit));
    assert_err(edo_mpsc_permit_send(&permit, NULL), -EINVAL);
    assert_ok(permit_send(&permit, 1)); /* what was refused has cost nothing */
    assert_err(permit_send(&permit, 2), -EDO_EMISUSE);
    assert_err(permit_send(&none, 2), -EDO_EMISUSE);
    assert_err(permit_send(NULL, 2), -EINVAL);
    assert_int_equal(edo_mpsc_len(c.rx), 1);
    assert_int_equal(edo_mpsc_capacity(c.tx), 1);
    channel_free(&c);
}

EDO_TEST_BOTH(what_can_never_be_reserved_is_refused)
{
    channel c = channel_new(4), endless = channel_new(UNBOUNDED);
    edo_mpsc_permit permit = {0};

    assert_err(edo_mpsc_reserve(NULL, &permit), -EINVAL);
    assert_err(edo_mpsc_reserve(c.tx, NULL), -EINVAL);
    assert_err(edo_mpsc_reserve_many(c.tx, 5, &permit), -EINVAL);
    assert_err(edo_mpsc_try_reserve_many(c.tx, 5, &permit), -EINVAL);
    assert_err(edo_mpsc_try_reserve_many(c.tx, SIZE_MAX, &permit), -EINVAL);
    assert_err(edo_mpsc_reserve(endless.tx, &permit), -EINVAL);
    assert_err(edo_mpsc_try_reserve(endless.tx, &permit), -EINVAL);
    assert_err(edo_mpsc_reserve_owned(endless.tx, &permit), -EINVAL);
    assert_err(edo_mpsc_reserve_many(endless.tx, 0, &permit), -EINVAL);
    assert_null(permit.sender);
    assert_int_equal(edo_mpsc_capacity(c.tx), 4);
    channel_free(&c);
    channel_free(&endless);
}

EDO_TEST_BOTH(owned_permit_keeps_the_channel_open) /* sync-045 */
{
    for (int by_try = 0; by_try < 2; by_try++) {
        channel c = channel_new(1);
        edo_mpsc_permit permit;
        int got = -1;
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);
        assert_ok(by_try ? edo_mpsc_try_reserve_owned(c.tx, &permit)
                         : edo_mpsc_reserve_owned(c.tx, &permit));
        assert_int_equal(edo_mpsc_receiver_strong_count(c.rx), 2);
        edo_mpsc_sender_free(c.tx);
        assert_int_equal(edo_mpsc_receiver_strong_count(c.rx), 1);
        assert_false(edo_mpsc_receiver_is_closed(c.rx));
        edo_test_task *hand = hand_wait(&recv.base);
        assert_ok(permit_send(&permit, 7));
        assert_true(edo_mpsc_receiver_is_closed(c.rx)); /* it was the last sender */
        hand_end(hand, &recv.base, 1);
        assert_int_equal(got, 7);
        check_receives_nothing(c.rx, 0);
        edo_mpsc_receiver_free(c.rx);
    }
}

EDO_TEST_BOTH(released_owned_permit_may_be_the_last_sender)
{
    channel c = channel_new(1);
    edo_mpsc_permit permit;
    int got = -1;
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(c.rx, &got);

    assert_ok(edo_mpsc_reserve_owned(c.tx, &permit));
    edo_mpsc_sender_free(c.tx);
    edo_test_task *hand = hand_wait(&recv.base);
    edo_mpsc_permit_release(&permit);
    hand_end(hand, &recv.base, 0);
    edo_mpsc_receiver_free(c.rx);
    edo_mpsc_permit_release(&permit); /* empty: touches nothing */
}

/* --- several ---------------------------------------------------------------------------------- */

EDO_TEST_BOTH(set_of_permits_sends_as_often_as_it_has_room) /* sync-046 */
{
    for (int n = 0; n < 100; n++) {
        channel c = channel_new(100);
        edo_mpsc_permit permit;
        assert_ok(edo_mpsc_reserve_many(c.tx, (size_t)n, &permit));
        assert_int_equal(permit.count, n);
        for (int i = 0; i < n; i++)
            assert_ok(permit_send(&permit, i));
        for (int i = 0; i < n; i++)
            check_receives(c.rx, i);
        check_receives_nothing(c.rx, -EAGAIN);
        assert_int_equal(edo_mpsc_capacity(c.tx), 100);
        edo_mpsc_permit_release(&permit);
        channel_free(&c);
    }
}

EDO_TEST_BOTH(set_of_permits_gives_back_what_it_did_not_use) /* sync-047 */
{
    for (int n = 0; n < 100; n++) {
        channel c = channel_new((size_t)n + 1);
        edo_mpsc_permit permit;
        for (int k = 0; k < n; k++) {
            assert_ok(edo_mpsc_try_reserve_many(c.tx, (size_t)n, &permit));
            assert_int_equal(edo_mpsc_capacity(c.tx), 1);
            for (int i = 0; i < k; i++)
                assert_ok(permit_send(&permit, i));
            edo_mpsc_permit_release(&permit);
            assert_int_equal(edo_mpsc_capacity(c.tx), n + 1 - k);
            for (int i = 0; i < k; i++)
                check_receives(c.rx, i);
            assert_int_equal(edo_mpsc_capacity(c.tx), n + 1);
        }
        channel_free(&c);
    }
}

EDO_TEST_BOTH(set_of_permits_wakes_another_that_waits_for_all) /* sync-048 */
{
    channel c = channel_new(10);
    edo_mpsc_permit held, permit = {0};
    edo_mpsc_reserve_future reserve = edo_mpsc_reserve_many_async(c.tx, 10, &permit);

    assert_ok(edo_mpsc_reserve_many(c.tx, 10, &held));
    assert_err(edo_mpsc_try_reserve_many(c.tx, 10, &permit), -EAGAIN);
    edo_test_task *hand = hand_wait(&reserve.base);
    edo_mpsc_permit_release(&held);
    hand_end(hand, &reserve.base, 0);
    assert_int_equal(permit.count, 10);
    edo_mpsc_permit_release(&permit);
    assert_int_equal(edo_mpsc_capacity(c.tx), 10);
    channel_free(&c);
}

EDO_TEST_BOTH(none_can_be_reserved_unless_it_is_closed) /* sync-049 */
{
    channel c = channel_new(1);
    edo_mpsc_permit permit;
    edo_mpsc_permit waits;
    edo_mpsc_reserve_future reserve = edo_mpsc_reserve_async(c.tx, &waits);

    assert_ok(try_send(c.tx, 1));
    edo_test_task *hand = hand_wait(&reserve.base);
    assert_ok(edo_mpsc_reserve_many(c.tx, 0, &permit));
    assert_int_equal(permit.count, 0);
    edo_mpsc_permit_release(&permit);
    assert_ok(edo_mpsc_try_reserve_many(c.tx, 0, &permit));
    edo_mpsc_permit_release(&permit);
    edo_mpsc_close(c.rx);
    assert_err(edo_mpsc_reserve_many(c.tx, 0, &permit), -EPIPE);
    assert_err(edo_mpsc_try_reserve_many(c.tx, 0, &permit), -EPIPE);
    hand_end(hand, &reserve.base, -EPIPE);
    channel_free(&c);
}

EDO_TEST_BOTH(capacity_is_the_free_room) /* sync-050 */
{
    channel c = channel_new(10);
    edo_mpsc_permit permit;

    assert_int_equal(edo_mpsc_capacity(c.tx), 10);
    assert_ok(edo_mpsc_reserve(c.tx, &permit));
    assert_int_equal(edo_mpsc_capacity(c.tx), 9);
    assert_ok(try_send(c.tx, 1));
    assert_int_equal(edo_mpsc_capacity(c.tx), 8);
    assert_ok(permit_send(&permit, 2));
    assert_int_equal(edo_mpsc_capacity(c.tx), 8);
    check_receives(c.rx, 1);
    assert_int_equal(edo_mpsc_capacity(c.tx), 9);
    assert_int_equal(edo_mpsc_max_capacity(c.tx), 10);
    channel_free(&c);
    c = channel_new(UNBOUNDED);
    assert_int_equal(edo_mpsc_capacity(c.tx), SIZE_MAX);
    assert_int_equal(edo_mpsc_max_capacity(c.tx), SIZE_MAX);
    channel_free(&c);
}
