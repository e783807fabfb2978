/* mutex_wait_test.c: tasks and threads that lock, wait, move, and are cut short. */
#include "sync/rig.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>
#include <edo/testing_cancel.h>

#include "sched/sched.h"
#include "support/gate.h"

struct shared {
    edo_mutex mutex;
    gate gate;
    unsigned turns; /* plain: under the mutex */
    int results[4];
    unsigned order[128]; /* likewise */
};

static struct shared *shared_new(void)
{
    struct shared *s = calloc(1, sizeof *s);

    assert_non_null(s);
    pthread_mutex_init(&s->gate.lock, NULL);
    return s;
}

static void shared_free(struct shared *s)
{
    assert_ok(edo_mutex_fini(&s->mutex));
    free(s);
}

/* How many wait. Under the lock that guards them. */
static unsigned waiting_at(edo_mutex *m)
{
    unsigned n = 0;

    lock_take(&m->lock);
    for (edo_waiter *w = m->waiters.first; w; w = w->next)
        n++;
    lock_drop(&m->lock);
    return n;
}

/* --- waiting ------------------------------------------------------------------------------ */

static int take_a_turn(void *arg)
{
    struct shared *s = arg;
    int rc = edo_mutex_lock(&s->mutex);

    if (rc < 0)
        return rc;
    s->turns++;
    assert_ok(edo_mutex_unlock(&s->mutex));
    return 0;
}

EDO_TEST_BOTH(a_task_waits_for_the_holder) /* sync-159 */
{
    struct shared *s = shared_new();
    edo_task t;
    int ret = 1;

    assert_ok(edo_mutex_lock(&s->mutex));
    assert_ok(edo_spawn(take_a_turn, s, &t));
    task_wait_until(waiting_at(&s->mutex) == 1);
    assert_int_equal(s->turns, 0);
    assert_ok(edo_mutex_unlock(&s->mutex));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 0);
    assert_int_equal(s->turns, 1);
    shared_free(s);
}

struct numbered {
    struct shared *shared;
    unsigned number;
};

static int note_turn(void *arg)
{
    struct numbered *n = arg;
    struct shared *s = n->shared;

    assert_ok(edo_mutex_lock(&s->mutex));
    s->order[s->turns++] = n->number;
    assert_ok(edo_mutex_unlock(&s->mutex));
    return 0;
}

#define QUEUE 100

EDO_TEST(tasks_that_queue_come_out_in_order) /* sync-160 */
{
    struct shared *s = shared_new();
    edo_task tasks[QUEUE];

    assert_ok(edo_mutex_lock(&s->mutex));
    for (unsigned i = 0; i < QUEUE; i++) {
        struct numbered n = {s, i};
        assert_ok(edo_spawn_copy(note_turn, &n, sizeof n, &tasks[i]));
    }
    assert_ok(edo_yield());
    assert_int_equal(waiting_at(&s->mutex), QUEUE);
    assert_ok(edo_mutex_unlock(&s->mutex));
    for (unsigned i = 0; i < QUEUE; i++)
        assert_ok(edo_join(tasks[i], NULL));
    for (unsigned i = 0; i < QUEUE; i++)
        assert_int_equal(s->order[i], i);
    shared_free(s);
}

static void *thread_takes_a_turn(void *arg)
{
    return take_a_turn(arg) == 0 ? arg : NULL;
}

EDO_TEST_BOTH(a_plain_thread_waits_for_a_task) /* sync-013 sync-172 */
{
    struct shared *s = shared_new();

    assert_ok(edo_mutex_lock(&s->mutex));
    pthread_t other = start_thread(thread_takes_a_turn, s);
    task_wait_until(waiting_at(&s->mutex) == 1);
    assert_int_equal(s->turns, 0);
    assert_ok(edo_mutex_unlock(&s->mutex));
    assert_ptr_equal(join_thread(other), s);
    assert_int_equal(s->turns, 1);
    shared_free(s);
}

