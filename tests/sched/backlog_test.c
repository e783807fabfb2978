/* backlog_test.c: what is left over with one worker, and whether that is worth another one's while. */
#include "runtime/rig.h"

#include <signal.h>

#include "sched/backlog.h"
#include "sched/current.h"

#define LONG_CYCLES (UINT64_C(1) << 19)
#define SHORT_CYCLES 1000

/* A core alone: no thread, no driver. */
typedef struct lone {
    sched s;
    core *c;
    task *tasks;
} lone;

/* Whole cache lines: a core's first member asks for that. */
static void *zeroed_lines(size_t size)
{
    size_t whole = (size + 63) / 64 * 64;

    return memset(aligned_alloc(64, whole), 0, whole);
}

static lone *make_lone(void)
{
    lone *l = calloc(1, sizeof *l);

    l->c = zeroed_lines(sizeof(core));
    l->tasks = zeroed_lines(300 * sizeof(task));
    l->c->sched = &l->s;
    l->s.has_monitor = true;
    l->s.core_count = 2;
    backlog_forget(l->c);
    return l;
}

static void free_lone(lone *l)
{
    free(l->tasks);
    free(l->c);
    free(l);
}

/* As many as stand in its queue, which has room for 256. */
static void fill_to(lone *l, unsigned n)
{
    while (run_queue_pop(&l->c->queue))
        ;
    for (unsigned i = 0; i < n; i++)
        assert_false(run_queue_push(&l->c->queue, &l->tasks[i], &l->c->overflow));
    assert_int_equal(backlog_len(l->c), n);
}

static void run_short_ones(lone *l)
{
    for (int i = 0; i < 1000; i++)
        backlog_note_runs(l->c, 8 * SHORT_CYCLES, 8);
}

/* One that the system did not interrupt. */
static void run_long_one(lone *l)
{
    fill_to(l, 1);
    for (int i = 0; i < 1000 && !backlog_is_worth_a_call(l->c); i++)
        backlog_note_runs(l->c, LONG_CYCLES, 1);
    assert_true(backlog_is_worth_a_call(l->c));
}

static void call_in_vain(lone *l)
{
    l->c->called = true;
    l->c->called_at = clock_cycles();
    backlog_note_call(l->c);
    assert_false(l->c->called);
}

static void call_to_some_use(lone *l)
{
    l->c->called = true;
    l->c->called_at = clock_cycles() - LONG_CYCLES;
    backlog_note_call(l->c);
}

EDO_TEST_PLAIN(a_single_task_of_a_worker_that_knows_nothing_yet_is_worth_a_call)
{
    lone *l = make_lone();

    assert_false(backlog_is_worth_a_call(l->c));
    assert_false(backlog_is_worth_a_steal(l->c));
    fill_to(l, 1);
    assert_true(backlog_is_worth_a_call(l->c));
    assert_true(backlog_is_worth_a_steal(l->c));
    free_lone(l);
}

EDO_TEST_PLAIN(a_worker_knows_nothing_of_the_runs_of_a_runtime_before)
{
    lone *l = make_lone();
    core *used, *c;

    l->s.opts.no_io = true;
    assert_ok(core_new(&l->s, 0, &used));
    for (int i = 0; i < 1000; i++)
        backlog_note_runs(used, 8 * SHORT_CYCLES, 8);
    core_free(used);
    assert_ok(core_new(&l->s, 0, &c));
    assert_ptr_equal(c, used);
    run_queue_push(&c->queue, &l->tasks[0], &c->overflow);
    assert_true(backlog_is_worth_a_call(c));
    core_free(c);
    free_lone(l);
}

EDO_TEST_PLAIN(a_few_short_runs_are_left_to_their_worker)
{
    lone *l = make_lone();

    run_short_ones(l);
    fill_to(l, 10); /* 10,000 cycles */
    assert_false(backlog_is_worth_a_call(l->c));
    assert_false(backlog_is_worth_a_steal(l->c));
    fill_to(l, 20);
    assert_true(backlog_is_worth_a_steal(l->c));
    fill_to(l, 256);
    assert_false(backlog_is_worth_a_call(l->c));
    backlog_note_runs(l->c, 8 * 1100, 8);
    assert_true(backlog_is_worth_a_call(l->c));
    free_lone(l);
}

EDO_TEST_PLAIN(a_long_run_is_remembered_for_a_while)
{
    lone *l = make_lone();

    run_short_ones(l);
    run_long_one(l);
    backlog_note_runs(l->c, 8 * SHORT_CYCLES, 8);
    fill_to(l, 2);
    assert_true(backlog_is_worth_a_call(l->c));
    run_short_ones(l);
    assert_false(backlog_is_worth_a_call(l->c));
    free_lone(l);
}

EDO_TEST_PLAIN(a_run_is_not_long_because_its_thread_lost_the_processor)
{
    lone *l = make_lone();

    run_short_ones(l);
    fill_to(l, 1);
    l->c->preemptions = UINT64_MAX; /* it has another number of them now */
    backlog_note_runs(l->c, LONG_CYCLES, 1);
    assert_false(backlog_is_worth_a_call(l->c));
    free_lone(l);
}

