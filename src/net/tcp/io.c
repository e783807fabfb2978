/* io.c: a TCP connection as a reader and a writer. */
#include "net/tcp/tcp.h"

static const edo_reader_ops tcp_reader = SOCKET_READER_OPS("tcp");
static const edo_writer_ops tcp_writer = SOCKET_WRITER_OPS("tcp");

edo_reader edo_tcp_reader(edo_tcp_stream *stream)
{
    return (edo_reader){stream ? &tcp_reader : NULL, stream};
}

edo_writer edo_tcp_writer(edo_tcp_stream *stream)
{
    return (edo_writer){stream ? &tcp_writer : NULL, stream};
}

edo_io edo_tcp_io(edo_tcp_stream *stream)
{
    return (edo_io){edo_tcp_reader(stream), edo_tcp_writer(stream)};
}
