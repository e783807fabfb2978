/* net/tcp/tcp.h: streams and listeners, as the files of TCP share them. */
#ifndef NET_TCP_TCP_H
#define NET_TCP_TCP_H

#include <edo/tcp.h>

#include "net/socket/socket.h"
#include "net/socket/listener.h"

struct edo_tcp_stream {
    socket_stream base;
};

struct edo_tcp_listener {
    socket_listener base;
};

#endif
