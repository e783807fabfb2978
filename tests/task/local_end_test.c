/* local_end_test.c: how local tasks end: aborted, freed with their set, shut down. */
#include "runtime/child_leaks.h"
#include "task/local_rig.h"

/* ---- abort --------------------------------------------------------------------------------- */

typedef struct cleanup {
    gate waits;
    pid_t began, ended;
} cleanup;

static int clean_up(void *arg)
{
    cleanup *c = arg;

    c->began = gettid();
    gate_open(&c->waits);
    int rc = wait_for_ever(NULL);
    c->ended = gettid();
    return rc;
}

static int drive_set(void *arg)
{
    return edo_local_set_drive(arg);
}

EDO_TEST_BOTH(an_aborted_local_task_cleans_up_on_its_thread) /* task-028 */
{
    edo_local_set *set = new_local_set();
    cleanup c = {.waits = GATE_INIT};
    edo_task task = spawn_into(set, clean_up, &c), driver;

    assert_ok(edo_spawn(drive_set, set, &driver));
    assert_ok(gate_wait(&c.waits));
    assert_ok(edo_task_abort(task));
    assert_int_equal(join_result(task), -ECANCELED);
    assert_int_equal(c.ended, c.began);
    assert_ok(edo_join(driver, NULL));
    assert_ok(edo_local_set_free(set));
}

static void *abort_from_thread(void *arg)
{
    cleanup *c = arg;
    edo_task *task = (edo_task *)(c + 1);

    wait_until(gate_is_open(&c->waits));
    assert_ok(edo_task_abort(*task));
    return NULL;
}

EDO_TEST_BOTH(a_plain_thread_aborts_a_local_task) /* task-028 */
{
    struct {
        cleanup c;
        edo_task task;
    } shared = {.c.waits = GATE_INIT};
    edo_local_set *set = new_local_set();

    shared.task = spawn_into(set, clean_up, &shared.c);
    pthread_t aborter = start_thread(abort_from_thread, &shared);
    assert_ok(edo_local_set_drive(set));
    join_thread(aborter);
    assert_int_equal(join_result(shared.task), -ECANCELED);
    assert_int_equal(shared.c.ended, shared.c.began);
    assert_ok(edo_local_set_free(set));
}

#define MANY 16

static void *abort_many(void *arg)
{
    edo_abort_handle *handles = arg;

    for (int i = 0; i < MANY; i++) {
        edo_abort_handle_abort(&handles[i]);
        edo_abort_handle_drop(handles[i]);
    }
    return NULL;
}

static int wait_for_abort(void *arg)
{
    cleanup *c = arg;
    edo_abort_handle handles[MANY];

    for (int i = 0; i < MANY; i++) {
        edo_task one = spawn_local(clean_up, &c[i]);
        assert_ok(gate_wait(&c[i].waits));
        assert_ok(edo_abort_handle_new(one, &handles[i]));
        assert_ok(edo_task_detach(one));
    }
    pthread_t aborter = start_thread(abort_many, handles);
    block_thread_for(5); /* so that whoever else may run them does */
    for (int i = 0; i < MANY; i++)
        task_wait_until(a_load(&c[i].ended, acquire) != 0);
    join_thread(aborter);
    return gettid();
}

EDO_TEST_BOTH(many_are_aborted_from_outside_and_clean_up_on_their_thread) /* task-028 */
{
    edo_local_set *set = new_local_set();
    cleanup c[MANY];

    for (int i = 0; i < MANY; i++)
        c[i] = (cleanup){.waits = GATE_INIT};
    int tid = edo_local_set_run_until(set, wait_for_abort, c);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(c[i].ended, tid);
    assert_ok(edo_local_set_free(set));
}

/* ---- freed with the set -------------------------------------------------------------------- */

