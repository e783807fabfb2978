/* start_up.c: a runtime is built, runs one function, and is freed. */
#include "faults/trial.h"

static int return_42(void *arg)
{
    (void)arg;
    return 42;
}

void start_up(edo_runtime_kind kind)
{
    edo_runtime *runtime;
    int rc;

    trial_arm();
    PERSIST(rc, edo_runtime_new(
                    EDO_OPTS(runtime, .kind = kind, .name = "faulty", .monitor = EDO_MONITOR_ON),
                    &runtime));
    trial_end_for_ever(); /* a task waits for its stack as long as there is none */
    if (rc < 0)
        return;
    PERSIST(rc, edo_block_on(runtime, return_42, NULL));
    CHECK(rc == 42);
    PERSIST(rc, edo_runtime_free(runtime));
    fault_lift();
}
