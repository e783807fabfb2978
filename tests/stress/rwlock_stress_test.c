/*
 * rwlock_stress_test.c: many who read, write, downgrade, give up, lose selects and are aborted: never
 * a writer beside anybody, every reference given back once, and all of it free in the end.
 */
#include "support/edo_test.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/random.h"

#define ROOM 6
#define STORM_TASKS 24

struct storm {
    edo_rwlock rwlock;
    uint32_t readers;    /* atomic: in at once */
    uint32_t writers;    /* atomic */
    uint64_t sum;        /* plain: written under the lock */
    uint64_t wrote;      /* atomic: what sum has to be */
    uint64_t read;       /* atomic: read locks that were held */
    uint64_t lent, back; /* atomic: references */
};

static void take_back(void *arg)
{
    a_fetch_add(&((struct storm *)arg)->back, 1, relaxed);
}

static edo_owner lend(struct storm *s)
{
    a_fetch_add(&s->lent, 1, relaxed);
    return (edo_owner){take_back, s};
}

static void pause_now_and_then(rng *r)
{
    if (rng_below(r, 6) == 0)
        (void)edo_yield();
}

static void be_in(struct storm *s, bool write, rng *r)
{
    if (write) {
        assert_int_equal(a_fetch_add(&s->writers, 1, seq_cst), 0);
        assert_int_equal(a_load(&s->readers, seq_cst), 0);
        s->sum++;
        pause_now_and_then(r);
        assert_int_equal(a_load(&s->readers, seq_cst), 0);
        a_fetch_sub(&s->writers, 1, seq_cst);
        a_fetch_add(&s->wrote, 1, relaxed);
    } else {
        uint64_t seen = s->sum;
        assert_true(a_fetch_add(&s->readers, 1, seq_cst) < ROOM);
        assert_int_equal(a_load(&s->writers, seq_cst), 0);
        pause_now_and_then(r);
        assert_int_equal(s->sum, seen);
        a_fetch_sub(&s->readers, 1, seq_cst);
        a_fetch_add(&s->read, 1, relaxed);
    }
}

/* With the lock held in that way; some writers become readers first. */
static void use(struct storm *s, bool write, rng *r)
{
    be_in(s, write, r);
    if (write && rng_below(r, 4) == 0) {
        assert_ok(edo_rwlock_downgrade(&s->rwlock));
        write = false;
        be_in(s, write, r);
    }
    assert_ok(write ? edo_rwlock_unlock_write(&s->rwlock) : edo_rwlock_unlock_read(&s->rwlock));
}

static void use_if(struct storm *s, bool write, rng *r, int64_t rc)
{
    if (rc == 0)
        use(s, write, r);
    else
        assert_true(rc == -ECANCELED || rc == -ETIMEDOUT || rc == -EAGAIN);
}

static edo_rwlock_future lock_async(struct storm *s, bool write)
{
    return write ? edo_rwlock_write_async(&s->rwlock) : edo_rwlock_read_async(&s->rwlock);
}

static void lock_or_time_out(struct storm *s, bool write, rng *r)
{
    edo_rwlock_future wait = lock_async(s, write);

    use_if(s, write, r, edo_timeout(&wait.base, EDO_MICROS(rng_below(r, 1500))));
}

/* An aborted task's select touches no arm. */
static bool has_lock(const edo_rwlock_future *wait)
{
    return edo_future_is_ready(&wait->base) && wait->base.result == 0;
}

static void lock_or_lose(struct storm *s, bool write, rng *r)
{
    edo_rwlock_future one = lock_async(s, write), two = lock_async(s, !write);
    edo_sleep_future sleep = edo_sleep_async(EDO_MICROS(rng_below(r, 1500)));

    (void)edo_select(&one.base, &two.base, &sleep.base);
    assert_false(has_lock(&one) && has_lock(&two));
    if (has_lock(&one))
        use(s, write, r);
    if (has_lock(&two))
        use(s, !write, r);
}

