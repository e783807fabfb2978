/* dump_stress_test.c: all that looks at a runtime, at once, while its tasks wake, end, are aborted. */
#include "runtime/rig.h"

typedef struct crowd {
    edo_runtime *runtime;
    int stop, rounds;
} crowd;

static int wait_or_be_aborted(void *arg)
{
    (void)arg;
    int rc = edo_sleep(EDO_SECONDS(100));
    return rc == -ECANCELED || rc == -EDO_ESHUTDOWN ? 0 : 1;
}

static int hand_over(void *arg)
{
    int rc = 0;

    for (int i = 0; i < 20 && rc == 0; i++)
        rc = i % 2 ? edo_sleep(EDO_NANOS(1)) : edo_yield();
    (void)arg;
    return rc;
}

static int come_and_go(void *arg)
{
    crowd *c = arg;

    while (!a_load(&c->stop, acquire)) {
        edo_task waiting[10], busy[10];
        for (int i = 0; i < 10; i++) {
            assert_ok(edo_spawn_with(EDO_OPTS(spawn, .name = "waits"), wait_or_be_aborted, NULL,
                                     &waiting[i]));
            assert_ok(edo_spawn(hand_over, NULL, &busy[i]));
        }
        for (int i = 0; i < 10; i++) {
            assert_ok(edo_task_abort(waiting[i]));
            assert_int_equal(join_result(waiting[i]), 0);
            assert_int_equal(join_result(busy[i]), 0);
        }
        a_fetch_add(&c->rounds, 1, relaxed);
    }
    return 0;
}

static int count_bytes(const char *text, size_t len, void *arg)
{
    (void)text;
    *(size_t *)arg += len;
    return 0;
}

static void *keep_looking(void *arg)
{
    crowd *c = arg;
    edo_handle *handle = edo_runtime_handle(c->runtime);
    size_t bytes = 0;

    for (unsigned i = 0; i < test_count(60); i++) {
        assert_ok(edo_dump_write(handle, count_bytes, &bytes));
        assert_ok(edo_handle_write_trace(handle, count_bytes, &bytes));
        assert_ok(edo_handle_write_prometheus(handle, count_bytes, &bytes));
    }
    assert_true(bytes > 0);
    edo_handle_unref(handle);
    return NULL;
}

EDO_TEST_PLAIN(looking_on_disturbs_nobody)
{
    crowd c = {0};
    edo_task tasks[4];
    pthread_t threads[2];

    c.runtime = make_runtime(EDO_OPTS(runtime, .workers = test_workers(), .flight_recorder = 512,
                                      .poll_times = true, .track_latency = true));
    for (int i = 0; i < 4; i++)
        tasks[i] = spawn_on(c.runtime, come_and_go, &c);
    for (int i = 0; i < 2; i++)
        threads[i] = start_thread(keep_looking, &c);
    for (int i = 0; i < 2; i++)
        join_thread(threads[i]);
    a_store(&c.stop, 1, release);
    for (int i = 0; i < 4; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    assert_true(c.rounds > 0);
    wait_until(metrics_of(c.runtime).alive_tasks == 0);
    assert_ok(edo_runtime_free(c.runtime));
}
