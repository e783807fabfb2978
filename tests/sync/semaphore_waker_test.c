/* semaphore_waker_test.c: wakers of a user's own: called with no lock held, given back, never late. */
#include "sync/rig.h"

static void add_one(void *semaphore)
{
    assert_ok(edo_semaphore_add(semaphore, 1));
}

struct user_waker {
    edo_semaphore *semaphore;
    edo_permit *releases;  /* given back by the call, if not NULL */
    uint32_t holds;        /* atomic: the call lasts until it is 0 */
    uint32_t calls;        /* atomic */
    uint32_t destructions; /* atomic */
    edo_waker waker;
};

static void user_wake(void *arg)
{
    struct user_waker *u = arg;

    a_fetch_add(&u->calls, 1, seq_cst);
    wait_until(a_load(&u->holds, seq_cst) == 0);
    edo_permit_release(u->releases);
}

static void user_destroy(void *arg)
{
    a_fetch_add(&((struct user_waker *)arg)->destructions, 1, seq_cst);
}

static edo_poll user_poll(struct user_waker *u, edo_future *fut)
{
    if (!u->waker.ops)
        assert_ok(edo_waker_new(user_wake, user_destroy, u, &u->waker));
    return edo_future_poll(fut, &u->waker);
}

static void *add_one_in_a_thread(void *semaphore)
{
    add_one(semaphore);
    return NULL;
}

EDO_TEST_PLAIN(memory_is_its_owners_again_from_ready_on) /* sync-010 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(0);
    struct user_waker u = {.semaphore = &s, .holds = 1};
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_async(&s, NULL);
    edo_semaphore_acquire_future behind = edo_semaphore_acquire_async(&s, NULL);

    assert_int_equal(user_poll(&u, &acquire.base), EDO_PENDING);
    edo_test_task *hand = hand_wait(&behind.base);
    pthread_t adder = start_thread(add_one_in_a_thread, &s);
    wait_until(a_load(&u.calls, seq_cst) == 1); /* granted; the call is under way */
    assert_int_equal(user_poll(&u, &acquire.base), EDO_READY);
    memset(&acquire, 0xa5, sizeof acquire);
    edo_waker_drop(u.waker);
    assert_int_equal(a_load(&u.destructions, seq_cst), 0);
    hand_waits_on(hand);
    add_one(&s);
    hand_end(hand, &behind.base, 0);
    assert_int_equal(a_load(&u.destructions, seq_cst), 0);
    a_store(&u.holds, 0, seq_cst);
    join_thread(adder);
    assert_int_equal(a_load(&u.destructions, seq_cst), 1);
    assert_int_equal(a_load(&u.calls, seq_cst), 1);
    for (size_t i = 0; i < sizeof acquire; i++)
        assert_int_equal(((unsigned char *)&acquire)[i], 0xa5);
}

EDO_TEST_PLAIN(waker_may_release_to_the_same_semaphore) /* sync-012 sync-212 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(1);
    edo_permit held;
    struct user_waker u = {.semaphore = &s, .releases = &held};
    edo_semaphore_acquire_future first = edo_semaphore_acquire_async(&s, NULL);
    edo_semaphore_acquire_future second = edo_semaphore_acquire_async(&s, NULL);

    assert_ok(edo_semaphore_acquire(&s, &held));
    assert_int_equal(user_poll(&u, &first.base), EDO_PENDING);
    edo_test_task *hand = hand_wait(&second.base);
    add_one(&s); /* calls the waker, which gives the other one back */
    assert_int_equal(u.calls, 1);
    hand_end(hand, &second.base, 0);
    assert_int_equal(user_poll(&u, &first.base), EDO_READY);
    assert_int_equal(edo_semaphore_available(&s), 0);
    edo_waker_drop(u.waker);
}

/* A waker that takes everybody else out of the queue, and then asks whether it is free. */
struct dissolver {
    edo_semaphore s;
    edo_semaphore_acquire_future waits[64];
    edo_waker waker;
    int said; /* 1: it has not asked yet */
};

