/* semaphore_test.c: permits that are taken, waited for in order, counted, and given back. */
#include "sync/rig.h"

static edo_semaphore_acquire_future acquire_of(edo_semaphore *s, size_t n, edo_permit *ret)
{
    return edo_semaphore_acquire_many_async(s, n, ret);
}

EDO_TEST_BOTH(number_of_permits_has_a_maximum) /* sync-189 */
{
    edo_semaphore s;

    assert_ok(edo_semaphore_init(&s, 0));
    assert_err(edo_semaphore_try_acquire(&s, NULL), -EAGAIN);
    assert_ok(edo_semaphore_fini(&s));
    assert_err(edo_semaphore_init(&s, EDO_SEMAPHORE_MAX + 1), -EINVAL);
    assert_int_equal(EDO_SEMAPHORE_MAX, SIZE_MAX >> 3);
    assert_ok(edo_semaphore_init(&s, EDO_SEMAPHORE_MAX));
    assert_int_equal(edo_semaphore_available(&s), EDO_SEMAPHORE_MAX);
    assert_ok(edo_semaphore_acquire_many(&s, EDO_SEMAPHORE_MAX, NULL));
    assert_int_equal(edo_semaphore_available(&s), 0);
    assert_ok(edo_semaphore_add(&s, EDO_SEMAPHORE_MAX));
    assert_int_equal(edo_semaphore_available(&s), EDO_SEMAPHORE_MAX);
}

EDO_TEST_BOTH(null_is_refused)
{
    edo_permit permit = {0};

    assert_err(edo_semaphore_init(NULL, 1), -EINVAL);
    assert_err(edo_semaphore_fini(NULL), -EINVAL);
    assert_err(edo_semaphore_acquire(NULL, &permit), -EINVAL);
    assert_err(edo_semaphore_try_acquire(NULL, &permit), -EINVAL);
    assert_err(edo_semaphore_add(NULL, 1), -EINVAL);
    assert_int_equal(edo_semaphore_forget(NULL, 1), 0);
    assert_int_equal(edo_semaphore_available(NULL), 0);
    assert_false(edo_semaphore_is_closed(NULL));
    edo_semaphore_close(NULL);
    edo_permit_release(NULL);
    edo_permit_forget(NULL);
    assert_int_equal(edo_permit_count(NULL), 0);
    assert_err(edo_permit_split(NULL, 0, &permit), -EINVAL);
    assert_err(edo_permit_split(&permit, 0, NULL), -EINVAL);
    assert_err(edo_permit_merge(NULL, &permit), -EINVAL);
    assert_err(edo_permit_merge(&permit, NULL), -EINVAL);
}

EDO_TEST_BOTH(try_acquire_takes_what_is_free) /* sync-190 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    edo_permit first, second = {0};

    assert_ok(edo_semaphore_try_acquire(&s, &first));
    assert_err(edo_semaphore_try_acquire(&s, &second), -EAGAIN);
    assert_null(second.semaphore); /* written on success only */
    edo_permit_release(&first);
    assert_ok(edo_semaphore_try_acquire(&s, &second));
    edo_permit_release(&second);
    assert_int_equal(edo_semaphore_available(&s), 1);
}

