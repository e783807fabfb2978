/*
 * epoll.c: readiness. The call is made by the task that wants it; an event is only a hint.
 *
 * Invariant   A direction that is not READY is watched, and the kernel reports an edge for anything
 *             that comes after the call that said so: READY is cleared only if no event has moved
 *             the direction's tick since before that call.
 * Registered  once, at the first wait, edge-triggered, for IN, PRI, RDHUP; OUT joins, for good, at
 *             the first wait for it. Registering reports what is there already, so no edge is lost
 *             by being late; a socket that is being connected gives no false hang-up; and a
 *             descriptor that never waits costs no epoll_ctl.
 * Skip        A short read or write of a stream says that nothing is left, without asking; but not
 *             once a hang-up, an error or urgent data was seen, as these leave something that
 *             brings no further edge.
 * Turn        The first in the queue makes the calls; those behind it wait. It stays linked until
 *             its own poll takes or withdraws, and then op_end marks the next if READY is left.
 * Unpark      `parked` is PARKED only while the holder sleeps, or is about to; one exchange
 *             decides who writes the eventfd. That is edge-triggered too, and never read.
 */
#include "driver/epoll/epoll.h"

#include <errno.h>
#include <stdlib.h>

#include "base/chaos.h"
#include "base/fork.h"
#include "base/model.h"
#include "base/sys.h"

#include <sys/eventfd.h>

#define UNPARK_EVENT UINT64_MAX

enum { AWAKE, PARKED, NOTIFIED };

static void epoll_driver_free(driver *base)
{
    epoll_driver *d = container_of(base, epoll_driver, base);

    if (d->epoll >= 0)
        sys_close(d->epoll);
    if (d->event >= 0)
        sys_close(d->event);
    free(d);
}

static int epoll_driver_open(driver **ret)
{
    epoll_driver *d = calloc(1, sizeof *d);
    int rc = -ENOMEM;

    if (!d)
        return rc;
    d->base.ops = &epoll_driver_ops;
    d->epoll = d->event = -1;
    d->forks = fork_count();
    if ((rc = d->epoll = sys_epoll_create()) < 0)
        goto fail;
    if ((rc = d->event = sys_eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0)
        goto fail;
    struct epoll_event wanted = {.events = EPOLLIN | EPOLLET, .data.u64 = UNPARK_EVENT};
    if ((rc = sys_epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->event, &wanted)) < 0)
        goto fail;
    *ret = &d->base;
    return 0;
fail:
    epoll_driver_free(&d->base);
    return rc;
}

static int epoll_driver_add(driver *base, source *src)
{
    (void)base, (void)src; /* at the first wait */
    return 0;
}

static void epoll_driver_remove(driver *base, source *src)
{
    epoll_driver *d = container_of(base, epoll_driver, base);

    /* Before close(2), as a duplicate of the descriptor would keep the registration alive. */
    if (src->watched && d->forks == fork_count())
        sys_epoll_ctl(d->epoll, EPOLL_CTL_DEL, src->fd, NULL);
}

int epoll_begin_watch(source *src, bool out)
{
    epoll_driver *d = container_of(src->home, epoll_driver, base);

    out |= src->wants_out;
    if (d->forks != fork_count())
        return -EDO_EFORKED;
    struct epoll_event wanted = {.events = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET,
                                 .data.u64 = (uint64_t)src->gen << 32 | src->slot};
    if (out)
        wanted.events |= EPOLLOUT;
    int rc =
        sys_epoll_ctl(d->epoll, src->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, src->fd, &wanted);
    if (rc < 0)
        return rc;
    src->watched = true;
    src->wants_out = out;
    return 0;
}

static inline bool says_nothing_left(const edo_op *op, int64_t result, uint32_t seen)
{
    return source_is_empty_after(op->src, result, op_stream_bytes(op), seen);
}

/* Without the lock: something keeps the descriptor open. */
static inline int64_t perform(edo_op *op)
{
    chaos_point();
    int64_t result = op_perform(op, op->src->fd);
    chaos_point();
    return result;
}

