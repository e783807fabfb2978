/* start_up.c: a runtime is built, runs one function, and is freed. */
#include "faults/trial.h"

static __thread int mark;

static void *mark_place(void)
{
    return &mark;
}

static int return_42(void *arg)
{
    (void)arg;
    mark = 42;
    return 42;
}

void start_up(edo_runtime_kind kind)
{
    edo_thread_slot slots[] = {{mark_place, sizeof mark}};
    edo_runtime *runtime;
    int rc;

    mark = 0;
    trial_arm();
    PERSIST(rc, edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .name = "faulty",
                                         .monitor = EDO_MONITOR_ON, .thread_slots = slots,
                                         .thread_slot_count = 1),
                                &runtime));
    trial_end_for_ever(); /* a task waits for its stack as long as there is none */
    if (rc < 0)
        return;
    PERSIST(rc, edo_block_on(runtime, return_42, NULL));
    CHECK(rc == 42);
    CHECK(mark == 0); /* one that was built has all that it was to have */
    PERSIST(rc, edo_runtime_free(runtime));
    fault_lift();
}
