/* fence_test.c: a runtime whose fence on all threads is refused after it was promised. */
#include "runtime/rig.h"
#include "support/denied.h"

#define BLOCK_MS 200

typedef struct blockers {
    unsigned begun, ended; /* atomic */
    unsigned ended_before; /* when the third one ran */
} blockers;

static int block(void *arg)
{
    blockers *b = arg;

    a_fetch_add(&b->begun, 1, acq_rel);
    block_thread_for(BLOCK_MS);
    a_fetch_add(&b->ended, 1, acq_rel);
    return 0;
}

static int look(void *arg)
{
    blockers *b = arg;

    b->ended_before = a_load(&b->ended, acquire);
    return 0;
}

/* To believe a thread that has passed no fence is to run two tasks on one core. */
EDO_TEST_PLAIN(a_core_is_taken_from_no_thread_that_has_passed_no_fence)
{
    blockers b = {0};

    if (!deny(DENIED_FENCES))
        EDO_SKIP(DENIED_SKIP);
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .workers = 2));
    edo_task first = spawn_on(runtime, block, &b), second = spawn_on(runtime, block, &b);
    wait_until(a_load(&b.begun, acquire) == 2);
    edo_task third = spawn_on(runtime, look, &b);
    assert_int_equal(join_result(third), 0);
    assert_true(b.ended_before >= 1);
    assert_int_equal(join_result(first), 0);
    assert_int_equal(join_result(second), 0);
    assert_ok(edo_runtime_free(runtime)); /* which has no fence either */
}
