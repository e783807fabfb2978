/* edo/join_map.h: tasks that are known by keys, joined in the order in which they end. */
#ifndef EDO_JOIN_MAP_H
#define EDO_JOIN_MAP_H

#include <edo/join_set.h>

EDO_BEGIN_DECLS

/** One task or thread at a time uses it. */
typedef struct edo_join_map edo_join_map;

/**
 * Makes an empty map whose keys are `key_size` bytes each: they are copied, and compared as bytes, so
 * a struct is to have no padding that differs.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_map is untouched.
 * Owns      the caller, until edo_join_map_free.
 */
EDO_API_SETS int edo_join_map_new(size_t key_size, edo_join_map **ret_map);
/** Aborts all its tasks, waits for none, and frees it. Nobody waits by it. NULL is fine. */
EDO_API_SETS void edo_join_map_free(edo_join_map *map);

/**
 * Starts a task by the name of `*key`. Another one of that key that has not been joined is aborted and
 * let go of, as soon as the new one has been started. `ret_task` may be NULL; it gets a copy.
 *
 * Returns   as edo_spawn; -EINVAL also without a key.
 * Owns      the map has the handle, `arg` is handed to the task.
 */
#define edo_join_map_spawn(map, key, fn, arg, ret_task)                                            \
    edo_join_map_spawn_from(EDO_HERE, (map), (key), NULL, (fn), (arg), (ret_task))
#define edo_join_map_spawn_with(map, key, opts, fn, arg, ret_task)                                 \
    edo_join_map_spawn_from(EDO_HERE, (map), (key), (opts), (fn), (arg), (ret_task))
#define edo_join_map_spawn_future(map, key, fut, size, ret_task)                                   \
    edo_join_map_spawn_future_from(EDO_HERE, (map), (key), NULL, (fut), (size), (ret_task))
EDO_API_SETS int edo_join_map_spawn_from(const char *place, edo_join_map *map, const void *key,
                                         const edo_spawn_opts *opts, int (*fn)(void *arg),
                                         void *arg, edo_task *ret_task);
EDO_API_SETS int edo_join_map_spawn_future_from(const char *place, edo_join_map *map,
                                                const void *key, const edo_spawn_opts *opts,
                                                edo_future *fut, size_t size, edo_task *ret_task);

/** As edo_spawn_blocking, by a key: joined when the call has returned, or was dropped. */
#define edo_join_map_spawn_blocking(map, key, fn, arg, ret_task)                                   \
    edo_join_map_spawn_blocking_from(EDO_HERE, (map), (key), NULL, (fn), (arg), (ret_task))
#define edo_join_map_spawn_blocking_with(map, key, opts, fn, arg, ret_task)                        \
    edo_join_map_spawn_blocking_from(EDO_HERE, (map), (key), (opts), (fn), (arg), (ret_task))
EDO_API_SETS int edo_join_map_spawn_blocking_from(const char *place, edo_join_map *map,
                                                  const void *key, const edo_blocking_opts *opts,
                                                  int (*fn)(void *arg), void *arg,
                                                  edo_task *ret_task);

/** How many of its tasks have not been joined, ended or not. */
EDO_API_SETS size_t edo_join_map_len(const edo_join_map *map);
EDO_API_SETS bool edo_join_map_is_empty(const edo_join_map *map);
/** Whether there is a task of that key that has not been joined. */
EDO_API_SETS bool edo_join_map_contains(edo_join_map *map, const void *key);
/** Copies the keys, in no order, one behind the other, as many as `room`. Returns how many there are. */
EDO_API_SETS size_t edo_join_map_keys(edo_join_map *map, void *ret_keys, size_t room);

/**
 * Joins the task that ended first of those that have not been joined; its key goes to *ret_key, which
 * has room for one. Either may be NULL.
 *
 * Returns   as edo_join_set_next.
 * Suspends  unless one has ended, or the map is empty; a plain thread parks.
 * Cancel    takes nothing. As a loser of select puts back: the task is the first to be joined again;
 *           without memory for it, or without a ret_key, the arm keeps its 1.
 */
EDO_API_SETS int edo_join_map_next(edo_join_map *map, void *ret_key, edo_joined *ret);
EDO_API_SETS edo_join_next_future edo_join_map_next_async(edo_join_map *map, void *ret_key,
                                                          edo_joined *ret);
/** The same without a wait: -EAGAIN when none has ended. It costs no budget. */
EDO_API_SETS int edo_join_map_try_next(edo_join_map *map, void *ret_key, edo_joined *ret);

/** Aborts the task of that key, which is joined as others are. Returns 1; 0: there is none. */
EDO_API_SETS int edo_join_map_abort(edo_join_map *map, const void *key);
/**
 * Aborts those tasks for whose keys `matches(key, arg)` is true; that may use the map.
 *
 * Returns   how many; -EINVAL, -ENOMEM.
 */
EDO_API_SETS int64_t edo_join_map_abort_if(edo_join_map *map,
                                           bool (*matches)(const void *key, void *arg), void *arg);

/** As those of edo_join_set. */
EDO_API_SETS void edo_join_map_abort_all(edo_join_map *map);
EDO_API_SETS size_t edo_join_map_detach_all(edo_join_map *map);
EDO_API_SETS int edo_join_map_shutdown(edo_join_map *map);
EDO_API_SETS edo_join_shutdown_future edo_join_map_shutdown_async(edo_join_map *map);

EDO_END_DECLS

#endif
