/* worker_test.c: what a worker's loop does beside running tasks. */
#include "runtime/rig.h"

#include "base/clock.h"

#define RUNS 10000
#define INTERVAL 500
/* After as many a look at the driver is due anyway. */
#define TURN_CYCLES (UINT64_C(1) << 20)

typedef struct looks {
    edo_runtime *runtime;
    uint64_t turns, most;
} looks;

static int yield_often(void *arg)
{
    looks *l = arg;
    edo_metrics before = metrics_of(l->runtime), after;
    uint64_t began = clock_cycles();

    for (int i = 0; i < RUNS; i++)
        assert_ok(edo_yield());
    after = metrics_of(l->runtime);
    l->turns = after.driver_turns - before.driver_turns;
    l->most =
        RUNS / INTERVAL + (clock_cycles() - began) / TURN_CYCLES + 1 + (after.parks - before.parks);
    return 0;
}

EDO_TEST_PLAIN(the_driver_is_looked_at_every_so_many_runs_or_cycles)
{
    for (int kind = 0; kind < 2; kind++) {
        looks l = {.runtime = make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind,
                                                    .workers = 1, .event_interval = INTERVAL))};
        assert_int_equal(edo_block_on(l.runtime, yield_often, &l), 0);
        assert_in_range(l.turns, RUNS / INTERVAL - 1, l.most);
        assert_ok(edo_runtime_free(l.runtime));
    }
}