static void *add_often(void *arg)
{
    struct shared *s = arg;

    for (unsigned i = 0; i < test_count(10000); i++)
        assert_ok(take_a_turn(s));
    return NULL;
}

EDO_TEST_PLAIN(threads_alone_need_no_runtime) /* sync-013 sync-172 sync-173 */
{
    struct shared *s = shared_new();
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = start_thread(add_often, s);
    for (int i = 0; i < 3; i++)
        join_thread(threads[i]);
    assert_int_equal(s->turns, 3 * test_count(10000));
    shared_free(s);
}

static int add_and_yield(void *arg)
{
    struct shared *s = arg;

    for (unsigned i = 0; i < test_count(500); i++) {
        assert_ok(edo_mutex_lock(&s->mutex));
        unsigned seen = s->turns;
        assert_ok(edo_yield()); /* held across a suspension */
        s->turns = seen + 1;
        assert_ok(edo_mutex_unlock(&s->mutex));
    }
    return 0;
}

EDO_TEST_BOTH(the_next_holder_sees_what_was_written) /* sync-173 */
{
    struct shared *s = shared_new();
    edo_task tasks[8];

    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(add_and_yield, s, &tasks[i]));
    for (int i = 0; i < 8; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_int_equal(s->turns, 8 * test_count(500));
    shared_free(s);
}

/* --- whose it is -------------------------------------------------------------------------- */

static int call_over(void *arg)
{
    struct shared *s = arg;

    a_store(&s->results[0], 1, release);
    while (gate_waiting(&s->gate) == 0)
        block_thread_for(1);
    gate_open(&s->gate); /* who waits goes on here */
    return 0;
}

/* Waits, with the lock held, for one that has begun on another worker. */
static int lock_and_move(void *arg)
{
    struct shared *s = arg;
    const thread *before = thread_self();

    assert_ok(edo_mutex_lock(&s->mutex));
    if (test_workers() > 1)
        wait_until(a_load(&s->results[0], acquire));
    assert_ok(gate_wait(&s->gate));
    s->results[1] = thread_self() != before;
    return edo_mutex_unlock(&s->mutex);
}

EDO_TEST_MT(a_task_unlocks_on_another_worker) /* sync-169 */
{
    struct shared *s = shared_new();
    edo_task caller, mover;
    int ret = 1;

    for (int i = 0; i < 100 && !s->results[1]; i++) { /* now and then it is stolen back */
        s->gate.open = false;
        s->results[0] = 0;
        assert_ok(edo_spawn(call_over, s, &caller));
        assert_ok(edo_spawn(lock_and_move, s, &mover));
        assert_ok(edo_join(mover, &ret));
        assert_int_equal(ret, 0);
        assert_ok(edo_join(caller, NULL));
        if (test_workers() == 1)
            break;
    }
    assert_int_equal(s->results[1], test_workers() > 1);
    shared_free(s);
}

static int unlock_it(void *m)
{
    return edo_mutex_unlock(m);
}

EDO_TEST_BOTH(another_task_may_unlock) /* sync-169 sync-171 */
{
    struct shared *s = shared_new();
    edo_task t;
    int ret = 1;

    assert_ok(edo_mutex_lock(&s->mutex));
    assert_ok(edo_spawn(unlock_it, &s->mutex, &t));
    assert_ok(edo_mutex_lock(&s->mutex)); /* waits for that */
    assert_err(edo_mutex_try_lock(&s->mutex), -EAGAIN);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 0);
    assert_ok(edo_mutex_unlock(&s->mutex));
    shared_free(s);
}

/* --- cut short ---------------------------------------------------------------------------- */

static int hold_for_long(void *arg)
{
    struct shared *s = arg;
    edo_future never = edo_pending();

    assert_ok(edo_mutex_lock(&s->mutex));
    int rc = (int)edo_timeout(&never, EDO_MILLIS(1));
    assert_ok(edo_mutex_unlock(&s->mutex));
    return rc;
}

