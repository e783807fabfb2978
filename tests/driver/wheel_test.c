/* wheel_test.c: the timer wheel alone, with wakers that count. */
#include "driver/rig.h"

#include "base/clock.h"
#include "base/random.h"
#include "driver/wheel.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define MS(n) ((uint64_t)(n)*NS_PER_MS)

static timer_wheel wheel; /* zeros, as it is in a worker */

static timer_wheel *new_wheel(void)
{
    wheel_init(&wheel, 0);
    return &wheel;
}

static bool add(timer_wheel *w, edo_timer *t, uint64_t when, counter *c)
{
    edo_waker waker = waker_of(c);
    bool sooner;

    return wheel_add(w, t, when, &waker, &sooner);
}

static bool is_empty(timer_wheel *w)
{
    static edo_timer *none[WHEEL_LEVELS][WHEEL_SLOTS];

    for (int level = 0; level < WHEEL_LEVELS; level++)
        if (w->occupied[level])
            return false;
    return w->count == 0 && wheel_next(w) == UINT64_MAX && !memcmp(none, w->slot, sizeof none);
}

EDO_TEST_PLAIN(each_level_reaches_64_times_as_far) /* timer-028 */
{
    timer_wheel *w = new_wheel();
    counter c = {0};
    uint64_t unit = 1;

    for (unsigned level = 0; level < WHEEL_LEVELS; level++, unit *= WHEEL_SLOTS) {
        for (uint64_t p = 1; p < WHEEL_SLOTS; p++) {
            for (uint64_t more = 0; more <= (level > 0); more++) {
                edo_timer t = {0};
                assert_true(add(w, &t, MS(p * unit + more), &c));
                assert_ptr_equal(w->slot[level][p], &t);
                assert_int_equal(w->occupied[level], UINT64_C(1) << p);
                assert_int_equal(wheel_next(w), MS(p * unit));
                assert_int_equal(wheel_remove(&t), TIMER_WAITING);
                assert_true(is_empty(w));
            }
        }
    }
    assert_int_equal(c.marks, 0);
}

EDO_TEST_PLAIN(each_of_1024_ends_at_its_tick) /* timer-029 */
{
    timer_wheel *w = new_wheel();
    static edo_timer timers[1024];
    counter c = {0};

    for (unsigned i = 0; i < 1024; i++)
        assert_int_equal(add(w, &timers[i], MS(i), &c), i > 0);
    for (unsigned now = 1; now < 1024; now++) {
        wheel_advance(w, MS(now));
        for (unsigned i = 0; i < 1024; i++)
            assert_int_equal(wheel_poll(&timers[i], edo_test_waker()),
                             i <= now ? TIMER_FIRED : TIMER_WAITING);
        for (unsigned i = now + 1; i < 1024; i++) { /* wheel_poll left the test's waker */
            edo_waker waker = waker_of(&c);
            wheel_poll(&timers[i], &waker);
        }
        assert_int_equal(c.pushes, now);
    }
    assert_true(is_empty(w));
}

EDO_TEST_PLAIN(survives_processing_before_its_tick) /* timer-030 */
{
    timer_wheel *w = new_wheel();
    counter c = {0};
    edo_timer t = {0};

    add(w, &t, MS(193), &c);
    assert_int_equal(wheel_advance(w, MS(62)), 0);
    assert_int_equal(wheel_advance(w, MS(192)), 0);
    assert_int_equal(wheel_advance(w, MS(192)), 0);
    assert_int_equal(wheel_poll(&t, &(edo_waker){0}), TIMER_WAITING);
    assert_int_equal(wheel_advance(w, MS(193)), 1);
    assert_int_equal(wheel_poll(&t, &(edo_waker){0}), TIMER_FIRED);
}

EDO_TEST_PLAIN(time_never_goes_back) /* timer-031 */
{
    timer_wheel *w = new_wheel();
    counter c = {0};
    edo_timer early = {0}, late = {0};

    wheel_advance(w, MS(100));
    assert_false(add(w, &early, MS(100), &c)); /* due */
    assert_int_equal(wheel_poll(&early, edo_test_waker()), TIMER_FIRED);
    add(w, &late, MS(101), &c);
    assert_int_equal(wheel_advance(w, MS(100)), 0);
    assert_int_equal(wheel_advance(w, MS(5)), 0);
    assert_int_equal(w->elapsed, 100);
    assert_int_equal(wheel_next(w), MS(101));
    assert_int_equal(wheel_advance(w, MS(101)), 1);
    assert_int_equal(c.pushes, 1);
}

