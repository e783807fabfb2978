/* exit_test.c: a process that ends while tasks are alive: a debug build names them. */
#include "runtime/rig.h"

#include "runtime/child_leaks.h"

static edo_runtime *kept; /* reachable at the end */

static int spawn_waiters(void *arg)
{
    for (int i = 0; i < *(int *)arg; i++)
        assert_ok(edo_spawn(wait_for_ever, NULL, NULL));
    return 0;
}

static void leave_alive(void *arg)
{
    kept = make_multi(1);
    assert_int_equal(edo_block_on(kept, spawn_waiters, arg), 0);
    exit(0);
}

static unsigned count_of(const char *text, const char *what)
{
    unsigned count = 0;

    while ((text = strstr(text, what))) {
        text++;
        count++;
    }
    return count;
}

EDO_TEST_PLAIN(tasks_alive_at_exit_are_named_in_a_debug_build)
{
    static char err[16384];

    assert_int_equal(run_child(leave_alive, &(int){2}, err, sizeof err), 0);
#if EDO_DEBUG
    assert_int_equal(count_of(err, "the process ends while task "), 2);
    assert_int_equal(count_of(err, "exit_test.c:"), 2);
    assert_int_equal(run_child(leave_alive, &(int){25}, err, sizeof err), 0);
    assert_int_equal(count_of(err, "the process ends while task "), 10);
    assert_int_equal(count_of(err, "and 15 more tasks are"), 1);
#else
    assert_int_equal(count_of(err, "edo:"), 0);
#endif
}

static void leave_none(void *arg)
{
    kept = make_multi(1);
    assert_int_equal(edo_block_on(kept, spawn_waiters, arg), 0);
    assert_ok(edo_runtime_free(kept));
    exit(0);
}

static int exit_in_task(void *arg)
{
    (void)arg;
    exit(0);
}

static void leave_by_itself(void *arg)
{
    (void)arg;
    leave_leaks_alone(); /* it ends in the midst of things */
    kept = make_multi(1);
    edo_block_on(kept, exit_in_task, NULL);
}

EDO_TEST_PLAIN(a_process_that_leaves_no_task_is_not_told)
{
    static char err[16384];

    assert_int_equal(run_child(leave_none, &(int){3}, err, sizeof err), 0);
    assert_int_equal(count_of(err, "edo:"), 0);
    assert_int_equal(run_child(leave_by_itself, NULL, err, sizeof err), 0);
    assert_int_equal(count_of(err, "edo:"), 0);
}