EDO_TEST_PLAIN(the_system_is_asked_about_longer_runs_than_before_and_where_there_is_another_worker)
{
    lone *l = make_lone();

    l->c->preemptions = UINT64_MAX;
    backlog_note_runs(l->c, LONG_CYCLES / 4, 1); /* all runs so far were to be as long as any */
    assert_true(l->c->preemptions == UINT64_MAX);
    run_short_ones(l);
    l->s.core_count = 1;
    backlog_note_runs(l->c, LONG_CYCLES / 4, 1);
    assert_true(l->c->preemptions == UINT64_MAX);
    run_short_ones(l);
    l->s.core_count = 2;
    backlog_note_runs(l->c, LONG_CYCLES / 4, 1);
    assert_true(l->c->preemptions != UINT64_MAX);
    free_lone(l);
}

EDO_TEST_PLAIN(new_tasks_are_worth_a_call_by_their_number)
{
    lone *l = make_lone();

    run_short_ones(l);
    fill_to(l, 3);
    assert_false(backlog_with_new_is_worth_a_call(l->c));
    fill_to(l, 4);
    assert_true(backlog_with_new_is_worth_a_call(l->c));
    call_in_vain(l);
    assert_false(backlog_with_new_is_worth_a_call(l->c));
    fill_to(l, 8);
    assert_true(backlog_with_new_is_worth_a_call(l->c));
    for (int i = 0; i < 100; i++)
        call_in_vain(l);
    fill_to(l, 255);
    assert_false(backlog_with_new_is_worth_a_call(l->c));
    fill_to(l, 256);
    assert_true(backlog_with_new_is_worth_a_call(l->c));
    free_lone(l);
}

EDO_TEST_PLAIN(calls_in_vain_make_worth_dearer_and_others_cheaper_again)
{
    lone *l = make_lone();

    fill_to(l, 1);
    call_in_vain(l);
    assert_false(backlog_is_worth_a_call(l->c));
    fill_to(l, 2);
    assert_true(backlog_is_worth_a_call(l->c));
    for (int i = 0; i < 100; i++)
        call_in_vain(l);
    fill_to(l, 8); /* of long ones that is always worth it */
    assert_true(backlog_is_worth_a_call(l->c));
    for (int i = 0; i < 6; i++)
        call_to_some_use(l);
    fill_to(l, 1);
    assert_true(backlog_is_worth_a_call(l->c));
    call_to_some_use(l);
    assert_int_equal(l->s.idle.vain, 0);
    free_lone(l);
}

EDO_TEST_PLAIN(without_a_monitor_every_backlog_is_worth_it)
{
    lone *l = make_lone();

    l->s.has_monitor = false;
    run_short_ones(l);
    fill_to(l, 1);
    assert_true(backlog_is_worth_a_call(l->c));
    assert_true(backlog_is_worth_a_steal(l->c));
    free_lone(l);
}

static int note_run(void *arg)
{
    assert_ok((int)once_wait(arg));
    return edo_worker_index();
}

/* Nobody expected it to be long, and its core can't be taken away: the monitor calls somebody. */
EDO_TEST_MT(those_behind_a_run_that_is_long_all_of_a_sudden_are_run_elsewhere)
{
    once doors[3] = {{.lock = PTHREAD_MUTEX_INITIALIZER},
                     {.lock = PTHREAD_MUTEX_INITIALIZER},
                     {.lock = PTHREAD_MUTEX_INITIALIZER}};
    edo_task tasks[3];
    sched *s = sched_current(thread_self());

    if (s->core_count == 1)
        EDO_SKIP("nobody else is there");
    s->can_revoke = false;
    for (int i = 0; i < 3; i++)
        assert_ok(edo_spawn(note_run, &doors[i], &tasks[i]));
    for (int i = 0; i < 3; i++)
        task_wait_until(once_has_waiter(&doors[i]));
    for (int i = 0; i < 2000; i++)
        assert_ok(edo_yield());
    for (int i = 0; i < 3; i++)
        once_open(&doors[i], 0); /* the last one is next on this worker, whatever comes */
    block_thread_for(200);
    assert_true(edo_task_is_finished(tasks[0]) && edo_task_is_finished(tasks[1]));
    for (int i = 0; i < 3; i++)
        assert_true(join_result(tasks[i]) >= 0);
}

static int wait_for_signal(void *arg)
{
    return edo_signal_recv(arg);
}

static int raise_after_short_runs(void *arg)
{
    edo_signal *listener;
    edo_task waiter;

    (void)arg;
    assert_ok(edo_signal_open(SIGUSR1, &listener));
    for (int i = 0; i < 20; i++) {
        assert_ok(edo_spawn(wait_for_signal, listener, &waiter));
        for (int k = 0; k < 3000; k++)
            assert_ok(edo_yield());
        raise(SIGUSR1);
        assert_ok(edo_join(waiter, NULL));
    }
    edo_signal_close(listener);
    return 0;
}

/* What a look at the driver makes ready is not worth a call, and still the worker's own. */
EDO_TEST_PLAIN(with_a_paused_clock_a_single_short_task_is_not_slept_over)
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD,
                                                 .start_paused = true, .monitor = EDO_MONITOR_ON));

    assert_ok(edo_block_on(runtime, raise_after_short_runs, NULL));
    assert_ok(edo_runtime_free(runtime));
}
