/*
 * edo/tcp.h: TCP listeners and streams.
 *
 * A listener or stream is bound to the runtime it was opened in and works from tasks of any. One
 * task may read and another write at the same time. After the runtime has ended, calls say
 * -EDO_ESHUTDOWN; closing always works.
 */
#ifndef EDO_TCP_H
#define EDO_TCP_H

#include <edo/addr.h>
#include <edo/buffer_pool.h>
#include <edo/fd_io.h>
#include <edo/future.h>
#include <edo/io.h>
#include <edo/lookup.h>
#include <edo/ready.h>
#include <edo/op.h>
#include <edo/socket.h>

EDO_BEGIN_DECLS

typedef struct edo_tcp_listener edo_tcp_listener;
typedef struct edo_tcp_stream edo_tcp_stream;

typedef struct edo_tcp_listen_opts {
    int backlog;        /**< connections the system keeps waiting; 0: 1024 */
    bool no_reuse_addr; /**< leave SO_REUSEADDR off */
    bool reuse_port;    /**< several listeners on one port share its connections */
    bool v6_only;       /**< an IPv6 listener takes no IPv4 connections */
} edo_tcp_listen_opts;

/** A listen on a name under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_tcp_listen_future {
    edo_future base;
    edo_lookup_future lookup;
    edo_addr_list found;
    edo_tcp_listener **ret_listener;
    const char *text;
    edo_tcp_listen_opts opts;
    unsigned port;
    char port_text[6];
    bool is_host;
    bool is_looking;
} edo_tcp_listen_future;

/**
 * Listens on "host:port": "127.0.0.1:80", "[::1]:80", "localhost:80", ":80" (every address of the machine,
 * IPv4). Port 0 is a free one, which edo_tcp_listener_addr tells. A name is looked up, and its addresses are
 * tried in turn until one can be listened on.
 *
 * Returns   0; -EINVAL (neither an address nor a name), -EADDRINUSE and what else socket(2), bind(2),
 *           listen(2) say; what edo_lookup says of a name (-EINVAL in a build without look-ups); -ENOMEM;
 *           -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN. Then *ret_listener is untouched.
 * Owns      the caller, until edo_tcp_listener_close. `address` stays until it is READY.
 * Suspends  for a name.
 * Cancel    of the look-up as edo_lookup. A listener that a losing arm got is closed.
 */
EDO_API_TCP int edo_tcp_listen(const char *address, edo_tcp_listener **ret_listener);
EDO_API_TCP edo_tcp_listen_future edo_tcp_listen_async(const char *address,
                                                       edo_tcp_listener **ret_listener);
/** The same with host and port apart ("::1", "localhost"), and with options, which may be NULL. */
EDO_API_TCP int edo_tcp_listen_host(const char *host, unsigned port,
                                    const edo_tcp_listen_opts *opts,
                                    edo_tcp_listener **ret_listener);
EDO_API_TCP edo_tcp_listen_future edo_tcp_listen_host_async(const char *host, unsigned port,
                                                            const edo_tcp_listen_opts *opts,
                                                            edo_tcp_listener **ret_listener);
/** The same for an address and with options, which may be NULL. Never suspends. */
EDO_API_TCP int edo_tcp_listen_with(const edo_addr *addr, const edo_tcp_listen_opts *opts,
                                    edo_tcp_listener **ret_listener);
/**
 * Closes it: no new connections. Accepts that are waiting end with -ECANCELED. The handle is gone
 * from the call on, whatever it returns. Works in a cancelled task and on a plain thread.
 *
 * Returns   0; -EINVAL for NULL.
 */
EDO_API_TCP int edo_tcp_listener_close(edo_tcp_listener *listener);
/** The address it listens on. 0; -EINVAL. */
EDO_API_TCP int edo_tcp_listener_addr(const edo_tcp_listener *listener, edo_addr *ret_addr);

typedef edo_socket_accept_future edo_tcp_accept_future;

