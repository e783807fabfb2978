/* shutdown_test.c: a runtime's end: each task ends once, and the caller waits as long as it said. */
#include "runtime/rig.h"

#define KINDS(runtime)                                                                             \
    for (int kind_ = 0; kind_ < 2; kind_++)                                                        \
        for (edo_runtime *runtime = make_runtime(                                                  \
                 EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind_, .workers = test_workers()));   \
             runtime; runtime = NULL)

typedef struct tally {
    int began, why[3], other, freed, entered;
    uint64_t id;
} tally;

static int await_twice(void *arg)
{
    tally *t = arg;
    edo_future never = edo_pending();

    a_fetch_add(&t->began, 1, seq_cst);
    if (edo_await(&never) == -EDO_ESHUTDOWN)
        a_fetch_add(&t->why[0], 1, seq_cst);
    if (edo_sleep(EDO_SECONDS(1)) == -EDO_ESHUTDOWN && edo_yield() == -EDO_ESHUTDOWN)
        a_fetch_add(&t->why[1], 1, seq_cst);
    return -1;
}

static int let_all_begin(void *arg)
{
    tally *t = arg;

    task_wait_until(a_load(&t->began, seq_cst) == 50);
    return 0;
}

EDO_TEST_PLAIN(free_ends_every_pending_task_once) /* rt-057 */
{
    KINDS(runtime)
    {
        tally t = {0};
        for (int i = 0; i < 50; i++)
            assert_ok(edo_task_detach(spawn_on(runtime, await_twice, &t)));
        assert_int_equal(edo_block_on(runtime, let_all_begin, &t), 0);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(t.began, 50);
        assert_int_equal(t.why[0], 50);
        assert_int_equal(t.why[1], 50); /* and every await after it says so */
    }
}

typedef struct unborn {
    tally *tally;
    void *owned;
} unborn;

static edo_poll must_not_start(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    (void)waker;
    (void)ret_result;
    ((tally *)arg)->other++;
    return EDO_PENDING;
}

static int start_in_shutdown(void *arg)
{
    unborn *u = arg;
    edo_poll_fn_future fut = edo_poll_fn(must_not_start, u->tally);

    tally *t = u->tally;

    t->began++;
    t->why[0] += edo_task_self_is_canceled();
    t->why[1] += edo_await(&fut.base) == -EDO_ESHUTDOWN;
    free(u->owned);
    t->freed++;
    return 0;
}

EDO_TEST_PLAIN(a_task_not_begun_runs_in_the_cancelled_state) /* rt-058 */
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);
    tally t = {0};
    unborn u = {.tally = &t, .owned = malloc(10)}, *heap = malloc(sizeof *heap);

    *heap = (unborn){.tally = &t, .owned = heap};
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle, .copy_size = sizeof u),
                             start_in_shutdown, &u, NULL));
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), start_in_shutdown, heap, NULL));
    assert_ok(edo_runtime_free(runtime));
    assert_int_equal(t.began, 2);
    assert_int_equal(t.why[0], 2);
    assert_int_equal(t.why[1], 2);
    assert_int_equal(t.other, 0); /* the await started nothing */
    assert_int_equal(t.freed, 2);
    edo_handle_unref(handle);
}

static int look_in_cleanup(void *arg)
{
    tally *t = arg;

    a_fetch_add(&t->began, 1, seq_cst);
    wait_for_ever(NULL);
    edo_handle *handle = edo_handle_try_current();
    t->id = edo_handle_id(handle);
    edo_handle_unref(handle);
    t->other = edo_spawn(do_nothing, NULL, NULL);
    t->entered = edo_worker_index();
    return 0;
}

EDO_TEST_PLAIN(cleanup_sees_its_runtime) /* rt-060 */
{
    KINDS(runtime)
    {
        edo_handle *handle = edo_runtime_handle(runtime);
        uint64_t id = edo_handle_id(handle);
        tally t = {.entered = -1};
        edo_handle_unref(handle);
        assert_ok(edo_task_detach(spawn_on(runtime, look_in_cleanup, &t)));
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(t.id, id);
        assert_int_equal(t.other, -EDO_ESHUTDOWN);
        assert_true(t.entered >= 0);
    }
}

typedef struct row {
    once ends[3];
    int64_t first[3];
    int later[3], began;
} row;

typedef struct place {
    row *row;
    int i;
} place;

/* Each waits for the end of the one before; the last of them for what never comes. */
static int stand_in_row(void *arg)
{
    place *p = arg;
    row *r = p->row;

    a_fetch_add(&r->began, 1, seq_cst);
    r->first[p->i] = once_wait(&r->ends[p->i]);
    r->later[p->i] = edo_sleep(EDO_SECONDS(9));
    if (p->i > 0)
        once_open(&r->ends[p->i - 1], 1);
    return 0;
}

static int begin_row(void *arg)
{
    row *r = arg;

    for (int i = 0; i < 3; i++)
        assert_ok(edo_spawn_copy(stand_in_row, &((place){r, i}), sizeof(place), NULL));
    task_wait_until(a_load(&r->began, seq_cst) == 3);
    return -EIO; /* a failure ends block_on while they live */
}

EDO_TEST_PLAIN(ends_that_wake_each_other_do_not_deadlock) /* rt-061 rt-062 rt-063 */
{
    KINDS(runtime)
    {
        row r = {0};
        assert_int_equal(edo_block_on(runtime, begin_row, &r), -EIO);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(r.first[2], -EDO_ESHUTDOWN);
        for (int i = 0; i < 3; i++) {
            assert_true(r.first[i] == -EDO_ESHUTDOWN || (i < 2 && r.first[i] == 1));
            assert_int_equal(r.later[i], -EDO_ESHUTDOWN);
            once_fini(&r.ends[i]);
        }
    }
}

