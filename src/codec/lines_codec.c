/* lines_codec.c: lines as frames. */
#include <edo/lines_codec.h>

#include <errno.h>
#include <string.h>

#include <edo/error.h>

#include "base/macros.h"
#include "codec/codec.h"
#include "codec/frame_scan.h"
#include "io/utf8.h"

static const unsigned char *find_end(const void *self, const unsigned char *from, size_t len)
{
    (void)self;
    return memchr(from, '\n', len);
}

/* The first `len` bytes are a line, `behind` of them are its end. */
static int line_out(const edo_lines_codec *codec, edo_buf *src, size_t len, size_t behind,
                    edo_bytes *frame)
{
    if (len > behind && src->data[len - behind - 1] == '\r')
        behind++;
    size_t text = len - behind;
    if (unlikely(codec->max_len && text > codec->max_len))
        return scan_refuse(src, len, -EDO_ETOOLONG);
    if (!codec->any_bytes && !utf8_is_valid(src->data, text))
        return scan_refuse(src, len, -EILSEQ);
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
    const unsigned char *end = scan_end(&codec->scan, src, find_end, codec);

    if (end)
        return line_out(codec, src, (size_t)(end - src->data) + 1, 1, frame);
    return is_too_long(codec, src) ? scan_refuse_start(&codec->scan, src) : 0;
}

static int decode_eof(void *self, edo_buf *src, void *frame)
{
    edo_lines_codec *codec = self;
    int rc = decode(codec, src, frame);

    if (rc != 0)
        return rc;
    scan_begin_anew(&codec->scan);
    if (src->len == 0 || (src->len == 1 && src->data[0] == '\r'))
        return 0;
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
