/*
 * mutex_stress_test.c: many who lock one mutex, wait for it, give up, lose selects and are aborted;
 * and loops over it, in which nobody may be kept waiting.
 */
#include "support/edo_test.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/random.h"

/* --- a storm with cancels --------------------------------------------------------------------- */

struct storm {
    edo_mutex mutex;
    bool inside;         /* plain: under the mutex */
    uint64_t sum;        /* likewise */
    uint64_t took;       /* atomic */
    uint64_t lent, back; /* atomic: references */
    uint32_t over;       /* atomic */
};

static void give_back(void *arg)
{
    a_fetch_add(&((struct storm *)arg)->back, 1, relaxed);
}

static edo_owner lend(struct storm *s)
{
    a_fetch_add(&s->lent, 1, relaxed);
    return (edo_owner){give_back, s};
}

static void take_back(struct storm *s)
{
    a_fetch_sub(&s->lent, 1, relaxed);
}

/* Holds it, over a suspension now and then. */
static void use(struct storm *s, rng *r)
{
    assert_false(s->inside);
    s->inside = true;
    s->sum++;
    if (rng_below(r, 8) == 0)
        (void)edo_yield();
    assert_true(s->inside);
    s->inside = false;
    a_fetch_add(&s->took, 1, relaxed);
    assert_ok(edo_mutex_unlock(&s->mutex));
}

/* Either the lock is held, or the error is one of a wait that was cut short. */
static void use_if(struct storm *s, rng *r, int64_t rc)
{
    if (rc == 0)
        use(s, r);
    else
        assert_true(rc == -ECANCELED || rc == -ETIMEDOUT || rc == -EAGAIN);
}

static void lock_or_time_out(struct storm *s, rng *r)
{
    edo_mutex_lock_future wait = edo_mutex_lock_async(&s->mutex);

    use_if(s, r, edo_timeout(&wait.base, EDO_MICROS(rng_below(r, 1500))));
}

/* An aborted task's select touches no arm. */
static bool has_lock(const edo_mutex_lock_future *wait)
{
    return edo_future_is_ready(&wait->base) && wait->base.result == 0;
}

static void lock_or_lose(struct storm *s, rng *r)
{
    edo_mutex_lock_future one = edo_mutex_lock_async(&s->mutex),
                          two = edo_mutex_lock_async(&s->mutex);
    edo_sleep_future sleep = edo_sleep_async(EDO_MICROS(rng_below(r, 1500)));

    (void)edo_select(&one.base, &two.base, &sleep.base);
    assert_false(has_lock(&one) && has_lock(&two));
    if (has_lock(&one) || has_lock(&two))
        use(s, r);
}

static void lock_owned(struct storm *s, rng *r)
{
    int rc = edo_mutex_lock_owned(&s->mutex, lend(s));

    if (rc < 0)
        take_back(s);
    use_if(s, r, rc);
}

/* Polled once and given up, as often as not in the moment of the hand-over. */
static void lock_and_cancel(struct storm *s, rng *r)
{
    edo_mutex_lock_future wait = edo_mutex_lock_owned_async(&s->mutex, lend(s));

    if (edo_future_poll(&wait.base, edo_test_waker()) == EDO_PENDING) {
        if (rng_below(r, 2))
            (void)edo_yield();
        edo_future_cancel(&wait.base);
        while (edo_future_poll(&wait.base, edo_test_waker()) == EDO_PENDING)
            (void)edo_yield();
    }
    if (wait.base.result < 0)
        take_back(s);
    use_if(s, r, wait.base.result);
}

static int lock_in_all_ways(void *arg)
{
    struct storm *s = arg;
    rng r;

    rng_seed(&r, random_seed());
    for (unsigned i = 0; i < 40; i++)
        switch (rng_below(&r, 6)) {
        case 0:
            use_if(s, &r, edo_mutex_try_lock(&s->mutex));
            break;
        case 1:
            lock_or_time_out(s, &r);
            break;
        case 2:
            lock_or_lose(s, &r);
            break;
        case 3:
            lock_owned(s, &r);
            break;
        case 4:
            lock_and_cancel(s, &r);
            break;
        default:
            use_if(s, &r, edo_mutex_lock(&s->mutex));
        }
    return 0;
}

static void *lock_in_a_thread(void *arg)
{
    struct storm *s = arg;
    rng r;

    rng_seed(&r, random_seed());
    while (!a_load(&s->over, relaxed)) { /* only when to end */
        assert_ok(edo_mutex_lock(&s->mutex));
        use(s, &r);
        if (rng_below(&r, 16) == 0)
            block_thread_for(1);
    }
    return NULL;
}

#define STORM_TASKS 24

