/* thread_test.c: starting threads, and the lines they report. */
#include "support/edo_test.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/report.h"
#include "base/thread.h"

static char name[32];

static void *note_name(void *arg)
{
    assert_int_equal(pthread_getname_np(pthread_self(), name, sizeof name), 0);
    *(int *)arg = 42;
    return NULL;
}

EDO_TEST_PLAIN(thread_runs_under_its_name)
{
    pthread_t thread;
    int ran = 0;

    assert_ok(thread_start(&thread, note_name, &ran, "edo-worker-0"));
    thread_join(thread);
    assert_int_equal(ran, 42);
    assert_string_equal(name, "edo-worker-0");
}

EDO_TEST_PLAIN(thread_name_is_cut_at_15)
{
    pthread_t thread;
    int ran = 0;

    assert_ok(thread_start(&thread, note_name, &ran, "0123456789abcdefgh"));
    thread_join(thread);
    assert_string_equal(name, "0123456789abcde");
}

EDO_TEST_PLAIN(thread_nap_is_never_short)
{
    uint64_t start = clock_now();

    thread_nap(2000000);
    assert_true(clock_now() - start >= 2000000);
    thread_nap(0);
    thread_yield();
}

/* What report() writes, on a pipe in stderr's place. */
static size_t caught_report(const char *text, char *buf, size_t room)
{
    int fds[2];
    int kept = dup(STDERR_FILENO);

    assert_ok(pipe(fds));
    dup2(fds[1], STDERR_FILENO);
    report("%s %d", text, 7);
    dup2(kept, STDERR_FILENO);
    close(kept);
    close(fds[1]);
    ssize_t n = read(fds[0], buf, room - 1);
    close(fds[0]);
    assert_true(n >= 0);
    buf[n] = '\0';
    return (size_t)n;
}

EDO_TEST_PLAIN(report_writes_one_line)
{
    char buf[4096];
    char longer[3000];

    caught_report("lost", buf, sizeof buf);
    assert_string_equal(buf, "edo: lost 7\n");
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    size_t n = caught_report(longer, buf, sizeof buf); /* cut, but still a line */
    assert_in_range(n, 900, 1024);
    assert_int_equal(buf[n - 1], '\n');
    assert_int_equal(buf[n - 2], 'x');
}

static void do_nothing_at(int signo)
{
    (void)signo;
}

/* With much slack: what is left of a sleep is counted from its latest end. */
static void *nap_once(void *arg)
{
    prctl(PR_SET_TIMERSLACK, 100000000UL);
    thread_nap(1000000);
    __atomic_store_n((bool *)arg, true, __ATOMIC_RELEASE);
    return NULL;
}

static void signal_until(pthread_t thread, const bool *over)
{
    uint64_t until = real_time_ns() + UINT64_C(3000000000);

    while (!__atomic_load_n(over, __ATOMIC_ACQUIRE) && real_time_ns() < until)
        pthread_kill(thread, SIGUSR1);
}

/* A sleep that goes on with what is left of it may never come to its end. */
EDO_TEST_PLAIN(a_nap_ends_however_many_signals_come)
{
    const struct sigaction handled = {.sa_handler = do_nothing_at};
    pthread_t thread;
    bool over = false;

    assert_int_equal(sigaction(SIGUSR1, &handled, NULL), 0);
    assert_ok(thread_start(&thread, nap_once, &over, "napper"));
    signal_until(thread, &over);
    assert_true(__atomic_load_n(&over, __ATOMIC_ACQUIRE));
    thread_join(thread);
}
