/* net/socket/listener.h: what listens, and the connections that it takes. */
#ifndef NET_SOCKET_LISTENER_H
#define NET_SOCKET_LISTENER_H

#include "net/socket/stream.h"

typedef struct socket_listener {
    source *src;
    int fd;
} socket_listener;

/* Makes a listener of a socket that listens; the descriptor is its own on success only. 0; -ENOMEM;
 * what current_driver and source_open say. */
int socket_listener_new(int fd, socket_listener **ret);
/* The same in memory of the caller's, from malloc. */
int socket_listener_open(socket_listener *listener, int fd);
/* Closes it. 0; -EINVAL for NULL. */
int socket_listener_close(socket_listener *listener);

/* The table of a kind's accepts; a poll function for each flow of what is accepted. */
edo_poll socket_accept_poll(edo_future *base, const edo_waker *waker);
edo_poll socket_accept_marked_poll(edo_future *base, const edo_waker *waker);
edo_poll socket_accept_records_poll(edo_future *base, const edo_waker *waker);
void socket_accept_cancel(edo_future *base);
void socket_accept_put_back(edo_future *base);
#define SOCKET_ACCEPT_OPS(poll_function, what)                                                     \
    {                                                                                              \
        .poll = poll_function, .cancel = socket_accept_cancel, .put_back = socket_accept_put_back, \
        .name = what, .flags = EDO_FUTURE_RESTARTS                                                 \
    }

/* `ret_stream` is the address of a pointer to the kind's stream. */
edo_socket_accept_future socket_accept_future(const edo_future_ops *ops, socket_listener *listener,
                                              void *ret_stream);

#endif
