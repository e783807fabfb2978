/*
 * edo/udp.h: UDP sockets: datagrams, each sent and received as a whole.
 *
 * A socket is bound to the runtime it was opened in and works from tasks of any; as many as like may send
 * and receive at the same time. After the runtime has ended, calls say -EDO_ESHUTDOWN; closing always works.
 * Options are in edo/udp_option.h; batches, control data and the error queue in edo/udp_message.h.
 *
 * What an earlier datagram met on its way comes back as the error of a later call, once: -ECONNREFUSED
 * where a connected socket's peer isn't there, -EHOSTUNREACH, -EMSGSIZE. The socket stays good.
 */
#ifndef EDO_UDP_H
#define EDO_UDP_H

#include <sys/uio.h>

#include <edo/addr.h>
#include <edo/datagram.h>
#include <edo/future.h>
#include <edo/op.h>
#include <edo/ready.h>

EDO_BEGIN_DECLS

typedef struct edo_udp_socket edo_udp_socket;

typedef struct edo_udp_opts {
    bool reuse_addr; /**< several sockets may have the address: for multicast */
    bool reuse_port; /**< several sockets share what comes to the address, by sender */
    bool v6_only;    /**< an IPv6 socket takes no IPv4 datagrams */
    bool broadcast;  /**< it may send to broadcast addresses */
} edo_udp_opts;

/**
 * Opens a socket on "host:port" with a numeric host; port 0 is a free one, which edo_udp_local_addr tells.
 * ":0" is for those who send first, "[::]:0" if they send to IPv6.
 *
 * Returns   0; -EINVAL (not an address), -EADDRINUSE and what else socket(2) and bind(2) say; -ENOMEM;
 *           -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN. Then *ret_socket is untouched.
 * Owns      the caller, until edo_udp_close.
 */
EDO_API_UDP int edo_udp_bind(const char *address, edo_udp_socket **ret_socket);
/** The same on an address and with options, which may be NULL. */
EDO_API_UDP int edo_udp_bind_with(const edo_addr *addr, const edo_udp_opts *opts,
                                  edo_udp_socket **ret_socket);
/**
 * Closes it. Sends and receives that are waiting end with -ECANCELED or their result; datagrams nobody has
 * received are gone. The handle is gone from the call on. Works in a cancelled task and on a plain thread.
 *
 * Returns   0; -EINVAL for NULL.
 */
EDO_API_UDP int edo_udp_close(edo_udp_socket *socket);

/**
 * Makes a socket of a UDP socket's descriptor, which it sets non-blocking.
 *
 * Returns   0; -EBADF, -ENOTSOCK, -EINVAL (another kind of socket; NULL); -ENOMEM; -EDO_ENORUNTIME,
 *           -EDO_ENOIO, -EDO_ESHUTDOWN. Then the descriptor is still the caller's, and as it was.
 * Owns      the socket has the descriptor on success.
 */
EDO_API_UDP int edo_udp_from_fd(int fd, edo_udp_socket **ret_socket);
/**
 * Gives the descriptor away, still non-blocking; the handle is gone then.
 *
 * Returns   0; -EINVAL; -EBUSY while sends or receives wait, or when a datagram was put back: then nothing
 *           has changed.
 * Owns      the caller gets *ret_fd.
 */
EDO_API_UDP int edo_udp_into_fd(edo_udp_socket *socket, int *ret_fd);
/** The descriptor, for setsockopt(2) and the like. It stays the socket's. -EINVAL for NULL. */
EDO_API_UDP int edo_udp_fd(const edo_udp_socket *socket);

/**
 * Gives the socket a peer, to whom edo_udp_send sends and from whom alone it receives from now on. What
 * came from others before stays. It may be done again. Nothing is sent, so nobody notices.
 *
 * Returns   0; -EINVAL (NULL, not an address); what connect(2) says; -EDO_ESHUTDOWN.
 */
