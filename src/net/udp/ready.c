/* ready.c: waiting until a socket is ready. */
#include "io/fd_ready.h"
#include "net/udp/udp.h"

static const edo_future_ops ready_ops = FD_READY_OPS("udp_ready");
static const edo_future_ops able_ops = FD_READY_OPS("udp_readable or writable");
static const fd_ready_kind udp = {.ready_ops = &ready_ops, .able_ops = &able_ops};

edo_udp_ready_future edo_udp_ready_async(edo_udp_socket *socket, unsigned interest)
{
    return fd_ready_future(&udp, udp_source(socket), interest);
}

int edo_udp_ready(edo_udp_socket *socket, unsigned interest)
{
    return fd_ready(&udp, udp_source(socket), interest);
}

int edo_udp_try_ready(edo_udp_socket *socket, unsigned interest)
{
    return fd_try_ready(&udp, udp_source(socket), interest);
}

edo_udp_ready_future edo_udp_readable_async(edo_udp_socket *socket)
{
    return fd_able_future(&udp, udp_source(socket), EDO_READABLE);
}

int edo_udp_readable(edo_udp_socket *socket)
{
    return fd_able(&udp, udp_source(socket), EDO_READABLE);
}

edo_udp_ready_future edo_udp_writable_async(edo_udp_socket *socket)
{
    return fd_able_future(&udp, udp_source(socket), EDO_WRITABLE);
}

int edo_udp_writable(edo_udp_socket *socket)
{
    return fd_able(&udp, udp_source(socket), EDO_WRITABLE);
}
