/* ask_test.c: asking a running task's thread where it is, on a system that refuses that. */
#include "runtime/rig.h"

#include <dlfcn.h>
#include <signal.h>

#include "base/macros.h"

static bool refuses; /* atomic */

#if !HAS_TSAN /* which has taken its place */
/* Before libc's: no real-time signal gets a handler. */
int sigaction(int signo, const struct sigaction *act, struct sigaction *old)
{
    int (*real)(int, const struct sigaction *, struct sigaction *);

    if (a_load(&refuses, acquire) && act && signo >= SIGRTMIN) {
        errno = EINVAL;
        return -1;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "sigaction");
    return real(signo, act, old);
}
#endif

static int spin(void *arg)
{
    while (a_load((int *)arg, acquire))
        ;
    return 7;
}

static void note_running(const edo_task_dump *dump, void *arg)
{
    if (dump->state == EDO_TASK_RUNNING) {
        assert_int_equal(dump->frame_count, 0);
        ++*(int *)arg;
    }
}

EDO_TEST_PLAIN(a_thread_is_sent_no_signal_that_could_be_given_no_handler)
{
    if (HAS_TSAN)
        EDO_SKIP("TSan has taken sigaction's place");
    edo_runtime *runtime = make_multi(1);
    edo_handle *handle = edo_runtime_handle(runtime);
    int on = 1, running = 0;
    edo_task task = spawn_on(runtime, spin, &on);

    a_store(&refuses, true, release);
    wait_until(edo_dump(handle, note_running, &running) >= 0 && running >= 3);
    a_store(&on, 0, release);
    assert_int_equal(join_result(task), 7);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
