/*
 * task_stress_test.c: storms of spawns, aborts, joins, steals and wakes, on eight workers.
 *
 * Each body runs in a runtime of its own with 8 workers, more than there are processors, so that
 * threads are preempted inside of the protocols. What is counted must come out exactly.
 */
#include "support/edo_test.h"
#include "support/gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/random.h"

static int run_storm(void *arg)
{
    (*(void (**)(void))arg)();
    return 0;
}

static void on_eight_workers(void (*storm)(void))
{
    edo_runtime *runtime;
    edo_task t;
    edo_metrics m;
    int ret = -1;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = 8), &runtime));
    edo_handle *handle = edo_runtime_handle(runtime);
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .on = handle, .copy_size = sizeof storm), run_storm,
                             &storm, &t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 0);
    assert_ok(edo_runtime_free(runtime));
    assert_ok(edo_handle_metrics(handle, &m));
    assert_int_equal(m.alive_tasks, 0); /* nothing was left behind */
    edo_handle_unref(handle);
}

static uint64_t runs; /* atomic: functions that have run */

/* --- spawn, abort, join ------------------------------------------------------------------- */

enum child_kind { AT_ONCE, YIELDS, SLEEPS, WAITS, NESTS, CHILD_KINDS };

struct child {
    enum child_kind kind;
    unsigned depth;
    char filler[40];
};

static int run_child(void *arg)
{
    struct child c = *(struct child *)arg;
    gate never = GATE_INIT;
    edo_task t;
    int ret = 0;

    switch (c.kind) {
    case AT_ONCE:
        break;
    case YIELDS:
        for (unsigned i = 0; i < c.depth && ret == 0; i++)
            ret = edo_yield();
        break;
    case SLEEPS:
        ret = edo_sleep(EDO_MICROS(c.depth * 100));
        break;
    case WAITS: {
        gate_future wait = gate_async(&never);
        ret = (int)edo_timeout(&wait.base, EDO_MILLIS(1));
        break;
    }
    default: {
        struct child below = {.kind = c.depth > 1 ? NESTS : YIELDS, .depth = c.depth - 1};
        assert_ok(edo_spawn_copy(run_child, &below, sizeof below, &t));
        if (edo_join(t, &ret) < 0) /* aborted: then nobody waits for it */
            assert_ok(edo_task_detach(t));
        break;
    }
    }
    a_fetch_add(&runs, 1, relaxed);
    return c.kind == AT_ONCE ? 7 : ret;
}

static uint64_t spawns_of(const struct child *c)
{
    return c->kind == NESTS ? c->depth + 1 : 1;
}

/* Once; how many functions will run by it. */
static uint64_t disturb_one(rng *r)
{
    struct child c = {.kind = (enum child_kind)rng_below(r, CHILD_KINDS),
                      .depth = 1 + rng_below(r, 5)};
    edo_abort_handle handle = {0};
    edo_task t;
    int ret = -1000;

    assert_ok(edo_spawn_copy(run_child, &c, sizeof c, &t));
    if (rng_below(r, 2))
        assert_ok(edo_abort_handle_new(t, &handle));
    if (rng_below(r, 3) == 0)
        (void)edo_yield();
    bool aborted = rng_below(r, 2);
    if (aborted && handle.header)
        edo_abort_handle_abort(&handle);
    else if (aborted)
        assert_ok(edo_task_abort(t));
    switch (rng_below(r, 4)) {
    case 0:
        assert_ok(edo_task_detach(t));
        break;
    case 1: { /* a join that is given up now and then */
        edo_join_future join = edo_join_async(t, &ret);
        int64_t rc = edo_timeout(&join.base, EDO_MICROS(50));
        assert_true(rc == 0 || rc == -ETIMEDOUT);
        if (rc == 0)
            break;
        assert_int_equal(ret, -1000);
        if (aborted)
            assert_ok(edo_task_abort(t));
    }
        /* fall through */
    default:
        assert_ok(edo_join(t, &ret));
        if (!aborted && c.kind == WAITS)
            assert_int_equal(ret, -ETIMEDOUT);
        else if (!aborted || c.kind == AT_ONCE)
            assert_int_equal(ret, c.kind == AT_ONCE ? 7 : 0);
        assert_err(edo_task_abort(t), -ESRCH);
    }
    edo_abort_handle_drop(handle);
    return spawns_of(&c);
}

