/* set_once_test.c: a value set once, and those who wait for it. */
#include <stdlib.h>

#include "sync/rig.h"

static int five = 5, ten = 10;

EDO_TEST_PLAIN(wait_pends_until_it_is_set) /* sync-242 sync-011 */
{
    edo_set_once cell = EDO_SET_ONCE_INIT(NULL);
    void *got[4] = {0};
    edo_set_once_wait_future waits[3];
    edo_test_task *hands[3];

    assert_null(edo_set_once_get(&cell));
    assert_false(edo_set_once_is_set(&cell));
    for (int i = 0; i < 3; i++) {
        waits[i] = edo_set_once_wait_async(&cell, &got[i]);
        hands[i] = hand_wait(&waits[i].base);
        hand_waits_on(hands[i]);
    }
    assert_err(edo_set_once_fini(&cell), -EBUSY);
    assert_ok(edo_set_once_set(&cell, &five));
    edo_set_once_wait_future late = edo_set_once_wait_async(&cell, &got[3]);
    assert_ready_eq(&late.base, 0);
    for (int i = 0; i < 3; i++)
        hand_end(hands[i], &waits[i].base, 0);
    for (int i = 0; i < 4; i++)
        assert_ptr_equal(got[i], &five);
    assert_ok(edo_set_once_wait(&cell, NULL));
    assert_ptr_equal(edo_set_once_get(&cell), &five);
    assert_true(edo_set_once_is_set(&cell));
    assert_ok(edo_set_once_fini(&cell));
}

EDO_TEST_PLAIN(a_second_set_is_refused) /* sync-243 */
{
    edo_set_once cell = {0};

    assert_err(edo_set_once_set(&cell, NULL), -EINVAL);
    assert_ok(edo_set_once_set(&cell, &five));
    assert_err(edo_set_once_set(&cell, &ten), -EEXIST);
    assert_err(edo_set_once_set(&cell, &five), -EEXIST);
    assert_ptr_equal(edo_set_once_get(&cell), &five);
}

struct race {
    edo_set_once cell;
    unsigned ready, won; /* atomic */
    bool waited;
};

static void *set_at_once(void *arg)
{
    struct race *r = arg;
    int *mine = malloc(sizeof *mine);

    assert_non_null(mine);
    *mine = 5;
    a_fetch_add(&r->ready, 1, relaxed);
    wait_until(a_load(&r->ready, relaxed) == 2);
    int rc = edo_set_once_set(&r->cell, mine);
    assert_true(rc == 0 || rc == -EEXIST);
    if (rc == 0)
        a_fetch_add(&r->won, 1, relaxed);
    else
        free(mine); /* still ours */
    return NULL;
}

EDO_TEST_PLAIN(of_two_who_set_at_once_one_succeeds) /* sync-244 */
{
    for (unsigned i = 0; i < test_count(300); i++) {
        struct race r = {.cell = EDO_SET_ONCE_INIT(free)};
        edo_set_once_wait_future wait = edo_set_once_wait_async(&r.cell, NULL);
        if (i % 2)
            assert_pending(&wait.base); /* both ways to set: with and without somebody waiting */
        pthread_t one = start_thread(set_at_once, &r), two = start_thread(set_at_once, &r);
        join_thread(one);
        join_thread(two);
        assert_int_equal(r.won, 1);
        assert_ready_eq(&wait.base, 0);
        assert_ok(edo_set_once_fini(&r.cell));
    }
}

struct from_thread {
    edo_set_once *cell;
    int value; /* plain */
};

static void *set_from_a_thread(void *arg)
{
    struct from_thread *f = arg;

    f->value = 42;
    assert_ok(edo_set_once_set(f->cell, &f->value));
    return NULL;
}

EDO_TEST_BOTH(a_thread_sets_what_a_task_waits_for) /* sync-245 */
{
    for (unsigned i = 0; i < test_count(200); i++) {
        edo_set_once cell = {0};
        struct from_thread f = {.cell = &cell};
        pthread_t other = start_thread(set_from_a_thread, &f);
        void *got;
        assert_ok(edo_set_once_wait(&cell, &got));
        assert_int_equal(*(int *)got, 42);
        assert_ok(edo_set_once_fini(&cell)); /* the thread may not have returned from its set */
        join_thread(other);
    }
}

