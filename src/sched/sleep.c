/*
 * sleep.c: how a worker that found nothing goes to sleep, and until when.
 */
#include "base/chaos.h"
#include "base/model.h"
#include "base/sys.h"
#include "sched/asleep.h"
#include "sched/backlog.h"
#include "sched/seat.h"

/* Nothing can run: a paused clock jumps to the next deadline. False: there is none. */
static bool advance_paused(thread *self, core *c)
{
    sched *s = c->sched;

    if (!a_load(&s->paused, relaxed)) /* only this thread pauses it */
        return false;
    bool held = pool_holds_clock(s); /* first: what a call that has ended woke is seen below */
    core_turn(c);
    if (c->lifo || core_sees_work(c) || seat_is_ready(self))
        return true;
    if (held)
        return false;
    uint64_t next = wheel_next(&c->wheel);
    if (next == UINT64_MAX)
        return false;
    uint64_t now = a_load(&s->frozen, relaxed);
    while (now < next && !a_cas_weak(&s->frozen, &now, next, relaxed, relaxed))
        ; /* another thread has moved it on */
    wheel_advance(&c->wheel, next);
    return true;
}

/* In the system's monotonic time. */
static uint64_t park_until(core *c)
{
    uint64_t next = wheel_next(&c->wheel);
    sched *s = c->sched;

    if (next == UINT64_MAX || a_load(&s->paused, relaxed))
        return s->drive_limit;
    next -= a_load(&s->skew, relaxed); /* modulo 2^64, as the skew may be negative */
    return next < s->drive_limit ? next : s->drive_limit;
}

/* The system lets a sleep last 50 us longer than it was told, so as to end several at once. Where one
 * is to end to the microsecond, this thread has no such leisure meanwhile. */
static noinline void park_precisely(core *c, uint64_t until)
{
    int before = sys_timer_slack(1);

    core_park(c, until);
    if (before > 0)
        sys_timer_slack(before);
}

static void park(core *c, uint64_t until)
{
    uint64_t skew = a_load(&c->sched->skew, relaxed);

    if (until != UINT64_MAX && wheel_is_precise(&c->wheel, until + skew))
        park_precisely(c, until);
    else
        core_park(c, until);
}

#if EDO_DEBUG
/* Without a monitor, which does this, its own thread looks after a second whether it sleeps for ever. */
static void park_and_look(core *c, uint64_t until)
{
    uint64_t limit = clock_now() + NS_PER_S;

    if (until != UINT64_MAX || c->sched->multi || c->sched->has_monitor || c->sched->told_asleep ||
        !asleep_is_dead(c->sched)) {
        park(c, until);
        return;
    }
    park(c, limit);
    if (clock_now() >= limit && !core_sees_work(c) && !c->lifo) {
        asleep_look(c->sched);
        park(c, core_sees_work(c) || c->lifo ? 0 : until);
    }
}
#else
#define park_and_look park
#endif

/* With many unused stacks it sleeps for a second at most; if nothing came, it gives them back. */
static void park_and_trim(core *c)
{
    uint64_t until = park_until(c);

    if (!stack_pool_has_excess()) {
        park_and_look(c, until);
        return;
    }
    uint64_t limit = clock_now() + NS_PER_S;
    park(c, until < limit ? until : limit);
    if (clock_now() >= limit)
        while (!core_sees_work(c) && stack_pool_trim(16))
            ;
}

void worker_sleep(thread *self, core *c)
{
    sched *s = c->sched;

    thread_call_hook(self, s->opts.on_park);
    /* Those that yielded are still there when thieves emptied the overflow before them meanwhile. */
    if (c->lifo || c->yielded || run_queue_len(&c->queue) > 0 || seat_is_ready(self) ||
        advance_paused(self, c)) {
        thread_call_hook(self, s->opts.on_unpark);
        return;
    }
    idle_sleep(c);
    c->parked = true;
    chaos_point();
    /* Pairs with whoever pushed: see idle.c; who pushes a pinned task wakes this core anyway. */
    if (MODEL_BUG(406, core_sees_work(c), false))
        core_turn(c);
    else
        park_and_trim(c);
    c->parked = false;
    c->called_at = c->last_turn;
    idle_awake(c);
    if (!c->searching && backlog_is_worth_a_call(c)) /* else its own search's end tells them */
        idle_notify(s);
    monitor_kick(s);
    thread_call_hook(self, s->opts.on_unpark);
}
