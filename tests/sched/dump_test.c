/* dump_test.c: since when a task waits; looks at one that runs, and forks meanwhile. */
#include "runtime/child_leaks.h"
#include "runtime/rig.h"
#include "support/gate.h"

#include "sched/dump.h"

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
    edo_task waits = spawn_on(runtime, wait_at_gate, &shut);

    wait_until(edo_dump(handle, note_since, &first) >= 0 && first > 0);
    block_thread_for(20);
    wait_until(edo_dump(handle, note_since, &later) >= 0 && later > 0);
    assert_in_range(later, first + 20000000, real_time_ns() - began);
    gate_open(&shut);
    assert_int_equal(join_result(waits), 0);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}

typedef struct looker {
    task *at;
    uint64_t id;
    bool began, stops; /* atomic */
} looker;

/* As the monitor does, whose moment doesn't come often enough. */
static void *look_again_and_again(void *arg)
{
    looker *l = arg;
    answer seen;

    while (!a_load(&l->stops, relaxed)) {
        dump_look_running(l->at, l->id, &seen);
        a_store(&l->began, true, relaxed);
    }
    return NULL;
}

static int spin(void *on)
{
    while (a_load((bool *)on, relaxed))
        ;
    return 7;
}

static void ignore(const edo_task_dump *dump, void *arg)
{
    (void)dump, (void)arg;
}

static void fork_one_that_dumps(void)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        leave_leaks_alone();
        alarm(5);
        _exit(edo_dump(NULL, ignore, NULL) != 0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

EDO_TEST_PLAIN(child_that_was_forked_while_the_monitor_looked_can_dump)
{
    bool on = true;
    edo_runtime *runtime = make_multi(1);
    edo_task spins = spawn_on(runtime, spin, &on);
    looker l = {.at = spins.header, .id = edo_task_id(spins)};

    pthread_t looking = start_thread(look_again_and_again, &l);
    wait_until(a_load(&l.began, relaxed));
    for (int i = 0; i < 10; i++)
        fork_one_that_dumps();
    a_store(&l.stops, true, relaxed);
    join_thread(looking);
    a_store(&on, false, relaxed);
    assert_int_equal(join_result(spins), 7);
    assert_ok(edo_runtime_free(runtime));
}