EDO_TEST(cut_short_while_it_holds_the_lock_it_unlocks) /* sync-165 */
{
    struct shared *s = shared_new();
    edo_task t;
    int ret = 0;

    assert_ok(edo_spawn(hold_for_long, s, &t));
    assert_ok(edo_yield());
    assert_err(edo_mutex_try_lock(&s->mutex), -EAGAIN);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -ETIMEDOUT);
    edo_mutex_lock_future wait = edo_mutex_lock_async(&s->mutex);
    assert_ok((int)edo_timeout(&wait.base, EDO_MILLIS(1)));
    assert_ok(edo_mutex_unlock(&s->mutex));
    shared_free(s);
}

static int lock_for_a_ms(void *arg)
{
    struct shared *s = arg;
    edo_mutex_lock_future wait = edo_mutex_lock_async(&s->mutex);

    return (int)edo_timeout(&wait.base, EDO_MILLIS(1));
}

EDO_TEST(given_up_while_it_waits_it_leaves_no_trace) /* sync-166 */
{
    struct shared *s = shared_new();
    edo_task t;
    int ret = 0;

    assert_ok(edo_mutex_lock(&s->mutex));
    assert_ok(edo_spawn(lock_for_a_ms, s, &t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, -ETIMEDOUT);
    assert_int_equal(waiting_at(&s->mutex), 0);
    assert_ok(edo_mutex_unlock(&s->mutex));
    edo_mutex_lock_future wait = edo_mutex_lock_async(&s->mutex);
    assert_ready_eq(&wait.base, 0);
    assert_ok(edo_mutex_unlock(&s->mutex));
    shared_free(s);
}

static int hold_over_yields(void *arg)
{
    struct shared *s = arg;

    for (int i = 0; i < 3; i++) {
        int rc = edo_mutex_lock(&s->mutex);
        if (rc < 0)
            return rc;
        rc = edo_yield();
        assert_ok(edo_mutex_unlock(&s->mutex));
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* With another that does the same, and is not aborted. */
static int hold_beside_another(void *arg)
{
    edo_task other;
    int rc = edo_spawn(hold_over_yields, arg, &other);

    if (rc < 0)
        return rc;
    rc = hold_over_yields(arg);
    assert_ok(edo_task_detach(other));
    return rc;
}

static void check_free(void *arg, unsigned step)
{
    struct shared *s = arg;

    (void)step;
    assert_int_equal(s->mutex.word, 0);
    assert_int_equal(waiting_at(&s->mutex), 0);
}

EDO_TEST_PLAIN(aborted_at_any_step_a_task_leaves_it_free) /* sync-165 sync-166 */
{
    struct shared *s = shared_new();

    assert_true(edo_test_cancel_everywhere(hold_beside_another, check_free, s) > 3);
    shared_free(s);
}

static int lock_when_aborted(void *arg)
{
    struct shared *s = arg;

    assert_ok(edo_mutex_lock(&s->mutex));
    assert_ok(edo_task_self_abort());
    s->results[0] = edo_mutex_unlock(&s->mutex);
    s->results[1] = edo_mutex_lock(&s->mutex);
    s->results[2] = edo_mutex_try_lock(&s->mutex);
    s->results[3] = edo_mutex_unlock(&s->mutex);
    return 0;
}

EDO_TEST_BOTH(an_aborted_task_can_unlock_but_not_wait) /* sync-016 */
{
    struct shared *s = shared_new();
    edo_task t;

    assert_ok(edo_spawn(lock_when_aborted, s, &t));
    assert_ok(edo_join(t, NULL));
    assert_int_equal(s->results[0], 0);
    assert_int_equal(s->results[1], -ECANCELED); /* though it was free */
    assert_int_equal(s->results[2], 0);
    assert_int_equal(s->results[3], 0);
    shared_free(s);
}

struct looper {
    struct shared *shared;
    int (*lock)(edo_mutex *mutex);
};

static int lock_for_ever(void *arg)
{
    struct looper *l = arg;
    struct shared *s = l->shared;

    while (!gate_is_open(&s->gate)) {
        assert_ok(l->lock(&s->mutex));
        s->turns++;
        assert_ok(edo_mutex_unlock(&s->mutex));
    }
    return 0;
}

static int open_it(void *g)
{
    gate_open(g);
    return 0;
}

static int lock_without_owner(edo_mutex *mutex)
{
    return edo_mutex_lock_owned(mutex, (edo_owner){0});
}

static int lock_by_a_future(edo_mutex *mutex)
{
    edo_mutex_lock_future wait = edo_mutex_lock_async(mutex);

    return (int)edo_await(&wait.base);
}

EDO_TEST(a_loop_over_a_free_lock_lets_others_run) /* sync-014 */
{
    static int (*const ways[])(edo_mutex *) = {edo_mutex_lock, lock_without_owner,
                                               lock_by_a_future};

    for (int i = 0; i < 3; i++) {
        struct shared *s = shared_new();
        struct looper l = {s, ways[i]};
        edo_task looper, other;
        assert_ok(edo_spawn(lock_for_ever, &l, &looper));
        assert_ok(edo_spawn(open_it, &s->gate, &other));
        assert_ok(edo_join(looper, NULL));
        assert_ok(edo_join(other, NULL));
        assert_in_range(s->turns, 1, 129); /* a budget, and the one it ended in */
        shared_free(s);
    }
}

EDO_TEST(refused_for_its_budget_and_cancelled_it_holds_nothing) /* sync-006 */
{
    struct shared *s = shared_new();
    edo_mutex_lock_future wait = edo_mutex_lock_async(&s->mutex);

    while (edo_has_budget())
        assert_ok(edo_consume_budget());
    assert_pending(&wait.base); /* though it is free */
    edo_future_cancel(&wait.base);
    assert_ready_eq(&wait.base, -ECANCELED);
    assert_ok(edo_mutex_try_lock(&s->mutex));
    assert_ok(edo_mutex_unlock(&s->mutex));
    shared_free(s);
}

/* --- no arm is left alive and unpolled ---------------------------------------------------- */

static int lock_briefly(void *arg)
{
    struct shared *s = arg;

    assert_ok(edo_mutex_lock(&s->mutex));
    assert_ok(edo_sleep(EDO_MILLIS(5)));
    return edo_mutex_unlock(&s->mutex);
}

/*
 * The program of Oxide's RFD 609: a lock under way loses a select against a sleep, and the winner's
 * code locks the same mutex while the loser still stands before it in the queue. There nobody polls
 * the loser any more, and everything waits for it.
 */
EDO_TEST_BOTH(a_lock_that_lost_a_select_does_not_stand_in_the_way) /* sync-004 */
{
    struct shared *s = shared_new();
    edo_task t;

    assert_ok(edo_spawn(lock_briefly, s, &t));
    task_wait_until(a_load(&s->mutex.word, relaxed) != 0);
    edo_mutex_lock_future first = edo_mutex_lock_async(&s->mutex);
    edo_sleep_future sleep = edo_sleep_async(EDO_MICROS(500));
    int won = edo_select(&first.base, &sleep.base);
    if (won == 0) { /* the sleep was slow */
        assert_ok(edo_mutex_unlock(&s->mutex));
    } else {
        assert_int_equal(won, 1);
        assert_int_equal(first.base.result, -ECANCELED); /* out of the queue */
        edo_mutex_lock_future second = edo_mutex_lock_async(&s->mutex);
        assert_ok((int)edo_timeout(&second.base, EDO_SECONDS(10)));
        assert_ok(edo_mutex_unlock(&s->mutex));
    }
    assert_ok(edo_join(t, NULL));
    shared_free(s);
}
