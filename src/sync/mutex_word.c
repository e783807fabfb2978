/*
 * mutex_word.c: the word of a mutex and the queue at it.
 *
 * Barging      An unlock frees the lock and calls the first wait, that is, wakes it and leaves it in the
 *              queue. Whoever comes by may take the lock before the called one has looked: it then
 *              stands where it stood, and the next unlock calls it again. While one is called, unlocks
 *              call nobody, so that no wait is woken only to find the lock taken by one woken before.
 * Hand-over    When the first has waited for PATIENCE_NS, an unlock leaves HELD set and ends the wait as
 *              GRANTED. A clock is read when a wait begins, and by an unlock that finds one waiting.
 * Invariant    While the lock below is free: WAITED is set exactly if a wait is linked; CALLED, if the
 *              first of them is called. Both change only with it held. HELD is set without it.
 * No lost      A wait sets WAITED, or gives its call up by clearing CALLED, by an exchange that finds
 *   wake-up    HELD; else it takes the lock itself. The holder's exchange then fails, and it comes to
 *              pass_on. A called wait that is cancelled while nobody holds it calls the next.
 * Lifetime     pass_on touches the mutex after others can have it: see edo_mutex_fini.
 * Source       The starvation mode of Go's sync.Mutex, there with one limit for all; parking_lot's
 *              eventual fairness. The one outstanding call is Go's mutexWoken.
 */
#include "sync/mutex_word.h"

#include "base/chaos.h"
#include "base/clock.h"

#define PATIENCE_NS NS_PER_MS
/* While one is called, every so many unlocks look at the clock: it takes longer than all the rest. */
#ifndef PASSES_UNTIMED /* the model checker looks at each */
#define PASSES_UNTIMED 8
#endif

/* Whether a wait that is due then has waited for long. */
#ifndef MUTEX_IS_LATE /* the model checker tries both */
#define MUTEX_IS_LATE(due) (clock_now() >= (due))
#endif

static edo_mutex_lock_future *wait_of(edo_waiter *w)
{
    return container_of(w, edo_mutex_lock_future, waiter);
}

/* Whether the wait was called and has not looked; written under the lock. */
static bool is_called(const edo_waiter *w)
{
    return a_load(&w->kind, relaxed); /* the wake that comes after it orders it */
}

static void set_called(edo_waiter *w, bool called)
{
    a_store(&w->kind, called, relaxed);
}

/* After the queue's front has changed: when the new first is due. */
static void note_first(edo_mutex *m)
{
    if (m->waiters.first)
        a_store(&m->due, wait_of(m->waiters.first)->due, relaxed); /* only a time, read as a hint */
}

/* Wakes the first, which stays where it is. With the lock held. */
static void call_first(edo_mutex *m, wakes *owed)
{
    set_called(m->waiters.first, MODEL_BUG(1012, true, false));
    wakes_add(owed, &m->waiters.first->waker);
}

/* Ends the first wait, which holds the lock from now on. */
static void hand_over(edo_mutex *m, wakes *owed)
{
    edo_waiter *w = m->waiters.first;
    uint32_t word = MODEL_BUG(1013, w->next, NULL) ? MUTEX_HELD | MUTEX_WAITED : MUTEX_HELD;

    /* relaxed: nobody changes the word of a held one without the lock below. Before the end, after
     * which the wait's owner may free it. */
    a_store(&m->word, word, relaxed);
    set_called(w, false);
    waiters_end(&m->waiters, w, WAITER_GRANTED, owed);
    note_first(m);
}

/* Frees it, and sees to it that somebody is called. */
static void free_and_call(edo_mutex *m, wakes *owed)
{
    /* release: as in mutex_try_free. A plain store, as in hand_over. */
    a_store(&m->word, MUTEX_WAITED | MUTEX_CALLED, MODEL_BUG(1003, release, relaxed));
    if (!is_called(m->waiters.first))
        call_first(m, owed);
}

static noinline void pass_on(edo_mutex *m)
{
    wakes owed;

    wakes_init(&owed);
    lock_take(&m->lock);
    if (!m->waiters.first)
        a_store(&m->word, 0, MODEL_BUG(1004, release, relaxed)); /* release: as in mutex_try_free */
    else if (MUTEX_IS_LATE(wait_of(m->waiters.first)->due))
        hand_over(m, &owed);
    else
        free_and_call(m, &owed);
    lock_drop(&m->lock);
    chaos_point();
    wakes_push(&owed);
}

/* Whether an unlock has nothing to do for those who wait. By the holder. */
static bool may_just_free(edo_mutex *m, uint32_t word)
{
    if (!(word & MUTEX_WAITED))
        return true;
    if (!(word & MUTEX_CALLED))
        return false;
    return ++m->passes % PASSES_UNTIMED || !MUTEX_IS_LATE(a_load(&m->due, relaxed));
}

void mutex_free(edo_mutex *m)
{
    uint32_t word = a_load(&m->word, relaxed); /* a guess: the exchange verifies it */

    while (may_just_free(m, word)) {
        chaos_point();
        /* release: as in mutex_try_free. */
        if (a_cas_weak(&m->word, &word, word & ~MUTEX_HELD, MODEL_BUG(1005, release, relaxed),
                       relaxed))
            return;
    }
    pass_on(m);
}

