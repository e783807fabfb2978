/* once_cell_begin_test.c: turns at making the value: taken, passed on, put back, cancelled. */
#include <edo/testing_cancel.h>

#include "sync/rig.h"

static int five = 5, ten = 10;

EDO_TEST_PLAIN(a_turn_ends_with_the_value_for_all) /* sync-235 */
{
    edo_once_cell cell = {0};
    void *got[3] = {0};
    edo_once_cell_begin_future first = edo_once_cell_begin_async(&cell, NULL), others[2];
    edo_test_task *hands[2];

    assert_ready_eq(&first.base, 1);
    for (int i = 0; i < 2; i++) {
        others[i] = edo_once_cell_begin_async(&cell, &got[i]);
        hands[i] = hand_wait(&others[i].base);
    }
    assert_err(edo_once_cell_finish(&cell, NULL), -EINVAL); /* the turn goes on */
    hand_waits_on(hands[0]);
    assert_ok(edo_once_cell_finish(&cell, &five));
    for (int i = 0; i < 2; i++) {
        hand_end(hands[i], &others[i].base, 0);
        assert_ptr_equal(got[i], &five);
    }
    assert_int_equal(edo_once_cell_begin(&cell, &got[2]), 0);
    assert_ptr_equal(got[2], &five);
    assert_ok(edo_once_cell_fini(&cell));
}

EDO_TEST_PLAIN(an_abandoned_turn_goes_to_the_next) /* sync-236 */
{
    edo_once_cell cell = {0};
    edo_once_cell_begin_future waits[2];
    edo_test_task *hands[2];

    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    for (int i = 0; i < 2; i++) {
        waits[i] = edo_once_cell_begin_async(&cell, NULL);
        hands[i] = hand_wait(&waits[i].base);
    }
    assert_ok(edo_once_cell_abandon(&cell));
    assert_err(edo_once_cell_set(&cell, &five), -EBUSY); /* it is the first one's already */
    hand_waits_on(hands[1]);
    hand_end(hands[0], &waits[0].base, 1);
    assert_ok(edo_once_cell_abandon(&cell));
    hand_end(hands[1], &waits[1].base, 1);
    assert_err(edo_once_cell_fini(&cell), -EBUSY);
    assert_ok(edo_once_cell_abandon(&cell));
    assert_ok(edo_once_cell_set(&cell, &five));
}

EDO_TEST_PLAIN(without_a_turn_nothing_can_be_ended)
{
    edo_once_cell cell = {0};

    assert_err(edo_once_cell_finish(&cell, &five), -EDO_EMISUSE);
    assert_err(edo_once_cell_abandon(&cell), -EDO_EMISUSE);
    assert_null(edo_once_cell_get(&cell));
    assert_ok(edo_once_cell_set(&cell, &five));
    assert_err(edo_once_cell_finish(&cell, &ten), -EDO_EMISUSE);
    assert_err(edo_once_cell_abandon(&cell), -EDO_EMISUSE);
    assert_ptr_equal(edo_once_cell_get(&cell), &five);
}

EDO_TEST_PLAIN(a_cancelled_wait_is_passed_over) /* sync-002 sync-003 sync-004 sync-006 */
{
    edo_once_cell cell = {0};
    edo_once_cell_begin_future waits[3], unpolled = edo_once_cell_begin_async(&cell, NULL);
    edo_test_task *hands[3];

    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    for (int i = 0; i < 3; i++) {
        waits[i] = edo_once_cell_begin_async(&cell, NULL);
        hands[i] = hand_wait(&waits[i].base);
    }
    edo_future_cancel(&unpolled.base);
    assert_ready_eq(&unpolled.base, -ECANCELED);
    edo_test_task_cancel(hands[0]);
    hand_cancel(hands[0], &waits[0].base, -ECANCELED);
    hand_waits_on(hands[1]);
    assert_ok(edo_once_cell_abandon(&cell));
    hand_waits_on(hands[2]);
    hand_end(hands[1], &waits[1].base, 1);
    hand_cancel(hands[2], &waits[2].base, -ECANCELED);
    assert_ok(edo_once_cell_abandon(&cell)); /* nobody is left: empty */
    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
}

EDO_TEST_PLAIN(ended_before_the_cancel_it_says_so) /* sync-005 */
{
    edo_once_cell cell = {0};
    void *got = NULL;
    edo_once_cell_begin_future turn = edo_once_cell_begin_async(&cell, NULL);
    edo_once_cell_begin_future value = edo_once_cell_begin_async(&cell, &got);

    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    edo_test_task *first = hand_wait(&turn.base), *second = hand_wait(&value.base);
    assert_ok(edo_once_cell_abandon(&cell));
    hand_cancel(first, &turn.base, 1); /* the turn is its caller's */
    assert_ok(edo_once_cell_finish(&cell, &five));
    hand_cancel(second, &value.base, 0);
    assert_ptr_equal(got, &five);
}

