/* rwlock_wait_test.c: tasks and threads that read and write, wait, and are cut short. */
#include "sync/rig.h"

#include <stdlib.h>

#include <edo/error.h>
#include <edo/testing_cancel.h>

#include "sched/sched.h"
#include "support/gate.h"

struct shared {
    edo_rwlock rwlock;
    gate gate;
    unsigned value;   /* plain: under the lock */
    unsigned readers; /* atomic: in at once */
    int results[5];
};

static struct shared *shared_new(void)
{
    struct shared *s = calloc(1, sizeof *s);

    assert_non_null(s);
    assert_ok(edo_rwlock_init(&s->rwlock, EDO_RWLOCK_MAX_READERS));
    pthread_mutex_init(&s->gate.lock, NULL);
    return s;
}

static void shared_free(struct shared *s)
{
    assert_ok(edo_rwlock_fini(&s->rwlock));
    free(s);
}

/* How many wait. Under the lock that guards them. */
static unsigned waiting_at(edo_rwlock *l)
{
    unsigned n = 0;

    lock_take(&l->permits.lock);
    for (edo_waiter *w = l->permits.waiters.first; w; w = w->next)
        n++;
    lock_drop(&l->permits.lock);
    return n;
}

/* --- on eight workers --------------------------------------------------------------------- */

static void on_eight_workers(int (*fn)(void *arg), void *arg)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 8), &runtime));
    assert_ok(edo_block_on(runtime, fn, arg));
    assert_ok(edo_runtime_free(runtime));
}

struct adder {
    struct shared *shared;
    unsigned step;
    unsigned times;
};

static int add_often(void *arg)
{
    struct adder *a = arg;

    for (unsigned i = 0; i < a->times; i++) {
        assert_ok(edo_rwlock_write(&a->shared->rwlock));
        a->shared->value += a->step;
        assert_ok(edo_rwlock_unlock_write(&a->shared->rwlock));
    }
    return 0;
}

static int add_by_four(void *arg)
{
    static const unsigned steps[] = {2, 3, 5, 7};
    edo_task tasks[4];

    for (int i = 0; i < 4; i++) {
        struct adder a = {arg, steps[i], 1000};
        assert_ok(edo_spawn_copy(add_often, &a, sizeof a, &tasks[i]));
    }
    for (int i = 0; i < 4; i++)
        assert_ok(edo_join(tasks[i], NULL));
    return 0;
}

EDO_TEST_PLAIN(writers_lose_no_addition) /* sync-184 */
{
    struct shared *s = shared_new();

    on_eight_workers(add_by_four, s);
    assert_int_equal(s->value, 17000);
    shared_free(s);
}

static int look_often(void *arg)
{
    struct shared *s = arg;

    for (unsigned i = 0; i < 100; i++) {
        assert_ok(edo_rwlock_read(&s->rwlock));
        unsigned seen = s->value;
        assert_ok(edo_yield());
        assert_int_equal(s->value, seen);
        assert_ok(edo_rwlock_unlock_read(&s->rwlock));
        assert_true(seen == 0 || seen == 5 || seen == 10);
    }
    return 0;
}

/* In two steps, between which nobody may look. */
static int add_five(void *arg)
{
    struct shared *s = arg;

    assert_ok(edo_rwlock_write(&s->rwlock));
    s->value += 2;
    assert_ok(edo_yield());
    s->value += 3;
    return edo_rwlock_unlock_write(&s->rwlock);
}

EDO_TEST_BOTH(readers_see_what_whole_writes_made) /* sync-185 */
{
    for (unsigned round = 0; round < test_count(20); round++) {
        struct shared *s = shared_new();
        edo_task tasks[6];
        for (int i = 0; i < 6; i++)
            assert_ok(edo_spawn(i % 3 == 1 ? add_five : look_often, s, &tasks[i]));
        for (int i = 0; i < 6; i++)
            assert_ok(edo_join(tasks[i], NULL));
        assert_int_equal(s->value, 10);
        shared_free(s);
    }
}

