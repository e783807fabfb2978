/* net/tcp/fd.h: TCP's sockets as descriptors. */
#ifndef NET_TCP_FD_H
#define NET_TCP_FD_H

#include <edo/tcp_socket.h>

/* Whether it is a TCP socket, and listens or doesn't: 0; -EBADF, -ENOTSOCK, -EINVAL. */
int tcp_fd_check(int fd, bool listens);
/* Makes a listener of a non-blocking socket that listens, which is its own on success only. */
int tcp_fd_listen(int fd, edo_tcp_listener **ret_listener);

#endif
