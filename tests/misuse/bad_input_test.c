/* bad_input_test.c: NULL, zero, consumed, finished and foreign arguments get their documented code. */
#include "runtime/rig.h"

static const edo_task no_task;

EDO_TEST_PLAIN(runtime_calls)
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_enter_guard guard = {0};
    edo_metrics metrics;

    assert_int_equal(edo_runtime_new(NULL, NULL), -EINVAL);
    assert_int_equal(edo_runtime_free(NULL), 0);
    assert_int_equal(edo_runtime_shutdown(NULL, EDO_SECONDS(1)), -EINVAL);
    assert_int_equal(edo_block_on(NULL, do_nothing, NULL), -EINVAL);
    assert_int_equal(edo_block_on(runtime, NULL, NULL), -EINVAL);
    assert_int_equal(edo_handle_block_on(NULL, do_nothing, NULL), -EINVAL);
    assert_int_equal(edo_handle_block_on(handle, NULL, NULL), -EINVAL);
    assert_null(edo_runtime_handle(NULL));
    assert_null(edo_handle_ref(NULL));
    edo_handle_unref(NULL);
    assert_int_equal(edo_handle_current(NULL), -EINVAL);
    assert_null(edo_handle_try_current());
    assert_int_equal(edo_handle_id(NULL), 0);
    assert_null(edo_handle_name(NULL));
    assert_int_equal(edo_enter(NULL, &guard), -EINVAL);
    assert_int_equal(edo_enter(handle, NULL), -EINVAL);
    edo_leave(NULL);
    edo_leave(&guard); /* entered nothing */
    assert_int_equal(edo_worker_index(), -1);
    assert_int_equal(edo_handle_metrics(NULL, &metrics), -EINVAL);
    assert_int_equal(edo_handle_metrics(handle, NULL), -EINVAL);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST(spawns)
{
    edo_task t = no_task;
    int byte = 1;

    assert_int_equal(edo_spawn(NULL, NULL, &t), -EINVAL);
    assert_int_equal(edo_spawn_with(NULL, NULL, NULL, &t), -EINVAL);
    assert_int_equal(edo_spawn_with(EDO_OPTS(spawn, .stack_size = 16383), do_nothing, NULL, &t),
                     -EINVAL);
    assert_int_equal(edo_spawn_with(EDO_OPTS(spawn, .stack_size = SIZE_MAX), do_nothing, NULL, &t),
                     -EINVAL);
    assert_int_equal(edo_spawn_with(EDO_OPTS(spawn, .copy_size = 8), do_nothing, NULL, &t),
                     -EINVAL);
    assert_int_equal(edo_spawn_copy(do_nothing, NULL, 8, &t), -EINVAL);
    assert_int_equal(edo_spawn_copy(do_nothing, &byte, 0, &t), -EINVAL);
    assert_int_equal(edo_spawn_copy(NULL, &byte, 1, &t), -EINVAL);
    assert_int_equal(edo_spawn_copy(do_nothing, &byte, SIZE_MAX, &t), -ENOMEM);
    assert_int_equal(edo_spawn_copy(do_nothing, &byte, SIZE_MAX - 100, &t), -ENOMEM);
    assert_int_equal(edo_spawn_future((edo_future *)NULL, 0, &t), -EINVAL);
    assert_int_equal(edo_spawn_future(&(edo_future){0}, 0, &t), -EINVAL);
    assert_null(t.header);
    assert_int_equal(edo_spawn_with(EDO_OPTS(spawn, .name = ""), do_nothing, NULL, &t), 0);
    assert_int_equal(join_result(t), 0);
    assert_int_equal(metrics_of(test_runtime()).spawned_tasks, 2);
}

static void check_is_no_task(edo_task t)
{
    edo_abort_handle handle = {0};
    int result = 77;

    assert_int_equal(edo_join(t, &result), -ESRCH);
    assert_int_equal(result, 77);
    assert_int_equal(edo_task_detach(t), -ESRCH);
    assert_int_equal(edo_task_abort(t), -ESRCH);
    assert_false(edo_task_is_finished(t));
    assert_int_equal(edo_task_id(t), 0);
    assert_int_equal(edo_abort_handle_new(t, &handle), -ESRCH);
    assert_null(handle.header);
}