/**
 * Takes the next connection. A connection that ended before it was taken is passed over; when
 * descriptors or memory run short it waits and tries again, from 1 ms up to 100 ms apart.
 *
 * Returns   0; -EINVAL; -ECANCELED when the listener is closed meanwhile; -ENOMEM; or why the
 *           waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      the caller gets *ret_stream, until edo_tcp_close.
 * Suspends  unless a connection is waiting.
 * Cancel    puts back: a connection that a losing arm took is the next accept's. Else takes none,
 *           or the success stands.
 */
EDO_API_TCP int edo_tcp_accept(edo_tcp_listener *listener, edo_tcp_stream **ret_stream);
EDO_API_TCP edo_tcp_accept_future edo_tcp_accept_async(edo_tcp_listener *listener,
                                                       edo_tcp_stream **ret_stream);
/** The same, and the peer's address, unless `ret_peer` is NULL. One that has gone already has none: zeros. */
EDO_API_TCP int edo_tcp_accept_from(edo_tcp_listener *listener, edo_tcp_stream **ret_stream,
                                    edo_addr *ret_peer);
EDO_API_TCP edo_tcp_accept_future edo_tcp_accept_from_async(edo_tcp_listener *listener,
                                                            edo_tcp_stream **ret_stream,
                                                            edo_addr *ret_peer);

/** A connect under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_tcp_connect_future {
    edo_future base;
    edo_tcp_stream *stream;
    edo_tcp_stream **ret_stream;
    edo_op op;
    uint64_t addr[4];
    uint32_t addr_len;
    int error;
    const void *target;
    size_t target_len;
    void *dial;
    uint64_t delay_ns;
    uint16_t port;
    bool is_name;
} edo_tcp_connect_future;

/**
 * Connects to "host:port": "127.0.0.1:80", "[::1]:80", "localhost:80". A name is looked up, and its addresses
 * are tried as edo_tcp_connect_any does.
 *
 * Returns   0; -EINVAL (neither an address nor a name), -ECONNREFUSED and what else connect(2) says; what
 *           edo_lookup says of a name (-EINVAL in a build without look-ups); -ENOMEM; -EDO_ENORUNTIME,
 *           -EDO_ENOIO; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN. Then
 *           *ret_stream is untouched.
 * Owns      the caller gets *ret_stream, until edo_tcp_close. `address` stays until it is READY.
 * Suspends  unless it is connected at once.
 * Cancel    closes the half-open connections; a look-up leaves an orphan. A connection that was made first
 *           stands, unless the arm loses a select: then it is closed.
 */
EDO_API_TCP int edo_tcp_connect(const char *address, edo_tcp_stream **ret_stream);
EDO_API_TCP edo_tcp_connect_future edo_tcp_connect_async(const char *address,
                                                         edo_tcp_stream **ret_stream);
/** The same with host and port apart ("::1", "localhost"). */
EDO_API_TCP int edo_tcp_connect_host(const char *host, unsigned port, edo_tcp_stream **ret_stream);
EDO_API_TCP edo_tcp_connect_future edo_tcp_connect_host_async(const char *host, unsigned port,
                                                              edo_tcp_stream **ret_stream);
/** The same to an address. */
EDO_API_TCP int edo_tcp_connect_addr(const edo_addr *addr, edo_tcp_stream **ret_stream);
EDO_API_TCP edo_tcp_connect_future edo_tcp_connect_addr_async(const edo_addr *addr,
                                                              edo_tcp_stream **ret_stream);

/** Zeros are the defaults. */
typedef struct edo_tcp_connect_opts {
    edo_duration
        attempt_delay; /**< how long an attempt has before the next one begins; 0: 250 ms */
} edo_tcp_connect_opts;

/**
 * Connects to the first of `count` addresses that works ("happy eyeballs", RFC 8305): one after the other,
 * IPv6 and IPv4 by turns, the next one when those before have failed or haven't ended within the delay. The
 * others are closed then. Without timers the next one begins when the one before has failed.
 *
 * Returns   as edo_tcp_connect; the error is that of the attempt that failed last; -EINVAL for none.
 * Owns      the caller gets *ret_stream. `addrs` stays until it is READY. `opts` may be NULL.
 * Suspends, Cancel  as edo_tcp_connect.
 */
EDO_API_TCP int edo_tcp_connect_any(const edo_addr *addrs, size_t count,
                                    const edo_tcp_connect_opts *opts, edo_tcp_stream **ret_stream);
