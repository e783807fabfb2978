/* bytes_codec.c: bytes as they come. */
#include <edo/lines_codec.h>

#include <errno.h>

#include "codec/codec.h"

static int decode(void *self, edo_buf *src, void *frame)
{
    (void)self;
    return src->len ? frame_out(src, src->len, 0, false, frame) : 0;
}

static int encode(void *self, const void *frame, edo_buf *dst)
{
    const edo_bytes *bytes = frame;

    (void)self;
    return edo_buf_append(dst, bytes->data, bytes->len);
}

edo_decoder edo_bytes_decoder(void)
{
    static const edo_decoder_ops ops = {.decode = decode, .name = "bytes"};

    return (edo_decoder){&ops, NULL, edo_bytes_item()};
}

edo_encoder edo_bytes_encoder(void)
{
    static const edo_encoder_ops ops = {.encode = encode, .name = "bytes"};

    return (edo_encoder){&ops, NULL, edo_bytes_item()};
}