EDO_TEST_BOTH(zero_and_consumed_handles)
{
    edo_task joined, detached, aborted, others[100];

    check_is_no_task(no_task);
    assert_ok(edo_spawn(do_nothing, NULL, &joined));
    assert_int_equal(join_result(joined), 0);
    check_is_no_task(joined);
    assert_ok(edo_spawn(wait_for_ever, NULL, &aborted));
    assert_ok(edo_task_abort(aborted));
    assert_int_equal(join_result(aborted), -ECANCELED);
    check_is_no_task(aborted);
    assert_ok(edo_spawn(do_nothing, NULL, &detached));
    assert_int_equal(edo_task_detach(detached), 0);
    check_is_no_task(detached);
    assert_ok(edo_yield()); /* it ends, too */
    for (int i = 0; i < 100; i++)
        assert_ok(edo_spawn(wait_for_ever, NULL, &others[i]));
    check_is_no_task(joined); /* their memory is the others' by now, who live */
    check_is_no_task(aborted);
    check_is_no_task(detached);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(edo_task_abort(others[i]), 0);
        assert_int_equal(join_result(others[i]), -ECANCELED);
    }
    check_is_no_task(joined);
    check_is_no_task(detached);
    assert_int_equal(edo_abort_handle_new(joined, NULL), -EINVAL);
}

EDO_TEST(finished_tasks)
{
    edo_abort_handle handle, none = {0}, of_none = edo_abort_handle_clone(&none);
    edo_task t;

    assert_ok(edo_spawn(do_nothing, NULL, &t));
    assert_ok(edo_abort_handle_new(t, &handle));
    assert_false(edo_abort_handle_is_finished(&handle));
    assert_ok(edo_yield());
    assert_true(edo_task_is_finished(t));
    assert_int_equal(edo_task_abort(t), 0); /* after its end: nothing */
    edo_abort_handle_abort(&handle);
    assert_true(edo_abort_handle_is_finished(&handle));
    assert_int_equal(join_result(t), 0);
    edo_abort_handle_abort(&handle);
    assert_true(edo_abort_handle_is_finished(&handle));
    edo_abort_handle_drop(handle);
    assert_null(of_none.header);
    assert_null(edo_abort_handle_clone(NULL).header);
    edo_abort_handle_abort(&none);
    edo_abort_handle_abort(NULL);
    assert_false(edo_abort_handle_is_finished(&none));
    assert_false(edo_abort_handle_is_finished(NULL));
    edo_abort_handle_drop(none);
}

static edo_task own_handle;

static int join_oneself(void *arg)
{
    (void)arg;
    return edo_join(own_handle, NULL);
}

static int join_it(void *arg)
{
    int result, rc = edo_join(*(edo_task *)arg, &result);

    return rc ? rc : result;
}

EDO_TEST(joins_that_cannot_be)
{
    edo_task waiting, joiner;

    assert_ok(edo_spawn(join_oneself, NULL, &own_handle));
    assert_int_equal(join_result(own_handle), -EDEADLK);
    assert_ok(edo_spawn(wait_for_ever, NULL, &waiting));
    assert_ok(edo_spawn(join_it, &waiting, &joiner));
    assert_ok(edo_yield());
    assert_int_equal(edo_join(waiting, NULL), -EDO_EMISUSE); /* somebody joins it already */
    assert_int_equal(edo_task_detach(waiting), -EDO_EMISUSE);
    assert_ok(edo_task_abort(joiner));
    assert_int_equal(join_result(joiner), -ECANCELED);
    assert_ok(edo_task_abort(waiting)); /* its handle is still good */
    assert_int_equal(join_result(waiting), -ECANCELED);
}

