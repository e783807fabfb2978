/*
 * blocking_stress_test.c: storms of blocking calls: made, aborted, joined, dropped with the runtime, by
 * tasks, threads and calls at a time, while threads of the pool come and go.
 */
#include "support/edo_test.h"

#include "base/atomic.h"
#include "base/random.h"

static uint64_t runs, releases; /* atomic */

static int run(void *arg)
{
    (void)arg;
    a_fetch_add(&runs, 1, relaxed);
    return 1;
}

static void release(void *arg)
{
    (void)arg;
    a_fetch_add(&releases, 1, relaxed);
}

static edo_runtime *make(int kind, int workers, int threads, edo_duration keep_alive)
{
    edo_runtime *runtime = NULL;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = workers,
                                       .max_blocking_threads = threads,
                                       .blocking_keep_alive = keep_alive),
                              &runtime));
    return runtime;
}

/* --- two in quick succession ------------------------------------------------------------------ */

static int meet(void *arg)
{
    uint32_t *met = arg;

    a_fetch_add(met, 1, acq_rel);
    wait_until(a_load(met, acquire) == 2); /* each needs a thread of its own */
    return 0;
}

static int meet_over_and_over(void *arg)
{
    (void)arg;
    for (unsigned i = 0; i < test_count(500); i++) {
        uint32_t met = 0;
        edo_task a, b;
        assert_ok(edo_spawn_blocking(meet, &met, &a));
        assert_ok(edo_spawn_blocking(meet, &met, &b));
        assert_ok(edo_join(a, NULL));
        assert_ok(edo_join(b, NULL));
    }
    return 0;
}

EDO_TEST_PLAIN(two_calls_at_once_have_two_threads)
{
    for (int kind = 0; kind < 2; kind++) {
        /* Kept for a time in which others come: some are called as they leave. */
        edo_runtime *runtime = make(kind, 2, 0, kind ? EDO_MICROS(20) : EDO_SECONDS(10));
        assert_int_equal(edo_block_on(runtime, meet_over_and_over, NULL), 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

/* --- everything at once ----------------------------------------------------------------------- */

enum { STORM = 3000, AT_ONCE = 16, MAKERS = 4 };

static bool has_workers; /* of the runtime under test: more than one thread */

/* Makes calls and does to them what chance says. */
static int storm(void *arg)
{
    rng dice;
    uint64_t made = 0;
    edo_task tasks[AT_ONCE];

    rng_seed(&dice, random_seed());
    for (unsigned i = 0; i < test_count(STORM) / AT_ONCE + 1; i++) {
        for (int k = 0; k < AT_ONCE; k++, made++)
            assert_ok(edo_spawn_blocking_with(
                EDO_OPTS(blocking, .release = release, .must_run = rng_below(&dice, 4) == 0), run,
                NULL, &tasks[k]));
        for (int k = 0; k < AT_ONCE; k++)
            switch (rng_below(&dice, 4)) {
            case 0:
                assert_ok(edo_task_abort(tasks[k]));
                assert_ok(edo_task_detach(tasks[k]));
                break;
            case 1:
                assert_ok(edo_task_detach(tasks[k]));
                break;
            case 2:
                assert_ok(edo_task_abort(tasks[k]));
                assert_ok(edo_join(tasks[k], NULL));
                break;
            default:
                assert_ok(edo_join(tasks[k], NULL));
            }
    }
    a_fetch_add((uint64_t *)arg, made, relaxed);
    return 0;
}

static int storm_everywhere(void *arg)
{
    edo_task makers[MAKERS];
    uint64_t ran = 0;

    for (int i = 0; i < MAKERS; i++)
        if (i % 2)
            assert_ok(edo_spawn(storm, arg, &makers[i]));
        else
            assert_ok(edo_spawn_blocking(storm, arg, &makers[i])); /* a call makes calls */
    for (unsigned i = 0; has_workers && i < test_count(STORM); i++)
        ran += edo_block_in_place(run, NULL) == 1;
    a_fetch_add((uint64_t *)arg, ran, relaxed); /* counted in `runs` */
    for (int i = 0; i < MAKERS; i++)
        assert_ok(edo_join(makers[i], NULL));
    return 0;
}

EDO_TEST_PLAIN(each_of_many_calls_runs_or_is_released)
{
    for (int kind = 0; kind < 2; kind++)
        for (int keep = 0; keep < 2; keep++) {
            edo_runtime *runtime = make(kind, 4, 4, keep ? EDO_MICROS(50) : EDO_SECONDS(10));
            uint64_t made = 0;
            runs = releases = 0;
            has_workers = kind == EDO_MULTI_THREAD;
            assert_int_equal(edo_block_on(runtime, storm_everywhere, &made), 0);
            assert_ok(edo_runtime_free(runtime));
            assert_true(runs + releases == made);
        }
}

/* --- the end ---------------------------------------------------------------------------------- */

static uint64_t taken; /* atomic */

static void *make_calls(void *arg)
{
    while (edo_spawn_blocking_with(EDO_OPTS(blocking, .on = arg, .release = release), run, NULL,
                                   NULL) == 0)
        a_fetch_add(&taken, 1, relaxed);
    return NULL;
}

EDO_TEST_PLAIN(calls_are_made_while_the_runtime_ends)
{
    for (unsigned round = 0; round < test_count(60); round++) {
        edo_runtime *runtime = make((int)round % 2, 2, 1 + (int)round % 3, EDO_MICROS(100));
        edo_handle *handle = edo_runtime_handle(runtime);
        runs = releases = taken = 0;
        pthread_t threads[2] = {start_thread(make_calls, handle), start_thread(make_calls, handle)};
        wait_until(a_load(&taken, relaxed) > round);
        assert_ok(edo_runtime_free(runtime));
        for (int i = 0; i < 2; i++)
            join_thread(threads[i]);
        assert_true(runs + releases == taken);
        edo_handle_unref(handle);
    }
}
