/* migration_test.c: a runtime whose tasks stay on the thread that they began on. */
#include "runtime/rig.h"
#include "support/gate.h"

#include <edo/error.h>

static edo_runtime *make_staying(int workers)
{
    return make_runtime(EDO_OPTS(runtime, .workers = workers, .migration = EDO_MIGRATION_NEVER));
}

static int stay(void *arg)
{
    pid_t tid = gettid();

    (void)arg;
    for (int i = 0; i < 50; i++) {
        assert_ok(i % 3 ? edo_yield() : edo_sleep((edo_duration){50000}));
        assert_int_equal(gettid(), tid);
    }
    return 0;
}

static int stay_many(void *arg)
{
    edo_task tasks[64];

    for (int i = 0; i < 64; i++)
        assert_ok(edo_spawn(stay, NULL, &tasks[i]));
    for (int i = 0; i < 64; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    return stay(arg);
}

EDO_TEST_PLAIN(no_task_migrates_that_has_begun)
{
    for (int workers = 1; workers <= 4; workers += 3) {
        edo_runtime *runtime = make_staying(workers);
        assert_int_equal(edo_block_on(runtime, stay_many, NULL), 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

typedef struct pair {
    gate other_runs, go_on;
    pid_t tids[2];
} pair;

static int run_other(void *arg)
{
    pair *p = arg;

    p->tids[1] = gettid();
    gate_open(&p->other_runs);
    return 0;
}

/* It never waits: the other one has not begun, so another worker takes it. */
static int keep_the_worker(void *arg)
{
    pair *p = arg;
    edo_task other;

    p->tids[0] = gettid();
    assert_ok(edo_spawn(run_other, p, &other));
    assert_ok(edo_spawn(do_nothing, p, NULL)); /* the LIFO slot is nobody else's */
    wait_until(gate_is_open(&p->other_runs));
    return join_result(other);
}

EDO_TEST_PLAIN(a_task_that_has_not_begun_is_taken_by_another_worker)
{
    edo_runtime *runtime = make_staying(2);
    pair p = {.other_runs = GATE_INIT};

    assert_int_equal(edo_block_on(runtime, keep_the_worker, &p), 0);
    assert_true(p.tids[0] != p.tids[1]);
    assert_ok(edo_runtime_free(runtime));
}

static int block_then_try_in_place(void *arg)
{
    pid_t tid = gettid();

    block_thread_for(60);
    assert_ok(edo_yield());
    assert_int_equal(gettid(), tid);
    assert_int_equal(edo_block_in_place(do_nothing, arg), -EDO_EMISUSE);
    return 0;
}

EDO_TEST_PLAIN(there_is_no_relief_where_nothing_migrates)
{
    edo_runtime *runtime = make_staying(1);

    assert_int_equal(edo_block_on(runtime, block_then_try_in_place, NULL), 0);
    assert_int_equal(metrics_of(runtime).reliefs, 0);
    assert_ok(edo_runtime_free(runtime));
}

static int pin_between(void *arg)
{
    pid_t tid = gettid();

    assert_ok(edo_pin());
    assert_ok(edo_yield());
    assert_ok(edo_unpin());
    for (int i = 0; i < 20; i++) {
        assert_ok(edo_sleep((edo_duration){50000}));
        assert_int_equal(gettid(), tid);
    }
    (void)arg;
    return 0;
}

EDO_TEST_PLAIN(an_unpin_does_not_set_it_free)
{
    edo_runtime *runtime = make_staying(3);

    for (int i = 0; i < 5; i++)
        assert_int_equal(edo_block_on(runtime, pin_between, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(another_setting_is_refused)
{
    edo_runtime *runtime;

    assert_int_equal(edo_runtime_new(EDO_OPTS(runtime, .migration = (edo_migration)2), &runtime),
                     -EINVAL);
}
