/* pinned_pool_test.c: threads whose tasks never leave them. */
#include "runtime/rig.h"
#include "support/gate.h"

#include <edo/error.h>

static edo_pinned_pool *new_pool(size_t threads)
{
    edo_pinned_pool *pool;

    assert_ok(edo_pinned_pool_new(threads, &pool));
    assert_int_equal(edo_pinned_pool_size(pool), threads);
    return pool;
}

/* Its task's end is counted a moment after that can be joined. */
static void wait_for_load(edo_pinned_pool *pool, size_t index, size_t load)
{
    wait_until(edo_pinned_pool_load(pool, index) == load);
}

static __thread int uses;

__attribute__((noinline)) static int *my_uses(void)
{
    int *here = &uses;

    __asm__ volatile("" : "+r"(here)); /* or it would be taken to be the same on each thread */
    return here;
}

/* Uses what its thread has, without a lock, over waits. */
static int use_thread_state(void *arg)
{
    pid_t *tid = arg;

    *tid = gettid();
    for (int i = 0; i < 10; i++) {
        int before = *my_uses();
        *my_uses() = before + 1;
        assert_ok(edo_sleep((edo_duration){10000}));
        assert_int_equal(gettid(), *tid);
    }
    return *my_uses();
}

EDO_TEST_BOTH(a_pool_runs_tasks_with_state_of_their_thread) /* util-074 */
{
    edo_pinned_pool *one = new_pool(1), *two = new_pool(2);
    pid_t tids[3];
    edo_task tasks[3];

    assert_ok(edo_pinned_pool_spawn(one, use_thread_state, &tids[0], &tasks[0]));
    for (size_t i = 0; i < 2; i++)
        assert_ok(edo_pinned_pool_spawn_on(two, i, use_thread_state, &tids[1 + i], &tasks[1 + i]));
    for (int i = 0; i < 3; i++)
        assert_int_equal(join_result(tasks[i]), 10);
    assert_true(tids[0] != tids[1] && tids[1] != tids[2] && tids[0] != gettid());
    assert_ok(edo_pinned_pool_free(one));
    assert_ok(edo_pinned_pool_free(two));
}

static int send_later(void *arg)
{
    int item = 42;

    assert_ok(edo_sleep(EDO_MILLIS(2)));
    assert_ok(edo_mpsc_send(arg, &item));
    edo_mpsc_sender_free(arg);
    return 0;
}

EDO_TEST_BOTH(a_task_goes_on_when_its_handle_is_released) /* util-075 */
{
    edo_pinned_pool *pool = new_pool(1);
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_task detached;
    int item = 0;

    assert_ok(edo_mpsc_new(EDO_ITEM(int), 1, &tx, &rx));
    assert_ok(edo_pinned_pool_spawn(pool, send_later, tx, &detached));
    assert_ok(edo_task_detach(detached));
    assert_int_equal(edo_mpsc_recv(rx, &item), 1);
    assert_int_equal(item, 42);
    edo_mpsc_receiver_free(rx);
    assert_ok(edo_pinned_pool_free(pool));
}

EDO_TEST_PLAIN(sizes_and_indices_out_of_range_are_refused) /* util-076 */
{
    edo_pinned_pool *pool = NULL;

    assert_int_equal(edo_pinned_pool_new(0, &pool), -EINVAL);
    assert_int_equal(edo_pinned_pool_new(4097, &pool), -EINVAL);
    assert_int_equal(edo_pinned_pool_new(1, NULL), -EINVAL);
    assert_null(pool);
    pool = new_pool(2);
    assert_int_equal(edo_pinned_pool_spawn_on(pool, 2, do_nothing, NULL, NULL), -EINVAL);
    assert_int_equal(edo_pinned_pool_spawn_on(pool, 0, NULL, NULL, NULL), -EINVAL);
    assert_int_equal(edo_pinned_pool_spawn_on(NULL, 0, do_nothing, NULL, NULL), -EINVAL);
    assert_int_equal(edo_pinned_pool_spawn(NULL, do_nothing, NULL, NULL), -EINVAL);
    assert_int_equal(edo_pinned_pool_load(pool, 2), 0);
    assert_int_equal(edo_pinned_pool_load(NULL, 0), 0);
    assert_int_equal(edo_pinned_pool_size(NULL), 0);
    assert_ok(edo_pinned_pool_free(NULL));
    assert_ok(edo_pinned_pool_free(pool));
}

static int fail_at_once(void *arg)
{
    (void)arg;
    return -EIO;
}

static int spawn_more(void *arg)
{
    edo_task more;
    pid_t *tid = arg;

    assert_ok(edo_spawn_local(use_thread_state, tid, &more));
    int result = join_result(more);
    assert_int_equal(*tid, gettid());
    return result;
}

EDO_TEST_BOTH(a_task_that_fails_harms_nobody_else) /* util-077 */
{
    edo_pinned_pool *pool = new_pool(1);
    edo_task failing, next;
    pid_t tid;

    assert_ok(edo_pinned_pool_spawn(pool, fail_at_once, NULL, &failing));
    assert_int_equal(join_result(failing), -EIO);
    assert_ok(edo_pinned_pool_spawn(pool, spawn_more, &tid, &next));
    assert_int_equal(join_result(next), 10);
    assert_ok(edo_pinned_pool_free(pool));
}

