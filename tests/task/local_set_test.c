/* local_set_test.c: tasks that run on one thread while their set is driven. */
#include "task/local_rig.h"

/* ---- run_until ----------------------------------------------------------------------------- */

static int spawn_128(void *arg)
{
    pid_t here = gettid(), tids[128] = {0};
    edo_task tasks[128];

    (void)arg;
    for (int i = 0; i < 128; i++)
        tasks[i] = spawn_local(tell_thread, &tids[i]);
    for (int i = 0; i < 128; i++) {
        assert_int_equal(join_result(tasks[i]), 5);
        assert_int_equal(tids[i], here);
    }
    assert_int_equal(gettid(), here);
    return 42;
}

EDO_TEST_BOTH(local_tasks_run_on_the_thread_that_drives) /* task-063 */
{
    edo_local_set *set = new_local_set();

    assert_int_equal(edo_local_set_run_until(set, spawn_128, NULL), 42);
    assert_int_equal(edo_local_set_len(set), 0);
    assert_ok(edo_local_set_free(set));
}

typedef struct nest {
    pid_t tid;
    int depth;
} nest;

static int nest_deeper(void *arg)
{
    nest *n = arg;

    assert_int_equal(gettid(), n->tid);
    assert_ok(edo_sleep(EDO_MILLIS(10)));
    assert_int_equal(gettid(), n->tid);
    if (++n->depth == 4)
        return 4;
    return join_result(spawn_local(nest_deeper, n));
}

static int begin_nest(void *arg)
{
    nest *n = arg;

    n->tid = gettid();
    return join_result(spawn_local(nest_deeper, n));
}

EDO_TEST_BOTH(local_tasks_spawn_local_tasks_four_levels_deep) /* task-063 */
{
    edo_local_set *set = new_local_set();
    nest n = {0};

    assert_int_equal(edo_local_set_run_until(set, begin_nest, &n), 4);
    assert_ok(edo_local_set_free(set));
}

static int join_the_early(void *arg)
{
    return join_result(*(edo_task *)arg);
}

static int yield_a_little(void *arg)
{
    (void)arg;
    for (int i = 0; i < 20; i++)
        assert_ok(edo_yield());
    return gettid();
}

EDO_TEST_BOTH(a_task_spawned_before_waits_for_the_drive) /* task-063 */
{
    edo_local_set *set = new_local_set();
    pid_t tid = 0;
    edo_task early = spawn_into(set, tell_thread, &tid);

    yield_a_little(NULL);
    assert_int_equal(tid, 0);
    assert_int_equal(edo_local_set_run_until(set, join_the_early, &early), 5);
    assert_true(tid > 0);
    assert_ok(edo_local_set_free(set));
}

static int leave_one(void *arg)
{
    pid_t *tid = arg;

    assert_ok(edo_spawn_local(tell_thread, tid, NULL));
    return gettid();
}

EDO_TEST_BOTH(run_until_ends_with_its_function_and_leaves_the_rest) /* task-065 */
{
    edo_local_set *set = new_local_set();
    pid_t tid = 0;
    int here = edo_local_set_run_until(set, leave_one, &tid);

    assert_int_equal(edo_local_set_len(set), 1);
    for (int i = 0; i < 5; i++) {
        yield_a_little(NULL);
        assert_ok(edo_sleep(EDO_MILLIS(1)));
    }
    assert_int_equal(tid, 0);
    assert_ok(edo_local_set_drive(set));
    assert_int_equal(tid, here);
    assert_int_equal(edo_local_set_len(set), 0);
    assert_ok(edo_local_set_free(set));
}

/* The next drive may begin on any worker: the driving task goes to the set's thread. */
EDO_TEST_MT(a_task_goes_to_the_thread_of_the_set_that_it_drives)
{
    edo_local_set *set = new_local_set();
    int here = edo_local_set_run_until(set, yield_a_little, NULL);

    for (int i = 0; i < 50; i++) {
        assert_ok(edo_sleep((edo_duration){100000}));
        assert_int_equal(edo_local_set_run_until(set, yield_a_little, NULL), here);
    }
    assert_ok(edo_local_set_free(set));
}

