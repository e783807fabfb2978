/* poll_semaphore_test.c: a wait for permits that is polled by hand and keeps its place in between. */
#include "sync/rig.h"

static edo_poll_semaphore poll_of(edo_semaphore *s)
{
    edo_poll_semaphore poll;

    assert_ok(edo_poll_semaphore_init(&poll, s, (edo_owner){0}));
    return poll;
}

EDO_TEST_BOTH(poll_is_pending_then_ready_and_closed_again_and_again) /* util-092 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_poll_semaphore poll = poll_of(&s);
    struct counting counts, *c = counting(&counts);
    edo_permit permit = {0};

    assert_err(edo_poll_semaphore_acquire(&poll, 1, &c->waker, &permit), -EAGAIN);
    assert_ok(edo_semaphore_add(&s, 1));
    assert_int_equal(c->calls, 1);
    assert_int_equal(edo_permit_count(&permit), 0);
    assert_ok(edo_poll_semaphore_acquire(&poll, 1, &c->waker, &permit));
    assert_int_equal(edo_permit_count(&permit), 1);
    edo_permit_release(&permit);
    assert_int_equal(edo_poll_semaphore_available(&poll), 1);
    assert_ok(edo_poll_semaphore_acquire(&poll, 1, &c->waker, &permit));
    assert_err(edo_poll_semaphore_acquire(&poll, 1, &c->waker, &permit), -EAGAIN);
    assert_false(edo_poll_semaphore_is_closed(&poll));
    edo_poll_semaphore_close(&poll);
    assert_true(edo_poll_semaphore_is_closed(&poll));
    assert_int_equal(c->calls, 2);
    for (int i = 0; i < 3; i++)
        assert_err(edo_poll_semaphore_acquire(&poll, 1, &c->waker, NULL), -EPIPE);
    edo_poll_semaphore_fini(&poll);
    assert_int_equal(c->ends, 0);
    edo_waker_drop(c->waker);
    assert_int_equal(c->ends, 1); /* no clone of it was left */
}

EDO_TEST_BOTH(polls_for_many_take_them_together) /* util-093 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(4);
    edo_poll_semaphore poll = poll_of(&s);
    struct counting counts, *c = counting(&counts);
    edo_permit one, two, four;

    assert_ok(edo_poll_semaphore_acquire(&poll, 1, &c->waker, &one));
    assert_ok(edo_poll_semaphore_acquire(&poll, 2, &c->waker, &two));
    assert_err(edo_poll_semaphore_acquire(&poll, 4, &c->waker, &four), -EAGAIN);
    edo_permit_release(&one);
    assert_err(edo_poll_semaphore_acquire(&poll, 4, &c->waker, &four), -EAGAIN);
    assert_int_equal(c->calls, 0);
    edo_permit_release(&two);
    assert_int_equal(c->calls, 1);
    assert_ok(edo_poll_semaphore_acquire(&poll, 4, &c->waker, &four));
    assert_int_equal(edo_permit_count(&four), 4);
    edo_poll_semaphore_fini(&poll);
    edo_waker_drop(c->waker);
}

EDO_TEST_BOTH(poll_for_another_number_replaces_the_pending_one) /* util-094 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(4);
    edo_poll_semaphore poll = poll_of(&s);
    struct counting counts, *c = counting(&counts);
    edo_permit four = {0};

    assert_err(edo_poll_semaphore_acquire(&poll, 5, &c->waker, &four), -EAGAIN);
    assert_int_equal(edo_semaphore_available(&s), 0);
    assert_ok(edo_poll_semaphore_acquire(&poll, 4, &c->waker, &four));
    assert_int_equal(edo_permit_count(&four), 4);
    edo_permit_release(&four);
    assert_ok(edo_semaphore_try_acquire_many(&s, 4, NULL));
    edo_poll_semaphore_fini(&poll);
    edo_waker_drop(c->waker);
}

EDO_TEST_BOTH(what_was_granted_for_another_number_goes_back)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_poll_semaphore poll = poll_of(&s);
    struct counting counts, *c = counting(&counts);

    assert_err(edo_poll_semaphore_acquire(&poll, 3, &c->waker, NULL), -EAGAIN);
    assert_ok(edo_semaphore_add(&s, 3));
    assert_int_equal(edo_semaphore_available(&s), 0); /* they are the poll's */
    assert_err(edo_poll_semaphore_acquire(&poll, 4, &c->waker, NULL), -EAGAIN);
    edo_poll_semaphore_leave(&poll);
    assert_int_equal(edo_semaphore_available(&s), 3);
    assert_ok(edo_poll_semaphore_acquire(&poll, 0, &c->waker, NULL));
    edo_poll_semaphore_fini(&poll);
    edo_waker_drop(c->waker);
    assert_int_equal(c->ends, 1);
}

