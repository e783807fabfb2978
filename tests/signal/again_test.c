/* again_test.c: receives that begin anew, and what a child of fork has of its parent's listeners. */
#include "runtime/rig.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"
#include "future/future.h"
#include "sched/asleep.h"
#include "support/tcp.h"

/* A driver of completions has its answer later. */
static int64_t end_of(edo_signal_recv_future *recv)
{
    task_wait_until(edo_test_poll(&recv->base) == EDO_READY);
    return recv->base.result;
}

static void check_nothing_more(edo_signal *listener)
{
    edo_signal_recv_future recv = edo_signal_recv_async(listener);

    assert_pending(&recv.base);
    edo_future_cancel(&recv.base);
    assert_err(end_of(&recv), -ECANCELED);
}

static edo_signal *listen_to(int signo)
{
    edo_signal *listener;

    signal(signo, SIG_IGN);
    assert_ok(edo_signal_open(signo, &listener));
    return listener;
}

EDO_TEST(a_receive_that_was_put_back_can_begin_anew) /* signal-013 */
{
    edo_signal *listener = listen_to(SIGUSR1);
    edo_signal_recv_future recv = edo_signal_recv_async(listener);

    assert_int_equal(raise(SIGUSR1), 0);
    assert_ok(end_of(&recv));
    edo_future_put_back(&recv.base);
    assert_int_equal(recv.base.result, -ECANCELED);
    future_restart(&recv.base);
    assert_ok(end_of(&recv));
    check_nothing_more(listener);
    edo_signal_close(listener);
}

EDO_TEST(a_receive_that_was_cancelled_can_begin_anew) /* signal-013 */
{
    edo_signal *listener = listen_to(SIGUSR1);
    edo_signal_recv_future recv = edo_signal_recv_async(listener);

    assert_pending(&recv.base);
    edo_future_cancel(&recv.base);
    assert_err(end_of(&recv), -ECANCELED);
    future_restart(&recv.base);
    assert_pending(&recv.base);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_ok(end_of(&recv));
    edo_signal_close(listener);
}

/* One that is always there would keep others waiting. */
EDO_TEST(receives_cost_budget_and_lose_nothing_by_it)
{
    edo_signal *listener = listen_to(SIGUSR1);
    uint64_t runs = metrics_of(test_runtime()).polls;

    for (int i = 0; i < 300; i++) {
        assert_int_equal(raise(SIGUSR1), 0);
        assert_ok(edo_signal_recv(listener));
    }
    assert_true(metrics_of(test_runtime()).polls >= runs + 2);
    check_nothing_more(listener);
    edo_signal_close(listener);
}

static int open_first(void *arg)
{
    *(edo_signal **)arg = listen_to(SIGUSR1);
    return 0;
}

static int hear_one(void *arg)
{
    edo_signal *listener;

    (void)arg;
    if (edo_signal_open(SIGUSR1, &listener) < 0 || raise(SIGUSR1) != 0)
        return 1;
    int rc = -ETIMEDOUT;
    EDO_WITHIN(EDO_SECONDS(5))
    rc = edo_signal_recv(listener);
    edo_signal_close(listener);
    return rc == 0 ? 0 : 2;
}

static int hear_in_child(void)
{
    struct sigaction now;
    edo_runtime *runtime;

    if (sigaction(SIGUSR1, NULL, &now) < 0 || now.sa_handler != SIG_IGN)
        return 3;
    if (edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime) < 0)
        return 4;
    return edo_block_on(runtime, hear_one, NULL);
}

static int hear_nothing(void *arg)
{
    check_nothing_more(*(edo_signal **)arg);
    edo_signal_close(*(edo_signal **)arg);
    return 0;
}

EDO_TEST_PLAIN(a_child_of_fork_listens_for_itself_alone)
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD));
    edo_signal *listener;
    int status = 0;

    assert_int_equal(edo_block_on(runtime, open_first, &listener), 0);
    pid_t child = driver_is_fake() ? -1 : fork(); /* whose threads a child would have to have */
    if (child == 0)
        _exit(hear_in_child());
    if (child > 0)
        assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(edo_block_on(runtime, hear_nothing, &listener), 0);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_child_of_fork_may_dump_at_another_signal)
{
    int status = 0;

    signal(SIGUSR1, SIG_IGN);
    assert_ok(edo_dump_on_signal(SIGUSR1));
    assert_err(edo_dump_on_signal(SIGUSR2), -EBUSY);
    assert_int_equal(asleep_harmless_threads, 1);
    pid_t child = HAS_TSAN ? -1 : fork(); /* TSan lets a child of several threads start none */
    if (child == 0)
        _exit(edo_dump_on_signal(SIGUSR2) != 0 || asleep_harmless_threads != 1);
    if (child > 0)
        assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}