typedef struct aborted {
    gate waits;
    pid_t began, ended;
} aborted;

static int clean_up_there(void *arg)
{
    aborted *a = arg;

    a->began = gettid();
    gate_open(&a->waits);
    int rc = wait_for_ever(NULL);
    a->ended = gettid();
    return rc;
}

EDO_TEST_BOTH(an_aborted_task_has_cleaned_up_on_its_thread_when_it_joins) /* util-078 */
{
    edo_pinned_pool *pool = new_pool(2);
    aborted a = {.waits = GATE_INIT};
    edo_task task;

    assert_ok(edo_pinned_pool_spawn(pool, clean_up_there, &a, &task));
    assert_ok(gate_wait(&a.waits));
    assert_ok(edo_task_abort(task));
    assert_int_equal(join_result(task), -ECANCELED);
    assert_int_equal(a.ended, a.began);
    assert_ok(edo_pinned_pool_free(pool));
}

EDO_TEST_BOTH(a_task_goes_to_the_thread_that_has_the_fewest) /* util-079 */
{
    edo_pinned_pool *pool = new_pool(2);
    aborted a[3] = {{.waits = GATE_INIT}, {.waits = GATE_INIT}, {.waits = GATE_INIT}};

    for (int i = 0; i < 3; i++) {
        assert_ok(edo_pinned_pool_spawn(pool, clean_up_there, &a[i], NULL));
        assert_ok(gate_wait(&a[i].waits));
        assert_int_equal(edo_pinned_pool_load(pool, 0), 1 + i / 2); /* the first of equals */
    }
    assert_true(a[0].began != a[1].began);
    assert_true(a[2].began == a[0].began || a[2].began == a[1].began);
    assert_int_equal(edo_pinned_pool_load(pool, 0) + edo_pinned_pool_load(pool, 1), 3);
    assert_ok(edo_pinned_pool_free(pool)); /* which ends them */
    for (int i = 0; i < 3; i++)
        assert_int_equal(a[i].ended, a[i].began);
}

EDO_TEST_BOTH(a_task_goes_to_the_thread_of_its_index) /* util-080 */
{
    edo_pinned_pool *pool = new_pool(3);
    aborted a[3] = {{.waits = GATE_INIT}, {.waits = GATE_INIT}, {.waits = GATE_INIT}};
    size_t index[] = {0, 0, 1};

    for (int i = 0; i < 3; i++) {
        assert_ok(edo_pinned_pool_spawn_on(pool, index[i], clean_up_there, &a[i], NULL));
        assert_ok(gate_wait(&a[i].waits));
    }
    assert_int_equal(edo_pinned_pool_load(pool, 0), 2);
    assert_int_equal(edo_pinned_pool_load(pool, 1), 1);
    assert_int_equal(edo_pinned_pool_load(pool, 2), 0);
    assert_int_equal(a[0].began, a[1].began);
    assert_true(a[2].began != a[0].began);
    assert_ok(edo_pinned_pool_free(pool));
}

EDO_TEST_BOTH(loads_fall_with_each_end) /* util-081 */
{
    edo_pinned_pool *pool = new_pool(1);
    aborted a = {.waits = GATE_INIT};
    edo_task tasks[3];

    assert_ok(edo_pinned_pool_spawn(pool, clean_up_there, &a, &tasks[0]));
    assert_ok(gate_wait(&a.waits));
    assert_int_equal(edo_pinned_pool_load(pool, 0), 1);
    assert_ok(edo_pinned_pool_spawn(pool, do_nothing, NULL, &tasks[1]));
    assert_ok(edo_pinned_pool_spawn(pool, fail_at_once, NULL, &tasks[2]));
    assert_int_equal(join_result(tasks[1]), 0);
    assert_int_equal(join_result(tasks[2]), -EIO);
    wait_for_load(pool, 0, 1);
    assert_ok(edo_task_abort(tasks[0]));
    assert_int_equal(join_result(tasks[0]), -ECANCELED);
    wait_for_load(pool, 0, 0);
    assert_ok(edo_pinned_pool_free(pool));
}

static int free_pool(void *arg)
{
    return edo_pinned_pool_free(arg);
}

static int free_from_inside(void *arg)
{
    edo_task call;

    assert_int_equal(edo_pinned_pool_free(arg), -EDEADLK);
    assert_ok(edo_spawn_blocking(free_pool, arg, &call));
    return join_result(call);
}

EDO_TEST_BOTH(a_pool_is_not_freed_from_inside)
{
    edo_pinned_pool *pool = new_pool(2);
    edo_task task;

    assert_ok(edo_pinned_pool_spawn(pool, free_from_inside, pool, &task));
    assert_int_equal(join_result(task), -EDEADLK);
    assert_ok(edo_pinned_pool_free(pool));
}