EDO_TEST_PLAIN(a_thread_waits_without_a_runtime) /* sync-245 sync-013 */
{
    edo_set_once cell = {0};
    struct from_thread f = {.cell = &cell};
    pthread_t other = start_thread(set_from_a_thread, &f);

    assert_ok(edo_set_once_wait(&cell, NULL));
    assert_int_equal(f.value, 42);
    join_thread(other);
}

static unsigned ended; /* how often a value's destructor ran */
static void *last_ended;

static void end_value(void *value)
{
    ended++;
    last_ended = value;
}

EDO_TEST_PLAIN(its_value_is_destroyed_once_with_it) /* sync-246 */
{
    edo_set_once cell = EDO_SET_ONCE_INIT(end_value);

    assert_ok(edo_set_once_set(&cell, &five));
    assert_err(edo_set_once_set(&cell, &ten), -EEXIST);
    assert_int_equal(ended, 0);
    assert_ok(edo_set_once_fini(&cell));
    assert_int_equal(ended, 1);
    assert_ptr_equal(last_ended, &five);
    edo_set_once_init(&cell, end_value);
    assert_ok(edo_set_once_fini(&cell)); /* an empty one has nothing to end */
    assert_int_equal(ended, 1);
}

EDO_TEST_PLAIN(a_value_taken_out_is_the_takers) /* sync-246 */
{
    edo_set_once cell = EDO_SET_ONCE_INIT(end_value);
    edo_set_once_wait_future wait = edo_set_once_wait_async(&cell, NULL);

    assert_null(edo_set_once_take(&cell)); /* empty */
    edo_test_task *hand = hand_wait(&wait.base);
    assert_null(edo_set_once_take(&cell)); /* and waited for */
    assert_ok(edo_set_once_set(&cell, &five));
    hand_end(hand, &wait.base, 0);
    assert_ptr_equal(edo_set_once_take(&cell), &five);
    assert_null(edo_set_once_take(&cell));
    assert_ok(edo_set_once_set(&cell, &ten)); /* as new */
    assert_ptr_equal(edo_set_once_take(&cell), &ten);
    assert_ok(edo_set_once_fini(&cell));
    assert_int_equal(ended, 0);
}

EDO_TEST_PLAIN(taken_before_a_waiter_came_to_it_the_wait_goes_on)
{
    edo_set_once cell = {0};
    void *got = NULL;
    edo_set_once_wait_future wait = edo_set_once_wait_async(&cell, &got);
    edo_set_once_wait_future other = edo_set_once_wait_async(&cell, NULL);
    edo_test_task *hand = hand_wait(&wait.base), *second = hand_wait(&other.base);

    assert_ok(edo_set_once_set(&cell, &five));
    assert_ptr_equal(edo_set_once_take(&cell), &five);
    hand_cancel(second, &other.base, -ECANCELED); /* what it waited for isn't there */
    assert_int_equal(edo_test_task_wake_count(hand), 1);
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
    assert_ok(edo_set_once_set(&cell, &ten));
    hand_end(hand, &wait.base, 0);
    assert_ptr_equal(got, &ten);
    assert_ok(edo_set_once_fini(&cell));
}

EDO_TEST_PLAIN(a_cancelled_wait_leaves_the_queue) /* sync-002 sync-003 sync-004 sync-006 */
{
    edo_set_once cell = {0};
    void *got[3] = {0};
    edo_set_once_wait_future waits[3];
    edo_test_task *hands[2];

    for (int i = 0; i < 3; i++)
        waits[i] = edo_set_once_wait_async(&cell, &got[i]);
    for (int i = 0; i < 2; i++)
        hands[i] = hand_wait(&waits[i].base);
    edo_future_cancel(&waits[2].base); /* never polled */
    assert_ready_eq(&waits[2].base, -ECANCELED);
    edo_test_task_cancel(hands[0]);
    hand_cancel(hands[0], &waits[0].base, -ECANCELED);
    hand_waits_on(hands[1]);
    hand_cancel(hands[1], &waits[1].base, -ECANCELED);
    assert_ok(edo_set_once_set(&cell, &five)); /* with nobody left */
    for (int i = 0; i < 3; i++)
        assert_null(got[i]);
    assert_ok(edo_set_once_fini(&cell));
}

static void set_five(void *cell)
{
    assert_ok(edo_set_once_set(cell, &five));
}

