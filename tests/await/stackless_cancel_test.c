/*
 * stackless_cancel_test.c: bodies without a stack, cancelled at each of their steps and at random.
 * Whatever they had taken is back, and each has come to its end.
 */
#include "sync/cancel_rig.h"

/* Takes a permit, holds it over two waits, and gives it back in any case. */
typedef struct holder {
    edo_stackless base;
    edo_semaphore *permits;
    int *inside, *ends; /* atomic */
    int rc;
    EDO_WAITS(edo_semaphore_acquire_future, edo_yield_future, edo_sleep_future);
} holder;

EDO_STACKLESS(holder, me)
{
    EDO_BEGIN();

    EDO_AWAIT(me->rc, edo_semaphore_acquire_async(me->permits, NULL));
    if (me->rc == 0) {
        assert_int_equal(a_fetch_add(me->inside, 1, relaxed), 0); /* alone */
        EDO_AWAIT(me->rc, edo_yield_async());
        if (me->rc == 0)
            EDO_AWAIT(me->rc, edo_sleep_async(EDO_MICROS(100)));
        a_fetch_sub(me->inside, 1, relaxed);
        edo_semaphore_add(me->permits, 1);
    }
    a_fetch_add(me->ends, 1, relaxed);
    EDO_END(me->rc);
}

typedef struct stage {
    edo_semaphore permits;
    int inside, ends, begun;
} stage;

static void init_stage(stage *s)
{
    *s = (stage){0};
    assert_ok(edo_semaphore_init(&s->permits, 1));
}

static holder new_holder(stage *s)
{
    return EDO_FRAME(holder, .permits = &s->permits, .inside = &s->inside, .ends = &s->ends);
}

/* Bodies as tasks, one of them aborted, and one as a future of this task. */
static int hold_with_others(void *arg)
{
    stage *s = arg;
    holder mine = new_holder(s), theirs = new_holder(s);
    edo_task aborted;

    s->begun = 2;
    assert_ok(edo_spawn_stackless(&theirs, NULL));
    assert_ok(edo_spawn_stackless(&theirs, &aborted));
    int rc = edo_yield();
    assert_ok(edo_task_abort(aborted));
    assert_ok(edo_task_detach(aborted));
    if (rc < 0)
        return rc;
    s->begun++;
    return note((int)edo_await(&mine.base.base));
}

static void check_stage(void *arg, unsigned step)
{
    stage *s = arg;

    (void)step;
    assert_int_equal(s->inside, 0);
    assert_true(s->ends == s->begun || s->ends == s->begun - 1); /* an unpolled one never runs */
    assert_true(s->ends >= 2 || s->begun == 0);                  /* but tasks do */
    assert_int_equal(edo_semaphore_available(&s->permits), 1);
    s->ends = s->begun = 0;
}

EDO_TEST_PLAIN(what_a_body_took_is_back_after_a_cancel_at_any_step)
{
    stage s;

    init_stage(&s);
    check_cancels(hold_with_others, check_stage, &s);
    assert_ok(edo_semaphore_fini(&s.permits));
}

/* ---- by hand ------------------------------------------------------------------------------------- */

typedef struct taker {
    edo_stackless base;
    edo_mpsc_receiver *rx;
    int item, sum, rc;
    EDO_WAITS(edo_mpsc_recv_future);
} taker;

/* Two messages, of which it remembers what it got. */
EDO_STACKLESS(taker, me)
{
    EDO_BEGIN();

    for (me->rc = 1; me->rc == 1 && me->sum < 2;) {
        EDO_AWAIT(me->rc, edo_mpsc_recv_async(me->rx, &me->item));
        if (me->rc == 1)
            me->sum += me->item;
    }
    EDO_END(me->rc < 0 ? me->rc : me->sum);
}

typedef struct post {
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    taker taker;
} post;

static edo_future *make_taker(void *arg)
{
    post *p = arg;

    p->taker = EDO_FRAME(taker, .rx = p->rx);
    return &p->taker.base.base;
}

static void send_one(void *arg)
{
    assert_ok(edo_mpsc_try_send(((post *)arg)->tx, &(int){1}));
}

/* What was sent and not taken is still there; then the channel is empty again. */
static void check_taker(void *arg, unsigned step, int64_t result)
{
    post *p = arg;
    int left = 0, item;

    while (edo_mpsc_try_recv(p->rx, &item) == 1)
        left++;
    assert_int_equal(p->taker.sum + left, step / 2); /* a message every second step */
    assert_true(result == -ECANCELED || result == 2);
}

EDO_TEST_PLAIN(a_body_keeps_the_contract_of_futures)
{
    post p;

    assert_ok(edo_mpsc_new(EDO_ITEM(int), 8, &p.tx, &p.rx));
    check_future_cancels(make_taker, send_one, check_taker, &p);
    edo_mpsc_sender_free(p.tx);
    edo_mpsc_receiver_free(p.rx);
}

/* ---- many, on several workers -------------------------------------------------------------------- */

EDO_TEST_MT(hundreds_are_aborted_at_random_moments)
{
    enum { AT_ONCE = 200 };
    edo_task tasks[AT_ONCE];
    unsigned rounds = test_count(20);
    stage s;

    init_stage(&s);
    for (unsigned round = 0; round < rounds; round++) {
        for (int i = 0; i < AT_ONCE; i++) {
            holder frame = new_holder(&s);
            assert_ok(edo_spawn_stackless(&frame, &tasks[i]));
        }
        for (unsigned i = 0; i < AT_ONCE; i++)
            if (i % 4 != round % 4)
                assert_ok(edo_task_abort(tasks[i * 7 % AT_ONCE]));
        for (int i = 0; i < AT_ONCE; i++) {
            int rc = 1;
            assert_ok(edo_join(tasks[i], &rc));
            assert_true(rc == 0 || rc == -ECANCELED);
        }
    }
    assert_int_equal(s.ends, AT_ONCE * rounds);
    assert_int_equal(s.inside, 0);
    assert_int_equal(edo_semaphore_available(&s.permits), 1);
    assert_ok(edo_semaphore_fini(&s.permits));
}