EDO_API_TCP edo_tcp_connect_future edo_tcp_connect_any_async(const edo_addr *addrs, size_t count,
                                                             const edo_tcp_connect_opts *opts,
                                                             edo_tcp_stream **ret_stream);

typedef edo_fd_read_future edo_tcp_read_future;

/**
 * Reads what is there, at most `len` bytes.
 *
 * Returns   the count; 0 at the end, or when `len` is 0; -EINVAL; -ECONNRESET and what else recv(2)
 *           says; -ECANCELED when the stream is closed meanwhile; or why the waiting was cut
 *           short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` is the stream's until the read is READY.
 * Suspends  unless something is there.
 * Cancel    puts back: bytes that a losing arm took are the next read's. Else takes nothing, or
 *           the success stands.
 */
EDO_API_TCP ssize_t edo_tcp_read(edo_tcp_stream *stream, void *buf, size_t len);
EDO_API_TCP edo_tcp_read_future edo_tcp_read_async(edo_tcp_stream *stream, void *buf, size_t len);
/** Reads without waiting: -EAGAIN when nothing is there. */
EDO_API_TCP ssize_t edo_tcp_try_read(edo_tcp_stream *stream, void *buf, size_t len);
/** The same into several pieces, one after the other, which stay with the array until it is READY. */
EDO_API_TCP ssize_t edo_tcp_readv(edo_tcp_stream *stream, const struct iovec *iov, size_t count);
EDO_API_TCP edo_tcp_read_future edo_tcp_readv_async(edo_tcp_stream *stream, const struct iovec *iov,
                                                    size_t count);
EDO_API_TCP ssize_t edo_tcp_try_readv(edo_tcp_stream *stream, const struct iovec *iov,
                                      size_t count);
/** As edo_tcp_read, and what it shows is still there for the next one. It waits if nothing is there. */
EDO_API_TCP ssize_t edo_tcp_peek(edo_tcp_stream *stream, void *buf, size_t len);
EDO_API_TCP edo_tcp_read_future edo_tcp_peek_async(edo_tcp_stream *stream, void *buf, size_t len);
EDO_API_TCP ssize_t edo_tcp_try_peek(edo_tcp_stream *stream, void *buf, size_t len);

typedef edo_fd_lent_future edo_tcp_read_lent_future;

/**
 * Reads what is there, into a buffer that it borrows from the pool once bytes are there: an idle
 * connection has none. At the end *ret_lent is empty.
 *
 * Returns   as edo_tcp_read; -ENOMEM: there is no buffer. Below 0 *ret_lent is untouched.
 * Owns      the caller gives *ret_lent back by edo_lent_give_back.
 * Suspends  unless something is there.
 * Cancel    puts back: bytes that a losing arm took are the next read's, and their buffer is the pool's
 *           again. Else takes nothing, or the success stands.
 */
EDO_API_TCP ssize_t edo_tcp_read_lent(edo_tcp_stream *stream, edo_buffer_pool *pool,
                                      edo_lent *ret_lent);
EDO_API_TCP edo_tcp_read_lent_future edo_tcp_read_lent_async(edo_tcp_stream *stream,
                                                             edo_buffer_pool *pool,
                                                             edo_lent *ret_lent);
/** The same without waiting: -EAGAIN when nothing is there. */
EDO_API_TCP ssize_t edo_tcp_try_read_lent(edo_tcp_stream *stream, edo_buffer_pool *pool,
                                          edo_lent *ret_lent);

typedef edo_fd_write_future edo_tcp_write_future;

/**
 * Writes what there is room for, at most `len` bytes. No SIGPIPE is raised.
 *
 * Returns   the count; 0 when `len` is 0; -EINVAL; -EPIPE, -ECONNRESET and what else send(2) says;
 *           -ECANCELED when the stream is closed meanwhile; or why the waiting was cut short:
 *           -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` is the stream's until the write is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave: bytes given stay given and are the result; none: -ECANCELED.
 */
