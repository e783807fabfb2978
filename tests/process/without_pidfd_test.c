/*
 * without_pidfd_test.c: the tests of children once more, where the system forbids what pidfds are made and used
 * with, as a filter of a container's does. process-044
 */
#include "process/command_test.c"
#include "process/streams_test.c"
#include "process/wait_test.c"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define DENY_IF(number)                                                                            \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),                                           \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS)

/* Before any test, so that all of them have it. */
__attribute__((constructor)) static void forbid_pidfds(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        DENY_IF(SYS_pidfd_open),
        DENY_IF(SYS_pidfd_send_signal),
        DENY_IF(SYS_clone3),
        DENY_IF(SYS_close_range),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
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
