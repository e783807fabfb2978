/* delimiter_codec.c: what lies between delimiters as frames. */
#include <edo/delimited.h>

#include <string.h>

#include <edo/error.h>

#include "codec/codec.h"
#include "codec/frame_scan.h"

#define DELIMITERS ",;\n\r"
#define ENDING ","

static const unsigned char *find_end(const void *self, const unsigned char *from, size_t len)
{
    const edo_delimiter_codec *codec = self;
    const char *delimiters = codec->delimiters ? codec->delimiters : DELIMITERS;

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

static bool is_too_long(const edo_delimiter_codec *codec, size_t len)
{
    return codec->max_len && len > codec->max_len;
}

static int decode(void *self, edo_buf *src, void *frame)
{
    edo_delimiter_codec *codec = self;
    const unsigned char *end = scan_end(&codec->scan, src, find_end, codec);

    if (end) {
        size_t len = (size_t)(end - src->data);
        return is_too_long(codec, len) ? scan_refuse(src, len + 1, -EDO_ETOOLONG)
                                       : text_out(src, len, 1, codec->lends, frame);
    }
    return is_too_long(codec, src->len) ? scan_refuse_start(&codec->scan, src) : 0;
}

static int decode_eof(void *self, edo_buf *src, void *frame)
{
    edo_delimiter_codec *codec = self;
    int rc = decode(codec, src, frame);

    if (rc != 0)
        return rc;
    scan_begin_anew(&codec->scan);
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