/* --- waiting ------------------------------------------------------------------------------ */

static int write_it(void *arg)
{
    struct shared *s = arg;
    int rc = edo_rwlock_write(&s->rwlock);

    if (rc < 0)
        return rc;
    s->value++;
    return edo_rwlock_unlock_write(&s->rwlock);
}

static int read_at_the_gate(void *arg)
{
    struct shared *s = arg;

    assert_ok(edo_rwlock_read(&s->rwlock));
    unsigned in = a_fetch_add(&s->readers, 1, seq_cst) + 1;
    if (in == 3)
        gate_open(&s->gate); /* all of them are in */
    assert_ok(gate_wait(&s->gate));
    a_fetch_sub(&s->readers, 1, seq_cst);
    return edo_rwlock_unlock_read(&s->rwlock);
}

EDO_TEST_BOTH(readers_that_wait_come_in_together) /* sync-176 */
{
    struct shared *s = shared_new();
    edo_task tasks[3];

    assert_ok(edo_rwlock_write(&s->rwlock));
    for (int i = 0; i < 3; i++)
        assert_ok(edo_spawn(read_at_the_gate, s, &tasks[i]));
    task_wait_until(waiting_at(&s->rwlock) == 3);
    assert_int_equal(a_load(&s->readers, seq_cst), 0);
    assert_ok(edo_rwlock_unlock_write(&s->rwlock));
    for (int i = 0; i < 3; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_true(gate_is_open(&s->gate));
    shared_free(s);
}

static void *thread_writes(void *arg)
{
    return write_it(arg) == 0 ? arg : NULL;
}

static void *thread_reads(void *arg)
{
    struct shared *s = arg;

    assert_ok(edo_rwlock_read(&s->rwlock));
    unsigned seen = s->value;
    assert_ok(edo_rwlock_unlock_read(&s->rwlock));
    return seen == 7 ? arg : NULL;
}

EDO_TEST_BOTH(plain_threads_wait_for_a_task) /* sync-013 sync-186 */
{
    struct shared *s = shared_new();

    assert_ok(edo_rwlock_write(&s->rwlock));
    pthread_t other = start_thread(thread_reads, s);
    task_wait_until(waiting_at(&s->rwlock) == 1);
    s->value = 7;
    assert_ok(edo_rwlock_downgrade(&s->rwlock));
    assert_ptr_equal(join_thread(other), s);
    other = start_thread(thread_writes, s);
    task_wait_until(waiting_at(&s->rwlock) == 1);
    assert_int_equal(s->value, 7);
    assert_ok(edo_rwlock_unlock_read(&s->rwlock));
    assert_ptr_equal(join_thread(other), s);
    assert_int_equal(s->value, 8);
    shared_free(s);
}

static void *write_often(void *arg)
{
    for (unsigned i = 0; i < test_count(3000); i++)
        assert_ok(write_it(arg));
    return NULL;
}

EDO_TEST_PLAIN(threads_alone_need_no_runtime) /* sync-013 sync-186 */
{
    struct shared *s = shared_new();
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        threads[i] = start_thread(write_often, s);
    for (int i = 0; i < 3; i++)
        join_thread(threads[i]);
    assert_int_equal(s->value, 3 * test_count(3000));
    shared_free(s);
}

/* --- cut short, and the budget ------------------------------------------------------------- */

static int write_then_read(void *arg)
{
    struct shared *s = arg;

    for (int i = 0; i < 2; i++) {
        int rc = edo_rwlock_write(&s->rwlock);
        if (rc < 0)
            return rc;
        rc = edo_yield();
        assert_ok(edo_rwlock_downgrade(&s->rwlock));
        if (rc == 0)
            rc = edo_yield();
        assert_ok(edo_rwlock_unlock_read(&s->rwlock));
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* With another that does the same, and is not aborted. */
static int write_beside_another(void *arg)
{
    edo_task other;
    int rc = edo_spawn(write_then_read, arg, &other);

    if (rc < 0)
        return rc;
    rc = write_then_read(arg);
    assert_ok(edo_task_detach(other));
    return rc;
}

static void check_free(void *arg, unsigned step)
{
    struct shared *s = arg;

    (void)step;
    assert_ok(edo_rwlock_try_write(&s->rwlock));
    assert_int_equal(waiting_at(&s->rwlock), 0);
    assert_ok(edo_rwlock_unlock_write(&s->rwlock));
}

EDO_TEST_PLAIN(aborted_at_any_step_a_task_leaves_it_free) /* sync-006 sync-188 */
{
    struct shared *s = shared_new();

    assert_true(edo_test_cancel_everywhere(write_beside_another, check_free, s) > 3);
    shared_free(s);
}

static int lock_when_aborted(void *arg)
{
    struct shared *s = arg;

    assert_ok(edo_rwlock_write(&s->rwlock));
    assert_ok(edo_task_self_abort());
    s->results[0] = edo_rwlock_downgrade(&s->rwlock);
    s->results[1] = edo_rwlock_unlock_read(&s->rwlock);
    s->results[2] = edo_rwlock_read(&s->rwlock);
    s->results[3] = edo_rwlock_write(&s->rwlock);
    s->results[4] = edo_rwlock_try_write(&s->rwlock);
    return edo_rwlock_unlock_write(&s->rwlock);
}

EDO_TEST_BOTH(an_aborted_task_can_unlock_but_not_wait) /* sync-016 */
{
    struct shared *s = shared_new();
    edo_task t;
    int ret = 1;

    assert_ok(edo_spawn(lock_when_aborted, s, &t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 0);
    assert_int_equal(s->results[0], 0);
    assert_int_equal(s->results[1], 0);
    assert_int_equal(s->results[2], -ECANCELED); /* though it was free */
    assert_int_equal(s->results[3], -ECANCELED);
    assert_int_equal(s->results[4], 0);
    shared_free(s);
}

static int read_for_ever(void *arg)
{
    struct shared *s = arg;

    while (!gate_is_open(&s->gate)) {
        assert_ok(edo_rwlock_read(&s->rwlock));
        s->value++;
        assert_ok(edo_rwlock_unlock_read(&s->rwlock));
    }
    return 0;
}

static int open_it(void *g)
{
    gate_open(g);
    return 0;
}

EDO_TEST(a_loop_over_a_free_lock_lets_others_run) /* sync-014 */
{
    struct shared *s = shared_new();
    edo_task looper, other;

    assert_ok(edo_spawn(read_for_ever, s, &looper));
    assert_ok(edo_spawn(open_it, &s->gate, &other));
    assert_ok(edo_join(looper, NULL));
    assert_ok(edo_join(other, NULL));
    assert_in_range(s->value, 1, 129); /* a budget, and the one it ended in */
    shared_free(s);
}

EDO_TEST_BOTH(a_writer_that_is_aborted_lets_readers_in) /* sync-004 sync-006 */
{
    struct shared *s = shared_new();
    edo_task writer, reader;
    int ret = 0;

    assert_ok(edo_rwlock_read(&s->rwlock));
    assert_ok(edo_spawn(write_it, s, &writer));
    task_wait_until(waiting_at(&s->rwlock) == 1);
    assert_ok(edo_spawn(read_at_the_gate, s, &reader));
    task_wait_until(waiting_at(&s->rwlock) == 2);
    assert_ok(edo_task_abort(writer));
    assert_ok(edo_join(writer, &ret));
    assert_int_equal(ret, -ECANCELED);
    gate_open(&s->gate);
    assert_ok(edo_join(reader, NULL)); /* with our read lock held */
    assert_int_equal(s->value, 0);
    assert_ok(edo_rwlock_unlock_read(&s->rwlock));
    shared_free(s);
}
