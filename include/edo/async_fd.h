/*
 * edo/async_fd.h: readiness of a descriptor that edo has no functions for, with whatever calls one likes.
 *
 * A descriptor of ours is an edo_async_fd. What it was found ready for is remembered, until a call on it
 * would have waited or somebody clears it by a guard; a guard clears nothing that was found after it was
 * taken. Several tasks may wait for one at a time. The calls should be made without waiting: O_NONBLOCK is
 * left as it is.
 *
 * For a descriptor that belongs to a library, which may close it at any time, there is edo_fd_wait: it is
 * watched only while one waits, nothing of it is remembered, and a number that was closed and means another
 * descriptor since does no harm.
 */
#ifndef EDO_ASYNC_FD_H
#define EDO_ASYNC_FD_H

#include <edo/ready.h>

EDO_BEGIN_DECLS

typedef struct edo_async_fd edo_async_fd;

/**
 * Takes a descriptor that can be polled: sockets, pipes, terminals, eventfd, timerfd, inotify, epoll.
 *
 * Returns   0; -EINVAL; -EBADF, also for -1; -EPERM for what is always ready, as a regular file or a
 *           directory; -ENOMEM; -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN, -EDO_EFORKED.
 * Owns      the descriptor is the handle's on success only.
 */
EDO_API_IO int edo_async_fd_new(int fd, edo_async_fd **ret_async);
/**
 * Closes it with its descriptor. Waits end with -ECANCELED. Never waits. 0; -EINVAL for NULL.
 */
EDO_API_IO int edo_async_fd_close(edo_async_fd *async);
/**
 * Gives the descriptor back, open, and ends the handle.
 *
 * Returns   0; -EINVAL; -EBUSY while somebody waits for it, and then nothing has changed.
 */
EDO_API_IO int edo_async_fd_into_fd(edo_async_fd *async, int *ret_fd);
/** The descriptor, which stays the handle's; -EINVAL. */
EDO_API_IO int edo_async_fd_fd(const edo_async_fd *async);

/** What a wait has found. It may outlive the handle; then it does nothing. Its fields but ready are private. */
typedef struct edo_ready_guard {
    unsigned ready; /**< flags of edo/ready.h that have not been cleared by it */
    uint32_t gen, turn;
    struct source *src;
} edo_ready_guard;

/** A wait for what is known or will be. Private. */
typedef struct edo_async_fd_wait {
    edo_op op;
    uint32_t turn;
    uint8_t interest;
    bool gives_way;
} edo_async_fd_wait;

/** A wait under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_async_fd_ready_future {
    edo_future base;
    edo_async_fd_wait wait;
    edo_ready_guard *ret_guard;
    bool tells;
} edo_async_fd_ready_future;

/**
 * Waits until it is ready for some of `interest`, or is still known to be. `ret_guard` may be NULL.
 *
 * Returns   what it is ready for, in flags: those asked for, and EDO_ERROR, EDO_READ_CLOSED,
 *           EDO_WRITE_CLOSED; -EINVAL; -EPERM and what else epoll_ctl(2) says; -ECANCELED when it is closed
 *           meanwhile; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is ready.
 * Cancel    takes nothing.
 */
EDO_API_IO int edo_async_fd_ready(edo_async_fd *async, unsigned interest,
                                  edo_ready_guard *ret_guard);
EDO_API_IO edo_async_fd_ready_future edo_async_fd_ready_async(edo_async_fd *async,
                                                              unsigned interest,
                                                              edo_ready_guard *ret_guard);
/** Waits until it is readable, or writable: 0; what edo_async_fd_ready says. */
EDO_API_IO int edo_async_fd_readable(edo_async_fd *async, edo_ready_guard *ret_guard);
EDO_API_IO edo_async_fd_ready_future edo_async_fd_readable_async(edo_async_fd *async,
                                                                 edo_ready_guard *ret_guard);
EDO_API_IO int edo_async_fd_writable(edo_async_fd *async, edo_ready_guard *ret_guard);
EDO_API_IO edo_async_fd_ready_future edo_async_fd_writable_async(edo_async_fd *async,
                                                                 edo_ready_guard *ret_guard);

/** Forgets all that the guard found, unless it was found again since. */
EDO_API_IO void edo_ready_guard_clear(edo_ready_guard *guard);
/** The same of some flags. */
EDO_API_IO void edo_ready_guard_clear_matching(edo_ready_guard *guard, unsigned flags);
/** Leaves everything as it is, which is what happens without it: it says so in the text. */
EDO_API_IO void edo_ready_guard_retain(edo_ready_guard *guard);

/** A call on the descriptor that doesn't wait: a count or 0; a negative errno, -EAGAIN when it would. */
typedef int64_t edo_fd_call(int fd, void *arg);

/**
 * Calls `call(fd, arg)`, and clears what the guard found if that says -EAGAIN.
 *
 * Returns   what it says; -EINVAL; -ECANCELED, -EDO_ESHUTDOWN, and then it was not called.
 */
EDO_API_IO int64_t edo_ready_guard_try_io(edo_ready_guard *guard, edo_fd_call *call, void *arg);
/**
 * The same without a guard: unless the descriptor is ready for some of `interest`, -EAGAIN, and it is not
 * called.
 */
EDO_API_IO int64_t edo_async_fd_try_io(edo_async_fd *async, unsigned interest, edo_fd_call *call,
                                       void *arg);

/** A call that is tried until it doesn't say -EAGAIN. Its fields are private; don't move it once it has
 * been polled. */
typedef struct edo_async_fd_io_future {
    edo_future base;
    edo_async_fd_wait wait;
    edo_fd_call *call;
    void *arg;
} edo_async_fd_io_future;

/**
 * Calls `call(fd, arg)` each time that the descriptor is ready for some of `interest`, until it says
 * anything but -EAGAIN. It is called in whichever task polls, and must not wait.
 *
 * Returns   what it says; what edo_async_fd_ready says.
 * Suspends  unless it is ready.
 * Cancel    takes nothing, or the success of the call stands.
 */
EDO_API_IO int64_t edo_async_fd_io(edo_async_fd *async, unsigned interest, edo_fd_call *call,
                                   void *arg);
EDO_API_IO edo_async_fd_io_future edo_async_fd_io_async(edo_async_fd *async, unsigned interest,
                                                        edo_fd_call *call, void *arg);

/** A wait for another's descriptor. Its fields are private; don't move it once it has been polled. */
typedef struct edo_fd_wait_future {
    edo_future base;
    edo_op op;
    int fd;
    uint8_t interest;
} edo_fd_wait_future;

/**
 * Waits until a descriptor that is another's is ready for some of `interest`. It is watched only meanwhile,
 * by an epoll set that belongs to the wait: so several may wait for it, in several runtimes. If its owner
 * closes it meanwhile nobody is told, and the wait goes on until it is cancelled.
 *
 * Returns   what it is ready for, in flags; a regular file always is; -EINVAL; -EBADF, also for -1; -EMFILE,
 *           -ENOMEM; what epoll_ctl(2) says; -EDO_ENORUNTIME, -EDO_ENOIO; or why the waiting was cut short:
 *           -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is ready.
 * Cancel    takes nothing.
 */
EDO_API_IO int edo_fd_wait(int fd, unsigned interest);
EDO_API_IO edo_fd_wait_future edo_fd_wait_async(int fd, unsigned interest);

EDO_END_DECLS

#endif