/* The lock is held: after a call, before which the direction was as `seen`. */
static inline void note_result(edo_op *op, int64_t result, uint32_t seen)
{
    if (says_nothing_left(op, result, seen))
        source_note_empty(op->src, (enum op_dir)op->dir, seen);
}

/* Makes the call with the lock dropped. The operation is a user, and none but its own poll unlinks
 * it: it stays first, and the descriptor stays open. */
static inline int64_t call(edo_op *op)
{
    source *src = op->src;
    uint32_t seen = src->dir[op->dir].ready;

    lock_drop(&src->lock);
    int64_t result = perform(op);
    lock_take(&src->lock);
    note_result(op, result, seen);
    return result;
}

/* The lock is held, and dropped. Until the direction's next edge, or its turn. */
static inline edo_poll wait_for_turn(edo_op *op, const edo_waker *waker)
{
    source *src = op->src;
    int rc = epoll_watch(src, op->dir == OP_OUT);

    if (unlikely(rc < 0)) {
        op_end(op, rc);
        return EDO_READY;
    }
    op_wait(op, waker);
    lock_drop(&src->lock);
    return EDO_PENDING;
}

/* The lock is held, and dropped; `result`: what op_check said. If that is 0, the operation is a user. */
static inline edo_poll poll_checked(edo_op *op, const edo_waker *waker, int64_t result)
{
    while (result == 0) {
        if (!op_has_turn(op, &op->src->dir[op->dir]))
            return wait_for_turn(op, waker);
        if ((result = call(op)) != -EAGAIN)
            break;
        result = op_check(op); /* the lock was dropped */
    }
    op_end(op, result);
    return EDO_READY;
}

/* Whether the call may be made without the lock; `ret_seen`: how its direction is before it. A new operation
 * then has an unlisted call under way, if nobody stands in the queue; another is a user and first there,
 * which it remains. */
static inline bool begin_without_lock(edo_op *op, bool is_new, uint32_t *ret_seen)
{
    source *src = op->src;
    enum op_dir dir = (enum op_dir)op->dir;

    if (!is_new)
        return op_may_call(op, src, dir, ret_seen);
    return source_has_something(src, dir, NULL, ret_seen) && !op->canceled &&
           source_begin_call(src, op->gen);
}

/* With an unlisted call, after which something may be left: nobody has known the operation. */
static inline edo_poll end_unlisted(edo_op *op, int64_t result)
{
    source_end_call(op->src);
    op->result = result;
    a_store(&op->state, OP_DONE, relaxed);
    return EDO_READY;
}

static noinline edo_poll poll_with_lock(edo_op *op, const edo_waker *waker)
{
    lock_take(&op->src->lock);
    int rc = op_check(op);
    if (rc == 0 && op_is_new(op))
        op_begin(op);
    return poll_checked(op, waker, rc);
}

/* After a call without the lock, before which its direction was as `seen`. */
static inline edo_poll end_with_lock(edo_op *op, const edo_waker *waker, int64_t result,
                                     uint32_t seen)
{
    lock_take(&op->src->lock);
    if (op_is_new(op))
        op_begin_after_call(op);
    note_result(op, result, seen);
    if (result == -EAGAIN)
        return poll_checked(op, waker, op_check(op));
    op_end(op, result);
    return EDO_READY;
}

/* Of one that may not make its call. Whether it stands in the queue by that waker, so that PENDING may be said
 * without the lock: whatever is new to it since comes with a mark. Only its own poll writes its waker. */
static inline bool waits_by(const edo_op *op, const edo_waker *waker)
{
    return wake_is_same(&op->waker, waker) && !op->canceled &&
           !(a_load(&op->src->calls, relaxed) & MODEL_BUG(836, CALLS_SHUT, 0));
}

static edo_poll epoll_driver_poll(edo_op *op, const edo_waker *waker)
{
    bool is_new = op_is_new(op);
    uint32_t seen;

    if (unlikely(op->dir == OP_ANY))
        return epoll_poll_readiness(op, waker);
    if (!begin_without_lock(op, is_new, &seen))
        return !is_new && waits_by(op, waker) ? EDO_PENDING : poll_with_lock(op, waker);
    int64_t result = perform(op);
    if (is_new && !says_nothing_left(op, result, seen))
        return end_unlisted(op, result);
    return end_with_lock(op, waker, result, seen);
}

