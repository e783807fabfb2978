/*
 * edo/unix.h: Unix stream sockets: connections within the machine, by a path or an abstract name.
 *
 * What edo/tcp.h says of listeners and streams holds here too. Messages that carry descriptors or credentials
 * are in edo/unix_message.h; datagrams in edo/unix_datagram.h, records in edo/unix_seqpacket.h.
 */
#ifndef EDO_UNIX_H
#define EDO_UNIX_H

#include <edo/buffer_pool.h>
#include <edo/fd_io.h>
#include <edo/future.h>
#include <edo/io.h>
#include <edo/op.h>
#include <edo/ready.h>
#include <edo/socket.h>
#include <edo/unix_addr.h>

EDO_BEGIN_DECLS

typedef struct edo_unix_listener edo_unix_listener;
typedef struct edo_unix_stream edo_unix_stream;

typedef struct edo_unix_listen_opts {
    int backlog;          /**< connections the system keeps waiting; 0: 1024 */
    bool unlink_on_close; /**< take the path away when it is closed, if it is still this socket's */
} edo_unix_listen_opts;

/**
 * Listens on a path.
 *
 * Returns   0; -EINVAL, -ENAMETOOLONG (107 bytes are the most), -EADDRINUSE (there is something of this name,
 *           if only the socket of a server that has ended), -ENOENT and what else socket(2), bind(2), listen(2)
 *           say; -ENOMEM; -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN. Then *ret_listener is untouched.
 * Owns      the caller, until edo_unix_listener_close.
 */
EDO_API_UNIX int edo_unix_listen(const char *path, edo_unix_listener **ret_listener);
/** The same for an address and with options, which may be NULL. */
EDO_API_UNIX int edo_unix_listen_with(const edo_unix_addr *addr, const edo_unix_listen_opts *opts,
                                      edo_unix_listener **ret_listener);
/**
 * Closes it: no new connections, and those that nobody accepted are reset. Accepts that are waiting end with
 * -ECANCELED. The path stays, unless it was to be unlinked. The handle is gone from the call on, whatever it
 * returns. Works in a cancelled task and on a plain thread.
 *
 * Returns   0; -EINVAL for NULL.
 */
EDO_API_UNIX int edo_unix_listener_close(edo_unix_listener *listener);
/** The address it listens on. 0; -EINVAL. */
EDO_API_UNIX int edo_unix_listener_addr(const edo_unix_listener *listener, edo_unix_addr *ret_addr);

typedef edo_socket_accept_future edo_unix_accept_future;

/**
 * Takes the next connection. When descriptors or memory run short it waits and tries again, from 1 ms up to
 * 100 ms apart.
 *
 * Returns   0; -EINVAL; -ECANCELED when the listener is closed meanwhile; -ENOMEM; or why the waiting was cut
 *           short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      the caller gets *ret_stream, until edo_unix_close.
 * Suspends  unless a connection is waiting.
 * Cancel    puts back: a connection that a losing arm took is the next accept's. Else takes none, or the
 *           success stands.
 */
EDO_API_UNIX int edo_unix_accept(edo_unix_listener *listener, edo_unix_stream **ret_stream);
EDO_API_UNIX edo_unix_accept_future edo_unix_accept_async(edo_unix_listener *listener,
                                                          edo_unix_stream **ret_stream);

/** A connect under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_unix_connect_future {
    edo_future base;
    const char *path;
    const edo_unix_addr *addr;
    void *ret_stream;
    struct unix_connecting *under_way;
    struct edo_unix_socket *socket;
} edo_unix_connect_future;

/**
 * Connects to a path. While the listener's queue is full it waits and tries again, from 1 ms up to 100 ms
 * apart, as the system doesn't tell when there is room.
 *
 * Returns   0; -EINVAL, -ENAMETOOLONG, -ENOENT, -ECONNREFUSED (nobody listens there) and what else connect(2)
 *           says; -ENOMEM; -EDO_ENORUNTIME, -EDO_ENOIO; or why the waiting was cut short: -ECANCELED,
 *           -ETIMEDOUT, -EDO_ESHUTDOWN. Then *ret_stream is untouched.
 * Owns      the caller gets *ret_stream, until edo_unix_close. `path` is read at the first poll.
 * Suspends  unless it is connected at once.
 * Cancel    closes what was begun. A connection that was made first stands, unless the arm loses a select: then
 *           it is closed.
 */
