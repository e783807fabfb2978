/* blocking_fork_test.c: a child of fork(2) that is made by blocking code is in no task, and ends with
 * what that returns. */
#include "runtime/rig.h"

#include "base/macros.h"
#include "runtime/child_leaks.h"

static int add_one(void *arg)
{
    return *(int *)arg + 1;
}

static int fork_in_call(void *arg)
{
    int status;

    settle_threads();
    pid_t pid = fork();
    if (pid == 0) {
        edo_task task;
        leave_leaks_alone();
        if (edo_spawn_blocking(add_one, arg, &task) != -EDO_EFORKED || edo_task_self_id() != 0)
            _exit(3);
        return 7; /* there is nothing to return to: its exit status */
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

EDO_TEST_BOTH(a_child_forked_in_a_call_ends_with_its_result) /* rt-079 */
{
    int one = 1;
    edo_task task;

    assert_ok(edo_spawn_blocking(fork_in_call, &one, &task));
    assert_int_equal(join_result(task), 7);
    assert_ok(edo_spawn_blocking(add_one, &one, &task)); /* undisturbed */
    assert_int_equal(join_result(task), 2);
}

#if !HAS_TSAN /* which doesn't know its parent's fibers in a child, and so no switch between them */
static pid_t child_pid;

static int fork_in_it(void *arg)
{
    (void)arg;
    settle_threads();
    child_pid = fork();
    if (child_pid == 0)
        leave_leaks_alone();
    return child_pid == 0 ? 5 : 6;
}

static int fork_in_place(void *arg)
{
    int status, rc = edo_block_in_place(fork_in_it, arg);

    if (child_pid == 0) /* plain code: what it returns is the exit status */
        return rc == 5 && edo_task_self_id() == 0 && edo_yield() == 0 ? 9 : 3;
    assert_int_equal(rc, 6);
    assert_int_equal(waitpid(child_pid, &status, 0), child_pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

EDO_TEST_PLAIN(a_child_forked_in_it_goes_on_as_plain_code) /* rt-079 */
{
    edo_runtime *runtime = make_multi(1);

    assert_int_equal(join_result(spawn_on(runtime, fork_in_place, NULL)), 9);
    assert_ok(edo_runtime_free(runtime));
}
#endif