EDO_TEST_BOTH(acquire_takes_as_many_as_it_says) /* sync-191 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(100);
    edo_permit a, b;

    assert_ok(edo_semaphore_acquire_many(&s, 5, &a));
    assert_int_equal(edo_semaphore_available(&s), 95);
    assert_ok(edo_semaphore_acquire_many(&s, 5, &b));
    assert_int_equal(edo_semaphore_available(&s), 90);
    edo_permit_release(&a);
    edo_permit_release(&b);
    assert_int_equal(edo_semaphore_available(&s), 100);
}

EDO_TEST_BOTH(released_permit_goes_straight_to_who_waits) /* sync-192 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_permit permit;
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, &permit);
    edo_test_task *hand = hand_wait(&acquire.base);

    assert_ok(edo_semaphore_add(&s, 1));
    assert_int_equal(edo_semaphore_available(&s), 0);
    assert_err(edo_semaphore_try_acquire(&s, NULL), -EAGAIN);
    hand_end(hand, &acquire.base, 0);
    assert_int_equal(edo_semaphore_available(&s), 0);
    edo_permit_release(&permit);
    assert_int_equal(edo_semaphore_available(&s), 1);
}

EDO_TEST_BOTH(large_request_collects_and_small_ones_wait_behind_it) /* sync-193 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(5);
    edo_permit held, five, three;
    edo_semaphore_acquire_future large = acquire_of(&s, 5, &five);
    edo_semaphore_acquire_future small = acquire_of(&s, 3, &three);

    assert_ok(edo_semaphore_acquire(&s, &held));
    edo_test_task *hand_large = hand_wait(&large.base);
    assert_int_equal(edo_semaphore_available(&s), 0);
    edo_test_task *hand_small = hand_wait(&small.base);
    edo_permit_release(&held);
    hand_end(hand_large, &large.base, 0);
    hand_waits_on(hand_small);
    assert_ok(edo_semaphore_add(&s, 1));
    hand_waits_on(hand_small);
    assert_ok(edo_semaphore_add(&s, 2));
    hand_end(hand_small, &small.base, 0);
    assert_int_equal(edo_semaphore_available(&s), 0);
    edo_permit_release(&five);
    edo_permit_release(&three);
    assert_int_equal(edo_semaphore_available(&s), 8);
}

EDO_TEST_BOTH(small_request_waits_behind_a_large_one_though_it_could_be_served) /* sync-194 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(2);
    edo_semaphore_acquire_future large = acquire_of(&s, 4, NULL);
    edo_semaphore_acquire_future small = acquire_of(&s, 1, NULL);
    edo_test_task *hand_large = hand_wait(&large.base);
    edo_test_task *hand_small = hand_wait(&small.base); /* two were there, and one is enough */
    assert_int_equal(edo_semaphore_available(&s), 0);

    assert_ok(edo_semaphore_add(&s, 1));
    hand_waits_on(hand_small);
    assert_ok(edo_semaphore_add(&s, 1));
    hand_end(hand_large, &large.base, 0);
    hand_waits_on(hand_small);
    assert_ok(edo_semaphore_add(&s, 1));
    hand_end(hand_small, &small.base, 0);
}

EDO_TEST_BOTH(try_acquire_overtakes_nobody) /* sync-195 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(2);
    edo_semaphore_acquire_future large = acquire_of(&s, 3, NULL);
    edo_test_task *hand = hand_wait(&large.base);

    assert_err(edo_semaphore_try_acquire(&s, NULL), -EAGAIN);
    assert_err(edo_semaphore_try_acquire_many(&s, 2, NULL), -EAGAIN);
    hand_cancel(hand, &large.base, -ECANCELED);
    assert_ok(edo_semaphore_try_acquire_many(&s, 2, NULL));
}

EDO_TEST_BOTH(cancelled_wait_gives_back_what_it_had_collected) /* sync-196 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(10);
    edo_semaphore_acquire_future acquire = acquire_of(&s, 8, NULL);

    assert_ok(edo_semaphore_acquire_many(&s, 4, NULL));
    edo_test_task *hand = hand_wait(&acquire.base);
    assert_int_equal(edo_semaphore_available(&s), 0);
    hand_cancel(hand, &acquire.base, -ECANCELED);
    assert_int_equal(edo_semaphore_available(&s), 6);
    assert_ok(edo_semaphore_try_acquire_many(&s, 6, NULL));
}

EDO_TEST_BOTH(what_a_cancelled_wait_had_collected_serves_those_behind_it)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(3);
    edo_semaphore_acquire_future large = acquire_of(&s, 4, NULL);
    edo_semaphore_acquire_future one = acquire_of(&s, 1, NULL), five = acquire_of(&s, 5, NULL);
    edo_test_task *hand_large = hand_wait(&large.base);
    edo_test_task *hand_one = hand_wait(&one.base), *hand_five = hand_wait(&five.base);

    hand_cancel(hand_large, &large.base, -ECANCELED);
    hand_end(hand_one, &one.base, 0);
    hand_waits_on(hand_five); /* with the other two */
    assert_int_equal(edo_semaphore_available(&s), 0);
    assert_ok(edo_semaphore_add(&s, 3));
    hand_end(hand_five, &five.base, 0);
}