EDO_TEST_BOTH(place_is_kept_between_polls)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_poll_semaphore poll = poll_of(&s);
    struct counting counts, *c = counting(&counts);
    edo_semaphore_acquire_future behind = edo_semaphore_acquire_async(&s, NULL);

    assert_err(edo_poll_semaphore_acquire(&poll, 1, &c->waker, NULL), -EAGAIN);
    edo_test_task *hand = hand_wait(&behind.base);
    for (int i = 0; i < 3; i++)
        assert_err(edo_poll_semaphore_acquire(&poll, 1, &c->waker, NULL), -EAGAIN);
    assert_ok(edo_semaphore_add(&s, 1));
    hand_waits_on(hand);
    assert_int_equal(c->calls, 1);
    assert_ok(edo_poll_semaphore_acquire(&poll, 1, &c->waker, NULL));
    assert_ok(edo_semaphore_add(&s, 1));
    hand_end(hand, &behind.base, 0);
    edo_poll_semaphore_fini(&poll);
    edo_waker_drop(c->waker);
}

EDO_TEST_BOTH(waker_of_the_latest_poll_is_kept_by_a_clone)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    edo_poll_semaphore poll = poll_of(&s);
    struct counting one, two, *first = counting(&one), *second = counting(&two);

    assert_err(edo_poll_semaphore_acquire(&poll, 1, &first->waker, NULL), -EAGAIN);
    edo_waker_drop(first->waker);
    assert_int_equal(first->ends, 0); /* the poll needs it */
    assert_err(edo_poll_semaphore_acquire(&poll, 1, &second->waker, NULL), -EAGAIN);
    assert_int_equal(first->ends, 1);
    edo_waker_drop(second->waker);
    assert_ok(edo_semaphore_add(&s, 1));
    assert_int_equal(first->calls, 0);
    assert_int_equal(second->calls, 1);
    assert_int_equal(second->ends, 0);
    edo_poll_semaphore_fini(&poll);
    assert_int_equal(second->ends, 1);
    assert_int_equal(edo_semaphore_available(&s), 1); /* nobody had come for it */
}

EDO_TEST_BOTH(end_gives_place_and_reference_back)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    edo_poll_semaphore poll;
    struct counting counts, *c = counting(&counts);
    unsigned unrefs = 0;

    assert_err(edo_poll_semaphore_init(&poll, NULL, counted_owner(&unrefs)), -EINVAL);
    assert_err(edo_poll_semaphore_init(NULL, &s, counted_owner(&unrefs)), -EINVAL);
    assert_int_equal(unrefs, 0);
    assert_ok(edo_poll_semaphore_init(&poll, &s, counted_owner(&unrefs)));
    assert_err(edo_poll_semaphore_acquire(&poll, 2, &c->waker, NULL), -EAGAIN);
    assert_err(edo_semaphore_fini(&s), -EBUSY);
    edo_poll_semaphore_fini(&poll);
    assert_int_equal(unrefs, 1);
    assert_int_equal(edo_semaphore_available(&s), 1);
    assert_ok(edo_semaphore_fini(&s));
    edo_poll_semaphore_fini(&poll);
    edo_poll_semaphore_fini(NULL);
    assert_int_equal(unrefs, 1);
    edo_waker_drop(c->waker);
    assert_int_equal(c->ends, 1);
}

EDO_TEST_BOTH(bad_arguments_change_nothing)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    edo_poll_semaphore poll = poll_of(&s), ended = {0};
    struct counting counts, *c = counting(&counts);
    const edo_waker nobody = {0};

    assert_err(edo_poll_semaphore_acquire(&poll, 2, &c->waker, NULL), -EAGAIN);
    assert_err(edo_poll_semaphore_acquire(NULL, 1, &c->waker, NULL), -EINVAL);
    assert_err(edo_poll_semaphore_acquire(&ended, 1, &c->waker, NULL), -EINVAL);
    assert_err(edo_poll_semaphore_acquire(&poll, 1, NULL, NULL), -EINVAL);
    assert_err(edo_poll_semaphore_acquire(&poll, 1, &nobody, NULL), -EINVAL);
    assert_err(edo_poll_semaphore_acquire(&poll, EDO_SEMAPHORE_MAX + 1, &c->waker, NULL), -EINVAL);
    assert_int_equal(edo_semaphore_available(&s), 0); /* it still waits, with the one */
    assert_ok(edo_semaphore_add(&s, 1));
    assert_int_equal(c->calls, 1);
    edo_poll_semaphore_fini(&poll);
    edo_poll_semaphore_leave(NULL);
    edo_poll_semaphore_close(NULL);
    assert_false(edo_poll_semaphore_is_closed(NULL));
    assert_int_equal(edo_poll_semaphore_available(NULL), 0);
    edo_waker_drop(c->waker);
}

