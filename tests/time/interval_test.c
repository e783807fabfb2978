/* interval_test.c: ticks on time, ticks that were missed, and ticks that are moved. */
#include "runtime/rig.h"

#include "support/probe.h"

#define MS UINT64_C(1000000)

/* An interval that begins at `start`, a millisecond ago, and the tick that is asked for. */
typedef struct ticking {
    edo_interval interval;
    edo_instant start, at;
    edo_interval_tick_future tick;
    bool pending;
} ticking;

static void ticking_begin(ticking *t, unsigned period_ms, edo_missed_ticks missed)
{
    *t = (ticking){.start = edo_now()};
    assert_ok(edo_advance(EDO_MILLIS(1)));
    assert_ok(edo_interval_init_at(&t->interval, t->start, EDO_MILLIS(period_ms)));
    edo_interval_set_missed(&t->interval, missed);
    assert_int_equal(edo_interval_missed(&t->interval), missed);
}

/* Moves the clock to start + ms. */
static void go_to(ticking *t, unsigned ms)
{
    assert_ok(edo_advance(edo_instant_since(edo_instant_add(t->start, EDO_MILLIS(ms)), edo_now())));
}

static void ask(ticking *t)
{
    if (!t->pending)
        t->tick = edo_interval_tick_async(&t->interval, &t->at);
}

/* No tick is due now. */
static void check_none(ticking *t)
{
    ask(t);
    assert_pending(&t->tick.base);
    t->pending = true;
}

/* The tick start + ms is due now. */
static void check_tick(ticking *t, unsigned ms)
{
    t->at.ns = 0;
    ask(t);
    assert_ready_eq(&t->tick.base, 0);
    t->pending = false;
    assert_int_equal(t->at.ns, t->start.ns + ms * MS);
}

static void ticking_end(ticking *t)
{
    if (!t->pending)
        return;
    edo_future_cancel(&t->tick.base);
    assert_ready_eq(&t->tick.base, -ECANCELED);
}

EDO_TEST(a_period_of_zero_is_refused) /* timer-050 */
{
    edo_interval interval = {.period = EDO_NANOS(77)};

    assert_int_equal(edo_interval_init(&interval, EDO_NANOS(0)), -EINVAL);
    assert_int_equal(edo_interval_init_at(&interval, edo_now(), EDO_NANOS(0)), -EINVAL);
    assert_int_equal(edo_interval_init(NULL, EDO_NANOS(1)), -EINVAL);
    assert_int_equal(edo_interval_period(&interval).ns, 77);
}

EDO_TEST(a_tick_tells_when_it_was_due) /* timer-051 */
{
    edo_interval at_once, later;
    edo_instant began = edo_now(), at = {0};

    assert_ok(edo_interval_init(&at_once, EDO_MILLIS(300)));
    assert_ok(
        edo_interval_init_at(&later, edo_instant_add(began, EDO_MILLIS(20)), EDO_MILLIS(300)));
    assert_int_equal(edo_interval_period(&later).ns, 300 * MS);
    assert_int_equal(edo_interval_try_tick(&later, &at), -EAGAIN);
    assert_int_equal(at.ns, 0);
    assert_ok(edo_advance(EDO_MILLIS(2)));
    assert_int_equal(edo_interval_tick(&at_once, &at), 0);
    assert_int_equal(at.ns, began.ns);
    assert_int_equal(edo_elapsed(began).ns, 2 * MS); /* it was due at once */
    assert_int_equal(edo_interval_tick(&later, &at), 0);
    assert_int_equal(at.ns, began.ns + 20 * MS);
    assert_int_equal(edo_elapsed(began).ns, 20 * MS);
    assert_int_equal(edo_interval_next(&later).ns, began.ns + 320 * MS);
    assert_int_equal(edo_interval_tick(&later, NULL), 0);
    assert_int_equal(edo_elapsed(began).ns, 320 * MS);
}

EDO_TEST(ticks_on_time_keep_the_beat) /* timer-052 */
{
    for (int missed = 0; missed < 3; missed++) {
        ticking t;
        ticking_begin(&t, 300, (edo_missed_ticks)missed);
        check_tick(&t, 0);
        go_to(&t, 101);
        check_none(&t);
        go_to(&t, 301);
        assert_woken(1);
        check_tick(&t, 300);
        check_none(&t);
        ticking_end(&t);
    }
}

