/* blocking_test.c: a blocking call has a task's handle: its id, its name, its abort. */
#include "runtime/blocking_rig.h"

EDO_TEST_PLAIN(abort_keeps_a_queued_call_from_starting) /* task-038 */
{
    edo_runtime *runtime = make_with_threads(EDO_MULTI_THREAD, 1);
    call first = {.result = 5}, second = {.go = 1};
    edo_task tasks[2] = {spawn_call(runtime, &first), spawn_call(runtime, &second)};

    wait_until(has_begun(&first));
    assert_ok(edo_task_abort(tasks[1]));
    edo_task_abort(tasks[1]);                            /* twice is once */
    assert_ok(edo_task_abort(tasks[0]));                 /* it runs: no effect */
    assert_int_equal(join_result(tasks[1]), -ECANCELED); /* before the first one ends */
    assert_int_not_equal(second.tid, gettid());          /* nothing of it runs on the aborter's */
    let_go(&first);
    assert_int_equal(join_result(tasks[0]), 5);
    assert_ok(edo_runtime_free(runtime));
    assert_int_equal(first.begun, 1);
    assert_int_equal(first.released, 0);
    assert_int_equal(second.begun, 0);
    assert_int_equal(second.released, 1);
}

static int abort_in_a_task(void *arg)
{
    call *c = arg;
    edo_task tasks[3];

    for (int i = 0; i < 3; i++)
        assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .release = release_call), run_call,
                                          &c[i], &tasks[i]));
    task_wait_until(has_begun(&c[0]));
    assert_ok(edo_task_abort(tasks[1]));
    assert_int_equal(join_result(tasks[1]), -ECANCELED); /* from the middle of the queue */
    let_go(&c[0]);
    let_go(&c[2]);
    assert_int_equal(join_result(tasks[0]), 0);
    return join_result(tasks[2]);
}

EDO_TEST_PLAIN(an_aborted_call_leaves_those_behind_it_in_line) /* task-038 */
{
    FOR_BOTH_SCHEDULERS(kind)
    {
        edo_runtime *runtime = make_with_threads(kind, 1);
        call c[3] = {{0}, {0}, {.result = 8}};
        assert_int_equal(edo_block_on(runtime, abort_in_a_task, c), 8);
        assert_int_equal(c[1].begun, 0);
        assert_int_equal(c[1].released, 1);
        assert_int_equal(c[2].begun, 1);
        assert_int_equal(c[2].released, 0);
        assert_int_equal(metrics_of(runtime).blocking_queue_depth, 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST_PLAIN(a_call_that_must_run_may_be_aborted)
{
    edo_runtime *runtime = make_with_threads(EDO_MULTI_THREAD, 1);
    edo_handle *handle = edo_runtime_handle(runtime);
    call first = {0}, second = {.go = 1};
    edo_task tasks[2] = {spawn_call(runtime, &first)};

    wait_until(has_begun(&first));
    assert_ok(edo_spawn_blocking_with(
        EDO_OPTS(blocking, .on = handle, .release = release_call, .must_run = true), run_call,
        &second, &tasks[1]));
    assert_ok(edo_task_abort(tasks[1]));
    assert_int_equal(join_result(tasks[1]), -ECANCELED);
    assert_int_equal(second.released, 1);
    let_go(&first);
    assert_int_equal(join_result(tasks[0]), 0);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

static int wait_in_release, block_in_release;

static void sleep_in_release(void *arg)
{
    wait_in_release = edo_sleep(EDO_MILLIS(1));
    block_in_release = edo_block_in_place(run_call, arg);
}

EDO_TEST_PLAIN(a_release_function_must_not_wait)
{
    edo_runtime *runtime = make_with_threads(EDO_MULTI_THREAD, 1);
    edo_handle *handle = edo_runtime_handle(runtime);
    call first = {0};
    edo_task tasks[2] = {spawn_call(runtime, &first)};

    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .on = handle, .release = sleep_in_release),
                                      run_call, NULL, &tasks[1]));
    assert_ok(edo_task_abort(tasks[1]));
    assert_int_equal(join_result(tasks[1]), -ECANCELED);
    assert_int_equal(wait_in_release, -EDEADLK);
    assert_int_equal(block_in_release, -EDO_EMISUSE);
    let_go(&first);
    assert_int_equal(join_result(tasks[0]), 0);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

static int tell_canceled(void *arg)
{
    call *c = arg;

    a_fetch_add(&c->begun, 1, acq_rel);
    while (!edo_task_self_is_canceled())
        block_thread_for(1);
    return 6;
}

EDO_TEST_BOTH(a_running_call_can_ask_whether_it_was_aborted)
{
    call c = {0};
    edo_task task;

    assert_ok(edo_spawn_blocking(tell_canceled, &c, &task));
    task_wait_until(has_begun(&c));
    assert_ok(edo_task_abort(task));
    assert_int_equal(join_result(task), 6);
}

/* ---- who it is ----------------------------------------------------------------------------- */

typedef struct identity {
    uint64_t id;
    char name[40];
    char place[64];
} identity;

static int tell_identity(void *arg)
{
    identity *me = arg;
    const char *name = edo_task_self_name();

    me->id = edo_task_self_id();
    snprintf(me->name, sizeof me->name, "%s", name ? name : "(none)");
    snprintf(me->place, sizeof me->place, "%s", edo_task_self_place());
    return 0;
}

EDO_TEST_BOTH(a_call_knows_its_id) /* task-051 */
{
    identity seen[2];
    edo_task tasks[2];

    for (int i = 0; i < 2; i++) {
        assert_ok(edo_spawn_blocking(tell_identity, &seen[i], &tasks[i]));
        uint64_t id = edo_task_id(tasks[i]);
        assert_int_equal(join_result(tasks[i]), 0);
        assert_true(seen[i].id == id);
        assert_true(id != edo_task_self_id());
    }
    assert_true(seen[0].id != seen[1].id);
    assert_non_null(strstr(seen[0].place, "blocking_test.c:"));
}

EDO_TEST_BOTH(a_call_has_the_name_it_was_given) /* task-055 */
{
    const char *names[] = {"reader", NULL, "",
                           "a name of more than thirty-one bytes, which is cut"};
    const char *expected[] = {"reader", "(none)", "(none)", "a name of more than thirty-one "};
    identity seen;
    edo_task task;

    for (int i = 0; i < 4; i++) {
        assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .name = names[i]), tell_identity,
                                          &seen, &task));
        assert_int_equal(join_result(task), 0);
        assert_string_equal(seen.name, expected[i]);
    }
}