static void dissolve(void *arg)
{
    struct dissolver *d = arg;

    if (d->said != 1)
        return;
    for (int i = 1; i < 64; i++) {
        edo_future_cancel(&d->waits[i].base);
        assert_int_equal(edo_future_poll(&d->waits[i].base, &d->waker), EDO_READY);
    }
    d->said = edo_semaphore_fini(&d->s);
}

EDO_TEST_PLAIN(end_is_refused_while_a_call_will_come_back_for_more)
{
    static struct dissolver d = {.said = 1};
    size_t got = 0;

    assert_ok(edo_waker_new(dissolve, NULL, &d, &d.waker));
    for (int i = 0; i < 64; i++) {
        d.waits[i] = edo_semaphore_acquire_async(&d.s, NULL);
        assert_int_equal(edo_future_poll(&d.waits[i].base, &d.waker), EDO_PENDING);
    }
    assert_ok(edo_semaphore_add(&d.s, 64)); /* more than are woken at once */
    assert_err(d.said, -EBUSY);
    assert_int_equal(edo_future_poll(&d.waits[0].base, &d.waker), EDO_READY);
    for (int i = 0; i < 64; i++)
        got += d.waits[i].base.result == 0;
    assert_in_range(got, 1, 63);
    assert_int_equal(edo_semaphore_available(&d.s), 64 - got);
    assert_ok(edo_semaphore_fini(&d.s));
    edo_waker_drop(d.waker);
}

static void add_when_closed(void *semaphore)
{
    if (edo_semaphore_is_closed(semaphore))
        add_one(semaphore);
}

EDO_TEST_PLAIN(what_is_released_while_a_close_wakes_is_counted)
{
    static edo_semaphore s;
    edo_semaphore_acquire_future waits[64]; /* more than are woken at once */
    edo_waker waker;

    assert_ok(edo_waker_new(add_when_closed, NULL, &s, &waker));
    for (int i = 0; i < 64; i++) {
        waits[i] = edo_semaphore_acquire_many_async(&s, 2, NULL);
        assert_int_equal(edo_future_poll(&waits[i].base, &waker), EDO_PENDING);
    }
    add_one(&s);
    edo_semaphore_close(&s);
    for (int i = 0; i < 64; i++)
        assert_ready_eq(&waits[i].base, -EPIPE);
    assert_int_equal(edo_semaphore_available(&s), 65);
    edo_waker_drop(waker);
}

struct leaver {
    edo_semaphore s;
    edo_semaphore_acquire_future waits[64]; /* more than are woken at once */
    edo_waker waker;
    bool has_left;
};

/* Takes the last one out of the queue, as long as it stands there. */
static void leave_when_closed(void *arg)
{
    struct leaver *l = arg;

    if (l->has_left || !edo_semaphore_is_closed(&l->s))
        return;
    l->has_left = true;
    edo_future_cancel(&l->waits[63].base);
    assert_int_equal(edo_future_poll(&l->waits[63].base, &l->waker), EDO_READY);
}

EDO_TEST_PLAIN(what_the_first_had_collected_is_free_once_after_a_close)
{
    static struct leaver l = {.s = EDO_SEMAPHORE_INIT(1)};

    assert_ok(edo_waker_new(leave_when_closed, NULL, &l, &l.waker));
    for (int i = 0; i < 64; i++) {
        l.waits[i] = edo_semaphore_acquire_many_async(&l.s, 2, NULL);
        assert_int_equal(edo_future_poll(&l.waits[i].base, &l.waker), EDO_PENDING);
    }
    edo_semaphore_close(&l.s);
    assert_true(l.has_left);
    for (int i = 0; i < 63; i++)
        assert_ready_eq(&l.waits[i].base, -EPIPE);
    assert_int_equal(edo_semaphore_available(&l.s), 1);
    edo_waker_drop(l.waker);
}