EDO_TEST(missed_ticks_come_in_a_burst) /* timer-053 */
{
    ticking t;

    ticking_begin(&t, 300, EDO_MISSED_BURST);
    assert_int_equal(edo_interval_missed(NULL), EDO_MISSED_BURST);
    check_tick(&t, 0);
    go_to(&t, 301);
    check_tick(&t, 300);
    go_to(&t, 951);
    check_tick(&t, 600);
    check_tick(&t, 900);
    check_none(&t);
    go_to(&t, 1151);
    check_none(&t);
    go_to(&t, 1251);
    check_tick(&t, 1200);
    go_to(&t, 1501);
    check_tick(&t, 1500);
    go_to(&t, 1801);
    check_tick(&t, 1800);
}

EDO_TEST(missed_ticks_delay_the_next) /* timer-054 */
{
    ticking t;

    ticking_begin(&t, 300, EDO_MISSED_DELAY);
    check_tick(&t, 0);
    go_to(&t, 301);
    check_tick(&t, 300);
    go_to(&t, 951);
    check_tick(&t, 600);
    check_none(&t);
    go_to(&t, 1051);
    check_none(&t);
    go_to(&t, 1252);
    check_tick(&t, 1251);
    go_to(&t, 1552);
    check_tick(&t, 1551);
    go_to(&t, 1852);
    check_tick(&t, 1851);
}

EDO_TEST(two_and_a_half_periods_late) /* timer-055 */
{
    for (int missed = 0; missed < 3; missed++) {
        ticking t;
        ticking_begin(&t, 100, (edo_missed_ticks)missed);
        go_to(&t, 250);
        check_tick(&t, 0);
        if (missed == EDO_MISSED_BURST) {
            check_tick(&t, 100);
            check_tick(&t, 200);
        }
        unsigned next = missed == EDO_MISSED_DELAY ? 350 : 300;
        go_to(&t, next - 1);
        check_none(&t);
        go_to(&t, next);
        check_tick(&t, next);
        go_to(&t, next + 100);
        check_tick(&t, next + 100);
    }
}

EDO_TEST(a_skip_that_is_late_by_whole_periods_goes_to_the_next)
{
    ticking t;

    ticking_begin(&t, 100, EDO_MISSED_SKIP);
    go_to(&t, 200);
    check_tick(&t, 0);
    go_to(&t, 299);
    check_none(&t);
    go_to(&t, 300);
    check_tick(&t, 300);
}

/* Up to five milliseconds late the beat is kept, whatever is done with those that are missed. */
EDO_TEST(a_little_late_is_not_missed)
{
    for (int missed = 0; missed < 3; missed++) {
        ticking t;
        ticking_begin(&t, 4, (edo_missed_ticks)missed);
        go_to(&t, 5);
        check_tick(&t, 0);
        check_tick(&t, 4);
        check_none(&t);
        ticking_end(&t);
    }
}

EDO_TEST(a_burst_ends_in_pending) /* timer-056 */
{
    ticking t;

    ticking_begin(&t, 300, EDO_MISSED_BURST);
    check_tick(&t, 0);
    check_none(&t);
    go_to(&t, 101);
    check_none(&t);
    go_to(&t, 301);
    check_tick(&t, 300);
    check_none(&t);
    go_to(&t, 701);
    check_tick(&t, 600);
    check_none(&t);
    go_to(&t, 1201);
    check_tick(&t, 900);
    check_tick(&t, 1200);
    check_none(&t);
    ticking_end(&t);
}

/* One that was asked for at s+401, and pends. */
static void begin_to_reset(ticking *t)
{
    ticking_begin(t, 300, EDO_MISSED_BURST);
    check_tick(t, 0);
    go_to(t, 301);
    check_tick(t, 300);
    go_to(t, 401);
    check_none(t);
}

EDO_TEST(reset_moves_the_tick_by_a_period_from_now) /* timer-057 */
{
    ticking t;

    begin_to_reset(&t);
    edo_interval_reset(&t.interval);
    go_to(&t, 651);
    assert_woken(0);
    check_none(&t);
    go_to(&t, 701);
    assert_woken(1);
    check_tick(&t, 701);
    check_none(&t);
    go_to(&t, 1001);
    check_tick(&t, 1001);
}

EDO_TEST(reset_after_moves_it_by_a_span) /* timer-058 */
{
    ticking t;

    begin_to_reset(&t);
    edo_interval_reset_after(&t.interval, EDO_MILLIS(20));
    go_to(&t, 421);
    assert_woken(1);
    check_tick(&t, 421);
    go_to(&t, 521);
    check_none(&t);
    go_to(&t, 721);
    check_tick(&t, 721);
}

