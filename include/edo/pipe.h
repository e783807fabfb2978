/*
 * edo/pipe.h: pipes, with a name (FIFOs) and without: bytes in one direction, also between processes.
 *
 * A sender writes and a receiver reads. A receiver reads the end once nobody has the pipe open for writing;
 * a FIFO may get another writer afterwards, and the same receiver reads on.
 */
#ifndef EDO_PIPE_H
#define EDO_PIPE_H

#include <edo/async_fd.h>
#include <edo/buf.h>
#include <edo/fd_io.h>
#include <edo/io.h>
#include <edo/ready.h>

EDO_BEGIN_DECLS

typedef struct edo_pipe_sender edo_pipe_sender;
typedef struct edo_pipe_receiver edo_pipe_receiver;

/**
 * Makes a pipe and both of its ends.
 *
 * Returns   0; -EINVAL; -ENOMEM, -EMFILE and what pipe2(2) says; -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN,
 *           -EDO_EFORKED. Then neither is set.
 * Owns      the caller, until they are closed.
 */
EDO_API_PIPE int edo_pipe_pair(edo_pipe_sender **ret_sender, edo_pipe_receiver **ret_receiver);

/** Zeros are the defaults. */
typedef struct edo_fifo_opts {
    /** Opens both ends: a sender finds a FIFO that nobody reads yet, and a receiver reads no end, as there
     * is always a writer, itself. */
    bool read_write;
} edo_fifo_opts;

/**
 * Opens the FIFO at `path`, which is there already (mkfifo(3)). `opts` may be NULL.
 *
 * Returns   0; -EINVAL, also when it is no FIFO; of a sender -ENXIO when nobody reads it; what open(2) says;
 *           what edo_pipe_pair says.
 * Owns      the caller, until it is closed.
 */
EDO_API_PIPE int edo_fifo_open_sender(const char *path, const edo_fifo_opts *opts,
                                      edo_pipe_sender **ret_sender);
EDO_API_PIPE int edo_fifo_open_receiver(const char *path, const edo_fifo_opts *opts,
                                        edo_pipe_receiver **ret_receiver);

/**
 * Takes an end that was opened elsewhere. It is set to O_NONBLOCK, which all that share it see.
 *
 * Returns   0; -EINVAL when it is no pipe, or can't be written to, or read from; -EBADF; what edo_pipe_pair
 *           says.
 * Owns      the descriptor is the handle's on success only.
 */
EDO_API_PIPE int edo_pipe_sender_from_fd(int fd, edo_pipe_sender **ret_sender);
EDO_API_PIPE int edo_pipe_receiver_from_fd(int fd, edo_pipe_receiver **ret_receiver);

/**
 * Gives the descriptor back, open and close-on-exec, and ends the handle: for a child process, say, as its
 * standard output, without O_NONBLOCK.
 *
 * Returns   0; -EINVAL; -EBUSY while somebody waits, or something was put back, and then nothing has changed.
 */
EDO_API_PIPE int edo_pipe_sender_into_blocking_fd(edo_pipe_sender *sender, int *ret_fd);
EDO_API_PIPE int edo_pipe_receiver_into_blocking_fd(edo_pipe_receiver *receiver, int *ret_fd);
/** The same with O_NONBLOCK. */
EDO_API_PIPE int edo_pipe_sender_into_nonblocking_fd(edo_pipe_sender *sender, int *ret_fd);
EDO_API_PIPE int edo_pipe_receiver_into_nonblocking_fd(edo_pipe_receiver *receiver, int *ret_fd);
/** The descriptor, which stays the handle's; -EINVAL. */
EDO_API_PIPE int edo_pipe_sender_fd(const edo_pipe_sender *sender);
EDO_API_PIPE int edo_pipe_receiver_fd(const edo_pipe_receiver *receiver);

/**
 * Closes an end. Reads and writes that are waiting end with -ECANCELED or their result. Never waits. 0;
 * -EINVAL for NULL.
 */
EDO_API_PIPE int edo_pipe_sender_close(edo_pipe_sender *sender);
EDO_API_PIPE int edo_pipe_receiver_close(edo_pipe_receiver *receiver);

typedef edo_fd_read_future edo_pipe_read_future;

/**
 * Reads what is there, at most `len` bytes.
 *
 * Returns   the count; 0 while nobody has the pipe open for writing, or when `len` is 0; -EINVAL; -ECANCELED
 *           when the receiver is closed meanwhile; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT,
 *           -EDO_ESHUTDOWN.
 * Owns      `buf` is the receiver's until the read is READY.
 * Suspends  unless something is there.
 * Cancel    puts back: bytes that a losing arm took are the next read's. Else takes nothing, or
 *           the success stands.
 */
EDO_API_PIPE ssize_t edo_pipe_read(edo_pipe_receiver *receiver, void *buf, size_t len);
EDO_API_PIPE edo_pipe_read_future edo_pipe_read_async(edo_pipe_receiver *receiver, void *buf,
                                                      size_t len);
/** The same into `count` pieces. The array is read until it is READY. */
EDO_API_PIPE edo_pipe_read_future edo_pipe_readv_async(edo_pipe_receiver *receiver,
                                                       const struct iovec *iov, size_t count);
EDO_API_PIPE ssize_t edo_pipe_readv(edo_pipe_receiver *receiver, const struct iovec *iov,
                                    size_t count);
