/* base/lock.h: a lock of one word: free 0, held 1, held and wanted 2. Zeros are a free lock. */
#ifndef BASE_LOCK_H
#define BASE_LOCK_H

#include <edo/lock.h>

#include "base/atomic.h"
#include "base/model.h"

typedef edo_lock lock;

/* The slow halves: spin a little, then sleep on the word; wake one sleeper. */
void lock_take_contended(lock *l);
void lock_wake_next(lock *l);

static inline void lock_take(lock *l)
{
    uint32_t free_word = 0;
    /* acquire: pairs with the release in lock_drop. */
    if (!a_cas(&l->word, &free_word, 1, MODEL_BUG(604, acquire, relaxed), relaxed))
        lock_take_contended(l);
}

static inline bool lock_try(lock *l)
{
    uint32_t free_word = 0;
    return a_cas(&l->word, &free_word, 1, MODEL_BUG(605, acquire, relaxed), relaxed);
}

static inline void lock_drop(lock *l)
{
    /* release: pairs with the acquires in lock_take and lock_take_contended. */
    if (a_xchg(&l->word, 0, MODEL_BUG(606, release, relaxed)) == MODEL_BUG(607, 2, 3))
        lock_wake_next(l);
}

#endif
