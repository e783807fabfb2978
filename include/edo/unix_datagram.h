/*
 * edo/unix_datagram.h: Unix datagram sockets: messages within the machine, whole, in order, and none is lost:
 * a sender waits while the receiver's queue is full.
 */
#ifndef EDO_UNIX_DATAGRAM_H
#define EDO_UNIX_DATAGRAM_H

#include <edo/unix_message.h>

EDO_BEGIN_DECLS

typedef struct edo_unix_datagram edo_unix_datagram;

/**
 * Makes a socket that is bound to a path or an address. The path stays when it is closed.
 *
 * Returns   0; -EINVAL, -ENAMETOOLONG, -EADDRINUSE, -ENOENT and what else socket(2), bind(2) say; -ENOMEM;
 *           -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN. Then *ret_datagram is untouched.
 * Owns      the caller, until edo_unix_datagram_close.
 */
EDO_API_UNIX int edo_unix_datagram_bind(const char *path, edo_unix_datagram **ret_datagram);
EDO_API_UNIX int edo_unix_datagram_bind_addr(const edo_unix_addr *addr,
                                             edo_unix_datagram **ret_datagram);
/** Makes one that is bound to nothing, and two that are connected to each other. As edo_unix_datagram_bind. */
EDO_API_UNIX int edo_unix_datagram_unbound(edo_unix_datagram **ret_datagram);
EDO_API_UNIX int edo_unix_datagram_pair(edo_unix_datagram **ret_one, edo_unix_datagram **ret_other);
/**
 * Closes it. What waits ends with -ECANCELED or its result. The handle is gone from the call on. Works in a
 * cancelled task and on a plain thread. Never waits.
 *
 * Returns   0; -EINVAL for NULL.
 */
EDO_API_UNIX int edo_unix_datagram_close(edo_unix_datagram *datagram);

/**
 * Connects it: whom edo_unix_datagram_send sends to, and the only one it hears. It may be done again.
 *
 * Returns   0; -EINVAL, -ENAMETOOLONG, -ENOENT, -ECONNREFUSED, -EPERM (the other is connected to somebody else)
 *           and what else connect(2) says; -EDO_ESHUTDOWN.
 */
EDO_API_UNIX int edo_unix_datagram_connect(edo_unix_datagram *datagram, const char *path);
EDO_API_UNIX int edo_unix_datagram_connect_addr(edo_unix_datagram *datagram,
                                                const edo_unix_addr *addr);

/**
 * Sends a message, which may be empty, to whom it is connected to, or to `to`.
 *
 * Returns   `len`; -EINVAL; -ENOTCONN, -ECONNREFUSED (the receiver is gone), -ENOENT, -EMSGSIZE and what else
 *           sendmsg(2) says; -ECANCELED when it is closed meanwhile; or why the waiting was cut short:
 *           -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` and `to` are the socket's until the send is READY.
 * Suspends  unless there is room.
 * Cancel    says whether it gave: what was sent stays sent; else -ECANCELED.
 */
EDO_API_UNIX ssize_t edo_unix_datagram_send(edo_unix_datagram *datagram, const void *buf,
                                            size_t len);
EDO_API_UNIX edo_unix_send_future edo_unix_datagram_send_async(edo_unix_datagram *datagram,
                                                               const void *buf, size_t len);
EDO_API_UNIX ssize_t edo_unix_datagram_send_to(edo_unix_datagram *datagram, const void *buf,
                                               size_t len, const edo_unix_addr *to);
EDO_API_UNIX edo_unix_send_future edo_unix_datagram_send_to_async(edo_unix_datagram *datagram,
                                                                  const void *buf, size_t len,
                                                                  const edo_unix_addr *to);
/** Without waiting: -EAGAIN when there is no room. */
EDO_API_UNIX ssize_t edo_unix_datagram_try_send(edo_unix_datagram *datagram, const void *buf,
                                                size_t len);
EDO_API_UNIX ssize_t edo_unix_datagram_try_send_to(edo_unix_datagram *datagram, const void *buf,
                                                   size_t len, const edo_unix_addr *to);
/** The same of `count` pieces, with what `control` holds; `to` and `control` may be NULL. */
EDO_API_UNIX ssize_t edo_unix_datagram_sendmsg(edo_unix_datagram *datagram, const struct iovec *iov,
                                               size_t count, const edo_unix_addr *to,
                                               const edo_unix_control *control);
