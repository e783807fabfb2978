/*
 * permits.c: the slow halves of permits: waiting, handing out, closing.
 *
 * Word         (free permits - debts) << 2 | CLOSED | WAITED. Whoever finds neither flag takes and gives
 *              by one compare-and-swap.
 * Invariant    While the lock is free, WAITED is set exactly if somebody is linked. While it is set
 *              there are no free permits, unless it is closed: the first in the queue has collected
 *              them. So nobody overtakes, and small requests don't starve a large one.
 * No lost      A waiter sets WAITED by the exchange that finds too few permits. A giver whose exchange
 *   wake-up    came before it is seen by it; one that comes later finds WAITED, takes the lock, and
 *              finds the waiter linked.
 * Debts        permits_grab takes unseen, also what isn't there: then the count is below zero, or hides
 *              a permit that is free. It is settled by who made it: if the count is not below zero, one
 *              is free for each debt. Then it is the debtor's, or, with WAITED, given to the queue. Else
 *              the debt is taken out, which leaves the count at zero at most. So no permit stays in the
 *              count while somebody waits. Meanwhile a try may fail: the debtor counts as waiting.
 * Lifetime     A releaser that takes the slow way touches the object after its permits were handed
 *              on. Who frees the object after having got a permit calls permits_fini, which takes the
 *              lock once, and refuses while somebody will come back for those who were too many to be
 *              woken at once: these may have left in the meantime.
 *              Whoever was waiting touches it no more once that wait was ended.
 * Source       The batch semaphore of tokio has the same queue and the same order of service; there
 *              the waiters take the lock for each poll.
 */
#include "sync/permits.h"

#include "base/chaos.h"

/* What taking n leaves; with too few, all are taken and the flag is set. */
static uint64_t word_after(uint64_t word, size_t n)
{
    size_t available = permits_of(word);

    return available >= n ? word - n * PERMITS_ONE
                          : (word - available * PERMITS_ONE) | PERMITS_WAITED;
}

/* Takes n, or with fewer all there are. How many, or -EPIPE. With the lock held, nobody waiting. */
static int64_t collect(edo_permits *p, size_t n)
{
    uint64_t word = a_load(&p->word, relaxed); /* a guess: the exchange verifies it */

    do {
        if (word & PERMITS_CLOSED)
            return -EPIPE;
        /* acquire: as in permits_try. */
    } while (!a_cas_weak(&p->word, &word, word_after(word, n), MODEL_BUG(904, acquire, relaxed),
                         relaxed));
    return (int64_t)(permits_of(word) < n ? permits_of(word) : n);
}

/* The first poll of a wait, with the lock held. */
static enum waiter_state begin(edo_permits *p, edo_waiter *w, size_t n, const edo_waker *waker)
{
    if (waiters_is_empty(&p->waiters)) {
        int64_t got = collect(p, n);
        if (got < 0)
            return WAITER_CLOSED;
        if ((size_t)got == n)
            return WAITER_GRANTED;
        p->collected = (size_t)got;
        chaos_point();
    } else if (a_load(&p->word, relaxed) & PERMITS_CLOSED) { /* relaxed: set under the lock */
        return WAITER_CLOSED;
    }
    w->needs = n;
    w->waker = *waker;
    waiters_add(&p->waiters, w);
    return WAITER_LINKED;
}

enum waiter_state permits_poll_locked(edo_permits *p, edo_waiter *w, size_t n,
                                      const edo_waker *waker)
{
    lock_take(&p->lock);
    if (w->state == WAITER_LINKED)
        w->waker = *waker;
    else if (w->state == WAITER_IDLE)
        a_store(&w->state, begin(p, w, n, waker), relaxed); /* relaxed: under the lock */
    enum waiter_state state = (enum waiter_state)w->state;
    lock_drop(&p->lock);
    return state;
}

/* Free again, with no one to take it. With the lock held. */
static void free_rest(edo_permits *p, size_t left)
{
    uint64_t word = a_load(&p->word, relaxed); /* a guess: the exchange verifies it */
    uint64_t keep = waiters_is_empty(&p->waiters) ? MODEL_BUG(905, ~PERMITS_WAITED, ~UINT64_C(0))
                                                  : ~UINT64_C(0);

    /* release: as in permits_release. */
    while (!a_cas_weak(&p->word, &word, (word & keep) + left * PERMITS_ONE,
                       MODEL_BUG(906, release, relaxed), relaxed))
        ;
}

/* Gives to the first in the queue of what is left; true: that was all it needed. */
static bool feed(edo_permits *p, size_t *left)
{
    size_t missing = p->waiters.first->needs - p->collected;
    size_t part = missing < *left ? missing : *left;

    *left -= part;
    p->collected += part;
    return part == missing;
}

/* Serves the queue from its front, as far as `left` and the room for wakes go. True: all is given.
 * With the lock held. */