EDO_TEST_PLAIN(older_than_its_reach_it_takes_timers) /* timer-032 */
{
    timer_wheel *w = new_wheel();
    counter c = {0};
    const uint64_t turn = UINT64_C(1) << 36;

    for (uint64_t turns = 1; turns < 4; turns++) {
        uint64_t now = turns * turn + 17;
        wheel_advance(w, MS(now));
        for (uint64_t ahead = 1; ahead < turn; ahead = ahead * 7 + 1) {
            edo_timer t = {0};
            assert_true(add(w, &t, MS(now + ahead), &c));
            now += ahead;
            while (wheel_next(w) < MS(now))
                assert_int_equal(wheel_advance(w, wheel_next(w)), 0);
            assert_int_equal(wheel_advance(w, MS(now - 1)), 0);
            assert_int_equal(wheel_advance(w, MS(now)), 1);
        }
    }
    assert_true(is_empty(w));
}

EDO_TEST_PLAIN(a_million_leave_nothing) /* timer-033 */
{
    timer_wheel *w = new_wheel();
    static edo_timer timers[10000];
    counter c = {0};
    rng random;

    rng_seed(&random, 33);
    size_t memory = mallinfo2().uordblks;
    for (unsigned round = 0; round < 100; round++) {
        for (unsigned i = 0; i < 10000; i++)
            assert_true(add(w, &timers[i], 1 + rng_next(&random) % MS(1u << 31), &c));
        assert_int_equal(w->count, 10000);
        for (unsigned i = 0; i < 10000; i++)
            assert_int_equal(wheel_remove(&timers[(i * 7919) % 10000]), TIMER_WAITING);
    }
    assert_true(is_empty(w));
    assert_int_equal(mallinfo2().uordblks, memory);
    assert_int_equal(c.marks, 0);
}

EDO_TEST_PLAIN(too_far_is_clamped_and_still_not_early) /* timer-012 */
{
    timer_wheel *w = new_wheel();
    counter c = {0};
    edo_timer t = {0}, never = {0};
    uint64_t when = 5 * WHEEL_MAX_TICK + 3;

    assert_true(add(w, &t, MS(when), &c));
    assert_true(add(w, &never, UINT64_MAX, &c));
    assert_ptr_equal(w->slot[WHEEL_LEVELS - 1][WHEEL_SLOTS - 1], &never);
    while (wheel_next(w) < MS(when))
        assert_int_equal(wheel_advance(w, wheel_next(w)), 0);
    assert_int_equal(wheel_advance(w, MS(when) - 1), 0);
    assert_int_equal(wheel_advance(w, MS(when)), 1);
    assert_int_equal(wheel_poll(&t, edo_test_waker()), TIMER_FIRED);
    assert_int_equal(wheel_remove(&never), TIMER_WAITING);
    assert_true(is_empty(w));
}

EDO_TEST_PLAIN(deadlines_round_up_and_the_clock_down) /* timer-003 timer-004 */
{
    timer_wheel *w = new_wheel();
    counter c = {0};

    for (uint64_t i = 0; i < 5; i++) {
        edo_timer t = {0};
        uint64_t start = MS(10 * i);
        wheel_advance(w, start);
        assert_true(add(w, &t, start + MS(1) + 1, &c));
        assert_int_equal(wheel_advance(w, start + MS(1)), 0);
        assert_int_equal(wheel_advance(w, start + MS(2) - 1), 0);
        assert_int_equal(wheel_advance(w, start + MS(2)), 1);
    }
}

EDO_TEST_PLAIN(crosses_the_end_of_a_level) /* timer-005 */
{
    timer_wheel *w = new_wheel();
    counter c = {0};
    edo_timer t = {0};

    wheel_advance(w, MS(5));
    assert_true(add(w, &t, MS(65), &c));
    assert_int_equal(wheel_advance(w, MS(64)), 0);
    assert_int_equal(wheel_advance(w, MS(65)), 1);
    assert_int_equal(c.pushes, 1);
}

EDO_TEST_PLAIN(only_the_latest_waker_is_woken) /* timer-023 */
{
    timer_wheel *w = new_wheel();
    counter first = {0}, second = {0};
    edo_timer t = {0};
    edo_waker waker = waker_of(&second);

    add(w, &t, MS(10), &first);
    assert_int_equal(wheel_poll(&t, &waker), TIMER_WAITING);
    wheel_advance(w, MS(10));
    assert_int_equal(first.marks, 0);
    assert_int_equal(second.pushes, 1);
}

static void *advance_to_50(void *arg)
{
    wheel_advance(arg, MS(50));
    return NULL;
}

