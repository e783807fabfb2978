/*
 * tracker.c: a count of what is under way, and whether it is closed, in one word.
 *
 * The moment  is when the word becomes CLOSED with a count of 0: by the release that makes it so, or
 *             by the close. Whoever makes it so calls all waits that have been made by then.
 * No lost     A wait is a wait for the notify, made first; the word is looked at afterwards. A moment
 *   wake-up   that comes after the look has its call after the making, which the notify remembers
 *             though the word moves on.
 * A task      holds it from before its spawn until the worker has seen its end (sched/task.h).
 */
#include <errno.h>
#include <stdlib.h>

#include <edo/tracker.h>

#include "await/await.h"
#include "sched/coop.h"
#include "sched/spawn.h"
#include "task/blocking.h"

#define CLOSED UINT64_C(1)
#define ONE UINT64_C(2)

struct edo_tracker {
    uint64_t word; /* atomic: what is tracked * ONE, CLOSED */
    uint64_t refs; /* atomic: handles, and one for each that is tracked */
    edo_notify notify;
    task_hook hook; /* of its tasks */
};

static void release(edo_tracker *tracker);

static void task_ended(task_hook *hook, task *t)
{
    (void)t;
    release(container_of(hook, edo_tracker, hook));
}

int edo_tracker_new(edo_tracker **ret_tracker)
{
    if (!ret_tracker)
        return -EINVAL;
    edo_tracker *tracker = malloc(sizeof *tracker);
    if (!tracker)
        return -ENOMEM;
    *tracker = (edo_tracker){.refs = 1, .notify = EDO_NOTIFY_INIT, .hook.ended = task_ended};
    *ret_tracker = tracker;
    return 0;
}

edo_tracker *edo_tracker_clone(edo_tracker *tracker)
{
    if (tracker)
        a_fetch_add(&tracker->refs, 1, relaxed); /* who calls has one */
    return tracker;
}

void edo_tracker_free(edo_tracker *tracker)
{
    /* acq_rel: the last one sees what all the others did before they let go. */
    if (!tracker || a_fetch_sub(&tracker->refs, 1, acq_rel) != 1)
        return;
    edo_notify_fini(&tracker->notify);
    free(tracker);
}

/* One more that is tracked. */
static void hold(edo_tracker *tracker)
{
    edo_tracker_clone(tracker);
    a_fetch_add(&tracker->word, ONE, relaxed); /* publishes nothing */
}

static void release(edo_tracker *tracker)
{
    /* release: publishes what was done; acquire: the last one has seen all of it when it calls. */
    if (a_fetch_sub(&tracker->word, ONE, acq_rel) == (ONE | CLOSED))
        edo_notify_waiters(&tracker->notify);
    edo_tracker_free(tracker);
}

int edo_tracker_close(edo_tracker *tracker)
{
    if (!tracker)
        return 0;
    uint64_t word = a_fetch_or(&tracker->word, CLOSED, acq_rel); /* as in release */
    if (word == 0)
        edo_notify_waiters(&tracker->notify);
    return !(word & CLOSED);
}

int edo_tracker_reopen(edo_tracker *tracker)
{
    return tracker && (a_fetch_and(&tracker->word, ~CLOSED, acq_rel) & CLOSED);
}

bool edo_tracker_is_closed(const edo_tracker *tracker)
{
    return tracker && (a_load(&tracker->word, acquire) & CLOSED);
}

size_t edo_tracker_len(const edo_tracker *tracker)
{
    /* acquire: who sees fewer sees what those wrote that are gone. */
    return tracker ? (size_t)(a_load(&tracker->word, acquire) / ONE) : 0;
}

bool edo_tracker_is_empty(const edo_tracker *tracker)
{
    return edo_tracker_len(tracker) == 0;
}

/* Tasks. */

int edo_tracker_spawn_from(const char *place, edo_tracker *tracker, const edo_spawn_opts *opts,
                           int (*fn)(void *arg), void *arg, edo_task *ret_task)
{
    if (!tracker)
        return -EINVAL;
    spawn_gifts gifts = {.hook = &tracker->hook};
    spawn_request req = {.place = place, .gifts = &gifts};
    hold(tracker);
    int rc = spawn_function(&req, opts, fn, arg, ret_task);
    if (rc < 0)
        release(tracker);
    return rc;
}