static inline bool serve(edo_permits *p, size_t *left, wakes *owed)
{
    bool closed = a_load(&p->word, relaxed) & PERMITS_CLOSED; /* relaxed: set under the lock */

    while (!closed && p->waiters.first && *left) {
        if (wakes_full(owed))
            return false;
        if (feed(p, left)) {
            p->collected = 0;
            waiters_end(&p->waiters, p->waiters.first, WAITER_GRANTED, owed);
        }
    }
    if (MODEL_BUG(915, closed, false) || !p->waiters.first)
        free_rest(p, *left);
    return true;
}

/* Drops the lock, and only then wakes. */
static inline void wake_all(edo_permits *p, wakes *owed)
{
    lock_drop(&p->lock);
    chaos_point();
    wakes_push(owed);
}

/* Those that there was room for; then takes the lock again, and nobody ends the object before. */
static noinline void wake_some(edo_permits *p, wakes *owed)
{
    p->passing++;
    wake_all(p, owed);
    lock_take(&p->lock);
    p->passing--;
}

/* With the lock held, which it drops. */
static inline void serve_all(edo_permits *p, size_t left)
{
    wakes owed;

    wakes_init(&owed);
    while (unlikely(!serve(p, &left, &owed)))
        wake_some(p, &owed);
    wake_all(p, &owed);
}

void permits_hand_out(edo_permits *p, size_t n)
{
    lock_take(&p->lock);
    serve_all(p, n);
}

/* Takes a wait out of the queue. What the first one had collected is given out again: to itself, if
 * it is still the first, else to whoever is next. */
static void withdraw(edo_permits *p, edo_waiter *w)
{
    size_t collected = p->collected;

    p->collected = 0;
    waiters_remove(&p->waiters, w);
    a_store(&w->state, WAITER_IDLE, relaxed); /* relaxed: only its owner reads it from now on */
    serve_all(p, MODEL_BUG(907, collected, 0));
}

enum waiter_state permits_cancel(edo_permits *p, edo_waiter *w)
{
    enum waiter_state state = waiter_peek(w);

    if (state != WAITER_LINKED)
        return state;
    lock_take(&p->lock);
    state = (enum waiter_state)w->state;
    if (state != WAITER_LINKED) {
        lock_drop(&p->lock);
        return state;
    }
    withdraw(p, w);
    return WAITER_IDLE;
}

bool permits_settle(edo_permits *p)
{
    /* acquire: as in permits_try, of the release that made up for the debt. */
    uint64_t word = a_load(&p->word, MODEL_BUG(920, acquire, relaxed));

    while ((int64_t)word < 0) {
        chaos_point();
        /* acquire: as above, where it fails; a debt that ends publishes nothing. */
        if (a_cas_weak(&p->word, &word, word + PERMITS_ONE, acquire,
                       MODEL_BUG(922, acquire, relaxed)))
            return false;
    }
    if (!(word & PERMITS_WAITED))
        return true;
    MODEL_BUG(921, permits_hand_out(p, 1), (void)0); /* somebody waited first */
    return false;
}

int permits_add(edo_permits *p, size_t n)
{
    uint64_t word = a_load(&p->word, relaxed); /* a guess: the exchange verifies it */

    do {
        if (n > EDO_PERMITS_MAX || permits_of(word) > EDO_PERMITS_MAX - n)
            return -EOVERFLOW;
        if (word & PERMITS_WAITED) {
            permits_hand_out(p, n);
            return 0;
        }
        /* release: as in permits_release. */
    } while (!a_cas_weak(&p->word, &word, word + n * PERMITS_ONE, release, relaxed));
    return 0;
}

size_t permits_forget(edo_permits *p, size_t n)
{
    uint64_t word = a_load(&p->word, relaxed); /* a guess: the exchange verifies it */
    size_t gone;

    do {
        gone = permits_of(word) < n ? permits_of(word) : n;
        /* acquire: as if they had been acquired. */
    } while (!a_cas_weak(&p->word, &word, word - gone * PERMITS_ONE, acquire, relaxed));
    return gone;
}

/* Ends waits as closed, as many as there is room for wakes; true: there are none left. */
static bool dismiss(edo_permits *p, wakes *owed)
{
    while (p->waiters.first && !wakes_full(owed))
        waiters_end(&p->waiters, p->waiters.first, WAITER_CLOSED, owed);
    if (p->waiters.first)
        return false;
    free_rest(p, 0);
    return true;
}

bool permits_close(edo_permits *p)
{
    wakes owed;

    wakes_init(&owed);
    lock_take(&p->lock);
    /* release: pairs with the acquire in permits_is_closed. */
    if (a_fetch_or(&p->word, PERMITS_CLOSED, MODEL_BUG(912, release, relaxed)) & PERMITS_CLOSED) {
        lock_drop(&p->lock);
        return false;
    }
    free_rest(p, p->collected);
    p->collected = 0;
    while (!dismiss(p, &owed))
        wake_some(p, &owed);
    wake_all(p, &owed);
    return true;
}

int permits_fini(edo_permits *p)
{
    MODEL_BUG(913, lock_take(&p->lock), (void)0); /* whoever handed out permits has let go of it */
    bool busy = !waiters_is_empty(&p->waiters) || MODEL_BUG(914, p->passing, false);
    MODEL_BUG(913, lock_drop(&p->lock), (void)0);
    return busy ? -EBUSY : 0;
}
