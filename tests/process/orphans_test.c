/* orphans_test.c: children that were let go, where descriptors are short and where the program forks. */
#include "process/children.h"

#include <dirent.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/macros.h"

EDO_TEST_BOTH(a_released_child_is_waited_for_when_descriptors_are_short)
{
    edo_process *child = begin_cat();
    edo_pipe_sender *in = edo_process_take_stdin(child);
    pid_t pid = edo_process_id(child);
    struct rlimit before, none;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    edo_process_release(child);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    edo_pipe_sender_close(in);
    task_wait_until(is_gone(pid));
}

/* Descriptors of processes that this one has. */
static int pidfds(void)
{
    DIR *list = opendir("/proc/self/fd");
    int count = 0;

    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list));) {
        char target[64] = {0};
        if (readlinkat(dirfd(list), entry->d_name, target, sizeof target - 1) > 0)
            count += strstr(target, "pidfd") != NULL;
    }
    closedir(list);
    return count;
}

EDO_TEST(a_forked_child_has_none_of_the_orphans)
{
    edo_process *child = begin_cat();
    edo_pipe_sender *in = edo_process_take_stdin(child);
    pid_t pid = edo_process_id(child);
    int status;

    edo_process_release(child);
    assert_true(pidfds() <= 1); /* an old system has none */
    pid_t forked = fork();
    if (forked == 0)
        _exit(pidfds());
    assert_int_equal(waitpid(forked, &status, 0), forked);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    edo_pipe_sender_close(in);
    task_wait_until(is_gone(pid));
}

/* Numbers. */

enum { IS_FORBIDDEN = 77 };

/* 0: its number is ours, and not the one it has in its own namespace. No signal is sent. */
static int begin_inside(void *arg)
{
    edo_process *child;

    (void)arg;
    if (unshare(CLONE_NEWPID) < 0)
        return IS_FORBIDDEN;
    if (edo_command_spawn(&(edo_command){.program = "cat", .in = EDO_STDIO_PIPE}, &child) < 0)
        return 1;
    pid_t pid = edo_process_id(child);
    int rc = pid <= 1 || kill(pid, 0) < 0 ? 2 : 0;
    if (edo_process_wait(child, NULL) < 0)
        rc = 3;
    edo_process_release(child);
    return rc;
}

static int run_inside(void)
{
    edo_runtime *runtime;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime) < 0)
        return 4;
    int rc = edo_block_on(runtime, begin_inside, NULL);
    return edo_runtime_free(runtime) < 0 ? 5 : rc;
}

EDO_TEST_PLAIN(a_child_in_a_namespace_of_its_own_has_our_number_for_it)
{
    int status;
    pid_t forked = fork();

    if (forked == 0)
        _exit(run_inside());
    assert_int_equal(waitpid(forked, &status, 0), forked);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == IS_FORBIDDEN)
        EDO_SKIP("no namespaces of processes here");
    assert_int_equal(WEXITSTATUS(status), 0);
}
