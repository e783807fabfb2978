/* signal_test.c: listening to signals. */
#include "support/edo_test.h"

#include "base/macros.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* TSan puts a handler off until its thread calls something that TSan knows, and a thread that is
 * parked calls nothing; a signal to oneself it handles at once. */
static void send_signal(int signo)
{
    assert_int_equal(HAS_TSAN ? raise(signo) : kill(getpid(), signo), 0);
}

/* For tests that close a listener while a signal may still be on its way. */
static void ignore(int signo)
{
    signal(signo, SIG_IGN);
}

/* Polls a receive by hand until it is READY. */
static int64_t recv_to_end(edo_signal_recv_future *recv)
{
    task_wait_until(edo_test_poll(&recv->base) == EDO_READY);
    return recv->base.result;
}

static void let_others_run(void)
{
    for (int i = 0; i < 100; i++)
        edo_yield();
    block_thread_for(2);
    for (int i = 0; i < 100; i++)
        edo_yield();
}

static void check_nothing_more(edo_signal *listener)
{
    edo_signal_recv_future recv = edo_signal_recv_async(listener);

    assert_pending(&recv.base);
    edo_future_cancel(&recv.base);
    assert_err(recv_to_end(&recv), -ECANCELED);
}

static bool is_handled(int signo)
{
    struct sigaction now;

    assert_int_equal(sigaction(signo, NULL, &now), 0);
    return now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN;
}

/* However long the other task takes until it listens. */
static int interrupt_later(void *arg)
{
    task_wait_until(is_handled(SIGINT));
    __atomic_store_n((bool *)arg, true, __ATOMIC_RELAXED);
    send_signal(SIGINT);
    return 0;
}

EDO_TEST_BOTH(ctrl_c_completes_at_sigint) /* signal-001 */
{
    edo_task task;
    bool sent = false;

    assert_ok(edo_spawn(interrupt_later, &sent, &task));
    assert_ok(edo_ctrl_c());
    assert_true(__atomic_load_n(&sent, __ATOMIC_RELAXED));
    assert_ok(edo_join(task, NULL));
}

EDO_TEST_BOTH(each_signal_received_in_turn) /* signal-002 */
{
    edo_signal *listener;

    assert_ok(edo_signal_open(SIGUSR1, &listener));
    for (int i = 0; i < 2; i++) {
        send_signal(SIGUSR1);
        assert_ok(edo_signal_recv(listener));
    }
    edo_signal_recv_future recv = edo_signal_recv_async(listener);
    assert_pending(&recv.base);
    let_others_run();
    assert_pending(&recv.base);
    assert_ok(edo_signal_close(listener));
    assert_err(recv_to_end(&recv), -ECANCELED);
    assert_err(edo_signal_recv(NULL), -EINVAL);
    assert_err(edo_signal_close(NULL), -EINVAL);
}

EDO_TEST_BOTH(two_listeners_both_receive) /* signal-003 */
{
    edo_signal *one, *two;

    assert_ok(edo_signal_open(SIGUSR1, &one));
    assert_ok(edo_signal_open(SIGUSR1, &two));
    send_signal(SIGUSR1);
    assert_ok(edo_signal_recv(one));
    assert_ok(edo_signal_recv(two));
    check_nothing_more(one);
    check_nothing_more(two);
    edo_signal_close(one);
    edo_signal_close(two);
}

/* Four runtimes on a thread each, ten rounds. */
static unsigned listening, hung_up; /* atomic */

static int listen_for_hangup(void *arg)
{
    edo_signal *listener;

    (void)arg;
    assert_ok(edo_signal_open(SIGHUP, &listener));
    __atomic_fetch_add(&listening, 1, __ATOMIC_SEQ_CST);
    assert_ok(edo_signal_recv(listener));
    __atomic_fetch_add(&hung_up, 1, __ATOMIC_SEQ_CST);
    edo_signal_close(listener);
    return 0;
}

