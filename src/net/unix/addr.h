/* net/unix/addr.h: addresses of Unix sockets, as the files of these share them. */
#ifndef NET_UNIX_ADDR_H
#define NET_UNIX_ADDR_H

#include <sys/socket.h>

#include <edo/unix_addr.h>

/* What the system may write to an edo_unix_addr: a path that fills sun_path, and its end. */
#define UNIX_ADDR_ROOM (sizeof(struct sockaddr_un) + 1)

/* 0; -EINVAL, -EAFNOSUPPORT: it is no address of a Unix socket. */
int unix_addr_check(const edo_unix_addr *addr);
/* By getsockname or getpeername. */
int unix_addr_of(int (*call)(int fd, struct sockaddr *sa, socklen_t *len), int fd,
                 edo_unix_addr *ret_addr);

#endif
