/*
 * edo/tcp_socket.h: TCP sockets that are neither listeners nor connections yet: every option, and an address of
 * one's own, before they become the one or the other. And descriptors, from and to elsewhere.
 */
#ifndef EDO_TCP_SOCKET_H
#define EDO_TCP_SOCKET_H

#include <edo/tcp_option.h>

EDO_BEGIN_DECLS

/** Once it has become a listener or a connection it is spent: nothing is left but to close it. */
typedef struct edo_tcp_socket edo_tcp_socket;

/**
 * Makes a socket of AF_INET or AF_INET6. EDO_TCP_NODELAY is set, and EDO_TCP_REUSE_ADDR is not.
 *
 * Returns   0; -EINVAL, -EAFNOSUPPORT and what else socket(2) says; -ENOMEM. Then *ret_socket is untouched.
 * Owns      the caller, until edo_tcp_socket_close.
 */
EDO_API_TCP int edo_tcp_socket_new(int family, edo_tcp_socket **ret_socket);
/**
 * Closes it, unless it is spent, and frees it. A connect that is waiting ends with -ECANCELED. The handle is
 * gone from the call on.
 *
 * Returns   0; -EINVAL for NULL.
 */
EDO_API_TCP int edo_tcp_socket_close(edo_tcp_socket *socket);

/*
 * Each of these says of one that is spent: -EALREADY while it connects, -EISCONN once it is connected, -EINVAL
 * when it listens, -EBADF after a connect that failed or was cancelled, or when its descriptor was taken.
 */

/** Options, as edo_tcp_set_option and edo_tcp_option. */
EDO_API_TCP int edo_tcp_socket_set_option(edo_tcp_socket *socket, edo_tcp_option_name name,
                                          int value);
EDO_API_TCP int edo_tcp_socket_option(edo_tcp_socket *socket, edo_tcp_option_name name,
                                      int *ret_value);
/** Binds it to a network device by its name ("eth0"); "": to none. 0; -EINVAL, -ENODEV, -EPERM. */
EDO_API_TCP int edo_tcp_socket_bind_device(edo_tcp_socket *socket, const char *device);
/**
 * Writes the name of that device and its end to `text`.
 *
 * Returns   the length without the end, 0: it is bound to none; -EINVAL; -ENOSPC when `size` is too small.
 */
EDO_API_TCP int edo_tcp_socket_device(edo_tcp_socket *socket, char *text, size_t size);
/** Gives it its own address. 0; -EINVAL (also when it has one), -EADDRINUSE and what else bind(2) says. */
EDO_API_TCP int edo_tcp_socket_bind(edo_tcp_socket *socket, const edo_addr *addr);
/** Its own address: zeros and port 0 before it has one. 0; -EINVAL. */
EDO_API_TCP int edo_tcp_socket_local_addr(edo_tcp_socket *socket, edo_addr *ret_addr);

/**
 * Makes a listener of it; `backlog` as in edo_tcp_listen_opts. Without an address it gets a free port. Its
 * connections inherit its options, but for a linger of more than 0 seconds.
 *
 * Returns   0; -EINVAL, -EADDRINUSE and what else listen(2) says; -ENOMEM; -EDO_ENORUNTIME, -EDO_ENOIO,
 *           -EDO_ESHUTDOWN. Then *ret_listener is untouched, and the socket isn't spent.
 * Owns      the caller gets *ret_listener.
 */
EDO_API_TCP int edo_tcp_socket_listen(edo_tcp_socket *socket, int backlog,
                                      edo_tcp_listener **ret_listener);

/** A connect of a socket under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_tcp_socket_connect_future {
    edo_future base;
    edo_tcp_socket *socket;
    edo_tcp_stream *stream;
    edo_tcp_stream **ret_stream;
    edo_op op;
    uint64_t addr[4];
    uint32_t addr_len;
    int error;
} edo_tcp_socket_connect_future;

/**
 * Makes a connection of it. From the first poll on it is spent, however that ends.
 *
 * Returns   as edo_tcp_connect_addr; -ECANCELED also when the socket is closed meanwhile.
 * Owns      the caller gets *ret_stream, until edo_tcp_close.
 * Suspends  unless it is connected at once.
 * Cancel    closes the half-open connection. A connection that was made first stands, unless the arm loses a
 *           select: then it is closed.
 */
EDO_API_TCP int edo_tcp_socket_connect(edo_tcp_socket *socket, const edo_addr *addr,
                                       edo_tcp_stream **ret_stream);
EDO_API_TCP edo_tcp_socket_connect_future edo_tcp_socket_connect_async(edo_tcp_socket *socket,
                                                                       const edo_addr *addr,
                                                                       edo_tcp_stream **ret_stream);

/**
 * Makes a connection, a listener or a socket of a descriptor, which it sets non-blocking.
 *
 * Returns   0; -EBADF, -ENOTSOCK; -EINVAL (another kind of socket; NULL; one that listens as a stream, one that
 *           doesn't as a listener); -ENOTCONN (not connected, as a stream); -ENOMEM; for streams and listeners
 *           -EDO_ENORUNTIME, -EDO_ENOIO, -EDO_ESHUTDOWN. Then the descriptor is still the caller's, and as it
 *           was.
 * Owns      the stream, listener or socket has the descriptor on success.
 */
EDO_API_TCP int edo_tcp_from_fd(int fd, edo_tcp_stream **ret_stream);
EDO_API_TCP int edo_tcp_listener_from_fd(int fd, edo_tcp_listener **ret_listener);
EDO_API_TCP int edo_tcp_socket_from_fd(int fd, edo_tcp_socket **ret_socket);

/**
 * Gives the descriptor away, non-blocking or blocking; the handle is gone then. Works also when the runtime has
 * ended.
 *
 * Returns   0; -EINVAL; -EBUSY while operations wait, or when something was put back: then nothing has changed;
 *           of a socket what is said above.
 * Owns      the caller gets *ret_fd.
 */
EDO_API_TCP int edo_tcp_into_fd(edo_tcp_stream *stream, int *ret_fd);
EDO_API_TCP int edo_tcp_into_blocking_fd(edo_tcp_stream *stream, int *ret_fd);
EDO_API_TCP int edo_tcp_listener_into_fd(edo_tcp_listener *listener, int *ret_fd);
EDO_API_TCP int edo_tcp_listener_into_blocking_fd(edo_tcp_listener *listener, int *ret_fd);
EDO_API_TCP int edo_tcp_socket_into_fd(edo_tcp_socket *socket, int *ret_fd);

/** The descriptor, for setsockopt(2) and the like. It stays the stream's or listener's. -EINVAL for NULL. */
EDO_API_TCP int edo_tcp_fd(const edo_tcp_stream *stream);
EDO_API_TCP int edo_tcp_listener_fd(const edo_tcp_listener *listener);

EDO_END_DECLS

#endif
