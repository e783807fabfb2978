/*
 * census.c: how many tasks a runtime has, while it is shut down, with a membarrier and without: what
 * was spawned is found by the shutdown, and whoever waits for the last end is told of it. And the
 * monitor's long sleep: it is kicked by whoever leaves sleep, and by the stop.
 */
#include "../../src/runtime/shutdown.c"
#include "../../src/sched/monitor.c"

#include "sched/census.h"
#include "sched/task_new.h"

#include "engine/model.h"

#define CORES 2

static sched rig;
static core rig_core[CORES];
static core *rig_cores[CORES] = {&rig_core[0], &rig_core[1]};
static task_cache outside_tasks;
static task *spawned[2]; /* by the core's holder, and by a thread without one; NULL: refused */
static uint64_t alive;

static void setup_rig(bool has_membarrier)
{
    model_lacks_membarrier = !has_membarrier;
    rig.refs = 1;
    rig.core_count = CORES;
    rig.cores = rig_cores;
    rig.multi = true;
    rig.can_revoke = sys_membarrier_register() == 0;
    idle_init(&rig.idle, CORES);
    for (unsigned i = 0; i < CORES; i++) {
        rig_core[i].sched = &rig;
        rig_core[i].index = i;
    }
    model_ignore(&fork_generation, sizeof fork_generation);
    model_name(&rig.down, "down");
    model_name(&rig.end_seq, "end_seq");
    model_name(&rig_core[0].spawned, "core 0.spawned");
    model_name(&rig_core[0].completed, "core 0.completed");
    model_name(&rig_core[1].completed, "core 1.completed");
    model_name(&rig.remote_spawned, "remote_spawned");
    model_name(&rig.remote_completed, "remote_completed");
}

static void setup(void)
{
    setup_rig(true);
}

static void setup_without(void)
{
    setup_rig(false);
}

/* --- spawns ------------------------------------------------------------------------------- */

/* As the spawn does: what a walk finds is there before it is counted. */
static void spawn_in(task_cache *tasks, core *c, task **ret)
{
    spawn_request req = {.place = "here", .kind = TASK_POLLED};
    task *t;

    model_assert(task_new(&rig, tasks, c, &req, &t) == 0);
    if (count_spawn(&rig, c) == 0)
        *ret = t;
    else
        task_discard(t);
}

static void spawns_inside(void)
{
    spawn_in(&rig_core[0].tasks, &rig_core[0], &spawned[0]);
}

static void spawns_outside(void)
{
    spawn_in(&outside_tasks, NULL, &spawned[1]);
}

static void shuts_down(void)
{
    runtime_begin_shutdown(&rig);
    alive = sched_alive(&rig);
}

/* Each is in the sum, and the walk has told it. */
static void check_spawned(void)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < 2; i++) {
        if (!spawned[i])
            continue;
        model_assert(spawned[i]->state & TASK_SHUTDOWN);
        n++;
    }
    model_assert(alive >= n); /* one that is refused may be in it still: its thread says so then */
    model_assert(sched_alive(&rig) == n);
}

/* --- ends --------------------------------------------------------------------------------- */

static void with_two_tasks(void)
{
    rig_core[0].spawned = 2;
}

static void setup_ends(void)
{
    setup();
    with_two_tasks();
}

static void setup_ends_without(void)
{
    setup_without();
    with_two_tasks();
}

static void ends_inside(void)
{
    count_end(&rig, &rig_core[0]);
}

static void ends_outside(void)
{
    count_end(&rig, NULL);
}

static void shuts_down_and_waits(void)
{
    runtime_begin_shutdown(&rig);
    model_assert(wait_for_workers(&rig, UINT64_MAX));
}

/* A spawn that is refused takes back what it has counted. */
static void spawns_and_ends_inside(void)
{
    if (count_spawn(&rig, &rig_core[0]) == 0)
        count_end(&rig, &rig_core[0]);
}

static void spawns_and_ends_outside(void)
{
    if (count_spawn(&rig, NULL) == 0)
        count_end(&rig, NULL);
}

/* --- the sum ------------------------------------------------------------------------------ */

static uint32_t handed; /* atomic */

static bool is_handed(void *arg)
{
    (void)arg;
    return handed == 1;
}

/* One that stays all the time. */
static void setup_sum(void)
{
    setup();
    rig_core[1].spawned = 1;
}

