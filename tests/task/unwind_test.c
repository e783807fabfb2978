/* unwind_test.c: longjmp and C++ exceptions that stay within a task's stack, over its waits. */
#include <setjmp.h>

#include "support/edo_test.h"
#include "task/exceptions.h"

struct jump {
    jmp_buf back;
    int rounds;
};

/* Comes back by a jump. */
static int wait_and_jump(struct jump *j, int depth)
{
    volatile char room[200];

    room[0] = 1;
    if (edo_yield() < 0)
        return -1;
    if (depth > 0)
        return wait_and_jump(j, depth - 1) - room[0];
    if (edo_sleep(EDO_MILLIS(1)) < 0)
        return -1;
    longjmp(j->back, room[0]);
}

static int jump_across_waits(void *arg)
{
    struct jump *j = arg;

    for (volatile int i = 0; i < 20; i++) {
        int came = setjmp(j->back);
        if (came == 0)
            return wait_and_jump(j, 5);
        if (came != 1 || edo_yield() < 0)
            return -1;
        j->rounds++;
    }
    return 0;
}

EDO_TEST_BOTH(longjmp_within_a_stack_works_across_waits) /* task-085 */
{
    static struct jump jumps[8];
    edo_task tasks[8];
    int ret = 1;

    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(jump_across_waits, &jumps[i], &tasks[i]));
    for (int i = 0; i < 8; i++) {
        assert_ok(edo_join(tasks[i], &ret));
        assert_int_equal(ret, 0);
        assert_int_equal(jumps[i].rounds, 20);
    }
}

#if TEST_HAS_CXX

EDO_TEST_BOTH(exceptions_within_a_stack_work_across_waits) /* task-085 */
{
    static int rounds[8];
    edo_task tasks[8];
    int ret = 1;

    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(catch_across_waits, &rounds[i], &tasks[i]));
    for (int i = 0; i < 8; i++) {
        assert_ok(edo_join(tasks[i], &ret));
        assert_int_equal(ret, 0);
        assert_int_equal(rounds[i], 20);
    }
}

EDO_TEST_BOTH(an_exception_unwinds_a_cancelled_task) /* task-085 */
{
    int unwound = 0, ret = 1;
    edo_task t;

    assert_ok(edo_spawn(unwind_a_cancelled_task, &unwound, &t));
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, &ret));
    assert_err(ret, -ECANCELED);
    assert_in_range(unwound, 1, 4);
}

EDO_TEST(an_exception_ends_the_borrow_of_a_value_and_its_binding)
{
    int destroyed = 0;

    assert_int_equal(throw_out_of_a_borrow(&destroyed), 0);
    assert_int_equal(destroyed, 1);
}

static int catch_in_eight_tasks(void *arg)
{
    edo_task tasks[8];
    int ret = 1, failed = 0;

    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(wait_in_a_catch, arg, &tasks[i]));
    for (int i = 0; i < 8; i++) {
        assert_ok(edo_join(tasks[i], &ret));
        failed += ret != 0;
    }
    return failed;
}

/* What is being caught is noted in a thread-local variable of the C++ library. */
EDO_TEST_PLAIN(tasks_wait_in_catch_blocks_with_a_slot_for_their_exceptions)
{
    edo_thread_slot slot = {.address = exceptions_of_thread, .size = 2 * sizeof(void *)};
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(
        EDO_OPTS(runtime, .workers = test_workers(), .thread_slots = &slot, .thread_slot_count = 1),
        &runtime));
    assert_int_equal(edo_block_on(runtime, catch_in_eight_tasks, NULL), 0);
    assert_ok(edo_runtime_free(runtime));
}

#endif