static void abandon(void *cell)
{
    assert_ok(edo_once_cell_abandon(cell));
}

static void finish_with_five(void *cell)
{
    assert_ok(edo_once_cell_finish(cell, &five));
}

EDO_TEST_PLAIN(a_loser_puts_its_turn_back) /* sync-019 */
{
    edo_once_cell cell = {0};
    edo_once_cell_begin_future loser = edo_once_cell_begin_async(&cell, NULL);
    edo_once_cell_begin_future next = edo_once_cell_begin_async(&cell, NULL);
    edo_future fresh = loser.base;

    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    lose_after(&loser.base, abandon, &cell); /* nobody waits beside it: the cell is empty */
    assert_int_equal(loser.base.result, -ECANCELED);
    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    loser.base = fresh; /* it is as good as new */
    edo_future *arms[2];
    probe winner = probe_pending();
    arms[0] = &winner.base;
    arms[1] = &loser.base;
    edo_select_future sel = edo_select_biased_async(arms, 2);
    assert_pending(&sel.base);
    edo_test_task *hand = hand_wait(&next.base);
    abandon(&cell);
    hand_waits_on(hand);
    probe_finish(&winner, 7);
    assert_ready_eq(&sel.base, 0);
    assert_int_equal(loser.base.result, -ECANCELED);
    hand_end(hand, &next.base, 1);
}

EDO_TEST_PLAIN(begun_anew_after_its_turn_was_put_back_it_sees_the_value)
{
    edo_once_cell cell = {0};
    void *got = NULL;
    edo_once_cell_begin_future wait = edo_once_cell_begin_async(&cell, &got);

    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    edo_test_task *hand = hand_wait(&wait.base);
    assert_ok(edo_once_cell_abandon(&cell));
    hand_end(hand, &wait.base, 1);
    edo_future_put_back(&wait.base);
    wait.base = (edo_future)EDO_FUTURE_INIT(wait.base.ops);
    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    hand = hand_wait(&wait.base);
    assert_ok(edo_once_cell_finish(&cell, &five));
    hand_end(hand, &wait.base, 0);
    assert_ptr_equal(got, &five);
    assert_ok(edo_once_cell_fini(&cell));
}

EDO_TEST_PLAIN(a_loser_that_saw_the_value_keeps_it)
{
    edo_once_cell cell = {0};
    void *got = NULL;
    edo_once_cell_begin_future loser = edo_once_cell_begin_async(&cell, &got);

    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    lose_after(&loser.base, finish_with_five, &cell);
    assert_int_equal(loser.base.result, 0);
    assert_ptr_equal(got, &five);
    assert_ptr_equal(edo_once_cell_get(&cell), &five);
}

EDO_TEST_PLAIN(taken_before_a_waiter_came_to_it_it_is_the_waiters_turn) /* sync-239 */
{
    edo_once_cell cell = {0};
    edo_once_cell_begin_future first = edo_once_cell_begin_async(&cell, NULL);
    edo_once_cell_begin_future second = edo_once_cell_begin_async(&cell, NULL);
    edo_once_cell_begin_future third = edo_once_cell_begin_async(&cell, NULL);

    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    edo_test_task *hands[] = {hand_wait(&first.base), hand_wait(&second.base),
                              hand_wait(&third.base)};
    assert_ok(edo_once_cell_finish(&cell, &five));
    assert_ptr_equal(edo_once_cell_take(&cell), &five);
    hand_end(hands[0], &first.base, 1);
    assert_int_equal(edo_test_task_poll(hands[1]), EDO_PENDING); /* it queues anew */
    hand_cancel(hands[2], &third.base, -ECANCELED);
    assert_ok(edo_once_cell_finish(&cell, &ten));
    hand_end(hands[1], &second.base, 0);
    assert_ptr_equal(edo_once_cell_get(&cell), &ten);
}

EDO_TEST_PLAIN(the_waker_of_the_latest_poll_is_called) /* sync-008 sync-009 sync-007 */
{
    edo_once_cell cell = {0};
    edo_once_cell_begin_future wait = edo_once_cell_begin_async(&cell, NULL);
    edo_test_task *hand;

    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    assert_pending(&wait.base);
    assert_ok(edo_test_task_new(&wait.base, &hand));
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
    assert_ok(edo_once_cell_abandon(&cell));
    assert_woken(0);
    hand_end(hand, &wait.base, 1);
    assert_ready_eq(&wait.base, 1);          /* a debug build mentions it */
    assert_ok(edo_once_cell_abandon(&cell)); /* it is one turn all the same */
    assert_err(edo_once_cell_abandon(&cell), -EDO_EMISUSE);
}