/* Cancels every second of 64 timers, and lets the rest fire, on this thread or another. */
static void check_half_canceled(bool elsewhere)
{
    timer_wheel *w = new_wheel();
    edo_timer timers[64] = {0};
    counter c[64] = {0};

    for (unsigned i = 0; i < 64; i++)
        add(w, &timers[i], MS(50), &c[i]);
    for (unsigned i = 0; i < 64; i += 2)
        assert_int_equal(wheel_remove(&timers[i]), TIMER_WAITING);
    if (elsewhere)
        join_thread(start_thread(advance_to_50, w));
    else
        advance_to_50(w);
    wheel_advance(w, MS(100));
    for (unsigned i = 0; i < 64; i++) {
        assert_int_equal(c[i].marks, i % 2);
        assert_int_equal(c[i].pushes, i % 2);
        assert_int_equal(wheel_remove(&timers[i]), i % 2 ? TIMER_FIRED : TIMER_IDLE);
    }
    assert_true(is_empty(w));
}

EDO_TEST_PLAIN(canceled_are_never_woken_others_once) /* timer-024 */
{
    check_half_canceled(false);
    check_half_canceled(true);
}

EDO_TEST_PLAIN(never_added_leaves_nothing) /* timer-025 */
{
    timer_wheel *w = new_wheel();
    edo_timer t = {0};

    assert_int_equal(wheel_poll(&t, edo_test_waker()), TIMER_IDLE);
    assert_int_equal(wheel_remove(&t), TIMER_IDLE);
    assert_true(is_empty(w));
}

/* 64 timers of a thread, canceled while others advance the wheel. */
typedef struct canceler {
    edo_timer timers[64];
    counter counts[64];
    unsigned canceled;
} canceler;

static unsigned ready_cancelers; /* atomic */

static void *add_and_cancel(void *arg)
{
    canceler *c = arg;

    for (unsigned i = 0; i < 64; i++)
        add(&wheel, &c->timers[i], MS(1 + i * 4), &c->counts[i]);
    a_fetch_add(&ready_cancelers, 1, acq_rel);
    for (unsigned i = 64; i-- > 0;)
        c->canceled += wheel_remove(&c->timers[i]) == TIMER_WAITING;
    return NULL;
}

EDO_TEST_PLAIN(eight_threads_cancel_each_once) /* timer-022 timer-026 */
{
    static canceler cancelers[8];
    pthread_t threads[8];

    for (unsigned round = 0; round < test_count(200); round++) {
        unsigned fired = 0, canceled = 0, woken = 0;
        timer_wheel *w = new_wheel();
        memset(cancelers, 0, sizeof cancelers);
        a_store(&ready_cancelers, 0, relaxed);
        for (unsigned i = 0; i < 8; i++)
            threads[i] = start_thread(add_and_cancel, &cancelers[i]);
        wait_until(a_load(&ready_cancelers, acquire) >= 1 + round % 8);
        for (unsigned now = 0; now < 256; now += 3)
            fired += wheel_advance(w, MS(now));
        for (unsigned i = 0; i < 8; i++)
            join_thread(threads[i]);
        for (unsigned i = 0; i < 8; i++) {
            canceled += cancelers[i].canceled;
            for (unsigned j = 0; j < 64; j++) {
                assert_int_equal(cancelers[i].counts[j].marks, cancelers[i].counts[j].pushes);
                assert_in_range(cancelers[i].counts[j].marks, 0, 1);
                woken += cancelers[i].counts[j].marks;
            }
        }
        assert_int_equal(fired, woken);
        assert_true(canceled + fired <= 8 * 64); /* those added when due already are neither */
        assert_true(is_empty(w));
    }
}

EDO_TEST_PLAIN(shutdown_wakes_each_once_and_takes_no_more) /* timer-026 */
{
    timer_wheel *w = new_wheel();
    static edo_timer timers[200];
    counter c = {0};
    edo_timer late = {0};

    for (unsigned i = 0; i < 200; i++)
        add(w, &timers[i], MS(1 + (i * i * i) % 1000000), &c);
    wheel_shutdown(w);
    assert_int_equal(c.pushes, 200);
    wheel_shutdown(w);
    wheel_advance(w, MS(2000000));
    assert_int_equal(c.marks, 200);
    assert_false(add(w, &late, MS(3000000), &c));
    assert_int_equal(wheel_remove(&late), TIMER_SHUTDOWN);
    for (unsigned i = 0; i < 200; i++)
        assert_int_equal(wheel_remove(&timers[i]), TIMER_SHUTDOWN);
    assert_true(is_empty(w));
    wheel_init(w, MS(7)); /* its next life */
    assert_true(add(w, &late, MS(9), &c));
    assert_int_equal(wheel_advance(w, MS(9)), 1);
}

