/* thread_test.c: starting threads, and the lines they report. */
#include "support/edo_test.h"

#include <stdio.h>
#include <string.h>
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