static void *run_listener(void *arg)
{
    edo_runtime *runtime;

    (void)arg;
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, listen_for_hangup, NULL));
    assert_ok(edo_runtime_free(runtime));
    return NULL;
}

EDO_TEST_PLAIN(several_runtimes_all_receive) /* signal-004 */
{
    for (unsigned round = 1; round <= 10; round++) {
        pthread_t threads[4];
        for (int i = 0; i < 4; i++)
            threads[i] = start_thread(run_listener, NULL);
        wait_until(__atomic_load_n(&listening, __ATOMIC_SEQ_CST) == round * 4);
        send_signal(SIGHUP);
        for (int i = 0; i < 4; i++)
            join_thread(threads[i]);
        assert_int_equal(__atomic_load_n(&hung_up, __ATOMIC_SEQ_CST), round * 4);
    }
}

EDO_TEST_BOTH(signals_are_told_apart) /* signal-005 */
{
    edo_signal *one, *two;

    assert_ok(edo_signal_open(SIGUSR1, &one));
    assert_ok(edo_signal_open(SIGUSR2, &two));
    edo_signal_recv_future recv = edo_signal_recv_async(two);
    assert_pending(&recv.base);
    send_signal(SIGUSR1);
    assert_ok(edo_signal_recv(one));
    let_others_run();
    assert_pending(&recv.base);
    send_signal(SIGUSR2);
    assert_ok(recv_to_end(&recv));
    edo_signal_close(one);
    edo_signal_close(two);
}

EDO_TEST_BOTH(closing_some_leaves_the_others_receiving) /* signal-006 */
{
    edo_signal *before, *kept, *after, *many[40]; /* more than one block of the table */

    assert_ok(edo_signal_open(SIGUSR1, &before));
    assert_ok(edo_signal_open(SIGUSR1, &kept));
    assert_ok(edo_signal_open(SIGUSR1, &after));
    for (int i = 0; i < 40; i++)
        assert_ok(edo_signal_open(SIGUSR1, &many[i]));
    edo_signal_close(before);
    edo_signal_close(after);
    send_signal(SIGUSR1);
    assert_ok(edo_signal_recv(kept));
    for (int i = 0; i < 40; i++) {
        assert_ok(edo_signal_recv(many[i]));
        edo_signal_close(many[i]);
    }
    check_nothing_more(kept);
    send_signal(SIGUSR1);
    assert_ok(edo_signal_recv(kept));
    edo_signal_close(kept);
}

static volatile sig_atomic_t handled;

static void own_handler(int signo, siginfo_t *info, void *context)
{
    (void)info, (void)context;
    handled = signo;
}

EDO_TEST_BOTH(the_disposition_of_before_comes_back) /* signal-007 signal-008 */
{
    struct sigaction own = {.sa_sigaction = own_handler, .sa_flags = SA_SIGINFO | SA_NODEFER}, now;
    edo_signal *one, *two;

    sigaddset(&own.sa_mask, SIGUSR2);
    assert_int_equal(sigaction(SIGUSR1, &own, NULL), 0);
    for (int i = 0; i < 3; i++) { /* and opened again it receives again */
        assert_ok(edo_signal_open(SIGUSR1, &one));
        assert_ok(edo_signal_open(SIGUSR1, &two));
        send_signal(SIGUSR1);
        assert_ok(edo_signal_recv(one));
        assert_int_equal(handled, 0);
        edo_signal_close(one);
        raise(SIGUSR1); /* still ours: one listener is left */
        assert_int_equal(handled, 0);
        edo_signal_close(two);
        assert_int_equal(sigaction(SIGUSR1, NULL, &now), 0);
        assert_ptr_equal(now.sa_sigaction, own_handler);
        assert_int_equal(now.sa_flags & (SA_SIGINFO | SA_NODEFER), SA_SIGINFO | SA_NODEFER);
        assert_true(sigismember(&now.sa_mask, SIGUSR2));
    }
    send_signal(SIGUSR1);
    task_wait_until(handled == SIGUSR1);
    assert_ok(edo_signal_open(SIGUSR2, &one));
    edo_signal_close(one);
    assert_int_equal(sigaction(SIGUSR2, NULL, &now), 0);
    assert_ptr_equal(now.sa_handler, SIG_DFL);
    signal(SIGUSR2, SIG_IGN);
    assert_ok(edo_signal_open(SIGUSR2, &one));
    edo_signal_close(one);
    send_signal(SIGUSR2); /* ignored: we live */
}

