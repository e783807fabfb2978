/* codec/codec.h: what the codecs share. */
#ifndef CODEC_CODEC_H
#define CODEC_CODEC_H

#include <edo/codec.h>

#include "base/macros.h"
#include "io/block.h"

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

/* Takes bytes off the front that are there. */
static inline void buf_pass(edo_buf *buf, size_t len)
{
    buf->len -= len;
    buf->data = buf->len ? buf->data + len : buf->base;
}

/* Whether so many fit behind the others without a look at limits, which few buffers have. */
static inline bool buf_has_room(const edo_buf *buf, size_t len)
{
    return buf->base && !buf->limit &&
           len <= buf->room - (size_t)(buf->data - buf->base) - buf->len;
}

/*
 * A frame of a decoder that lends or shares: 1, or an error. edo_frame_lend and edo_frame_take of bytes that are
 * there, word by word: a line of forty bytes costs as much as the calls and copies of its frame would.
 */
static inline int frame_out(edo_buf *src, size_t len, size_t behind, bool lends, edo_bytes *frame)
{
    size_t all = len + behind;

    if (!lends && unlikely(!src->block || len == 0)) {
        int rc = edo_frame_take(src, len, behind, frame);
        return rc < 0 ? rc : 1;
    }
    frame->data = src->data;
    frame->len = len;
    frame->block = lends ? NULL : block_share(src->block);
    if (lends) {
        buf_pass(src, all);
        return 1;
    }
    src->room -= (size_t)(src->data + all - src->base);
    src->data += all;
    src->len -= all;
    src->base = src->data;
    return 1;
}

/* One with a zero behind it that ends the stream, or has no bytes. */
int text_out_seldom(edo_buf *src, size_t len, size_t behind, bool lends, edo_bytes *frame);

/* The same with a zero behind it, in place of the first of the `behind` bytes. */
static inline int text_out(edo_buf *src, size_t len, size_t behind, bool lends, edo_bytes *frame)
{
    unsigned char *data = src->data;

    if (unlikely(len == 0 || behind == 0 || !src->block))
        return text_out_seldom(src, len, behind, lends, frame);
    data[len] = 0; /* neither fails: the memory is edo's */
    return frame_out(src, len, behind, lends, frame);
}

/* As edo_encode, of what is there. */
static inline int encode_frame(edo_encoder encoder, const void *frame, edo_buf *dst)
{
    size_t before = dst->len;
    int rc = encoder.ops->encode(encoder.self, frame, dst);

    if (unlikely(rc < 0))
        edo_buf_truncate(dst, before);
    return rc;
}

#endif