EDO_API_UNIX int edo_unix_connect(const char *path, edo_unix_stream **ret_stream);
EDO_API_UNIX edo_unix_connect_future edo_unix_connect_async(const char *path,
                                                            edo_unix_stream **ret_stream);
/** The same to an address, which is read at the first poll. */
EDO_API_UNIX int edo_unix_connect_addr(const edo_unix_addr *addr, edo_unix_stream **ret_stream);
EDO_API_UNIX edo_unix_connect_future edo_unix_connect_addr_async(const edo_unix_addr *addr,
                                                                 edo_unix_stream **ret_stream);
/** Makes two connected streams. 0; what socketpair(2) says, and what edo_unix_listen says of the runtime. */
EDO_API_UNIX int edo_unix_pair(edo_unix_stream **ret_one, edo_unix_stream **ret_other);
typedef edo_fd_read_future edo_unix_read_future;

/**
 * Reads what is there, at most `len` bytes. Descriptors that come along are closed: edo_unix_recvmsg takes them.
 *
 * Returns   the count; 0 at the end, or when `len` is 0; -EINVAL; -ECONNRESET and what else recv(2) says;
 *           -ECANCELED when the stream is closed meanwhile; or why the waiting was cut short: -ECANCELED,
 *           -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` is the stream's until the read is READY.
 * Suspends  unless something is there.
 * Cancel    puts back: bytes that a losing arm took are the next read's, without descriptors that came along.
 *           Else takes nothing, or the success stands.
 */
EDO_API_UNIX ssize_t edo_unix_read(edo_unix_stream *stream, void *buf, size_t len);
EDO_API_UNIX edo_unix_read_future edo_unix_read_async(edo_unix_stream *stream, void *buf,
                                                      size_t len);
/** The same into `count` pieces; the array is read until it is READY. */
EDO_API_UNIX ssize_t edo_unix_readv(edo_unix_stream *stream, const struct iovec *iov, size_t count);
EDO_API_UNIX edo_unix_read_future edo_unix_readv_async(edo_unix_stream *stream,
                                                       const struct iovec *iov, size_t count);
/** Shows what a read would get, and leaves it. Cancel: takes nothing. */
EDO_API_UNIX ssize_t edo_unix_peek(edo_unix_stream *stream, void *buf, size_t len);
EDO_API_UNIX edo_unix_read_future edo_unix_peek_async(edo_unix_stream *stream, void *buf,
                                                      size_t len);
/** Without waiting: -EAGAIN when nothing is there. */
EDO_API_UNIX ssize_t edo_unix_try_read(edo_unix_stream *stream, void *buf, size_t len);
EDO_API_UNIX ssize_t edo_unix_try_readv(edo_unix_stream *stream, const struct iovec *iov,
                                        size_t count);
EDO_API_UNIX ssize_t edo_unix_try_peek(edo_unix_stream *stream, void *buf, size_t len);

typedef edo_fd_lent_future edo_unix_read_lent_future;

/**
 * Reads what is there, into a buffer that it borrows from the pool once bytes are there, as edo_tcp_read_lent
 * does: an idle connection has none. At the end *ret_lent is empty.
 *
 * Returns   as edo_unix_read; -ENOMEM: there is no buffer. Below 0 *ret_lent is untouched.
 * Owns      the caller gives *ret_lent back by edo_lent_give_back.
 * Suspends  unless something is there.
 * Cancel    puts back: bytes that a losing arm took are the next read's, and their buffer is the pool's again.
 *           Else takes nothing, or the success stands.
 */
EDO_API_UNIX ssize_t edo_unix_read_lent(edo_unix_stream *stream, edo_buffer_pool *pool,
                                        edo_lent *ret_lent);
EDO_API_UNIX edo_unix_read_lent_future edo_unix_read_lent_async(edo_unix_stream *stream,
                                                                edo_buffer_pool *pool,
                                                                edo_lent *ret_lent);
/** The same without waiting: -EAGAIN when nothing is there. */
EDO_API_UNIX ssize_t edo_unix_try_read_lent(edo_unix_stream *stream, edo_buffer_pool *pool,
                                            edo_lent *ret_lent);

