/* reaper_test.c: a process that waits for the children of others. */
#include "process/children.h"

#include <sys/prctl.h>

#include "base/macros.h"

/* Starts a shell that starts a `cat` and ends: the number of that orphan, which ends with what it reads. */
static pid_t begin_orphan(int in)
{
    edo_output output = {0};
    edo_command command = {SHELL("(exec cat <&3 >/dev/null 2>&1) & echo $!"),
                           .fds = &(edo_command_fd){in, 3}, .fd_count = 1};

    assert_ok(edo_command_output(&command, &output));
    assert_true(output.out.len > 1);
    pid_t pid = (pid_t)strtol((char *)output.out.data, NULL, 10);
    edo_output_fini(&output);
    return pid;
}

/* TSan puts a handler off until its thread calls something that TSan knows, and a thread that is parked calls
 * nothing. */
static bool is_gone_with_a_nudge(pid_t pid)
{
    if (HAS_TSAN)
        raise(SIGCHLD);
    return is_gone(pid);
}

static bool is_zombie(pid_t pid)
{
    siginfo_t info = {0};

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 && info.si_pid == pid;
}

EDO_TEST_BOTH(a_reaper_takes_orphans_and_leaves_known_children_alone)
{
    edo_reaper_future reaper = edo_reaper_async();
    int fds[2];

    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
    assert_int_equal(pipe(fds), 0);
    edo_process *known = begin(&(edo_command){SHELL("exit 3")});
    task_wait_until(is_zombie(edo_process_id(known))); /* in front of all others */
    pid_t early = begin_orphan(fds[0]), late = begin_orphan(fds[0]);
    kill_one(early, SIGKILL);
    task_wait_until(is_zombie(early));
    assert_pending(&reaper.base);
    assert_true(is_gone(early)); /* as it was there at the first look */
    assert_int_equal(reaper.done, 1);
    close(fds[0]);
    close(fds[1]);
    task_wait_until(edo_test_poll(&reaper.base) == EDO_PENDING && is_gone_with_a_nudge(late));
    assert_int_equal(reaper.done, 2);
    assert_true(is_zombie(edo_process_id(known)));
    edo_future_cancel(&reaper.base);
    task_wait_until(edo_test_poll(&reaper.base) == EDO_READY);
    assert_err((int)reaper.base.result, -ECANCELED);
    check_ends(known, 3, 0);
    edo_process_release(known);
    assert_true(has_no_children());
}

static int run_reaper(void *arg)
{
    return edo_reaper(arg);
}

EDO_TEST_BOTH(a_reaper_works_beside_waits)
{
    uint64_t done = 0;
    edo_task reaper;
    int rc;

    assert_ok(edo_spawn(run_reaper, &done, &reaper));
    for (int i = 0; i < 20; i++) {
        edo_process *child = begin(&(edo_command){SHELL("exit 4")});
        check_ends(child, 4, 0);
        edo_process_release(child);
    }
    pid_t own = fork(); /* nobody waits for it but the reaper */
    if (own == 0)
        _exit(0);
    task_wait_until(is_gone_with_a_nudge(own));
    edo_task_abort(reaper);
    assert_ok(edo_join(reaper, &rc));
    assert_err(rc, -ECANCELED);
    assert_int_equal(done, 1);
}

static edo_reaper_future between;

static int end_elsewhere(void *arg)
{
    (void)arg;
    task_wait_until(edo_test_poll(&between.base) == EDO_READY);
    return (int)between.base.result;
}

EDO_TEST_PLAIN(a_reaper_ends_with_its_runtime)
{
    edo_runtime *first, *second;
    edo_enter_guard guard;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &first));
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &second));
    edo_handle *handle = edo_runtime_handle(first);
    assert_ok(edo_enter(handle, &guard));
    between = edo_reaper_async();
    assert_pending(&between.base);
    edo_leave(&guard);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(first));
    assert_err(edo_block_on(second, end_elsewhere, NULL), -EDO_ESHUTDOWN);
    assert_ok(edo_runtime_free(second));
}
