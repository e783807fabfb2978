/* select_effects_test.c: arms that take something, and selects that are cut short. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"

static test_queue *queue_new(void)
{
    test_queue *q = calloc(1, sizeof *q);

    pthread_mutex_init(&q->lock, NULL);
    return q;
}

EDO_TEST_BOTH(what_a_loser_took_is_put_back_in_order) /* future-032 */
{
    test_queue *a = queue_new(), *b = queue_new();
    int item_a = 0, item_b = 0, item = 0;

    for (int i = 1; i <= 3; i++)
        test_queue_push(b, 10 + i);
    a->slow_cancel = true; /* a cancelled pop may still succeed */
    test_pop_future from_a = test_queue_pop_async(a, &item_a);
    test_pop_future from_b = test_queue_pop_async(b, &item_b);
    edo_future *arms[] = {&from_a.base, &from_b.base};
    edo_select_future select = edo_select_biased_async(arms, 2);
    assert_pending(&select.base); /* b has won; a is being cancelled */
    for (int i = 1; i <= 3; i++)
        test_queue_push(a, i);
    test_queue_let_go(a);
    assert_ready_eq(&select.base, 1);
    assert_int_equal(item_b, 11);
    assert_int_equal(from_a.base.result, -ECANCELED); /* it had taken 1, and gave it back */
    assert_int_equal(a->put_backs, 1);
    assert_int_equal(test_queue_len(a), 3);
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(test_queue_pop(a, &item), 1);
        assert_int_equal(item, i); /* at the head again */
    }
    assert_int_equal(b->put_backs, 0);
    free(a);
    free(b);
}

struct traffic {
    test_queue *q[2];
    unsigned per_queue;
    unsigned received[2], losers; /* of the consumer */
};

struct producer {
    struct traffic *traffic;
    int which;
};

static int produce(void *arg)
{
    struct producer *p = arg;
    test_queue *q = p->traffic->q[p->which];

    for (unsigned i = 1; i <= p->traffic->per_queue; i++) {
        while (test_queue_len(q) >= TEST_QUEUE_ROOM / 2)
            assert_ok(edo_yield());
        test_queue_push(q, (int)i);
        if (i % 16 == 0)
            assert_ok(edo_yield());
    }
    test_queue_close(q);
    return 0;
}

/* Two queues in one select until both are closed: all arrive, each queue's in order. */
static void consume(struct traffic *t)
{
    bool closed[2] = {false, false};

    while (!closed[0] || !closed[1]) {
        int items[2];
        test_pop_future pops[2] = {test_queue_pop_async(t->q[0], &items[0]),
                                   test_queue_pop_async(t->q[1], &items[1])};
        edo_future *arms[2] = {closed[0] ? NULL : &pops[0].base, closed[1] ? NULL : &pops[1].base};
        int at = edo_select_array(arms, 2);
        assert_in_range(at, 0, 1);
        if (arms[!at])
            assert_int_equal(pops[!at].base.result, -ECANCELED);
        t->losers += arms[!at] != NULL;
        if (pops[at].base.result == 1)
            assert_int_equal(items[at], ++t->received[at]);
        else
            closed[at] = true;
    }
}

EDO_TEST_BOTH(many_selects_on_two_queues_lose_nothing) /* future-032 */
{
    struct traffic *t = calloc(1, sizeof *t);
    struct producer producers[2];
    edo_task tasks[2];

    t->per_queue = test_count(50000);
    for (int i = 0; i < 2; i++) {
        t->q[i] = queue_new();
        producers[i] = (struct producer){t, i};
        assert_ok(edo_spawn_copy(produce, &producers[i], sizeof producers[i], &tasks[i]));
    }
    consume(t);
    for (int i = 0; i < 2; i++) {
        assert_ok(edo_join(tasks[i], NULL));
        assert_int_equal(t->received[i], t->per_queue);
        free(t->q[i]);
    }
    assert_true(t->losers > 0);
    free(t);
}

