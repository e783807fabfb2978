/* edo/runtime.h: the runtime: built from options, entered by block_on, left in order. */
#ifndef EDO_RUNTIME_H
#define EDO_RUNTIME_H

#include <edo/histogram.h>
#include <edo/task.h>

EDO_BEGIN_DECLS

typedef struct edo_runtime edo_runtime;
/** A counted reference to a runtime. It may outlive the runtime's work, which then says so. */
typedef struct edo_handle edo_handle;

typedef enum edo_runtime_kind {
    EDO_MULTI_THREAD = 0,   /**< workers on threads of their own, which steal from each other */
    EDO_CURRENT_THREAD = 1, /**< one worker, on whichever thread is in block_on */
    EDO_LOCAL = 2 /**< current-thread, on the thread that built it: local tasks need no set */
} edo_runtime_kind;

typedef enum edo_monitor {
    EDO_MONITOR_DEFAULT = 0, /**< on in a multi-thread runtime, off in a current-thread one */
    EDO_MONITOR_ON =
        1, /**< and says on stderr which task blocks its worker; debug builds always do */
    EDO_MONITOR_OFF = 2
} edo_monitor;

/** What a task's hooks are told. Good during the call. */
typedef struct edo_task_info {
    uint64_t id;
    const char *name;     /**< or NULL */
    const char *place;    /**< of the spawn, "file:line" */
    bool is_blocking;     /**< a blocking call, which is spawned and ends and has no polls */
    bool has_latency;     /**< before a poll, with track_latency */
    edo_duration latency; /**< since it was made ready */
} edo_task_info;

/** Which tasks of a multi-thread runtime may go on on another thread than they began on. */
typedef enum edo_migration {
    EDO_MIGRATION_ALLOWED = 0, /**< any that isn't pinned */
    EDO_MIGRATION_NEVER = 1 /**< none: only tasks that have not begun are taken by another worker;
                                    there is no relief, and edo_block_in_place is -EDO_EMISUSE */
} edo_migration;

/** What becomes of a runtime, or a local set, in which a task fails that nobody joins. */
typedef enum edo_on_failure {
    EDO_FAILURE_IGNORE = 0,  /**< the failure is counted, and on_task_failure is called */
    EDO_FAILURE_SHUTDOWN = 1 /**< it is shut down as well: all waits end with -EDO_ESHUTDOWN */
} edo_on_failure;

/** A thread-local variable of which each task is to have its own value; see thread_slots. */
typedef struct edo_thread_slot {
    void *(*address)(void); /**< says where it lies on the calling thread; it must not wait */
    size_t size;            /**< bytes */
} edo_thread_slot;

/** Zeros are the defaults. */
typedef struct edo_runtime_opts {
    edo_runtime_kind kind;
    int workers;                    /**< 0: one a CPU that the process may use; at most 4096 */
    uint32_t global_queue_interval; /**< runs between looks at the injection queue; 0: 31 */
    uint32_t event_interval;        /**< runs between looks at the driver; 0: 61 */
    const char *name;               /**< copied; NULL: none; only blanks is refused */
    size_t stack_size;              /**< of a task, in bytes; 0: 256 KiB; at least 16 KiB */
    uint64_t seed;                  /**< of the random choices; 0: from the system */
    bool no_lifo_slot;              /**< a task just woken goes to the queue like any other */
    bool start_paused;              /**< time stands still; current-thread and local only */
    bool no_io;                     /**< no driver: descriptors give -EDO_ENOIO */
    bool no_time;                   /**< no timers: sleeps give -EDO_ENOTIME */
    edo_monitor monitor;            /**< watches for tasks that block their worker */
    edo_migration migration;        /**< of tasks, between the workers' threads */
    /** Variables that tasks take along from thread to thread: each task begins with zeros, and keeps
     * its own bytes, which are swapped with the thread's before it runs and after. Blocking calls have
     * the thread's. The list is copied. */
    const edo_thread_slot *thread_slots;
    size_t thread_slot_count;
    int max_blocking_threads; /**< for edo_spawn_blocking, started as they are needed; 0: 512 */
    edo_duration blocking_keep_alive; /**< an idle one ends after it; 0: 10 s */
    size_t blocking_stack_size;       /**< of each, in bytes; 0: the system's; at least 16 KiB */
    void (*on_thread_start)(void *hook_arg); /**< on each thread the runtime starts */
    void (*on_thread_stop)(void *hook_arg);  /**< on each of them, before it ends */
    void (*on_park)(void *hook_arg);         /**< before a worker sleeps; may make work */
    void (*on_unpark)(void *hook_arg);       /**< after it slept */
    /* Hooks of tasks must not wait, and those of polls should be quick. */
    void (*on_task_spawn)(const edo_task_info *task, void *hook_arg);      /**< by who spawns it */
    void (*on_task_poll_begin)(const edo_task_info *task, void *hook_arg); /**< before each run */
    void (*on_task_poll_end)(const edo_task_info *task, void *hook_arg);   /**< after each run */
    void (*on_task_end)(const edo_task_info *task, void *hook_arg); /**< before it can be joined */
    /** A task has ended with a negative result and nobody can join it: it had no handle, or that was
     * given up. Not of one that was aborted or shut down, and has passed that on. */
    void (*on_task_failure)(const edo_task_info *task, int result, void *hook_arg);
    edo_on_failure on_failure; /**< what else such a failure does */
    void *hook_arg;
    bool
        track_latency; /**< notes when a task is made ready: for on_task_poll_begin and the counts */
    bool poll_times;   /**< counts how long runs take, see edo_handle_poll_times */
    edo_histogram_opts histogram; /**< the buckets of these durations */
    unsigned flight_recorder;     /**< of each worker the last so many events are kept, for
                               * edo_handle_write_trace; 0: none; at most 2^20 */
} edo_runtime_opts;