EDO_TEST_PLAIN(more_are_due_than_one_batch_of_wakes) /* timer-014 */
{
    timer_wheel *w = new_wheel();
    static edo_timer timers[1000];
    counter c = {0};

    for (unsigned i = 0; i < 1000; i++)
        add(w, &timers[i], MS(100), &c);
    assert_int_equal(wheel_advance(w, MS(100)), 1000);
    assert_int_equal(c.marks, 1000);
    assert_int_equal(c.pushes, 1000);
    assert_true(is_empty(w));
}

EDO_TEST_PLAIN(tells_when_the_sleeper_has_to_be_woken)
{
    timer_wheel *w = new_wheel();
    counter c = {0};
    edo_timer a = {0}, b = {0}, d = {0}, same = {0};
    edo_waker waker = waker_of(&c);
    bool sooner;

    assert_true(wheel_add(w, &a, MS(40), &waker, &sooner) && sooner);
    assert_true(wheel_add(w, &b, MS(50), &waker, &sooner) && !sooner);
    assert_true(wheel_add(w, &same, MS(40), &waker, &sooner) && !sooner);
    assert_true(wheel_add(w, &d, MS(30), &waker, &sooner) && sooner);
    assert_int_equal(a_load(&w->next, relaxed), MS(30));
    assert_int_equal(wheel_remove(&d), TIMER_WAITING);
    assert_int_equal(wheel_next(w), MS(40));
    assert_int_equal(wheel_advance(w, MS(40)), 2);
    assert_int_equal(wheel_next(w), MS(50));
    assert_int_equal(wheel_remove(&b), TIMER_WAITING);
    assert_int_equal(wheel_next(w), UINT64_MAX);
    assert_true(wheel_add(w, &b, MS(90), &waker, &sooner) && sooner);
    assert_int_equal(wheel_advance(w, MS(90)), 1); /* and nothing waits any more */
    assert_true(wheel_add(w, &b, MS(99), &waker, &sooner) && sooner);
    assert_int_equal(wheel_remove(&b), TIMER_WAITING);
}

EDO_TEST_PLAIN(ticks_count_from_its_origin)
{
    timer_wheel *w = new_wheel();
    counter c = {0};
    edo_timer t = {0}, before = {0};

    wheel_shutdown(w);
    wheel_init(w, MS(7) + 1);
    assert_true(add(w, &t, MS(9), &c));
    assert_int_equal(wheel_next(w), MS(9) + 1);
    assert_int_equal(wheel_advance(w, MS(9)), 0);
    assert_int_equal(wheel_advance(w, 5), 0); /* a clock that is behind */
    assert_false(add(w, &before, 5, &c));
    assert_int_equal(wheel_advance(w, MS(9) + 1), 1);
}

static unsigned keeps;

static void count_keeps(timer_wheel *w)
{
    assert_false(lock_try(&w->lock));
    keeps++;
}

EDO_TEST_PLAIN(who_makes_a_timer_earlier_keeps_its_wheel)
{
    timer_wheel *w = new_wheel();
    edo_timer t = {0};
    counter c = {0};
    bool sooner;
    wakes owed;

    wakes_init(&owed);
    add(w, &t, MS(100), &c);
    wheel_reset(&t, MS(200), count_keeps, &sooner, &owed);
    assert_int_equal(keeps, 0);
    wheel_reset(&t, MS(50), count_keeps, &sooner, &owed);
    assert_true(sooner);
    assert_int_equal(keeps, 1);
    assert_int_equal(wheel_remove(&t), TIMER_WAITING);
}

/* Random adds, removals and advances against a plain list. */
EDO_TEST_PLAIN(does_what_a_plain_list_does) /* timer-029 timer-033 */
{
    enum { N = 500 };
    static edo_timer timers[N];
    static uint64_t deadline[N]; /* ms; 0: idle */
    timer_wheel *w = new_wheel();
    counter c = {0};
    uint64_t now = 0;
    unsigned expected = 0, pushes = 0;
    rng random;

    rng_seed(&random, 7);
    for (unsigned step = 0; step < test_count(200000); step++) {
        unsigned i = rng_below(&random, N);
        if (rng_below(&random, 20) == 0) {
            now += rng_next(&random) >> (34 + rng_below(&random, 30));
            for (unsigned j = 0; j < N; j++)
                expected += deadline[j] && deadline[j] <= now;
            pushes += wheel_advance(w, MS(now));
            assert_int_equal(pushes, expected);
            assert_int_equal(c.pushes, expected);
            for (unsigned j = 0; j < N; j++) {
                if (!deadline[j] || deadline[j] > now)
                    continue;
                deadline[j] = 0;
                assert_int_equal(wheel_remove(&timers[j]), TIMER_FIRED);
            }
        } else if (deadline[i]) {
            deadline[i] = 0;
            assert_int_equal(wheel_remove(&timers[i]), TIMER_WAITING);
        } else {
            deadline[i] = now + 1 + (rng_next(&random) >> (26 + rng_below(&random, 38)));
            assert_true(add(w, &timers[i], MS(deadline[i]), &c));
        }
    }
    for (unsigned j = 0; j < N; j++)
        wheel_remove(&timers[j]);
    assert_true(is_empty(w));
}