/* --- composites that lose: they give back what their parts took ------------------------------- */

EDO_TEST_BOTH(join_all_that_loses_puts_its_parts_back) /* future-032 */
{
    test_queue *queue = queue_new();
    edo_future never = edo_pending();
    edo_yield_future winner = edo_yield_async();
    int lost = 0, item = 0;

    test_queue_push(queue, 42);
    test_queue_push(queue, 43);
    test_pop_future pop = test_queue_pop_async(queue, &lost);
    edo_future *parts[] = {&pop.base, &never};
    edo_join_all_future both = edo_join_all_async(parts, 2);
    assert_int_equal(edo_select_biased(&both.base, &winner.base), 1);
    assert_int_equal(both.base.result, -ECANCELED);
    assert_int_equal(pop.base.result, -ECANCELED);
    assert_int_equal(queue->put_backs, 1);
    assert_int_equal(test_queue_pop(queue, &item), 1);
    assert_int_equal(item, 42);
    free(queue);
}

EDO_TEST_BOTH(timeout_of_a_join_all_that_loses_puts_its_parts_back) /* future-032 */
{
    test_queue *queue = queue_new();
    edo_future never = edo_pending();
    int lost = 0, item = 0;

    test_queue_push(queue, 44);
    test_pop_future pop = test_queue_pop_async(queue, &lost);
    edo_future *parts[] = {&never, &pop.base};
    edo_join_all_future both = edo_join_all_async(parts, 2);
    edo_timeout_future limited = edo_timeout_async(&both.base, EDO_SECONDS(100));
    edo_sleep_future winner = edo_sleep_async(EDO_MILLIS(1));
    edo_future *arms[] = {&limited.base, &winner.base};
    assert_int_equal(edo_select_array(arms, 2), 1);
    assert_int_equal(limited.base.result, -ECANCELED);
    assert_int_equal(both.base.result, -ECANCELED);
    assert_int_equal(test_queue_pop(queue, &item), 1);
    assert_int_equal(item, 44);
    free(queue);
}

/* --- cut short -------------------------------------------------------------------------------- */

struct selecting {
    probe arms[3];
    int winner, after;
    bool all_ready;
};

static int select_three(void *arg)
{
    struct selecting *s = arg;

    s->winner = edo_select_biased(&s->arms[0].base, &s->arms[1].base, &s->arms[2].base);
    s->all_ready = true;
    for (int i = 0; i < 3; i++)
        s->all_ready &= edo_future_is_ready(&s->arms[i].base);
    s->after = edo_yield();
    return 0;
}

static struct selecting selecting;

static edo_task start_selecting(void)
{
    edo_task t;

    selecting = (struct selecting){.winner = -1};
    for (int i = 0; i < 3; i++) {
        selecting.arms[i] = probe_pending();
        selecting.arms[i].ignores_cancel = true;
    }
    assert_ok(edo_spawn(select_three, &selecting, &t));
    assert_ok(edo_yield());
    return t;
}

EDO_TEST(aborted_select_waits_for_all_and_says_so) /* future-038 */
{
    edo_task t = start_selecting();

    assert_ok(edo_task_abort(t));
    assert_ok(edo_yield());
    for (int i = 0; i < 3; i++) {
        assert_int_equal(selecting.arms[i].cancels, 1);
        assert_false(edo_task_is_finished(t));
        probe_finish(&selecting.arms[i], -ECANCELED);
        assert_ok(edo_yield());
    }
    assert_ok(edo_join(t, NULL));
    assert_int_equal(selecting.winner, -ECANCELED);
    assert_true(selecting.all_ready);
}

