/*
 * without_pidfd_test.c: the tests of children once more, where the system forbids what pidfds are made and used
 * with, as a filter of a container's does. process-044
 */
#include "process/command_test.c"
#include "process/streams_test.c"
#include "process/wait_test.c"

#include "support/denied.h"

/* Before any test, so that all of them have it. */
__attribute__((constructor)) static void forbid_pidfds(void)
{
    if (!deny(DENIED_IF(SYS_pidfd_open, ENOSYS), DENIED_IF(SYS_pidfd_send_signal, ENOSYS),
              DENIED_IF(SYS_clone3, ENOSYS), DENIED_IF(SYS_close_range, ENOSYS)))
        abort();
}

EDO_TEST_BOTH(there_are_no_pidfds) /* process-044 */
{
    edo_process *child = begin_cat();

    assert_true(syscall(SYS_pidfd_open, getpid(), 0) < 0 && errno == ENOSYS);
    check_ends(child, 0, 0);
    edo_process_release(child);
    task_wait_until(thread_count() <=
                    1 + 2 * test_workers() + 1); /* nobody is left who waited for it */
}

EDO_TEST(what_stands_in_for_a_pidfd_is_gone_with_its_child)
{
    int before = open_fds();
    edo_process *child = begin_cat();

    check_ends(child, 0, 0);
    edo_process_release(child);
    task_wait_until(open_fds() == before);
}

EDO_TEST(a_child_that_no_thread_can_wait_for_is_none)
{
    edo_command command = {.program = "sleep", .args = EDO_ARGS("1800")};
    edo_process *none;
    int before = open_fds();

    assert_true(deny(DENIED_THREADS));
    assert_err(edo_command_spawn(&command, &none), -EAGAIN);
    assert_true(has_no_children());
    pid_t own = fork();
    if (own == 0)
        for (prctl(PR_SET_PDEATHSIG, SIGKILL);;)
            pause();
    assert_err(edo_process_adopt(own, &none), -EAGAIN);
    task_wait_until(open_fds() == before);
    kill_one(own, SIGTERM); /* which was left alone */
    int status;
    assert_int_equal(waitpid(own, &status, 0), own);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

EDO_TEST_BOTH(nothing_is_sent_to_a_number_that_somebody_else_waited_for)
{
    int fds[2];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    edo_process *child =
        begin(&(edo_command){SHELL("cat <&3 & exit 0"), .fds = &(edo_command_fd){fds[0], 3},
                             .fd_count = 1, .leads_group = true});
    pid_t pid = edo_process_id(child);
    close(fds[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(kill(-pid, 0), 0); /* its own child is there */
    assert_err(edo_process_kill_group(child, 0), -ESRCH);
    assert_err(edo_process_signal(child, 0), -ESRCH);
    close(fds[1]);
    edo_process_release(child);
}
