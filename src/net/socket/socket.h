/* net/socket/socket.h: what all sockets are asked and told. */
#ifndef NET_SOCKET_SOCKET_H
#define NET_SOCKET_SOCKET_H

#include <edo/addr.h>

/* Sets an option that is an int. */
int socket_set_int(int fd, int level, int name, int value);
/* By getsockname or getpeername. */
int socket_addr_of(int (*call)(int fd, struct sockaddr *sa, socklen_t *len), int fd, edo_addr *ret);
/* An option that is an int, or a negative errno. */
int socket_int(int fd, int level, int name, int *ret_value);
/* Takes the error that a socket keeps: it is the result, negative; 0: none. */
int socket_take_error(int fd);
/* Whether a descriptor is a socket of this type (SOCK_STREAM) and, unless it is 0, protocol: 0; -EBADF,
 * -ENOTSOCK, -EINVAL. *ret_family is AF_INET or so. */
int socket_check(int fd, int type, int protocol, int *ret_family);
/* Makes it non-blocking, as sources are. */
int socket_set_nonblocking(int fd);

#endif
