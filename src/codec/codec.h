/* codec/codec.h: what the codecs share. */
#ifndef CODEC_CODEC_H
#define CODEC_CODEC_H

#include <edo/codec.h>

static inline bool decoder_is_good(edo_decoder decoder)
{
    return decoder.ops && decoder.ops->decode && decoder.item;
}

static inline bool encoder_is_good(edo_encoder encoder)
{
    return encoder.ops && encoder.ops->encode;
}

/* What the frames of a decoder of edo's are. */
static inline const edo_item *frame_item(bool lends)
{
    return lends ? edo_lent_item() : edo_bytes_item();
}

/* A frame of a decoder that lends or shares: 1, or an error. */
static inline int frame_out(edo_buf *src, size_t len, size_t behind, bool lends, edo_bytes *frame)
{
    int rc =
        lends ? edo_frame_lend(src, len, behind, frame) : edo_frame_take(src, len, behind, frame);

    return rc < 0 ? rc : 1;
}

/* The same with a zero behind it, in place of the first of the `behind` bytes. */
int text_out(edo_buf *src, size_t len, size_t behind, bool lends, edo_bytes *frame);

#endif