/**
 * Builds a runtime and starts its threads. `opts` may be NULL: multi-thread, with the defaults.
 *
 * Returns   0; -EINVAL (an option out of range), -ENOMEM, or what starting a thread or opening the
 *           driver says. Then no thread is left and *ret_runtime is untouched.
 * Owns      the caller, until edo_runtime_free.
 */
#define edo_runtime_new(opts, ret_runtime) edo_runtime_new_from(EDO_HERE, (opts), (ret_runtime))
EDO_API int edo_runtime_new_from(const char *place, const edo_runtime_opts *opts,
                                 edo_runtime **ret_runtime);

/**
 * Shuts the runtime down, waits until every task and thread of it has ended, and frees it. NULL is
 * fine.
 *
 * Returns   0; and then nothing was freed: -EDEADLK (from inside it; a current-thread runtime also
 *           from a task or hook of any other, as its last tasks run on the calling thread), -ENOMEM,
 *           -EDO_EMISUSE (a local runtime, by another thread than its own), -EDO_EFORKED in a forked
 *           child.
 */
EDO_API int edo_runtime_free(edo_runtime *runtime);

/**
 * Ends the runtime's work: no new tasks; every await ends with -EDO_ESHUTDOWN; tasks that have not
 * started run in the cancelled state. Waits for them at most `timeout`. The runtime still has to
 * be freed. A second call waits for what the first has left.
 *
 * Returns   0 when every task has ended; -ETIMEDOUT when some are left, which it names on stderr,
 *           and what they stand on stays until they end; -EINVAL; -EDEADLK, -ENOMEM,
 *           -EDO_EMISUSE and -EDO_EFORKED as in edo_runtime_free.
 */
EDO_API int edo_runtime_shutdown(edo_runtime *runtime, edo_duration timeout);

/**
 * Shuts the runtime down and frees it, without waiting for anything: a thread of its own does that, to
 * the last task, however long it takes. When this returns, no task can be spawned any more. The tasks of
 * a current-thread runtime are driven to their ends by that thread, unless another one does. It may be
 * called from inside the runtime.
 *
 * Returns   0, and `runtime` is not to be used any more; -EAGAIN, -ENOMEM (that thread can't be started),
 *           -EINVAL, -EDO_EFORKED, -EDO_EMISUSE (of the kind EDO_LOCAL), and then nothing has happened.
 */
EDO_API int edo_runtime_shutdown_background(edo_runtime *runtime);

/**
 * Runs `fn(arg)` as a task of the runtime, the root task, and waits for its result. A multi-thread
 * runtime runs it on a worker; a current-thread one runs on the calling thread meanwhile, along
 * with its other tasks, unless another thread is driving it. A local one runs on its own thread
 * alone: others wait until that one drives it.
 *
 * Returns   what `fn` returned; or, and then it was not called: -EINVAL, -ENOMEM, -EDEADLK (from a
 *           task, or inside another block_on), -EDO_ESHUTDOWN, -EDO_EFORKED.
 * Suspends  blocks the calling thread.
 * Threads   any that is no worker.
 */
#define edo_block_on(runtime, fn, arg) edo_block_on_from(EDO_HERE, (runtime), (fn), (arg))
EDO_API int edo_block_on_from(const char *place, edo_runtime *runtime, int (*fn)(void *arg),
                              void *arg);

