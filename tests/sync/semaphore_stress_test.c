/* semaphore_stress_test.c: storms of waits, cancels, aborts and closes: no permit is lost or made. */
#include <stdlib.h>

#include "base/random.h"
#include "sync/rig.h"

static int acquire_and_release(void *arg)
{
    edo_permit permit;

    assert_ok(edo_semaphore_acquire(arg, &permit));
    assert_true(edo_semaphore_available(arg) < 5);
    assert_ok(edo_yield());
    edo_permit_release(&permit);
    return 0;
}

EDO_TEST_BOTH(thousand_tasks_share_five) /* sync-210 */
{
    edo_semaphore s = EDO_SEMAPHORE_INIT(5);
    edo_task tasks[1000];

    for (int i = 0; i < 1000; i++)
        assert_ok(edo_spawn(acquire_and_release, &s, &tasks[i]));
    for (int i = 0; i < 1000; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_int_equal(edo_semaphore_available(&s), 5);
    assert_ok(edo_semaphore_fini(&s));
}

#define TOTAL 6
#define TASKS 24

static edo_semaphore shared = EDO_SEMAPHORE_INIT(TOTAL);
static uint32_t in_use; /* atomic */
static uint32_t got;    /* atomic: grants */
static uint32_t over;   /* atomic: everybody stops */

/* What is taken is never more than there is. */
static void use(unsigned n)
{
    a_fetch_add(&got, 1, relaxed);
    assert_true(a_fetch_add(&in_use, n, seq_cst) + n <= TOTAL);
}

static void release(edo_permit *permit)
{
    a_fetch_sub(&in_use, (uint32_t)edo_permit_count(permit), seq_cst);
    edo_permit_release(permit);
}

/* A wait that another arm may end at any moment. */
static int64_t acquire_in_a_select(size_t n, edo_permit *permit)
{
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_many_async(&shared, n, permit);
    edo_yield_future yield = edo_yield_async();
    int at = edo_select(&acquire.base, &yield.base);

    return at < 0 ? at : acquire.base.result;
}

static int64_t acquire_in_time(size_t n, edo_permit *permit)
{
    edo_semaphore_acquire_future acquire = edo_semaphore_acquire_many_async(&shared, n, permit);

    return edo_timeout(&acquire.base, EDO_MICROS(500));
}

static int64_t acquire_somehow(rng *r, size_t n, edo_permit *permit)
{
    switch (rng_below(r, 5)) {
    case 0:
        return edo_semaphore_try_acquire_many(&shared, n, permit);
    case 1:
    case 2:
        return acquire_in_a_select(n, permit);
    case 3:
        return acquire_in_time(n, permit);
    default:
        return edo_semaphore_acquire_many(&shared, n, permit);
    }
}

/* Takes some out of circulation for a moment. */
static void forget_and_add(void)
{
    size_t gone = edo_semaphore_forget(&shared, 2);

    use((unsigned)gone);
    a_fetch_sub(&in_use, (uint32_t)gone, seq_cst);
    assert_ok(edo_semaphore_add(&shared, gone));
}

static int storm(void *arg)
{
    rng r;

    rng_seed(&r, (uintptr_t)arg);
    while (!a_load(&over, seq_cst) && !edo_task_self_is_canceled()) {
        size_t n = 1 + rng_below(&r, 4);
        edo_permit permit = {0};
        int64_t rc = acquire_somehow(&r, n, &permit);
        assert_true(rc == 0 || rc == -EAGAIN || rc == -ECANCELED || rc == -ETIMEDOUT);
        assert_int_equal(edo_permit_count(&permit), rc == 0 ? n : 0);
        if (rc != 0) {
            (void)edo_yield();
            continue;
        }
        use((unsigned)n);
        if (rng_below(&r, 2))
            (void)edo_yield(); /* an aborted one goes on at once, and releases */
        release(&permit);
        if (rng_below(&r, 8) == 0)
            forget_and_add();
    }
    return 0;
}

static void *storm_in_a_thread(void *arg)
{
    (void)arg;
    while (!a_load(&over, seq_cst)) {
        edo_permit permit;
        assert_ok(edo_semaphore_acquire_many(&shared, 2, &permit));
        use(2);
        release(&permit);
    }
    return NULL;
}

EDO_TEST_MT(no_permit_is_lost_in_a_storm_of_cancels)
{
    edo_task tasks[TASKS];
    pthread_t plain = start_thread(storm_in_a_thread, NULL);

    for (uintptr_t i = 0; i < TASKS; i++)
        assert_ok(edo_spawn(storm, (void *)(i + 1), &tasks[i]));
    for (uintptr_t round = 0; round < test_count(4000); round++) {
        unsigned victim = (unsigned)(round * 7 % TASKS);
        assert_ok(edo_yield());
        assert_ok(edo_task_abort(tasks[victim]));
        assert_ok(edo_join(tasks[victim], NULL));
        assert_ok(edo_spawn(storm, (void *)(round + 100), &tasks[victim]));
    }
    task_wait_until(a_load(&got, seq_cst) > test_count(40000));
    a_store(&over, 1, seq_cst);
    for (int i = 0; i < TASKS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    join_thread(plain);
    assert_int_equal(a_load(&in_use, seq_cst), 0);
    assert_int_equal(edo_semaphore_available(&shared), TOTAL);
    assert_ok(edo_semaphore_fini(&shared));
}

/* --- a close in the middle ------------------------------------------------------------------------ */

struct crowd {
    edo_semaphore s;
    uint32_t granted; /* atomic */
};

static int take_until_closed(void *arg)
{
    struct crowd *c = arg;
    int rc;

    while ((rc = edo_semaphore_acquire(&c->s, NULL)) == 0)
        a_fetch_add(&c->granted, 1, relaxed);
    return rc;
}

static int add_some(void *arg)
{
    struct crowd *c = arg;

    for (int i = 0; i < 50; i++)
        assert_ok(edo_semaphore_add(&c->s, 1));
    return 0;
}

EDO_TEST_MT(close_reaches_all_and_loses_nothing)
{
    for (unsigned round = 0; round < test_count(500); round++) {
        struct crowd c = {EDO_SEMAPHORE_INIT(0), 0};
        edo_task takers[40], adder;
        for (int i = 0; i < 40; i++)
            assert_ok(edo_spawn(take_until_closed, &c, &takers[i]));
        assert_ok(edo_spawn(add_some, &c, &adder));
        for (unsigned i = 0; i < round % 4; i++)
            assert_ok(edo_yield());
        edo_semaphore_close(&c.s);
        for (int i = 0; i < 40; i++) {
            int rc = 0;
            assert_ok(edo_join(takers[i], &rc));
            assert_int_equal(rc, -EPIPE);
        }
        assert_ok(edo_join(adder, NULL));
        assert_int_equal(edo_semaphore_available(&c.s) + c.granted, 50);
        assert_ok(edo_semaphore_fini(&c.s));
    }
}
