/* dump_test.c: since when a task waits. */
#include "runtime/rig.h"
#include "support/gate.h"

static void note_since(const edo_task_dump *dump, void *arg)
{
    uint64_t *since = arg;

    if (dump->state == EDO_TASK_WAITING && dump->has_since)
        *since = dump->since.ns;
}

static int wait_at_gate(void *arg)
{
    return gate_wait(arg);
}

EDO_TEST_PLAIN(a_dump_says_how_long_a_task_has_waited)
{
    gate shut = GATE_INIT;
    uint64_t first = 0, later = 0, began = real_time_ns();
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .workers = 1, .track_latency = true));
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_task task = spawn_on(runtime, wait_at_gate, &shut);

    wait_until(edo_dump(handle, note_since, &first) >= 0 && first > 0);
    block_thread_for(20);
    wait_until(edo_dump(handle, note_since, &later) >= 0 && later > 0);
    assert_in_range(later, first + 20000000, real_time_ns() - began);
    gate_open(&shut);
    assert_int_equal(join_result(task), 0);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