/* Tasks come and go; a third is aborted on the way. */
static int storm(void *arg)
{
    struct storm *s = arg;
    edo_task tasks[STORM_TASKS];
    rng r;

    rng_seed(&r, random_seed());
    for (unsigned round = 0; round < test_count(100); round++) {
        for (int i = 0; i < STORM_TASKS; i++)
            assert_ok(edo_spawn(lock_in_all_ways, s, &tasks[i]));
        for (int i = 0; i < STORM_TASKS; i++) {
            if (rng_below(&r, 3) == 0) {
                (void)edo_yield();
                assert_ok(edo_task_abort(tasks[i]));
            }
        }
        for (int i = 0; i < STORM_TASKS; i++)
            assert_ok(edo_join(tasks[i], NULL));
    }
    return 0;
}

static void run_on(unsigned workers, int (*fn)(void *arg), void *arg)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .workers = workers), &runtime));
    assert_ok(edo_block_on(runtime, fn, arg));
    assert_ok(edo_runtime_free(runtime));
}

static uint64_t run_storm_on(unsigned workers)
{
    static struct storm s;

    pthread_t outside = start_thread(lock_in_a_thread, &s);
    run_on(workers, storm, &s);
    a_store(&s.over, 1, relaxed);
    join_thread(outside);
    assert_int_equal(s.sum, s.took);
    assert_int_equal(s.lent, s.back);
    assert_ok(edo_mutex_fini(&s.mutex));
    return s.took;
}

EDO_TEST_PLAIN(locks_and_cancels_on_two_workers) /* sync-003 sync-019 */
{
    assert_true(run_storm_on(2) > 0);
}

EDO_TEST_PLAIN(locks_and_cancels_on_eight_workers) /* sync-003 sync-019 */
{
    assert_in_range(run_storm_on(8), 1, UINT32_MAX);
}

/* --- nobody is kept waiting ------------------------------------------------------------------- */

#define LOOPERS 4
#define CONVOY_MS 500

struct convoy {
    edo_mutex mutex;
    uint64_t rounds;         /* plain: under the mutex */
    uint64_t worst[LOOPERS]; /* each its own: the longest wait for the mutex */
    uint64_t disturbed;      /* the control's: the longest that it was kept from running */
    uint32_t over;           /* atomic */
};

struct looper {
    struct convoy *convoy;
    uint64_t *worst;
};

static void note_worst(uint64_t *worst, uint64_t since)
{
    uint64_t took = real_time_ns() - since;

    if (took > *worst)
        *worst = took;
}

static int loop_over_it(void *arg)
{
    struct looper *l = arg;
    struct convoy *c = l->convoy;

    while (!a_load(&c->over, relaxed)) { /* only when to end */
        uint64_t begin = real_time_ns();
        assert_ok(edo_mutex_lock(&c->mutex));
        note_worst(l->worst, begin);
        c->rounds++;
        assert_ok(edo_mutex_unlock(&c->mutex));
    }
    return 0;
}

/* What the system itself does to one that sleeps, and to one that works, while the others loop. */
static void *control(void *arg)
{
    struct convoy *c = arg;
    uint64_t end = real_time_ns() + CONVOY_MS * UINT64_C(1000000);

    while (real_time_ns() < end) {
        uint64_t begin = real_time_ns();
        block_thread_for(1);
        note_worst(&c->disturbed, begin);
        for (uint64_t at = real_time_ns(), until = at + 500000; at < until; at = real_time_ns())
            note_worst(&c->disturbed, at);
    }
    a_store(&c->over, 1, relaxed);
    return NULL;
}

static int convoy(void *arg)
{
    struct convoy *c = arg;
    edo_task tasks[LOOPERS];

    for (int i = 0; i < LOOPERS; i++) {
        struct looper l = {c, &c->worst[i]};
        assert_ok(edo_spawn_copy(loop_over_it, &l, sizeof l, &tasks[i]));
    }
    for (int i = 0; i < LOOPERS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    return 0;
}

EDO_TEST_PLAIN(nobody_waits_long_while_others_loop) /* sync-163 */
{
    struct convoy c = {0};
    uint64_t limit = UINT64_C(10000000) * test_scale();

    pthread_t beside = start_thread(control, &c);
    run_on(4, convoy, &c);
    join_thread(beside);
    print_message("%ju rounds; worst waits %ju %ju %ju %ju us; control %ju us\n",
                  (uintmax_t)c.rounds, (uintmax_t)c.worst[0] / 1000, (uintmax_t)c.worst[1] / 1000,
                  (uintmax_t)c.worst[2] / 1000, (uintmax_t)c.worst[3] / 1000,
                  (uintmax_t)c.disturbed / 1000);
    for (int i = 0; i < LOOPERS; i++)
        assert_true(c.worst[i] <= limit + c.disturbed);
    assert_true(c.rounds > 1000);
    assert_ok(edo_mutex_fini(&c.mutex));
}