static int open_and_close(void *arg)
{
    edo_signal *listener;

    (void)arg;
    assert_ok(edo_signal_open(SIGTERM, &listener));
    send_signal(SIGTERM);
    assert_ok(edo_signal_recv(listener));
    edo_signal_close(listener);
    send_signal(SIGTERM);
    wait_until(false); /* it may hit another thread; we don't survive it for long */
    return 0;
}

EDO_TEST_PLAIN(a_default_disposition_acts_by_default_again) /* signal-007 */
{
    int status;

    pid_t pid = fork();
    if (pid == 0) {
        edo_runtime *runtime;
        assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
        edo_block_on(runtime, open_and_close, NULL);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static int open_here(void *arg)
{
    return edo_signal_open(SIGUSR1, arg);
}

EDO_TEST_PLAIN(listening_needs_a_runtime_with_io) /* signal-009 */
{
    edo_signal *listener = NULL;
    edo_runtime *runtime;
    struct sigaction now;

    assert_err(edo_signal_open(SIGUSR1, &listener), -EDO_ENORUNTIME);
    assert_err(edo_ctrl_c(), -EDO_ENORUNTIME);
    assert_err(edo_termination(), -EDO_ENORUNTIME);
    assert_ok(
        edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .no_io = true), &runtime));
    assert_err(edo_block_on(runtime, open_here, &listener), -EDO_ENOIO);
    assert_ok(edo_runtime_free(runtime));
    assert_null(listener);
    assert_int_equal(sigaction(SIGUSR1, NULL, &now), 0);
    assert_ptr_equal(now.sa_handler, SIG_DFL);
}

EDO_TEST(numbers_that_are_no_signal_are_refused) /* signal-010 */
{
    const int refused[] = {-1,      0,       SIGRTMAX + 1, 1000,   INT_MAX, INT_MIN,
                           SIGKILL, SIGSTOP, SIGSEGV,      SIGILL, SIGFPE,  SIGBUS};
    edo_signal *listener = NULL;

    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_err(edo_signal_open(refused[i], &listener), -EINVAL);
    assert_err(edo_signal_open(SIGUSR1, NULL), -EINVAL);
    assert_null(listener);
}

EDO_TEST_BOTH(every_realtime_signal_at_once) /* signal-011 */
{
    enum { MOST = 64 };
    edo_signal *listeners[MOST];
    int count = SIGRTMAX - SIGRTMIN + 1;

    assert_in_range(count, 28, MOST);
    for (int i = 0; i < count; i++)
        assert_ok(edo_signal_open(SIGRTMIN + i, &listeners[i]));
    for (int i = 0; i < count; i++)
        send_signal(SIGRTMIN + i);
    for (int i = 0; i < count; i++) {
        assert_ok(edo_signal_recv(listeners[i]));
        edo_signal_close(listeners[i]);
    }
}

EDO_TEST_BOTH(signals_coalesce_and_are_not_lost) /* signal-012 */
{
    edo_signal *listener;
    int received = 1;

    ignore(SIGUSR1);
    assert_ok(edo_signal_open(SIGUSR1, &listener));
    for (int i = 0; i < 5; i++)
        send_signal(SIGUSR1);
    assert_ok(edo_signal_recv(listener)); /* never none */
    for (;; received++) {
        edo_signal_recv_future recv = edo_signal_recv_async(listener);
        if (edo_test_poll(&recv.base) == EDO_READY)
            continue;
        let_others_run();
        edo_future_cancel(&recv.base);
        if (recv_to_end(&recv) == -ECANCELED)
            break;
    }
    assert_in_range(received, 1, 5);
    send_signal(SIGUSR1);
    assert_ok(edo_signal_recv(listener));
    edo_signal_close(listener);
}