static int drive_in_here(void *arg)
{
    return edo_local_set_run_until(arg, yield_a_little, NULL);
}

static int drive_two(void *arg)
{
    edo_local_set **sets = arg;

    assert_int_equal(edo_local_set_run_until(sets[1], yield_a_little, NULL), gettid());
    return join_result(spawn_local(drive_in_here, sets[1]));
}

EDO_TEST_BOTH(a_local_task_drives_another_set_on_the_same_thread)
{
    edo_local_set *sets[] = {new_local_set(), new_local_set()};

    assert_int_equal(edo_local_set_run_until(sets[0], drive_two, sets),
                     edo_local_set_run_until(sets[1], yield_a_little, NULL));
    assert_ok(edo_local_set_free(sets[0]));
    assert_ok(edo_local_set_free(sets[1]));
}

EDO_TEST_PLAIN(what_does_not_fit_is_refused)
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_local_set *set;

    assert_int_equal(edo_local_set_new(NULL, &set), -EDO_ENORUNTIME);
    assert_int_equal(edo_local_set_new(EDO_OPTS(local_set, .on = handle), NULL), -EINVAL);
    assert_ok(edo_local_set_new(EDO_OPTS(local_set, .on = handle), &set));
    assert_int_equal(edo_local_set_run_until(set, do_nothing, NULL), -EDO_EMISUSE);
    assert_int_equal(edo_local_set_run_until(NULL, do_nothing, NULL), -EINVAL);
    assert_int_equal(edo_local_set_run_until(set, NULL, NULL), -EINVAL);
    assert_int_equal(edo_local_set_drive(NULL), -EINVAL);
    assert_int_equal(edo_local_set_spawn(NULL, do_nothing, NULL, NULL), -EINVAL);
    assert_int_equal(edo_local_set_spawn(set, NULL, NULL, NULL), -EINVAL);
    assert_int_equal(edo_local_set_len(NULL), 0);
    assert_ok(edo_local_set_free(NULL));
    assert_ok(edo_local_set_free(set));
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

/* ---- as a future --------------------------------------------------------------------------- */

static bool flags[3];

static int set_flag_2(void *arg)
{
    (void)arg;
    assert_ok(edo_sleep(EDO_MILLIS(10)));
    flags[2] = true;
    return 0;
}

static int set_flag_1(void *arg)
{
    (void)arg;
    assert_ok(edo_sleep(EDO_MILLIS(5)));
    assert_ok(edo_spawn_local(set_flag_2, NULL, NULL));
    flags[1] = true;
    return 0;
}

static int set_flag_0(void *arg)
{
    (void)arg;
    assert_ok(edo_spawn_local(set_flag_1, NULL, NULL));
    flags[0] = true;
    return 0;
}

EDO_TEST_BOTH(a_drive_ends_when_all_tasks_have_ended_nested_ones_too) /* task-064 */
{
    edo_local_set *set = new_local_set();

    assert_ok(edo_local_set_spawn(set, set_flag_0, NULL, NULL));
    assert_ok(edo_local_set_drive(set));
    assert_true(flags[0] && flags[1] && flags[2]);
    assert_ok(edo_local_set_drive(set)); /* of none: at once */
    assert_ok(edo_local_set_free(set));
}

EDO_TEST_BOTH(a_drive_that_loses_leaves_the_rest_for_the_next)
{
    edo_local_set *set = new_local_set();
    int cancelled = 0;
    edo_task task = spawn_into(set, wait_and_count, &cancelled);
    edo_local_set_drive_future drive = edo_local_set_drive_async(set);
    edo_sleep_future sleep = edo_sleep_async(EDO_MILLIS(5));

    assert_int_equal(edo_select(&drive.base, &sleep.base), 1);
    assert_int_equal(drive.base.result, -ECANCELED);
    assert_ok(edo_task_abort(task));
    yield_a_little(NULL);
    assert_int_equal(cancelled, 0); /* nobody drives it */
    assert_ok(edo_local_set_drive(set));
    assert_int_equal(cancelled, 1);
    assert_int_equal(join_result(task), -ECANCELED);
    assert_ok(edo_local_set_free(set));
}

typedef struct awaited {
    edo_local_set *set;
    gate driven, ran;
    pid_t tid, late_tid;
} awaited;

