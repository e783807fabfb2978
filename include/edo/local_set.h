/*
 * edo/local_set.h: local tasks: those that stay on one thread, together.
 *
 * A local set belongs to the first thread that drives it. Its tasks run on that thread alone, and only
 * while the set is driven; so they may share what isn't made for several threads, without a lock. (A set
 * that was never driven has no thread. If it is freed by a plain thread, or its runtime ends, its tasks
 * begin on any of the workers, cancelled, and perhaps several at a time.) In a
 * runtime of the kind EDO_LOCAL every task is local, and no set is needed.
 */
#ifndef EDO_LOCAL_SET_H
#define EDO_LOCAL_SET_H

#include <edo/runtime.h>

EDO_BEGIN_DECLS

/** Any thread may spawn into it and ask; see where to drive and free it. */
typedef struct edo_local_set edo_local_set;

typedef struct edo_local_set_opts {
    edo_handle *on;            /**< the runtime of its tasks; NULL: the current one */
    edo_on_failure on_failure; /**< what a failure of one of its tasks does that nobody joins */
} edo_local_set_opts;

/**
 * Makes an empty set. `opts` may be NULL.
 *
 * Returns   0; -EINVAL, -ENOMEM, -EDO_ENORUNTIME, -EDO_EFORKED.
 * Owns      the caller, until edo_local_set_free. It holds a reference to the runtime.
 */
EDO_API_LOCAL int edo_local_set_new(const edo_local_set_opts *opts, edo_local_set **ret_set);

/**
 * Aborts its tasks, waits until each has ended on the set's thread, and frees the set. A plain thread
 * whose set it is drives its current-thread runtime meanwhile. Of a set that was never driven, the
 * tasks run in the cancelled state here, or, if this is a thread outside of a multi-thread runtime, on
 * any of its workers. NULL is fine.
 *
 * Returns   0; and then nothing was freed: -EDEADLK (one of its own tasks; a hook or poll function),
 *           -EBUSY (it is being driven), -EDO_EMISUSE (it has tasks, and its current-thread runtime
 *           is not driven by its thread), -EDO_EFORKED, -ENOMEM.
 * Suspends  unless it is empty; a cancel doesn't cut it short. A plain thread blocks.
 */
EDO_API_LOCAL int edo_local_set_free(edo_local_set *set);

/** How many of its tasks have not ended. 0 for NULL. */
EDO_API_LOCAL size_t edo_local_set_len(const edo_local_set *set);

/**
 * Calls `fn(arg)` in the running task, on the set's thread, to which the task goes for it. Local spawns
 * from within go to the set, and its tasks run while the function waits. Those that are left wait for
 * the next drive.
 *
 * Returns   what `fn` returned; -EDO_ESHUTDOWN: a task has failed, with EDO_FAILURE_SHUTDOWN, and the
 *           function's waits said -ECANCELED; or, and then it was not called: -EINVAL, -ENOMEM, -EDO_EMISUSE (no
 *           task of the set's runtime; the set is another thread's, and the runtime current-thread).
 * Suspends  to go to the thread, and as `fn` does.
 */
EDO_API_LOCAL int edo_local_set_run_until(edo_local_set *set, int (*fn)(void *arg), void *arg);

/** One that waits until a set is empty. Its fields are private. */
typedef struct edo_local_wait {
    struct edo_local_wait *next, **link; /* NULL: not linked */
    edo_waker waker;
} edo_local_wait;

/** A drive under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_local_set_drive_future {
    edo_future base;
    edo_local_set *set;
    edo_local_wait wait;
    bool drives;
} edo_local_set_drive_future;

/**
 * Drives the set until all its tasks have ended, those that they spawn as well. The first poll makes
 * a set without a thread that of the polling one.
 *
 * Returns   0; -EDO_ESHUTDOWN, -EINVAL, -ENOMEM, -EDO_EMISUSE (as edo_local_set_run_until); -EDO_EFORKED (it is
 *           of the parent of this process); or why the waiting was cut short: then the rest waits for
 *           the next drive.
 * Suspends  unless the set is empty.
 * Cancel    takes nothing. An end that came first stands.
 */
EDO_API_LOCAL int edo_local_set_drive(edo_local_set *set);
EDO_API_LOCAL edo_local_set_drive_future edo_local_set_drive_async(edo_local_set *set);

/**
 * Starts a local task: on this thread, in the local set around: that of the running task, of
 * edo_local_set_run_until, or of an edo_local_set_enter; or on a local runtime that is the current one, by its
 * own thread. With edo_spawn_opts any spawn can be one, into a join set for instance: `local` says so,
 * `local_set` names the set, and `local` with `on` a local runtime.
 *
 * Returns   as edo_spawn; -EDO_EMISUSE: nothing local is around; -ECANCELED: the set is being freed.
 */
#define edo_spawn_local(fn, arg, ret_task) edo_spawn_local_from(EDO_HERE, (fn), (arg), (ret_task))
EDO_API_LOCAL int edo_spawn_local_from(const char *place, int (*fn)(void *arg), void *arg,
                                       edo_task *ret_task);
/** Starts a task in this set, from any thread; it runs when the set is driven. */
#define edo_local_set_spawn(set, fn, arg, ret_task)                                                \
    edo_local_set_spawn_from(EDO_HERE, (set), (fn), (arg), (ret_task))
EDO_API_LOCAL int edo_local_set_spawn_from(const char *place, edo_local_set *set,
                                           int (*fn)(void *arg), void *arg, edo_task *ret_task);

/** Which set was around before. Its fields are private. */
typedef struct edo_local_set_guard {
    edo_local_set *before;
    bool entered;
} edo_local_set_guard;

/**
 * Local spawns of this thread (or of the running task) go to the set from now on. The set has to be
 * there until edo_local_set_leave. Leave in reverse order.
 *
 * Returns   0; -EINVAL, -ENOMEM.
 */
EDO_API_LOCAL int edo_local_set_enter(edo_local_set *set, edo_local_set_guard *ret_guard);
EDO_API_LOCAL void edo_local_set_leave(edo_local_set_guard *guard);

EDO_END_DECLS

#endif