EDO_TEST_PLAIN(set_before_the_cancel_it_says_0) /* sync-005 */
{
    edo_set_once cell = {0};
    void *got = NULL;
    edo_set_once_wait_future wait = edo_set_once_wait_async(&cell, &got);
    edo_set_once_wait_future loser = edo_set_once_wait_async(&cell, NULL);
    edo_test_task *hand = hand_wait(&wait.base);

    lose_after(&loser.base, set_five, &cell);
    assert_int_equal(loser.base.result, 0); /* it took nothing, and knows the value */
    hand_cancel(hand, &wait.base, 0);
    assert_ptr_equal(got, &five);
}

EDO_TEST_PLAIN(the_waker_of_the_latest_poll_is_called) /* sync-008 sync-009 sync-007 */
{
    edo_set_once cell = {0};
    edo_set_once_wait_future wait = edo_set_once_wait_async(&cell, NULL);
    edo_test_task *hand;

    assert_pending(&wait.base);
    assert_ok(edo_test_task_new(&wait.base, &hand));
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
    assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
    assert_ok(edo_set_once_set(&cell, &five));
    assert_woken(0);
    hand_end(hand, &wait.base, 0);
    assert_ready_eq(&wait.base, 0); /* a debug build mentions it */
}

static void look_and_set(void *cell)
{
    assert_ptr_equal(edo_set_once_get(cell), &five);
    assert_err(edo_set_once_set(cell, &ten), -EEXIST);
    assert_ok(edo_set_once_wait(cell, NULL));
}

EDO_TEST_PLAIN(a_waker_may_use_the_cell) /* sync-012 */
{
    edo_set_once cell = {0};
    edo_set_once_wait_future wait = edo_set_once_wait_async(&cell, NULL);
    edo_waker waker;

    assert_ok(edo_waker_new(look_and_set, NULL, &cell, &waker));
    assert_int_equal(edo_future_poll(&wait.base, &waker), EDO_PENDING);
    assert_ok(edo_set_once_set(&cell, &five));
    assert_ready_eq(&wait.base, 0);
    edo_waker_drop(waker);
}

static int wait_aborted(void *cell)
{
    edo_set_once_wait_future wait = edo_set_once_wait_async(cell, NULL);

    assert_ok(edo_task_self_abort());
    assert_ok(edo_set_once_set(cell, &five)); /* what is no wait still works */
    assert_err(edo_set_once_wait(cell, NULL), -ECANCELED);
    assert_err(edo_await(&wait.base), -ECANCELED);
    assert_ptr_equal(edo_set_once_get(cell), &five);
    return 0;
}

EDO_TEST_BOTH(an_aborted_task_does_not_wait) /* sync-016 */
{
    edo_set_once cell = {0};
    edo_task t;
    int ret = 1;

    assert_ok(edo_spawn(wait_aborted, &cell, &t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 0);
}

EDO_TEST(a_kept_wait_is_not_in_the_queue) /* sync-026 */
{
    edo_set_once cell = {0};
    void *got = NULL;
    edo_set_once_wait_future kept = edo_set_once_wait_async(&cell, &got);
    edo_sleep_future tick = edo_sleep_async(EDO_MILLIS(1));

    assert_int_equal(edo_select_keep(&kept.base, &tick.base), 1);
    assert_ok(edo_set_once_fini(&cell)); /* nobody is linked */
    assert_ok(edo_set_once_set(&cell, &five));
    assert_null(got);
    assert_int_equal(edo_select_keep(&kept.base, NULL), 0);
    assert_ptr_equal(got, &five);
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
    edo_set_once cell = {0};
    unsigned turns = 0, waits = 0;
    edo_task other;

    assert_ok(edo_set_once_set(&cell, &five));
    assert_ok(edo_spawn(count_turns, &turns, &other));
    while (turns == 0) {
        assert_ok(edo_set_once_wait(&cell, NULL));
        assert_true(++waits <= 130);
    }
    assert_ok(edo_task_abort(other));
    assert_ok(edo_join(other, NULL));
}

EDO_TEST_PLAIN(null_is_no_cell)
{
    edo_set_once_init(NULL, NULL);
    assert_err(edo_set_once_fini(NULL), -EINVAL);
    assert_err(edo_set_once_set(NULL, &five), -EINVAL);
    assert_null(edo_set_once_get(NULL));
    assert_null(edo_set_once_take(NULL));
    assert_false(edo_set_once_is_set(NULL));
    assert_err(edo_set_once_wait(NULL, NULL), -EINVAL);
}