EDO_API_TCP ssize_t edo_tcp_write(edo_tcp_stream *stream, const void *buf, size_t len);
EDO_API_TCP edo_tcp_write_future edo_tcp_write_async(edo_tcp_stream *stream, const void *buf,
                                                     size_t len);
/** Writes without waiting: -EAGAIN when there is no room. */
EDO_API_TCP ssize_t edo_tcp_try_write(edo_tcp_stream *stream, const void *buf, size_t len);
/** The same of several pieces, one after the other, which stay with the array until it is READY. */
EDO_API_TCP ssize_t edo_tcp_writev(edo_tcp_stream *stream, const struct iovec *iov, size_t count);
EDO_API_TCP edo_tcp_write_future edo_tcp_writev_async(edo_tcp_stream *stream,
                                                      const struct iovec *iov, size_t count);
EDO_API_TCP ssize_t edo_tcp_try_writev(edo_tcp_stream *stream, const struct iovec *iov,
                                       size_t count);

typedef edo_fd_write_all_future edo_tcp_write_all_future;

/**
 * Writes all of it.
 *
 * Returns   0; what edo_tcp_write says, and then the future's `done` tells how far it came.
 * Owns      `buf` is the stream's until the write is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave, in `done`; the result is 0 only for the whole.
 */
EDO_API_TCP int edo_tcp_write_all(edo_tcp_stream *stream, const void *buf, size_t len);
EDO_API_TCP edo_tcp_write_all_future edo_tcp_write_all_async(edo_tcp_stream *stream,
                                                             const void *buf, size_t len);

typedef edo_fd_ready_future edo_tcp_ready_future;

/**
 * Waits until the stream is ready for some of `interest` (EDO_READABLE | EDO_WRITABLE and the like). Whoever
 * comes first may read it all meanwhile: then a try says -EAGAIN, and one waits again.
 *
 * Returns   what it is ready for, in flags: those asked for, and EDO_ERROR, EDO_READ_CLOSED,
 *           EDO_WRITE_CLOSED; -EINVAL; -ECANCELED when the stream is closed meanwhile; or why the waiting
 *           was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is ready.
 * Cancel    takes nothing.
 */
EDO_API_TCP int edo_tcp_ready(edo_tcp_stream *stream, unsigned interest);
EDO_API_TCP edo_tcp_ready_future edo_tcp_ready_async(edo_tcp_stream *stream, unsigned interest);
/** Asks without waiting: -EAGAIN when it is ready for none of it. */
EDO_API_TCP int edo_tcp_try_ready(edo_tcp_stream *stream, unsigned interest);
/** Waits until there is something to read, or the end: 0; what edo_tcp_ready says. */
EDO_API_TCP int edo_tcp_readable(edo_tcp_stream *stream);
EDO_API_TCP edo_tcp_ready_future edo_tcp_readable_async(edo_tcp_stream *stream);
/** Waits until there is room, or writing fails: 0; what edo_tcp_ready says. */
EDO_API_TCP int edo_tcp_writable(edo_tcp_stream *stream);
EDO_API_TCP edo_tcp_ready_future edo_tcp_writable_async(edo_tcp_stream *stream);

typedef edo_fd_send_file_future edo_tcp_send_file_future;

/**
 * Sends `count` bytes of a file, from `offset` on, without their passing through the program; with
 * EDO_WHOLE_FILE all there are until its end. The file's own position stays as it is. What has to come from a
 * disk first, its worker waits for: where that may take long, read the file on a thread of its own.
 *
 * Returns   0: all of it; -EDO_EEOF: the file has fewer; -EINVAL (no file that can be sent so); what
 *           edo_tcp_write says; or why the waiting was cut short. *ret_done, which may be NULL, is how many
 *           bytes were given, also after a failure.
 * Owns      `fd` stays open until it is READY, and is the caller's.
 * Suspends  unless there is room.
 * Cancel    says how much it gave, in `done`; the result is 0 only for the whole.
 */
EDO_API_TCP int edo_tcp_send_file(edo_tcp_stream *stream, int fd, uint64_t offset, uint64_t count,
                                  uint64_t *ret_done);
EDO_API_TCP edo_tcp_send_file_future edo_tcp_send_file_async(edo_tcp_stream *stream, int fd,
                                                             uint64_t offset, uint64_t count);

