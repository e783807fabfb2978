/*
 * edo/group.h: tasks that can't outlive whoever started them.
 *
 * Whoever makes a group waits for it before it leaves: then its tasks may use what lies on its stack.
 * If that wait is cut short, the tasks are aborted, and waited for all the same. What they find out
 * they leave where their argument says; the group keeps one result, which decided it.
 */
#ifndef EDO_GROUP_H
#define EDO_GROUP_H

#include <edo/future.h>
#include <edo/join_set.h>
#include <edo/task.h>

EDO_BEGIN_DECLS

/** Any thread may spawn into it, cancel and ask; one task or thread at a time waits. */
typedef struct edo_group edo_group;

/** Zeros are the defaults: no limit, and a failure stops nobody. */
typedef struct edo_group_opts {
    size_t limit;     /**< tasks at a time; a spawn waits for its turn; 0: no limit */
    bool all_or_none; /**< the first failure, a negative result, cancels the group */
    bool race;        /**< the first success cancels the group */
} edo_group_opts;

/**
 * Makes an empty group. `opts` may be NULL.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_group is untouched.
 * Owns      the caller, until edo_group_free.
 */
EDO_API_SETS int edo_group_new(const edo_group_opts *opts, edo_group **ret_group);
/**
 * Cancels the group, waits until all its tasks have ended, and frees it. Nobody else uses it. After
 * edo_group_wait there is nobody to wait for. NULL is fine.
 *
 * Suspends  while there are tasks; a plain thread parks. Where nobody may wait (poll functions,
 *           hooks and the group's own tasks), it is misuse: then the tasks are aborted, and go on to their ends by themselves.
 * Cancel    does not cut it short: what the tasks use is the caller's.
 */
EDO_API_SETS void edo_group_free(edo_group *group);
/**
 * The same of *group, and makes it NULL: for __attribute__((cleanup(edo_group_cleanup))), which frees
 * the group wherever its block is left, by break, return or goto.
 */
EDO_API_SETS void edo_group_cleanup(edo_group **group);

/**
 * Starts a task of the group; with a limit it waits until there is room. A task of the group may do so
 * as well, but waits for ever if all that run wait for room.
 *
 * Returns   as edo_spawn; -ECANCELED: the group was cancelled; or why the waiting was cut short:
 *           -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN. Then nothing was taken.
 * Owns      `arg` is handed to the task.
 * Suspends  while there is no room; a plain thread parks.
 */
#define edo_group_spawn(group, fn, arg) edo_group_spawn_from(EDO_HERE, (group), NULL, (fn), (arg))
/** The same with options, which may be NULL. */
#define edo_group_spawn_with(group, opts, fn, arg)                                                 \
    edo_group_spawn_from(EDO_HERE, (group), (opts), (fn), (arg))
/** The same without a wait: -EAGAIN when there is no room. */
#define edo_group_try_spawn(group, fn, arg)                                                        \
    edo_group_try_spawn_from(EDO_HERE, (group), NULL, (fn), (arg))
EDO_API_SETS int edo_group_spawn_from(const char *place, edo_group *group,
                                      const edo_spawn_opts *opts, int (*fn)(void *arg), void *arg);
EDO_API_SETS int edo_group_try_spawn_from(const char *place, edo_group *group,
                                          const edo_spawn_opts *opts, int (*fn)(void *arg),
                                          void *arg);
/** The same two for a task without a stack: see edo_spawn_future. */
#define edo_group_spawn_future(group, fut, size)                                                   \
    edo_group_spawn_future_from(EDO_HERE, (group), NULL, (fut), (size))
#define edo_group_try_spawn_future(group, fut, size)                                               \
    edo_group_try_spawn_future_from(EDO_HERE, (group), NULL, (fut), (size))
EDO_API_SETS int edo_group_spawn_future_from(const char *place, edo_group *group,
                                             const edo_spawn_opts *opts, edo_future *fut,
                                             size_t size);
EDO_API_SETS int edo_group_try_spawn_future_from(const char *place, edo_group *group,
                                                 const edo_spawn_opts *opts, edo_future *fut,
                                                 size_t size);

/**
 * As edo_group_spawn, of a call that blocks: see edo_spawn_blocking. A cancel of the group drops it if it
 * has not begun, and then its result is -ECANCELED; else the group waits until it has returned.
 */
#define edo_group_spawn_blocking(group, fn, arg)                                                   \
    edo_group_spawn_blocking_from(EDO_HERE, (group), NULL, (fn), (arg))
#define edo_group_spawn_blocking_with(group, opts, fn, arg)                                        \
    edo_group_spawn_blocking_from(EDO_HERE, (group), (opts), (fn), (arg))
/** The same without a wait: -EAGAIN when there is no room. */
#define edo_group_try_spawn_blocking(group, fn, arg)                                               \
    edo_group_try_spawn_blocking_from(EDO_HERE, (group), NULL, (fn), (arg))
EDO_API_SETS int edo_group_spawn_blocking_from(const char *place, edo_group *group,
                                               const edo_blocking_opts *opts, int (*fn)(void *arg),
                                               void *arg);
EDO_API_SETS int edo_group_try_spawn_blocking_from(const char *place, edo_group *group,
                                                   const edo_blocking_opts *opts,
                                                   int (*fn)(void *arg), void *arg);

/** Aborts all its tasks; from now on none is spawned. It stays so. */
EDO_API_SETS void edo_group_cancel(edo_group *group);
/** Whether it was cancelled: by edo_group_cancel, its options, or a wait that was cut short. */
EDO_API_SETS bool edo_group_is_canceled(const edo_group *group);
/** How many of its tasks have not ended. */
EDO_API_SETS size_t edo_group_len(const edo_group *group);

/** A wait under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_group_wait_future {
    edo_future base;
    edo_group *group;
    edo_joined *ret;
} edo_group_wait_future;

/**
 * Waits until all its tasks have ended: each has left its stack, and its copied argument is dead.
 * *ret, which may be NULL, is the task that decided: the first to succeed in a race, else the first
 * to fail; zeros if there was none.
 *
 * Returns   0: a race was won, or nobody failed; the negative result of the first that failed, before
 *           the group was cancelled; -ECANCELED: it was cancelled before anybody had decided it;
 *           -EINVAL; -EDO_EMISUSE (another wait is under way), -EDEADLK (by one of its tasks, or where
 *           nobody may wait), -ENOMEM (a plain thread's first wait), -EDO_EFORKED; or why the waiting
 *           was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is empty; a plain thread parks.
 * Cancel    cancels the group, and goes on to wait for the ends of its tasks; what was decided before
 *           stands. The future does so from its first poll on.
 */
EDO_API_SETS int edo_group_wait(edo_group *group, edo_joined *ret);
EDO_API_SETS edo_group_wait_future edo_group_wait_async(edo_group *group, edo_joined *ret);

EDO_END_DECLS

#endif