EDO_TEST_BOTH(more_than_a_wait_needs_becomes_free) /* sync-197 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(5);
    edo_semaphore_acquire_future acquire = acquire_of(&s, 7, NULL);
    edo_test_task *hand = hand_wait(&acquire.base);

    assert_ok(edo_semaphore_add(&s, 5));
    hand_end(hand, &acquire.base, 0);
    assert_int_equal(edo_semaphore_available(&s), 3);
}

EDO_TEST_BOTH(forgotten_permit_is_gone) /* sync-198 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    edo_permit permit;

    assert_ok(edo_semaphore_try_acquire(&s, &permit));
    edo_permit_forget(&permit);
    assert_int_equal(edo_permit_count(&permit), 0);
    edo_permit_release(&permit);
    assert_int_equal(edo_semaphore_available(&s), 0);
    assert_err(edo_semaphore_try_acquire(&s, NULL), -EAGAIN);
}

static void close_if(edo_semaphore *s, bool closed)
{
    if (closed)
        edo_semaphore_close(s);
}

EDO_TEST_BOTH(forget_removes_what_is_free_and_says_how_many) /* sync-199 */
{
    for (size_t size = 0; size <= 3; size++)
        for (size_t n = 0; n <= 3; n++)
            for (int closed = 0; closed <= 1; closed++) {
                edo_semaphore s = EDO_SEMAPHORE_INIT(size);
                size_t gone = n < size ? n : size;
                close_if(&s, closed);
                assert_int_equal(edo_semaphore_forget(&s, n), gone);
                assert_int_equal(edo_semaphore_available(&s), size - gone);
                assert_int_equal(edo_semaphore_is_closed(&s), closed);
            }
}

EDO_TEST_BOTH(add_adds_open_or_closed) /* sync-200 */
{
    for (size_t size = 0; size <= 3; size++)
        for (size_t n = 0; n <= 3; n++)
            for (int closed = 0; closed <= 1; closed++) {
                edo_semaphore s = EDO_SEMAPHORE_INIT(size);
                close_if(&s, closed);
                assert_ok(edo_semaphore_add(&s, n));
                assert_int_equal(edo_semaphore_available(&s), size + n);
                assert_int_equal(edo_semaphore_is_closed(&s), closed);
            }
}

EDO_TEST_BOTH(add_beyond_the_maximum_changes_nothing) /* sync-201 */
{
    edo_semaphore one = EDO_SEMAPHORE_INIT(1);
    edo_semaphore most = EDO_SEMAPHORE_INIT(EDO_SEMAPHORE_MAX - 1);

    assert_err(edo_semaphore_add(&one, EDO_SEMAPHORE_MAX), -EOVERFLOW);
    assert_err(edo_semaphore_add(&one, SIZE_MAX), -EOVERFLOW);
    assert_int_equal(edo_semaphore_available(&one), 1);
    assert_ok(edo_semaphore_add(&most, 1));
    assert_err(edo_semaphore_add(&most, 1), -EOVERFLOW);
    assert_int_equal(edo_semaphore_available(&most), EDO_SEMAPHORE_MAX);
}

