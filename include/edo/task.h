/* edo/task.h: tasks: functions that run by the million, each on a stack of its own. */
#ifndef EDO_TASK_H
#define EDO_TASK_H

#include <edo/duration.h>
#include <edo/future.h>

EDO_BEGIN_DECLS

struct edo_task_header;
struct edo_handle;

/**
 * A handle is a value. It holds one reference, until join or detach consumes it; copies of it hold
 * none. One used again is told so (-ESRCH). Zeros are no task.
 */
typedef struct edo_task {
    struct edo_task_header *header;
    uint32_t gen;
} edo_task;

typedef struct edo_spawn_opts {
    const char *name;  /**< copied, at most 31 bytes of it; NULL or "": none */
    size_t stack_size; /**< bytes, rounded up to pages; 0: the runtime's; at least 16 KiB */
    bool keep_fp;      /**< floating-point control state (rounding, MXCSR) is the task's own */
    bool
        measure_stack; /**< it starts on an empty stack: edo_task_stack_peak is its own use alone */
    bool inherit;      /**< the caller's values of edo_task_local keys that have a clone */
    size_t copy_size; /**< the argument's size; it is copied into the task; 0: the pointer itself */
    const struct edo_handle *on; /**< the runtime it runs on; NULL: the current one */
    bool local; /**< as edo_spawn_local: into the local set around, or on a local runtime */
    struct edo_local_set *local_set; /**< into this one, which says the runtime; NULL: none */
} edo_spawn_opts;

/**
 * Starts a task that runs `fn(arg)`. Its function runs exactly once unless spawn returned an
 * error; if the runtime shuts down, or the task is aborted, before that, it runs in the cancelled
 * state. `ret_task` may be NULL: then nobody joins it.
 *
 * Returns   0; -EINVAL (no function, a stack below the minimum), -ENOMEM, -EDO_ENORUNTIME,
 *           -EDO_ESHUTDOWN, -EDO_EFORKED. Then nothing was taken and *ret_task is untouched.
 * Owns      `arg` is handed to the task; *ret_task is the caller's to join or detach.
 */
#define edo_spawn(fn, arg, ret_task) edo_spawn_from(EDO_HERE, NULL, (fn), (arg), (ret_task))
/** The same with options, which may be NULL. With copy_size, `arg` is read before it returns. */
#define edo_spawn_with(opts, fn, arg, ret_task)                                                    \
    edo_spawn_from(EDO_HERE, (opts), (fn), (arg), (ret_task))
/**
 * The same with a copy of `size` bytes at `arg`, aligned for any type, made before it returns. The
 * task's function gets a pointer to the copy, which lives as long as the function runs.
 */
#define edo_spawn_copy(fn, arg, size, ret_task)                                                    \
    edo_spawn_copy_from(EDO_HERE, (fn), (arg), (size), (ret_task))
EDO_API int edo_spawn_from(const char *place, const edo_spawn_opts *opts, int (*fn)(void *arg),
                           void *arg, edo_task *ret_task);
EDO_API int edo_spawn_copy_from(const char *place, int (*fn)(void *arg), const void *arg,
                                size_t size, edo_task *ret_task);

/**
 * Starts a task without a stack: it polls a future until that is READY, and its result (as an int)
 * is the task's. The future, never polled before, is the first member of `size` bytes at `fut`,
 * which are copied into the task; with size 0 it is used where it lies, and has to stay there.
 * An abort or a shutdown cancels the future and polls it to its end.
 *
 * Returns   as edo_spawn.
 * Owns      a copied future is the task's; what it points to is the caller's to arrange.
 */
#define edo_spawn_future(fut, size, ret_task)                                                      \
    edo_spawn_future_from(EDO_HERE, NULL, (fut), (size), (ret_task))
EDO_API int edo_spawn_future_from(const char *place, const edo_spawn_opts *opts, edo_future *fut,
                                  size_t size, edo_task *ret_task);

/** A join under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_join_future {
    edo_future base;
    edo_task task;
    int *ret;
    edo_waker waker;
    uint32_t stage;
} edo_join_future;

/**
 * Waits until the task has ended: it has left its stack, and its copied argument is dead. Its
 * result goes to *ret, which may be NULL. The handle is consumed by a success only.
 *
 * Returns   0; -ESRCH (zeros, or a consumed handle); -EDEADLK (one's own task); -EDO_EMISUSE (it
 *           is being joined already); -EDO_EFORKED (it runs in the parent of this process); or why the waiting was cut short, and then the handle is
 *           still good: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless the task has ended; a plain thread parks.
 * Cancel    takes nothing: the task goes on and can be joined again. An end that came first
 *           stands.
 */
EDO_API int edo_join(edo_task task, int *ret);
EDO_API edo_join_future edo_join_async(edo_task task, int *ret);
/**
 * As edo_join, at most for that long; -ETIMEDOUT then, and the handle is still good. It needs timers, also
 * on a plain thread: without, -EDO_ENORUNTIME or -EDO_ENOTIME.
 */
EDO_API_TIME int edo_join_within(edo_task task, edo_duration span, int *ret);

/** Gives the handle up; the task goes on. Returns 0; -ESRCH; -EDO_EMISUSE while it is joined. */
EDO_API int edo_task_detach(edo_task task);
/**
 * Cancels the task: what it waits for is cancelled, and from then on each await returns -ECANCELED
 * without starting anything, so that it unwinds through its own code. Nothing of it runs here.
 * After its end it does nothing. Copies of a handle can abort.
 *
 * Returns   0; -ESRCH (zeros, or a consumed handle).
 */
