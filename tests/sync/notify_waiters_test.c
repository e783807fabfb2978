/* notify_waiters_test.c: crowds told at once: which waits, in what order, and who calls back. */
#include <stdlib.h>

#include "sync/rig.h"

#define CROWD 100 /* more than are woken in one turn */

struct crowd {
    edo_notify n;
    edo_notify_wait_future waits[CROWD];
    unsigned woken[CROWD]; /* their numbers, in the order they were woken */
    unsigned count;
    struct member {
        struct crowd *crowd;
        edo_waker waker;
        unsigned number, destroyed;
        void (*then)(struct member *m); /* what the waker does beside */
    } members[CROWD];
};

static void member_wake(void *arg)
{
    struct member *m = arg;

    m->crowd->woken[m->crowd->count++] = m->number;
    if (m->then)
        m->then(m);
}

static void member_destroy(void *arg)
{
    ((struct member *)arg)->destroyed++;
}

static edo_poll member_poll(struct member *m)
{
    return edo_future_poll(&m->crowd->waits[m->number].base, &m->waker);
}

static void member_waits(struct crowd *c, unsigned i)
{
    c->members[i] = (struct member){.crowd = c, .number = i};
    assert_ok(edo_waker_new(member_wake, member_destroy, &c->members[i], &c->members[i].waker));
    c->waits[i] = edo_notify_wait_async(&c->n);
    assert_int_equal(member_poll(&c->members[i]), EDO_PENDING);
}

static void member_ends(struct member *m, int64_t result)
{
    assert_int_equal(member_poll(m), EDO_READY);
    assert_int_equal(m->crowd->waits[m->number].base.result, result);
    edo_waker_drop(m->waker);
    assert_int_equal(m->destroyed, 1);
}

EDO_TEST_PLAIN(notify_waiters_ends_every_wait_that_was_made) /* sync-217 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future polled[2], made = edo_notify_wait_async(&n);
    edo_test_task *hands[2];

    for (int i = 0; i < 2; i++) {
        polled[i] = edo_notify_wait_async(&n);
        hands[i] = hand_wait(&polled[i].base);
    }
    edo_notify_waiters(&n);
    edo_notify_wait_future after = edo_notify_wait_async(&n);
    assert_ready_eq(&made.base, 0);
    hand_end(hands[1], &polled[1].base, 0);
    hand_end(hands[0], &polled[0].base, 0);
    assert_pending(&after.base); /* no permit was stored */
    edo_future_cancel(&after.base);
    assert_ready_eq(&after.base, -ECANCELED);
}

EDO_TEST_PLAIN(with_no_waiters_it_leaves_nothing) /* sync-218 */
{
    edo_notify n = EDO_NOTIFY_INIT;

    edo_notify_waiters(&n);
    edo_notify_waiters(&n);
    edo_notify_wait_future wait = edo_notify_wait_async(&n);
    edo_test_task *hand = hand_wait(&wait.base);
    assert_false(edo_test_task_is_woken(hand));
    edo_notify_one(&n);
    hand_end(hand, &wait.base, 0);
}

EDO_TEST_PLAIN(a_stored_permit_stays_stored) /* sync-219 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future before = edo_notify_wait_async(&n);

    edo_notify_one(&n);
    edo_notify_waiters(&n);
    assert_ready_eq(&before.base, 0); /* ended by the call: it leaves the permit */
    edo_notify_wait_future taker = edo_notify_wait_async(&n), none = edo_notify_wait_async(&n);
    assert_ready_eq(&taker.base, 0);
    assert_pending(&none.base);
    edo_notify_waiters(&n);
    assert_ready_eq(&none.base, 0);
}

EDO_TEST_PLAIN(a_wait_that_was_ended_leaves_a_later_permit) /* sync-219 sync-220 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    edo_notify_wait_future before = edo_notify_wait_async(&n);

    edo_notify_waiters(&n);
    edo_notify_one(&n);
    assert_ready_eq(&before.base, 0);
    edo_notify_wait_future taker = edo_notify_wait_async(&n);
    assert_ready_eq(&taker.base, 0);
    assert_ok(edo_notify_fini(&n));
}

EDO_TEST_PLAIN(a_crowd_is_woken_in_the_order_it_came) /* sync-219 sync-010 */
{
    struct crowd c = {.n = EDO_NOTIFY_INIT};

    for (unsigned i = 0; i < CROWD; i++)
        member_waits(&c, i);
    edo_notify_waiters(&c.n);
    assert_int_equal(c.count, CROWD);
    for (unsigned i = 0; i < CROWD; i++)
        assert_int_equal(c.woken[i], i);
    for (unsigned i = 0; i < CROWD; i++)
        member_ends(&c.members[CROWD - 1 - i], 0);
    assert_ok(edo_notify_fini(&c.n));
}

