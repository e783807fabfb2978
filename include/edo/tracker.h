/*
 * edo/tracker.h: knowing when all of many tasks are over, with no memory of them and no results.
 *
 * A server closes its tracker and waits when it ends; what is tracked goes on as it would without. It
 * aborts nobody: an edo_cancel_token beside it asks them to stop.
 */
#ifndef EDO_TRACKER_H
#define EDO_TRACKER_H

#include <edo/blocking.h>
#include <edo/future.h>
#include <edo/notify.h>
#include <edo/task.h>

EDO_BEGIN_DECLS

/** Any thread may use it at any time. A clone is the same pointer, counted. */
typedef struct edo_tracker edo_tracker;

/**
 * Makes an open tracker of nothing.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_tracker is untouched.
 * Owns      the caller, until edo_tracker_free.
 */
EDO_API_SETS int edo_tracker_new(edo_tracker **ret_tracker);
/** The same tracker, to be freed once more. NULL gives NULL. */
EDO_API_SETS edo_tracker *edo_tracker_clone(edo_tracker *tracker);
/** Gives a handle up; what is tracked goes on. Not while it waits by this handle. NULL is fine. */
EDO_API_SETS void edo_tracker_free(edo_tracker *tracker);

/** Closes it, so that waits can end. It still tracks what is new. Returns 1 if it was open, else 0. */
EDO_API_SETS int edo_tracker_close(edo_tracker *tracker);
/** Opens it again: waits don't end from now on. Returns 1 if it was closed, else 0. */
EDO_API_SETS int edo_tracker_reopen(edo_tracker *tracker);
EDO_API_SETS bool edo_tracker_is_closed(const edo_tracker *tracker);
/** How many tasks, tokens and futures it tracks. */
EDO_API_SETS size_t edo_tracker_len(const edo_tracker *tracker);
EDO_API_SETS bool edo_tracker_is_empty(const edo_tracker *tracker);

/**
 * Starts a task that is tracked until it has ended: it has left its stack, and its copied argument is
 * dead. It can be joined, detached and aborted as any other; `ret_task` may be NULL.
 *
 * Returns   as edo_spawn.
 * Owns      as edo_spawn.
 */
#define edo_tracker_spawn(tracker, fn, arg, ret_task)                                              \
    edo_tracker_spawn_from(EDO_HERE, (tracker), NULL, (fn), (arg), (ret_task))
/** The same with options, which may be NULL. */
#define edo_tracker_spawn_with(tracker, opts, fn, arg, ret_task)                                   \
    edo_tracker_spawn_from(EDO_HERE, (tracker), (opts), (fn), (arg), (ret_task))
/** As edo_spawn_future, tracked. */
#define edo_tracker_spawn_future(tracker, fut, size, ret_task)                                     \
    edo_tracker_spawn_future_from(EDO_HERE, (tracker), NULL, (fut), (size), (ret_task))
/** As edo_spawn_blocking, tracked until the call has returned, or was dropped. */
#define edo_tracker_spawn_blocking(tracker, fn, arg, ret_task)                                     \
    edo_tracker_spawn_blocking_from(EDO_HERE, (tracker), NULL, (fn), (arg), (ret_task))
#define edo_tracker_spawn_blocking_with(tracker, opts, fn, arg, ret_task)                          \
    edo_tracker_spawn_blocking_from(EDO_HERE, (tracker), (opts), (fn), (arg), (ret_task))
EDO_API_SETS int edo_tracker_spawn_from(const char *place, edo_tracker *tracker,
                                        const edo_spawn_opts *opts, int (*fn)(void *arg), void *arg,
                                        edo_task *ret_task);
EDO_API_SETS int edo_tracker_spawn_future_from(const char *place, edo_tracker *tracker,
                                               const edo_spawn_opts *opts, edo_future *fut,
                                               size_t size, edo_task *ret_task);
EDO_API_SETS int edo_tracker_spawn_blocking_from(const char *place, edo_tracker *tracker,
                                                 const edo_blocking_opts *opts,
                                                 int (*fn)(void *arg), void *arg,
                                                 edo_task *ret_task);

/** Something that is tracked: a thread, a call, a connection. Zeros are none. */
typedef struct edo_tracker_token {
    edo_tracker *tracker; /**< with a handle of its own; NULL once dropped */
} edo_tracker_token;

/** Begins to track something. Of NULL it is zeros. */
EDO_API_SETS edo_tracker_token edo_tracker_hold(edo_tracker *tracker);
/** It is over. A dropped or NULL one does nothing. */
EDO_API_SETS void edo_tracker_token_drop(edo_tracker_token *token);

/** A tracked future. Its fields are private; don't move it once it has been polled. */
typedef struct edo_tracked_future {
    edo_future base;
    edo_future *inner;
    edo_tracker_token token;
} edo_tracked_future;

/**
 * The future `fut`, tracked from now on until it is READY. It is to be polled or cancelled: else it is
 * tracked for ever.
 *
 * Returns   the future's result; -EINVAL.
 * Cancel    cancels the future; a success stands. Puts back what the future puts back.
 */
EDO_API_SETS edo_tracked_future edo_tracker_track_async(edo_tracker *tracker, edo_future *fut);

/** A wait under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_tracker_wait_future {
    edo_future base;
    edo_tracker *tracker;
    edo_notify_wait_future wait;
    bool is_over;
} edo_tracker_wait_future;

/**
 * Waits until the tracker is closed and tracks nothing, at one moment since the future was made. It
 * sees what all that was tracked has written.
 *
 * Returns   0; -EINVAL; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is closed and empty; a plain thread parks.
 * Cancel    takes nothing; if that moment came first, the answer is 0, of a loser of select as well.
 */
EDO_API_SETS int edo_tracker_wait(edo_tracker *tracker);
EDO_API_SETS edo_tracker_wait_future edo_tracker_wait_async(edo_tracker *tracker);

EDO_END_DECLS

#endif