EDO_TEST_BOTH(closed_semaphore_gives_none) /* sync-202 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(3);
    edo_semaphore_acquire_future acquire = acquire_of(&s, 1, NULL);

    edo_semaphore_close(&s);
    edo_semaphore_close(&s);
    assert_true(edo_semaphore_is_closed(&s));
    assert_err(edo_semaphore_try_acquire(&s, NULL), -EPIPE);
    assert_err(edo_semaphore_try_acquire_many(&s, 4, NULL), -EPIPE);
    assert_err(edo_semaphore_acquire(&s, NULL), -EPIPE);
    assert_ready_eq(&acquire.base, -EPIPE);
    assert_int_equal(edo_semaphore_available(&s), 3);
}

EDO_TEST_BOTH(close_wakes_all_who_wait) /* sync-203 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    edo_semaphore_acquire_future waits[40]; /* more than are woken at once */
    edo_test_task *hands[40];
    edo_permit held;

    assert_ok(edo_semaphore_acquire(&s, &held));
    for (int i = 0; i < 40; i++) {
        waits[i] = acquire_of(&s, 1 + (size_t)i % 3, NULL);
        hands[i] = hand_wait(&waits[i].base);
    }
    edo_semaphore_close(&s);
    for (int i = 0; i < 40; i++)
        hand_end(hands[i], &waits[i].base, -EPIPE);
    edo_permit_release(&held);
    assert_ok(edo_semaphore_add(&s, 1));
    assert_int_equal(edo_semaphore_available(&s), 2);
    assert_err(edo_semaphore_acquire(&s, NULL), -EPIPE);
    assert_int_equal(edo_semaphore_available(&s), 2);
}

EDO_TEST_BOTH(wait_granted_before_the_close_has_its_permits) /* sync-204 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    edo_permit three = {0};
    edo_semaphore_acquire_future granted = acquire_of(&s, 3, &three);
    edo_semaphore_acquire_future partly = acquire_of(&s, 3, NULL);
    edo_test_task *hand_granted = hand_wait(&granted.base);
    edo_test_task *hand_partly = hand_wait(&partly.base);

    assert_ok(edo_semaphore_add(&s, 4));
    edo_semaphore_close(&s);
    hand_end(hand_granted, &granted.base, 0);
    hand_end(hand_partly, &partly.base, -EPIPE);
    assert_int_equal(edo_permit_count(&three), 3);
    assert_int_equal(edo_semaphore_available(&s), 2);
    edo_permit_release(&three);
    assert_int_equal(edo_semaphore_available(&s), 5);
}

EDO_TEST_BOTH(merged_permits_are_released_as_one) /* sync-205 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(10), other = EDO_SEMAPHORE_INIT(10);
    edo_permit a, b, c;

    assert_ok(edo_semaphore_acquire_many(&s, 3, &a));
    assert_ok(edo_semaphore_acquire_many(&s, 4, &b));
    assert_ok(edo_semaphore_acquire_many(&other, 5, &c));
    assert_ok(edo_permit_merge(&a, &b));
    assert_int_equal(edo_permit_count(&a), 7);
    assert_int_equal(edo_permit_count(&b), 0);
    assert_err(edo_permit_merge(&a, &c), -EINVAL);
    assert_err(edo_permit_merge(&a, &a), -EINVAL);
    assert_int_equal(edo_permit_count(&a), 7);
    assert_int_equal(edo_permit_count(&c), 5);
    edo_permit_release(&a);
    edo_permit_release(&b);
    assert_int_equal(edo_semaphore_available(&s), 10);
    edo_permit_release(&c);
    assert_int_equal(edo_semaphore_available(&other), 10);
}

EDO_TEST_BOTH(permit_says_how_many_it_stands_for) /* sync-206 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(10);
    edo_permit permit, part, empty = {0};

    assert_ok(edo_semaphore_acquire_many(&s, 6, &permit));
    assert_int_equal(edo_permit_count(&permit), 6);
    assert_ok(edo_permit_split(&permit, 2, &part));
    assert_int_equal(edo_permit_count(&permit), 4);
    assert_int_equal(edo_permit_count(&part), 2);
    assert_err(edo_permit_split(&part, 3, &empty), -EINVAL);
    assert_err(edo_permit_split(&part, 1, &part), -EINVAL); /* the rest would be lost */
    assert_int_equal(edo_permit_count(&part), 2);
    edo_permit_release(&part);
    assert_int_equal(edo_semaphore_available(&s), 6);
    edo_permit_release(&empty);
    edo_permit_release(&part);
    assert_int_equal(edo_semaphore_available(&s), 6);
    edo_permit_release(&permit);
    assert_int_equal(edo_semaphore_available(&s), 10);
}