EDO_API_UDP int edo_udp_connect(edo_udp_socket *socket, const char *address);
EDO_API_UDP int edo_udp_connect_addr(edo_udp_socket *socket, const edo_addr *addr);
/**
 * Takes the peer away again; the socket keeps its port. Linux frees a port that it had chosen itself, and
 * edo binds it again: in the moment between, another process might get it.
 *
 * Returns   0, also when there was none; -EINVAL; -EADDRINUSE: the port was lost; -EDO_ESHUTDOWN.
 */
EDO_API_UDP int edo_udp_disconnect(edo_udp_socket *socket);

/** Its own address. 0; -EINVAL. */
EDO_API_UDP int edo_udp_local_addr(const edo_udp_socket *socket, edo_addr *ret_addr);
/** Its peer's. 0; -EINVAL; -ENOTCONN when it has none. */
EDO_API_UDP int edo_udp_peer_addr(const edo_udp_socket *socket, edo_addr *ret_addr);

/** A receive under way, of any kind. Its fields are private; don't move it once it has been polled. */
typedef struct edo_udp_recv_future {
    edo_future base;
    edo_op op;
    edo_datagram_msg msg;
    struct iovec iov;
    void *ret; /**< an edo_addr; of edo_udp_recv_msg the caller's msghdr */
    uint32_t name[7];
    bool gives_way;
    bool is_msg;
} edo_udp_recv_future;

/**
 * Receives the next datagram. What doesn't fit into `len` bytes of it is dropped (edo_udp_recv_msg tells).
 *
 * Returns   its length, or `len` when it was cut; 0 for an empty datagram, which is no end; -EINVAL; an
 *           error that an earlier send met; -ECANCELED when the socket is closed meanwhile; or why the
 *           waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` is the socket's until the receive is READY.
 * Suspends  unless a datagram is there.
 * Cancel    puts back: a datagram that a losing arm took is the next receive's, with its sender. Else
 *           takes none, or the success stands.
 */
EDO_API_UDP ssize_t edo_udp_recv(edo_udp_socket *socket, void *buf, size_t len);
EDO_API_UDP edo_udp_recv_future edo_udp_recv_async(edo_udp_socket *socket, void *buf, size_t len);
/** The same, and tells who sent it. `ret_from` may be NULL. */
EDO_API_UDP ssize_t edo_udp_recv_from(edo_udp_socket *socket, void *buf, size_t len,
                                      edo_addr *ret_from);
EDO_API_UDP edo_udp_recv_future edo_udp_recv_from_async(edo_udp_socket *socket, void *buf,
                                                        size_t len, edo_addr *ret_from);
/** The same, but leaves the datagram where it is. Cancel: takes nothing. */
EDO_API_UDP ssize_t edo_udp_peek(edo_udp_socket *socket, void *buf, size_t len);
EDO_API_UDP edo_udp_recv_future edo_udp_peek_async(edo_udp_socket *socket, void *buf, size_t len);
EDO_API_UDP ssize_t edo_udp_peek_from(edo_udp_socket *socket, void *buf, size_t len,
                                      edo_addr *ret_from);
EDO_API_UDP edo_udp_recv_future edo_udp_peek_from_async(edo_udp_socket *socket, void *buf,
                                                        size_t len, edo_addr *ret_from);
/** Only the sender of the next datagram: 0. */
EDO_API_UDP int edo_udp_peek_sender(edo_udp_socket *socket, edo_addr *ret_from);
EDO_API_UDP edo_udp_recv_future edo_udp_peek_sender_async(edo_udp_socket *socket,
                                                          edo_addr *ret_from);
/** Without waiting: -EAGAIN when no datagram is there. */
EDO_API_UDP ssize_t edo_udp_try_recv(edo_udp_socket *socket, void *buf, size_t len);
EDO_API_UDP ssize_t edo_udp_try_recv_from(edo_udp_socket *socket, void *buf, size_t len,
                                          edo_addr *ret_from);
EDO_API_UDP ssize_t edo_udp_try_peek(edo_udp_socket *socket, void *buf, size_t len);
EDO_API_UDP ssize_t edo_udp_try_peek_from(edo_udp_socket *socket, void *buf, size_t len,
                                          edo_addr *ret_from);