EDO_TEST(reset_at_moves_it_to_a_point) /* timer-059 timer-060 */
{
    ticking t;

    begin_to_reset(&t);
    edo_interval_reset_at(&t.interval, edo_instant_add(t.start, EDO_MILLIS(441)));
    go_to(&t, 441);
    assert_woken(1);
    check_tick(&t, 441);
    go_to(&t, 541);
    check_none(&t);
    go_to(&t, 741);
    check_tick(&t, 741);

    begin_to_reset(&t);
    edo_interval_reset_at(&t.interval, edo_instant_add(t.start, EDO_MILLIS(1401)));
    for (unsigned ms = 701; ms <= 1301; ms += 300) {
        go_to(&t, ms);
        assert_woken(0);
        check_none(&t);
    }
    go_to(&t, 1401);
    assert_woken(1);
    check_tick(&t, 1401);
    go_to(&t, 1701);
    check_tick(&t, 1701);
}

EDO_TEST(reset_immediately_wakes_whoever_waits)
{
    ticking t;

    begin_to_reset(&t);
    edo_interval_reset_immediately(&t.interval);
    assert_woken(1);
    check_tick(&t, 401);
    go_to(&t, 701);
    check_tick(&t, 701);
    edo_interval_reset(NULL);
    edo_interval_set_missed(NULL, EDO_MISSED_SKIP);
    assert_int_equal(edo_interval_period(NULL).ns, 0);
    assert_int_equal(edo_interval_next(NULL).ns, EDO_NEVER().ns);
}

EDO_TEST(the_greatest_period_does_not_overflow) /* timer-061 */
{
    for (int missed = 0; missed < 3; missed++) {
        edo_interval interval;
        edo_instant at = {0}, began = edo_now();
        assert_ok(edo_interval_init(&interval, EDO_FOREVER()));
        edo_interval_set_missed(&interval, (edo_missed_ticks)missed);
        assert_ok(edo_advance(EDO_SECONDS(9)));
        assert_int_equal(edo_interval_tick(&interval, &at), 0);
        assert_int_equal(at.ns, began.ns);
        assert_int_equal(edo_interval_next(&interval).ns, EDO_NEVER().ns);
        edo_interval_tick_future next = edo_interval_tick_async(&interval, &at);
        assert_pending(&next.base);
        assert_ok(edo_advance(EDO_SECONDS(100000)));
        assert_pending(&next.base);
        edo_future_cancel(&next.base);
        assert_ready_eq(&next.base, -ECANCELED);
    }
}

EDO_TEST(a_cancelled_wait_takes_no_tick)
{
    ticking t;

    ticking_begin(&t, 300, EDO_MISSED_BURST);
    check_tick(&t, 0);
    check_none(&t);
    go_to(&t, 301);
    assert_woken(1);
    edo_future_cancel(&t.tick.base); /* due, and nobody has taken it */
    assert_ready_eq(&t.tick.base, -ECANCELED);
    t.pending = false;
    check_tick(&t, 300);
    assert_int_equal(edo_interval_try_tick(&t.interval, &t.at), -EAGAIN);
    go_to(&t, 600);
    assert_int_equal(edo_interval_try_tick(&t.interval, &t.at), 0);
    assert_int_equal(t.at.ns, t.start.ns + 600 * MS);
}

EDO_TEST(one_wait_at_a_time)
{
    ticking t;

    ticking_begin(&t, 300, EDO_MISSED_BURST);
    check_tick(&t, 0);
    check_none(&t);
    edo_interval_tick_future second = edo_interval_tick_async(&t.interval, NULL);
    assert_ready_eq(&second.base, -EDO_EMISUSE);
    assert_int_equal(edo_interval_try_tick(&t.interval, NULL), -EAGAIN);
    go_to(&t, 301);
    assert_int_equal(edo_interval_try_tick(&t.interval, NULL), -EAGAIN); /* it is the other's */
    check_tick(&t, 300);
    edo_interval_tick_future none = edo_interval_tick_async(NULL, NULL);
    assert_ready_eq(&none.base, -EINVAL);
    assert_int_equal(edo_interval_try_tick(NULL, NULL), -EINVAL);
    edo_interval zeros = {.waited_for = false};
    assert_int_equal(edo_interval_tick(&zeros, NULL), -EINVAL);
    assert_int_equal(edo_interval_try_tick(&zeros, NULL), -EINVAL);
}