/* The first poll: takes the lock, or a place in the queue. With the lock below held, as the next two. */
static bool join(edo_mutex *m, edo_mutex_lock_future *wait, const edo_waker *waker)
{
    uint32_t word = a_load(&m->word, relaxed); /* a guess: the exchange verifies it */

    for (;;) {
        bool is_free = !(word & MUTEX_HELD);
        /* acquire: as in mutex_try. */
        if (a_cas_weak(&m->word, &word,
                       word | (is_free ? MUTEX_HELD : MODEL_BUG(1006, MUTEX_WAITED, 0U)),
                       MODEL_BUG(1007, acquire, relaxed), relaxed)) {
            if (is_free)
                return true;
            break;
        }
    }
    wait->waiter.waker = *waker;
    waiters_add(&m->waiters, &wait->waiter);
    a_store(&wait->waiter.state, WAITER_LINKED, relaxed); /* under the lock */
    if (m->waiters.first == &wait->waiter)
        note_first(m);
    return false;
}

/* Takes a linked wait out of the queue; the caller makes it IDLE. */
static void leave(edo_mutex *m, edo_waiter *w)
{
    bool was_first = m->waiters.first == w;

    waiters_remove(&m->waiters, w);
    set_called(w, false);
    if (was_first)
        note_first(m);
}

/* A called wait looks: it takes the lock, or waits for the next call. */
static bool answer_call(edo_mutex *m, edo_mutex_lock_future *wait, const edo_waker *waker)
{
    edo_waiter *w = &wait->waiter;
    uint32_t word = a_load(&m->word, relaxed); /* a guess: the exchange verifies it */
    uint32_t left = MODEL_BUG(1014, w->next, NULL) ? MUTEX_HELD | MUTEX_WAITED : MUTEX_HELD;
    bool is_free;

    do {
        is_free = !(word & MUTEX_HELD);
        chaos_point();
        /* acquire: as in mutex_try. */
    } while (!a_cas_weak(&m->word, &word,
                         is_free ? left : word & MODEL_BUG(1008, ~MUTEX_CALLED, ~0U),
                         MODEL_BUG(1009, acquire, relaxed), relaxed));
    if (is_free) {
        leave(m, w);
        return true;
    }
    set_called(w, false);
    w->waker = *waker;
    return false;
}

/* A poll that has something to change. As mutex_poll, also for one that was GRANTED meanwhile. */
static bool poll_locked(edo_mutex *m, edo_mutex_lock_future *wait, const edo_waker *waker)
{
    edo_waiter *w = &wait->waiter;

    switch (w->state) {
    case WAITER_IDLE:
        return join(m, wait, waker);
    case WAITER_LINKED:
        if (is_called(w))
            return answer_call(m, wait, waker);
        w->waker = *waker;
        return false;
    default:
        return true;
    }
}

bool mutex_poll(edo_mutex_lock_future *wait, const edo_waker *waker)
{
    edo_mutex *m = wait->mutex;
    edo_waiter *w = &wait->waiter;
    enum waiter_state state = waiter_peek(w);
    bool has = state == WAITER_GRANTED;

    if (!is_called(w) && waiter_waits_by(w, waker))
        return false;
    if (state == WAITER_IDLE)
        wait->due = clock_now() + PATIENCE_NS;
    if (!has) {
        lock_take(&m->lock);
        has = poll_locked(m, wait, waker);
        lock_drop(&m->lock);
    }
    if (has)
        w->state = WAITER_IDLE; /* nobody else knows it any more */
    return has;
}

/* The first has left, who was called: the next is, by the holder's unlock or at once. With the lock
 * below held. */
static void pass_call_on(edo_mutex *m, wakes *owed)
{
    uint32_t word = a_load(&m->word, relaxed); /* a guess: the exchange verifies that it is held */

    while (word & MUTEX_HELD) {
        chaos_point();
        /* relaxed: a holder that finds it so comes to the lock below. */
        if (a_cas_weak(&m->word, &word, word & MODEL_BUG(1010, ~MUTEX_CALLED, ~0U), relaxed,
                       relaxed))
            return;
    }
    if (MODEL_BUG(1011, true, false))
        call_first(m, owed);
}

/* A linked wait is given up. With the lock below held. */
static void withdraw(edo_mutex *m, edo_waiter *w, wakes *owed)
{
    bool was_called = is_called(w);

    leave(m, w);
    if (!m->waiters.first)
        a_fetch_and(&m->word, ~(MUTEX_WAITED | MUTEX_CALLED), relaxed); /* as in pass_call_on */
    else if (MODEL_BUG(1015, was_called, false))
        pass_call_on(m, owed);
}

bool mutex_cancel(edo_mutex_lock_future *wait)
{
    edo_mutex *m = wait->mutex;
    edo_waiter *w = &wait->waiter;
    wakes owed;

    if (waiter_peek(w) == WAITER_IDLE)
        return false;
    wakes_init(&owed);
    lock_take(&m->lock);
    bool granted = w->state == WAITER_GRANTED;
    if (!granted)
        withdraw(m, w, &owed);
    lock_drop(&m->lock);
    chaos_point();
    wakes_push(&owed);
    w->state = WAITER_IDLE; /* as in mutex_poll */
    return granted;
}
