/*
 * relieve.c: a task blocks its thread, and a thread has to be started for the others.
 *
 * Without one the others wait until the task gives its worker back, and no longer.
 */
#include <time.h>

#include "base/atomic.h"
#include "faults/trial.h"

enum { OTHERS = 20, BLOCKED_MS = 40 };

static unsigned done; /* atomic */

static int block(void *arg)
{
    struct timespec span = {.tv_nsec = BLOCKED_MS * 1000000L};

    nanosleep(&span, NULL);
    return arg ? 1 : 0;
}

static int take_turns(void *arg)
{
    (void)arg;
    for (int i = 0; i < 10; i++)
        MUST(edo_yield());
    a_fetch_add(&done, 1, relaxed);
    return 0;
}

static int block_all(void *arg)
{
    edo_task blocked[2], others[OTHERS];

    (void)arg;
    trial_arm();
    for (int i = 0; i < 2; i++)
        MUST(edo_spawn(block, NULL, &blocked[i]));
    for (int i = 0; i < OTHERS; i++)
        MUST(edo_spawn(take_turns, NULL, &others[i]));
    for (int i = 0; i < OTHERS; i++)
        MUST(edo_join(others[i], NULL));
    for (int i = 0; i < 2; i++)
        MUST(edo_join(blocked[i], NULL));
    return 0;
}

void relieve(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;

    done = 0;
    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2), &runtime));
    MUST(edo_block_on(runtime, block_all, NULL));
    fault_lift();
    MUST(edo_runtime_free(runtime));
    CHECK(done == OTHERS);
}
