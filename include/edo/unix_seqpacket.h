/*
 * edo/unix_seqpacket.h: Unix connections that keep messages apart (SOCK_SEQPACKET): what one send gave is what
 * one receive gets.
 *
 * What edo/unix.h says of listeners and streams holds here too.
 */
#ifndef EDO_UNIX_SEQPACKET_H
#define EDO_UNIX_SEQPACKET_H

#include <edo/unix_message.h>

EDO_BEGIN_DECLS

typedef struct edo_unix_seqpacket_listener edo_unix_seqpacket_listener;
typedef struct edo_unix_seqpacket edo_unix_seqpacket;

/** As edo_unix_listen. Owns: the caller, until edo_unix_seqpacket_listener_close. */
EDO_API_UNIX int edo_unix_seqpacket_listen(const char *path,
                                           edo_unix_seqpacket_listener **ret_listener);
EDO_API_UNIX int edo_unix_seqpacket_listen_with(const edo_unix_addr *addr,
                                                const edo_unix_listen_opts *opts,
                                                edo_unix_seqpacket_listener **ret_listener);
/** As edo_unix_listener_close. */
EDO_API_UNIX int edo_unix_seqpacket_listener_close(edo_unix_seqpacket_listener *listener);
/** The address it listens on. 0; -EINVAL. */
EDO_API_UNIX int edo_unix_seqpacket_listener_addr(const edo_unix_seqpacket_listener *listener,
                                                  edo_unix_addr *ret_addr);

/** As edo_unix_accept. Owns: the caller gets *ret_conn, until edo_unix_seqpacket_close. */
EDO_API_UNIX int edo_unix_seqpacket_accept(edo_unix_seqpacket_listener *listener,
                                           edo_unix_seqpacket **ret_conn);
EDO_API_UNIX edo_unix_accept_future edo_unix_seqpacket_accept_async(
    edo_unix_seqpacket_listener *listener, edo_unix_seqpacket **ret_conn);
/** As edo_unix_connect. Owns: the caller gets *ret_conn, until edo_unix_seqpacket_close. */
EDO_API_UNIX int edo_unix_seqpacket_connect(const char *path, edo_unix_seqpacket **ret_conn);
EDO_API_UNIX edo_unix_connect_future
edo_unix_seqpacket_connect_async(const char *path, edo_unix_seqpacket **ret_conn);
EDO_API_UNIX int edo_unix_seqpacket_connect_addr(const edo_unix_addr *addr,
                                                 edo_unix_seqpacket **ret_conn);
EDO_API_UNIX edo_unix_connect_future
edo_unix_seqpacket_connect_addr_async(const edo_unix_addr *addr, edo_unix_seqpacket **ret_conn);
/** As edo_unix_pair. */
EDO_API_UNIX int edo_unix_seqpacket_pair(edo_unix_seqpacket **ret_one,
                                         edo_unix_seqpacket **ret_other);

/**
 * Sends one message. An empty one is not told from the end by who receives it.
 *
 * Returns   `len`; -EINVAL; -EPIPE, -ECONNRESET, -EMSGSIZE and what else sendmsg(2) says; -ECANCELED when it is
 *           closed meanwhile; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` is the connection's until the send is READY.
 * Suspends  unless there is room.
 * Cancel    says whether it gave: what was sent stays sent; else -ECANCELED.
 */
EDO_API_UNIX ssize_t edo_unix_seqpacket_send(edo_unix_seqpacket *conn, const void *buf, size_t len);
EDO_API_UNIX edo_unix_send_future edo_unix_seqpacket_send_async(edo_unix_seqpacket *conn,
                                                                const void *buf, size_t len);
/** Without waiting: -EAGAIN when there is no room. */
EDO_API_UNIX ssize_t edo_unix_seqpacket_try_send(edo_unix_seqpacket *conn, const void *buf,
                                                 size_t len);
