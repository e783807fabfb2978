/* io.c: a Unix connection as a reader and a writer. */
#include "net/unix/unix.h"

static const edo_reader_ops unix_reader = SOCKET_READER_OPS("unix");
static const edo_writer_ops unix_writer = SOCKET_WRITER_OPS("unix");

edo_reader edo_unix_reader(edo_unix_stream *stream)
{
    return (edo_reader){stream ? &unix_reader : NULL, stream};
}

edo_writer edo_unix_writer(edo_unix_stream *stream)
{
    return (edo_writer){stream ? &unix_writer : NULL, stream};
}

edo_io edo_unix_io(edo_unix_stream *stream)
{
    return (edo_io){edo_unix_reader(stream), edo_unix_writer(stream)};
}
