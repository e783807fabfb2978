/*
 * lock.c: the slow halves of a lock of one word.
 *
 * Invariant   Whoever sleeps has set the word to 2 before, and the holder who finds 2 wakes one.
 * No lost     A sleeper that takes the lock leaves 2, since it can't know whether others sleep:
 *   wake-up   at worst that is one wake-up too many.
 * Source      mutex2 of Drepper, "Futexes are tricky".
 */
#include "base/lock.h"

#include "base/futex.h"
#include "base/model.h"

/* How often a taker looks before it sleeps: about as long as a short critical section. */
#ifndef LOOKS /* the model checker is content with one */
#define LOOKS 64
#endif

void lock_take_contended(lock *l)
{
    for (int i = 0; i < LOOKS; i++) {
        uint32_t word = a_load(&l->word, relaxed); /* a guess: the exchange verifies it */
        if (word == 2)
            break; /* others sleep already: don't spin past them */
        /* acquire: pairs with the release in lock_drop. */
        if (word == 0 && a_cas_weak(&l->word, &word, 1, MODEL_BUG(601, acquire, relaxed), relaxed))
            return;
        a_pause();
    }
    /* acquire: pairs with the release in lock_drop. */
    while (a_xchg(&l->word, MODEL_BUG(602, 2, 1), MODEL_BUG(603, acquire, relaxed)) != 0)
        futex_wait(&l->word, 2, UINT64_MAX);
}

void lock_wake_next(lock *l)
{
    futex_wake(&l->word, 1);
}
