/* worker_metrics_test.c: what each worker did: its thread, its busy time, how long runs took. */
#include "runtime/rig.h"

static edo_worker_metrics worker_of(edo_runtime *runtime, unsigned index)
{
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_worker_metrics metrics;

    assert_ok(edo_handle_worker_metrics(handle, index, &metrics));
    edo_handle_unref(handle);
    return metrics;
}

static int yield_once(void *arg)
{
    (void)arg;
    return edo_yield();
}

static int spawn_five(void *arg)
{
    edo_task tasks[5];

    (void)arg;
    for (int i = 0; i < 5; i++)
        assert_ok(edo_spawn(yield_once, NULL, &tasks[i]));
    for (int i = 0; i < 5; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    return 0;
}

EDO_TEST_PLAIN(busy_time_grows_and_never_falls) /* rt-110 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 2));
        uint64_t before[2] = {0};
        for (int round = 0; round < 200; round++) {
            assert_int_equal(edo_block_on(runtime, spawn_five, NULL), 0);
            for (unsigned i = 0; i < metrics_of(runtime).workers; i++) {
                uint64_t busy = worker_of(runtime, i).busy.ns;
                assert_true(busy >= before[i]);
                before[i] = busy;
            }
        }
        for (unsigned i = 0; i < metrics_of(runtime).workers; i++)
            wait_until(worker_of(runtime, i).busy.ns > 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

static int block_for_fifty(void *arg)
{
    edo_runtime *runtime = arg;
    uint64_t before = worker_of(runtime, 0).busy.ns;

    block_thread_for(50);
    assert_true(worker_of(runtime, 0).busy.ns - before >= 50000000); /* told while it goes on */
    assert_ok(edo_sleep(EDO_MILLIS(100)));
    return 0;
}

EDO_TEST_PLAIN(sleep_is_not_busy_and_a_long_run_is) /* rt-110 */
{
    for (int kind = 0; kind < 2; kind++) {
        /* Nobody takes the worker away meanwhile, to let it sleep. */
        edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind,
                                                     .workers = 1, .monitor = EDO_MONITOR_OFF));
        uint64_t began = real_time_ns();
        assert_int_equal(edo_block_on(runtime, block_for_fifty, runtime), 0);
        uint64_t took = real_time_ns() - began;
        uint64_t busy = worker_of(runtime, 0).busy.ns;
        assert_ok(edo_runtime_free(runtime));
        assert_in_range(busy, 50000000, took - 50000000);
    }
}

typedef struct in_place {
    edo_runtime *runtime;
    uint64_t before, meanwhile, after;
    uint64_t own;
} in_place;

static int look_meanwhile(void *arg)
{
    in_place *p = arg;

    wait_until(worker_of(p->runtime, 0).thread_id != p->before); /* another has the worker now */
    p->meanwhile = worker_of(p->runtime, 0).thread_id;
    return 0;
}

static int look_around(void *arg)
{
    in_place *p = arg;

    p->own = (uint64_t)gettid();
    p->before = worker_of(p->runtime, 0).thread_id;
    assert_int_equal(edo_block_in_place(look_meanwhile, p), 0);
    assert_ok(edo_yield());
    p->after = worker_of(p->runtime, 0).thread_id;
    return 0;
}

EDO_TEST_PLAIN(the_thread_id_moves_during_block_in_place) /* rt-098 */
{
    in_place p = {.runtime = make_multi(1)};

    assert_int_equal(edo_block_on(p.runtime, look_around, &p), 0);
    assert_ok(edo_runtime_free(p.runtime));
    assert_int_equal(p.before, p.own);
    assert_true(p.meanwhile != p.before && p.meanwhile != 0);
    assert_true(p.after == p.before || p.after == p.meanwhile);
}

static int spawn_many(void *arg)
{
    int n = *(int *)arg;

    for (int i = 0; i < n; i++) {
        edo_task task;
        assert_ok(edo_spawn(do_nothing, NULL, &task));
        assert_int_equal(join_result(task), 0);
    }
    return 0;
}

static uint64_t sum_of_polls(edo_runtime *runtime, int64_t *ret_buckets)
{
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_histogram_bucket buckets[200];
    uint64_t sum = 0;

    *ret_buckets = edo_handle_poll_times(handle, buckets, 200);
    assert_in_range(*ret_buckets, 0, 200);
    for (int64_t i = 0; i < *ret_buckets; i++)
        sum += buckets[i].count;
    if (*ret_buckets > 0)
        assert_true(buckets[*ret_buckets - 1].until_ns == UINT64_MAX);
    edo_handle_unref(handle);
    return sum;
}

