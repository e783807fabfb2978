/* tasks.c: storms of spawns, joins and aborts; timers; waits for several things. */
#include "soak/soak.h"

#include <errno.h>

#include "base/atomic.h"

enum { STORM = 200, SLEEPERS = 100, SELECTS = 50 };

enum behaviour { AT_ONCE, YIELDS, SLEEPS, SLEEPS_LONG, NESTS, BEHAVIOURS };

typedef struct child {
    enum behaviour behaviour;
    unsigned depth;
    uint64_t *runs; /* atomic */
} child;

static int be_child(void *arg)
{
    child c = *(child *)arg;
    edo_task task;
    int rc = 0;

    a_fetch_add(c.runs, 1, relaxed);
    switch (c.behaviour) {
    case YIELDS:
        for (unsigned i = 0; i < 3 && rc == 0; i++)
            rc = edo_yield();
        return rc;
    case SLEEPS:
        return edo_sleep(EDO_MICROS(soak_random(2000)));
    case SLEEPS_LONG:
        return edo_sleep(EDO_SECONDS(3600)); /* only an abort ends it */
    case NESTS:
        if (c.depth == 0)
            return 0;
        c.depth--;
        SOAK_OK(edo_spawn_copy(be_child, &c, sizeof c, &task));
        rc = edo_join(task, NULL);
        if (rc < 0) /* aborted: it has to run all the same, before the round is over */
            EDO_SHIELDED(EDO_SECONDS(60))
            {
                SOAK_OK(edo_join(task, NULL));
            }
        return rc;
    default:
        return 0;
    }
}

/* Each function runs once, whatever becomes of its task. */
int storm_round(work *w)
{
    edo_task tasks[STORM];
    bool aborted[STORM];
    uint64_t runs = 0, expected = 0;

    (void)w;
    for (unsigned i = 0; i < STORM; i++) {
        child c = {soak_random(BEHAVIOURS), soak_random(4), &runs};
        expected += c.behaviour == NESTS ? c.depth + 1 : 1;
        SOAK_OK(edo_spawn_copy(be_child, &c, sizeof c, &tasks[i]));
        aborted[i] = c.behaviour == SLEEPS_LONG || soak_random(3) == 0;
        if (aborted[i] && soak_random(2))
            SOAK_OK(edo_task_abort(tasks[i]));
    }
    for (unsigned i = 0; i < STORM; i++) {
        int result = 1;
        if (aborted[i])
            SOAK_OK(edo_task_abort(tasks[i]));
        SOAK_OK(edo_join(tasks[i], &result));
        SOAK_CHECK(result == 0 || (aborted[i] && result == -ECANCELED));
    }
    SOAK_CHECK(a_load(&runs, relaxed) == expected);
    return 0;
}

static int sleep_some(void *arg)
{
    edo_duration span = EDO_MICROS(soak_random(20000));
    edo_instant begin = edo_now();

    (void)arg;
    SOAK_OK(edo_sleep(span));
    SOAK_CHECK(edo_instant_since(edo_now(), begin).ns >= span.ns);
    return 0;
}

int timer_round(work *w)
{
    edo_task tasks[SLEEPERS];

    (void)w;
    for (unsigned i = 0; i < SLEEPERS; i++)
        SOAK_OK(edo_spawn(sleep_some, NULL, &tasks[i]));
    for (unsigned i = 0; i < SLEEPERS; i++)
        SOAK_OK(edo_join(tasks[i], NULL));
    return 0;
}

static int return_5(void *arg)
{
    (void)arg;
    return edo_yield() < 0 ? -1 : 5;
}

int select_round(work *w)
{
    (void)w;
    for (unsigned i = 0; i < SELECTS; i++) {
        edo_task task;
        int result = 0;
        edo_sleep_future never = edo_sleep_async(EDO_SECONDS(3600));
        edo_sleep_future soon = edo_sleep_async(EDO_MICROS(soak_random(500)));
        SOAK_CHECK(edo_select(&never.base, &soon.base) == 1);
        SOAK_CHECK(never.base.result == -ECANCELED);
        edo_sleep_future late = edo_sleep_async(EDO_SECONDS(3600));
        SOAK_CHECK(edo_timeout(&late.base, EDO_MICROS(soak_random(500))) == -ETIMEDOUT);
        SOAK_OK(edo_spawn(return_5, NULL, &task));
        edo_join_future join = edo_join_async(task, &result);
        int64_t rc = edo_timeout(&join.base, EDO_MICROS(soak_random(100)));
        SOAK_CHECK(rc == 0 || rc == -ETIMEDOUT);
        if (rc < 0)
            SOAK_OK(edo_join(task, &result));
        SOAK_CHECK(result == 5);
    }
    return 0;
}
