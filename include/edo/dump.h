/* edo/dump.h: what each task of a running program does: where it stands, and what it waits for. */
#ifndef EDO_DUMP_H
#define EDO_DUMP_H

#include <edo/runtime.h>
#include <edo/text_sink.h>

EDO_BEGIN_DECLS

typedef enum edo_task_state {
    EDO_TASK_WAITING,  /**< suspended, until what it waits for happens */
    EDO_TASK_READY,    /**< in a queue; it will run when its turn comes */
    EDO_TASK_RUNNING,  /**< on a thread */
    EDO_TASK_BLOCKING, /**< in blocking code, on a thread that is no worker */
    EDO_TASK_CALL      /**< a blocking call that waits for a thread */
} edo_task_state;

/** One task, as it was when it was looked at. All of it is good during the call only. */
typedef struct edo_task_dump {
    uint64_t id;
    const char *name;  /**< NULL: it has none, or it was ready, when it can't be read */
    const char *place; /**< of the spawn, "file:line" */
    uint64_t runtime;  /**< the id of its runtime's handle; 0: not known, as with the name */
    edo_task_state state;
    bool is_canceled;        /**< aborted, or its runtime is shutting down */
    const char *awaits;      /**< the function in which it waits, as "edo_sleep"; NULL: not known */
    bool has_since;          /**< in a runtime with track_latency */
    edo_duration since;      /**< how long it has waited, or been ready */
    uint64_t thread_id;      /**< the system's, of the thread that it is on; 0: on none */
    unsigned frame_count;    /**< of its backtrace; 0: it has none, or could not be asked in time */
    const uintptr_t *frames; /**< addresses in its functions, the innermost first; at most 64 */
} edo_task_dump;

typedef void edo_dump_fn(const edo_task_dump *task, void *arg);

/**
 * Calls `fn` for each task of the handle's runtime, of all runtimes if that is NULL. The tasks go on
 * meanwhile: one that waits is held fast for the microseconds in which its stack is walked; one that
 * runs is interrupted by a signal, of which its code notices nothing. One that is ready, and stays so
 * for long, has no backtrace; nor has one on a thread that blocks that signal, which is the highest
 * real-time signal that nobody handles. Takes memory, locks and time: call it where these are to be
 * had, never in a signal handler.
 *
 * Returns   0; -EINVAL, -ENOMEM; -EDEADLK from inside of `fn`, which must not wait either.
 */
EDO_API int edo_dump(const edo_handle *handle, edo_dump_fn *fn, void *arg);
/** The same of one task. -ESRCH: zeros, a consumed handle, or it has ended. */
EDO_API int edo_dump_task(edo_task task, edo_dump_fn *fn, void *arg);
/** The same as text, with the names of functions as far as they are known. Or what the sink said. */
EDO_API int edo_dump_write(const edo_handle *handle, edo_text_sink *sink, void *arg);
/** The same of the running task alone: where it is now. -ESRCH outside of a task. */
EDO_API int edo_dump_write_self(edo_text_sink *sink, void *arg);

/**
 * From now on the signal makes the process write a dump of all runtimes to stderr, from a thread of
 * its own: also when every worker is stuck. In a child of fork it has to be asked for anew.
 *
 * Returns   0; -EINVAL, -EBUSY (another signal does so already), -ENOMEM, what starting a thread or
 *           opening a descriptor says.
 */
EDO_API_SIGNAL int edo_dump_on_signal(int signo);

EDO_END_DECLS

#endif