EDO_TEST_PLAIN(tasks_outside_of_a_task)
{
    assert_int_equal(edo_task_self_id(), 0);
    assert_null(edo_task_self_name());
    assert_null(edo_task_self_place());
    assert_int_equal(edo_task_self_abort(), -EDO_EMISUSE);
    assert_false(edo_task_self_is_canceled());
    assert_int_equal(edo_yield(), 0);
    assert_true(edo_has_budget());
    for (int i = 0; i < 300; i++)
        assert_int_equal(edo_consume_budget(), 0);
    assert_true(edo_has_budget());
}

static int spawn_foreign(void *arg)
{
    edo_task t = spawn_on(arg, do_nothing, NULL), waiting = spawn_on(arg, wait_for_ever, NULL);

    assert_int_equal(join_result(t), 0);
    assert_int_equal(edo_task_abort(waiting), 0);
    return join_result(waiting);
}

EDO_TEST_BOTH(foreign_tasks_are_joined_and_aborted)
{
    edo_runtime *other = make_multi(1);

    assert_int_equal(spawn_foreign(other), -ECANCELED);
    assert_int_equal(edo_runtime_shutdown(other, EDO_SECONDS(5)), 0);
    assert_int_equal(edo_runtime_free(other), 0);
}

EDO_TEST(timers)
{
    edo_future zero = {0}, done = edo_ready(3);

    assert_false(edo_sleep_is_elapsed(NULL));
    assert_int_equal(edo_timeout(NULL, EDO_SECONDS(1)), -EINVAL);
    assert_int_equal(edo_timeout_at(NULL, edo_now()), -EINVAL);
    assert_int_equal(edo_timeout(&zero, EDO_SECONDS(1)), -EINVAL);
    assert_ready_eq(&done, 3);
    assert_int_equal(edo_timeout(&done, EDO_SECONDS(1)), 3); /* finished: its result */
    assert_int_equal(edo_duration_from_seconds(1, NULL), -EINVAL);
    assert_int_equal(edo_instant_checked_add(edo_now(), EDO_SECONDS(1), NULL), -EINVAL);
}

static edo_poll await_inside(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    edo_future done = edo_ready(1);

    (void)arg;
    (void)waker;
    *ret_result = edo_await(&done);
    return EDO_READY;
}

static int await_it(void *arg)
{
    return (int)edo_await(arg);
}

EDO_TEST(awaits)
{
    edo_future zero = {0}, done = edo_ready(4), never = edo_pending();
    edo_future *none[2] = {NULL, NULL}, *many[EDO_SELECT_MAX + 1];
    edo_poll_fn_future inside = edo_poll_fn(await_inside, NULL);
    edo_task other;

    assert_int_equal(edo_await(NULL), -EINVAL);
    assert_int_equal(edo_await(&zero), -EINVAL);
    assert_int_equal(edo_await(&done), 4);
    assert_int_equal(edo_await(&done), 4); /* finished: the same again */
    assert_int_equal(edo_await(&inside.base), -EDEADLK);
    assert_ok(edo_spawn(await_it, &never, &other));
    assert_ok(edo_yield());
    assert_int_equal(edo_await(&never), -EDO_EMISUSE); /* another task awaits it */
    assert_ok(edo_task_abort(other));
    assert_int_equal(join_result(other), -ECANCELED);

    assert_int_equal(edo_select_array(NULL, 0), -EINVAL);
    assert_int_equal(edo_select_array(NULL, 2), -EINVAL);
    assert_int_equal(edo_select_array(none, 2), -EINVAL);
    assert_int_equal(edo_select_biased_array(none, 2), -EINVAL);
    for (int i = 0; i <= EDO_SELECT_MAX; i++)
        many[i] = &done;
    assert_int_equal(edo_select_array(many, EDO_SELECT_MAX + 1), -EINVAL);
    assert_int_equal(edo_join_all_array(NULL, 2), -EINVAL);
    assert_int_equal(edo_try_join_all_array(NULL, 2), -EINVAL);
    assert_int_equal(edo_join_all_array(none, 2), 0);
}