/** Without waiting: -EAGAIN when nothing is there. */
EDO_API_PIPE ssize_t edo_pipe_try_read(edo_pipe_receiver *receiver, void *buf, size_t len);
EDO_API_PIPE ssize_t edo_pipe_try_readv(edo_pipe_receiver *receiver, const struct iovec *iov,
                                        size_t count);
/** The same to the end of a buffer, which grows when it is full; also -ENOMEM, and what edo_buf_reserve says. */
EDO_API_PIPE ssize_t edo_pipe_try_read_buf(edo_pipe_receiver *receiver, edo_buf *buf);

typedef edo_fd_write_future edo_pipe_write_future;
typedef edo_fd_write_all_future edo_pipe_write_all_future;

/**
 * Writes what there is room for, at most `len` bytes. No SIGPIPE is raised.
 *
 * Returns   the count; 0 when `len` is 0; -EINVAL; -EPIPE when nobody reads; -ECANCELED when the sender is
 *           closed meanwhile; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` is the sender's until the write is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave: bytes given stay given and are the result; none: -ECANCELED.
 */
EDO_API_PIPE ssize_t edo_pipe_write(edo_pipe_sender *sender, const void *buf, size_t len);
EDO_API_PIPE edo_pipe_write_future edo_pipe_write_async(edo_pipe_sender *sender, const void *buf,
                                                        size_t len);
/** The same of `count` pieces. The array is read until it is READY. */
EDO_API_PIPE ssize_t edo_pipe_writev(edo_pipe_sender *sender, const struct iovec *iov,
                                     size_t count);
EDO_API_PIPE edo_pipe_write_future edo_pipe_writev_async(edo_pipe_sender *sender,
                                                         const struct iovec *iov, size_t count);
/** Without waiting: -EAGAIN when there is no room. */
EDO_API_PIPE ssize_t edo_pipe_try_write(edo_pipe_sender *sender, const void *buf, size_t len);
EDO_API_PIPE ssize_t edo_pipe_try_writev(edo_pipe_sender *sender, const struct iovec *iov,
                                         size_t count);

/**
 * Writes all of it.
 *
 * Returns   0; what edo_pipe_write says, and then the future's `done` tells how far it came.
 * Owns      `buf` is the sender's until the write is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave, in `done`; the result is 0 only for the whole.
 */
EDO_API_PIPE int edo_pipe_write_all(edo_pipe_sender *sender, const void *buf, size_t len);
EDO_API_PIPE edo_pipe_write_all_future edo_pipe_write_all_async(edo_pipe_sender *sender,
                                                                const void *buf, size_t len);

typedef edo_fd_ready_future edo_pipe_ready_future;

/**
 * Waits until an end is ready for some of `interest`. When nobody writes any more that is EDO_READ_CLOSED at
 * a receiver; nobody reads: EDO_WRITE_CLOSED at a sender.
 *
 * Returns   what it is ready for, in flags of edo/ready.h; -EINVAL; -ECANCELED when it is closed meanwhile; or
 *           why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is ready.
 * Cancel    takes nothing.
 */
EDO_API_PIPE int edo_pipe_receiver_ready(edo_pipe_receiver *receiver, unsigned interest);
EDO_API_PIPE edo_pipe_ready_future edo_pipe_receiver_ready_async(edo_pipe_receiver *receiver,
                                                                 unsigned interest);
EDO_API_PIPE int edo_pipe_sender_ready(edo_pipe_sender *sender, unsigned interest);
EDO_API_PIPE edo_pipe_ready_future edo_pipe_sender_ready_async(edo_pipe_sender *sender,
                                                               unsigned interest);
/** Asks without waiting: -EAGAIN when it is ready for none of it. */
EDO_API_PIPE int edo_pipe_receiver_try_ready(edo_pipe_receiver *receiver, unsigned interest);
EDO_API_PIPE int edo_pipe_sender_try_ready(edo_pipe_sender *sender, unsigned interest);
/** Waits until there is something to read, or the end: 0; what edo_pipe_receiver_ready says. */
EDO_API_PIPE int edo_pipe_readable(edo_pipe_receiver *receiver);
EDO_API_PIPE edo_pipe_ready_future edo_pipe_readable_async(edo_pipe_receiver *receiver);
/** Waits until there is room, or nobody reads: 0; what edo_pipe_sender_ready says. */
EDO_API_PIPE int edo_pipe_writable(edo_pipe_sender *sender);
EDO_API_PIPE edo_pipe_ready_future edo_pipe_writable_async(edo_pipe_sender *sender);

/**
 * Calls `call(fd, arg)` if there is something to read, or the end; of a sender, if there is room. What was
 * put back it doesn't see.
 *
 * Returns   what it says; -EAGAIN, also when it was not called; -EINVAL, -ECANCELED, -EDO_ESHUTDOWN.
 */
EDO_API_PIPE int64_t edo_pipe_receiver_try_io(edo_pipe_receiver *receiver, edo_fd_call *call,
                                              void *arg);
EDO_API_PIPE int64_t edo_pipe_sender_try_io(edo_pipe_sender *sender, edo_fd_call *call, void *arg);

/** The ends as a reader and a writer, which are borrowed. A shutdown of the writer does nothing: the end is
 * told by closing it. */
EDO_API_PIPE edo_reader edo_pipe_reader(edo_pipe_receiver *receiver);
EDO_API_PIPE edo_writer edo_pipe_writer(edo_pipe_sender *sender);

EDO_END_DECLS

#endif
