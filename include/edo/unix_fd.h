/* edo/unix_fd.h: Unix sockets of descriptors from elsewhere (a parent, a service manager, a message), and back. */
#ifndef EDO_UNIX_FD_H
#define EDO_UNIX_FD_H

#include <edo/unix.h>
#include <edo/unix_datagram.h>
#include <edo/unix_seqpacket.h>

EDO_BEGIN_DECLS

/**
 * Makes what it is of a descriptor, which it sets non-blocking.
 *
 * Returns   0; -EBADF, -ENOTSOCK; -EINVAL (another kind of socket; NULL; one that listens as a connection, one
 *           that doesn't as a listener); -ENOTCONN (not connected, as a connection); -ENOMEM; -EDO_ENORUNTIME,
 *           -EDO_ENOIO, -EDO_ESHUTDOWN. Then the descriptor is still the caller's, and as it was.
 * Owns      what was made has the descriptor on success.
 */
EDO_API_UNIX int edo_unix_from_fd(int fd, edo_unix_stream **ret_stream);
EDO_API_UNIX int edo_unix_listener_from_fd(int fd, edo_unix_listener **ret_listener);
EDO_API_UNIX int edo_unix_datagram_from_fd(int fd, edo_unix_datagram **ret_datagram);
EDO_API_UNIX int edo_unix_seqpacket_from_fd(int fd, edo_unix_seqpacket **ret_conn);

/**
 * Gives the descriptor away, still non-blocking; the handle is gone then. Works also when the runtime has ended.
 * A listener's path is not taken away.
 *
 * Returns   0; -EINVAL; -EBUSY while operations wait, or when something was put back: then nothing has changed.
 * Owns      the caller gets *ret_fd.
 */
EDO_API_UNIX int edo_unix_into_fd(edo_unix_stream *stream, int *ret_fd);
EDO_API_UNIX int edo_unix_listener_into_fd(edo_unix_listener *listener, int *ret_fd);
EDO_API_UNIX int edo_unix_datagram_into_fd(edo_unix_datagram *datagram, int *ret_fd);
EDO_API_UNIX int edo_unix_seqpacket_into_fd(edo_unix_seqpacket *conn, int *ret_fd);

/** The descriptor, for setsockopt(2) and the like. It stays the object's. -EINVAL for NULL. */
EDO_API_UNIX int edo_unix_fd(const edo_unix_stream *stream);
EDO_API_UNIX int edo_unix_listener_fd(const edo_unix_listener *listener);
EDO_API_UNIX int edo_unix_datagram_fd(const edo_unix_datagram *datagram);
EDO_API_UNIX int edo_unix_seqpacket_fd(const edo_unix_seqpacket *conn);

EDO_END_DECLS

#endif
