/*
 * sync/once.h: the word of a cell, and the waits for it: what edo_once_cell and edo_set_once are made
 * of. A cell rests in NULL or ONCE_MAKING while it has no value: `rest` below.
 */
#ifndef SYNC_ONCE_H
#define SYNC_ONCE_H

#include <edo/once.h>

#include "sync/crowd.h"

/* What the word says when it is neither NULL nor a value. */
extern const char once_marks[2];
#define ONCE_MAKING ((void *)&once_marks[0]) /* somebody makes the value, and nobody waits */
#define ONCE_WAITED ((void *)&once_marks[1]) /* somebody waits; changed under the lock alone */

static inline bool once_is_value(const void *word)
{
    return word && word != ONCE_MAKING && word != ONCE_WAITED;
}

/* The value, or NULL. */
static inline void *once_get(const edo_once *o)
{
    /* acquire: pairs with the releases in once_give and publish: the value is seen whole. */
    void *word = a_load(&o->word, MODEL_BUG(1301, acquire, relaxed));

    return once_is_value(word) ? word : NULL;
}

/* The word from one state to another, where nobody waits: taking what it stands for, a turn or the
 * value; or giving it. */
static inline bool once_claim(edo_once *o, void *from, void *to)
{
    /* acquire: pairs with the releases in once_give and publish. */
    return a_cas(&o->word, &from, to, MODEL_BUG(1302, acquire, relaxed), relaxed);
}
static inline bool once_give(edo_once *o, void *from, void *to)
{
    /* release: pairs with the acquires in once_get and once_claim. */
    return a_cas(&o->word, &from, to, MODEL_BUG(1307, release, relaxed), relaxed);
}

/* Sets the value, if the word is `rest` or somebody waits, and ends the waits. */
bool once_put(edo_once *o, void *rest, void *value);
/* Takes the value out; NULL: there is none. */
void *once_take(edo_once *o);
/* Links a wait if the word is `rest` or somebody waits already; else false: look again. */
bool once_link(edo_once *o, void *rest, edo_waiter *w, const edo_waker *waker);
/* Another poll of a linked wait. True: it is over. */
bool once_advance(edo_once *o, edo_waiter *w, const edo_waker *waker);
/* The end of a linked wait that was cancelled. True: it was over before. */
bool once_withdraw(edo_once *o, void *rest, edo_waiter *w);
/* 0, and its value is ended; -EBUSY, while somebody waits or makes it. */
int once_fini(edo_once *o);

#endif
