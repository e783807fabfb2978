/*
 * gate.c: a mutex, a list of waits, and counted wakers.
 *
 * A wait is linked only if it saw nothing to take while it held the lock. Whoever has news unlinks
 * the waits under the lock, takes their wakers along, and wakes after it has let go.
 */
#include "support/gate.h"

#include <errno.h>

#include "future/future.h"

#define WAKES_AT_ONCE 64

/* Wakers taken out of a list; called with no lock held. */
struct batch {
    unsigned count;
    edo_waker wakers[WAKES_AT_ONCE];
};

static void wake_batch(const struct batch *b)
{
    for (unsigned i = 0; i < b->count; i++)
        edo_waker_wake(b->wakers[i]);
}

static edo_waker clone_of(const edo_waker *waker)
{
    edo_waker clone = {0};

    (void)edo_waker_clone(waker, &clone);
    return clone;
}

/* --- gate --------------------------------------------------------------------------------- */

static void gate_unlink(gate_future *fut)
{
    for (gate_future **link = &fut->gate->waiting; *link; link = &(*link)->next)
        if (*link == fut) {
            *link = fut->next;
            break;
        }
    fut->linked = false;
}

static edo_poll gate_poll(edo_future *base, const edo_waker *waker)
{
    gate_future *fut = container_of(base, gate_future, base);
    gate *g = fut->gate;
    edo_waker old = {0};

    pthread_mutex_lock(&g->lock);
    bool open = g->open;
    bool done = open || (base->state & FUTURE_CANCELED);
    if (fut->linked && (done || !edo_waker_is_same(&fut->waker, waker))) {
        gate_unlink(fut);
        old = fut->waker;
    }
    if (!done && !fut->linked) {
        fut->waker = clone_of(waker);
        fut->next = g->waiting;
        g->waiting = fut;
        fut->linked = true;
    }
    pthread_mutex_unlock(&g->lock);
    edo_waker_drop(old);
    return done ? edo_future_finish(base, open ? 0 : -ECANCELED) : EDO_PENDING;
}

static const edo_future_ops gate_ops = {.poll = gate_poll, .name = "gate"};

static bool take_gate_waiters(gate *g, struct batch *b)
{
    b->count = 0;
    pthread_mutex_lock(&g->lock);
    g->open = true;
    while (g->waiting && b->count < WAKES_AT_ONCE) {
        gate_future *fut = g->waiting;
        g->waiting = fut->next;
        fut->linked = false;
        b->wakers[b->count++] = fut->waker;
    }
    pthread_mutex_unlock(&g->lock);
    return b->count > 0;
}

void gate_open(gate *g)
{
    struct batch b;
    bool more = true;

    /* When the list is empty, a task that was woken may already have ended the gate's life. */
    while (more && take_gate_waiters(g, &b)) {
        more = b.count == WAKES_AT_ONCE;
        wake_batch(&b);
    }
}

bool gate_is_open(gate *g)
{
    pthread_mutex_lock(&g->lock);
    bool open = g->open;
    pthread_mutex_unlock(&g->lock);
    return open;
}

unsigned gate_waiting(gate *g)
{
    unsigned n = 0;

    pthread_mutex_lock(&g->lock);
    for (gate_future *fut = g->waiting; fut; fut = fut->next)
        n++;
    pthread_mutex_unlock(&g->lock);
    return n;
}

gate_future gate_async(gate *g)
{
    return (gate_future){.base = EDO_FUTURE_INIT(&gate_ops), .gate = g};
}

int gate_wait(gate *g)
{
    gate_future fut = gate_async(g);

    return (int)edo_await(&fut.base);
}

/* --- queue -------------------------------------------------------------------------------- */

static void pop_unlink(test_pop_future *fut)
{
    for (test_pop_future **link = &fut->queue->waiting; *link; link = &(*link)->next)
        if (*link == fut) {
            *link = fut->next;
            break;
        }
    fut->linked = false;
}

/* With the lock held. True: it has ended, with *result. */
static bool pop_locked(test_pop_future *fut, int64_t *result)
{
    test_queue *q = fut->queue;
    bool canceled = fut->base.state & FUTURE_CANCELED;

    if (canceled && q->slow_cancel)
        return false;
    if (q->count > 0) {
        fut->item = q->items[q->first];
        q->first = (q->first + 1) % TEST_QUEUE_ROOM;
        q->count--;
        if (fut->ret)
            *fut->ret = fut->item;
        *result = 1;
        return true;
    }
    *result = canceled ? -ECANCELED : 0;
    return canceled || q->closed;
}

static edo_poll pop_poll(edo_future *base, const edo_waker *waker)
{
    test_pop_future *fut = container_of(base, test_pop_future, base);
    test_queue *q = fut->queue;
    edo_waker old = {0};
    int64_t result = 0;

    fut->polls++;
    pthread_mutex_lock(&q->lock);
    bool done = pop_locked(fut, &result);
    if (fut->linked && (done || !edo_waker_is_same(&fut->waker, waker))) {
        pop_unlink(fut);
        old = fut->waker;
    }
    if (!done && !fut->linked) {
        fut->waker = clone_of(waker);
        fut->next = q->waiting;
        q->waiting = fut;
        fut->linked = true;
    }
    pthread_mutex_unlock(&q->lock);
    edo_waker_drop(old);
    return done ? edo_future_finish(base, result) : EDO_PENDING;
}

/* Under the lock that it releases: all who wait look again. */
static void unlock_and_wake(test_queue *q)
{
    struct batch b = {0};

    while (q->waiting && b.count < WAKES_AT_ONCE) {
        test_pop_future *fut = q->waiting;
        q->waiting = fut->next;
        fut->linked = false;
        b.wakers[b.count++] = fut->waker;
    }
    pthread_mutex_unlock(&q->lock);
    wake_batch(&b);
}

static void pop_put_back(edo_future *base)
{
    test_pop_future *fut = container_of(base, test_pop_future, base);
    test_queue *q = fut->queue;

    if (base->result != 1)
        return;
    pthread_mutex_lock(&q->lock);
    q->first = (q->first + TEST_QUEUE_ROOM - 1) % TEST_QUEUE_ROOM;
    q->items[q->first] = fut->item;
    q->count++;
    q->put_backs++;
    unlock_and_wake(q);
    base->result = -ECANCELED;
}

static const edo_future_ops pop_ops = {.poll = pop_poll, .put_back = pop_put_back, .name = "pop"};

void test_queue_push(test_queue *q, int item)
{
    pthread_mutex_lock(&q->lock);
    if (q->count == TEST_QUEUE_ROOM)
        __builtin_trap(); /* the test pushes too much */
    q->items[(q->first + q->count++) % TEST_QUEUE_ROOM] = item;
    unlock_and_wake(q);
}

void test_queue_close(test_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->closed = true;
    unlock_and_wake(q);
}

void test_queue_let_go(test_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->slow_cancel = false;
    unlock_and_wake(q);
}

unsigned test_queue_len(test_queue *q)
{
    pthread_mutex_lock(&q->lock);
    unsigned count = q->count;
    pthread_mutex_unlock(&q->lock);
    return count;
}

test_pop_future test_queue_pop_async(test_queue *q, int *ret)
{
    return (test_pop_future){.base = EDO_FUTURE_INIT(&pop_ops), .queue = q, .ret = ret};
}

int test_queue_pop(test_queue *q, int *ret)
{
    test_pop_future fut = test_queue_pop_async(q, ret);

    return (int)edo_await(&fut.base);
}