EDO_TEST_BOTH(freeing_a_set_ends_its_tasks) /* task-070 */
{
    edo_local_set *set = new_local_set();
    cleanup c[2] = {{.waits = GATE_INIT}, {.waits = GATE_INIT}};
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(5));
    edo_local_set_drive_future drive = edo_local_set_drive_async(set);

    for (int i = 0; i < 2; i++)
        assert_ok(edo_local_set_spawn(set, clean_up, &c[i], NULL));
    assert_int_equal(edo_select(&drive.base, &sleep.base), 1);
    assert_int_equal(edo_local_set_len(set), 2);
    assert_ok(edo_local_set_free(set));
    for (int i = 0; i < 2; i++)
        assert_int_equal(c[i].ended, c[i].began);
}

static int begin_one(void *arg)
{
    cleanup *c = arg;

    assert_ok(edo_spawn_local(clean_up, c, NULL));
    return gate_wait(&c->waits);
}

typedef struct later {
    edo_local_set *set;
    cleanup c;
} later;

static int drive_once(void *arg)
{
    later *l = arg;

    assert_ok(edo_local_set_new(NULL, &l->set));
    return edo_local_set_run_until(l->set, begin_one, &l->c);
}

static void check_free_on_a_plain_thread(edo_runtime *runtime)
{
    later l = {.c.waits = GATE_INIT};

    assert_ok(edo_block_on(runtime, drive_once, &l));
    assert_ok(edo_local_set_free(l.set));
    assert_true(l.c.began > 0);
    assert_int_equal(l.c.ended, l.c.began);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_set_is_freed_after_block_on) /* task-070 */
{
    check_free_on_a_plain_thread(make_current());
    check_free_on_a_plain_thread(make_runtime(EDO_OPTS(runtime, .kind = EDO_LOCAL)));
    check_free_on_a_plain_thread(make_multi(2));
}

static void check_free_undriven(edo_runtime *runtime)
{
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_local_set *set;
    int ran = 0;

    assert_ok(edo_local_set_new(EDO_OPTS(local_set, .on = handle), &set));
    assert_ok(edo_local_set_spawn(set, wait_and_count, &ran, NULL));
    assert_ok(edo_local_set_free(set));
    assert_int_equal(ran, 1);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_set_that_was_never_driven_runs_its_tasks_when_it_is_freed) /* task-070 */
{
    check_free_undriven(make_current());
    check_free_undriven(make_multi(2));
}

static void *free_elsewhere(void *arg)
{
    later *l = arg;

    assert_int_equal(edo_local_set_free(l->set), -EDO_EMISUSE);
    return NULL;
}

EDO_TEST_PLAIN(another_thread_does_not_free_what_it_can_not_drive)
{
    edo_runtime *runtime = make_current();
    later l = {.c.waits = GATE_INIT};

    assert_ok(edo_block_on(runtime, drive_once, &l));
    join_thread(start_thread(free_elsewhere, &l));
    assert_int_equal(l.c.ended, 0);
    assert_ok(edo_local_set_free(l.set));
    assert_int_equal(l.c.ended, l.c.began);
    assert_ok(edo_runtime_free(runtime));
}

static int free_own_set(void *arg)
{
    return edo_local_set_free(arg);
}

EDO_TEST_BOTH(a_set_is_not_freed_from_within)
{
    edo_local_set *set = new_local_set();

    assert_int_equal(edo_local_set_run_until(set, free_own_set, set), -EBUSY);
    edo_task task = spawn_into(set, free_own_set, set);
    assert_ok(edo_local_set_drive(set));
    assert_int_equal(join_result(task), -EDEADLK);
    assert_ok(edo_local_set_free(set));
}

static void *wake_from_thread(void *arg)
{
    woken *w = arg;

    gate_open(&w->wake);
    return NULL;
}

static int begin_woken(void *arg)
{
    woken *w = arg;

    assert_ok(edo_spawn_local(wait_to_be_woken, w, NULL));
    return gate_wait(&w->begun);
}

