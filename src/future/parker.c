/*
 * parker.c: one word: EMPTY, NOTIFIED, or PARKED while the thread sleeps.
 *
 * No lost wake-up   The waiter moves EMPTY to PARKED by compare-and-swap; a wake stores NOTIFIED by
 *                   exchange, and only a PARKED found there costs a futex call. Either the swap
 *                   sees NOTIFIED, or the exchange sees PARKED.
 */
#include "future/parker.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "base/futex.h"
#include "base/model.h"
#include "future/wake.h"

enum { EMPTY, PARKED, NOTIFIED };

struct parker {
    uint32_t word; /* atomic */
    uint64_t refs; /* atomic */
};

parker *parker_new(void)
{
    parker *p = malloc(sizeof *p);

    if (p)
        *p = (parker){.word = EMPTY, .refs = 1};
    return p;
}

static void parker_drop(void *data)
{
    parker *p = data;

    /* acq_rel: the last one sees what all the others did before they let go. */
    if (a_fetch_sub(&p->refs, 1, acq_rel) == 1)
        free(p);
}

void parker_unref(parker *p)
{
    if (p)
        parker_drop(p);
}

void parker_wake(parker *p)
{
    /* release: what the waker wrote; pairs with the acquires in parker_wait. */
    if (a_xchg(&p->word, NOTIFIED, MODEL_BUG(408, release, relaxed)) ==
        MODEL_BUG(409, PARKED, NOTIFIED))
        futex_wake(&p->word, 1);
}

void parker_wait(parker *p, uint64_t until_ns)
{
    uint32_t word = EMPTY;

    if (a_cas(&p->word, &word, PARKED, acquire, MODEL_BUG(410, acquire, relaxed))) {
        while (a_load(&p->word, MODEL_BUG(410, acquire, relaxed)) == PARKED)
            if (futex_wait(&p->word, PARKED, until_ns) < 0)
                break;
    }
    a_xchg(&p->word, EMPTY,
           MODEL_BUG(410, acquire, relaxed)); /* pairs with the release in parker_wake */
}

/* The whole wake happens in mark, under the lock of whoever wakes: nothing is owed afterwards. */
static bool parker_mark(void *data)
{
    parker_wake(data);
    return false;
}

static void parker_push(void *data)
{
    (void)data;
}

static int parker_clone(void *data, edo_waker *ret_clone);

static const struct edo_waker_ops borrowed_ops = {
    .mark = parker_mark,
    .push = parker_push,
    .clone = parker_clone,
};

static const struct edo_waker_ops counted_ops = {
    .mark = parker_mark,
    .push = parker_push,
    .clone = parker_clone,
    .drop = parker_drop,
};

static int parker_clone(void *data, edo_waker *ret_clone)
{
    parker *p = data;

    a_fetch_add(&p->refs, 1, relaxed); /* who calls has one already */
    *ret_clone = (edo_waker){.ops = &counted_ops, .data = p};
    return 0;
}

edo_waker parker_waker(parker *p)
{
    return (edo_waker){.ops = &borrowed_ops, .data = p};
}
