/* codec.c: decoders and encoders by hand, and frames out of a buffer. */
#include <edo/codec.h>

#include <errno.h>

#include <edo/error.h>

#include "codec/codec.h"

int edo_decode(edo_decoder decoder, edo_buf *src, void *ret_frame)
{
    if (!decoder_is_good(decoder) || !src || !ret_frame)
        return -EINVAL;
    return decoder.ops->decode(decoder.self, src, ret_frame);
}

int edo_decode_eof(edo_decoder decoder, edo_buf *src, void *ret_frame)
{
    if (!decoder_is_good(decoder) || !src || !ret_frame)
        return -EINVAL;
    if (decoder.ops->decode_eof)
        return decoder.ops->decode_eof(decoder.self, src, ret_frame);
    int rc = src->len ? decoder.ops->decode(decoder.self, src, ret_frame) : 0;
    return rc == 0 && src->len ? -EDO_EEOF : rc;
}

int edo_encode(edo_encoder encoder, const void *frame, edo_buf *dst)
{
    if (!encoder_is_good(encoder) || !frame || !dst)
        return -EINVAL;
    return encode_frame(encoder, frame, dst);
}

static int clone_lent(void *to, const void *from)
{
    const edo_bytes *lent = from;

    return edo_bytes_copy(lent->data, lent->len, to);
}

const edo_item *edo_lent_item(void)
{
    static const edo_item item = {
        .size = sizeof(edo_bytes), .align = _Alignof(edo_bytes), .clone = clone_lent};

    return &item;
}

static bool is_there(const edo_buf *src, size_t len, size_t behind)
{
    return src && len <= src->len && behind <= src->len - len;
}

int edo_frame_take(edo_buf *src, size_t len, size_t behind, edo_bytes *ret_frame)
{
    edo_bytes frame;

    if (!is_there(src, len, behind) || !ret_frame)
        return -EINVAL;
    int rc = edo_buf_split_to(src, len + behind, &frame);
    if (rc < 0)
        return rc;
    edo_bytes_truncate(&frame, len);
    *ret_frame = frame;
    return 0;
}

int edo_frame_lend(edo_buf *src, size_t len, size_t behind, edo_bytes *ret_frame)
{
    if (!is_there(src, len, behind) || !ret_frame)
        return -EINVAL;
    *ret_frame = edo_bytes_static(src->data, len);
    return edo_buf_consume(src, len + behind);
}

int text_out_seldom(edo_buf *src, size_t len, size_t behind, bool lends, edo_bytes *frame)
{
    if (len == 0) {
        *frame = edo_bytes_static("", 0);
        edo_buf_consume(src, behind);
        return 1;
    }
    bool at_end = behind == 0;
    if (at_end) { /* its zero is a byte of its own, which nobody else gets */
        if (!edo_buf_text(src))
            return -ENOMEM;
        src->len++;
        behind = 1;
    }
    int rc = frame_out(src, len, behind, lends, frame);
    if (rc < 0)
        src->len -= at_end;
    else
        ((unsigned char *)(uintptr_t)frame->data)[len] = 0;
    return rc;
}
