/*
 * edo/child.h: a function as a future: a task that lives as long as somebody waits for it.
 *
 * So select, join_all and timeouts work over plain functions. A loser, or one whose time is over, is
 * aborted, and waited for: what it uses may lie on the stack of whoever waits.
 */
#ifndef EDO_CHILD_H
#define EDO_CHILD_H

#include <edo/task.h>

EDO_BEGIN_DECLS

/** A child under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_child_future {
    edo_future base;
    const char *place;
    edo_spawn_opts opts;
    int (*fn)(void *arg);
    void *arg;
    int ret;
    edo_join_future join;
} edo_child_future;

/**
 * A future that runs `fn(arg)` as a task of its own, from its first poll on, and is READY when that task
 * has left its stack. One that is never polled, or cancelled before, never calls `fn`.
 *
 * Returns   what `fn` returned; or, and then it was not called: -EINVAL, -ENOMEM, -EDO_ENORUNTIME,
 *           -EDO_ESHUTDOWN, -EDO_EFORKED.
 * Owns      `arg` is the caller's; the child uses it until the future is READY.
 * Cancel    aborts the child, and waits for its end; what it returned then is the result.
 */
#define edo_child_async(fn, arg) edo_child_async_from(EDO_HERE, NULL, (fn), (arg))
/** The same with options, which may be NULL; they are copied, but not their name. */
#define edo_child_with_async(opts, fn, arg) edo_child_async_from(EDO_HERE, (opts), (fn), (arg))
EDO_API edo_child_future edo_child_async_from(const char *place, const edo_spawn_opts *opts,
                                              int (*fn)(void *arg), void *arg);

/**
 * Runs `fn(arg)` as a task of its own, say with a larger stack, and waits for it.
 *
 * Returns   as edo_child_async; when the waiting was cut short, what `fn` returned after its abort, or
 *           before it was called: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  always, if `fn` is called; a plain thread parks.
 * Cancel    as edo_child_async.
 */
#define edo_child(fn, arg) edo_child_from(EDO_HERE, NULL, (fn), (arg))
#define edo_child_with(opts, fn, arg) edo_child_from(EDO_HERE, (opts), (fn), (arg))
EDO_API int edo_child_from(const char *place, const edo_spawn_opts *opts, int (*fn)(void *arg),
                           void *arg);

EDO_END_DECLS

#endif