EDO_TEST_BOTH(a_canceled_receive_loses_nothing) /* signal-013 */
{
    edo_signal *listener;

    assert_ok(edo_signal_open(SIGUSR1, &listener));
    for (int i = 0; i < 20; i++) {
        edo_signal_recv_future recv = edo_signal_recv_async(listener);
        assert_pending(&recv.base);
        edo_future_cancel(&recv.base);
        assert_err(recv_to_end(&recv), -ECANCELED);
        send_signal(SIGUSR1); /* between two receives */
        assert_ok(edo_signal_recv(listener));
    }
    edo_signal_close(listener);
}

EDO_TEST_BOTH(a_receive_put_back_is_the_next_ones) /* signal-013 */
{
    edo_signal *listener;

    assert_ok(edo_signal_open(SIGUSR1, &listener));
    send_signal(SIGUSR1);
    edo_signal_recv_future recv = edo_signal_recv_async(listener);
    assert_ok(recv_to_end(&recv));
    edo_signal_recv_future waiting = edo_signal_recv_async(listener);
    assert_pending(&waiting.base);
    edo_future_put_back(&recv.base);
    assert_int_equal(recv.base.result, -ECANCELED);
    assert_ok(recv_to_end(&waiting));
    edo_signal_close(listener);
    edo_future_put_back(&waiting.base); /* its listener is closed: nothing happens */
    assert_int_equal(waiting.base.result, -ECANCELED);
}

EDO_TEST_MT(select_over_two_signals_and_a_timer_misses_none) /* signal-014 */
{
    edo_signal *one, *two;
    int seen[2] = {0, 0};
    uint64_t limit = wait_limit();

    assert_ok(edo_signal_open(SIGUSR1, &one));
    assert_ok(edo_signal_open(SIGUSR2, &two));
    for (int i = 0; i < 100; i++) {
        send_signal(i % 3 ? SIGUSR1 : SIGUSR2);
        for (;;) {
            edo_signal_recv_future by_one = edo_signal_recv_async(one);
            edo_signal_recv_future by_two = edo_signal_recv_async(two);
            edo_sleep_future tick = edo_sleep_async(EDO_MILLIS(1));
            int winner = edo_select(&by_one.base, &by_two.base, &tick.base);
            assert_in_range(winner, 0, 2);
            assert_true(real_time_ns() < limit);
            if (winner == 2)
                continue;
            assert_int_equal(winner, i % 3 ? 0 : 1);
            seen[winner]++;
            break;
        }
    }
    assert_int_equal(seen[0] + seen[1], 100);
    edo_signal_close(one);
    edo_signal_close(two);
}

static void *signal_when_idle(void *arg)
{
    uint64_t *at = arg;

    block_thread_for(50); /* by then every worker is parked */
    __atomic_store_n(at, real_time_ns(), __ATOMIC_RELEASE);
    send_signal(SIGUSR1);
    return NULL;
}

EDO_TEST_BOTH(a_signal_wakes_a_parked_runtime) /* signal-015 */
{
    edo_signal *listener;
    uint64_t sent = 0;

    assert_ok(edo_signal_open(SIGUSR1, &listener));
    pthread_t thread = start_thread(signal_when_idle, &sent);
    assert_ok(edo_signal_recv(listener));
    uint64_t took = real_time_ns() - __atomic_load_n(&sent, __ATOMIC_ACQUIRE);
    assert_true(took < UINT64_C(100000000) * test_patience());
    join_thread(thread);
    edo_signal_close(listener);
}

/* Threads that look at errno while the handler runs on them. */
static bool watching; /* atomic */

