/* claim_test.c: what happens to a task while it is held fast is made up for. */
#include "runtime/rig.h"

#include "sched/claim.h"
#include "support/gate.h"

static gate shut = GATE_INIT;

static int wait_at_gate(void *arg)
{
    a_fetch_add((int *)arg, 1, seq_cst);
    return gate_wait(&shut);
}

/* A task that waits, claimed by this thread. */
static edo_task claimed(edo_runtime *runtime, int *runs)
{
    shut = (gate)GATE_INIT;
    *runs = 0;
    edo_task t = spawn_on(runtime, wait_at_gate, runs);
    wait_until(gate_waiting(&shut) == 1);
    wait_until(task_claim(t.header, a_load(&t.header->state, acquire)));
    assert_false(task_claim(t.header, a_load(&t.header->state, acquire))); /* once */
    return t;
}

EDO_TEST_PLAIN(a_wake_of_a_claimed_task_is_made_up_for) /* rt-120 */
{
    edo_runtime *runtime = make_multi(2);
    int runs;
    edo_task t = claimed(runtime, &runs);

    gate_open(&shut);
    block_thread_for(20);
    assert_false(edo_task_is_finished(t)); /* nobody runs it meanwhile */
    task_unclaim(t.header);
    assert_int_equal(join_result(t), 0);
    assert_int_equal(runs, 1);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(an_abort_of_a_claimed_task_is_made_up_for) /* rt-120 */
{
    edo_runtime *runtime = make_multi(2);
    int runs;
    edo_task t = claimed(runtime, &runs);

    assert_ok(edo_task_abort(t));
    block_thread_for(20);
    assert_false(edo_task_is_finished(t));
    task_unclaim(t.header);
    assert_int_equal(join_result(t), -ECANCELED);
    assert_ok(edo_runtime_free(runtime));
}

static void *shut_down(void *arg)
{
    assert_ok(edo_runtime_shutdown(arg, EDO_SECONDS(10)));
    return NULL;
}

EDO_TEST_PLAIN(a_shutdown_waits_for_a_claimed_task) /* rt-120 */
{
    edo_runtime *runtime = make_multi(2);
    int runs;
    edo_task t = claimed(runtime, &runs);

    pthread_t thread = start_thread(shut_down, runtime);
    wait_until(a_load(&t.header->state, acquire) & TASK_SHUTDOWN);
    block_thread_for(20);
    assert_false(edo_task_is_finished(t));
    task_unclaim(t.header);
    join_thread(thread);
    assert_int_equal(join_result(t), -EDO_ESHUTDOWN);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(one_that_was_not_woken_goes_on_to_wait) /* rt-120 */
{
    edo_runtime *runtime = make_multi(2);
    int runs;
    edo_task t = claimed(runtime, &runs);

    task_unclaim(t.header);
    block_thread_for(20);
    assert_false(edo_task_is_finished(t));
    gate_open(&shut);
    assert_int_equal(join_result(t), 0);
    assert_int_equal(runs, 1);
    assert_ok(edo_runtime_free(runtime));
}
