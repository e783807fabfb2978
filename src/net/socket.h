/* net/socket.h: what all sockets are asked and told. */
#ifndef NET_SOCKET_H
#define NET_SOCKET_H

#include <edo/addr.h>

/* Sets an option that is an int. */
int socket_set_int(int fd, int level, int name, int value);
/* By getsockname or getpeername. */
int socket_addr_of(int (*call)(int fd, struct sockaddr *sa, socklen_t *len), int fd, edo_addr *ret);

#endif
