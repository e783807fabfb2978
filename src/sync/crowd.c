/*
 * crowd.c: crowds of waits, told at once and woken in turns.
 *
 * Invariant   `waits` have the crowd's round in `needs`; `told` have an earlier one. So a linked wait
 *             knows which of the two lists it stands in.
 * No lost     Whoever is linked in `told` while the lock is free has a call that will come back: the
 *   wake-up   one that put it there, or one that did so later; each goes on until `told` is empty.
 * Lifetime    The last of the told may leave by itself, and its object may be freed, while a call is
 *             out, waking others. So a call has a word on its own stack: AWAY, while it wakes; BACK,
 *             from before it takes the lock until it has it. crowd_end moves AWAY to GONE, and then
 *             the call does not come back; one that is BACK it lets through first, which is soon, as
 *             no foreign code runs there.
 */
#include "sync/crowd.h"

#include "base/chaos.h"
#include "base/macros.h"
#include "base/thread.h"

enum { AWAY, BACK, GONE };

typedef struct crowd_call {
    struct crowd_call *next; /* under the object's lock */
    uint32_t word;           /* atomic */
} crowd_call;

void crowd_add(edo_crowd *crowd, edo_waiter *w, const edo_waker *waker)
{
    w->waker = *waker;
    w->needs = crowd->round;
    waiters_add(&crowd->waits, w);
}

bool crowd_leave(edo_crowd *crowd, edo_waiter *w)
{
    bool told = crowd_has_told(crowd, w);

    waiters_remove(MODEL_BUG(1213, told, false) ? &crowd->told : &crowd->waits, w);
    return told;
}

/* A turn: as many of the told as there is room for. True: there are no more. */
static bool end_some(edo_crowd *crowd, wakes *owed)
{
    while (crowd->told.first && !wakes_full(owed))
        waiters_end(&crowd->told, crowd->told.first, WAITER_GRANTED, owed);
    return !crowd->told.first;
}

static void wake(lock *l, wakes *owed)
{
    lock_drop(l);
    chaos_point();
    wakes_push(owed);
}

/* True: the lock is taken. False: the object may be gone. */
static bool come_back(crowd_call *call, lock *l)
{
    uint32_t away = AWAY;

    /* acquire, on failure: pairs with the release in dismiss, which has read `next` before. */
    if (!a_cas(&call->word, &away, MODEL_BUG(1214, BACK, AWAY), acquire,
               MODEL_BUG(1215, acquire, relaxed)))
        return false;
    chaos_point();
    lock_take(l);
    a_store(&call->word, AWAY, relaxed); /* relaxed: who else writes it has the lock */
    return true;
}

static void forget_call(edo_crowd *crowd, crowd_call *call)
{
    crowd_call **link = &crowd->calls;

    while (*link != call)
        link = &(*link)->next;
    *link = call->next;
}

static noinline void wake_in_turns(edo_crowd *crowd, lock *l, wakes *owed)
{
    crowd_call call = {.next = crowd->calls, .word = AWAY};
    bool all;

    crowd->calls = &call;
    do {
        wake(l, owed);
        if (!come_back(&call, l))
            return;
        all = end_some(crowd, owed);
    } while (!all);
    forget_call(crowd, &call);
    wake(l, owed);
}

void crowd_wake(edo_crowd *crowd, lock *l)
{
    wakes owed;

    wakes_init(&owed);
    waiters_append(&crowd->told, &crowd->waits);
    crowd->round++;
    if (likely(end_some(crowd, &owed)))
        wake(l, &owed);
    else
        wake_in_turns(crowd, l, &owed);
}

/* True: that call won't come back. */
static bool dismiss(edo_crowd *crowd, crowd_call *call)
{
    crowd_call *next = call->next;
    uint32_t away = MODEL_BUG(1216, AWAY, BACK);

    /* release: pairs with the acquire in come_back; afterwards the call's stack is used anew. */
    if (!a_cas(&call->word, &away, GONE, MODEL_BUG(1217, release, relaxed), relaxed))
        return false;
    crowd->calls = next;
    return true;
}

bool crowd_end(edo_crowd *crowd, lock *l)
{
    while (!crowd->waits.first && !crowd->told.first) {
        if (!crowd->calls)
            return true;
        if (dismiss(crowd, crowd->calls))
            continue;
        lock_drop(l);
        thread_yield();
        lock_take(l);
    }
    return false;
}
