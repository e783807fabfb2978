/*
 * edo/serve.h: a server: a task for each connection, a limit on how many, and an end in order.
 *
 * It accepts until it is stopped, by a token or by a cancel of its task. Then the connections have some time
 * to end by themselves; those that are left are aborted, and waited for. None is there any more when it
 * returns, so they may use what lies on the stack of whoever called it.
 */
#ifndef EDO_SERVE_H
#define EDO_SERVE_H

#include <edo/cancel_token.h>
#include <edo/duration.h>
#include <edo/tcp.h>
#include <edo/unix.h>

EDO_BEGIN_DECLS

/** What a server has done so far. It is written by many; look at it by edo_serve_counts_now. */
typedef struct edo_serve_counts {
    uint64_t accepted; /**< connections that got a task */
    uint64_t ended;    /**< of those: whose function has returned */
    uint64_t
        failed; /**< of those: with a negative result, other than those of a cancel or shutdown */
    uint64_t aborted;   /**< of those: after the time of the drain was over */
    uint64_t refused;   /**< closed at once, as there was no memory for a task */
    uint64_t shortages; /**< accepts that had to wait for descriptors or memory */
    uint64_t full;      /**< times that accepting paused at the limit */
    uint64_t open;      /**< connections now */
    uint64_t most_open; /**< at one time */
} edo_serve_counts;

/** What an error that a server survives belongs to. */
typedef enum edo_serve_stage {
    /** A shortage has begun, or an accept failed; it is tried again. Or another worker's listener failed
     * for good: it was closed, and the others go on. */
    EDO_SERVE_ACCEPT = 0,
    EDO_SERVE_SPAWN = 1,     /**< a connection was closed, as there was no memory for its task */
    EDO_SERVE_CONNECTION = 2 /**< a connection's function returned it */
} edo_serve_stage;

/** Zeros are the defaults. */
typedef struct edo_serve_opts {
    size_t limit; /**< connections at a time; at it, others wait in the system's queue; 0: none */
    edo_cancel_token
        *stop; /**< once it is cancelled, the server stops; NULL: only its task's cancel does */
    /** A listener for each worker, on the address of this one, which was made with reuse_port: the system
     * spreads connections over them. At the limit each has accepted one more, which waits. */
    bool per_worker;
    edo_duration drain;       /**< how long connections may go on after that; 0: 5 seconds */
    edo_serve_counts *counts; /**< zeros at first; NULL: nobody looks */
    size_t stack_size;        /**< of the connections' tasks; 0: the runtime's */
    const char *name;         /**< of the connections' tasks; NULL: none */
    /** An error that is no reason to stop. In the task that met it; it may not wait. */
    void (*on_error)(edo_serve_stage stage, int error, void *hook_arg);
    void *hook_arg;
} edo_serve_opts;

/**
 * Serves the connections of a listener until it is stopped: each has a task that runs `fn(conn, arg)`.
 * A negative result of it is counted and told to the hook. A shortage of descriptors or memory makes it
 * wait and try again, from 1 ms up to 100 ms apart. At its end it cancels the token `stop`, whatever
 * the reason, so that connections that look at it hear of it. `opts` may be NULL.
 *
 * Returns   0: it was stopped by its token, and the connections ended in time; -ETIMEDOUT: the same, and
 *           some had to be aborted. Else why it stopped: -ECANCELED (its task's cancel, or the listener
 *           was closed), -ETIMEDOUT, -EDO_ESHUTDOWN; what edo_tcp_accept says and won't pass. At once:
 *           -EINVAL, -ENOMEM, -EDO_EMISUSE (not in a task that has a stack); with per_worker -EADDRINUSE
 *           (it was made without reuse_port) and what else the other listeners say.
 * Owns      `fn` gets the connection, to close it. The listener is the caller's; it is not closed.
 * Suspends  until the last connection has ended.
 * Cancel    stops it. While it drains, a cancel that comes then aborts the connections at once; if it was
 *           the cancel that stopped it, they have the time of the drain.
 */
EDO_API_SERVE int edo_serve(edo_tcp_listener *listener, int (*fn)(edo_tcp_stream *conn, void *arg),
                            void *arg, const edo_serve_opts *opts);

/** The same for a Unix socket, which has no listeners but one: per_worker is -EINVAL. */
EDO_API_SERVE int edo_unix_serve(edo_unix_listener *listener,
                                 int (*fn)(edo_unix_stream *conn, void *arg), void *arg,
                                 const edo_serve_opts *opts);

/** The counts as they are now; from any thread, while the server runs or after. NULL gives zeros. */
EDO_API_SERVE edo_serve_counts edo_serve_counts_now(const edo_serve_counts *counts);

EDO_END_DECLS

#endif
