/* build_test.c: a runtime from its options: what is refused, the defaults, names and ids. */
#include "runtime/rig.h"

#include "base/sys.h"

static edo_runtime *const untouched = (edo_runtime *)(uintptr_t)0x5a5a;

/* Refused, and nothing is left of it. */
static void check_refused(const edo_runtime_opts *opts)
{
    edo_runtime *runtime = untouched;
    int threads = settled_thread_count(), fds = open_fds();

    assert_int_equal(edo_runtime_new(opts, &runtime), -EINVAL);
    assert_ptr_equal(runtime, untouched);
    assert_int_equal(open_fds(), fds);
    wait_for_thread_count(threads);
}

static int add_one(void *arg)
{
    a_fetch_add((int *)arg, 1, seq_cst);
    return 7;
}

EDO_TEST_PLAIN(one_worker_runs_a_task) /* rt-001 */
{
    edo_runtime *runtime = make_multi(1);
    int runs = 0;

    assert_int_equal(join_result(spawn_on(runtime, add_one, &runs)), 7);
    assert_int_equal(runs, 1);
    assert_int_equal(edo_runtime_shutdown(runtime, EDO_SECONDS(5)), 0);
    assert_int_equal(edo_runtime_free(runtime), 0);
}

EDO_TEST_PLAIN(worker_counts_out_of_range_are_refused) /* rt-002 */
{
    check_refused(EDO_OPTS(runtime, .workers = -1));
    check_refused(EDO_OPTS(runtime, .workers = 4097));
    check_refused(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .workers = INT32_MIN));
}

static int join_ten(void *arg)
{
    edo_task tasks[10];
    int sum = 0;

    for (int i = 0; i < 10; i++)
        assert_ok(edo_spawn(add_one, arg, &tasks[i]));
    for (int i = 0; i < 10; i++)
        sum += join_result(tasks[i]);
    return sum;
}

EDO_TEST_PLAIN(global_queue_interval_has_a_limit_and_may_be_one) /* rt-004 */
{
    check_refused(EDO_OPTS(runtime, .global_queue_interval = UINT32_C(1) << 31));
    for (int kind = 0; kind < 3; kind++) {
        edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind,
                                                     .workers = 1, .global_queue_interval = 1));
        int runs = 0;
        assert_int_equal(metrics_of(runtime).global_queue_interval, 1);
        assert_int_equal(edo_block_on(runtime, join_ten, &runs), 70);
        assert_int_equal(runs, 10);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST_PLAIN(event_interval_has_a_limit) /* rt-005 */
{
    check_refused(EDO_OPTS(runtime, .event_interval = UINT32_C(1) << 31));
    edo_runtime *runtime =
        make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .event_interval = INT32_MAX));
    assert_int_equal(metrics_of(runtime).event_interval, INT32_MAX);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(other_options_out_of_range_are_refused)
{
    check_refused(EDO_OPTS(runtime, .kind = (edo_runtime_kind)3));
    check_refused(EDO_OPTS(runtime, .stack_size = 16383));
    check_refused(EDO_OPTS(runtime, .stack_size = ((size_t)1 << 30) + 1));
    check_refused(EDO_OPTS(runtime, .monitor = (edo_monitor)3));
    assert_int_equal(edo_runtime_new(NULL, NULL), -EINVAL);
}

EDO_TEST_PLAIN(names_are_kept_as_given) /* rt-006 */
{
    char name[] = " crawler\t2 ";
    edo_runtime *a = make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .name = name));
    edo_runtime *b = make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .name = "x"));
    edo_runtime *c = make_current();
    edo_handle *of_a = edo_runtime_handle(a), *of_b = edo_runtime_handle(b);
    edo_handle *of_c = edo_runtime_handle(c);

    memset(name, 'y', sizeof name - 1); /* it was copied */
    assert_string_equal(edo_handle_name(of_a), " crawler\t2 ");
    assert_string_equal(edo_handle_name(of_b), "x");
    assert_null(edo_handle_name(of_c));
    check_refused(EDO_OPTS(runtime, .name = " \t\n"));
    check_refused(EDO_OPTS(runtime, .name = ""));
    assert_ok(edo_runtime_free(a));
    assert_string_equal(edo_handle_name(of_a), " crawler\t2 "); /* good as long as the handle */
    assert_ok(edo_runtime_free(b));
    assert_ok(edo_runtime_free(c));
    edo_handle_unref(of_a);
    edo_handle_unref(of_b);
    edo_handle_unref(of_c);
}

EDO_TEST_PLAIN(a_handle_tells_the_kind_of_its_runtime)
{
    static const edo_runtime_kind kinds[] = {EDO_MULTI_THREAD, EDO_CURRENT_THREAD, EDO_LOCAL};

    for (int i = 0; i < 3; i++) {
        edo_runtime *runtime;
        assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = kinds[i], .workers = 1), &runtime));
        edo_handle *handle = edo_runtime_handle(runtime);
        assert_int_equal(edo_handle_kind(handle), kinds[i]);
        assert_ok(edo_runtime_free(runtime));
        assert_int_equal(edo_handle_kind(handle), kinds[i]); /* good as long as the handle */
        edo_handle_unref(handle);
    }
    assert_int_equal(edo_handle_kind(NULL), EDO_MULTI_THREAD);
}

