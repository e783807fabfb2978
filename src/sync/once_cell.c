/*
 * once_cell.c: a cell whose value is made by one at a time; all who come meanwhile wait.
 *
 * A turn is the word ONCE_MAKING, or ONCE_WAITED with others waiting. One that is given up goes to the
 * first in the queue, under the lock, so there is no moment at which somebody else could take it.
 */
#include <edo/once_cell.h>

#include <errno.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/chaos.h"
#include "base/report.h"
#include "sched/coop.h"
#include "sync/once.h"

/* edo_waiter.kind: what ended the wait. */
enum { BY_VALUE, BY_TURN };

void edo_once_cell_init(edo_once_cell *cell, void (*destroy)(void *value))
{
    if (cell)
        *cell = (edo_once_cell)EDO_ONCE_CELL_INIT(destroy);
}

int edo_once_cell_fini(edo_once_cell *cell)
{
    return cell ? once_fini(&cell->once) : -EINVAL;
}

void *edo_once_cell_get(const edo_once_cell *cell)
{
    return cell ? once_get(&cell->once) : NULL;
}

bool edo_once_cell_is_set(const edo_once_cell *cell)
{
    return edo_once_cell_get(cell) != NULL;
}

int edo_once_cell_set(edo_once_cell *cell, void *value)
{
    if (!cell || !value)
        return -EINVAL;
    if (once_give(&cell->once, NULL, value))
        return 0;
    return edo_once_cell_is_set(cell) ? -EEXIST : -EBUSY;
}

void *edo_once_cell_take(edo_once_cell *cell)
{
    return cell ? once_take(&cell->once) : NULL;
}

/* Ending a turn. */

static int nobody_has_a_turn(const char *function)
{
    (void)function; /* a release build reports nothing */
    report_misuse("%s without a turn: edo_once_cell_begin has to say 1 before", function);
    return -EDO_EMISUSE;
}

int edo_once_cell_finish(edo_once_cell *cell, void *value)
{
    if (!cell || !value)
        return -EINVAL;
    return once_put(&cell->once, ONCE_MAKING, value) ? 0 : nobody_has_a_turn(__func__);
}

/* The turn goes to the first in the queue. False: there is no turn, or nobody waits. */
static bool pass_on(edo_once *o)
{
    wakes owed;

    wakes_init(&owed);
    lock_take(&o->lock);
    bool waited = a_load(&o->word, relaxed) == ONCE_WAITED; /* relaxed: set under the lock */
    if (waited) {
        edo_waiter *first = o->crowd.waits.first;
        first->kind = BY_TURN;
        waiters_end(&o->crowd.waits, first, WAITER_GRANTED, &owed);
        if (!crowd_has_waits(&o->crowd))
            a_store(&o->word, MODEL_BUG(1305, ONCE_MAKING, NULL), relaxed); /* under the lock */
    }
    lock_drop(&o->lock);
    chaos_point();
    wakes_push(&owed);
    return waited;
}

int edo_once_cell_abandon(edo_once_cell *cell)
{
    if (!cell)
        return -EINVAL;
    for (;;) {
        if (once_give(&cell->once, ONCE_MAKING, NULL) || pass_on(&cell->once))
            return 0;
        void *word = a_load(&cell->once.word, relaxed); /* nothing is concluded but what to try */
        if (word != ONCE_MAKING && word != ONCE_WAITED)
            return nobody_has_a_turn(__func__);
    }
}

/* Waiting for one. */

static edo_once_cell_begin_future *of(edo_future *base)
{
    return container_of(base, edo_once_cell_begin_future, base);
}

/* The value, or a turn at once: 0 or 1; -EAGAIN while somebody else has it. */
static int try_begin(edo_once_cell *cell, void **ret)
{
    void *value = once_get(&cell->once);

    if (value && ret)
        *ret = value;
    if (value)
        return 0;
    return once_claim(&cell->once, NULL, ONCE_MAKING) ? 1 : -EAGAIN;
}

/* True: it is over, with the result in base. */
static bool begin(edo_once_cell_begin_future *fut, const edo_waker *waker)
{
    for (;;) {
        int rc = try_begin(fut->cell, fut->ret);
        if (rc >= 0) {
            fut->base.result = rc;
            return true;
        }
        if (once_link(&fut->cell->once, ONCE_MAKING, &fut->waiter, waker))
            return false;
    }
}