struct poller {
    edo_poll_semaphore poll;
    edo_semaphore semaphore;
    bool acquired;
};

/* For edo_poll_fn: READY as soon as it has a permit, or at once if it polls only once. */
static edo_poll poll_it(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    struct poller *p = arg;

    *ret_result = edo_poll_semaphore_acquire(&p->poll, 1, waker, NULL);
    return *ret_result == -EAGAIN ? EDO_PENDING : EDO_READY;
}

static edo_poll poll_it_once(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    (void)poll_it(arg, waker, ret_result);
    return EDO_READY;
}

static int poll_once_and_end(void *arg)
{
    edo_poll_fn_future fut = edo_poll_fn(poll_it_once, arg);

    assert_int_equal(edo_await(&fut.base), -EAGAIN);
    return 0;
}

static int poll_until_it_has_one(void *arg)
{
    struct poller *p = arg;
    edo_poll_fn_future fut = edo_poll_fn(poll_it, p);

    assert_int_equal(edo_await(&fut.base), 0);
    p->acquired = true;
    return 0;
}

EDO_TEST_BOTH(task_that_polled_may_be_gone_when_the_permit_comes)
{
    for (unsigned i = 0; i < test_count(500); i++) {
        struct poller p = {.semaphore = EDO_SEMAPHORE_INIT(0)};
        edo_task t;
        assert_ok(edo_poll_semaphore_init(&p.poll, &p.semaphore, (edo_owner){0}));
        assert_ok(edo_spawn(poll_once_and_end, &p, &t));
        assert_ok(edo_join(t, NULL));
        assert_ok(edo_spawn(poll_until_it_has_one, &p, &t)); /* in the other's header */
        if (i % 2)
            assert_ok(edo_yield());
        assert_ok(edo_semaphore_add(&p.semaphore, 1));
        assert_ok(edo_join(t, NULL));
        assert_true(p.acquired);
        edo_poll_semaphore_fini(&p.poll);
        assert_ok(edo_semaphore_fini(&p.semaphore));
    }
}

static int await_probe(void *arg)
{
    return (int)edo_await(&((probe *)arg)->base);
}

EDO_TEST(nobody_is_woken_in_place_of_a_task_that_is_gone)
{
    struct poller p = {.semaphore = EDO_SEMAPHORE_INIT(0)};
    probe stranger = probe_pending();
    edo_task gone, later;

    assert_ok(edo_poll_semaphore_init(&p.poll, &p.semaphore, (edo_owner){0}));
    assert_ok(edo_spawn(poll_once_and_end, &p, &gone));
    assert_ok(edo_join(gone, NULL));
    assert_ok(edo_spawn(await_probe, &stranger, &later)); /* in its header, if that is free */
    assert_ok(edo_yield());
    assert_int_equal(stranger.polls, 1);
    assert_ok(edo_semaphore_add(&p.semaphore, 1));
    assert_ok(edo_yield());
    assert_int_equal(stranger.polls, 1);
    probe_finish(&stranger, 0);
    assert_ok(edo_join(later, NULL));
    edo_poll_semaphore_fini(&p.poll);
    assert_int_equal(edo_semaphore_available(&p.semaphore), 1);
}

EDO_TEST(poll_without_a_unit_is_pending_and_woken)
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1000);
    edo_poll_semaphore poll = poll_of(&s);
    struct counting counts, *c = counting(&counts);
    int rc, n = 0;

    assert_ok(edo_yield());
    while ((rc = edo_poll_semaphore_acquire(&poll, 1, &c->waker, NULL)) == 0)
        n++;
    assert_err(rc, -EAGAIN);
    assert_int_equal(n, 128);
    assert_int_equal(c->calls, 1);
    assert_int_equal(edo_semaphore_available(&s), 1000 - 128);
    edo_poll_semaphore_fini(&poll);
    edo_waker_drop(c->waker);
}