EDO_TEST_BOTH(a_set_is_freed_with_a_task_that_was_woken_elsewhere) /* task-071 */
{
    edo_local_set *set = new_local_set();
    woken w = {.begun = GATE_INIT, .wake = GATE_INIT};

    assert_ok(edo_local_set_run_until(set, begin_woken, &w));
    join_thread(start_thread(wake_from_thread, &w));
    assert_ok(edo_local_set_free(set));
    assert_int_equal(w.ended, 1);
}

/* Each wakes the next in its clean-up, and all wait for all. */
typedef struct ring {
    gate gates[3];
    int ended, next;
} ring;

static int wake_the_others(void *arg)
{
    ring *r = arg;
    int me = r->next++;
    int rc = gate_wait(&r->gates[me]);

    for (int i = 0; i < 3; i++)
        gate_open(&r->gates[i]);
    assert_int_equal(edo_yield(), -ECANCELED);
    r->ended++;
    return rc;
}

static int begin_ring(void *arg)
{
    for (int i = 0; i < 3; i++)
        assert_ok(edo_spawn_local(wake_the_others, arg, NULL));
    return edo_yield();
}

EDO_TEST_BOTH(tasks_that_wake_each_other_are_freed_with_their_set) /* task-073 */
{
    edo_local_set *set = new_local_set();
    ring r = {.gates = {GATE_INIT, GATE_INIT, GATE_INIT}};

    assert_ok(edo_local_set_run_until(set, begin_ring, &r));
    assert_int_equal(edo_local_set_len(set), 3);
    assert_ok(edo_local_set_free(set));
    assert_int_equal(r.ended, 3);
}

static int spawn_one_more(void *arg)
{
    int *rc = arg;
    int why = wait_for_ever(NULL);

    *rc = edo_spawn_local(do_nothing, NULL, NULL);
    return why;
}

static int begin_spawner(void *arg)
{
    assert_ok(edo_spawn_local(spawn_one_more, arg, NULL));
    return edo_yield();
}

EDO_TEST_BOTH(a_set_that_is_being_freed_takes_no_more_tasks)
{
    edo_local_set *set = new_local_set();
    int rc = 1;

    assert_ok(edo_local_set_run_until(set, begin_spawner, &rc));
    assert_ok(edo_local_set_free(set));
    assert_int_equal(rc, -ECANCELED);
}

static int free_while_canceled(void *arg)
{
    assert_ok(edo_task_self_abort());
    return edo_local_set_free(arg);
}

EDO_TEST_BOTH(a_cancelled_task_frees_a_set_all_the_same)
{
    edo_local_set *set = new_local_set();
    cleanup c = {.waits = GATE_INIT};
    edo_task task;

    assert_ok(edo_local_set_spawn(set, clean_up, &c, NULL));
    assert_ok(edo_spawn(free_while_canceled, set, &task));
    assert_int_equal(join_result(task), 0);
    assert_int_equal(c.ended, c.began);
}

/* ---- shut down ----------------------------------------------------------------------------- */

static int leave_undriven(void *arg)
{
    later *l = arg;

    assert_ok(edo_local_set_new(NULL, &l[0].set));
    assert_ok(edo_local_set_new(NULL, &l[1].set));
    assert_ok(edo_local_set_spawn(l[1].set, wait_and_count, &l[1].c.ended, NULL));
    return edo_local_set_run_until(l[0].set, begin_one, &l[0].c);
}

static void check_shutdown_undriven(edo_runtime *runtime)
{
    later l[2] = {{.c.waits = GATE_INIT}, {.c.waits = GATE_INIT}};

    assert_ok(edo_block_on(runtime, leave_undriven, l));
    assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(5)));
    assert_int_equal(l[0].c.ended, l[0].c.began);
    assert_int_equal(l[1].c.ended, 1);
    assert_int_equal(edo_local_set_len(l[0].set), 0);
    assert_int_equal(edo_local_set_spawn(l[0].set, do_nothing, NULL, NULL), -EDO_ESHUTDOWN);
    assert_ok(edo_runtime_free(runtime));
    assert_ok(edo_local_set_free(l[0].set)); /* it outlives the runtime */
    assert_ok(edo_local_set_free(l[1].set));
}