static int note_run(void *arg)
{
    awaited *a = arg;

    a->late_tid = gettid();
    gate_open(&a->ran);
    return 0;
}

/* When all threads of the runtime sleep, as a rule. */
static void *spawn_late(void *arg)
{
    awaited *a = arg;

    block_thread_for(5);
    assert_ok(edo_local_set_spawn(a->set, note_run, a, NULL));
    return NULL;
}

static int hold_the_drive(void *arg)
{
    awaited *a = arg;

    a->tid = gettid();
    gate_open(&a->driven);
    return wait_for_ever(NULL);
}

static int drive_it(void *arg)
{
    awaited *a = arg;

    return edo_local_set_drive(a->set);
}

EDO_TEST_BOTH(a_spawn_onto_a_set_that_is_awaited_wakes_it) /* task-069 */
{
    awaited a = {.set = new_local_set(), .driven = GATE_INIT, .ran = GATE_INIT};
    edo_task holder = spawn_into(a.set, hold_the_drive, &a), driver;

    assert_ok(edo_spawn(drive_it, &a, &driver));
    assert_ok(gate_wait(&a.driven));
    pthread_t spawner = start_thread(spawn_late, &a);
    assert_ok(gate_wait(&a.ran));
    join_thread(spawner);
    assert_int_equal(a.late_tid, a.tid);
    assert_ok(edo_task_abort(holder));
    assert_int_equal(join_result(holder), -ECANCELED);
    assert_int_equal(join_result(driver), 0);
    assert_ok(edo_local_set_free(a.set));
}

/* ---- where they are called from ------------------------------------------------------------ */

static int get_tid(void *arg)
{
    (void)arg;
    return gettid();
}

static int call_elsewhere(void *arg)
{
    pid_t here = gettid();
    edo_task call;

    (void)arg;
    assert_ok(edo_spawn_blocking(get_tid, NULL, &call));
    assert_true(join_result(call) != here);
    assert_int_equal(gettid(), here);
    return here;
}

static int call_from_local(void *arg)
{
    pid_t here = gettid();

    assert_int_equal(join_result(spawn_local(call_elsewhere, arg)), here);
    return 7;
}

EDO_TEST_BOTH(a_local_task_comes_back_from_blocking_code_to_its_thread) /* task-066 */
{
    edo_local_set *set = new_local_set();

    for (int i = 0; i < 20; i++)
        assert_int_equal(edo_local_set_run_until(set, call_from_local, NULL), 7);
    assert_ok(edo_local_set_free(set));
}

static int join_other(void *arg)
{
    return join_result(*(edo_task *)arg);
}

static int be_joined_elsewhere(void *arg)
{
    pid_t here = gettid(), tid = 0;
    edo_task local = spawn_local(tell_thread, &tid), joiner;

    (void)arg;
    assert_ok(edo_spawn(join_other, &local, &joiner));
    assert_int_equal(join_result(joiner), 5);
    assert_int_equal(tid, here);
    return 7;
}

EDO_TEST_MT(a_local_task_is_joined_from_any_worker) /* task-067 */
{
    edo_local_set *set = new_local_set();

    for (int i = 0; i < 20; i++)
        assert_int_equal(edo_local_set_run_until(set, be_joined_elsewhere, NULL), 7);
    assert_ok(edo_local_set_free(set));
}

static int sleep_for_nothing(void *arg)
{
    assert_ok(edo_sleep((edo_duration){0}));
    ++*(int *)arg;
    return 0;
}

EDO_TEST_BOTH(a_local_spawn_under_an_entered_guard_goes_to_the_set) /* task-068 */
{
    edo_local_set *set = new_local_set();
    edo_local_set_guard guard;
    int ran = 0;

    assert_ok(edo_local_set_enter(set, &guard));
    assert_ok(edo_spawn_local(sleep_for_nothing, &ran, NULL));
    edo_local_set_leave(&guard);
    edo_local_set_leave(&guard); /* once is enough */
    assert_int_equal(edo_spawn_local(sleep_for_nothing, &ran, NULL), -EDO_EMISUSE);
    assert_int_equal(edo_local_set_len(set), 1);
    assert_ok(edo_local_set_drive(set));
    assert_int_equal(ran, 1);
    assert_ok(edo_local_set_free(set));
}

