/*
 * length_codec.c: frames with their length in front.
 *
 * Header      It stays in the buffer until its frame has come, so that an end in between is seen: bytes
 *             remain. What it says is kept, and looked at once.
 * Length      A frame's bytes, skipped ones not counted, are the field and the adjustment; the limit is for
 *             their sum, and so is what the field can say.
 */
#include <edo/length_codec.h>

#include <errno.h>
#include <string.h>

#include <edo/error.h>

#include "base/macros.h"
#include "codec/codec.h"

#define DEFAULT_BYTES 4
#define DEFAULT_MAX_LEN ((size_t)8 << 20)

static bool is_little(edo_byte_order order)
{
    const uint16_t one = 1;

    return order == EDO_LITTLE_ENDIAN ||
           (order == EDO_NATIVE_ENDIAN && *(const unsigned char *)&one == 1);
}

static uint64_t read_field(const unsigned char *from, unsigned bytes, bool little)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | from[little ? bytes - 1 - i : i];
    return value;
}

static void write_field(unsigned char *to, unsigned bytes, bool little, uint64_t value)
{
    for (unsigned i = 0; i < bytes; i++, value >>= 8)
        to[little ? i : bytes - 1 - i] = (unsigned char)value;
}

/* The most that a field can say, adjusted, as far as that goes. */
static uint64_t most_of(const edo_length_codec_opts *opts)
{
    unsigned bytes = opts->length_bytes;
    uint64_t field = bytes < 8 ? ((uint64_t)1 << 8 * bytes) - 1 : UINT64_MAX, most;

    if (__builtin_add_overflow(field, opts->adjustment, &most))
        return opts->adjustment < 0 ? 0 : UINT64_MAX;
    return most;
}

int edo_length_codec_init(edo_length_codec *codec, const edo_length_codec_opts *opts)
{
    static const edo_length_codec_opts defaults = {.length_bytes = DEFAULT_BYTES};
    size_t end;

    if (!opts)
        opts = &defaults;
    if (!codec || opts->length_bytes < 1 || opts->length_bytes > 8 ||
        (unsigned)opts->order > EDO_NATIVE_ENDIAN || (opts->no_skip && opts->skip) ||
        __builtin_add_overflow(opts->offset, (size_t)opts->length_bytes, &end) ||
        end > PTRDIFF_MAX || opts->skip > PTRDIFF_MAX)
        return -EINVAL;
    size_t skip = opts->no_skip ? 0 : opts->skip ? opts->skip : end;
    *codec = (edo_length_codec){.opts = *opts, .header = end > skip ? end : skip, .skip = skip};
    edo_length_codec_set_max_len(codec, opts->max_len);
    return 0;
}

void edo_length_codec_set_max_len(edo_length_codec *codec, size_t max_len)
{
    uint64_t most = most_of(&codec->opts);

    if (max_len == 0)
        max_len = DEFAULT_MAX_LEN;
    codec->opts.max_len = max_len < most ? max_len : (size_t)most;
}

size_t edo_length_codec_max_len(const edo_length_codec *codec)
{
    return codec->opts.max_len;
}

/* Reading. */

/* A header that can't be followed. */
static int refuse(const edo_length_codec *codec, edo_buf *src, int error)
{
    edo_buf_consume(src, codec->header);
    return error;
}

/* 1: codec->len is known. */
static int decode_header(edo_length_codec *codec, edo_buf *src)
{
    const edo_length_codec_opts *opts = &codec->opts;

    if (src->len < codec->header)
        return 0;
    uint64_t field =
        read_field(src->data + opts->offset, opts->length_bytes, is_little(opts->order));
    uint64_t len;
    if (__builtin_add_overflow(field, opts->adjustment, &len))
        return refuse(codec, src, opts->adjustment < 0 ? -EBADMSG : -EDO_ETOOLONG);
    if (len > opts->max_len || len > PTRDIFF_MAX - codec->skip)
        return refuse(codec, src, -EDO_ETOOLONG);
    if (len == 0 && codec->skip == 0)
        return refuse(codec, src, -EBADMSG); /* nothing would be taken, for ever */
    codec->len = (size_t)len;
    codec->knows = true;
    return 1;
}

static int decode(void *self, edo_buf *src, void *frame)
{
    edo_length_codec *codec = self;
    int rc = codec->knows ? 1 : decode_header(codec, src);

    if (rc <= 0)
        return rc;
    size_t all = codec->skip + codec->len;
    if (src->len < all) {
        rc = edo_buf_reserve(src, all - src->len);
        codec->knows = rc != -EDO_ETOOLONG;
        return codec->knows ? rc : refuse(codec, src, rc); /* the buffer's own limit */
    }
    edo_buf whole = *src;
    edo_buf_consume(src, codec->skip);
    rc = frame_out(src, codec->len, 0, codec->opts.lends, frame);
    if (rc < 0)
        *src = whole; /* no memory for a copy: all of it comes again */
    else
        codec->knows = false;
    return rc;
}

/* A frame that is cut off is none: what comes later begins with a header. */
static int decode_eof(void *self, edo_buf *src, void *frame)
{
    edo_length_codec *codec = self;
    int rc = decode(codec, src, frame);

    if (rc != 0)
        return rc;
    codec->knows = false;
    return src->len ? -EDO_EEOF : 0;
}

edo_decoder edo_length_decoder(edo_length_codec *codec)
{
    static const edo_decoder_ops ops = {
        .decode = decode, .decode_eof = decode_eof, .name = "length"};

    return (edo_decoder){codec ? &ops : NULL, codec, frame_item(codec && codec->opts.lends)};
}

/* Writing. */

static int encode(void *self, const void *frame, edo_buf *dst)
{
    const edo_length_codec *codec = self;
    const edo_length_codec_opts *opts = &codec->opts;
    const edo_bytes *bytes = frame;

    if (bytes->len > opts->max_len)
        return -EDO_ETOOLONG;
    if (opts->adjustment > 0 && bytes->len < (uint64_t)opts->adjustment)
        return -EINVAL;
    if (bytes->len > PTRDIFF_MAX - codec->header)
        return -ENOMEM;
    int rc = edo_buf_reserve(dst, codec->header + bytes->len);
    if (rc < 0)
        return rc;
    unsigned char *header = edo_buf_end(dst);
    memset(header, 0, codec->header);
    write_field(header + opts->offset, opts->length_bytes, is_little(opts->order),
                bytes->len - (uint64_t)opts->adjustment);
    if (bytes->len)
        memcpy(header + codec->header, bytes->data, bytes->len);
    return edo_buf_advance(dst, codec->header + bytes->len);
}

edo_encoder edo_length_encoder(edo_length_codec *codec)
{
    static const edo_encoder_ops ops = {.encode = encode, .name = "length"};

    return (edo_encoder){codec ? &ops : NULL, codec, edo_bytes_item()};
}