/* After a grant: a turn, or the value; if that has been taken out since, it begins anew. */
static bool collect(edo_once_cell_begin_future *fut, const edo_waker *waker)
{
    fut->base.result = 1;
    return fut->waiter.kind == BY_TURN || begin(fut, waker);
}

static bool advance(edo_once_cell_begin_future *fut, const edo_waker *waker)
{
    switch (waiter_peek(&fut->waiter)) {
    case WAITER_IDLE:
        return coop_proceed(waker) && begin(fut, waker);
    case WAITER_LINKED:
        return once_advance(&fut->cell->once, &fut->waiter, waker) && collect(fut, waker);
    default:
        return collect(fut, waker);
    }
}

/* Its result is in base already. */
static edo_poll done(void)
{
    coop_spend();
    return EDO_READY;
}

/* The turn, or the value, if it had one of them before. */
static edo_poll canceled_poll(edo_once_cell_begin_future *fut)
{
    edo_once *o = &fut->cell->once;
    enum waiter_state state = waiter_peek(&fut->waiter);
    bool over = state == WAITER_GRANTED;
    void *value = NULL;

    if (state == WAITER_LINKED)
        over = once_withdraw(o, ONCE_MAKING, &fut->waiter);
    fut->waiter.state = WAITER_IDLE;
    if (over && fut->waiter.kind == BY_TURN) {
        fut->base.result = 1;
        return done();
    }
    if (over && (value = once_get(o)) && fut->ret)
        *fut->ret = value;
    fut->base.result = value ? 0 : -ECANCELED;
    return value ? done() : EDO_READY;
}

static edo_poll begin_poll(edo_future *base, const edo_waker *waker)
{
    edo_once_cell_begin_future *fut = of(base);

    if (unlikely(!fut->cell))
        return edo_future_finish(base, -EINVAL);
    if (unlikely(base->state & FUTURE_CANCELED))
        return canceled_poll(fut);
    return advance(fut, waker) ? done() : EDO_PENDING;
}

/* A value is everybody's; a turn is the next one's. */
static void begin_put_back(edo_future *base)
{
    edo_once_cell_begin_future *fut = of(base);

    if (base->result != 1)
        return;
    base->result = -ECANCELED;
    fut->waiter.kind = BY_VALUE;
    fut->waiter.state = WAITER_IDLE;
    (void)edo_once_cell_abandon(fut->cell);
}

/* The next poll, which the canceller makes at once, takes it out of the queue. */
static const edo_future_ops begin_ops = {
    .poll = begin_poll,
    .put_back = begin_put_back,
    .name = "once_cell_begin",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_once_cell_begin_future edo_once_cell_begin_async(edo_once_cell *cell, void **ret_value)
{
    return (edo_once_cell_begin_future){
        .base = EDO_FUTURE_INIT(&begin_ops), .cell = cell, .ret = ret_value};
}

int edo_once_cell_begin(edo_once_cell *cell, void **ret_value)
{
    thread *self = await_may_try();
    int rc = self && cell ? try_begin(cell, ret_value) : -EAGAIN;

    if (likely(rc >= 0)) {
        await_spend(self);
        return rc;
    }
    edo_once_cell_begin_future fut = edo_once_cell_begin_async(cell, ret_value);
    return (int)edo_await(&fut.base);
}

/* With the turn, which it ends. */
static int make(edo_once_cell *cell, int (*fn)(void *arg, void **ret_value), void *arg,
                void **ret_value)
{
    void *value = NULL;
    int rc = fn(arg, &value);

    if (rc < 0 || !value) {
        (void)edo_once_cell_abandon(cell);
        return rc < 0 ? rc : -EINVAL;
    }
    if (ret_value)
        *ret_value = value;
    return edo_once_cell_finish(cell, value);
}

int edo_once_cell_get_or_init(edo_once_cell *cell, int (*fn)(void *arg, void **ret_value),
                              void *arg, void **ret_value)
{
    if (!cell || !fn)
        return -EINVAL;
    void *value = once_get(&cell->once);
    if (likely(value)) {
        if (ret_value)
            *ret_value = value;
        return 0;
    }
    int rc = edo_once_cell_begin(cell, ret_value);
    return rc == 1 ? make(cell, fn, arg, ret_value) : rc;
}