static void *watch_errno(void *arg)
{
    (void)arg;
    while (__atomic_load_n(&watching, __ATOMIC_ACQUIRE)) {
        errno = 4711;
        if (HAS_TSAN)
            raise(SIGUSR1);
        for (int i = 0; i < 1000; i++)
            if (errno != 4711)
                abort();
    }
    return NULL;
}

EDO_TEST_BOTH(the_handler_keeps_errno) /* signal-017 */
{
    edo_signal *listener;

    ignore(SIGUSR1);
    assert_ok(edo_signal_open(SIGUSR1, &listener));
    watching = true;
    pthread_t thread = start_thread(watch_errno, NULL);
    for (unsigned i = 0; i < test_count(2000); i++) {
        assert_int_equal(pthread_kill(thread, SIGUSR1), 0);
        if (i % 100 == 0)
            assert_ok(edo_signal_recv(listener));
    }
    __atomic_store_n(&watching, false, __ATOMIC_RELEASE);
    join_thread(thread);
    edo_signal_close(listener);
}

EDO_TEST_BOTH(the_handler_restarts_calls_on_the_alternate_stack) /* signal-018 */
{
    edo_signal *listener;
    struct sigaction now;

    assert_ok(edo_signal_open(SIGUSR1, &listener));
    assert_int_equal(sigaction(SIGUSR1, NULL, &now), 0);
    assert_true(now.sa_flags & SA_RESTART);
    assert_true(now.sa_flags & SA_ONSTACK);
    const int others[] = {SIGUSR1, SIGUSR2, SIGINT, SIGTERM, SIGCHLD, SIGRTMIN, SIGRTMAX};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) /* they don't pile up there */
        assert_true(sigismember(&now.sa_mask, others[i]));
    assert_false(sigismember(&now.sa_mask, SIGSEGV));
    edo_signal_close(listener);
}

/* A listener that outlives its runtime, beside one whose runtime goes on. */
static int open_for(void *arg)
{
    return edo_signal_open(SIGUSR1, arg);
}

static int receive_of(void *arg)
{
    return edo_signal_recv(arg);
}

EDO_TEST_PLAIN(a_listener_of_an_ended_runtime_says_so) /* signal-019 */
{
    edo_runtime *ended, *other;
    edo_signal *old, *live;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &ended));
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 2), &other));
    assert_ok(edo_block_on(ended, open_for, &old));
    assert_ok(edo_block_on(other, open_for, &live));
    assert_ok(edo_runtime_free(ended));
    send_signal(SIGUSR1);
    assert_err(edo_block_on(other, receive_of, old), -EDO_ESHUTDOWN);
    assert_ok(edo_block_on(other, receive_of, live));
    edo_signal_close(old);
    edo_signal_close(live);
    assert_ok(edo_runtime_free(other));
}

static int received;

static int receive_and_keep(void *arg)
{
    received = edo_signal_recv(arg);
    edo_signal_close(arg);
    return 0;
}

static int spawn_receiver(void *arg)
{
    edo_signal *listener;

    (void)arg;
    assert_ok(edo_signal_open(SIGUSR1, &listener));
    assert_ok(edo_spawn(receive_and_keep, listener, NULL));
    let_others_run();
    return 0;
}

EDO_TEST_PLAIN(a_pending_receive_ends_with_its_runtime) /* signal-020 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime;
        received = 1;
        assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 2),
                                  &runtime));
        assert_ok(edo_block_on(runtime, spawn_receiver, NULL));
        assert_ok(edo_runtime_free(runtime));
        assert_err(received, -EDO_ESHUTDOWN);
    }
}

EDO_TEST_BOTH(a_blocked_signal_reaches_nobody_until_it_is_unblocked) /* signal-022 */
{
    edo_signal *listener;
    sigset_t one;

    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    assert_ok(edo_signal_open(SIGUSR1, &listener));
    assert_int_equal(pthread_sigmask(SIG_BLOCK, &one, NULL), 0);
    assert_int_equal(raise(SIGUSR1), 0); /* to this thread */
    edo_signal_recv_future recv = edo_signal_recv_async(listener);
    assert_pending(&recv.base);
    assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &one, NULL), 0);
    assert_ok(recv_to_end(&recv));
    edo_signal_close(listener);
}