enum { HEAPED = 300 };

/* Against the list of what should be left, under random adding, moving, removing and firing. */
EDO_TEST_PLAIN(precise_timers_fire_at_their_nanosecond_in_order)
{
    timer_wheel *w = new_wheel();
    edo_timer timers[HEAPED];
    counter counters[HEAPED];
    uint64_t due[HEAPED], now = 0; /* due 0: not in the heap */
    rng r;

    memset(timers, 0, sizeof timers);
    memset(counters, 0, sizeof counters);
    memset(due, 0, sizeof due);
    rng_seed(&r, 77);
    for (unsigned step = 0; step < 20000; step++) {
        unsigned i = rng_below(&r, HEAPED);
        uint64_t when = now + 1 + rng_below(&r, 5000);
        edo_waker waker = waker_of(&counters[i]);
        bool sooner;
        wakes owed;
        wakes_init(&owed);
        if (!due[i]) {
            assert_true(wheel_add_precise(w, &timers[i], when, &waker, &sooner));
            due[i] = when;
        } else if (rng_below(&r, 2)) {
            assert_int_equal(wheel_reset(&timers[i], when, NULL, &sooner, &owed), TIMER_WAITING);
            due[i] = when;
        } else {
            assert_int_equal(wheel_remove(&timers[i]), TIMER_WAITING);
            due[i] = 0;
        }
        uint64_t least = UINT64_MAX;
        for (unsigned k = 0; k < HEAPED; k++)
            if (due[k] && due[k] < least)
                least = due[k];
        assert_int_equal(wheel_next(w), least);
        assert_true(wheel_is_precise(w, least));
        assert_false(least != UINT64_MAX && wheel_is_precise(w, least - 1));
        if (step % 8)
            continue;
        now += rng_below(&r, 400);
        unsigned fired = wheel_advance(w, now), expected = 0;
        for (unsigned k = 0; k < HEAPED; k++)
            if (due[k] && due[k] <= now) {
                assert_int_equal(wheel_remove(&timers[k]), TIMER_FIRED);
                assert_int_equal(counters[k].pushes, 1);
                counters[k].pushes = 0;
                due[k] = 0;
                expected++;
            }
        assert_int_equal(fired, expected);
    }
    wheel_shutdown(w);
    assert_int_equal(w->count, 0);
    assert_null(w->precise);
    for (unsigned k = 0; k < HEAPED; k++)
        assert_int_equal(counters[k].pushes, due[k] != 0);
}

EDO_TEST_PLAIN(a_moved_timer_fires_for_its_new_deadline_only)
{
    timer_wheel *w = new_wheel();
    edo_timer t = {0};
    counter c = {0};
    bool sooner;
    wakes owed;

    wakes_init(&owed);
    assert_int_equal(wheel_reset(&t, MS(5), NULL, &sooner, &owed), TIMER_IDLE);
    assert_true(add(w, &t, MS(100), &c));
    assert_int_equal(wheel_reset(&t, MS(5), NULL, &sooner, &owed), TIMER_WAITING);
    assert_true(sooner);
    assert_int_equal(wheel_reset(&t, MS(5000), NULL, &sooner, &owed), TIMER_WAITING);
    assert_false(sooner);
    assert_int_equal(w->count, 1);
    assert_int_equal(wheel_advance(w, MS(4999)), 0);
    assert_int_equal(owed.count, 0);
    assert_int_equal(wheel_reset(&t, MS(3), NULL, &sooner, &owed), TIMER_WAITING);
    assert_int_equal(owed.count, 1); /* due already */
    wakes_push(&owed);
    assert_int_equal(c.pushes, 1);
    assert_int_equal(wheel_reset(&t, MS(6000), NULL, &sooner, &owed), TIMER_FIRED);
    assert_true(is_empty(w));
    assert_int_equal(wheel_next(w), UINT64_MAX);
}
