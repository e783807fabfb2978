/* edo/signal.h: signals as something to wait for. */
#ifndef EDO_SIGNAL_H
#define EDO_SIGNAL_H

#include <edo/future.h>
#include <edo/op.h>

EDO_BEGIN_DECLS

/** Listens to one signal. */
typedef struct edo_signal edo_signal;

/**
 * Starts to listen to a signal; from then on its default action does not happen. Any number of
 * listeners, in any number of runtimes, each see it. After the last one is closed the disposition
 * of before is back.
 *
 * Returns   0; -EINVAL (no such signal, or SIGKILL, SIGSTOP, SIGSEGV, SIGILL, SIGFPE, SIGBUS);
 *           -ENOMEM; -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN. Then *ret_signal is untouched.
 * Owns      the caller, until edo_signal_close.
 */
EDO_API_SIGNAL int edo_signal_open(int signo, edo_signal **ret_signal);
/** Stops listening. A receive that is waiting ends with -ECANCELED. 0; -EINVAL for NULL. */
EDO_API_SIGNAL int edo_signal_close(edo_signal *signal);

/** A receive under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_signal_recv_future {
    edo_future base;
    edo_signal *signal;
    uint64_t count;
    edo_op op;
} edo_signal_recv_future;

/**
 * Waits for the signal. Signals that came since the last receive are one.
 *
 * Returns   0; -EINVAL; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless one has come already.
 * Cancel    puts back: a signal that a losing arm took is the next receive's.
 */
EDO_API_SIGNAL int edo_signal_recv(edo_signal *signal);
EDO_API_SIGNAL edo_signal_recv_future edo_signal_recv_async(edo_signal *signal);

/**
 * Waits for SIGINT, as Ctrl-C sends it: opens a listener, receives once, closes it.
 *
 * Returns   0; what edo_signal_open and edo_signal_recv say.
 * Suspends  until it comes.
 * Cancel    takes nothing.
 */
EDO_API_SIGNAL int edo_ctrl_c(void);
/** Waits for SIGINT or SIGTERM, by which a server is asked to end; returns the signal's number. */
EDO_API_SIGNAL int edo_termination(void);

EDO_END_DECLS

#endif