static int disturb(void *arg)
{
    rng r;

    rng_seed(&r, random_seed());
    for (unsigned i = 0; i < test_count(3000); i++)
        a_fetch_add((uint64_t *)arg, disturb_one(&r), relaxed);
    return 0;
}

static void spawn_abort_join_storm(void)
{
    static uint64_t expected;
    edo_task tasks[8];

    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(disturb, &expected, &tasks[i]));
    for (int i = 0; i < 8; i++)
        assert_ok(edo_join(tasks[i], NULL));
    task_wait_until(a_load(&runs, relaxed) == a_load(&expected, relaxed)); /* each exactly once */
    assert_ok(edo_sleep(EDO_MILLIS(2)));
    assert_int_equal(a_load(&runs, relaxed), a_load(&expected, relaxed));
}

EDO_TEST_MT(storm_of_spawns_aborts_and_joins) /* task-030 */
{
    on_eight_workers(spawn_abort_join_storm);
    assert_true(a_load(&runs, relaxed) > 0);
}

/* --- stealing ------------------------------------------------------------------------------ */

static int yield_some(void *arg)
{
    for (intptr_t i = 0; i < (intptr_t)arg; i++)
        assert_ok(edo_yield());
    a_fetch_add(&runs, 1, relaxed);
    return 0;
}

/* More tasks than a queue holds, made by one worker while the others have nothing. */
static void steal_storm(void)
{
    enum { BURST = 700 };
    uint64_t goal = 0;

    for (unsigned i = 0; i < test_count(1200); i++) {
        for (int k = 0; k < BURST; k++)
            assert_ok(edo_spawn(yield_some, (void *)(intptr_t)(k % 3), NULL));
        goal += BURST;
        if (i % 4 == 0)
            assert_ok(edo_sleep(EDO_MICROS(100))); /* they fall asleep */
        while (a_load(&runs, relaxed) < goal)
            assert_ok(edo_yield());
    }
    assert_int_equal(a_load(&runs, relaxed), goal);
}

EDO_TEST_MT(storm_of_steals) /* task-079 */
{
    on_eight_workers(steal_storm);
    assert_true(a_load(&runs, relaxed) > 0);
}

/* --- wakes at every suspension --------------------------------------------------------------- */

enum { VICTIMS = 16 };
static struct {
    pthread_mutex_t lock;
    edo_waker waker; /* a clone of its task's */
} victims[VICTIMS];
static bool stop_waking; /* atomic */

static edo_poll give_waker(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    edo_waker clone;
    unsigned at = (unsigned)(uintptr_t)arg;

    assert_ok(edo_waker_clone(waker, &clone));
    pthread_mutex_lock(&victims[at].lock);
    edo_waker old = victims[at].waker;
    victims[at].waker = clone;
    pthread_mutex_unlock(&victims[at].lock);
    edo_waker_drop(old);
    *ret_result = 0;
    return EDO_READY;
}

static void *wake_at_random(void *arg)
{
    rng r;

    (void)arg;
    rng_seed(&r, random_seed());
    while (!a_load(&stop_waking, relaxed)) {
        unsigned at = rng_below(&r, VICTIMS);
        pthread_mutex_lock(&victims[at].lock);
        edo_waker_wake_by_ref(&victims[at].waker);
        pthread_mutex_unlock(&victims[at].lock);
    }
    return NULL;
}

static int return_5(void *arg)
{
    (void)arg;
    return 5;
}

static int open_gate(void *arg)
{
    gate_open(*(gate **)arg);
    return 0;
}

/* One wait of some kind, whose answer is known. */
static void wait_somehow(rng *r)
{
    gate g = GATE_INIT, never = GATE_INIT;
    gate *pointer = &g;
    edo_task t, opener;
    int ret = -1;

    assert_ok(edo_spawn(return_5, NULL, &t));
    switch (rng_below(r, 6)) {
    case 0:
        assert_ok(edo_yield());
        break;
    case 1: {
        edo_instant then = edo_now();
        assert_ok(edo_sleep(EDO_MICROS(200)));
        assert_true(edo_instant_since(edo_now(), then).ns >= EDO_MICROS(200).ns);
        break;
    }
    case 2: {
        gate_future wait = gate_async(&never);
        edo_sleep_future sleep = edo_sleep_async(EDO_MICROS(100));
        assert_int_equal(edo_select(&wait.base, &sleep.base), 1);
        assert_int_equal(wait.base.result, -ECANCELED);
        break;
    }
    case 3: {
        gate_future wait = gate_async(&never);
        assert_err(edo_timeout(&wait.base, EDO_MICROS(100)), -ETIMEDOUT);
        break;
    }
    case 4: {
        edo_join_future join = edo_join_async(t, &ret);
        edo_yield_future yield = edo_yield_async();
        assert_ok(edo_join_all(&join.base, &yield.base));
        assert_int_equal(ret, 5);
        return;
    }
    default:
        assert_ok(edo_spawn_copy(open_gate, &pointer, sizeof pointer, &opener));
        assert_int_equal(gate_wait(&g), 0);
        assert_ok(edo_join(opener, NULL));
    }
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 5);
}