static void spawns_for_another(void)
{
    model_assert(count_spawn(&rig, &rig_core[0]) == 0);
    a_store(&handed, 1, release); /* as the push does */
}

static void takes_it(void)
{
    while (!a_load(&handed, acquire)) /* as the pop does */
        model_wait_until(is_handed, NULL, "waits for the task");
}

static void ends_it_inside(void)
{
    takes_it();
    count_end(&rig, &rig_core[1]);
}

static void ends_it_outside(void)
{
    takes_it();
    count_end(&rig, NULL);
}

static void sums(void)
{
    model_assert(sched_alive(&rig) >= 1);
}

/* --- the monitor's sleep ------------------------------------------------------------------ */

static bool has_dozed; /* plain: asked for by peeks alone */

static bool dozed(void *arg)
{
    (void)arg;
    return has_dozed;
}

static void setup_doze(void)
{
    setup();
    for (unsigned i = 0; i < CORES; i++)
        idle_sleep(&rig_core[i]);
    model_name(&rig.monitor_word, "monitor_word");
    model_name(&rig.monitor_stop, "monitor_stop");
    model_name(&rig.idle.word, "idle.word");
}

static void setup_stop(void)
{
    setup_doze();
    rig.has_monitor = true;
    rig.monitor = 1; /* the first thread */
}

/* A runtime of one thread: its core is held by whoever drives it. */
static void setup_drive(void)
{
    setup();
    rig.multi = false;
    rig.core_count = 1;
    idle_init(&rig.idle, 1);
    model_name(&rig.monitor_word, "monitor_word");
    model_name(&rig_core[0].holder, "core.holder");
}

static void dozes(void)
{
    doze(&rig);
    has_dozed = true;
}

/* As the monitor's loop does, when it has seen nothing for long. */
static void dozes_until_stopped(void)
{
    while (!a_load(&rig.monitor_stop, acquire))
        doze(&rig);
}

static void stops(void)
{
    monitor_stop(&rig);
}

/* Leaves sleep, and works until the monitor looks. */
static void leaves_sleep(void)
{
    idle_awake(&rig_core[0]);
    monitor_kick(&rig);
    model_wait_until(dozed, NULL, "waits for the monitor");
}

/* The loop goes on until the monitor looks. */
static bool waits_for_the_monitor(void *arg)
{
    model_wait_until(dozed, arg, "waits for the monitor");
    return true;
}

static void drives(void)
{
    thread *self = thread_self();

    self->sched = &rig;
    self->core = &rig_core[0];
    worker_loop(self, waits_for_the_monitor, NULL);
}

static const model_scenario scenarios[] = {
    {.name = "spawn_beside_a_shutdown",
     .setup = setup,
     .weak = 1,
     .threads = {spawns_inside, shuts_down, spawns_outside},
     .check = check_spawned},
    {.name = "spawn_without_a_membarrier",
     .setup = setup_without,
     .threads = {spawns_inside, shuts_down, spawns_outside},
     .check = check_spawned},
    {.name = "an_end_beside_a_shutdown",
     .setup = setup_ends,
     .threads = {ends_inside, shuts_down_and_waits, ends_outside}},
    {.name = "an_end_without_a_membarrier",
     .setup = setup_ends_without,
     .threads = {ends_inside, shuts_down_and_waits, ends_outside}},
    {.name = "a_spawn_is_taken_back",
     .setup = setup,
     .threads = {spawns_and_ends_inside, shuts_down_and_waits, spawns_and_ends_outside}},
    {.name = "a_spawn_is_taken_back_without_a_membarrier",
     .setup = setup_without,
     .threads = {spawns_and_ends_inside, shuts_down_and_waits, spawns_and_ends_outside}},
    {.name = "a_sum_is_never_too_small",
     .setup = setup_sum,
     .threads = {spawns_for_another, ends_it_inside, sums}},
    {.name = "a_sum_with_an_end_outside",
     .setup = setup_sum,
     .threads = {spawns_for_another, ends_it_outside, sums}},
    {.name = "doze_beside_a_stop", .setup = setup_stop, .threads = {dozes_until_stopped, stops}},
    {.name = "doze_beside_one_who_leaves_sleep",
     .setup = setup_doze,
     .threads = {dozes, leaves_sleep}},
    {.name = "doze_beside_a_drive", .setup = setup_drive, .threads = {dozes, drives}},
};

MODEL_PROGRAM("census", scenarios)