int edo_tracker_spawn_future_from(const char *place, edo_tracker *tracker,
                                  const edo_spawn_opts *opts, edo_future *fut, size_t size,
                                  edo_task *ret_task)
{
    if (!tracker)
        return -EINVAL;
    spawn_gifts gifts = {.hook = &tracker->hook};
    spawn_request req = {.place = place, .gifts = &gifts};
    hold(tracker);
    int rc = spawn_future(&req, opts, fut, size, ret_task);
    if (rc < 0)
        release(tracker);
    return rc;
}

int edo_tracker_spawn_blocking_from(const char *place, edo_tracker *tracker,
                                    const edo_blocking_opts *opts, int (*fn)(void *arg), void *arg,
                                    edo_task *ret_task)
{
    if (!tracker)
        return -EINVAL;
    spawn_gifts gifts = {.hook = &tracker->hook};
    spawn_request req = {.place = place, .gifts = &gifts};
    hold(tracker);
    int rc = spawn_call(&req, opts, fn, arg, ret_task);
    if (rc < 0)
        release(tracker);
    return rc;
}

/* Tokens, and futures that have one. */

edo_tracker_token edo_tracker_hold(edo_tracker *tracker)
{
    if (tracker)
        hold(tracker);
    return (edo_tracker_token){tracker};
}

void edo_tracker_token_drop(edo_tracker_token *token)
{
    edo_tracker *tracker = token ? token->tracker : NULL;

    if (!tracker)
        return;
    token->tracker = NULL;
    release(tracker);
}

static edo_poll tracked_poll(edo_future *base, const edo_waker *waker)
{
    edo_tracked_future *tracked = container_of(base, edo_tracked_future, base);

    if (tracked->inner && future_advance(tracked->inner, waker) == EDO_PENDING)
        return EDO_PENDING;
    edo_tracker_token_drop(&tracked->token);
    return edo_future_finish(base, tracked->inner ? tracked->inner->result : -EINVAL);
}

static void tracked_cancel(edo_future *base)
{
    edo_tracked_future *tracked = container_of(base, edo_tracked_future, base);

    edo_future_cancel(tracked->inner);
    if (!(base->state & FUTURE_POLLED)) /* it is READY with this */
        edo_tracker_token_drop(&tracked->token);
}

static void tracked_put_back(edo_future *base)
{
    edo_tracked_future *tracked = container_of(base, edo_tracked_future, base);

    edo_future_put_back(tracked->inner);
    if (base->result >= 0) /* else: why it ended stands */
        base->result = tracked->inner->result;
}

static const edo_future_ops tracked_ops = {
    .poll = tracked_poll,
    .cancel = tracked_cancel,
    .put_back = tracked_put_back,
    .name = "tracked",
    .flags = EDO_FUTURE_OWNS | EDO_FUTURE_COMPOSITE,
};

edo_tracked_future edo_tracker_track_async(edo_tracker *tracker, edo_future *fut)
{
    return (edo_tracked_future){
        .base = EDO_FUTURE_INIT(&tracked_ops),
        .inner = fut,
        .token = edo_tracker_hold(tracker),
    };
}

/* Waiting. */

static bool is_over(const edo_tracker *tracker)
{
    return a_load(&tracker->word, acquire) == CLOSED; /* pairs with the releases in release */
}

static edo_poll wait_poll(edo_future *base, const edo_waker *waker)
{
    edo_tracker_wait_future *wait = container_of(base, edo_tracker_wait_future, base);

    if (unlikely(!wait->tracker))
        return edo_future_finish(base, -EINVAL);
    if (wait->is_over) {
        coop_spend();
        return edo_future_finish(base, 0);
    }
    if (future_advance(&wait->wait.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    return edo_future_finish(base, wait->wait.base.result);
}

/* The next poll, which the canceller makes at once, takes it out of the queue. */
static void wait_cancel(edo_future *base)
{
    future_cancel(&container_of(base, edo_tracker_wait_future, base)->wait.base);
}

static const edo_future_ops wait_ops = {
    .poll = wait_poll, .cancel = wait_cancel, .name = "tracker_wait"};

edo_tracker_wait_future edo_tracker_wait_async(edo_tracker *tracker)
{
    edo_tracker_wait_future wait = {.base = EDO_FUTURE_INIT(&wait_ops), .tracker = tracker};

    if (tracker) {
        wait.wait = edo_notify_wait_async(&tracker->notify);
        /* acquire: the look at the word below comes after the one at the calls above. */
        (void)a_load(&tracker->notify.word, acquire);
        wait.is_over = is_over(tracker);
    }
    return wait;
}

int edo_tracker_wait(edo_tracker *tracker)
{
    edo_tracker_wait_future wait = edo_tracker_wait_async(tracker);

    return (int)edo_await(&wait.base);
}