EDO_TEST_PLAIN(a_shutdown_needs_no_drive)
{
    check_shutdown_undriven(make_current());
    check_shutdown_undriven(make_multi(2));
}

static int make_three(void *arg)
{
    later *l = arg;

    for (int i = 0; i < 3; i++) {
        assert_ok(edo_local_set_new(NULL, &l[i].set));
        assert_ok(edo_local_set_spawn(l[i].set, wait_and_count, &l[i].c.ended, NULL));
    }
    return 0;
}

/* Two of three, whichever is freed before. */
EDO_TEST_PLAIN(a_shutdown_finds_all_sets_that_there_are)
{
    for (int gone = 0; gone < 3; gone++) {
        edo_runtime *runtime = make_multi(1);
        later l[3] = {{.c.ended = 0}};
        assert_ok(edo_block_on(runtime, make_three, l));
        assert_ok(edo_local_set_free(l[gone].set));
        assert_int_equal(l[gone].c.ended, 1);
        assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(5)));
        for (int i = 0; i < 3; i++)
            assert_int_equal(l[i].c.ended, 1);
        for (int i = 0; i < 3; i++)
            assert_ok(i == gone ? 0 : edo_local_set_free(l[i].set));
        assert_ok(edo_runtime_free(runtime));
    }
}

static void *leave_pinned(void *arg)
{
    edo_runtime *runtime = ((void **)arg)[0];
    later *l = ((void **)arg)[1];

    assert_ok(edo_block_on(runtime, drive_once, l));
    return NULL;
}

EDO_TEST_PLAIN(a_shutdown_runs_what_belongs_to_a_thread_that_is_gone)
{
    edo_runtime *runtime = make_current();
    later l = {.c.waits = GATE_INIT};
    void *args[] = {runtime, &l};

    join_thread(start_thread(leave_pinned, args));
    assert_true(l.c.began > 0);
    assert_int_equal(l.c.ended, 0);
    assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(5)));
    assert_int_equal(l.c.ended, gettid());
    assert_ok(edo_runtime_free(runtime));
    assert_ok(edo_local_set_free(l.set));
}

static void free_in_destructor(void *set)
{
    assert_ok(edo_local_set_free(set));
}

static pthread_key_t key;

static int drive_by_handle(void *arg)
{
    later *l = arg;
    int rc = drive_once(l);

    return rc;
}

static void *keep_in_thread_local(void *arg)
{
    later *l = ((void **)arg)[1];

    assert_ok(edo_handle_block_on(((void **)arg)[0], drive_by_handle, l));
    assert_int_equal(pthread_setspecific(key, l->set), 0);
    return NULL;
}

static void end_with_a_set(void *arg)
{
    leave_leaks_alone(); /* it ends in the middle of all */
    edo_runtime *runtime = make_runtime(arg);
    edo_handle *handle = edo_runtime_handle(runtime);
    later l[2] = {{.c.waits = GATE_INIT}, {.c.waits = GATE_INIT}};
    void *args[] = {handle, &l[0]};

    assert_int_equal(pthread_key_create(&key, free_in_destructor), 0);
    join_thread(start_thread(keep_in_thread_local, args));
    assert_int_equal(l[0].c.ended, l[0].c.began);
    args[1] = &l[1];
    keep_in_thread_local(args); /* of the main thread: nobody frees it */
    exit(7);
}

EDO_TEST_PLAIN(a_set_in_a_thread_local_survives_the_end_of_the_process) /* task-075 */
{
    char err[4096];
    edo_runtime_opts current = {.kind = EDO_CURRENT_THREAD}, multi = {.workers = 1};

    assert_int_equal(WEXITSTATUS(run_child(end_with_a_set, &current, err, sizeof err)), 7);
    assert_int_equal(WEXITSTATUS(run_child(end_with_a_set, &multi, err, sizeof err)), 7);
}
