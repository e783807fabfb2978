/* net/unix/socket.h: how a connect uses the socket that the user made for it. */
#ifndef NET_UNIX_SOCKET_H
#define NET_UNIX_SOCKET_H

#include <edo/unix_socket.h>

/* Takes its descriptor for a connect. 0; -EALREADY: another has it; -EISCONN: it was used up; -EOPNOTSUPP. */
int unix_socket_lend(edo_unix_socket *socket, int *ret_fd);
/* The connect failed. */
void unix_socket_give_back(edo_unix_socket *socket, int fd);
/* It became a stream. */
void unix_socket_used_up(edo_unix_socket *socket);

#endif