static int drive_set(void *arg)
{
    return edo_local_set_drive(arg);
}

EDO_TEST_PLAIN(a_plain_thread_enters_a_set_and_drives_it_later) /* task-068 */
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_local_set *set;
    edo_local_set_guard guard;
    int ran = 0;

    assert_ok(edo_local_set_new(EDO_OPTS(local_set, .on = handle), &set));
    assert_ok(edo_local_set_enter(set, &guard));
    assert_ok(edo_spawn_local(sleep_for_nothing, &ran, NULL));
    edo_local_set_leave(&guard);
    assert_int_equal(edo_spawn_local(do_nothing, NULL, NULL), -EDO_ENORUNTIME);
    assert_ok(edo_block_on(runtime, drive_set, set));
    assert_int_equal(ran, 1);
    assert_ok(edo_local_set_free(set));
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

/* ---- many ---------------------------------------------------------------------------------- */

typedef struct flood {
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    int ended;
} flood;

static int send_all(void *arg)
{
    flood *f = arg;

    for (int i = 0; i < 500; i++)
        assert_ok(edo_mpsc_send(f->tx, &i));
    return 0;
}

static int receive_one(void *arg)
{
    flood *f = arg;
    int item;

    assert_int_equal(edo_mpsc_recv(f->rx, &item), 1);
    return item;
}

static int answer_one(void *arg)
{
    flood *f = arg;

    assert_ok(edo_yield());
    f->ended++;
    return 0;
}

static int receive_all(void *arg)
{
    flood *f = arg;
    edo_task sender, tasks[500];

    assert_ok(edo_spawn(send_all, f, &sender)); /* not a local one */
    for (int i = 0; i < 500; i++) {
        assert_int_equal(receive_one(f), i);
        tasks[i] = spawn_local(answer_one, f);
    }
    for (int i = 0; i < 500; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    return join_result(sender);
}

EDO_TEST_BOTH(all_that_others_send_is_received_by_local_tasks) /* task-072 */
{
    edo_local_set *set = new_local_set();
    flood f = {0};

    assert_ok(edo_mpsc_new(&(edo_item){.size = sizeof(int)}, 1, &f.tx, &f.rx));
    assert_ok(edo_local_set_run_until(set, receive_all, &f));
    assert_int_equal(f.ended, 500);
    edo_mpsc_sender_free(f.tx);
    edo_mpsc_receiver_free(f.rx);
    assert_ok(edo_local_set_free(set));
}

/* Neither kind waits for the other to have nothing to do. */
typedef struct busy {
    uint32_t stop; /* atomic */
    unsigned turns;
} busy;

static int keep_busy(void *arg)
{
    busy *b = arg;

    while (!a_load(&b->stop, acquire)) {
        b->turns++;
        assert_ok(edo_yield());
    }
    return 0;
}

static int stop_it(void *arg)
{
    busy *b = arg;

    for (int i = 0; i < 100; i++)
        assert_ok(edo_yield());
    a_store(&b->stop, 1, release);
    return 0;
}

static int keep_others_busy(void *arg)
{
    busy b = {0};
    edo_task other;

    (void)arg;
    assert_ok(edo_spawn(keep_busy, &b, &other));
    assert_int_equal(join_result(spawn_local(stop_it, &b)), 0);
    assert_ok(join_result(other));
    return 7;
}

static int keep_local_ones_busy(void *arg)
{
    busy b = {0};
    edo_task other;

    (void)arg;
    edo_task local = spawn_local(keep_busy, &b);
    assert_ok(edo_spawn(stop_it, &b, &other));
    assert_int_equal(join_result(local), 0);
    assert_ok(join_result(other));
    return 7;
}

EDO_TEST_BOTH(local_tasks_and_others_take_turns) /* task-072 */
{
    edo_local_set *set = new_local_set();

    assert_int_equal(edo_local_set_run_until(set, keep_others_busy, NULL), 7);
    assert_int_equal(edo_local_set_run_until(set, keep_local_ones_busy, NULL), 7);
    assert_ok(edo_local_set_free(set));
}
