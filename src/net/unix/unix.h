/* net/unix/unix.h: Unix sockets, as the files of these share them. */
#ifndef NET_UNIX_UNIX_H
#define NET_UNIX_UNIX_H

#include <sys/socket.h>

#include <edo/unix.h>

#include "net/socket/listener.h"
#include "net/unix/addr.h"

struct edo_unix_stream {
    socket_stream base;
};

/* A non-blocking socket of a SOCK_* type; the descriptor, or a negative errno. */
int unix_socket_open(int type);
/* Two of them, connected. */
int unix_socket_pair(int type, int fds[2]);
/* Two connected streams, or connections that keep boundaries. 0; -EINVAL; what else edo_unix_pair says. */
int unix_stream_pair(enum socket_flow flow, socket_stream **ret_one, socket_stream **ret_other);

/* What listens, for streams or records. */
typedef struct unix_listener {
    socket_listener base;
    bool unlinks;
    uint64_t device, inode; /* of the path that it is to take away */
    edo_unix_addr addr;
} unix_listener;

int unix_listen(int type, const edo_unix_addr *addr, const edo_unix_listen_opts *opts,
                unix_listener **ret);
/* Of a socket that is bound to `addr`: makes it listen. It has the descriptor on success only. */
int unix_listener_of(int fd, const edo_unix_addr *addr, const edo_unix_listen_opts *opts,
                     unix_listener **ret);
int unix_listener_close(unix_listener *listener);

/* The tables of connects, and their making: by `path`, or by `addr` where that is NULL. */
edo_poll unix_connect_poll(edo_future *base, const edo_waker *waker);
edo_poll unix_connect_records_poll(edo_future *base, const edo_waker *waker);
void unix_connect_cancel(edo_future *base);
void unix_connect_put_back(edo_future *base);
#define UNIX_CONNECT_OPS(poll_function, what)                                                      \
    {                                                                                              \
        .poll = poll_function, .cancel = unix_connect_cancel, .put_back = unix_connect_put_back,   \
        .name = what, .flags = EDO_FUTURE_RESTARTS                                                 \
    }

int unix_cred_of(int fd, edo_unix_cred *ret_cred);

#endif
