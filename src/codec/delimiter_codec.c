/*
 * delimiter_codec.c: what lies between delimiters as frames. As lines_codec.c: bytes are looked at once, and
 * what is too long is dropped as it comes.
 */
#include <edo/delimited.h>

#include <errno.h>
#include <string.h>

#include <edo/error.h>

#include "base/macros.h"
#include "codec/codec.h"

#define DELIMITERS ",;\n\r"
#define ENDING ","

static const unsigned char *find_one(const char *delimiters, const unsigned char *from, size_t len)
{
    if (delimiters[0] && !delimiters[1])
        return memchr(from, delimiters[0], len);
    uint64_t ends[4] = {0}; /* a bit for each byte that does */
    for (const char *d = delimiters; *d; d++)
        ends[(unsigned char)*d / 64] |= 1ull << (unsigned char)*d % 64;
    for (const unsigned char *end = from + len; from < end; from++)
        if (ends[*from / 64] >> *from % 64 & 1)
            return from;
    return NULL;
}

static const unsigned char *find_end(edo_delimiter_codec *codec, const edo_buf *src)
{
    const char *delimiters = codec->delimiters ? codec->delimiters : DELIMITERS;
    size_t from = codec->seen <= src->len ? codec->seen : 0;
    const unsigned char *end =
        from < src->len ? find_one(delimiters, src->data + from, src->len - from) : NULL;

    codec->seen = end ? 0 : src->len;
    return end;
}

/* Drops the rest of a frame that was too long. Whether all of it has come. */
static bool skip_rest(edo_delimiter_codec *codec, edo_buf *src)
{
    const unsigned char *end = find_end(codec, src);

    edo_buf_consume(src, end ? (size_t)(end - src->data) + 1 : src->len);
    codec->seen = 0;
    codec->skips = !end;
    return end;
}

static bool is_too_long(const edo_delimiter_codec *codec, size_t len)
{
    return codec->max_len && len > codec->max_len;
}

static int refuse(edo_buf *src, size_t len)
{
    edo_buf_consume(src, len);
    return -EDO_ETOOLONG;
}

static int decode(void *self, edo_buf *src, void *frame)
{
    edo_delimiter_codec *codec = self;

    if (unlikely(codec->skips) && !skip_rest(codec, src))
        return 0;
    const unsigned char *end = find_end(codec, src);
    if (end) {
        size_t len = (size_t)(end - src->data);
        return is_too_long(codec, len) ? refuse(src, len + 1)
                                       : text_out(src, len, 1, codec->lends, frame);
    }
    if (!is_too_long(codec, src->len))
        return 0;
    codec->skips = true;
    codec->seen = 0;
    return refuse(src, src->len);
}

static int decode_eof(void *self, edo_buf *src, void *frame)
{
    edo_delimiter_codec *codec = self;
    int rc = decode(codec, src, frame);

    if (rc != 0)
        return rc;
    codec->skips = false;
    codec->seen = 0;
    return src->len ? text_out(src, src->len, 0, codec->lends, frame) : 0;
}

edo_decoder edo_delimiter_decoder(edo_delimiter_codec *codec)
{
    static const edo_decoder_ops ops = {
        .decode = decode, .decode_eof = decode_eof, .name = "delimiter"};

    return (edo_decoder){codec ? &ops : NULL, codec, frame_item(codec && codec->lends)};
}

static int encode(void *self, const void *frame, edo_buf *dst)
{
    const edo_delimiter_codec *codec = self;
    const edo_bytes *bytes = frame;
    const char *ending = codec->ending ? codec->ending : ENDING;
    int rc = edo_buf_append(dst, bytes->data, bytes->len);

    return rc < 0 ? rc : edo_buf_append(dst, ending, strlen(ending));
}

edo_encoder edo_delimiter_encoder(edo_delimiter_codec *codec)
{
    static const edo_encoder_ops ops = {.encode = encode, .name = "delimiter"};

    return (edo_encoder){codec ? &ops : NULL, codec, edo_bytes_item()};
}