EDO_API int edo_task_abort(edo_task task);
/** Whether the task has ended, so that a join doesn't suspend. False for a consumed handle. */
EDO_API bool edo_task_is_finished(edo_task task);
/** The task's id, which no other task of the process ever has. 0 for a consumed handle. */
EDO_API uint64_t edo_task_id(edo_task task);

/**
 * How much of its stack the task has used at the most, so far, in bytes: from the stack's end to the
 * lowest page that was touched. So it is whole pages, and up to a page and 1 KiB more than the use.
 * Pages that a task before it touched on the same stack count, unless it was spawned with
 * measure_stack, which costs a system call and some page faults. After its end it is the last value
 * of a task that was measured, else 0; a task that has not run, or has no stack, has used 0.
 *
 * Returns   bytes; -ESRCH (zeros, or a consumed handle); -ENOTSUP (the system doesn't tell); -ENOMEM as of
 *           edo_abort_handle_new.
 */
EDO_API int64_t edo_task_stack_peak(edo_task task);

/** A counted reference that can abort, whatever becomes of the task's handle. */
typedef struct edo_abort_handle {
    struct edo_task_header *header;
} edo_abort_handle;

/**
 * Makes an abort handle of a task's handle.
 *
 * Returns   0; -ESRCH; -EINVAL; -ENOMEM: the task has 8 million handles and wakers already.
 * Owns      the caller, until edo_abort_handle_drop.
 */
EDO_API int edo_abort_handle_new(edo_task task, edo_abort_handle *ret_handle);
/** Another reference of the same kind. Of NULL or zeros it is zeros, and where there are 8 million already. */
EDO_API edo_abort_handle edo_abort_handle_clone(const edo_abort_handle *handle);
/** As edo_task_abort; after the task's end it does nothing. */
EDO_API void edo_abort_handle_abort(const edo_abort_handle *handle);
/** Whether the task has ended. */
EDO_API bool edo_abort_handle_is_finished(const edo_abort_handle *handle);
/** The task's id, also after its end; 0 of zeros. */
EDO_API uint64_t edo_abort_handle_id(const edo_abort_handle *handle);
/** Gives the reference up. One of zeros is fine. */
EDO_API void edo_abort_handle_drop(edo_abort_handle handle);

/**
 * Aborts a task when it is dropped. Its fields are to be read: `task` is joined as ever, and then
 * dropping the guard does nothing. Zeros are none.
 */
typedef struct edo_abort_guard {
    edo_task task;           /**< of edo_task_guard */
    edo_abort_handle handle; /**< of edo_abort_handle_guard */
} edo_abort_guard;

/** A guard that has the task's handle, which is not to be detached by others. */
EDO_API edo_abort_guard edo_task_guard(edo_task task);
/** A guard that has an abort handle. */
EDO_API edo_abort_guard edo_abort_handle_guard(edo_abort_handle handle);
/**
 * Aborts the task, if it has not ended, and gives its handle up: nobody joins it. Of a task that was
 * joined, of zeros or NULL it does nothing.
 */
EDO_API void edo_abort_guard_drop(edo_abort_guard *guard);
/** Makes dropping it do nothing: returns what it had, for the caller to join, detach or drop. */
EDO_API edo_abort_guard edo_abort_guard_disarm(edo_abort_guard *guard);

/** The running task's id; 0 outside of a task. */
EDO_API uint64_t edo_task_self_id(void);
/** The running task's name; NULL outside of a task, or when it has none. Good while it runs. */
EDO_API const char *edo_task_self_name(void);
/** Where the running task was spawned, as "file:line"; NULL outside of a task. */
EDO_API const char *edo_task_self_place(void);
/** As edo_task_stack_peak, of the running task; 0 outside of a task. */
EDO_API int64_t edo_task_self_stack_peak(void);
/** Cancels the running task itself; its next await says so. -EDO_EMISUSE outside of a task. */
EDO_API int edo_task_self_abort(void);
/** Whether the running task was aborted or its runtime is shutting down. False outside. */
EDO_API bool edo_task_self_is_canceled(void);

/** A yield under way. Its fields are private. */
typedef struct edo_yield_future {
    edo_future base;
    bool yielded;
} edo_yield_future;

/**
 * Lets every task that is ready run first.
 *
 * Returns   0; why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  always; a plain thread, which has no tasks to let run, goes on at once.
 * Cancel    takes nothing.
 */
EDO_API int edo_yield(void);
EDO_API edo_yield_future edo_yield_async(void);

/**
 * From here to edo_unpin the running task stays on this thread, whatever it waits for: for code that
 * keeps to thread-locals, locks of threads, or handles bound to one. Pins nest; what is left of them
 * at the task's end ends with it. Should the thread be blocked, by this task or another, the pinned
 * ones wait for it; so they do in a current-thread runtime while another thread drives it, unless that
 * shuts it down. Outside of a task there is nothing to do.
 *
 * Returns   0; -ENOMEM.
 */
EDO_API int edo_pin(void);
/** Ends one edo_pin. Returns 0; -EDO_EMISUSE: the task has none. */
EDO_API int edo_unpin(void);

/** Whether the running task may go on without a forced yield. True outside of a task. */
EDO_API bool edo_has_budget(void);
/**
 * Uses up a unit of the running task's budget of 128, and yields if none is left.
 *
 * Returns   0, or what edo_yield says.
 */
EDO_API int edo_consume_budget(void);

EDO_END_DECLS

#endif