static void epoll_driver_cancel(edo_op *op)
{
    lock_take(&op->src->lock);
    op->canceled = true; /* its next poll withdraws; the waker stays good until then */
    lock_drop(&op->src->lock);
}

static inline void note(op_queue *queue, bool hup, wakes *owed)
{
    a_store(&queue->ready, (queue->ready + DIR_TICK) | DIR_READY | (hup ? DIR_HUP : 0), relaxed);
    if (MODEL_BUG(802, queue->first, NULL))
        wakes_add(owed, &queue->first->waker);
}

static void on_event(const struct epoll_event *event, wakes *owed)
{
    const uint32_t ended = EPOLLHUP | EPOLLERR;
    source *src = source_at((uint32_t)event->data.u64);
    uint32_t gen = (uint32_t)(event->data.u64 >> 32), got = event->events;

    if (owed->count + 3 > WAKES_MAX)
        wakes_push(owed);
    lock_take(&src->lock);
    if (src->gen == gen) { /* else the event is of a descriptor that was closed since */
        if (got & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | ended))
            note(&src->dir[OP_IN], got & (EPOLLPRI | EPOLLRDHUP | ended), owed);
        if (got & (EPOLLOUT | ended))
            note(&src->dir[OP_OUT], got & ended, owed);
        epoll_mark_stale(src, owed);
    }
    lock_drop(&src->lock);
}

/* Whether the holder may sleep; false: somebody unparked it before it came here. */
static bool begin_sleep(epoll_driver *d)
{
    uint32_t awake = AWAKE;

    /* Any order would do, and acq_rel is no dearer: whom it fails for takes what was published by the
     * exchange below, and whoever unparks later finds it PARKED. */
    if (a_cas(&d->parked, &awake, PARKED, acq_rel, acquire))
        return true;
    /* One more may have come: it is this park's as well. */
    a_xchg(&d->parked, AWAKE, MODEL_BUG(834, acq_rel, relaxed));
    return false;
}

static int epoll_driver_park(driver *base, uint64_t until_ns)
{
    epoll_driver *d = container_of(base, epoll_driver, base);
    wakes owed;
    bool sleeps = until_ns != 0 && begin_sleep(d);
    int handled = 0;

    wakes_init(&owed);
    chaos_point();
    int n = sys_epoll_wait(d->epoll, d->events, EVENTS_MAX, sleeps ? until_ns : 0);
    if (sleeps) /* acquire: pairs with the exchange in unpark */
        a_xchg(&d->parked, AWAKE, MODEL_BUG(835, acq_rel, relaxed));
    for (int i = 0; i < n; i++) {
        if (d->events[i].data.u64 == UNPARK_EVENT)
            continue;
        on_event(&d->events[i], &owed);
        handled++;
    }
    chaos_point();
    wakes_push(&owed);
    return n < 0 && n != -EINTR ? n : handled;
}

static void epoll_driver_unpark(driver *base)
{
    epoll_driver *d = container_of(base, epoll_driver, base);
    uint64_t one = 1;

    /* acq_rel: what was published before is seen by the holder after its park; pairs with
     * begin_sleep and with the exchange at park's end. */
    if (a_xchg(&d->parked, NOTIFIED, MODEL_BUG(803, acq_rel, relaxed)) ==
        MODEL_BUG(804, PARKED, NOTIFIED))
        sys_write(d->event, &one, sizeof one);
}

const driver_ops epoll_driver_ops = {
    .name = "epoll",
    .tells_readiness = true,
    .open = epoll_driver_open,
    .free = epoll_driver_free,
    .add = epoll_driver_add,
    .remove = epoll_driver_remove,
    .poll = epoll_driver_poll,
    .cancel = epoll_driver_cancel,
    .park = epoll_driver_park,
    .unpark = epoll_driver_unpark,
};