/* Two ticks are taken by a join that loses: both are given again, in their order. */
EDO_TEST(a_loser_of_select_puts_its_ticks_back)
{
    ticking t;
    edo_instant first_at, second_at;

    ticking_begin(&t, 300, EDO_MISSED_BURST);
    go_to(&t, 301);
    edo_interval_tick_future first = edo_interval_tick_async(&t.interval, &first_at);
    edo_interval_tick_future second = edo_interval_tick_async(&t.interval, &second_at);
    probe winner = probe_pending(), never = probe_pending();
    edo_future *parts[] = {&first.base, &second.base, &never.base};
    edo_join_all_future join = edo_join_all_async(parts, 3);
    edo_future *arms[] = {&winner.base, &join.base};
    edo_select_future sel = edo_select_biased_async(arms, 2);
    assert_pending(&sel.base);
    assert_int_equal(second_at.ns, t.start.ns + 300 * MS);
    probe_finish(&winner, 7);
    assert_ready_eq(&sel.base, 0);
    assert_int_equal(first.base.result, -ECANCELED);
    check_tick(&t, 0);
    check_tick(&t, 300);
    check_none(&t);
    ticking_end(&t);
}

/* The reset came after the tick: putting that back must not undo it. */
EDO_TEST(a_reset_outlives_a_tick_that_is_put_back)
{
    ticking t;
    edo_instant at;

    ticking_begin(&t, 300, EDO_MISSED_BURST);
    edo_interval_tick_future tick = edo_interval_tick_async(&t.interval, &at);
    assert_ready(&tick.base);
    edo_interval_reset_after(&t.interval, EDO_MILLIS(1000));
    edo_future_put_back(&tick.base);
    assert_int_equal(tick.base.result, -ECANCELED);
    go_to(&t, 1000);
    check_none(&t);
    go_to(&t, 1001); /* the reset was 1 ms after the start */
    check_tick(&t, 1001);
    go_to(&t, 1301);
    tick = edo_interval_tick_async(&t.interval, &at);
    assert_ready_eq(&tick.base, 0);
    edo_future_put_back(&tick.base); /* one from after it is given again */
    check_tick(&t, 1301);
    ticking_end(&t);
}

EDO_TEST(a_tick_within_a_timeout_is_put_back_by_it)
{
    ticking t;

    ticking_begin(&t, 300, EDO_MISSED_BURST);
    edo_interval_tick_future tick = edo_interval_tick_async(&t.interval, &t.at);
    edo_timeout_future within = edo_timeout_async(&tick.base, EDO_SECONDS(1));
    assert_ready_eq(&within.base, 0);
    edo_future_put_back(&within.base);
    assert_int_equal(within.base.result, -ECANCELED);
    assert_int_equal(tick.base.result, -ECANCELED);
    check_tick(&t, 0);
}

/* An arm of a loop keeps its beat, whoever wins. */
EDO_TEST_BOTH(a_tick_is_an_arm_of_a_select)
{
    edo_interval interval;
    edo_instant at, last = {0};
    unsigned ticks = 0, pauses = 0;

    assert_ok(edo_interval_init(&interval, EDO_MILLIS(2)));
    edo_interval_tick_future tick = edo_interval_tick_async(&interval, &at);
    while (ticks < 5) {
        edo_sleep_future pause = edo_sleep_async(EDO_MILLIS(1));
        if (edo_select_keep(&tick.base, &pause.base) == 1) {
            pauses++;
            continue;
        }
        assert_int_equal(tick.base.result, 0);
        assert_true(ticks == 0 || at.ns == last.ns + 2 * MS);
        last = at;
        ticks++;
        tick = edo_interval_tick_async(&interval, &at);
    }
    assert_true(test_time_is_paused() ? pauses > 0 : pauses < 1000);
}

EDO_TEST_PLAIN(an_interval_needs_a_runtime)
{
    edo_interval interval;

    assert_int_equal(edo_interval_init(&interval, EDO_MILLIS(1)), -EDO_ENORUNTIME);
}

static int tick_of_ended(void *arg)
{
    return edo_interval_tick(arg, NULL);
}

static int make_interval(void *arg)
{
    int rc = edo_interval_init_at(arg, edo_instant_add(edo_now(), EDO_MILLIS(1)), EDO_MILLIS(1));

    return rc ? rc : tick_of_ended(arg);
}

/* It is bound to no runtime, while nobody waits. */
EDO_TEST_PLAIN(an_interval_outlives_its_runtime)
{
    edo_interval interval;

    for (int round = 0; round < 2; round++) {
        edo_runtime *runtime = make_current();
        assert_int_equal(edo_block_on(runtime, round ? tick_of_ended : make_interval, &interval),
                         0);
        assert_ok(edo_runtime_free(runtime));
    }
}
