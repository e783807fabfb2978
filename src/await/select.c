/*
 * select.c: the first of several futures, and every other one brought to its end.
 *
 * RACING     Arms are polled from a random one (or the first); the first READY wins.
 * DRAINING   A winner stands, or the select was cancelled: every arm that was polled has been
 *            cancelled and is polled until READY, whatever wakes us. An arm never polled is settled
 *            with -ECANCELED, untouched. Cancelled before there was a winner: the first arm that
 *            has had an effect all the same wins.
 * The end    What losers took is put back. So no arm is left alive and unpolled.
 * Keeping    The losers that were cancelled here, and say so, are new futures again: they lie in no
 *            queue, so nothing can be granted to them until the next select polls them.
 */
#include <edo/await.h>

#include <errno.h>
#include <string.h>

#include "await/await.h"
#include "sched/coop.h"
#include "sched/sched.h"

enum { RACING, DRAINING };

static edo_select_future *of(edo_future *base)
{
    return container_of(base, edo_select_future, base);
}

/* READY, and not what was waited for. */
static inline bool is_over(const edo_select_future *sel, size_t i)
{
    return sel->over >> i & 1;
}

static bool can_restart(const edo_future *arm)
{
    return arm->ops && (arm->ops->flags & EDO_FUTURE_RESTARTS);
}

static bool valid(const edo_select_future *sel)
{
    bool enabled = false;

    for (size_t i = 0; sel->arms && i < sel->count && sel->count <= EDO_SELECT_MAX; i++) {
        if (!sel->arms[i])
            continue;
        enabled = true;
        if (sel->keeps && !can_restart(sel->arms[i]))
            return false;
    }
    return enabled;
}

/* Which of them were cancelled here: one that was READY before keeps its result. True: it is READY, as
 * it was never polled. */
static inline bool cancel_arm(edo_select_future *sel, size_t i)
{
    if (sel->keeps && !future_is_done(sel->arms[i]))
        sel->canceled |= UINT64_C(1) << i;
    if (future_cancel_unpolled(sel->arms[i]))
        return true;
    edo_future_cancel(sel->arms[i]);
    return false;
}

/* It is READY. */
static bool wins(edo_select_future *sel, size_t i)
{
    if (likely(!sel->matches) || sel->matches(i, sel->arms[i]->result, sel->arg))
        return true;
    sel->over |= UINT64_C(1) << i;
    return false;
}

static noinline void renew_losers(edo_select_future *sel)
{
    for (size_t i = 0; i < sel->count; i++)
        if ((sel->canceled >> i & 1) && (int)i != sel->winner && sel->arms[i]->result == -ECANCELED)
            future_restart(sel->arms[i]);
}

/* What losers took goes back, once all of them are READY. */
static noinline void put_back_losers(edo_select_future *sel)
{
    for (size_t i = 0; i < sel->count; i++)
        if (sel->arms[i] && (int)i != sel->winner && !is_over(sel, i))
            future_put_back(sel->arms[i]);
}

/* `begins`: the losers have not been cancelled yet. */
static inline edo_poll drain(edo_select_future *sel, const edo_waker *waker, bool begins)
{
    bool all = true, takes = false;

    for (size_t i = 0; i < sel->count; i++) {
        edo_future *arm = sel->arms[i];
        if (!arm || (int)i == sel->winner || is_over(sel, i))
            continue;
        if (begins && cancel_arm(sel, i))
            continue; /* it has taken nothing */
        if (future_advance(arm, waker) == EDO_PENDING)
            all = false;
        else if (sel->winner < 0 && arm->result >= 0 && wins(sel, i))
            sel->winner = (int)i;
        takes |= future_may_have_taken(arm);
    }
    if (!all)
        return EDO_PENDING;
    if (takes)
        put_back_losers(sel);
    if (sel->keeps)
        renew_losers(sel);
    return edo_future_finish(&sel->base, sel->winner < 0 ? -ECANCELED : sel->winner);
}

static bool all_over(const edo_select_future *sel)
{
    for (size_t i = 0; i < sel->count; i++)
        if (sel->arms[i] && !is_over(sel, i))
            return false;
    return true;
}

/* Polls each arm once, from that one on. True: one has won. */
static bool race(edo_select_future *sel, size_t at, const edo_waker *waker)
{
    for (size_t left = sel->count; left > 0; left--) {
        if (sel->arms[at] && !is_over(sel, at) &&
            future_advance(sel->arms[at], waker) == EDO_READY && wins(sel, at)) {
            sel->winner = (int)at;
            return true;
        }
        at = at + 1 == sel->count ? 0 : at + 1; /* a division would take longer than the poll */
    }
    return false;
}

