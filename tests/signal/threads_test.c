/* threads_test.c: signals that hit threads of edo's. */
#include "support/edo_test.h"

#include "base/macros.h"
#include "support/gate.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static gate begun = GATE_INIT, opened = GATE_INIT;

static int wait_in_the_pool(void *arg)
{
    (void)arg;
    gate_open(&begun);
    gate_wait(&opened);
    return 7;
}

/* As the threads of the tests' own driver do for ever, which is the kernel to edo; others while they are in the
 * handler. */
static bool blocks_it(int tid)
{
    char path[64], line[256];
    unsigned long long blocked = 0;

    if (!getenv("EDO_DRIVER"))
        return false;
    snprintf(path, sizeof path, "/proc/self/task/%d/status", tid);
    FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof line, status))
        (void)!sscanf(line, "SigBlk: %llx", &blocked);
    if (status)
        fclose(status);
    return blocked >> (SIGUSR1 - 1) & 1;
}

/* One to each thread, each of which is received before the next. */
static unsigned check_every_thread(edo_signal *listener)
{
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *entry;
    unsigned n = 0;

    assert_non_null(tasks);
    while ((entry = readdir(tasks))) {
        int tid = atoi(entry->d_name);
        if (tid <= 0 || (HAS_TSAN && tid != syscall(SYS_gettid))) /* which puts it off elsewhere */
            continue;
        if (blocks_it(tid))
            continue;
        if (syscall(SYS_tgkill, getpid(), tid, SIGUSR1) < 0)
            continue; /* it has ended since */
        assert_ok(edo_signal_recv(listener));
        n++;
    }
    closedir(tasks);
    return n;
}

EDO_TEST_BOTH(any_thread_may_get_the_signal) /* signal-023 */
{
    edo_signal *listener;
    edo_task call;
    int code;

    assert_ok(edo_signal_open(SIGUSR1, &listener));
    assert_ok(edo_spawn_blocking(wait_in_the_pool, NULL, &call)); /* a thread that is younger */
    task_wait_until(gate_is_open(&begun));
    int threads = thread_count();
    for (int i = 0; i < 5; i++)
        assert_true(check_every_thread(listener) >= (HAS_TSAN || getenv("EDO_DRIVER") ? 1 : 2));
    assert_true(thread_count() >= (threads < 2 ? threads : 2)); /* nobody has died of it */
    gate_open(&opened);
    assert_ok(edo_join(call, &code));
    assert_int_equal(code, 7);
    edo_signal_close(listener);
}
