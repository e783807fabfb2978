/*
 * notify_stress_test.c: notifications among waits that are cut short all the time. Who has to get one
 * waits without a limit, so one that is lost is a test that hangs.
 */
#include "sync/rig.h"

#include <stdlib.h>

#include "base/random.h"

/* --- one at a time ------------------------------------------------------------------------ */

#define POSTS 4
#define DISTURBERS 6

/* Things are put down, and one patient task takes them; others get into the way. */
struct post {
    edo_notify n;
    unsigned there, taken; /* atomic */
    unsigned total;
};

static struct post posts[POSTS];
static unsigned served; /* atomic: posts whose things are all taken */

static int be_patient(void *arg)
{
    struct post *p = arg;

    while (p->taken < p->total) {
        assert_ok(edo_notify_wait(&p->n));
        p->taken += a_xchg(&p->there, 0, relaxed);
    }
    a_fetch_add(&served, 1, relaxed);
    return 0;
}

static int put_down(void *arg)
{
    struct post *p = arg;

    for (unsigned i = 0; i < p->total; i++) {
        a_fetch_add(&p->there, 1, relaxed);
        if (i % 3)
            edo_notify_one(&p->n);
        else
            edo_notify_last(&p->n);
        assert_ok(edo_yield());
    }
    return 0;
}

/* True: it got the notification, which was meant for another. */
static bool wait_a_little(rng *r, struct post *p)
{
    edo_notify_wait_future wait = edo_notify_wait_async(&p->n), other;
    edo_yield_future turn = edo_yield_async();

    switch (rng_below(r, 4)) {
    case 0:
        return edo_timeout(&wait.base, EDO_MICROS(rng_below(r, 50))) == 0;
    case 1: /* a loser puts it back by itself */
        return edo_select(&wait.base, &turn.base) == 0;
    case 2:
        (void)edo_notify_wait_enable(&wait);
        (void)edo_yield();
        edo_future_cancel(&wait.base);
        return edo_await(&wait.base) == 0;
    default:
        other = edo_notify_wait_async(&posts[rng_below(r, POSTS)].n);
        if (edo_select(&wait.base, &other.base, &turn.base) == 1)
            edo_notify_one(other.notify);
        return wait.base.result == 0;
    }
}

static int disturb(void *arg)
{
    rng r;

    rng_seed(&r, (uintptr_t)arg + random_seed());
    while (a_load(&served, relaxed) < POSTS) {
        struct post *p = &posts[rng_below(&r, POSTS)];
        if (wait_a_little(&r, p))
            edo_notify_one(&p->n);
    }
    return 0;
}

EDO_TEST_MT(no_notification_is_lost_among_waits_cut_short) /* sync-216 sync-020 */
{
    edo_task disturbers[DISTURBERS], patient[POSTS], busy[POSTS];

    for (int i = 0; i < POSTS; i++) {
        posts[i].total = test_count(50000);
        assert_ok(edo_spawn(be_patient, &posts[i], &patient[i]));
        assert_ok(edo_spawn(put_down, &posts[i], &busy[i]));
    }
    for (uintptr_t i = 0; i < DISTURBERS; i++)
        assert_ok(edo_spawn(disturb, (void *)i, &disturbers[i]));
    for (int i = 0; i < POSTS; i++) {
        assert_ok(edo_join(busy[i], NULL));
        assert_ok(edo_join(patient[i], NULL));
        assert_int_equal(posts[i].taken, posts[i].total);
    }
    for (int i = 0; i < DISTURBERS; i++)
        assert_ok(edo_join(disturbers[i], NULL));
    for (int i = 0; i < POSTS; i++)
        assert_ok(edo_notify_fini(&posts[i].n));
}

/* --- all at once -------------------------------------------------------------------------- */

#define CROWD 80 /* more than are woken in one turn */

/* Lives until the last of the crowd is through, which may be before the call that tells it. */
struct call {
    edo_notify n;
    unsigned made, ended; /* atomic */
    edo_notify all_made;
};

struct member {
    struct call *call;
    rng r;
};

static void leave_call(struct call *c)
{
    /* acq_rel: the last one sees that the others are through. */
    if (a_fetch_add(&c->ended, 1, acq_rel) + 1 < CROWD)
        return;
    assert_ok(edo_notify_fini(&c->n));
    memset(&c->n, 0xa5, sizeof c->n);
    free(c);
}

static int be_told(void *arg)
{
    struct member m = *(struct member *)arg;
    edo_notify_wait_future wait = edo_notify_wait_async(&m.call->n);
    bool patient = rng_below(&m.r, 4), polls_late = rng_below(&m.r, 2);
    int64_t rc;

    if (!polls_late)
        (void)edo_notify_wait_enable(&wait);
    if (a_fetch_add(&m.call->made, 1, relaxed) + 1 == CROWD)
        edo_notify_one(&m.call->all_made);
    if (patient)
        rc = edo_await(&wait.base);
    else
        rc = edo_timeout(&wait.base, EDO_MICROS(rng_below(&m.r, 100)));
    assert_true(rc == 0 || (!patient && rc == -ETIMEDOUT));
    leave_call(m.call);
    return 0;
}

EDO_TEST_MT(a_crowd_is_told_whoever_leaves_it) /* sync-217 sync-011 */
{
    rng r;

    rng_seed(&r, random_seed());
    for (unsigned round = 0; round < test_count(1000); round++) {
        struct call *c = calloc(1, sizeof *c);
        edo_task tasks[CROWD];
        assert_non_null(c);
        for (int i = 0; i < CROWD; i++) {
            struct member m = {.call = c};
            rng_seed(&m.r, rng_next(&r));
            assert_ok(edo_spawn_copy(be_told, &m, sizeof m, &tasks[i]));
        }
        assert_ok(edo_notify_wait(&c->all_made));
        edo_notify_waiters(&c->n); /* the last that it may touch */
        for (int i = 0; i < CROWD; i++)
            assert_ok(edo_join(tasks[i], NULL));
    }
}