EDO_API_UNIX edo_unix_send_future edo_unix_datagram_sendmsg_async(edo_unix_datagram *datagram,
                                                                  const struct iovec *iov,
                                                                  size_t count,
                                                                  const edo_unix_addr *to,
                                                                  const edo_unix_control *control);

/**
 * Receives the next message, at most `len` bytes of it; what is beyond is lost. Descriptors that come along are
 * closed: edo_unix_datagram_recvmsg takes them.
 *
 * Returns   the count, which is 0 for an empty message; -EINVAL; what recvmsg(2) says; -ECANCELED when it is
 *           closed meanwhile; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` and *ret_from are the socket's until the receive is READY.
 * Suspends  unless a message is there.
 * Cancel    puts back: a message that a losing arm took is the next one's, with its sender, and if it was an
 *           edo_unix_datagram_recvmsg with what came along; of edo_unix_datagram_recv the sender is not known any
 *           more. Else takes nothing, or the success stands.
 */
EDO_API_UNIX ssize_t edo_unix_datagram_recv(edo_unix_datagram *datagram, void *buf, size_t len);
EDO_API_UNIX edo_unix_receive_future edo_unix_datagram_recv_async(edo_unix_datagram *datagram,
                                                                  void *buf, size_t len);
/** The same, and who sent it: an unnamed address for one that is bound to nothing. */
EDO_API_UNIX ssize_t edo_unix_datagram_recv_from(edo_unix_datagram *datagram, void *buf, size_t len,
                                                 edo_unix_addr *ret_from);
EDO_API_UNIX edo_unix_receive_future edo_unix_datagram_recv_from_async(edo_unix_datagram *datagram,
                                                                       void *buf, size_t len,
                                                                       edo_unix_addr *ret_from);
/** Shows the next message and leaves it. `ret_from` may be NULL. Cancel: takes nothing. */
EDO_API_UNIX ssize_t edo_unix_datagram_peek(edo_unix_datagram *datagram, void *buf, size_t len,
                                            edo_unix_addr *ret_from);
EDO_API_UNIX edo_unix_receive_future edo_unix_datagram_peek_async(edo_unix_datagram *datagram,
                                                                  void *buf, size_t len,
                                                                  edo_unix_addr *ret_from);
/** Without waiting: -EAGAIN when no message is there. */
EDO_API_UNIX ssize_t edo_unix_datagram_try_recv(edo_unix_datagram *datagram, void *buf, size_t len);
EDO_API_UNIX ssize_t edo_unix_datagram_try_recv_from(edo_unix_datagram *datagram, void *buf,
                                                     size_t len, edo_unix_addr *ret_from);
/** As edo_unix_datagram_recv_from, into `count` pieces and `control`; `ret_from` and `control` may be NULL. */
EDO_API_UNIX ssize_t edo_unix_datagram_recvmsg(edo_unix_datagram *datagram, const struct iovec *iov,
                                               size_t count, edo_unix_addr *ret_from,
                                               edo_unix_control *control);
EDO_API_UNIX edo_unix_receive_future edo_unix_datagram_recvmsg_async(edo_unix_datagram *datagram,
                                                                     const struct iovec *iov,
                                                                     size_t count,
                                                                     edo_unix_addr *ret_from,
                                                                     edo_unix_control *control);
/** Whether messages that are received tell who sent them. 0; -EINVAL; what setsockopt(2) says. */
EDO_API_UNIX int edo_unix_datagram_set_pass_cred(edo_unix_datagram *datagram, bool pass);

/** As edo_unix_ready. That it is writable says nothing of the queues of those it isn't connected to. */
EDO_API_UNIX int edo_unix_datagram_ready(edo_unix_datagram *datagram, unsigned interest);
EDO_API_UNIX edo_fd_ready_future edo_unix_datagram_ready_async(edo_unix_datagram *datagram,
                                                               unsigned interest);
/** As edo_unix_shutdown. */
EDO_API_UNIX int edo_unix_datagram_shutdown(edo_unix_datagram *datagram, edo_half half);
/** As edo_unix_take_error: the peer of a pair that has connected elsewhere and lost messages, say. */
EDO_API_UNIX int edo_unix_datagram_take_error(edo_unix_datagram *datagram);
/** Its own address, and that of whom it is connected to. 0; -EINVAL; -ENOTCONN. */
EDO_API_UNIX int edo_unix_datagram_local_addr(const edo_unix_datagram *datagram,
                                              edo_unix_addr *ret_addr);
EDO_API_UNIX int edo_unix_datagram_peer_addr(const edo_unix_datagram *datagram,
                                             edo_unix_addr *ret_addr);

EDO_END_DECLS

#endif