/* The first of the crowd, woken, cancels some that haven't been: they were told with it. */
static void cancel_some(struct member *m)
{
    for (unsigned i = 40; i < CROWD; i++) {
        edo_future_cancel(&m->crowd->waits[i].base);
        member_ends(&m->crowd->members[i], 0);
    }
}

EDO_TEST_PLAIN(a_wait_cancelled_between_two_turns_was_told) /* sync-217 sync-005 sync-224 */
{
    struct crowd c = {.n = EDO_NOTIFY_INIT};

    for (unsigned i = 0; i < CROWD; i++)
        member_waits(&c, i);
    c.members[0].then = cancel_some;
    edo_notify_waiters(&c.n);
    assert_int_equal(c.count, 40);
    for (unsigned i = 0; i < 40; i++)
        member_ends(&c.members[i], 0);
    assert_ok(edo_notify_fini(&c.n));
}

/* Ends all that are left, and then the object, while the call that woke it is under way. */
static void end_all(struct member *m)
{
    struct crowd *c = m->crowd;

    assert_err(edo_notify_fini(&c->n), -EBUSY);
    for (unsigned i = 32; i < CROWD; i++) {
        edo_future_cancel(&c->waits[i].base);
        member_ends(&c->members[i], 0);
    }
    assert_ok(edo_notify_fini(&c->n));
    memset(&c->n, 0xa5, sizeof c->n);
}

EDO_TEST_PLAIN(the_notify_may_go_while_it_is_waking) /* sync-010 sync-011 */
{
    struct crowd c = {.n = EDO_NOTIFY_INIT};

    for (unsigned i = 0; i < CROWD; i++)
        member_waits(&c, i);
    c.members[31].then = end_all;
    edo_notify_waiters(&c.n);
    assert_int_equal(c.count, 32);
    for (unsigned i = 0; i < 32; i++)
        member_ends(&c.members[i], 0);
}

/* Between two turns others come, and are none of the crowd. */
static void notify_more(struct member *m)
{
    edo_notify *n = &m->crowd->n;
    edo_notify_wait_future late = edo_notify_wait_async(n), later = edo_notify_wait_async(n);

    assert_pending(&late.base);
    assert_pending(&later.base);
    edo_notify_one(n);
    assert_woken(1);
    assert_ready_eq(&late.base, 0);
    assert_pending(&later.base);
    edo_notify_waiters(n); /* this one sees to the crowd's others as well */
    assert_woken(1);
    assert_ready_eq(&later.base, 0);
    edo_notify_one(n);
}

EDO_TEST_PLAIN(a_waker_may_notify_the_same_object) /* sync-224 sync-012 */
{
    struct crowd c = {.n = EDO_NOTIFY_INIT};

    for (unsigned i = 0; i < CROWD; i++)
        member_waits(&c, i);
    c.members[5].then = notify_more;
    edo_notify_waiters(&c.n);
    assert_int_equal(c.count, CROWD);
    for (unsigned i = 0; i < CROWD; i++)
        member_ends(&c.members[i], 0);
    assert_ok(edo_notify_wait(&c.n)); /* the permit that was stored on the way */
    assert_ok(edo_notify_fini(&c.n));
}

static void notify_next(struct member *m)
{
    edo_notify_one(&m->crowd->n);
}

/* Each, woken, notifies the next: the calls lie in one another, and none holds the lock. */
EDO_TEST_PLAIN(notify_one_may_be_called_by_who_was_notified) /* sync-224 sync-012 */
{
    struct crowd c = {.n = EDO_NOTIFY_INIT};

    for (unsigned i = 0; i < CROWD; i++) {
        member_waits(&c, i);
        c.members[i].then = notify_next;
    }
    edo_notify_one(&c.n);
    assert_int_equal(c.count, CROWD);
    for (unsigned i = 0; i < CROWD; i++)
        member_ends(&c.members[i], 0);
    assert_ok(edo_notify_wait(&c.n)); /* the last one found nobody */
}

static int count_when_told(void *arg)
{
    struct turn {
        edo_notify *n;
        unsigned *told;
    } *t = arg;

    assert_ok(edo_notify_wait(t->n));
    a_fetch_add(t->told, 1, relaxed);
    return 0;
}

EDO_TEST_BOTH(a_thousand_tasks_are_woken_by_one_call) /* sync-217 */
{
    edo_notify n = EDO_NOTIFY_INIT;
    unsigned told = 0;
    struct {
        edo_notify *n;
        unsigned *told;
    } arg = {&n, &told};
    edo_task *tasks = calloc(1000, sizeof *tasks);

    assert_non_null(tasks);
    for (int i = 0; i < 1000; i++)
        assert_ok(edo_spawn(count_when_told, &arg, &tasks[i]));
    while (a_load(&told, relaxed) < 1000) { /* those that hadn't begun are told by the next one */
        assert_ok(edo_yield());
        edo_notify_waiters(&n);
    }
    for (int i = 0; i < 1000; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_ok(edo_notify_fini(&n));
    free(tasks);
}