EDO_TEST_BOTH(none_are_to_be_had_at_once) /* sync-207 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future waits = acquire_of(&s, 1, NULL);
    edo_semaphore_acquire_future none = acquire_of(&s, 0, NULL), late = acquire_of(&s, 0, NULL);
    edo_test_task *hand = hand_wait(&waits.base);

    assert_ready_eq(&none.base, 0);
    assert_ok(edo_semaphore_acquire_many(&s, 0, NULL));
    assert_ok(edo_semaphore_try_acquire_many(&s, 0, NULL));
    edo_semaphore_close(&s);
    assert_ready_eq(&late.base, -EPIPE);
    assert_err(edo_semaphore_acquire_many(&s, 0, NULL), -EPIPE);
    assert_err(edo_semaphore_try_acquire_many(&s, 0, NULL), -EPIPE);
    hand_end(hand, &waits.base, -EPIPE);
}

EDO_TEST_BOTH(more_than_the_maximum_is_refused_at_once) /* sync-208 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future acquire = acquire_of(&s, EDO_SEMAPHORE_MAX + 1, NULL);

    assert_ready_eq(&acquire.base, -EINVAL);
    assert_err(edo_semaphore_acquire_many(&s, SIZE_MAX, NULL), -EINVAL);
    assert_err(edo_semaphore_try_acquire_many(&s, EDO_SEMAPHORE_MAX + 1, NULL), -EINVAL);
}

EDO_TEST_BOTH(waits_are_served_in_the_order_they_came) /* sync-164 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future waits[40];
    edo_test_task *hands[40];

    for (int i = 0; i < 40; i++) {
        waits[i] = acquire_of(&s, 1 + (size_t)i % 3, NULL);
        hands[i] = hand_wait(&waits[i].base);
    }
    for (int i = 0; i < 40; i++) {
        assert_ok(edo_semaphore_add(&s, 1 + (size_t)i % 3));
        hand_end(hands[i], &waits[i].base, 0);
        if (i + 1 < 40)
            hand_waits_on(hands[i + 1]);
        assert_int_equal(edo_semaphore_available(&s), 0);
    }
}

EDO_TEST_BOTH(one_add_serves_more_than_are_woken_at_once)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future waits[100];
    edo_test_task *hands[100];

    for (int i = 0; i < 100; i++) {
        waits[i] = acquire_of(&s, 2, NULL);
        hands[i] = hand_wait(&waits[i].base);
    }
    assert_ok(edo_semaphore_add(&s, 199));
    for (int i = 0; i < 99; i++)
        hand_end(hands[i], &waits[i].base, 0);
    hand_waits_on(hands[99]);
    assert_ok(edo_semaphore_add(&s, 4));
    hand_end(hands[99], &waits[99].base, 0);
    assert_int_equal(edo_semaphore_available(&s), 3);
}

EDO_TEST_BOTH(end_is_refused_while_somebody_waits)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_semaphore_acquire_future acquire = acquire_of(&s, 1, NULL);
    edo_test_task *hand = hand_wait(&acquire.base);

    assert_err(edo_semaphore_fini(&s), -EBUSY);
    hand_waits_on(hand);
    hand_cancel(hand, &acquire.base, -ECANCELED);
    assert_ok(edo_semaphore_fini(&s));
}
