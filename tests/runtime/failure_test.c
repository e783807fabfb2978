/* failure_test.c: tasks that fail, and that nobody joins. */
#include "runtime/rig.h"
#include "support/gate.h"

#include <edo/error.h>

typedef struct heard {
    uint64_t id;    /* atomic */
    int result;     /* atomic */
    uint32_t calls; /* atomic */
} heard;

static void hear(const edo_task_info *info, int result, void *arg)
{
    heard *h = arg;

    a_store(&h->result, result, relaxed);
    a_store(&h->id, info->id, relaxed);
    a_fetch_add(&h->calls, 1, acq_rel);
}

static edo_runtime *make_hearing(edo_runtime_kind kind, heard *h)
{
    return make_runtime(
        EDO_OPTS(runtime, .kind = kind, .workers = 2, .on_task_failure = hear, .hook_arg = h));
}

static int fail_now(void *arg)
{
    if (arg)
        *(uint64_t *)arg = edo_task_self_id();
    return -EIO;
}

static const edo_runtime_kind kinds[] = {EDO_CURRENT_THREAD, EDO_MULTI_THREAD, EDO_LOCAL};

static int spawn_failing(void *arg)
{
    edo_task joined, watched;
    edo_abort_handle abort;

    (void)arg;
    assert_ok(edo_spawn(fail_now, NULL, &joined));
    assert_int_equal(join_result(joined), -EIO); /* somebody hears of this one */
    assert_ok(edo_spawn(fail_now, NULL, NULL));
    assert_ok(edo_spawn(fail_now, NULL, &watched)); /* one that has an abort handle alone */
    assert_ok(edo_abort_handle_new(watched, &abort));
    assert_ok(edo_task_detach(watched));
    edo_abort_handle_drop(abort);
    return 0;
}

EDO_TEST_PLAIN(a_failure_that_nobody_joins_is_counted_and_told_once) /* rt-130 */
{
    for (int i = 0; i < 3; i++) {
        heard h = {0};
        edo_runtime *runtime = make_hearing(kinds[i], &h);
        edo_handle *handle = edo_runtime_handle(runtime);
        edo_metrics m;
        assert_int_equal(edo_block_on(runtime, spawn_failing, NULL), 0);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(a_load(&h.calls, acquire), 2);
        assert_int_equal(h.result, -EIO);
        assert_ok(edo_handle_metrics(handle, &m));
        assert_int_equal(m.unjoined_failures, 2);
        edo_handle_unref(handle);
    }
}

static heard *heard_of(void *arg)
{
    return ((void **)arg)[0];
}

static int detach_ended(void *arg)
{
    heard *h = heard_of(arg);
    edo_task task;
    uint64_t id = 0;

    assert_ok(edo_spawn(fail_now, &id, &task));
    task_wait_until(edo_task_is_finished(task));
    assert_int_equal(a_load(&h->calls, acquire), 0); /* it can still be joined */
    assert_ok(edo_task_detach(task));
    assert_int_equal(a_load(&h->calls, acquire), 1);
    assert_int_equal(a_load(&h->id, relaxed), id);
    return 0;
}

EDO_TEST_PLAIN(a_failure_is_told_when_the_handle_is_given_up) /* rt-130 */
{
    for (int i = 0; i < 3; i++) {
        heard h = {0};
        void *args[] = {&h};
        edo_runtime *runtime = make_hearing(kinds[i], &h);
        assert_int_equal(edo_block_on(runtime, detach_ended, args), 0);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(h.calls, 1);
    }
}

static int leave_ended(void *arg)
{
    edo_task *task = arg;

    assert_ok(edo_spawn(fail_now, NULL, task));
    task_wait_until(edo_task_is_finished(*task));
    return 0;
}

EDO_TEST_PLAIN(a_handle_that_outlives_the_runtime_is_given_up_in_peace) /* rt-130 */
{
    for (int i = 0; i < 3; i++) {
        heard h = {0};
        edo_task task;
        edo_runtime *runtime = make_hearing(kinds[i], &h);
        assert_int_equal(edo_block_on(runtime, leave_ended, &task), 0);
        assert_ok(edo_runtime_free(runtime));
        assert_ok(edo_task_detach(task));
        assert_int_equal(h.calls, 0);
    }
}

typedef struct awaiter {
    bool began, stops; /* atomic */
} awaiter;

static int await_again_and_again(void *arg)
{
    awaiter *me = arg;

    while (!a_load(&me->stops, relaxed)) {
        edo_future now = edo_ready(0);
        assert_ok(edo_await(&now));
        a_store(&me->began, true, relaxed);
    }
    return 0;
}