static void lock_owned(struct storm *s, bool write, rng *r)
{
    edo_rwlock_guard guard = {0};
    edo_owner owner = lend(s);
    int rc = write ? edo_rwlock_write_owned(&s->rwlock, owner, &guard)
                   : edo_rwlock_read_owned(&s->rwlock, owner, &guard);

    if (rc < 0) {
        assert_true(rc == -ECANCELED && !guard.rwlock);
        a_fetch_sub(&s->lent, 1, relaxed);
        return;
    }
    be_in(s, write, r);
    if (write && rng_below(r, 4) == 0) {
        assert_ok(edo_rwlock_guard_downgrade(&guard));
        be_in(s, false, r);
    }
    assert_ok(edo_rwlock_guard_unlock(&guard));
}

/* Polled once and given up, as often as not in the moment of the grant. */
static void lock_and_cancel(struct storm *s, bool write, rng *r)
{
    edo_rwlock_future wait = lock_async(s, write);

    if (edo_future_poll(&wait.base, edo_test_waker()) == EDO_PENDING) {
        if (rng_below(r, 2))
            (void)edo_yield();
        edo_future_cancel(&wait.base);
        assert_int_equal(edo_future_poll(&wait.base, edo_test_waker()), EDO_READY);
    }
    use_if(s, write, r, wait.base.result);
}

static void lock_directly(struct storm *s, bool write, rng *r)
{
    use_if(s, write, r, write ? edo_rwlock_write(&s->rwlock) : edo_rwlock_read(&s->rwlock));
}

static void lock_now(struct storm *s, bool write, rng *r)
{
    use_if(s, write, r, write ? edo_rwlock_try_write(&s->rwlock) : edo_rwlock_try_read(&s->rwlock));
}

static int lock_in_all_ways(void *arg)
{
    static void (*const ways[])(struct storm *, bool, rng *) = {
        lock_or_time_out, lock_or_lose, lock_owned, lock_and_cancel, lock_directly, lock_now};
    rng r;

    rng_seed(&r, random_seed());
    for (unsigned i = 0; i < 40; i++)
        ways[rng_below(&r, 6)](arg, rng_below(&r, 3) == 0, &r);
    return 0;
}

/* Tasks come and go; a third is aborted on the way. */
static int storm(void *arg)
{
    edo_task tasks[STORM_TASKS];
    rng r;

    rng_seed(&r, random_seed());
    for (unsigned round = 0; round < test_count(100); round++) {
        for (int i = 0; i < STORM_TASKS; i++)
            assert_ok(edo_spawn(lock_in_all_ways, arg, &tasks[i]));
        for (int i = 0; i < STORM_TASKS; i++)
            if (rng_below(&r, 3) == 0) {
                (void)edo_yield();
                assert_ok(edo_task_abort(tasks[i]));
            }
        for (int i = 0; i < STORM_TASKS; i++)
            assert_ok(edo_join(tasks[i], NULL));
    }
    return 0;
}

static void *lock_in_a_thread(void *arg)
{
    struct storm *s = arg;
    rng r;

    rng_seed(&r, random_seed());
    for (unsigned i = 0; i < test_count(2000); i++)
        lock_directly(s, rng_below(&r, 3) == 0, &r);
    return NULL;
}

/* How many read locks were held. */
static uint64_t reads_of_a_storm_on(unsigned workers)
{
    static struct storm s;
    edo_runtime *runtime;

    assert_ok(edo_rwlock_init(&s.rwlock, ROOM));
    pthread_t outside = start_thread(lock_in_a_thread, &s);
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = workers), &runtime));
    assert_ok(edo_block_on(runtime, storm, &s));
    assert_ok(edo_runtime_free(runtime));
    join_thread(outside);
    assert_int_equal(s.sum, s.wrote);
    assert_int_equal(s.lent, s.back);
    assert_ok(edo_rwlock_fini(&s.rwlock));
    return s.read;
}

EDO_TEST_PLAIN(reads_writes_and_cancels_on_two_workers) /* sync-019 sync-188 */
{
    assert_true(reads_of_a_storm_on(2) > 0);
}

EDO_TEST_PLAIN(reads_writes_and_cancels_on_eight_workers) /* sync-019 sync-188 */
{
    assert_in_range(reads_of_a_storm_on(8), 1, UINT32_MAX);
}
