/* buf_stream.c: a buffered reader and a buffered writer of one thing. */
#include <edo/buf_stream.h>

#include <errno.h>
#include <stdlib.h>

int edo_buf_stream_init(edo_buf_stream *stream, edo_io inner, const edo_buffering_opts *in,
                        const edo_buffering_opts *out)
{
    edo_buf_stream made = {0};
    int rc = stream ? edo_buf_reader_init(&made.in, inner.reader, in) : -EINVAL;

    if (rc < 0)
        return rc;
    rc = edo_buf_writer_init(&made.out, inner.writer, out);
    if (rc < 0)
        edo_buf_reader_fini(&made.in);
    else
        *stream = made;
    return rc;
}

void edo_buf_stream_fini(edo_buf_stream *stream)
{
    if (!stream)
        return;
    edo_buf_reader_fini(&stream->in);
    edo_buf_writer_fini(&stream->out);
}

int edo_buf_stream_new(edo_io inner, const edo_buffering_opts *in, const edo_buffering_opts *out,
                       edo_buf_stream **ret_stream)
{
    edo_buf_stream *stream = ret_stream ? malloc(sizeof *stream) : NULL;
    int rc = !ret_stream ? -EINVAL
             : !stream   ? -ENOMEM
                         : edo_buf_stream_init(stream, inner, in, out);

    if (rc < 0)
        free(stream);
    else
        *ret_stream = stream;
    return rc;
}

void edo_buf_stream_free(edo_buf_stream *stream)
{
    edo_buf_stream_fini(stream);
    free(stream);
}

edo_io edo_buf_stream_io(edo_buf_stream *stream)
{
    if (!stream)
        return (edo_io){0};
    return (edo_io){edo_buf_reader_reader(&stream->in), edo_buf_writer_writer(&stream->out)};
}