/* Under TSan: the end of one looks at headers that threads of the other use. */
EDO_TEST_PLAIN(the_end_of_a_runtime_with_failures_writes_to_no_task_of_another) /* rt-130 */
{
    heard h = {0};
    awaiter busy = {0};
    edo_task failed, call;
    edo_runtime *ends = make_hearing(EDO_CURRENT_THREAD, &h), *stays = make_runtime(NULL);
    edo_handle *handle = edo_runtime_handle(stays);

    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle), await_again_and_again,
                                      &busy, &call));
    wait_until(a_load(&busy.began, relaxed));
    assert_ok(edo_block_on(ends, leave_ended, &failed));
    assert_ok(edo_runtime_free(ends));
    assert_ok(edo_task_detach(failed));
    assert_int_equal(h.calls, 0);
    a_store(&busy.stops, true, relaxed);
    assert_ok(edo_join(call, NULL));
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(stays));
}

static int cancelled_ones(void *arg)
{
    edo_task task;

    assert_ok(edo_spawn(wait_for_ever, NULL, &task));
    assert_ok(edo_task_abort(task));
    assert_ok(edo_task_detach(task));
    assert_ok(edo_spawn(wait_for_ever, arg, NULL)); /* until the shutdown */
    return edo_yield();
}

EDO_TEST_PLAIN(to_be_cancelled_is_no_failure) /* rt-130 */
{
    for (int i = 0; i < 3; i++) {
        heard h = {0};
        edo_runtime *runtime = make_hearing(kinds[i], &h);
        assert_int_equal(edo_block_on(runtime, cancelled_ones, NULL), 0);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(h.calls, 0);
    }
}

static int fail_in_cleanup(void *arg)
{
    (void)arg;
    assert_true(wait_for_ever(NULL) < 0); /* aborted, or the runtime ends by then */
    return -EIO;
}

static int abort_it(void *arg)
{
    edo_task task, again;

    (void)arg;
    assert_ok(edo_spawn(fail_in_cleanup, NULL, &task));
    assert_ok(edo_task_abort(task));
    assert_ok(edo_task_detach(task));
    assert_ok(edo_spawn(fail_in_cleanup, NULL, &again));
    assert_ok(edo_task_abort(again));
    assert_int_equal(join_result(again), -EIO);
    return 0;
}

EDO_TEST_PLAIN(a_failure_in_a_cleanup_is_told) /* task-034 */
{
    for (int i = 0; i < 3; i++) {
        heard h = {0};
        edo_runtime *runtime = make_hearing(kinds[i], &h);
        assert_int_equal(edo_block_on(runtime, abort_it, NULL), 0);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(h.calls, 1);
        assert_int_equal(h.result, -EIO);
    }
}

static int use_set_and_group(void *arg)
{
    heard *h = heard_of(arg);
    edo_join_set *set;
    edo_group *group;
    edo_joined joined;
    edo_task ended;

    assert_ok(edo_join_set_new(&set));
    assert_ok(edo_join_set_spawn(set, fail_now, NULL, NULL));
    assert_int_equal(edo_join_set_next(set, &joined), 1); /* heard of */
    assert_ok(edo_join_set_spawn(set, fail_now, NULL, &ended));
    task_wait_until(edo_task_is_finished(ended));
    edo_join_set_free(set);
    assert_int_equal(a_load(&h->calls, acquire), 1);
    assert_ok(edo_group_new(NULL, &group));
    assert_ok(edo_group_spawn(group, fail_now, NULL));
    assert_int_equal(edo_group_wait(group, NULL), -EIO); /* heard of as well */
    edo_group_free(group);
    assert_int_equal(a_load(&h->calls, acquire), 1);
    return 0;
}