typedef edo_fd_write_future edo_unix_write_future;

/**
 * Writes what there is room for, at most `len` bytes. No SIGPIPE is raised.
 *
 * Returns   the count; 0 when `len` is 0; -EINVAL; -EPIPE, -ECONNRESET and what else send(2) says; -ECANCELED
 *           when the stream is closed meanwhile; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT,
 *           -EDO_ESHUTDOWN.
 * Owns      `buf` is the stream's until the write is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave: bytes given stay given and are the result; none: -ECANCELED.
 */
EDO_API_UNIX ssize_t edo_unix_write(edo_unix_stream *stream, const void *buf, size_t len);
EDO_API_UNIX edo_unix_write_future edo_unix_write_async(edo_unix_stream *stream, const void *buf,
                                                        size_t len);
/** The same of `count` pieces; the array is read until it is READY. */
EDO_API_UNIX ssize_t edo_unix_writev(edo_unix_stream *stream, const struct iovec *iov,
                                     size_t count);
EDO_API_UNIX edo_unix_write_future edo_unix_writev_async(edo_unix_stream *stream,
                                                         const struct iovec *iov, size_t count);
/** Without waiting: -EAGAIN when there is no room. */
EDO_API_UNIX ssize_t edo_unix_try_write(edo_unix_stream *stream, const void *buf, size_t len);
EDO_API_UNIX ssize_t edo_unix_try_writev(edo_unix_stream *stream, const struct iovec *iov,
                                         size_t count);

typedef edo_fd_write_all_future edo_unix_write_all_future;

/**
 * Writes all of it.
 *
 * Returns   0; what edo_unix_write says, and then the future's `done` tells how far it came.
 * Owns      `buf` is the stream's until the write is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave, in `done`; the result is 0 only for the whole.
 */
EDO_API_UNIX int edo_unix_write_all(edo_unix_stream *stream, const void *buf, size_t len);
EDO_API_UNIX edo_unix_write_all_future edo_unix_write_all_async(edo_unix_stream *stream,
                                                                const void *buf, size_t len);

typedef edo_fd_ready_future edo_unix_ready_future;

/**
 * Waits until the stream is ready for some of `interest` (EDO_READABLE | EDO_WRITABLE and the like). Whoever
 * is told so may still be late: others may have read.
 *
 * Returns   what it is ready for, in flags: those asked for, and EDO_ERROR, EDO_READ_CLOSED, EDO_WRITE_CLOSED
 *           in any case; -EINVAL; -ECANCELED when the stream is closed meanwhile; or why the waiting was cut
 *           short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is ready.
 * Cancel    takes nothing.
 */
EDO_API_UNIX int edo_unix_ready(edo_unix_stream *stream, unsigned interest);
EDO_API_UNIX edo_unix_ready_future edo_unix_ready_async(edo_unix_stream *stream, unsigned interest);
/** Asks without waiting: -EAGAIN when it is ready for none of it. */
EDO_API_UNIX int edo_unix_try_ready(edo_unix_stream *stream, unsigned interest);
/** Waits until there is something to read, or the end: 0; what edo_unix_ready says. */
EDO_API_UNIX int edo_unix_readable(edo_unix_stream *stream);
EDO_API_UNIX edo_unix_ready_future edo_unix_readable_async(edo_unix_stream *stream);
/** Waits until there is room, or writing fails: 0; what edo_unix_ready says. */
EDO_API_UNIX int edo_unix_writable(edo_unix_stream *stream);
EDO_API_UNIX edo_unix_ready_future edo_unix_writable_async(edo_unix_stream *stream);

typedef edo_fd_send_file_future edo_unix_send_file_future;

/**
 * Sends `count` bytes of a file, from `offset` on, without their passing through the program; with
 * EDO_WHOLE_FILE all there are until its end. The file's own position stays as it is. What has to come from a
 * disk first, its worker waits for: where that may take long, read the file on a thread of its own.
 *
 * Returns   0: all of it; -EDO_EEOF: the file has fewer; -EINVAL (no file that can be sent so); what
 *           edo_unix_write says; or why the waiting was cut short. *ret_done, which may be NULL, is how many
 *           bytes were given, also after a failure.
 * Owns      `fd` stays open until it is READY, and is the caller's.
 * Suspends  unless there is room.
 * Cancel    says how much it gave, in `done`; the result is 0 only for the whole.
 */