/* A race that was neither won nor is to be drained. */
static edo_poll lost(edo_select_future *sel)
{
    return unlikely(sel->over) && all_over(sel) ? edo_future_finish(&sel->base, -ENODATA)
                                                : EDO_PENDING;
}

static edo_poll advance(thread *self, edo_select_future *sel, const edo_waker *waker)
{
    if (sel->phase == DRAINING)
        return drain(sel, waker, false);
    if (!sel->begun) {
        if (!valid(sel))
            return edo_future_finish(&sel->base, -EINVAL);
        if (!coop_proceed_on(self, waker)) /* no arm is polled for nothing */
            return EDO_PENDING;
        sel->begun = true;
    }
    if (!race(sel, sel->biased ? 0 : thread_random_below(self, (uint32_t)sel->count), waker))
        return lost(sel);
    sel->phase = DRAINING;
    return drain(sel, waker, true);
}

static edo_poll select_poll(edo_future *base, const edo_waker *waker)
{
    return advance(thread_self(), of(base), waker);
}

/* As edo_await polls it. */
static edo_poll poll_directly(edo_future *base, const edo_waker *waker)
{
    thread *self = thread_self();

    await_poll_begin(self);
    edo_poll is = advance(self, of(base), waker);
    await_poll_end(self);
    return is;
}

static void select_cancel(edo_future *base)
{
    edo_select_future *sel = of(base);

    if (sel->phase == DRAINING)
        return; /* an arm has won already */
    if (!(base->state & FUTURE_POLLED)) {
        for (size_t i = 0; sel->arms && i < sel->count; i++)
            future_forsake(sel->arms[i]);
        return;
    }
    sel->phase = DRAINING;
    for (size_t i = 0; i < sel->count; i++)
        if (sel->arms[i])
            cancel_arm(sel, i); /* does nothing to one that is over */
}

/* The winner's own success goes back as well. */
static void select_put_back(edo_future *base)
{
    edo_select_future *sel = of(base);
    edo_future *arm = sel->arms[base->result];

    edo_future_put_back(arm);
    if (arm->result != -ECANCELED)
        return; /* a failure is not undone, and the winner stands */
    base->result = -ECANCELED;
    if (sel->keeps)
        future_restart(arm);
}

static const edo_future_ops select_ops = {
    .poll = select_poll,
    .cancel = select_cancel,
    .put_back = select_put_back,
    .name = "select",
    .flags = EDO_FUTURE_OWNS,
};

static inline edo_select_future make(edo_future *const *arms, size_t count, bool biased)
{
    return (edo_select_future){
        .base = EDO_FUTURE_INIT(&select_ops),
        .arms = arms,
        .count = count,
        .winner = -1,
        .phase = RACING,
        .biased = biased,
    };
}

static inline int await_select(edo_select_future *sel)
{
    return (int)await_directly(await_may_try(), &sel->base, poll_directly);
}

edo_select_future edo_select_async(edo_future *const *arms, size_t count)
{
    return make(arms, count, false);
}

edo_select_future edo_select_biased_async(edo_future *const *arms, size_t count)
{
    return make(arms, count, true);
}

edo_select_future edo_select_keep_async(edo_future *const *arms, size_t count)
{
    edo_select_future sel = make(arms, count, false);

    sel.keeps = true;
    return sel;
}

edo_select_future edo_select_matching_async(edo_future *const *arms, size_t count,
                                            bool (*matches)(size_t arm, int64_t result, void *arg),
                                            void *arg)
{
    edo_select_future sel = make(arms, count, false);

    sel.matches = matches;
    sel.arg = arg;
    return sel;
}

int edo_select_matching_array(edo_future *const *arms, size_t count,
                              bool (*matches)(size_t arm, int64_t result, void *arg), void *arg)
{
    edo_select_future sel = edo_select_matching_async(arms, count, matches, arg);

    return await_select(&sel);
}

int edo_select_keep_array(edo_future *const *arms, size_t count)
{
    edo_select_future sel = edo_select_keep_async(arms, count);

    return await_select(&sel);
}

int edo_select_array(edo_future *const *arms, size_t count)
{
    edo_select_future sel = make(arms, count, false);

    return await_select(&sel);
}

int edo_select_biased_array(edo_future *const *arms, size_t count)
{
    edo_select_future sel = make(arms, count, true);

    return await_select(&sel);
}