static void give_up_again(void *cell)
{
    (void)edo_once_cell_abandon(cell);
}

EDO_TEST_PLAIN(a_waker_may_use_the_cell) /* sync-012 */
{
    edo_once_cell cell = {0};
    edo_once_cell_begin_future first = edo_once_cell_begin_async(&cell, NULL);
    edo_once_cell_begin_future second = edo_once_cell_begin_async(&cell, NULL);
    edo_waker waker;

    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    assert_ok(edo_waker_new(give_up_again, NULL, &cell, &waker));
    assert_int_equal(edo_future_poll(&first.base, &waker), EDO_PENDING);
    edo_test_task *hand = hand_wait(&second.base);
    assert_ok(edo_once_cell_abandon(&cell)); /* the waker passes on the turn that it tells of */
    hand_end(hand, &second.base, 1);
    assert_ready_eq(&first.base, 1);
    edo_waker_drop(waker);
}

static int begin_aborted(void *cell)
{
    edo_once_cell_begin_future begin = edo_once_cell_begin_async(cell, NULL);

    assert_int_equal(edo_once_cell_begin(cell, NULL), 1);
    assert_ok(edo_task_self_abort());
    assert_ok(edo_once_cell_abandon(cell)); /* what it has it can give up */
    assert_err(edo_once_cell_begin(cell, NULL), -ECANCELED);
    assert_err(edo_await(&begin.base), -ECANCELED);
    return 0;
}

EDO_TEST_BOTH(an_aborted_task_gets_no_turn) /* sync-016 */
{
    edo_once_cell cell = {0};
    edo_task t;
    int ret = 1;

    assert_ok(edo_spawn(begin_aborted, &cell, &t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 0);
    assert_ok(edo_once_cell_set(&cell, &five)); /* nobody is making it */
}

EDO_TEST(a_kept_wait_gets_no_turn_while_nobody_polls_it) /* sync-026 */
{
    edo_once_cell cell = {0};
    edo_once_cell_begin_future kept = edo_once_cell_begin_async(&cell, NULL);
    edo_once_cell_begin_future other = edo_once_cell_begin_async(&cell, NULL);
    edo_sleep_future tick = edo_sleep_async(EDO_MILLIS(1));

    assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
    assert_int_equal(edo_select_keep(&kept.base, &tick.base), 1);
    edo_test_task *hand = hand_wait(&other.base); /* the first in the queue now */
    assert_ok(edo_once_cell_abandon(&cell));
    hand_end(hand, &other.base, 1);
    assert_ok(edo_once_cell_abandon(&cell));
    assert_int_equal(edo_select_keep(&kept.base, NULL), 0);
    assert_int_equal(kept.base.result, 1);
}

/* Cancelled after each step: a turn that it has is given up, and then nobody has one. */
struct canceled {
    edo_once_cell cell;
    edo_once_cell_begin_future fut;
};

static edo_future *begin_second(void *arg)
{
    struct canceled *c = arg;

    c->cell = (edo_once_cell)EDO_ONCE_CELL_INIT(NULL);
    assert_int_equal(edo_once_cell_begin(&c->cell, NULL), 1);
    c->fut = edo_once_cell_begin_async(&c->cell, NULL);
    return &c->fut.base;
}

static void abandon_first(void *arg)
{
    assert_ok(edo_once_cell_abandon(&((struct canceled *)arg)->cell));
}

static void check_one_turn(void *arg, unsigned step, int64_t result)
{
    struct canceled *c = arg;

    assert_true(result == 1 || result == -ECANCELED);
    if (result == 1 || step < 2)
        assert_ok(edo_once_cell_abandon(&c->cell));
    assert_err(edo_once_cell_abandon(&c->cell), -EDO_EMISUSE);
    assert_ok(edo_once_cell_fini(&c->cell));
}

EDO_TEST_PLAIN(cancelled_at_any_step_the_turn_is_somebodys) /* sync-004 sync-005 sync-006 */
{
    struct canceled c;

    assert_int_equal(edo_test_cancel_future(begin_second, abandon_first, check_one_turn, &c), 3);
}

static int count_turns(void *turns)
{
    do
        ++*(unsigned *)turns;
    while (edo_yield() == 0);
    return 0;
}

EDO_TEST(waits_that_never_pend_let_others_run) /* sync-014 */
{
    edo_once_cell cell = {0};
    unsigned turns = 0, waits = 0;
    edo_task other;

    assert_ok(edo_spawn(count_turns, &turns, &other));
    while (turns == 0) {
        assert_int_equal(edo_once_cell_begin(&cell, NULL), 1);
        assert_ok(edo_once_cell_abandon(&cell));
        assert_true(++waits <= 130);
    }
    assert_ok(edo_task_abort(other));
    assert_ok(edo_join(other, NULL));
}
