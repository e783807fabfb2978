/*
 * join_stress_test.c: collections of tasks while their tasks end, are aborted and let go of. Each function
 * that was spawned has to return once, and each result that was not given up has to come once.
 */
#include "sync/rig.h"

#include <edo/testing_cancel.h>

#include "base/random.h"

static unsigned spawned, returned; /* atomic */

/* Ends at once, after some turns, or when it is told to. */
static int live(void *arg)
{
    uintptr_t turns = (uintptr_t)arg;
    int rc = 0;

    if (turns == 9) {
        edo_future never = edo_pending();
        rc = (int)edo_await(&never);
    }
    for (uintptr_t i = 0; i < turns && rc == 0; i++)
        rc = edo_yield();
    a_fetch_add(&returned, 1, seq_cst);
    return rc;
}

static void *turns_of(rng *r)
{
    return (void *)(uintptr_t)rng_below(r, 10);
}

EDO_TEST_MT(a_hundred_thousand_in_one_set)
{
    unsigned count = test_count(100000);
    edo_join_set *set;
    edo_joined joined;
    uint64_t sum = 0;

    assert_ok(edo_join_set_new(&set));
    for (uintptr_t i = 0; i < count; i++) {
        edo_task t;
        assert_ok(edo_join_set_spawn(set, live, (void *)(i % 4), &t));
        sum += edo_task_id(t);
    }
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(edo_join_set_next(set, &joined), 1);
        assert_int_equal(joined.result, 0);
        sum -= joined.id;
    }
    assert_int_equal(sum, 0);
    assert_int_equal(edo_join_set_next(set, &joined), 0);
    for (unsigned i = 0; i < count; i++)
        assert_ok(edo_join_set_spawn(set, live, (void *)9, NULL));
    assert_ok(edo_join_set_shutdown(set)); /* all at once */
    assert_int_equal(returned, 2 * count);
    edo_join_set_free(set);
}

/* Processor time for each of so many tasks that all live at once. */
static double cost_among(unsigned count)
{
    edo_join_set *set;

    assert_ok(edo_join_set_new(&set));
    uint64_t began = cpu_time_ns();
    for (unsigned i = 0; i < count; i++)
        assert_ok(edo_join_set_spawn(set, live, (void *)1, NULL));
    while (edo_join_set_next(set, NULL) == 1)
        ;
    uint64_t took = cpu_time_ns() - began;
    edo_join_set_free(set);
    return (double)took / count;
}

/* Nothing is searched or polled for the others: a square would be a hundred times as much. */
EDO_TEST(an_end_costs_the_same_among_many)
{
    unsigned many = test_count(100000), few = many / 100 + 1;
    double least = cost_among(few), most = 1e18;

    for (int i = 0; i < 5; i++) {
        double small = cost_among(few), large = cost_among(many);
        least = small > least ? small : least; /* the slowest of these, the fastest of those */
        most = large < most ? large : most;
    }
    assert_true(most < least * 15);
}

/* One turn of whoever owns a set, of which two may be in its tasks' hands. */
static void use_set(edo_join_set *set, rng *r)
{
    edo_task t;
    edo_joined joined;

    switch (rng_below(r, 12)) {
    case 0:
        if (edo_join_set_len(set) > 8)
            edo_join_set_abort_all(set);
        break;
    case 1:
        edo_join_set_detach_all(set);
        break;
    case 2: {
        edo_join_next_future next = edo_join_set_next_async(set, &joined);
        edo_yield_future turn = edo_yield_async();
        edo_select(&next.base, &turn.base);
        break;
    }
    case 3:
        edo_join_set_abort_all(set); /* some of them wait for ever */
        if (edo_join_set_next(set, &joined) == 1)
            assert_true(joined.result == 0 || joined.result == -ECANCELED);
        break;
    case 4:
        edo_join_set_try_next(set, NULL);
        break;
    default:
        assert_ok(edo_join_set_spawn(set, live, turns_of(r), &t));
        a_fetch_add(&spawned, 1, relaxed);
        if (rng_below(r, 3) == 0)
            edo_task_abort(t);
    }
}