/** The stream as a reader, a writer, and both; its shutdown ends the writing. It is borrowed. */
EDO_API_TCP edo_reader edo_tcp_reader(edo_tcp_stream *stream);
EDO_API_TCP edo_writer edo_tcp_writer(edo_tcp_stream *stream);
EDO_API_TCP edo_io edo_tcp_io(edo_tcp_stream *stream);

/**
 * Shuts a half down; it may be done again. What was written before still arrives. Afterwards writes
 * say -EPIPE, reads 0.
 *
 * Returns   0; -EINVAL; -ENOTCONN when the peer has reset the connection; -EDO_ESHUTDOWN.
 */
EDO_API_TCP int edo_tcp_shutdown(edo_tcp_stream *stream, edo_half half);

/**
 * Closes the stream. Reads and writes that are waiting end with -ECANCELED or their result. The
 * handle is gone from the call on. Works in a cancelled task and on a plain thread. Never waits.
 *
 * Returns   0; -EINVAL for NULL.
 */
EDO_API_TCP int edo_tcp_close(edo_tcp_stream *stream);

/**
 * The halves of a stream, for two owners: a task that reads and one that writes, each of which closes its
 * own. The functions of the stream are had by edo_tcp_read_half_stream and edo_tcp_write_half_stream; use
 * those of the half's own direction only, and never edo_tcp_close.
 */
typedef struct edo_tcp_read_half edo_tcp_read_half;
typedef struct edo_tcp_write_half edo_tcp_write_half;

/**
 * Splits a stream. Its handle is gone then.
 *
 * Returns   0; -EINVAL for NULL or what is split already, and nothing has changed.
 * Owns      the caller gets both halves, until each is closed or they are reunited.
 */
EDO_API_TCP int edo_tcp_into_split(edo_tcp_stream *stream, edo_tcp_read_half **ret_read,
                                   edo_tcp_write_half **ret_write);
/**
 * Makes a stream of its two halves again. Nobody uses either meanwhile.
 *
 * Returns   0; -EINVAL when they are of different streams: then the caller still has both.
 */
EDO_API_TCP int edo_tcp_reunite(edo_tcp_read_half *read, edo_tcp_write_half *write,
                                edo_tcp_stream **ret_stream);
/** The stream that a half is of, to read or peek, to write, or for its addresses. It is borrowed. */
EDO_API_TCP edo_tcp_stream *edo_tcp_read_half_stream(edo_tcp_read_half *half);
EDO_API_TCP edo_tcp_stream *edo_tcp_write_half_stream(edo_tcp_write_half *half);
/** The half as a reader, or a writer. It is borrowed. */
EDO_API_TCP edo_reader edo_tcp_read_half_reader(edo_tcp_read_half *half);
EDO_API_TCP edo_writer edo_tcp_write_half_writer(edo_tcp_write_half *half);
/**
 * Closes a half; the connection is closed when both are. Closing the write half lets the peer read the end.
 * The handle is gone from the call on. What still waits in this direction goes on until it has its result, or
 * the other half is closed too. Works in a cancelled task and on a plain thread. Never waits.
 *
 * Returns   0; -EINVAL for NULL.
 */
EDO_API_TCP int edo_tcp_read_half_close(edo_tcp_read_half *half);
EDO_API_TCP int edo_tcp_write_half_close(edo_tcp_write_half *half);

/** The addresses of both ends. 0; -EINVAL; -ENOTCONN and what getpeername(2) says. */
EDO_API_TCP int edo_tcp_local_addr(const edo_tcp_stream *stream, edo_addr *ret_addr);
EDO_API_TCP int edo_tcp_peer_addr(const edo_tcp_stream *stream, edo_addr *ret_addr);

/** Small writes go out at once (true), or wait to be joined. Streams start with true. */
EDO_API_TCP int edo_tcp_set_nodelay(edo_tcp_stream *stream, bool nodelay);
/** Close resets the connection (0), or behaves as the system does (a negative number). See edo/tcp_option.h. */
EDO_API_TCP int edo_tcp_set_linger(edo_tcp_stream *stream, int seconds);

EDO_END_DECLS

#endif
