/* framed.c: both directions at once. */
#include <edo/framed.h>

#include <errno.h>

#include "codec/codec.h"
#include "io/transfer.h"

int edo_framed_init(edo_framed *framed, edo_io io, edo_decoder decoder, edo_encoder encoder,
                    const edo_framed_opts *opts)
{
    if (!framed || !writer_is_good(io.writer) || !encoder_is_good(encoder))
        return -EINVAL;
    int rc = edo_framed_reader_init(&framed->reader, io.reader, decoder, opts);

    return rc < 0 ? rc : edo_framed_writer_init(&framed->writer, io.writer, encoder, opts);
}

void edo_framed_fini(edo_framed *framed)
{
    if (!framed)
        return;
    edo_framed_reader_fini(&framed->reader);
    edo_framed_writer_fini(&framed->writer);
}