static int use_sets(void *seed)
{
    rng r;

    rng_seed(&r, (uint64_t)(uintptr_t)seed);
    for (unsigned i = 0; i < test_count(300); i++) {
        edo_join_set *set;
        assert_ok(edo_join_set_new(&set));
        for (unsigned turns = rng_below(&r, 60); turns > 0; turns--)
            use_set(set, &r);
        if (rng_below(&r, 2))
            assert_ok(edo_join_set_shutdown(set));
        edo_join_set_free(set);
    }
    return 0;
}

/* A detached task that waits for ever ends with the runtime, so that is looked at from outside. */
static int use_many_sets(void *arg)
{
    edo_task tasks[8];

    (void)arg;
    for (uintptr_t i = 0; i < 8; i++)
        assert_ok(edo_spawn(use_sets, (void *)(i + 1), &tasks[i]));
    for (int i = 0; i < 8; i++)
        assert_ok(edo_join(tasks[i], NULL));
    return 0;
}

EDO_TEST_PLAIN(each_function_of_many_sets_returns_once)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 3), &runtime));
    assert_ok(edo_block_on(runtime, use_many_sets, NULL));
    edo_runtime_free(runtime);
    assert_int_equal(returned, spawned);
    assert_true(spawned > 0);
}

static int use_map(void *seed)
{
    rng r;
    edo_join_map *map;

    rng_seed(&r, (uint64_t)(uintptr_t)seed);
    assert_ok(edo_join_map_new(sizeof(unsigned), &map));
    for (unsigned i = 0; i < test_count(20000); i++) {
        unsigned key = rng_below(&r, 64), got = 64;
        if (rng_below(&r, 2)) {
            assert_ok(
                edo_join_map_spawn(map, &key, live, turns_of(&r), NULL)); /* or replaces one */
            a_fetch_add(&spawned, 1, relaxed);
        } else if (rng_below(&r, 2)) {
            edo_join_map_abort(map, &key);
        } else if (edo_join_map_try_next(map, &got, NULL) == 1) {
            assert_true(got < 64);
        }
        assert_true(edo_join_map_len(map) <= 64);
        if (rng_below(&r, 4) == 0)
            edo_yield();
    }
    assert_ok(edo_join_map_shutdown(map));
    edo_join_map_free(map);
    return 0;
}

EDO_TEST_MT(maps_whose_tasks_are_replaced)
{
    edo_task tasks[4];

    for (uintptr_t i = 0; i < 4; i++)
        assert_ok(edo_spawn(use_map, (void *)(i + 1), &tasks[i]));
    for (int i = 0; i < 4; i++)
        assert_ok(edo_join(tasks[i], NULL));
    task_wait_until(a_load(&returned, seq_cst) == spawned); /* those that were replaced */
}

/* A group on the stack of a task that is aborted somewhere: its tasks use that stack. */
static int add_one(void *sum)
{
    edo_yield();
    a_fetch_add((unsigned *)sum, 1, seq_cst);
    return 0;
}

static int add_up(void *arg)
{
    edo_group *group;
    unsigned sum = 0, begun = 0;
    int rc = 0;

    (void)arg;
    assert_ok(edo_group_new(EDO_OPTS(group, .limit = 3), &group));
    for (int i = 0; i < 8 && rc == 0; i++)
        begun += (rc = edo_group_spawn(group, add_one, &sum)) == 0;
    if (rc == 0)
        rc = edo_group_wait(group, NULL);
    edo_group_free(group);
    assert_int_equal(a_load(&sum, seq_cst), begun);
    return rc;
}

EDO_TEST_PLAIN(groups_whose_owner_is_aborted_at_random)
{
    assert_true(edo_test_cancel_randomly(NULL, test_count(20000), add_up, NULL) > 0);
}