EDO_TEST(arm_that_had_its_effect_wins_in_an_aborted_select) /* future-038 */
{
    edo_task t = start_selecting();

    assert_ok(edo_task_abort(t));
    assert_ok(edo_yield());
    probe_finish(&selecting.arms[0], -ECANCELED);
    probe_finish(&selecting.arms[2], 30); /* both had their effect: */
    assert_ok(edo_yield());
    probe_finish(&selecting.arms[1], 20); /* the first seen wins, the other is put back */
    assert_ok(edo_join(t, NULL));
    assert_int_equal(selecting.winner, 2);
    assert_int_equal(selecting.arms[2].base.result, 30);
    assert_int_equal(selecting.arms[2].put_backs, 0);
    assert_int_equal(selecting.arms[1].put_backs, 1);
    assert_int_equal(selecting.arms[1].base.result, -ECANCELED);
    assert_int_equal(selecting.after, -ECANCELED);
}

EDO_TEST(abort_after_an_arm_has_won_changes_nothing) /* future-038 future-031 */
{
    edo_task t = start_selecting();

    probe_finish(&selecting.arms[1], -EIO); /* a failure wins as well */
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(t));
    assert_ok(edo_yield());
    assert_false(edo_task_is_finished(t)); /* the losers' memory is not theirs yet */
    probe_finish(&selecting.arms[0], 7);
    probe_finish(&selecting.arms[2], -ECANCELED);
    assert_ok(edo_join(t, NULL));
    assert_int_equal(selecting.winner, 1);
    assert_int_equal(selecting.arms[1].base.result, -EIO);
    for (int i = 0; i < 3; i++)
        assert_int_equal(selecting.arms[i].cancels, i != 1);
    assert_int_equal(selecting.arms[0].put_backs, 1);
    assert_int_equal(selecting.after, -ECANCELED);
    assert_true(selecting.all_ready);
}

EDO_TEST(cancelled_select_by_hand_puts_back_through_its_composite) /* future-032 */
{
    probe a = probe_pending(), b = probe_pending();
    edo_future *inner_arms[] = {&a.base};
    edo_select_future inner = edo_select_async(inner_arms, 1);
    edo_future *arms[] = {&inner.base, &b.base};
    edo_select_future outer = edo_select_biased_async(arms, 2);

    a.ignores_cancel = true;
    assert_pending(&outer.base);
    probe_finish(&b, 2);
    assert_pending(&outer.base);
    probe_finish(&a, 1); /* the inner select succeeds although it has lost */
    assert_ready_eq(&outer.base, 1);
    assert_int_equal(a.put_backs, 1);
    assert_int_equal(a.base.result, -ECANCELED);
    assert_int_equal(inner.base.result, -ECANCELED);
    assert_int_equal(b.put_backs, 0);
}

/* --- budget ----------------------------------------------------------------------------------- */

struct consuming {
    unsigned ready, pending;
    edo_instant past;
};

/* A select with an arm that takes a unit before one that is ready, polled by hand. */
static int64_t select_until_pending(void *arg, const edo_waker *waker)
{
    struct consuming *c = arg;

    for (c->pending = 0; !c->pending && c->ready < 1000;) {
        edo_sleep_future consuming = edo_sleep_until_async(c->past);
        edo_future ready = edo_ready(0);
        edo_future *arms[] = {&consuming.base, &ready};
        edo_select_future select = edo_select_biased_async(arms, 2);
        if (edo_future_poll(&select.base, waker) == EDO_READY)
            c->ready++;
        else
            c->pending++;
        if (c->pending) {
            edo_future_cancel(&select.base);
            assert_int_equal(edo_future_poll(&select.base, waker), EDO_READY);
        }
    }
    return 0;
}

EDO_TEST(select_uses_the_budget) /* future-034 */
{
    struct consuming c = {.past = edo_now()};
    edo_test_task *harness;

    assert_ok(edo_test_task_new(NULL, &harness));
    assert_ok(edo_yield()); /* a fresh run */
    assert_int_equal(edo_test_task_enter(harness, select_until_pending, &c), 0);
    assert_int_equal(c.ready, 128);
    assert_int_equal(c.pending, 1);
    assert_int_equal(edo_test_task_wake_count(harness), 1); /* to go on after others */
    edo_test_task_release(harness);
}