EDO_TEST_PLAIN(futures)
{
    edo_future zero = {0}, canceled = {0};

    assert_int_equal(edo_future_poll(NULL, edo_test_waker()), EDO_READY);
    edo_future_cancel(NULL);
    edo_future_put_back(NULL);
    assert_int_equal(edo_future_poll(&zero, edo_test_waker()), EDO_READY);
    assert_int_equal(zero.result, -EINVAL);
    edo_future_cancel(&zero);
    edo_future_put_back(&zero);
    assert_int_equal(zero.result, -EINVAL);
    edo_future_cancel(&canceled);
    assert_int_equal(edo_future_poll(&canceled, edo_test_waker()), EDO_READY);
    assert_true(canceled.result < 0);
    edo_future_put_back(&canceled);
    assert_int_equal(edo_test_wake_count(), 0);
}

EDO_TEST_PLAIN(wakers)
{
    edo_waker zero = {0}, kept = {(const struct edo_waker_ops *)(uintptr_t)1, NULL}, before = kept;

    assert_int_equal(edo_waker_new(NULL, NULL, NULL, &kept), -EINVAL);
    assert_int_equal(edo_waker_new((void (*)(void *))free, NULL, NULL, NULL), -EINVAL);
    assert_int_equal(edo_waker_clone(NULL, &kept), -EINVAL);
    assert_int_equal(edo_waker_clone(&zero, &kept), -EINVAL);
    assert_int_equal(edo_waker_clone(edo_test_waker(), NULL), -EINVAL);
    assert_memory_equal(&kept, &before, sizeof kept);
    edo_waker_wake(zero);
    edo_waker_wake_by_ref(&zero);
    edo_waker_wake_by_ref(NULL);
    edo_waker_drop(zero);
    assert_false(edo_waker_is_same(NULL, NULL));
    assert_false(edo_waker_is_same(&zero, NULL));
    assert_false(edo_future_is_ready(NULL));
}

EDO_TEST(what_is_none)
{
    edo_poll_fn_future fut = edo_poll_fn(NULL, NULL);
    size_t len = 1;

    assert_ready_eq(&fut.base, -EINVAL);
    assert_null(edo_buf_reader_buffered(NULL, &len));
    assert_int_equal(len, 0);
    len = 1;
    assert_null(edo_buf_writer_unwritten(NULL, &len));
    assert_int_equal(len, 0);
}

EDO_TEST_PLAIN(errors)
{
    assert_string_equal(edo_err_name(-ENOENT), "ENOENT");
    assert_string_equal(edo_err_name(ENOENT), "ENOENT");
    assert_string_equal(edo_err_name(-EDO_ESHUTDOWN), "EDO_ESHUTDOWN");
    assert_string_equal(edo_err_name(INT32_MIN), "UNKNOWN");
    assert_string_equal(edo_err_name(123456), "UNKNOWN");
    assert_non_null(edo_strerror(INT32_MIN));
    assert_string_equal(edo_strerror(-EDO_ENOTIME), edo_strerror(EDO_ENOTIME));
    assert_true(strlen(edo_strerror(0)) > 0);
}

EDO_TEST_PLAIN(objects_whose_runtime_has_gone)
{
    edo_runtime *runtime = make_multi(1);
    edo_task t = spawn_on(runtime, do_nothing, NULL), waiting = spawn_on(runtime, wait_for_ever, 0);
    edo_abort_handle handle;

    assert_ok(edo_abort_handle_new(waiting, &handle));
    assert_ok(edo_runtime_free(runtime));
    assert_true(edo_task_is_finished(t));
    assert_int_equal(edo_task_abort(waiting), 0);
    edo_abort_handle_abort(&handle);
    assert_true(edo_abort_handle_is_finished(&handle));
    edo_abort_handle_drop(handle);
    assert_int_equal(join_result(waiting), -EDO_ESHUTDOWN);
    assert_int_equal(edo_task_detach(t), 0);
    check_is_no_task(t);
}
