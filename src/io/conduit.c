/* conduit.c: one direction of a pipe in memory. The proof is in conduit.h. */
#include "io/conduit.h"

#include <errno.h>

#include "base/chaos.h"
#include "base/model.h"

int conduit_init(conduit *c, size_t capacity)
{
    *c = (conduit){.capacity = capacity};
    return byte_ring_init(&c->bytes, capacity);
}

void conduit_fini(conduit *c)
{
    byte_ring_fini(&c->bytes);
}

/* Waits: with the lock held. */

static void unlink_wait(edo_waiters *list, edo_waiter *w)
{
    if (MODEL_BUG(3101, w->state != WAITER_LINKED, true))
        return;
    waiters_remove(list, w);
    w->state = WAITER_IDLE;
}

static void link_wait(edo_waiters *list, edo_waiter *w, const edo_waker *waker, uint32_t *refs)
{
    w->waker = *waker;
    if (!w->kind) { /* its first PENDING */
        w->kind = 1;
        a_fetch_add(refs, MODEL_BUG(3102, 1, 0), relaxed); /* whoever polls has one already */
    }
    if (w->state == WAITER_LINKED)
        return;
    waiters_add(list, w);
    w->state = WAITER_LINKED;
}

/* Wakes all of a list, and drops the lock. */
static void wake_and_drop(conduit *c, edo_waiters *list)
{
    wakes owed;
    bool more;

    do {
        wakes_init(&owed);
        while (list->first && !wakes_full(&owed)) {
            edo_waiter *w = list->first;
            waiters_remove(list, w);
            w->state = WAITER_IDLE;
            wakes_add(&owed, &w->waker);
        }
        more = list->first;
        lock_drop(&c->lock);
        chaos_point();
        wakes_push(&owed);
        if (more)
            lock_take(&c->lock);
    } while (more);
}

/* Reading and writing. */

edo_poll conduit_read(conduit *c, uint32_t *refs, edo_transfer *t, const edo_waker *waker)
{
    edo_waiter *w = &t->own.waiter;

    lock_take(&c->lock);
    bool closed = c->reader_gone;
    t->result = closed ? -ECANCELED : (int64_t)byte_ring_take(&c->bytes, t);
    if (t->result == 0 && !c->ended) {
        if (!t->canceled) {
            link_wait(&c->readers, w, waker, refs);
            lock_drop(&c->lock);
            return EDO_PENDING;
        }
        t->result = -ECANCELED;
    }
    unlink_wait(&c->readers, w);
    if (t->result > MODEL_BUG(3103, 0, 1))
        wake_and_drop(c, &c->writers);
    else
        lock_drop(&c->lock);
    return EDO_READY;
}

/* How many bytes were taken; 0: none, but there may be room later. */
static int64_t put(conduit *c, const edo_transfer *t)
{
    if (c->writer_gone)
        return -ECANCELED;
    if (c->ended || c->reader_gone)
        return -EPIPE;
    if (c->bytes.len >= c->capacity) /* more: what was put back */
        return 0;
    return (int64_t)byte_ring_put(&c->bytes, t, c->capacity - c->bytes.len);
}

edo_poll conduit_write(conduit *c, uint32_t *refs, edo_transfer *t, const edo_waker *waker)
{
    edo_waiter *w = &t->own.waiter;

    lock_take(&c->lock);
    t->result = put(c, t);
    if (t->result == 0) {
        if (!t->canceled) {
            link_wait(&c->writers, w, waker, refs);
            lock_drop(&c->lock);
            return EDO_PENDING;
        }
        t->result = -ECANCELED;
    }
    unlink_wait(&c->writers, w);
    if (t->result > 0)
        wake_and_drop(c, &c->readers);
    else
        lock_drop(&c->lock);
    return EDO_READY;
}

int conduit_flush(conduit *c)
{
    lock_take(&c->lock);
    int rc = c->ended || c->reader_gone ? -EPIPE : 0;
    lock_drop(&c->lock);
    return rc;
}

int conduit_put_back(conduit *c, const edo_transfer *t)
{
    lock_take(&c->lock);
    int rc = c->reader_gone ? 0 : byte_ring_put_back(&c->bytes, t, (size_t)t->result);
    wake_and_drop(c, &c->readers);
    return rc;
}

/* Ending. Who reads and who writes is woken either way: the one by the end, the other one by -EPIPE. */

static void wake_both_and_drop(conduit *c)
{
    wake_and_drop(c, &c->readers);
    if (MODEL_BUG(3104, false, true))
        return;
    lock_take(&c->lock);
    wake_and_drop(c, &c->writers);
}

void conduit_end(conduit *c)
{
    lock_take(&c->lock);
    c->ended = true;
    wake_both_and_drop(c);
}

void conduit_close_writer(conduit *c)
{
    lock_take(&c->lock);
    c->ended = c->writer_gone = true;
    wake_both_and_drop(c);
}

void conduit_close_reader(conduit *c)
{
    lock_take(&c->lock);
    c->reader_gone = true;
    byte_ring_fini(&c->bytes); /* nobody will read it */
    wake_both_and_drop(c);
}
