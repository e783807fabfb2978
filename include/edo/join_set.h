/*
 * edo/join_set.h: tasks that belong together, joined in the order in which they end.
 *
 * A set has the handles of its tasks: it joins them, and who frees it aborts them. What a spawn into it
 * gives is a copy of the handle: one can abort by it and ask, but not join or detach.
 */
#ifndef EDO_JOIN_SET_H
#define EDO_JOIN_SET_H

#include <edo/blocking.h>
#include <edo/future.h>
#include <edo/task.h>

EDO_BEGIN_DECLS

/** Any thread may spawn into it, abort and ask; one task or thread at a time joins. */
typedef struct edo_join_set edo_join_set;
struct edo_members;

/** A task of a set, map or queue that has ended. */
typedef struct edo_joined {
    uint64_t id; /**< edo_task_id of its handle, while that was good */
    int result;  /**< what its function has returned */
} edo_joined;

/**
 * Makes an empty set.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_set is untouched.
 * Owns      the caller, until edo_join_set_free.
 */
EDO_API_SETS int edo_join_set_new(edo_join_set **ret_set);
/**
 * Aborts all its tasks, waits for none, and frees it. Nobody waits by it or spawns into it. Those
 * that live on need nothing of it. NULL is fine.
 */
EDO_API_SETS void edo_join_set_free(edo_join_set *set);

/**
 * Starts a task of the set. `ret_task` may be NULL; it gets a copy, good until the task was joined.
 *
 * Returns   as edo_spawn.
 * Owns      the set has the handle, `arg` is handed to the task.
 */
#define edo_join_set_spawn(set, fn, arg, ret_task)                                                 \
    edo_join_set_spawn_from(EDO_HERE, (set), NULL, (fn), (arg), (ret_task))
/** The same with options, which may be NULL; their `on` names another runtime. */
#define edo_join_set_spawn_with(set, opts, fn, arg, ret_task)                                      \
    edo_join_set_spawn_from(EDO_HERE, (set), (opts), (fn), (arg), (ret_task))
/** As edo_spawn_future, into the set. */
#define edo_join_set_spawn_future(set, fut, size, ret_task)                                        \
    edo_join_set_spawn_future_from(EDO_HERE, (set), NULL, (fut), (size), (ret_task))
EDO_API_SETS int edo_join_set_spawn_from(const char *place, edo_join_set *set,
                                         const edo_spawn_opts *opts, int (*fn)(void *arg),
                                         void *arg, edo_task *ret_task);
EDO_API_SETS int edo_join_set_spawn_future_from(const char *place, edo_join_set *set,
                                                const edo_spawn_opts *opts, edo_future *fut,
                                                size_t size, edo_task *ret_task);

/** As edo_spawn_blocking, into the set: joined when the call has returned, or was dropped. */
#define edo_join_set_spawn_blocking(set, fn, arg, ret_task)                                        \
    edo_join_set_spawn_blocking_from(EDO_HERE, (set), NULL, (fn), (arg), (ret_task))
#define edo_join_set_spawn_blocking_with(set, opts, fn, arg, ret_task)                             \
    edo_join_set_spawn_blocking_from(EDO_HERE, (set), (opts), (fn), (arg), (ret_task))
EDO_API_SETS int edo_join_set_spawn_blocking_from(const char *place, edo_join_set *set,
                                                  const edo_blocking_opts *opts,
                                                  int (*fn)(void *arg), void *arg,
                                                  edo_task *ret_task);

/** How many of its tasks have not been joined, ended or not. */
EDO_API_SETS size_t edo_join_set_len(const edo_join_set *set);
EDO_API_SETS bool edo_join_set_is_empty(const edo_join_set *set);

/** A join of the next under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_join_next_future {
    edo_future base;
    struct edo_members *of;
    edo_joined *ret;
    void *ret_key;
    edo_joined got;
} edo_join_next_future;

/**
 * Joins the task that ended first of those that have not been joined; waits if none has ended. It has
 * left its stack then, and its copied argument is dead. `ret` may be NULL.
 *
 * Returns   1; 0: the set is empty; -EINVAL; -EDO_EMISUSE (another wait is under way); -EDO_EFORKED
 *           (it is of the parent of this process); or why the waiting was cut short: -ECANCELED,
 *           -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless one has ended, or the set is empty; a plain thread parks.
 * Cancel    takes nothing. As a loser of select puts back: the task is the first to be joined again;
 *           without memory for it the arm keeps its 1.
 */
EDO_API_SETS int edo_join_set_next(edo_join_set *set, edo_joined *ret);
EDO_API_SETS edo_join_next_future edo_join_set_next_async(edo_join_set *set, edo_joined *ret);
/** The same without a wait: -EAGAIN when none has ended. It costs no budget. */
EDO_API_SETS int edo_join_set_try_next(edo_join_set *set, edo_joined *ret);

/** Aborts all its tasks, which are joined as others are. */
EDO_API_SETS void edo_join_set_abort_all(edo_join_set *set);
/** Lets all its tasks go on by themselves; it is empty then. Returns how many it let go. */
EDO_API_SETS size_t edo_join_set_detach_all(edo_join_set *set);

/** A shutdown under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_join_shutdown_future {
    edo_future base;
    struct edo_members *of;
    bool has_aborted;
} edo_join_shutdown_future;

/**
 * Aborts all its tasks and waits until it is empty; what they return is dropped. The direct form
 * aborts them also where it may not wait.
 *
 * Returns   0; -EINVAL; -EDO_EMISUSE (another wait is under way); -EDO_EFORKED; or why the waiting
 *           was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is empty, or all have ended; a plain thread parks.
 * Cancel    ends the wait: those that were aborted stay so, and are still in the set.
 */
EDO_API_SETS int edo_join_set_shutdown(edo_join_set *set);
EDO_API_SETS edo_join_shutdown_future edo_join_set_shutdown_async(edo_join_set *set);

EDO_END_DECLS

#endif
