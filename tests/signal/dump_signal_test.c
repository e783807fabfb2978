/* dump_signal_test.c: a signal makes the process write where each of its tasks is. */
#include "runtime/rig.h"

#include <signal.h>

#include "base/macros.h"
#include "context/machine.h"
#include "context/sanitizer.h"

static int spinning;

static noinline void spin_here(void)
{
    while (a_load(&spinning, acquire) < 100)
        ;
    __asm__ volatile("");
}

static int spin(void *arg)
{
    (void)arg;
    a_fetch_add(&spinning, 1, seq_cst);
    spin_here();
    __asm__ volatile("");
    return 0;
}

static noinline int wait_here(void)
{
    int rc = edo_sleep(EDO_SECONDS(1000));

    __asm__ volatile("");
    return rc;
}

static int waiter(void *arg)
{
    a_store((int *)arg, 1, release);
    int rc = wait_here();
    __asm__ volatile("");
    return rc;
}

static bool has_both(const char *dump)
{
    const char *first = strstr(dump, " spin_here+0x");

    return first && strstr(first + 1, " spin_here+0x");
}

/* What the process writes when it is told to, once it has written all of it. */
static void read_dump(int fd, char *text, size_t size)
{
    size_t used = 0;
    ssize_t n;

    kill(getpid(), SIGUSR1);
    while (!memmem(text, used, "the dump's end", 14) && used < size - 1 &&
           (n = read(fd, text + used, size - 1 - used)) > 0)
        used += (size_t)n;
    text[used] = 0;
}

/* Both workers are stuck, and nobody relieves them. */
static void dump_stuck(void *arg)
{
    int began = 0, fds[2];
    edo_runtime *runtime = make_runtime(
        EDO_OPTS(runtime, .workers = 2, .monitor = EDO_MONITOR_OFF, .no_lifo_slot = true));
    edo_task asleep = spawn_on(runtime, waiter, &began), tasks[2];
    char text[16384] = "";

    wait_until(a_load(&began, acquire));
    for (int i = 0; i < 2; i++)
        tasks[i] = spawn_on(runtime, spin, NULL);
    wait_until(a_load(&spinning, acquire) == 2);
    int err = dup(STDERR_FILENO);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
    assert_ok(edo_dump_on_signal(SIGUSR1));
    assert_ok(edo_dump_on_signal(SIGUSR1));
    assert_int_equal(edo_dump_on_signal(SIGUSR2), -EBUSY);
    for (int i = 0; i < (HAS_TSAN ? 1 : 50) && !has_both(text); i++)
        read_dump(fds[0], text, sizeof text); /* on a busy machine one may answer too late for it */
    assert_int_equal(dup2(err, STDERR_FILENO), STDERR_FILENO);
    (void)!write(STDERR_FILENO, text, strlen(text));
    a_store(&spinning, 100, release);
    for (int i = 0; i < 2; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    assert_ok(edo_task_abort(asleep));
    assert_int_equal(join_result(asleep), -ECANCELED);
    assert_ok(edo_runtime_free(runtime));
    (void)arg;
}

EDO_TEST_PLAIN(a_signal_makes_a_dump_though_every_worker_is_stuck)
{
    static char err[32768];

    assert_int_equal(run_child(dump_stuck, NULL, err, sizeof err), 0);
    assert_non_null(strstr(err, "edo: a dump of every task:"));
    assert_non_null(strstr(err, "rig.h:"));
#ifdef MACHINE_ASSEMBLY
    assert_non_null(strstr(err, ") waits in edo_sleep"));
    assert_non_null(strstr(err, " wait_here+0x"));
#if !HAS_TSAN
    assert_true(has_both(err));
#endif
#endif
}

EDO_TEST_PLAIN(signals_that_can_t_be_handled_are_refused)
{
    assert_int_equal(edo_dump_on_signal(0), -EINVAL);
    assert_int_equal(edo_dump_on_signal(SIGKILL), -EINVAL);
    assert_int_equal(edo_dump_on_signal(SIGSEGV), -EINVAL);
}