static int be_a_victim(void *arg)
{
    edo_poll_fn_future give = edo_poll_fn(give_waker, arg);
    rng r;

    rng_seed(&r, random_seed());
    assert_ok(edo_await(&give.base));
    for (unsigned i = 0; i < test_count(900); i++)
        wait_somehow(&r);
    a_fetch_add(&runs, 1, relaxed);
    return 0;
}

static void wake_storm(void)
{
    edo_task tasks[VICTIMS];
    pthread_t wakers[2];

    for (int i = 0; i < VICTIMS; i++) {
        pthread_mutex_init(&victims[i].lock, NULL);
        assert_ok(edo_spawn(be_a_victim, (void *)(uintptr_t)i, &tasks[i]));
    }
    for (int i = 0; i < 2; i++)
        wakers[i] = start_thread(wake_at_random, NULL);
    for (int i = 0; i < VICTIMS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    a_store(&stop_waking, true, relaxed);
    for (int i = 0; i < 2; i++)
        join_thread(wakers[i]);
    for (int i = 0; i < VICTIMS; i++)
        edo_waker_drop(victims[i].waker);
    assert_int_equal(a_load(&runs, relaxed), VICTIMS);
}

EDO_TEST_MT(storm_of_wakes_at_every_suspension) /* future-017 */
{
    on_eight_workers(wake_storm);
    assert_true(a_load(&stop_waking, relaxed));
}

/* --- what is taken while everybody is aborted -------------------------------------------------- */

static test_queue items_a = TEST_QUEUE_INIT, items_b = TEST_QUEUE_INIT;
static uint64_t taken_sum, taken_count; /* atomic */

static int take_until_aborted(void *arg)
{
    (void)arg;
    for (;;) {
        int got[2] = {0, 0};
        test_pop_future pops[2] = {test_queue_pop_async(&items_a, &got[0]),
                                   test_queue_pop_async(&items_b, &got[1])};
        int at = edo_select(&pops[0].base, &pops[1].base);
        if (at < 0)
            return at;
        assert_int_equal(pops[at].base.result, 1);
        assert_int_equal(pops[!at].base.result, -ECANCELED);
        a_fetch_add(&taken_sum, (uint64_t)got[at], relaxed);
        a_fetch_add(&taken_count, 1, relaxed);
    }
}

static void abort_takers(unsigned rounds, uint64_t *sum)
{
    enum { TAKERS = 12 };
    edo_task takers[TAKERS];
    rng r;

    rng_seed(&r, random_seed());
    for (int i = 0; i < TAKERS; i++)
        assert_ok(edo_spawn(take_until_aborted, NULL, &takers[i]));
    for (unsigned i = 1; i <= rounds; i++) {
        unsigned at = rng_below(&r, TAKERS);
        *sum += i;
        test_queue_push(rng_below(&r, 2) ? &items_a : &items_b, (int)i);
        if (rng_below(&r, 3) == 0) {
            int ret = 0;
            assert_ok(edo_task_abort(takers[at]));
            test_queue_push(&items_a, 0);
            assert_ok(edo_join(takers[at], &ret));
            assert_int_equal(ret, -ECANCELED);
            assert_ok(edo_spawn(take_until_aborted, NULL, &takers[at]));
        }
    }
    task_wait_until(test_queue_len(&items_a) + test_queue_len(&items_b) == 0);
    for (int i = 0; i < TAKERS; i++) {
        assert_ok(edo_task_abort(takers[i]));
        assert_ok(edo_join(takers[i], NULL));
    }
}

static void take_storm(void)
{
    uint64_t sum = 0;

    abort_takers(test_count(40000), &sum);
    assert_int_equal(taken_sum, sum); /* nothing lost, nothing twice */
    assert_true(taken_count >= test_count(40000));
}

EDO_TEST_MT(storm_of_aborts_of_those_who_take) /* future-032 future-038 */
{
    on_eight_workers(take_storm);
    assert_true(taken_count > 0);
}
