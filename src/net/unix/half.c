/* half.c: the halves of a Unix connection, owned apart. Each is the stream itself, under another type. */
#include <errno.h>

#include "net/unix/unix.h"

int edo_unix_into_split(edo_unix_stream *stream, edo_unix_read_half **ret_read,
                        edo_unix_write_half **ret_write)
{
    if (!ret_read || !ret_write)
        return -EINVAL;
    int rc = socket_stream_split((socket_stream *)stream);
    if (rc == 0) {
        *ret_read = (edo_unix_read_half *)stream;
        *ret_write = (edo_unix_write_half *)stream;
    }
    return rc;
}

int edo_unix_reunite(edo_unix_read_half *read, edo_unix_write_half *write,
                     edo_unix_stream **ret_stream)
{
    if (!ret_stream)
        return -EINVAL;
    int rc = socket_stream_reunite((socket_stream *)read, (socket_stream *)write);
    if (rc == 0)
        *ret_stream = (edo_unix_stream *)read;
    return rc;
}

edo_unix_stream *edo_unix_read_half_stream(edo_unix_read_half *half)
{
    return (edo_unix_stream *)half;
}

edo_unix_stream *edo_unix_write_half_stream(edo_unix_write_half *half)
{
    return (edo_unix_stream *)half;
}

edo_reader edo_unix_read_half_reader(edo_unix_read_half *half)
{
    return edo_unix_reader((edo_unix_stream *)half);
}

edo_writer edo_unix_write_half_writer(edo_unix_write_half *half)
{
    return edo_unix_writer((edo_unix_stream *)half);
}

int edo_unix_read_half_close(edo_unix_read_half *half)
{
    return socket_half_close((socket_stream *)half, EDO_READ_HALF);
}

int edo_unix_write_half_close(edo_unix_write_half *half)
{
    return socket_half_close((socket_stream *)half, EDO_WRITE_HALF);
}