static void check_polls(edo_runtime_kind kind, edo_histogram_opts histogram, int tasks,
                        int64_t expected_buckets)
{
    edo_runtime *runtime = make_runtime(
        EDO_OPTS(runtime, .kind = kind, .workers = 2, .poll_times = true, .histogram = histogram));
    int64_t buckets;

    assert_int_equal(edo_block_on(runtime, spawn_many, &tasks), 0);
    wait_until(metrics_of(runtime).alive_tasks == 0);
    assert_int_equal(sum_of_polls(runtime, &buckets), metrics_of(runtime).polls);
    assert_true(metrics_of(runtime).polls > (uint64_t)tasks);
    assert_int_equal(buckets, expected_buckets);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(poll_times_add_up_to_the_polls) /* rt-113 */
{
    edo_histogram_opts linear = {
        .kind = EDO_HISTOGRAM_LINEAR, .width = EDO_MILLIS(50), .buckets = 3};

    for (int kind = 0; kind < 2; kind++) {
        check_polls((edo_runtime_kind)kind, linear, 5, 3);
        check_polls((edo_runtime_kind)kind, (edo_histogram_opts){0}, 50, 119);
    }
}

EDO_TEST_PLAIN(poll_times_are_off_by_default_though_configured) /* rt-113 */
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(
        runtime,
        .histogram = {.kind = EDO_HISTOGRAM_LINEAR, .width = EDO_MILLIS(50), .buckets = 3}));
    int64_t buckets;
    int five = 5;

    assert_int_equal(edo_block_on(runtime, spawn_many, &five), 0);
    assert_int_equal(sum_of_polls(runtime, &buckets), 0);
    assert_int_equal(buckets, 0);
    assert_ok(edo_runtime_free(runtime));
}

static int run_until_relieved(void *arg)
{
    block_thread_for(60);
    wait_until(metrics_of(arg).reliefs > 0); /* naps: it blocks its worker further */
    return 0;
}

EDO_TEST_PLAIN(a_long_run_is_in_its_bucket_also_when_the_worker_was_relieved) /* rt-113 */
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(
        runtime, .workers = 1, .poll_times = true,
        .histogram = {.kind = EDO_HISTOGRAM_LINEAR, .width = EDO_MILLIS(50), .buckets = 3}));
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_histogram_bucket buckets[3];

    assert_int_equal(edo_block_on(runtime, run_until_relieved, runtime), 0);
    wait_until(metrics_of(runtime).alive_tasks == 0);
    assert_int_equal(edo_handle_poll_times(handle, buckets, 3), 3);
    assert_int_equal(buckets[1].count + buckets[2].count, 1);
    assert_true(worker_of(runtime, 0).poll_time.ns >= 60000000);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(latencies_are_counted_where_they_are_tracked) /* rt-102 */
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .workers = 2, .track_latency = true));
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_histogram_bucket buckets[119];
    uint64_t sum = 0;
    int ten = 10;

    assert_int_equal(edo_block_on(runtime, spawn_many, &ten), 0);
    wait_until(metrics_of(runtime).alive_tasks == 0);
    assert_int_equal(edo_handle_latencies(handle, buckets, 119), 119);
    for (int i = 0; i < 119; i++)
        sum += buckets[i].count;
    assert_int_equal(sum, metrics_of(runtime).polls);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(worker_metrics_refuse_what_there_is_not)
{
    edo_runtime *runtime = make_current();
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_worker_metrics metrics;

    assert_int_equal(edo_handle_worker_metrics(NULL, 0, &metrics), -EINVAL);
    assert_int_equal(edo_handle_worker_metrics(handle, 0, NULL), -EINVAL);
    assert_int_equal(edo_handle_worker_metrics(handle, 1, &metrics), -EINVAL);
    assert_int_equal(edo_handle_poll_times(handle, NULL, 1), -EINVAL);
    assert_int_equal(edo_handle_poll_times(NULL, NULL, 0), -EINVAL);
    assert_int_equal(edo_handle_latencies(NULL, NULL, 0), -EINVAL);
    assert_ok(edo_runtime_free(runtime));
    assert_ok(edo_handle_worker_metrics(handle, 0, &metrics)); /* the counters stay */
    edo_handle_unref(handle);
}
