/*
 * lines_codec.c: lines as frames.
 *
 * Seen        Bytes are looked at once, however small the pieces are in which they come: codec->seen of them
 *             have no end of line.
 * Too long    What is known to be is dropped at once, and the rest of it as it comes: a buffer never holds
 *             more of a line than max_len, its end, and what was read in one go.
 */
#include <edo/lines_codec.h>

#include <errno.h>
#include <string.h>

#include <edo/error.h>

#include "base/macros.h"
#include "codec/codec.h"
#include "io/utf8.h"

/* Where the next end of line is; NULL: none yet. */
static const unsigned char *find_end(edo_lines_codec *codec, const edo_buf *src)
{
    size_t from = codec->seen <= src->len ? codec->seen : 0;
    const unsigned char *end =
        from < src->len ? memchr(src->data + from, '\n', src->len - from) : NULL;

    codec->seen = end ? 0 : src->len;
    return end;
}

/* Drops the rest of a line that was too long. Whether all of it has come. */
static bool skip_rest(edo_lines_codec *codec, edo_buf *src)
{
    const unsigned char *end = find_end(codec, src);

    edo_buf_consume(src, end ? (size_t)(end - src->data) + 1 : src->len);
    codec->seen = 0;
    codec->skips = !end;
    return end;
}

static int refuse(edo_buf *src, size_t len, int error)
{
    edo_buf_consume(src, len);
    return error;
}

/* The first `len` bytes are a line, `behind` of them are its end. */
static int line_out(const edo_lines_codec *codec, edo_buf *src, size_t len, size_t behind,
                    edo_bytes *frame)
{
    if (len > behind && src->data[len - behind - 1] == '\r')
        behind++;
    size_t text = len - behind;
    if (unlikely(codec->max_len && text > codec->max_len))
        return refuse(src, len, -EDO_ETOOLONG);
    if (!codec->any_bytes && !utf8_is_valid(src->data, text))
        return refuse(src, len, -EILSEQ);
    return text_out(src, text, behind, codec->lends, frame);
}

/* Whether the beginning of a line is too long for any: a '\r' behind the limit may belong to its end. */
static bool is_too_long(const edo_lines_codec *codec, const edo_buf *src)
{
    size_t max = codec->max_len;

    return max && src->len > max && (src->len > max + 1 || src->data[max] != '\r');
}

static int decode(void *self, edo_buf *src, void *frame)
{
    edo_lines_codec *codec = self;

    if (unlikely(codec->skips) && !skip_rest(codec, src))
        return 0;
    const unsigned char *end = find_end(codec, src);
    if (end)
        return line_out(codec, src, (size_t)(end - src->data) + 1, 1, frame);
    if (!is_too_long(codec, src))
        return 0;
    codec->skips = true;
    codec->seen = 0;
    return refuse(src, src->len, -EDO_ETOOLONG);
}

static int decode_eof(void *self, edo_buf *src, void *frame)
{
    edo_lines_codec *codec = self;
    int rc = decode(codec, src, frame);

    if (rc != 0)
        return rc;
    codec->skips = false;
    if (src->len == 0 || (src->len == 1 && src->data[0] == '\r'))
        return 0;
    codec->seen = 0;
    return line_out(codec, src, src->len, 0, frame);
}

edo_decoder edo_lines_decoder(edo_lines_codec *codec)
{
    static const edo_decoder_ops ops = {
        .decode = decode, .decode_eof = decode_eof, .name = "lines"};

    return (edo_decoder){codec ? &ops : NULL, codec, frame_item(codec && codec->lends)};
}

static int make_room(edo_buf *dst, size_t len)
{
    return len == SIZE_MAX ? -ENOMEM : edo_buf_reserve(dst, len + 1);
}

static int encode(void *self, const void *frame, edo_buf *dst)
{
    const edo_bytes *line = frame;
    size_t len = line->len;

    (void)self;
    if (unlikely(len == SIZE_MAX || !buf_has_room(dst, len + 1))) {
        int rc = make_room(dst, len);
        if (rc < 0)
            return rc;
    }
    unsigned char *end = dst->data + dst->len;
    if (len)
        memcpy(end, line->data, len);
    end[len] = '\n';
    dst->len += len + 1;
    return 0;
}

edo_encoder edo_lines_encoder(void)
{
    static const edo_encoder_ops ops = {.encode = encode, .name = "lines"};

    return (edo_encoder){&ops, NULL, edo_bytes_item()};
}
