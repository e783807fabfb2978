/*
 * interval.c: a sleep that is begun anew after each tick.
 *
 * The timer is the interval's, not the wait's, so that a reset moves a tick that is waited for. A
 * tick is taken when a poll finds it due, and not before: a cancelled wait has nothing to give back.
 * What a losing wait took is put back by making its time the next one again; the ticks after it
 * follow from there as they did before.
 */
#include <edo/interval.h>

#include <errno.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/clock.h"
#include "base/report.h"
#include "sched/current.h"
#include "time/sleep.h"

#define TOLERANCE_NS (5 * NS_PER_MS)

int edo_interval_init_at(edo_interval *interval, edo_instant start, edo_duration period)
{
    if (!interval || period.ns == 0)
        return -EINVAL;
    edo_sleep_future sleep = edo_sleep_until_async(start);
    if (sleep.error)
        return sleep.error;
    *interval = (edo_interval){.sleep = sleep, .period = period};
    return 0;
}

int edo_interval_init(edo_interval *interval, edo_duration period)
{
    return edo_interval_init_at(interval, edo_now(), period);
}

/* The tick after `at`, which is given at `now`. */
static edo_instant next_after(const edo_interval *interval, edo_instant at, edo_instant now)
{
    edo_duration late = edo_instant_since(now, at);
    edo_instant on_time = edo_instant_add(at, interval->period);

    if (late.ns <= TOLERANCE_NS)
        return on_time;
    switch (interval->missed) {
    case EDO_MISSED_DELAY:
        return edo_instant_add(now, interval->period);
    case EDO_MISSED_SKIP:
        late.ns %= interval->period.ns;
        return edo_instant_add(now, edo_duration_sub(interval->period, late));
    case EDO_MISSED_BURST:
        break;
    }
    return on_time;
}

/* A tick is due: takes it. */
static edo_instant take(edo_interval *interval)
{
    edo_instant at = interval->sleep.deadline;

    sleep_stop(&interval->sleep);
    interval->sleep.deadline = next_after(interval, at, edo_now());
    return at;
}

static edo_poll tick_end(edo_interval_tick_future *fut, int64_t result)
{
    if (fut->waits)
        fut->interval->waited_for = false;
    fut->waits = false;
    return edo_future_finish(&fut->base, result);
}

static edo_poll tick_wait(edo_interval_tick_future *fut, const edo_waker *waker)
{
    edo_interval *interval = fut->interval;

    if (sleep_look(&interval->sleep, waker, false) == EDO_PENDING) {
        fut->waits = interval->waited_for = true;
        return EDO_PENDING;
    }
    if (interval->sleep.base.result < 0) {
        sleep_stop(&interval->sleep);
        return tick_end(fut, interval->sleep.base.result);
    }
    fut->at = take(interval);
    fut->resets = interval->resets;
    if (fut->ret_at)
        *fut->ret_at = fut->at;
    return tick_end(fut, 0);
}

static edo_poll tick_poll(edo_future *base, const edo_waker *waker)
{
    edo_interval_tick_future *fut = container_of(base, edo_interval_tick_future, base);

    if (!fut->interval || fut->interval->period.ns == 0)
        return edo_future_finish(base, -EINVAL);
    if (!fut->waits && fut->interval->waited_for) {
        report_misuse("an interval's tick is waited for twice at a time; it has one waiter");
        return edo_future_finish(base, -EDO_EMISUSE);
    }
    if (base->state & FUTURE_CANCELED) {
        sleep_stop(&fut->interval->sleep);
        return tick_end(fut, -ECANCELED);
    }
    return tick_wait(fut, waker);
}

static void tick_put_back(edo_future *base)
{
    edo_interval_tick_future *fut = container_of(base, edo_interval_tick_future, base);
    edo_interval *interval = fut->interval;

    /* One before it may be back already; and a reset decides anew when the next one is. */
    if (fut->resets == interval->resets && fut->at.ns < interval->sleep.deadline.ns)
        sleep_move(&interval->sleep, fut->at.ns);
    base->result = -ECANCELED;
}

static const edo_future_ops tick_ops = {
    .poll = tick_poll,
    .put_back = tick_put_back,
    .name = "interval_tick",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_interval_tick_future edo_interval_tick_async(edo_interval *interval, edo_instant *ret_at)
{
    return (edo_interval_tick_future){
        .base = EDO_FUTURE_INIT(&tick_ops),
        .interval = interval,
        .ret_at = ret_at,
    };
}

int edo_interval_tick(edo_interval *interval, edo_instant *ret_at)
{
    edo_interval_tick_future fut = edo_interval_tick_async(interval, ret_at);

    return (int)edo_await(&fut.base);
}

int edo_interval_try_tick(edo_interval *interval, edo_instant *ret_at)
{
    if (!interval || interval->period.ns == 0)
        return -EINVAL;
    if (interval->waited_for || edo_now().ns < interval->sleep.deadline.ns)
        return -EAGAIN;
    edo_instant at = take(interval);
    if (ret_at)
        *ret_at = at;
    return 0;
}

void edo_interval_reset_at(edo_interval *interval, edo_instant at)
{
    if (!interval)
        return;
    interval->resets++;
    sleep_move(&interval->sleep, at.ns);
}

void edo_interval_reset_after(edo_interval *interval, edo_duration span)
{
    edo_interval_reset_at(interval, edo_instant_add(edo_now(), span));
}

void edo_interval_reset_immediately(edo_interval *interval)
{
    edo_interval_reset_at(interval, edo_now());
}

void edo_interval_reset(edo_interval *interval)
{
    edo_interval_reset_after(interval, edo_interval_period(interval));
}

edo_duration edo_interval_period(const edo_interval *interval)
{
    return interval ? interval->period : EDO_NANOS(0);
}

edo_instant edo_interval_next(const edo_interval *interval)
{
    return interval ? interval->sleep.deadline : EDO_NEVER();
}

edo_missed_ticks edo_interval_missed(const edo_interval *interval)
{
    return interval ? interval->missed : EDO_MISSED_BURST;
}

void edo_interval_set_missed(edo_interval *interval, edo_missed_ticks missed)
{
    if (interval)
        interval->missed = missed;
}
