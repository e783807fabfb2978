/* send_file.c: sending a file to a connection. */
#include "io/fd_send_file.h"
#include "net/tcp/tcp.h"

static const edo_future_ops ops = FD_SEND_FILE_OPS("tcp_send_file");

edo_tcp_send_file_future edo_tcp_send_file_async(edo_tcp_stream *stream, int fd, uint64_t offset,
                                                 uint64_t count)
{
    return fd_send_file_future(&ops, socket_stream_source((socket_stream *)stream), fd, offset,
                               count);
}

int edo_tcp_send_file(edo_tcp_stream *stream, int fd, uint64_t offset, uint64_t count,
                      uint64_t *ret_done)
{
    return fd_send_file(&ops, socket_stream_source((socket_stream *)stream), fd, offset, count,
                        ret_done);
}