/** A new reference to the runtime. NULL for NULL. Owned by the caller, until edo_handle_unref. */
EDO_API edo_handle *edo_runtime_handle(edo_runtime *runtime);
/** A new reference to the current runtime: 0, or -EDO_ENORUNTIME, which debug builds explain. */
#define edo_handle_current(ret_handle) edo_handle_current_from(EDO_HERE, (ret_handle))
EDO_API int edo_handle_current_from(const char *place, edo_handle **ret_handle);
/** The same, or NULL, without a word. */
EDO_API edo_handle *edo_handle_try_current(void);
/** Another reference; returns the handle. */
EDO_API edo_handle *edo_handle_ref(edo_handle *handle);
/** Gives a reference up. NULL is fine. */
EDO_API void edo_handle_unref(edo_handle *handle);
/** A number of the runtime's own within the process. 0 for NULL. */
EDO_API uint64_t edo_handle_id(const edo_handle *handle);
/** The runtime's name, or NULL. Good as long as the handle. */
EDO_API const char *edo_handle_name(const edo_handle *handle);
/** What kind of runtime it is, for a library that was given one. EDO_MULTI_THREAD for NULL. */
EDO_API edo_runtime_kind edo_handle_kind(const edo_handle *handle);
/** As edo_block_on, by a handle. */
#define edo_handle_block_on(handle, fn, arg)                                                       \
    edo_handle_block_on_from(EDO_HERE, (handle), (fn), (arg))
EDO_API int edo_handle_block_on_from(const char *place, edo_handle *handle, int (*fn)(void *arg),
                                     void *arg);

/** Which runtime was the current one before. Its fields are private. */
typedef struct edo_enter_guard {
    edo_handle *entered;
    edo_handle *before;
} edo_enter_guard;

/**
 * Makes the handle's runtime the current one of this thread (or of the running task): spawns, and
 * what needs a driver or timers, go there. Leave in reverse order.
 *
 * Returns   0; -EINVAL.
 * Owns      the guard holds a reference until edo_leave.
 */
EDO_API int edo_enter(edo_handle *handle, edo_enter_guard *ret_guard);
/** Makes the one before current again. */
EDO_API void edo_leave(edo_enter_guard *guard);

/** A future that is polled in another runtime. Its fields are private. */
typedef struct edo_entered_future {
    edo_future base;
    edo_future *inner;
    edo_handle *handle;
} edo_entered_future;

/**
 * The future `fut`, with the handle's runtime as the current one in each of its polls: so what it starts
 * there uses that one's timers and driver. What is made before, as a sleep is by edo_sleep_async, needs
 * edo_enter around its making.
 *
 * Returns   the future's result; -EINVAL.
 * Owns      `handle` is the caller's, until the future is READY.
 * Cancel    cancels the future; a success stands. Puts back what the future puts back.
 */
EDO_API edo_entered_future edo_entered_async(edo_handle *handle, edo_future *fut);

/** The worker this code runs on, from 0; -1 when it runs on none. */
EDO_API int edo_worker_index(void);

/** What a runtime has done so far. Exact once it is idle. */
typedef struct edo_metrics {
    unsigned workers;
    uint64_t alive_tasks; /**< spawned and not ended */
    uint64_t spawned_tasks;
    uint64_t polls;            /**< times a task was run or resumed */
    uint64_t remote_schedules; /**< wakes and spawns that came from outside of its workers */
    uint64_t steals;           /**< tasks that a worker took from another */
    uint64_t overflows;        /**< times a full queue moved its older half */
    uint64_t parks;            /**< times a worker went to sleep */
    uint64_t driver_turns;     /**< looks at the driver, parks included */
    uint64_t forced_yields;    /**< waits that the budget forced */
    uint64_t
        unjoined_failures; /**< tasks that failed, and that nobody joined: see on_task_failure */
    uint64_t reliefs;      /**< times a stuck worker's core was given to another thread */
    uint64_t injected;     /**< tasks in the injection queue now */
    uint64_t queued;       /**< tasks in the workers' queues now, LIFO slots not counted */
    uint64_t registered;   /**< descriptors registered so far */
    uint64_t deregistered; /**< and taken out again */
    uint64_t stack_bytes;  /**< address space of the process's task stacks */
    unsigned blocking_threads;      /**< threads that run blocking calls now */
    unsigned idle_blocking_threads; /**< of these, without a call */
    unsigned blocking_queue_depth;  /**< blocking calls that wait for a thread */
    uint32_t event_interval;        /**< as built */
    uint32_t global_queue_interval;
    bool monitor;
} edo_metrics;

/** Reads the counters; works after the runtime has ended too. -EINVAL for NULL. */
EDO_API int edo_handle_metrics(const edo_handle *handle, edo_metrics *ret_metrics);

EDO_END_DECLS

#endif
