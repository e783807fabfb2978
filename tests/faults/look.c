/*
 * look.c: all that looks at a runtime, which was built for it: what lacks memory says so and has
 * written what it had; the tasks that are looked at go on.
 */
#include <string.h>

#include "base/atomic.h"
#include "faults/trial.h"
#include "support/gate.h"

static gate shut;
static uint32_t hooks; /* atomic */

static void note_hook(const edo_task_info *task, void *arg)
{
    (void)task, (void)arg;
    a_fetch_add(&hooks, 1, relaxed);
}

static int wait_at_gate(void *arg)
{
    (void)arg;
    return gate_wait(&shut);
}

static int take_text(const char *text, size_t len, void *arg)
{
    (void)text;
    *(size_t *)arg += len;
    return 0;
}

static void count_task(const edo_task_dump *task, void *arg)
{
    (void)task;
    ++*(unsigned *)arg;
}

/* From inside, beside one that waits. */
static int look_around(void *arg)
{
    edo_handle *handle = edo_handle_try_current();
    size_t bytes = 0;
    unsigned tasks = 0;
    edo_task waiting;
    int rc, spawned;

    (void)arg;
    PERSIST(spawned,
            edo_spawn_with(EDO_OPTS(spawn, .name = "waits"), wait_at_gate, NULL, &waiting));
    PERSIST(rc, edo_dump(handle, count_task, &tasks));
    CHECK(rc < 0 || tasks >= (spawned == 0 ? 2 : 1));
    PERSIST(rc, edo_dump_write(handle, take_text, &bytes));
    PERSIST(rc, edo_handle_write_prometheus(handle, take_text, &bytes));
    PERSIST(rc, edo_handle_write_trace(handle, take_text, &bytes));
    gate_open(&shut);
    if (spawned == 0) {
        PERSIST(rc, edo_join(waiting, NULL));
        CHECK(rc == 0);
    }
    edo_handle_unref(handle);
    return 42;
}

void look(edo_runtime_kind kind)
{
    edo_runtime *runtime;
    int rc;

    shut = (gate)GATE_INIT;
    trial_arm();
    PERSIST(rc, edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 1, .flight_recorder = 64,
                                         .poll_times = true, .track_latency = true,
                                         .on_task_end = note_hook),
                                &runtime));
    trial_end_for_ever(); /* a task waits for its stack as long as there is none */
    if (rc < 0)
        return;
    PERSIST(rc, edo_block_on(runtime, look_around, NULL));
    CHECK(rc < 0 || rc == 42);
    CHECK(rc < 0 || a_load(&hooks, relaxed) >= 1);
    PERSIST(rc, edo_runtime_free(runtime));
    fault_lift();
}
