/*
 * polled_task_test.c: the seam for tasks without a stack, proved by one of about fifty lines. It
 * has the same header, queue, handle, join and abort as any other.
 */
#include "runtime/rig.h"

#include "base/macros.h"

/* ---- the task: counts to a limit, giving way each time; then waits for an event ------------ */

typedef struct stepper {
    edo_future base;
    int step, limit;
    once *event;
    edo_poll_fn_future wait;
    bool waits;
    struct trace *trace;
} stepper;

typedef struct trace {
    int polls, cancels, finished;
    uint64_t id;
    int64_t await_says;
} trace;

static edo_poll step_poll(edo_future *base, const edo_waker *waker)
{
    stepper *s = container_of(base, stepper, base);
    edo_future never = edo_pending();

    s->trace->polls++;
    if (s->step < s->limit && !s->trace->cancels) {
        s->step++;
        edo_waker_wake_by_ref(waker);
        return EDO_PENDING;
    }
    s->trace->id = edo_task_self_id();
    s->trace->await_says = edo_await(&never); /* it has no stack to leave */
    if (!s->waits) {
        s->waits = true;
        s->wait = once_async(s->event);
        if (s->trace->cancels)
            edo_future_cancel(&s->wait.base);
    }
    if (!edo_future_is_ready(&s->wait.base) && edo_future_poll(&s->wait.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    s->trace->finished++;
    return edo_future_finish(base, s->wait.base.result);
}

static void step_cancel(edo_future *base)
{
    stepper *s = container_of(base, stepper, base);

    s->trace->cancels++;
    if (s->waits)
        edo_future_cancel(&s->wait.base);
}

static const edo_future_ops step_ops = {.poll = step_poll, .cancel = step_cancel, .name = "step"};

static stepper make_stepper(int limit, once *event, trace *tr)
{
    return (stepper){
        .base = EDO_FUTURE_INIT(&step_ops), .limit = limit, .event = event, .trace = tr};
}

/* ---- what it can do ------------------------------------------------------------------------ */

EDO_TEST_BOTH(it_runs_and_is_joined)
{
    once event = {0};
    trace tr = {0};
    stepper s = make_stepper(10, &event, &tr);
    edo_task task;

    assert_ok(edo_spawn_future(&s.base, sizeof s, &task));
    memset(&s, 0xee, sizeof s); /* it was copied */
    uint64_t id = edo_task_id(task);
    task_wait_until(once_has_waiter(&event));
    assert_false(edo_task_is_finished(task));
    once_open(&event, 123);
    assert_int_equal(join_result(task), 123);
    assert_int_equal(edo_join(task, NULL), -ESRCH);
    assert_int_equal(tr.finished, 1);
    assert_true(tr.polls >= 12);
    assert_int_equal(tr.id, id);
    assert_int_equal(tr.await_says, -EDEADLK);
}

EDO_TEST(a_poll_is_a_run_and_gives_way)
{
    once event = {.open = true, .value = 5};
    trace tr = {0};
    stepper s = make_stepper(20, &event, &tr); /* where it lies: size 0 */
    uint64_t runs = metrics_of(test_runtime()).polls;
    edo_task task;

    assert_ok(edo_spawn_future(&s.base, 0, &task));
    for (int i = 1; i <= 20; i++) {
        assert_ok(edo_yield());
        assert_int_equal(s.step, i);
    }
    assert_int_equal(join_result(task), 5);
    assert_int_equal(tr.polls, 21);
    assert_int_equal(metrics_of(test_runtime()).polls - runs, 20 + 21 + 1);
}

EDO_TEST_BOTH(an_abort_cancels_and_polls_to_the_end)
{
    once event = {0};
    trace tr = {0};
    stepper s = make_stepper(3, &event, &tr);
    edo_task task;

    assert_ok(edo_spawn_future(&s.base, sizeof s, &task));
    task_wait_until(once_has_waiter(&event));
    assert_ok(edo_task_abort(task));
    assert_ok(edo_task_abort(task));
    assert_int_equal(join_result(task), -ECANCELED);
    assert_int_equal(tr.cancels, 1);
    assert_int_equal(tr.finished, 1);
    once_fini(&event);
}

EDO_TEST(aborted_before_its_first_poll_it_has_done_nothing)
{
    once event = {0};
    trace tr = {0};
    stepper s = make_stepper(3, &event, &tr);
    edo_task task;

    assert_ok(edo_spawn_future(&s.base, sizeof s, &task));
    assert_ok(edo_task_abort(task));
    assert_int_equal(join_result(task), -ECANCELED);
    assert_int_equal(tr.polls + tr.cancels, 0);
}

EDO_TEST(a_success_beside_an_abort_stands)
{
    once event = {0};
    trace tr = {0};
    stepper s = make_stepper(0, &event, &tr);
    edo_task task;

    assert_ok(edo_spawn_future(&s.base, sizeof s, &task));
    assert_ok(edo_yield());
    once_open(&event, 9);
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(task)); /* it has ended */
    assert_int_equal(join_result(task), 9);
    assert_int_equal(tr.cancels, 0);
}

EDO_TEST_PLAIN(a_shutdown_ends_it)
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 2));
        edo_handle *handle = edo_runtime_handle(runtime);
        once events[2];
        trace tr[2];
        edo_task tasks[2];
        memset(events, 0, sizeof events);
        memset(tr, 0, sizeof tr);
        for (int i = 0; i < 2; i++) {
            stepper s = make_stepper(2, &events[i], &tr[i]);
            assert_ok(edo_spawn_future_from(EDO_HERE, EDO_OPTS(spawn, .on = handle), &s.base,
                                            sizeof s, &tasks[i]));
            if (i == 0) /* one waits, the other has perhaps not begun */
                assert_ok(edo_block_on(runtime, do_nothing, NULL));
        }
        assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(10)));
        for (int i = 0; i < 2; i++) {
            assert_int_equal(join_result(tasks[i]), -EDO_ESHUTDOWN);
            once_fini(&events[i]);
        }
        edo_handle_unref(handle);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST(what_cannot_be_spawned_is_refused)
{
    edo_future ready = edo_ready(1), never = edo_pending();
    edo_task task = {0};

    assert_int_equal(edo_spawn_future((edo_future *)NULL, 0, &task), -EINVAL);
    assert_int_equal(edo_spawn_future(&ready, sizeof ready - 1, &task), -EINVAL);
    assert_int_equal(edo_spawn_future(&(edo_future){0}, 0, &task), -EINVAL);
    assert_pending(&never);
    assert_int_equal(edo_spawn_future(&never, 0, &task), -EINVAL); /* polled before */
    edo_future_cancel(&never);
    assert_ready_eq(&never, -ECANCELED);
    assert_null(task.header);
    assert_ok(edo_spawn_future(&ready, sizeof ready, &task));
    assert_int_equal(join_result(task), 1);
}

EDO_TEST_MT(a_thousand_of_them)
{
    unsigned n = 1000;
    edo_task *tasks = calloc(n, sizeof *tasks);
    trace *tr = calloc(n, sizeof *tr);
    once *events = calloc(n, sizeof *events);

    for (unsigned i = 0; i < n; i++) {
        stepper s = make_stepper((int)i % 5, &events[i], &tr[i]);
        assert_ok(edo_spawn_future(&s.base, sizeof s, &tasks[i]));
    }
    for (unsigned i = 0; i < n; i++)
        once_open(&events[i], i);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(join_result(tasks[i]), i);
        assert_int_equal(tr[i].finished, 1);
    }
    free(tasks);
    free(tr);
    free(events);
}