/** The same of `count` pieces, with what `control` holds, which may be NULL. */
EDO_API_UNIX ssize_t edo_unix_seqpacket_sendmsg(edo_unix_seqpacket *conn, const struct iovec *iov,
                                                size_t count, const edo_unix_control *control);
EDO_API_UNIX edo_unix_send_future edo_unix_seqpacket_sendmsg_async(edo_unix_seqpacket *conn,
                                                                   const struct iovec *iov,
                                                                   size_t count,
                                                                   const edo_unix_control *control);

/**
 * Receives the next message, at most `len` bytes of it; what is beyond is lost, and so are descriptors that come
 * along.
 *
 * Returns   the count; 0 at the end; -EINVAL; -ECONNRESET and what else recvmsg(2) says; -ECANCELED when it is
 *           closed meanwhile; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Owns      `buf` is the connection's until the receive is READY.
 * Suspends  unless a message is there.
 * Cancel    puts back: a message that a losing arm took is the next one's, and if it was an
 *           edo_unix_seqpacket_recvmsg with what came along. Else takes nothing, or the success stands.
 */
EDO_API_UNIX ssize_t edo_unix_seqpacket_recv(edo_unix_seqpacket *conn, void *buf, size_t len);
EDO_API_UNIX edo_unix_receive_future edo_unix_seqpacket_recv_async(edo_unix_seqpacket *conn,
                                                                   void *buf, size_t len);
/** Shows the next message and leaves it. Cancel: takes nothing. */
EDO_API_UNIX ssize_t edo_unix_seqpacket_peek(edo_unix_seqpacket *conn, void *buf, size_t len);
EDO_API_UNIX edo_unix_receive_future edo_unix_seqpacket_peek_async(edo_unix_seqpacket *conn,
                                                                   void *buf, size_t len);
/** Without waiting: -EAGAIN when no message is there. */
EDO_API_UNIX ssize_t edo_unix_seqpacket_try_recv(edo_unix_seqpacket *conn, void *buf, size_t len);
/** The same into `count` pieces, and `control`, which may be NULL. */
EDO_API_UNIX ssize_t edo_unix_seqpacket_recvmsg(edo_unix_seqpacket *conn, const struct iovec *iov,
                                                size_t count, edo_unix_control *control);
EDO_API_UNIX edo_unix_receive_future edo_unix_seqpacket_recvmsg_async(edo_unix_seqpacket *conn,
                                                                      const struct iovec *iov,
                                                                      size_t count,
                                                                      edo_unix_control *control);

/** As edo_unix_ready. */
EDO_API_UNIX int edo_unix_seqpacket_ready(edo_unix_seqpacket *conn, unsigned interest);
EDO_API_UNIX edo_fd_ready_future edo_unix_seqpacket_ready_async(edo_unix_seqpacket *conn,
                                                                unsigned interest);
/** As edo_unix_shutdown, edo_unix_close. */
EDO_API_UNIX int edo_unix_seqpacket_shutdown(edo_unix_seqpacket *conn, edo_half half);
/** As edo_unix_take_error. */
EDO_API_UNIX int edo_unix_seqpacket_take_error(edo_unix_seqpacket *conn);
EDO_API_UNIX int edo_unix_seqpacket_close(edo_unix_seqpacket *conn);
/** As edo_unix_local_addr, edo_unix_peer_addr, edo_unix_peer_cred, edo_unix_set_pass_cred. */
EDO_API_UNIX int edo_unix_seqpacket_local_addr(const edo_unix_seqpacket *conn,
                                               edo_unix_addr *ret_addr);
EDO_API_UNIX int edo_unix_seqpacket_peer_addr(const edo_unix_seqpacket *conn,
                                              edo_unix_addr *ret_addr);
EDO_API_UNIX int edo_unix_seqpacket_peer_cred(const edo_unix_seqpacket *conn,
                                              edo_unix_cred *ret_cred);
EDO_API_UNIX int edo_unix_seqpacket_set_pass_cred(edo_unix_seqpacket *conn, bool pass);

EDO_END_DECLS

#endif
