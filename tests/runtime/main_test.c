/* main_test.c: what EDO_MAIN's main() does; each case is a process of its own. */
#include "runtime/rig.h"

static int exits_early(int argc, char **argv)
{
    if (argc == 3 && !strcmp(argv[1], "one") && edo_worker_index() >= 0)
        return 5;
    assert_ok(edo_sleep(EDO_SECONDS(100)));
    return 0;
}

static int fails(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return -ECONNREFUSED;
}

static int succeeds(int argc, char **argv)
{
    edo_handle *handle = edo_handle_try_current();
    const char *name = edo_handle_name(handle);
    bool named = name && !strcmp(name, "main-test");
    edo_metrics metrics;

    (void)argc;
    (void)argv;
    edo_sleep(EDO_SECONDS(100000)); /* the clock is paused: no time at all */
    edo_handle_metrics(handle, &metrics);
    edo_handle_unref(handle);
    return named && metrics.workers == 1 ? 0 : 9;
}

typedef struct program {
    const edo_runtime_opts *opts;
    int (*app)(int argc, char **argv);
} program;

static void be_program(void *arg)
{
    program *p = arg;
    char *argv[] = {"program", "one", "two", NULL};

    exit(edo_main(p->opts, p->app, 3, argv));
}

static int status_of(program p, char *err, size_t size)
{
    int status = run_child(be_program, &p, err, size);

    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

EDO_TEST_PLAIN(main_turns_a_result_into_a_status) /* rt-127 */
{
    char err[2048];

    assert_int_equal(status_of((program){NULL, exits_early}, err, sizeof err), 5);
    assert_string_equal(err, "");
    assert_int_equal(status_of((program){NULL, fails}, err, sizeof err), 1);
    assert_non_null(strstr(err, "ECONNREFUSED"));
    assert_int_equal(status_of((program){EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD,
                                                  .start_paused = true, .name = "main-test"),
                                         succeeds},
                               err, sizeof err),
                     0);
    assert_int_equal(
        status_of((program){EDO_OPTS(runtime, .workers = -1), succeeds}, err, sizeof err), 1);
    assert_non_null(strstr(err, "EINVAL"));
}

EDO_TEST(a_test_runs_on_a_fresh_paused_current_thread_runtime) /* rt-127 */
{
    edo_metrics metrics = metrics_of(test_runtime());
    edo_instant before = edo_now();

    assert_int_equal(edo_worker_index(), 0);
    assert_int_equal(metrics.spawned_tasks, 1);
    assert_int_equal(metrics.workers, 1);
    block_thread_for(2);
    assert_int_equal(edo_now().ns, before.ns);
}

EDO_TEST_MT(a_multi_thread_test_has_the_workers_it_asked_for) /* rt-127 */
{
    assert_int_equal(metrics_of(test_runtime()).workers, test_workers());
    assert_in_range(edo_worker_index(), 0, test_workers() - 1);
    assert_int_equal(metrics_of(test_runtime()).spawned_tasks, 1);
}
