/*
 * mutex_stress_test.c: many who lock one mutex, wait for it, give up, lose selects and are aborted;
 * and loops over it, in which nobody may be kept waiting.
 */
#include "support/edo_test.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/random.h"
#include "sync/waiters.h"

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
#define ALONE 1000

struct convoy {
    edo_mutex mutex;
    uint64_t rounds; /* atomic, written under the mutex */
    uint64_t waits;  /* plain: under the mutex: rounds that had to wait */
    uint64_t worst;  /* likewise: the rounds of others during the longest wait */
    uint64_t alone;  /* ns of a round without others */
    uint32_t over;   /* atomic */
};

static void loop_once(struct convoy *c)
{
    edo_mutex_lock_future wait = edo_mutex_lock_async(&c->mutex);
    edo_poll is = edo_future_poll(&wait.base, edo_test_waker());
    /* One that was refused for its budget has no place in the queue yet. */
    bool waits = is == EDO_PENDING && waiter_peek(&wait.waiter) != WAITER_IDLE;
    uint64_t before = a_load(&c->rounds, relaxed); /* others may have gone on: then it is less */

    assert_ok((int)edo_await(&wait.base));
    uint64_t passed = c->rounds - before;
    if (waits && passed > c->worst)
        c->worst = passed;
    c->waits += waits;
    a_bump(&c->rounds, 1);
    assert_ok(edo_mutex_unlock(&c->mutex));
}

static int loop_over_it(void *arg)
{
    struct convoy *c = arg;

    while (!a_load(&c->over, relaxed)) /* only when to end */
        loop_once(c);
    return 0;
}

static void *end_it(void *arg)
{
    block_thread_for(CONVOY_MS);
    a_store(&((struct convoy *)arg)->over, 1, relaxed);
    return NULL;
}

/* The shortest of some, as a thread may be kept from running. */
static uint64_t round_alone_ns(struct convoy *c)
{
    uint64_t least = UINT64_MAX;

    for (int n = 0; n < 20; n++) {
        uint64_t begin = real_time_ns();
        for (int i = 0; i < ALONE; i++)
            loop_once(c);
        uint64_t took = (real_time_ns() - begin) / ALONE;
        least = took < least ? took : least;
    }
    return least;
}

static int convoy(void *arg)
{
    struct convoy *c = arg;
    edo_task tasks[LOOPERS];

    c->alone = round_alone_ns(c);
    pthread_t timer = start_thread(end_it, c);
    for (int i = 0; i < LOOPERS; i++)
        assert_ok(edo_spawn(loop_over_it, c, &tasks[i]));
    for (int i = 0; i < LOOPERS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    join_thread(timer);
    return 0;
}

/*
 * The system may keep a holder from running for any time. So a wait is measured in the rounds that
 * the others have done meanwhile: no more than one that is alone does in ten milliseconds.
 */
EDO_TEST_PLAIN(nobody_waits_long_while_others_loop) /* sync-163 */
{
    struct convoy c = {0};

    run_on(4, convoy, &c);
    print_message("%ju rounds, %ju waits; at most %ju rounds in one, alone of %ju ns\n",
                  (uintmax_t)c.rounds, (uintmax_t)c.waits, (uintmax_t)c.worst, (uintmax_t)c.alone);
    assert_true(c.rounds > ALONE);
    assert_true(c.worst * c.alone < UINT64_C(10000000));
    assert_ok(edo_mutex_fini(&c.mutex));
}
