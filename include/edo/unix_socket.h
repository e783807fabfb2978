/* edo/unix_socket.h: a Unix socket that is not yet a listener, stream or datagram socket: to bind it first. */
#ifndef EDO_UNIX_SOCKET_H
#define EDO_UNIX_SOCKET_H

#include <edo/unix.h>
#include <edo/unix_datagram.h>

EDO_BEGIN_DECLS

typedef struct edo_unix_socket edo_unix_socket;

/**
 * Makes a socket, of which edo_unix_socket_listen or edo_unix_socket_connect makes more; or, of the other
 * kind, edo_unix_socket_datagram. What is of the wrong kind says -EOPNOTSUPP.
 *
 * Returns   0; -EINVAL; what socket(2) says; -ENOMEM.
 * Owns      the caller, until edo_unix_socket_close, also after it was used up.
 */
EDO_API_UNIX int edo_unix_socket_new_stream(edo_unix_socket **ret_socket);
EDO_API_UNIX int edo_unix_socket_new_datagram(edo_unix_socket **ret_socket);
/** Closes it. What was made of it stays. 0; -EINVAL for NULL; -EALREADY while it is being connected. */
EDO_API_UNIX int edo_unix_socket_close(edo_unix_socket *socket);

/**
 * Binds it to a path or name.
 *
 * Returns   0; -EINVAL (also for one that is bound, or used up); -EALREADY while it is being connected;
 *           -EADDRINUSE, -ENOENT and what else bind(2) says; -ENAMETOOLONG.
 */
EDO_API_UNIX int edo_unix_socket_bind(edo_unix_socket *socket, const char *path);
EDO_API_UNIX int edo_unix_socket_bind_addr(edo_unix_socket *socket, const edo_unix_addr *addr);
/** What it is bound to. 0; -EINVAL, also once it is used up. */
EDO_API_UNIX int edo_unix_socket_local_addr(const edo_unix_socket *socket, edo_unix_addr *ret_addr);

/**
 * Makes it listen. `opts` may be NULL. On success it is used up.
 *
 * Returns   0; -EINVAL (also for one that is not bound, or used up); -EALREADY; -EOPNOTSUPP for a datagram
 *           socket; what edo_unix_listen says of the runtime.
 * Owns      the caller gets *ret_listener, until edo_unix_listener_close.
 */
EDO_API_UNIX int edo_unix_socket_listen(edo_unix_socket *socket, const edo_unix_listen_opts *opts,
                                        edo_unix_listener **ret_listener);
/**
 * Connects it, as edo_unix_connect. On success it is used up; else it is as it was, and may be connected again.
 *
 * Returns   0; -EALREADY while it is being connected; -EISCONN once it is used up; -EOPNOTSUPP for a datagram
 *           socket; what edo_unix_connect says.
 * Owns      the caller gets *ret_stream, until edo_unix_close. The address is read at the first poll.
 * Suspends  unless it is connected at once.
 * Cancel    withdraws: the socket may be connected again. A connection that was made first stands, unless the
 *           arm loses a select: then it is closed, and the socket is used up.
 */
EDO_API_UNIX int edo_unix_socket_connect(edo_unix_socket *socket, const char *path,
                                         edo_unix_stream **ret_stream);
EDO_API_UNIX edo_unix_connect_future edo_unix_socket_connect_async(edo_unix_socket *socket,
                                                                   const char *path,
                                                                   edo_unix_stream **ret_stream);
EDO_API_UNIX int edo_unix_socket_connect_addr(edo_unix_socket *socket, const edo_unix_addr *addr,
                                              edo_unix_stream **ret_stream);
EDO_API_UNIX edo_unix_connect_future edo_unix_socket_connect_addr_async(
    edo_unix_socket *socket, const edo_unix_addr *addr, edo_unix_stream **ret_stream);
/**
 * Makes a datagram socket of it. On success it is used up.
 *
 * Returns   0; -EINVAL; -EOPNOTSUPP for a stream socket; -ENOMEM; what edo_unix_listen says of the runtime.
 * Owns      the caller gets *ret_datagram, until edo_unix_datagram_close.
 */
EDO_API_UNIX int edo_unix_socket_datagram(edo_unix_socket *socket,
                                          edo_unix_datagram **ret_datagram);

EDO_END_DECLS

#endif
