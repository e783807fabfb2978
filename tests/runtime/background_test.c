/* background_test.c: a shutdown that waits for nobody, from wherever it is called. */
#include "runtime/rig.h"

/* A blocking call that nothing ends but the test. */
static uint32_t stuck; /* atomic */

static int be_stuck(void *arg)
{
    a_store(&stuck, 1, release);
    while (a_load(&stuck, acquire) < 2)
        block_thread_for(1);
    (void)arg;
    return 0;
}

static int note_how_it_ends(void *arg)
{
    a_store((int *)arg, wait_for_ever(NULL), release);
    return 0;
}

static bool has_ended(edo_handle *handle)
{
    edo_metrics m;

    assert_ok(edo_handle_metrics(handle, &m));
    return m.alive_tasks == 0;
}

/* In each kind, from a plain thread, with a task that waits and a call that is stuck. */
static void check_shutdown_from_a_thread(const edo_runtime_opts *opts)
{
    int threads = settled_thread_count(), said = 0;
    edo_runtime *runtime = make_runtime(opts);
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_task waits = spawn_on(runtime, note_how_it_ends, &said);
    edo_task calls;

    assert_ok(edo_block_on(runtime, do_nothing, NULL));
    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle), be_stuck, NULL, &calls));
    wait_until(a_load(&stuck, acquire) == 1);
    assert_ok(edo_runtime_shutdown_background(runtime));
    assert_int_equal(a_load(&stuck, relaxed), 1); /* it is stuck still, and we are here */
    edo_task none = {0};
    assert_err(edo_spawn_with(EDO_OPTS(spawn, .on = handle), do_nothing, NULL, &none),
               -EDO_ESHUTDOWN);
    wait_until(a_load(&said, acquire) == -EDO_ESHUTDOWN); /* nobody of us drives it */
    assert_false(has_ended(handle));
    a_store(&stuck, 2, release);
    wait_until(has_ended(handle));
    wait_for_thread_count(threads); /* its own thread is gone as well */
    assert_ok(edo_join(waits, NULL));
    assert_true(edo_task_is_finished(calls));
    assert_ok(edo_join(calls, NULL));
    edo_handle_unref(handle);
}

EDO_TEST_PLAIN(a_background_shutdown_of_workers_waits_for_nobody) /* rt-069 */
{
    check_shutdown_from_a_thread(EDO_OPTS(runtime, .workers = 2));
}

EDO_TEST_PLAIN(a_background_shutdown_of_a_current_thread_runtime_drives_it_to_its_end) /* rt-069 */
{
    check_shutdown_from_a_thread(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD));
}

struct inside {
    edo_runtime *runtime;
    int shut, wait, spawn, said;
};

static int shut_down_inside(void *arg)
{
    struct inside *in = arg;

    assert_ok(edo_spawn(note_how_it_ends, &in->said, NULL));
    assert_ok(edo_yield());
    in->shut = edo_runtime_shutdown_background(in->runtime);
    in->wait = edo_yield();
    in->spawn = edo_spawn(do_nothing, NULL, NULL);
    return 5;
}

static void check_shutdown_from_a_task(const edo_runtime_opts *opts)
{
    int threads = settled_thread_count();
    struct inside in = {.runtime = make_runtime(opts)};
    edo_handle *handle = edo_runtime_handle(in.runtime);

    assert_int_equal(edo_block_on(in.runtime, shut_down_inside, &in), 5);
    assert_ok(in.shut);
    assert_err(in.wait, -EDO_ESHUTDOWN);
    assert_err(in.spawn, -EDO_ESHUTDOWN);
    wait_until(a_load(&in.said, acquire) == -EDO_ESHUTDOWN);
    wait_until(has_ended(handle) && thread_count() <= threads);
    assert_err(edo_handle_block_on(handle, do_nothing, NULL), -EDO_ESHUTDOWN);
    edo_handle_unref(handle);
}

EDO_TEST_PLAIN(a_task_shuts_its_own_workers_down) /* rt-069 */
{
    check_shutdown_from_a_task(EDO_OPTS(runtime, .workers = 2));
}

EDO_TEST_PLAIN(a_task_shuts_its_own_thread_down) /* rt-069 */
{
    check_shutdown_from_a_task(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD));
}

EDO_TEST_PLAIN(many_runtimes_end_in_the_background)
{
    int threads = settled_thread_count();

    for (unsigned i = 0; i < test_count(20); i++) {
        edo_runtime *runtime = i % 2 ? make_current() : make_multi(2);
        for (int j = 0; j < 5; j++)
            assert_ok(edo_task_detach(spawn_on(runtime, wait_for_ever, NULL)));
        assert_ok(edo_runtime_shutdown_background(runtime));
    }
    wait_for_thread_count(threads);
}

EDO_TEST_PLAIN(a_local_runtime_does_not_end_in_the_background)
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = EDO_LOCAL));

    assert_err(edo_runtime_shutdown_background(runtime), -EDO_EMISUSE);
    assert_err(edo_runtime_shutdown_background(NULL), -EINVAL);
    assert_ok(edo_block_on(runtime, do_nothing, NULL)); /* nothing has happened */
    assert_ok(edo_runtime_free(runtime));
}
