/* half.c: the halves of a TCP connection, owned apart. Each is the stream itself, under another type. */
#include <errno.h>

#include "net/tcp/tcp.h"

int edo_tcp_into_split(edo_tcp_stream *stream, edo_tcp_read_half **ret_read,
                       edo_tcp_write_half **ret_write)
{
    if (!ret_read || !ret_write)
        return -EINVAL;
    int rc = socket_stream_split((socket_stream *)stream);
    if (rc == 0) {
        *ret_read = (edo_tcp_read_half *)stream;
        *ret_write = (edo_tcp_write_half *)stream;
    }
    return rc;
}

int edo_tcp_reunite(edo_tcp_read_half *read, edo_tcp_write_half *write, edo_tcp_stream **ret_stream)
{
    if (!ret_stream)
        return -EINVAL;
    int rc = socket_stream_reunite((socket_stream *)read, (socket_stream *)write);
    if (rc == 0)
        *ret_stream = (edo_tcp_stream *)read;
    return rc;
}

edo_tcp_stream *edo_tcp_read_half_stream(edo_tcp_read_half *half)
{
    return (edo_tcp_stream *)half;
}

edo_tcp_stream *edo_tcp_write_half_stream(edo_tcp_write_half *half)
{
    return (edo_tcp_stream *)half;
}

edo_reader edo_tcp_read_half_reader(edo_tcp_read_half *half)
{
    return edo_tcp_reader((edo_tcp_stream *)half);
}

edo_writer edo_tcp_write_half_writer(edo_tcp_write_half *half)
{
    return edo_tcp_writer((edo_tcp_stream *)half);
}

int edo_tcp_read_half_close(edo_tcp_read_half *half)
{
    return socket_half_close((socket_stream *)half, EDO_READ_HALF);
}

int edo_tcp_write_half_close(edo_tcp_write_half *half)
{
    return socket_half_close((socket_stream *)half, EDO_WRITE_HALF);
}