EDO_TEST_PLAIN(ids_tell_runtimes_apart) /* rt-007 */
{
    edo_runtime *a = make_current(), *b = make_multi(1);
    edo_handle *a1 = edo_runtime_handle(a), *a2 = edo_handle_ref(a1), *b1 = edo_runtime_handle(b);

    assert_true(edo_handle_id(a1) != 0);
    assert_int_equal(edo_handle_id(a1), edo_handle_id(a2));
    assert_true(edo_handle_id(a1) != edo_handle_id(b1));
    assert_int_equal(edo_handle_id(NULL), 0);
    edo_handle_unref(a1);
    edo_handle_unref(a2);
    edo_handle_unref(b1);
    assert_ok(edo_runtime_free(a));
    assert_ok(edo_runtime_free(b));
}

EDO_TEST_PLAIN(defaults) /* rt-008 */
{
    edo_runtime *multi = make_runtime(NULL), *current = make_current();
    edo_metrics m = metrics_of(multi), c = metrics_of(current);

    assert_int_equal(m.event_interval, 61);
    assert_int_equal(c.event_interval, 61);
    assert_int_equal(c.global_queue_interval, 31);
    assert_true(m.workers >= 1);
    assert_int_equal(m.workers, sys_cpu_count());
    assert_true(m.monitor);
    assert_false(c.monitor);
    assert_ok(edo_runtime_free(multi));
    assert_ok(edo_runtime_free(current));
}

EDO_TEST_PLAIN(worker_counts_are_as_configured) /* rt-103 */
{
    edo_runtime *three = make_multi(3);
    edo_runtime *one = make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .workers = 5));

    assert_int_equal(metrics_of(three).workers, 3);
    assert_int_equal(metrics_of(one).workers, 1);
    assert_ok(edo_runtime_free(three));
    assert_ok(edo_runtime_free(one));
}

static int count_threads(void *arg)
{
    int runs = 0;

    join_ten(&runs);
    assert_ok(edo_sleep(EDO_MILLIS(2)));
    *(int *)arg = thread_count();
    return 0;
}

EDO_TEST_PLAIN(current_thread_starts_no_thread_but_a_monitor) /* rt-044 */
{
    int before = settled_thread_count(), inside = 0;
    edo_runtime *runtime = make_current();

    assert_ok(edo_block_on(runtime, count_threads, &inside));
    assert_int_equal(inside, before);
    assert_ok(edo_runtime_free(runtime));
    runtime =
        make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .monitor = EDO_MONITOR_ON));
    assert_ok(edo_block_on(runtime, count_threads, &inside));
    assert_int_equal(inside, before + 1);
    assert_ok(edo_runtime_free(runtime));
    wait_for_thread_count(before);
}

EDO_TEST_PLAIN(unknown_driver_is_refused)
{
    setenv("EDO_DRIVER", "carrier-pigeon", 1);
    check_refused(NULL);
    unsetenv("EDO_DRIVER");
}

#if EDO_DEBUG
#define TO_BE_NAMED "to be named: "
/* Before a line that misuses something: the child says its number. */
#define NAMED_IS_NEXT fprintf(stderr, TO_BE_NAMED "%d\n", __LINE__ + 1)

static void misuse_by_name(void *arg)
{
    edo_runtime *runtime = NULL;

    switch (*(int *)arg) {
    case 0:
        NAMED_IS_NEXT;
        edo_runtime_new(EDO_OPTS(runtime, .workers = -1), &runtime);
        break;
    case 1:
        NAMED_IS_NEXT;
        edo_spawn(do_nothing, NULL, NULL);
        break;
    case 2:
        NAMED_IS_NEXT;
        edo_handle_current((edo_handle **)&runtime);
        break;
    }
}

static int pause_twice(void *arg)
{
    (void)arg;
    edo_pause();
    NAMED_IS_NEXT;
    edo_pause();
    return 0;
}

static void pause_in_child(void *arg)
{
    edo_runtime *runtime = make_current();

    edo_block_on(runtime, pause_twice, arg);
    edo_runtime_free(runtime);
}

static void check_names_the_place(void (*fn)(void *arg), int which)
{
    char err[4096], place[64];

    assert_int_equal(run_child(fn, &which, err, sizeof err), 0);
    const char *said = strstr(err, TO_BE_NAMED);
    assert_non_null(said);
    snprintf(place, sizeof place, "build_test.c:%d", atoi(said + strlen(TO_BE_NAMED)));
    if (!strstr(err, place))
        fail_msg("\"%s\" is not in: %s", place, err);
}

EDO_TEST_PLAIN(misuse_names_the_callers_line) /* rt-009 */
{
    for (int which = 0; which < 3; which++)
        check_names_the_place(misuse_by_name, which);
    check_names_the_place(pause_in_child, 0);
}
#endif
