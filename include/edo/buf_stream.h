/*
 * edo/buf_stream.h: both directions of one thing, each with a buffer. They don't know of each other: a task
 * may read while another one writes, and a flush leaves what was read ahead as it is.
 */
#ifndef EDO_BUF_STREAM_H
#define EDO_BUF_STREAM_H

#include <edo/buf_reader.h>
#include <edo/buf_writer.h>

EDO_BEGIN_DECLS

/** Its fields may be used by themselves, as what they are. */
typedef struct edo_buf_stream {
    edo_buf_reader in;
    edo_buf_writer out;
} edo_buf_stream;

/**
 * Puts buffers in front of both directions of `inner`. Each of the options may be NULL.
 *
 * Returns   0; -EINVAL, -ENOMEM: then it is untouched.
 * Owns      `inner` is borrowed; the buffers are freed by edo_buf_stream_fini.
 */
EDO_API_IO int edo_buf_stream_init(edo_buf_stream *stream, edo_io inner,
                                   const edo_buffering_opts *in, const edo_buffering_opts *out);
/** Frees both buffers, as edo_buf_reader_fini and edo_buf_writer_fini do. Zeros and NULL are fine. */
EDO_API_IO void edo_buf_stream_fini(edo_buf_stream *stream);
/** The same on the heap, until edo_buf_stream_free. */
EDO_API_IO int edo_buf_stream_new(edo_io inner, const edo_buffering_opts *in,
                                  const edo_buffering_opts *out, edo_buf_stream **ret_stream);
EDO_API_IO void edo_buf_stream_free(edo_buf_stream *stream);
/** Both directions. */
EDO_API_IO edo_io edo_buf_stream_io(edo_buf_stream *stream);

EDO_END_DECLS

#endif