EDO_TEST_PLAIN(a_result_that_a_collection_drops_is_told) /* rt-130 */
{
    for (int i = 0; i < 3; i++) {
        heard h = {0};
        void *args[] = {&h};
        edo_runtime *runtime = make_hearing(kinds[i], &h);
        assert_int_equal(edo_block_on(runtime, use_set_and_group, args), 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

/* ---- shut down for it ---------------------------------------------------------------------- */

static edo_runtime *make_frail(edo_runtime_kind kind)
{
    return make_runtime(
        EDO_OPTS(runtime, .kind = kind, .workers = 2, .on_failure = EDO_FAILURE_SHUTDOWN));
}

static int fail_and_wait(void *arg)
{
    (void)arg;
    assert_ok(edo_spawn(fail_now, NULL, NULL));
    assert_int_equal(wait_for_ever(NULL), -EDO_ESHUTDOWN);
    return -EDO_ESHUTDOWN;
}

static int join_failing(void *arg)
{
    edo_task task;

    (void)arg;
    assert_ok(edo_spawn(fail_now, NULL, &task));
    assert_int_equal(join_result(task), -EIO);
    return edo_sleep(EDO_MILLIS(1)); /* it goes on */
}

EDO_TEST_PLAIN(a_failure_ends_a_runtime_that_was_built_so) /* rt-128, rt-129 */
{
    for (int i = 0; i < 3; i++) {
        edo_runtime *runtime = make_frail(kinds[i]);
        edo_handle *handle = edo_runtime_handle(runtime);
        edo_task none = {0};
        assert_int_equal(edo_block_on(runtime, join_failing, NULL), 0);
        assert_int_equal(edo_block_on(runtime, fail_and_wait, NULL), -EDO_ESHUTDOWN);
        assert_int_equal(edo_spawn_with(EDO_OPTS(spawn, .on = handle), do_nothing, NULL, &none),
                         -EDO_ESHUTDOWN);
        assert_null(none.header);
        assert_int_equal(edo_block_on(runtime, do_nothing, NULL), -EDO_ESHUTDOWN);
        edo_handle_unref(handle);
        assert_ok(edo_runtime_free(runtime));
    }
}

static int fail_and_go_on(void *arg)
{
    (void)arg;
    assert_ok(edo_spawn(fail_now, NULL, NULL));
    assert_ok(edo_sleep(EDO_MILLIS(2)));
    return join_failing(NULL);
}

EDO_TEST_PLAIN(without_the_option_a_failure_ends_nothing) /* rt-128 */
{
    for (int i = 0; i < 3; i++) {
        edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = kinds[i], .workers = 2));
        assert_int_equal(edo_block_on(runtime, fail_and_go_on, NULL), 0);
        assert_int_equal(metrics_of(runtime).unjoined_failures, 1);
        assert_ok(edo_runtime_free(runtime));
    }
}

typedef struct waiting {
    edo_runtime *runtime;
    gate waits;
} waiting;

static int wait_in_root(void *arg)
{
    waiting *w = arg;

    gate_open(&w->waits);
    return wait_for_ever(NULL);
}

static void *block_on_root(void *arg)
{
    waiting *w = arg;

    return (void *)(intptr_t)edo_block_on(w->runtime, wait_in_root, w);
}

EDO_TEST_PLAIN(all_threads_in_block_on_hear_of_it) /* rt-129 */
{
    for (int i = 0; i < 2; i++) {
        edo_runtime *runtime = make_frail(kinds[i]);
        edo_handle *handle = edo_runtime_handle(runtime);
        waiting w[2] = {{runtime, GATE_INIT}, {runtime, GATE_INIT}};
        pthread_t threads[2];
        for (int j = 0; j < 2; j++)
            threads[j] = start_thread(block_on_root, &w[j]);
        for (int j = 0; j < 2; j++)
            wait_until(gate_is_open(&w[j].waits));
        assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle), fail_now, NULL, NULL));
        for (int j = 0; j < 2; j++)
            assert_int_equal((intptr_t)join_thread(threads[j]), -EDO_ESHUTDOWN);
        edo_handle_unref(handle);
        assert_ok(edo_runtime_free(runtime));
    }
}

/* ---- of a local set ------------------------------------------------------------------------ */

static edo_local_set *new_frail_set(void)
{
    edo_local_set *set;

    assert_ok(edo_local_set_new(EDO_OPTS(local_set, .on_failure = EDO_FAILURE_SHUTDOWN), &set));
    return set;
}

static int fail_locally(void *arg)
{
    assert_ok(edo_spawn_local(fail_now, NULL, NULL));
    assert_ok(edo_spawn_local(wait_for_ever, NULL, NULL));
    *(int *)arg = wait_for_ever(NULL);
    return 7;
}

static int join_locally(void *arg)
{
    edo_task task;

    (void)arg;
    assert_ok(edo_spawn_local(fail_now, NULL, &task));
    assert_int_equal(join_result(task), -EIO);
    return 7;
}

EDO_TEST_BOTH(a_failure_ends_the_drive_of_a_set_that_was_made_so) /* task-076 */
{
    edo_local_set *set = new_frail_set();
    int said = 0;

    assert_int_equal(edo_local_set_run_until(set, join_locally, NULL), 7);
    assert_int_equal(edo_local_set_run_until(set, fail_locally, &said), -EDO_ESHUTDOWN);
    assert_int_equal(said, -ECANCELED);
    assert_ok(edo_local_set_drive(set));        /* those that were aborted with it */
    assert_ok(edo_spawn(fail_now, NULL, NULL)); /* one of no set */
    assert_int_equal(edo_local_set_run_until(set, join_locally, NULL), 7);
    assert_ok(edo_local_set_free(set));
}

EDO_TEST_BOTH(a_failure_ends_the_wait_for_such_a_set) /* task-076 */
{
    edo_local_set *set = new_frail_set();

    assert_ok(edo_local_set_spawn(set, wait_for_ever, NULL, NULL));
    assert_ok(edo_local_set_spawn(set, fail_now, NULL, NULL));
    assert_int_equal(edo_local_set_drive(set), -EDO_ESHUTDOWN);
    assert_int_equal(edo_local_set_len(set), 0);
    assert_ok(edo_local_set_free(set));
}