EDO_API_UNIX int edo_unix_send_file(edo_unix_stream *stream, int fd, uint64_t offset,
                                    uint64_t count, uint64_t *ret_done);
EDO_API_UNIX edo_unix_send_file_future edo_unix_send_file_async(edo_unix_stream *stream, int fd,
                                                                uint64_t offset, uint64_t count);

/** The stream as a reader, a writer, and both; its shutdown ends the writing. It is borrowed. */
EDO_API_UNIX edo_reader edo_unix_reader(edo_unix_stream *stream);
EDO_API_UNIX edo_writer edo_unix_writer(edo_unix_stream *stream);
EDO_API_UNIX edo_io edo_unix_io(edo_unix_stream *stream);

/**
 * Shuts a half down; it may be done again. What was written before still arrives. Afterwards writes say
 * -EPIPE, reads 0.
 *
 * Returns   0; -EINVAL; -ENOTCONN; -EDO_ESHUTDOWN.
 */
EDO_API_UNIX int edo_unix_shutdown(edo_unix_stream *stream, edo_half half);
/**
 * Closes the stream. Reads and writes that are waiting end with -ECANCELED or their result. The handle is gone
 * from the call on. Works in a cancelled task and on a plain thread. Never waits.
 *
 * Returns   0; -EINVAL for NULL.
 */
EDO_API_UNIX int edo_unix_close(edo_unix_stream *stream);

/** The addresses of both ends; that of a client is mostly unnamed. 0; -EINVAL; what getpeername(2) says. */
EDO_API_UNIX int edo_unix_local_addr(const edo_unix_stream *stream, edo_unix_addr *ret_addr);
EDO_API_UNIX int edo_unix_peer_addr(const edo_unix_stream *stream, edo_unix_addr *ret_addr);

/** Who somebody is, or was when the connection was made. */
typedef struct edo_unix_cred {
    pid_t pid;
    uid_t uid; /**< the effective one */
    gid_t gid; /**< the effective one */
} edo_unix_cred;

/** Who connected, or listened; of a pair, who made it. 0; -EINVAL; what getsockopt(2) says. */
EDO_API_UNIX int edo_unix_peer_cred(const edo_unix_stream *stream, edo_unix_cred *ret_cred);
/** Takes the error that it keeps for the next call, as edo_tcp_take_error. */
EDO_API_UNIX int edo_unix_take_error(edo_unix_stream *stream);

/** The halves of a stream, for two owners. What edo/tcp.h says of its halves holds for these. */
typedef struct edo_unix_read_half edo_unix_read_half;
typedef struct edo_unix_write_half edo_unix_write_half;

/** Splits a stream. 0; -EINVAL for NULL or what is split already, and nothing has changed. */
EDO_API_UNIX int edo_unix_into_split(edo_unix_stream *stream, edo_unix_read_half **ret_read,
                                     edo_unix_write_half **ret_write);
/** Makes a stream of its halves again. 0; -EINVAL when they are of different streams: both stay the caller's. */
EDO_API_UNIX int edo_unix_reunite(edo_unix_read_half *read, edo_unix_write_half *write,
                                  edo_unix_stream **ret_stream);
/** The stream that a half is of, for what is asked of a stream in that direction. It is borrowed. */
EDO_API_UNIX edo_unix_stream *edo_unix_read_half_stream(edo_unix_read_half *half);
EDO_API_UNIX edo_unix_stream *edo_unix_write_half_stream(edo_unix_write_half *half);
/** The half as a reader, or a writer. It is borrowed. */
EDO_API_UNIX edo_reader edo_unix_read_half_reader(edo_unix_read_half *half);
EDO_API_UNIX edo_writer edo_unix_write_half_writer(edo_unix_write_half *half);
/** Closes a half; the connection is closed when both are. The write half's close is the end for the peer. */
EDO_API_UNIX int edo_unix_read_half_close(edo_unix_read_half *half);
EDO_API_UNIX int edo_unix_write_half_close(edo_unix_write_half *half);

EDO_END_DECLS

#endif
