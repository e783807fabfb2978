/* idle_test.c: who sleeps, who searches, and that one waker wakes one worker. */
#include "runtime/rig.h"

#include "sched/sched.h"

/* A runtime of cores alone: no threads, no drivers. */
typedef struct crew {
    sched s;
    core *cores[4];
} crew;

static crew *make_crew(void)
{
    crew *w = calloc(1, sizeof *w);

    w->s.cores = w->cores;
    w->s.core_count = 4;
    for (int i = 0; i < 4; i++) {
        w->cores[i] = aligned_alloc(64, (sizeof(core) + 63) / 64 * 64);
        memset(w->cores[i], 0, sizeof(core));
        w->cores[i]->sched = &w->s;
        w->cores[i]->index = (unsigned)i;
    }
    idle_init(&w->s.idle, 4);
    return w;
}

static void free_crew(crew *w)
{
    for (int i = 0; i < 4; i++)
        free(w->cores[i]);
    free(w);
}

static unsigned searching(const crew *w)
{
    return w->s.idle.word & 0xffff;
}

static unsigned awake(const crew *w)
{
    return w->s.idle.word >> 16;
}

EDO_TEST_PLAIN(at_most_half_of_the_workers_search)
{
    crew *w = make_crew();

    assert_true(idle_begin_search(w->cores[0]));
    assert_true(idle_begin_search(w->cores[0])); /* it does already */
    assert_int_equal(searching(w), 1);
    assert_true(idle_begin_search(w->cores[1]));
    assert_false(idle_begin_search(w->cores[2]));
    idle_end_search(w->cores[1]);
    assert_true(idle_begin_search(w->cores[2]));
    assert_int_equal(searching(w), 2);
    assert_int_equal(awake(w), 4);
    free_crew(w);
}

EDO_TEST_PLAIN(a_notice_wakes_one_sleeper_which_then_searches)
{
    crew *w = make_crew();

    for (int i = 0; i < 3; i++)
        idle_sleep(w->cores[i]);
    assert_int_equal(awake(w), 1);
    idle_notify(&w->s);
    assert_int_equal(awake(w), 2);
    assert_int_equal(searching(w), 1);
    assert_true(w->cores[2]->searching); /* the last to sleep is the warmest */
    assert_int_equal(w->cores[2]->park_word, 2);
    idle_notify(&w->s); /* one at a time: somebody searches already */
    assert_int_equal(awake(w), 2);
    idle_end_search(w->cores[2]); /* it found work: the next is woken */
    assert_int_equal(awake(w), 3);
    assert_true(w->cores[1]->searching);
    assert_int_equal(w->cores[0]->park_word, 0);
    free_crew(w);
}

EDO_TEST_PLAIN(a_sleeper_gives_up_its_search_and_leaves_the_list)
{
    crew *w = make_crew();

    assert_true(idle_begin_search(w->cores[0]));
    for (int i = 0; i < 4; i++)
        idle_sleep(w->cores[i]);
    assert_int_equal(w->s.idle.word, 0);
    idle_awake(w->cores[1]); /* by a timer: nobody woke it */
    assert_int_equal(awake(w), 1);
    assert_int_equal(searching(w), 0);
    idle_awake(w->cores[1]); /* again: off the list already */
    assert_int_equal(awake(w), 1);
    for (int i = 0; i < 3; i++) {
        idle_notify(&w->s);
        for (int k = 0; k < 4; k++) {
            idle_awake(w->cores[k]->searching ? w->cores[k] : w->cores[1]);
            idle_end_search(w->cores[k]);
        }
    }
    assert_int_equal(awake(w), 4);
    assert_int_equal(searching(w), 0);
    assert_null(w->s.idle.sleepers);
    free_crew(w);
}

EDO_TEST_PLAIN(an_idle_runtime_uses_no_processor)
{
    edo_runtime *runtime = make_multi(4);

    assert_int_equal(join_result(spawn_on(runtime, do_nothing, NULL)), 0);
    block_thread_for(150); /* the monitor gives up as well */
    uint64_t cpu = cpu_time_ns();
    edo_metrics before = metrics_of(runtime);
    block_thread_for(200);
    edo_metrics after = metrics_of(runtime);
    assert_int_equal(after.parks, before.parks);
    assert_int_equal(after.driver_turns, before.driver_turns);
    assert_true(cpu_time_ns() - cpu < UINT64_C(5000000) * test_scale());
    assert_int_equal(join_result(spawn_on(runtime, do_nothing, NULL)), 0); /* and wakes up */
    assert_ok(edo_runtime_free(runtime));
}

static int hold_thread(void *arg)
{
    a_fetch_add((int *)arg, 1, seq_cst);
    wait_until(a_load((int *)arg, acquire) == 4);
    return edo_worker_index();
}

static int occupy_all(void *arg)
{
    edo_task tasks[4];
    int seen = 0;

    for (int i = 0; i < 4; i++)
        assert_ok(edo_spawn(hold_thread, arg, &tasks[i]));
    for (int i = 0; i < 4; i++)
        seen |= 1 << join_result(tasks[i]);
    return seen;
}

static int sleep_twenty_times(void *arg)
{
    assert_ok(edo_sleep(EDO_MILLIS(5)));
    uint64_t before = metrics_of(arg).parks;
    for (int i = 0; i < 20; i++)
        assert_ok(edo_sleep(EDO_MILLIS(2)));
    return (int)(metrics_of(arg).parks - before);
}

/* Its sole task is run by the worker whose timer it was: the other one is left asleep. */
EDO_TEST_PLAIN(a_lone_event_wakes_no_second_worker)
{
    edo_runtime *runtime = make_multi(2);

    assert_in_range(edo_block_on(runtime, sleep_twenty_times, runtime), 10, 32);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(work_left_over_wakes_worker_after_worker)
{
    edo_runtime *runtime = make_runtime(
        EDO_OPTS(runtime, .workers = 4, .no_lifo_slot = true, .monitor = EDO_MONITOR_OFF));
    int held = 0;

    block_thread_for(20);
    assert_int_equal(edo_block_on(runtime, occupy_all, &held), 15); /* each on its own */
    assert_ok(edo_runtime_free(runtime));
}
