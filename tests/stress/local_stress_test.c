/*
 * local_stress_test.c: local sets and pins while their tasks are woken, aborted and blocked from
 * everywhere. Each task that was spawned returns once, and each on the one thread of its set.
 */
#include "sync/rig.h"

#include <unistd.h>

#include "base/random.h"

#define SETS 4
#define DRIVES 6

typedef struct shared {
    edo_notify bell;            /* rung by other tasks and threads */
    uint32_t stop;              /* atomic */
    unsigned spawned, returned; /* atomic */
} shared;

typedef struct home {
    shared *shared;
    edo_local_set *set;
    pid_t tid; /* of the set's thread; plain, as only that writes */
    uint64_t seed;
} home;

static void check_thread(home *h)
{
    if (!h->tid)
        h->tid = gettid();
    assert_int_equal(gettid(), h->tid);
}

/* Waits in one way or another; ends early when it is cancelled. */
static int live_here(void *arg)
{
    home *h = arg;
    rng r;

    rng_seed(&r, a_fetch_add(&h->shared->spawned, 0, relaxed) + h->seed);
    for (int i = 0; i < 6; i++) {
        check_thread(h);
        switch (rng_below(&r, 5)) {
        case 0:
            edo_sleep((edo_duration){rng_below(&r, 200000)});
            break;
        case 1: {
            edo_notify_wait_future wait = edo_notify_wait_async(&h->shared->bell);
            edo_sleep_future limit = edo_sleep_async(EDO_MILLIS(1));
            edo_select(&wait.base, &limit.base);
            break;
        }
        case 2:
            assert_ok(edo_pin());
            edo_yield();
            assert_ok(edo_unpin());
            break;
        default:
            edo_yield();
        }
    }
    check_thread(h);
    a_fetch_add(&h->shared->returned, 1, acq_rel);
    return 0;
}

static int spawn_some(void *arg)
{
    home *h = arg;
    rng r;

    rng_seed(&r, h->seed++);
    for (unsigned i = 0; i < 20; i++) {
        edo_task one;
        check_thread(h);
        assert_ok(edo_spawn_local(live_here, h, &one));
        a_fetch_add(&h->shared->spawned, 1, relaxed);
        switch (rng_below(&r, 4)) {
        case 0:
            assert_ok(edo_join(one, NULL));
            break;
        case 1:
            assert_ok(edo_task_abort(one));
            /* fall through */
        default:
            assert_ok(edo_task_detach(one));
        }
        if (i == 10 && rng_below(&r, 4) == 0)
            block_thread_for(15); /* its core goes to another thread */
    }
    return 0;
}

/* Whichever worker it is on, it goes to the set's thread for each drive. */
static int keep_home(void *arg)
{
    home *h = arg;
    unsigned rounds = test_count(DRIVES);

    assert_ok(edo_local_set_new(NULL, &h->set));
    for (unsigned i = 0; i < rounds; i++) {
        assert_ok(edo_sleep((edo_duration){50000}));
        assert_ok(edo_local_set_run_until(h->set, spawn_some, h));
        if (i % 3 == 0)
            assert_ok(edo_local_set_drive(h->set));
    }
    assert_ok(edo_local_set_free(h->set));
    return 0;
}

static int ring(void *arg)
{
    shared *all = arg;

    while (!a_load(&all->stop, acquire)) {
        edo_notify_one(&all->bell);
        assert_ok(edo_yield());
    }
    return 0;
}

static void *ring_outside(void *arg)
{
    shared *all = arg;

    while (!a_load(&all->stop, acquire)) {
        edo_notify_waiters(&all->bell);
        block_thread_for(1);
    }
    return NULL;
}

EDO_TEST_MT(sets_on_all_workers_while_threads_block)
{
    static shared all;
    home homes[SETS];
    edo_task keepers[SETS], ringer;
    pthread_t outside = start_thread(ring_outside, &all);

    assert_ok(edo_spawn(ring, &all, &ringer));
    for (unsigned i = 0; i < SETS; i++) {
        homes[i] = (home){.shared = &all, .seed = 1000 * i};
        assert_ok(edo_spawn(keep_home, &homes[i], &keepers[i]));
    }
    for (unsigned i = 0; i < SETS; i++)
        assert_ok(edo_join(keepers[i], NULL));
    a_store(&all.stop, 1, release);
    assert_ok(edo_join(ringer, NULL));
    join_thread(outside);
    assert_int_equal(all.returned, all.spawned);
}

/* Two threads drive one current-thread runtime in turns: each runs what is its own. */
typedef struct turn {
    edo_runtime *runtime;
    unsigned rounds;
} turn;

static unsigned begun, ended; /* atomic */

static int stay_pinned(void *arg)
{
    pid_t tid = gettid();
    int rc = 0;

    (void)arg;
    a_fetch_add(&begun, 1, relaxed);
    assert_ok(edo_pin());
    for (int i = 0; i < 10 && rc == 0; i++) {
        rc = edo_yield();
        assert_true(edo_task_self_is_canceled() || gettid() == tid);
    }
    a_fetch_add(&ended, 1, relaxed);
    return edo_unpin();
}

static int spawn_pinned(void *arg)
{
    (void)arg;
    for (int i = 0; i < 5; i++)
        assert_ok(edo_spawn(stay_pinned, NULL, NULL));
    for (int i = 0; i < 3; i++)
        assert_ok(edo_yield());
    return 0;
}

static void *take_turns(void *arg)
{
    turn *t = arg;

    for (unsigned i = 0; i < t->rounds; i++)
        assert_ok(edo_block_on(t->runtime, spawn_pinned, NULL));
    return NULL;
}

EDO_TEST_PLAIN(two_threads_drive_in_turns)
{
    edo_runtime *runtime;
    pthread_t threads[2];

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    turn t = {.runtime = runtime, .rounds = test_count(500)};
    for (int i = 0; i < 2; i++)
        threads[i] = start_thread(take_turns, &t);
    for (int i = 0; i < 2; i++)
        join_thread(threads[i]);
    assert_ok(edo_runtime_free(runtime)); /* runs those that are left of threads that are gone */
    assert_int_equal(begun, ended);
    assert_int_equal(begun, 2 * 5 * test_count(500));
}
