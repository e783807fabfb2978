/*
 * sync/mutex_word.h: the lock of a mutex: taken and freed by one exchange each while nobody waits.
 * mutex_word.c says how waits are served.
 */
#ifndef SYNC_MUTEX_WORD_H
#define SYNC_MUTEX_WORD_H

#include <edo/mutex.h>

#include "base/macros.h"
#include "base/model.h"
#include "sync/waiters.h"

#define MUTEX_HELD 1U   /* by whoever took it, or by a wait that it was handed to */
#define MUTEX_WAITED 2U /* waits are linked */
#define MUTEX_CALLED 4U /* the first of them has been woken and has not looked since */
#define MUTEX_OWNED 8U  /* the holder has left a reference in the mutex */

/* Takes it if it is free, past all who wait. */
static inline bool mutex_try(edo_mutex *m)
{
    uint32_t word = 0; /* a guess: the exchange verifies it */

    do {
        if (word & MUTEX_HELD)
            return false;
        /* acquire: pairs with the releases in mutex_try_free, mutex_free and pass_on. */
    } while (!a_cas_weak(&m->word, &word, word | MUTEX_HELD, MODEL_BUG(1001, acquire, relaxed),
                         relaxed));
    return true;
}

/* Frees it if nobody waits and no reference is to be given back; else *ret_word is what there is. */
static inline bool mutex_try_free(edo_mutex *m, uint32_t *ret_word)
{
    *ret_word = MUTEX_HELD;
    /* release: pairs with the acquires in mutex_try, join and answer_call. */
    return a_cas(&m->word, ret_word, 0, MODEL_BUG(1002, release, relaxed), relaxed);
}

/* Frees it, or hands it over, whatever its word says but OWNED. By its holder. */
void mutex_free(edo_mutex *m);

/* The poll of a wait. True: the lock is the caller's, and the wait as if never polled. False: `waker`
 * will be woken. */
bool mutex_poll(edo_mutex_lock_future *wait, const edo_waker *waker);
/* Ends a wait that was cancelled. True: it came too late, the lock is the caller's. */
bool mutex_cancel(edo_mutex_lock_future *wait);

#endif