EDO_API_UDP int edo_udp_try_peek_sender(edo_udp_socket *socket, edo_addr *ret_from);

/** A send under way, of any kind. Its fields are private; don't move it once it has been polled. */
typedef struct edo_udp_send_future {
    edo_future base;
    edo_op op;
    struct msghdr msg;
    struct iovec iov;
    uint32_t name[7];
    bool has_msg; /**< op.buf is to be msg */
} edo_udp_send_future;

/**
 * Sends a datagram to the socket's peer. That it was sent says nothing of its arrival.
 *
 * Returns   `len`; -EINVAL; -EDESTADDRREQ without a peer; -EMSGSIZE (over 65,507 bytes by IPv4, 65,527 by
 *           IPv6); an error that an earlier send met, and what else send(2) says; -ECANCELED when the
 *           socket is closed meanwhile; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT,
 *           -EDO_ESHUTDOWN.
 * Owns      `buf` is the socket's until the send is READY.
 * Suspends  unless there is room.
 * Cancel    takes nothing: it was sent as a whole, or not at all.
 */
EDO_API_UDP ssize_t edo_udp_send(edo_udp_socket *socket, const void *buf, size_t len);
EDO_API_UDP edo_udp_send_future edo_udp_send_async(edo_udp_socket *socket, const void *buf,
                                                   size_t len);
/** The same to an address; -EACCES for a broadcast address without the option. */
EDO_API_UDP ssize_t edo_udp_send_to(edo_udp_socket *socket, const void *buf, size_t len,
                                    const edo_addr *to);
EDO_API_UDP edo_udp_send_future edo_udp_send_to_async(edo_udp_socket *socket, const void *buf,
                                                      size_t len, const edo_addr *to);
/** One datagram of several pieces, at least one; `to` NULL: to the peer. */
EDO_API_UDP ssize_t edo_udp_sendv(edo_udp_socket *socket, const struct iovec *iov, int count,
                                  const edo_addr *to);
EDO_API_UDP edo_udp_send_future edo_udp_sendv_async(edo_udp_socket *socket, const struct iovec *iov,
                                                    int count, const edo_addr *to);
/** Without waiting: -EAGAIN when there is no room. */
EDO_API_UDP ssize_t edo_udp_try_send(edo_udp_socket *socket, const void *buf, size_t len);
EDO_API_UDP ssize_t edo_udp_try_send_to(edo_udp_socket *socket, const void *buf, size_t len,
                                        const edo_addr *to);

typedef edo_fd_ready_future edo_udp_ready_future;

/**
 * Waits until the socket is ready for something of `interest`: EDO_READABLE (a datagram is there),
 * EDO_WRITABLE, EDO_ERROR (edo_udp_try_recv_error or edo_udp_take_error has something to tell).
 *
 * Returns   what it is ready for, joined by |: of `interest`, or an error; -EINVAL; -ECANCELED when the socket
 *           is closed meanwhile; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is.
 * Cancel    takes nothing.
 */
EDO_API_UDP int edo_udp_ready(edo_udp_socket *socket, unsigned interest);
EDO_API_UDP edo_udp_ready_future edo_udp_ready_async(edo_udp_socket *socket, unsigned interest);
/** What it is ready for now, without waiting: -EAGAIN when for nothing of `interest`. */
EDO_API_UDP int edo_udp_try_ready(edo_udp_socket *socket, unsigned interest);
/** The same for one alone: 0 when a datagram is there, or an error; when there is room. */
EDO_API_UDP int edo_udp_readable(edo_udp_socket *socket);
EDO_API_UDP edo_udp_ready_future edo_udp_readable_async(edo_udp_socket *socket);
EDO_API_UDP int edo_udp_writable(edo_udp_socket *socket);
EDO_API_UDP edo_udp_ready_future edo_udp_writable_async(edo_udp_socket *socket);

EDO_END_DECLS

#endif
