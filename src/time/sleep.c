/*
 * sleep.c: a timer of the wheel as a future.
 *
 * The deadline is fixed when the future is made; the timer is added at the first poll that finds it
 * ahead, so one never polled takes no lock. A reset moves a timer that waits, under the wheel's
 * lock, so it is never fired for the deadline before. One that has fired, and was not polled since,
 * is idle again: its waiter has been woken, and will poll.
 */
#include <edo/time.h>

#include <errno.h>

#include <edo/error.h>

#include "await/await.h"
#include "sched/coop.h"
#include "sched/current.h"
#include "time/sleep.h"

static edo_sleep_future *of(edo_future *base)
{
    return container_of(base, edo_sleep_future, base);
}

static edo_poll done(edo_sleep_future *sleep, int result)
{
    if (result == 0)
        coop_spend();
    return edo_future_finish(&sleep->base, result);
}

static edo_poll start(edo_sleep_future *sleep, const edo_waker *waker)
{
    timer_wheel *wheel;
    bool sooner = false;
    int rc = current_wheel(&wheel);

    if (rc < 0)
        return done(sleep, rc);
    bool waits = sleep->precise
                     ? wheel_add_precise(wheel, &sleep->timer, sleep->deadline.ns, waker, &sooner)
                     : wheel_add(wheel, &sleep->timer, sleep->deadline.ns, waker, &sooner);
    if (waits) {
        if (sooner)
            current_wheel_sooner(wheel);
        return EDO_PENDING;
    }
    return done(sleep, sleep->timer.state == TIMER_SHUTDOWN ? -EDO_ESHUTDOWN : 0);
}

edo_poll sleep_look(edo_sleep_future *sleep, const edo_waker *waker, bool is_ahead)
{
    switch (wheel_poll(&sleep->timer, waker)) {
    case TIMER_IDLE:
        if (!coop_proceed(waker))
            return EDO_PENDING;
        if (!is_ahead && current_has_passed(sleep->deadline.ns))
            return done(sleep, 0);
        return start(sleep, waker);
    case TIMER_FIRED:
        return done(sleep, 0);
    case TIMER_SHUTDOWN:
        return done(sleep, -EDO_ESHUTDOWN);
    case TIMER_WAITING:
        break;
    }
    return EDO_PENDING;
}

static edo_poll canceled_poll(edo_sleep_future *sleep)
{
    enum timer_state was = wheel_remove(&sleep->timer);

    return edo_future_finish(&sleep->base, was == TIMER_FIRED ? 0 : -ECANCELED);
}

static edo_poll sleep_poll(edo_future *base, const edo_waker *waker)
{
    edo_sleep_future *sleep = of(base);

    if (base->state & FUTURE_CANCELED)
        return canceled_poll(sleep);
    if (sleep->error)
        return edo_future_finish(base, sleep->error);
    return sleep_look(sleep, waker, false);
}

/* The next poll, which the canceller makes at once, takes the timer out. */
static const edo_future_ops sleep_ops = {
    .poll = sleep_poll, .name = "sleep", .flags = EDO_FUTURE_RESTARTS};

static inline edo_sleep_future sleep_until(edo_instant deadline, int error)
{
    return (edo_sleep_future){
        .base = EDO_FUTURE_INIT(&sleep_ops), .deadline = deadline, .error = error};
}

edo_sleep_future edo_sleep_until_async(edo_instant deadline)
{
    timer_wheel *wheel;

    return sleep_until(deadline, current_wheel(&wheel));
}

edo_sleep_future edo_sleep_async(edo_duration span)
{
    edo_instant now;
    int error = current_now_for_timer(&now.ns);

    return sleep_until(edo_instant_add(now, span), error);
}

edo_sleep_future edo_sleep_precise_until_async(edo_instant deadline)
{
    edo_sleep_future sleep = edo_sleep_until_async(deadline);

    sleep.precise = true;
    return sleep;
}

edo_sleep_future edo_sleep_precise_async(edo_duration span)
{
    edo_sleep_future sleep = edo_sleep_async(span);

    sleep.precise = true;
    return sleep;
}

int edo_sleep_until(edo_instant deadline)
{
    edo_sleep_future sleep = edo_sleep_until_async(deadline);

    return (int)edo_await(&sleep.base);
}

int edo_sleep(edo_duration span)
{
    edo_sleep_future sleep = edo_sleep_async(span);

    return (int)edo_await(&sleep.base);
}

int edo_sleep_precise_until(edo_instant deadline)
{
    edo_sleep_future sleep = edo_sleep_precise_until_async(deadline);

    return (int)edo_await(&sleep.base);
}

int edo_sleep_precise(edo_duration span)
{
    edo_sleep_future sleep = edo_sleep_precise_async(span);

    return (int)edo_await(&sleep.base);
}

void sleep_move(edo_sleep_future *sleep, uint64_t deadline_ns)
{
    sleep->deadline.ns = deadline_ns;
    if (current_timer_reset(&sleep->timer, deadline_ns) == TIMER_FIRED)
        wheel_remove(&sleep->timer);
}

int edo_sleep_reset_until(edo_sleep_future *sleep, edo_instant deadline)
{
    if (!sleep)
        return -EINVAL;
    if (sleep->error)
        return sleep->error;
    if (edo_future_is_ready(&sleep->base))
        future_restart(&sleep->base);
    sleep_move(sleep, deadline.ns);
    return 0;
}

int edo_sleep_reset(edo_sleep_future *sleep, edo_duration span)
{
    return edo_sleep_reset_until(sleep, edo_instant_add(edo_now(), span));
}

edo_instant edo_sleep_deadline(const edo_sleep_future *sleep)
{
    return sleep ? sleep->deadline : (edo_instant){UINT64_MAX};
}

bool edo_sleep_is_elapsed(const edo_sleep_future *sleep)
{
    return sleep && edo_future_is_ready(&sleep->base) && sleep->base.result == 0;
}

edo_instant edo_now(void)
{
    return (edo_instant){current_now()};
}

edo_duration edo_elapsed(edo_instant since)
{
    return edo_instant_since(edo_now(), since);
}