static int stubborn(void *arg)
{
    while (!a_load((int *)arg, acquire))
        edo_yield();
    return 0;
}

static void shut_down_with_one_left(void *arg)
{
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = *(edo_runtime_kind *)arg, .workers = 1));
    int stop = 0;
    edo_task task = spawn_on(runtime, stubborn, &stop);
    uint64_t began = real_time_ns();
    int rc = edo_runtime_shutdown(runtime, EDO_MILLIS(100));
    uint64_t took = (real_time_ns() - began) / 1000000;

    if (rc != -ETIMEDOUT || took < 100 || took > 1000 * test_patience())
        _exit(2);
    a_store(&stop, 1, release);
    if (edo_runtime_shutdown(runtime, EDO_SECONDS(10)) != 0 || edo_join(task, NULL) != 0)
        _exit(3);
    _exit(edo_runtime_free(runtime) == 0 ? 0 : 4);
}

EDO_TEST_PLAIN(a_stubborn_task_is_named_and_left) /* rt-071 */
{
    for (int kind = 0; kind < 2; kind++) {
        char err[4096];
        assert_int_equal(run_child(shut_down_with_one_left, &kind, err, sizeof err), 0);
        assert_non_null(strstr(err, "1 task(s) left"));
        assert_non_null(strstr(err, "tests/runtime/rig.h:")); /* where it was spawned */
    }
}

EDO_TEST_PLAIN(the_shutdown_error_is_its_own) /* rt-072 */
{
    const int others[] = {-ECANCELED, -ETIMEDOUT,    -EINTR, -ENOENT,
                          0,          EDO_ESHUTDOWN, 7,      -EDO_ENORUNTIME};

    assert_true(EDO_ESHUTDOWN > 4095); /* the kernel's own end there */
    assert_true(edo_is_shutdown(-EDO_ESHUTDOWN));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(edo_is_shutdown(others[i]));
}

EDO_TEST_PLAIN(sleeps_say_that_the_runtime_is_gone) /* rt-073 */
{
    KINDS(runtime)
    {
        edo_handle *handle = edo_runtime_handle(runtime);
        edo_enter_guard guard;
        assert_ok(edo_enter(handle, &guard));
        edo_sleep_future before = edo_sleep_async(EDO_SECONDS(60));
        edo_sleep_future waiting = edo_sleep_async(EDO_SECONDS(60));
        edo_test_task *hand;
        assert_ok(edo_test_task_new(&waiting.base, &hand));
        assert_int_equal(edo_test_task_poll(hand), EDO_PENDING);
        assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(5)));
        edo_sleep_future after = edo_sleep_async(EDO_SECONDS(60));
        assert_ready_eq(&before.base, -EDO_ESHUTDOWN);
        assert_ready_eq(&after.base, -EDO_ESHUTDOWN);
        assert_int_equal(edo_test_task_wake_count(hand), 1);
        assert_int_equal(edo_test_task_poll(hand), EDO_READY);
        assert_int_equal(waiting.base.result, -EDO_ESHUTDOWN);
        edo_test_task_release(hand);
        edo_leave(&guard);
        edo_handle_unref(handle);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST_PLAIN(a_long_timeout_costs_nothing_when_nothing_is_stuck) /* rt-068 */
{
    KINDS(runtime)
    {
        tally t = {0};
        uint64_t began = real_time_ns();
        assert_ok(edo_task_detach(spawn_on(runtime, await_twice, &t)));
        assert_int_equal(edo_runtime_shutdown(runtime, EDO_SECONDS(10000)), 0);
        assert_true(real_time_ns() - began < UINT64_C(2000000000) * test_patience());
        assert_int_equal(edo_runtime_shutdown(runtime, EDO_NANOS(0)), 0); /* a second time */
        assert_int_equal(t.why[0], 1);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST_PLAIN(free_has_joined_every_thread) /* rt-075 */
{
    int before = settled_thread_count(), fds = open_fds();

    for (int i = 0; i < 5; i++) {
        edo_runtime *runtime = make_multi(4);
        tally t = {0};
        assert_true(thread_count() >= before + 4);
        assert_ok(edo_task_detach(spawn_on(runtime, await_twice, &t)));
        assert_ok(edo_runtime_free(runtime));
        wait_for_thread_count(before);
        assert_int_equal(open_fds(), fds);
    }
}

static int yield_until_told(void *arg)
{
    while (edo_yield() == 0)
        a_fetch_add((int *)arg, 1, seq_cst);
    return 0;
}

static int one_turn(void *arg)
{
    (void)arg;
    return edo_yield();
}

EDO_TEST_PLAIN(no_task_is_left_whenever_it_begins) /* rt-078 rt-118 */
{
    for (int stage = 0; stage < 3; stage++)
        KINDS(runtime)
        {
            edo_handle *handle = edo_runtime_handle(runtime);
            edo_metrics metrics;
            int yields = 0;
            for (int i = 0; i < 10; i++)
                assert_ok(edo_task_detach(spawn_on(runtime, yield_until_told, &yields)));
            if (stage >= 1)
                assert_ok(edo_block_on(runtime, one_turn, NULL));
            while (stage == 2 && a_load(&yields, seq_cst) < 100)
                assert_ok(edo_block_on(runtime, one_turn, NULL));
            assert_ok(edo_runtime_free(runtime));
            assert_int_equal(edo_handle_metrics(handle, &metrics), 0);
            assert_int_equal(metrics.alive_tasks, 0);
            assert_int_equal(metrics.injected + metrics.queued, 0);
            edo_handle_unref(handle);
        }
}