static int open_many(void *arg)
{
    edo_signal *listener;

    (void)arg;
    assert_ok(edo_signal_open(SIGUSR1, &listener));
    send_signal(SIGUSR1);
    assert_ok(edo_signal_recv(listener));
    return edo_signal_close(listener);
}

EDO_TEST_PLAIN(many_runtimes_leave_nothing_behind) /* signal-024 */
{
    edo_runtime *runtime;
    struct sigaction now;
    int fds = 0, threads = 0;

    for (unsigned i = 0; i < test_count(1000); i++) {
        assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
        assert_ok(edo_block_on(runtime, open_many, NULL));
        assert_ok(edo_runtime_free(runtime));
        if (i == 0) { /* what the first has made may stay */
            fds = open_fds();
            threads = settled_thread_count();
        }
    }
    assert_int_equal(open_fds(), fds);
    wait_for_thread_count(threads);
    assert_int_equal(sigaction(SIGUSR1, NULL, &now), 0);
    assert_ptr_equal(now.sa_handler, SIG_DFL);
}

/* Opens and closes beside deliveries: the handler never writes to a descriptor of others. */
static void *storm(void *arg)
{
    (void)arg;
    do
        raise(SIGUSR1); /* on this thread: on others it would leave them time for nothing else */
    while (__atomic_load_n(&watching, __ATOMIC_ACQUIRE));
    return NULL;
}

EDO_TEST_BOTH(closing_beside_deliveries_is_safe) /* signal-006 */
{
    edo_signal *kept, *listener;
    int fds[2];
    char byte;

    ignore(SIGUSR1);
    assert_ok(edo_signal_open(SIGUSR1, &kept));
    watching = true;
    pthread_t thread = start_thread(storm, NULL);
    for (unsigned i = 0; i < test_count(500); i++) {
        assert_ok(edo_signal_open(SIGUSR1, &listener));
        edo_signal_close(listener);
        assert_int_equal(pipe(fds), 0); /* which gets the descriptor's number */
        assert_int_equal(close(fds[1]), 0);
        assert_int_equal(read(fds[0], &byte, 1), 0);
        close(fds[0]);
    }
    __atomic_store_n(&watching, false, __ATOMIC_RELEASE);
    join_thread(thread);
    assert_ok(edo_signal_recv(kept));
    edo_signal_close(kept);
}

static int terminate_later(void *arg)
{
    task_wait_until(is_handled(SIGTERM) && is_handled(SIGINT));
    send_signal(*(int *)arg);
    return 0;
}

EDO_TEST_BOTH(termination_says_which_signal_came) /* signal-001 */
{
    int signals[] = {SIGTERM, SIGINT};

    for (int i = 0; i < 2; i++) {
        edo_task task;
        assert_ok(edo_spawn(terminate_later, &signals[i], &task));
        assert_int_equal(edo_termination(), signals[i]);
        assert_ok(edo_join(task, NULL));
        assert_false(is_handled(SIGTERM) || is_handled(SIGINT));
    }
}

static int wait_for_end(void *arg)
{
    (void)arg;
    return edo_termination();
}

EDO_TEST_BOTH(an_aborted_wait_says_so_and_restores) /* signal-007 */
{
    edo_task task;
    struct sigaction now;
    int rc;

    assert_ok(edo_spawn(wait_for_end, NULL, &task));
    let_others_run();
    assert_ok(edo_task_abort(task));
    assert_ok(edo_join(task, &rc));
    assert_err(rc, -ECANCELED);
    assert_int_equal(sigaction(SIGTERM, NULL, &now), 0);
    assert_ptr_equal(now.sa_handler, SIG_DFL);
}
