/* edo/blocking.h: functions that block their thread: on threads of their own, or in place. */
#ifndef EDO_BLOCKING_H
#define EDO_BLOCKING_H

#include <edo/task.h>

EDO_BEGIN_DECLS

/** Zeros are the defaults. */
typedef struct edo_blocking_opts {
    const char *name;            /**< copied, at most 31 bytes of it; NULL or "": none */
    size_t copy_size;            /**< the argument's size; it is copied; 0: the pointer itself */
    void (*release)(void *arg);  /**< instead of the function, if that never runs; must not wait */
    bool must_run;               /**< a shutdown waits for its run instead of dropping it */
    const struct edo_handle *on; /**< the runtime whose threads run it; NULL: the current one */
} edo_blocking_opts;

/**
 * Runs `fn(arg)`, which may block, on a thread that the runtime keeps for such calls
 * (edo_runtime_opts.max_blocking_threads; calls beyond that wait in a queue). There `fn` is in no
 * task: direct forms park its thread, and it may spawn, and block_on a runtime. `ret_task` may be
 * NULL; else it is joined, detached and aborted as a task's.
 *
 * A call that waits in the queue is dropped by an abort or a shutdown: then `release(arg)` is called
 * in its place, on a worker, and a join gives -ECANCELED or -EDO_ESHUTDOWN as the call's result.
 * One that has begun goes on to its end, for which a shutdown waits: edo_task_self_is_canceled tells
 * it of both, and after a shutdown its waits end with -EDO_ESHUTDOWN, but for a block_on of another
 * runtime. While there are calls that have not ended, a paused clock advances by edo_advance alone.
 *
 * Returns   0; -EINVAL (no function), -ENOMEM, -EAGAIN (no thread can be started, and there is
 *           none), -EDO_ENORUNTIME, -EDO_ESHUTDOWN, -EDO_EFORKED. Then nothing was taken, neither
 *           `fn` nor `release` is called, and *ret_task is untouched.
 * Owns      `arg` is handed to the call; *ret_task is the caller's to join or detach.
 */
#define edo_spawn_blocking(fn, arg, ret_task)                                                      \
    edo_spawn_blocking_from(EDO_HERE, NULL, (fn), (arg), (ret_task))
/** The same with options, which may be NULL. With copy_size, `arg` is read before it returns. */
#define edo_spawn_blocking_with(opts, fn, arg, ret_task)                                           \
    edo_spawn_blocking_from(EDO_HERE, (opts), (fn), (arg), (ret_task))
EDO_API_BLOCKING int edo_spawn_blocking_from(const char *place, const edo_blocking_opts *opts,
                                             int (*fn)(void *arg), void *arg, edo_task *ret_task);

/**
 * Calls `fn(arg)`, which may block, here and now, after it has handed the worker's other tasks to
 * another thread. It runs on the thread's own stack, and in no task: direct forms park the thread,
 * the budget doesn't count, and it may block_on a runtime. After a shutdown its waits end with
 * -EDO_ESHUTDOWN; an abort is told to the task's next wait. Outside of a task, in a blocking call
 * and inside of itself it just calls `fn`.
 *
 * Returns   what `fn` returned; or, and then it was not called: -EINVAL (no function), -EDO_EMISUSE
 *           (a task of a current-thread runtime, which has no other thread; a hook; a poll function).
 * Suspends  no: the task stays on its thread.
 */
EDO_API_BLOCKING int edo_block_in_place(int (*fn)(void *arg), void *arg);

EDO_END_DECLS

#endif