/* ---- its argument -------------------------------------------------------------------------- */

typedef struct packet {
    uint64_t sum;
    unsigned char bytes[500];
} packet;

static int check_packet(void *arg)
{
    const packet *p = arg;
    uint64_t sum = 0;

    assert_int_equal((uintptr_t)arg % 16, 0);
    for (size_t i = 0; i < sizeof p->bytes; i++)
        sum += p->bytes[i];
    return sum == p->sum;
}

static int check_small(void *arg)
{
    assert_int_equal((uintptr_t)arg % 16, 0);
    return *(uint64_t *)arg == 99;
}

EDO_TEST_BOTH(a_copied_argument_is_the_calls_own)
{
    packet p = {.sum = 0};
    uint64_t small = 99;
    edo_task tasks[2];

    for (size_t i = 0; i < sizeof p.bytes; i++)
        p.sum += p.bytes[i] = (unsigned char)(i * 7);
    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .copy_size = sizeof p), check_packet, &p,
                                      &tasks[0]));
    memset(&p, 0, sizeof p);
    p.sum = 1;
    assert_ok(edo_spawn_blocking_with(EDO_OPTS(blocking, .copy_size = sizeof small), check_small,
                                      &small, &tasks[1]));
    small = 0;
    assert_int_equal(join_result(tasks[0]), 1);
    assert_int_equal(join_result(tasks[1]), 1);
}

static uint64_t released_value;

static void note_released(void *arg)
{
    released_value = *(uint64_t *)arg;
}

EDO_TEST_PLAIN(release_is_given_the_copy)
{
    edo_runtime *runtime = make_with_threads(EDO_MULTI_THREAD, 1);
    edo_handle *handle = edo_runtime_handle(runtime);
    call first = {0};
    uint64_t value = 1234;
    edo_task tasks[2] = {spawn_call(runtime, &first)};

    wait_until(has_begun(&first));
    assert_ok(edo_spawn_blocking_with(
        EDO_OPTS(blocking, .on = handle, .release = note_released, .copy_size = sizeof value),
        run_call, &value, &tasks[1]));
    value = 0;
    assert_ok(edo_task_abort(tasks[1]));
    assert_int_equal(join_result(tasks[1]), -ECANCELED);
    assert_true(released_value == 1234);
    let_go(&first);
    join_result(tasks[0]);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
