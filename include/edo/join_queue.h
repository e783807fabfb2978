/* edo/join_queue.h: tasks that belong together, joined in the order in which they were spawned. */
#ifndef EDO_JOIN_QUEUE_H
#define EDO_JOIN_QUEUE_H

#include <edo/join_set.h>

EDO_BEGIN_DECLS

/** As edo_join_set but for the order. */
typedef struct edo_join_queue edo_join_queue;

/**
 * Makes an empty queue.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_queue is untouched.
 * Owns      the caller, until edo_join_queue_free.
 */
EDO_API_SETS int edo_join_queue_new(edo_join_queue **ret_queue);
/** As edo_join_set_free. */
EDO_API_SETS void edo_join_queue_free(edo_join_queue *queue);

/** As edo_join_set_spawn: the task is the last to be joined. */
#define edo_join_queue_spawn(queue, fn, arg, ret_task)                                             \
    edo_join_queue_spawn_from(EDO_HERE, (queue), NULL, (fn), (arg), (ret_task))
#define edo_join_queue_spawn_with(queue, opts, fn, arg, ret_task)                                  \
    edo_join_queue_spawn_from(EDO_HERE, (queue), (opts), (fn), (arg), (ret_task))
#define edo_join_queue_spawn_future(queue, fut, size, ret_task)                                    \
    edo_join_queue_spawn_future_from(EDO_HERE, (queue), NULL, (fut), (size), (ret_task))
EDO_API_SETS int edo_join_queue_spawn_from(const char *place, edo_join_queue *queue,
                                           const edo_spawn_opts *opts, int (*fn)(void *arg),
                                           void *arg, edo_task *ret_task);
EDO_API_SETS int edo_join_queue_spawn_future_from(const char *place, edo_join_queue *queue,
                                                  const edo_spawn_opts *opts, edo_future *fut,
                                                  size_t size, edo_task *ret_task);

/** As edo_spawn_blocking, into the queue: joined when the call has returned, or was dropped. */
#define edo_join_queue_spawn_blocking(queue, fn, arg, ret_task)                                    \
    edo_join_queue_spawn_blocking_from(EDO_HERE, (queue), NULL, (fn), (arg), (ret_task))
#define edo_join_queue_spawn_blocking_with(queue, opts, fn, arg, ret_task)                         \
    edo_join_queue_spawn_blocking_from(EDO_HERE, (queue), (opts), (fn), (arg), (ret_task))
EDO_API_SETS int edo_join_queue_spawn_blocking_from(const char *place, edo_join_queue *queue,
                                                    const edo_blocking_opts *opts,
                                                    int (*fn)(void *arg), void *arg,
                                                    edo_task *ret_task);

/** How many of its tasks have not been joined, ended or not. */
EDO_API_SETS size_t edo_join_queue_len(const edo_join_queue *queue);
/** Whether there are none. */
EDO_API_SETS bool edo_join_queue_is_empty(const edo_join_queue *queue);

/**
 * Joins the oldest task; waits for it if it has not ended, though others may have.
 *
 * Returns   as edo_join_set_next.
 * Suspends  unless the oldest has ended, or the queue is empty; a plain thread parks.
 * Cancel    takes nothing. As a loser of select puts back: it is the oldest again; without memory for
 *           it the arm keeps its 1.
 */
EDO_API_SETS int edo_join_queue_next(edo_join_queue *queue, edo_joined *ret);
EDO_API_SETS edo_join_next_future edo_join_queue_next_async(edo_join_queue *queue, edo_joined *ret);
/** The same without a wait: -EAGAIN when the oldest has not ended. It costs no budget. */
EDO_API_SETS int edo_join_queue_try_next(edo_join_queue *queue, edo_joined *ret);
/**
 * Joins up to `room` tasks, in order, into the array `ret`.
 *
 * Returns   how many, less than `room` when the queue is empty; else as edo_join_queue_next, and the
 *           count of those joined before is in *ret_count, which may be NULL.
 * Suspends  until as many have ended; a plain thread parks.
 * Cancel    says how many were joined, in *ret_count; they are in `ret`.
 */
EDO_API_SETS int64_t edo_join_queue_join_all(edo_join_queue *queue, edo_joined *ret, size_t room,
                                             size_t *ret_count);

/** As those of edo_join_set. */
EDO_API_SETS void edo_join_queue_abort_all(edo_join_queue *queue);
EDO_API_SETS size_t edo_join_queue_detach_all(edo_join_queue *queue);
EDO_API_SETS int edo_join_queue_shutdown(edo_join_queue *queue);
EDO_API_SETS edo_join_shutdown_future edo_join_queue_shutdown_async(edo_join_queue *queue);

EDO_END_DECLS

#endif
