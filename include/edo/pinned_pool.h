/*
 * edo/pinned_pool.h: threads that each run tasks of their own, which never leave them.
 *
 * For state that is bound to its thread, of which there is one a thread: an interpreter, a
 * connection of a library that locks nothing. Any thread may spawn; a task is joined as any other.
 */
#ifndef EDO_PINNED_POOL_H
#define EDO_PINNED_POOL_H

#include <edo/task.h>

EDO_BEGIN_DECLS

/** Any thread may spawn into it and ask. */
typedef struct edo_pinned_pool edo_pinned_pool;

/**
 * Starts so many threads, each with a local runtime.
 *
 * Returns   0; -EINVAL (no threads, or more than 4096), -ENOMEM, or what starting a thread or opening the driver
 *           says. Then no thread is left and *ret_pool is untouched.
 * Owns      the caller, until edo_pinned_pool_free.
 */
EDO_API_LOCAL int edo_pinned_pool_new(size_t threads, edo_pinned_pool **ret_pool);

/**
 * Shuts its runtimes down, as edo_runtime_free does, waits for all tasks and threads, and frees it.
 * Nobody spawns into it any more. NULL is fine.
 *
 * Returns   0; -EDEADLK in one of its own tasks or blocking calls, -EDO_EFORKED in a forked child,
 *           and then nothing was freed.
 * Suspends  blocks the calling thread, in a task as well: there, call it by edo_spawn_blocking.
 */
EDO_API_LOCAL int edo_pinned_pool_free(edo_pinned_pool *pool);

/**
 * Starts a task on the thread that has the fewest, or on the one of that index. There,
 * edo_spawn_local starts others on the same thread.
 *
 * Returns   as edo_spawn; -EINVAL also for an index beyond the last.
 * Owns      as edo_spawn.
 */
#define edo_pinned_pool_spawn(pool, fn, arg, ret_task)                                             \
    edo_pinned_pool_spawn_from(EDO_HERE, (pool), NULL, (fn), (arg), (ret_task))
/** The same with options, which may be NULL; where it runs is not among them. */
#define edo_pinned_pool_spawn_with(pool, opts, fn, arg, ret_task)                                  \
    edo_pinned_pool_spawn_from(EDO_HERE, (pool), (opts), (fn), (arg), (ret_task))
#define edo_pinned_pool_spawn_on(pool, index, fn, arg, ret_task)                                   \
    edo_pinned_pool_spawn_on_from(EDO_HERE, (pool), (index), NULL, (fn), (arg), (ret_task))
EDO_API_LOCAL int edo_pinned_pool_spawn_from(const char *place, edo_pinned_pool *pool,
                                             const edo_spawn_opts *opts, int (*fn)(void *arg),
                                             void *arg, edo_task *ret_task);
EDO_API_LOCAL int edo_pinned_pool_spawn_on_from(const char *place, edo_pinned_pool *pool,
                                                size_t index, const edo_spawn_opts *opts,
                                                int (*fn)(void *arg), void *arg,
                                                edo_task *ret_task);

/** How many threads it has. 0 for NULL. */
EDO_API_LOCAL size_t edo_pinned_pool_size(const edo_pinned_pool *pool);
/** How many tasks that were spawned into it have not ended, on one thread. 0 beyond the last. */
EDO_API_LOCAL size_t edo_pinned_pool_load(const edo_pinned_pool *pool, size_t index);

EDO_END_DECLS

#endif
