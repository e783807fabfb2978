/* runtimes_test.c: children and signals of several runtimes in one process, and of many after each other. */
#include "process/children.h"

#include "base/macros.h"

enum { LOOPS = 4, ROUNDS = 10 };

static unsigned ready, done; /* atomic */
static bool over;            /* atomic */

static void send_signal(int signo)
{
    assert_int_equal(HAS_TSAN ? raise(signo) : kill(getpid(), signo), 0);
}

static int check_loop(void *arg)
{
    edo_process *child = begin_cat();
    edo_signal *listener;

    (void)arg;
    assert_ok(edo_signal_open(SIGUSR1, &listener));
    __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
    assert_ok(edo_signal_recv(listener)); /* then the ends come all at once */
    check_ends(child, 0, 0);
    edo_process_release(child);
    __atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
    edo_signal_close(listener);
    return 0;
}

static void *run_loop(void *arg)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, check_loop, NULL));
    assert_ok(edo_runtime_free(runtime));
    return arg;
}

/* Runtimes that begin and end beside the others. */
static int run_beside(void *arg)
{
    (void)arg;
    edo_process *child = begin(&(edo_command){.program = "true"});
    check_ends(child, 0, 0);
    edo_process_release(child);
    return 0;
}

static void *begin_and_end(void *arg)
{
    while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
        edo_runtime *runtime;
        assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
        assert_ok(edo_block_on(runtime, run_beside, NULL));
        assert_ok(edo_runtime_free(runtime));
    }
    return arg;
}

EDO_TEST_PLAIN(each_runtime_hears_of_signals_and_children) /* rt-076 */
{
    pthread_t beside = start_thread(begin_and_end, NULL), loops[LOOPS];

    for (unsigned round = 1; round <= ROUNDS; round++) {
        for (int i = 0; i < LOOPS; i++)
            loops[i] = start_thread(run_loop, NULL);
        wait_until(__atomic_load_n(&ready, __ATOMIC_SEQ_CST) == round * LOOPS);
        send_signal(SIGUSR1);
        for (int i = 0; i < LOOPS; i++)
            join_thread(loops[i]);
        assert_int_equal(__atomic_load_n(&done, __ATOMIC_SEQ_CST), round * LOOPS);
    }
    __atomic_store_n(&over, true, __ATOMIC_RELAXED);
    join_thread(beside);
    assert_true(has_no_children());
}

static int check_both(void *arg)
{
    unsigned round = *(unsigned *)arg;
    edo_signal *listener;

    assert_ok(edo_signal_open(SIGUSR1, &listener));
    if (round % 20 == 0) {
        edo_process *child = begin(&(edo_command){.program = "true"});
        if (round % 40 == 0)
            check_ends(child, 0, 0);
        edo_process_release(child);
    }
    assert_ok(edo_signal_close(listener));
    return 0;
}

EDO_TEST_PLAIN(a_thousand_runtimes_leave_nothing_behind) /* signal-024 */
{
    int fds = 0, threads = 0;
    edo_runtime *runtime;
    struct sigaction now;

    for (unsigned i = 0; i < test_count(1000); i++) {
        assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
        assert_ok(edo_block_on(runtime, check_both, &i));
        assert_ok(edo_runtime_free(runtime));
        if (i > 0)
            continue;
        wait_until(has_no_children());
        fds = open_fds();
        threads = thread_count();
    }
    wait_until(has_no_children() && open_fds() == fds &&
               thread_count() <= threads + HAS_TSAN); /* which has one of its own */
    assert_int_equal(sigaction(SIGUSR1, NULL, &now), 0);
    assert_true(now.sa_handler == SIG_DFL);
}
