/*
 * codec_fuzz.c: any bytes as lines, as chunks between delimiters, and as frames with their length in front. However
 * the bytes are cut, shared or lent, the same frames and errors come out; and what is encoded is decoded as it was.
 *
 * sources: src/codec/codec.c src/codec/lines_codec.c src/codec/delimiter_codec.c src/codec/length_codec.c src/io/buf.c src/io/bytes.c src/io/utf8.c
 */
#include <edo/delimited.h>
#include <edo/length_codec.h>
#include <edo/lines_codec.h>

#include <stdlib.h>
#include <string.h>

#include <edo/error.h>

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            abort();                                                                               \
    } while (0)

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

/* A codec of one of three kinds, as the first bytes of the input say. */
typedef struct any_codec {
    edo_lines_codec lines;
    edo_delimiter_codec chunks;
    edo_length_codec lengths;
    edo_decoder decoder;
    edo_encoder encoder;
    size_t max_len;
    bool comes_back; /* what it encodes is decoded as it was */
} any_codec;

static void make_lines(any_codec *codec, const unsigned char *says, bool lends)
{
    codec->lines =
        (edo_lines_codec){.max_len = codec->max_len, .lends = lends, .any_bytes = says[0] & 4};
    codec->decoder = edo_lines_decoder(&codec->lines);
    codec->encoder = edo_lines_encoder();
    codec->comes_back = true;
}

static void make_chunks(any_codec *codec, const unsigned char *says, bool lends)
{
    static const char *const delimiters[] = {NULL, ";", "\n\r", "\xff,"};

    codec->chunks = (edo_delimiter_codec){.max_len = codec->max_len,
                                          .lends = lends,
                                          .delimiters = delimiters[says[0] / 4 % 4],
                                          .ending = ";"};
    codec->decoder = edo_delimiter_decoder(&codec->chunks);
    codec->encoder = edo_delimiter_encoder(&codec->chunks);
    codec->comes_back = says[0] / 4 % 4 < 2;
}

static void make_lengths(any_codec *codec, const unsigned char *says, bool lends)
{
    edo_length_codec_opts opts = {.length_bytes = 1 + says[0] / 4 % 8,
                                  .order = (edo_byte_order)(says[1] / 16 % 3),
                                  .offset = says[2] % 4,
                                  .adjustment = says[2] / 4 % 8 - 4,
                                  .skip = says[2] / 32,
                                  .no_skip = says[0] % 4 == 3 && says[2] / 32 == 0,
                                  .max_len = 1 + says[1],
                                  .lends = lends};

    MUST(edo_length_codec_init(&codec->lengths, &opts) == 0);
    codec->decoder = edo_length_decoder(&codec->lengths);
    codec->encoder = edo_length_encoder(&codec->lengths);
    codec->max_len = opts.max_len;
    codec->comes_back = codec->lengths.skip == codec->lengths.header;
}

static void make(any_codec *codec, const unsigned char *says, bool lends)
{
    *codec = (any_codec){.max_len = says[1] % 16};
    if (says[0] % 4 == 0)
        make_lines(codec, says, lends);
    else if (says[0] % 4 == 1)
        make_chunks(codec, says, lends);
    else
        make_lengths(codec, says, lends);
}

/* What comes out is written down: the result, the length and the bytes. */
static void note(edo_buf *log, const any_codec *codec, int rc, edo_bytes *frame)
{
    MUST(edo_buf_append(log, &rc, sizeof rc) == 0);
    if (rc != 1)
        return;
    MUST(!codec->max_len || frame->len <= codec->max_len);
    MUST(edo_buf_append(log, &frame->len, sizeof frame->len) == 0);
    MUST(edo_buf_append(log, frame->data, frame->len) == 0);
    edo_bytes_free(frame);
}

/* All frames that there are; an error takes something away, but for the last of all. */
static void drain(any_codec *codec, edo_buf *src, edo_buf *log,
                  int (*decode)(edo_decoder decoder, edo_buf *src, void *ret_frame))
{
    edo_bytes frame;
    size_t before;
    int rc;

    do {
        before = src->len;
        rc = decode(codec->decoder, src, &frame);
        if (rc != 0)
            note(log, codec, rc, &frame);
        MUST(rc >= 0 || rc == -EDO_EEOF || src->len < before);
    } while (rc == 1 || (rc < 0 && rc != -EDO_EEOF));
}

/* All of it in pieces of at most `cut` bytes, each of another length; 0: at once. */
static edo_buf decode_all(const unsigned char *data, size_t len, bool lends, size_t cut)
{
    edo_buf src = {0}, log = {0};
    any_codec codec;

    make(&codec, data, lends);
    for (size_t at = 3, n; at < len; at += n) {
        n = cut ? 1 + data[at] * cut / 256 : len - at;
        n = n < len - at ? n : len - at;
        MUST(edo_buf_append(&src, data + at, n) == 0);
        drain(&codec, &src, &log, edo_decode);
    }
    drain(&codec, &src, &log, edo_decode_eof);
    edo_buf_fini(&src);
    return log;
}

static void same(const edo_buf *log, edo_buf other)
{
    MUST(log->len == other.len);
    MUST(log->len == 0 || memcmp(log->data, other.data, log->len) == 0);
    edo_buf_fini(&other);
}

/* A frame with nothing in it that ends one comes back as it was. */
static void check_round_trip(const unsigned char *data, size_t len)
{
    unsigned char text[256];
    size_t n = len - 3 < sizeof text ? len - 3 : sizeof text;
    edo_bytes frame = edo_bytes_static(text, n), again;
    edo_buf buf = {0};
    any_codec codec;

    for (size_t i = 0; i < n; i++)
        text[i] = 'a' + data[3 + i] % 26;
    make(&codec, data, false);
    int rc = edo_encode(codec.encoder, &frame, &buf);
    MUST(rc == 0 || buf.len == 0);
    if (rc == 0 && codec.comes_back && (!codec.max_len || n <= codec.max_len)) {
        MUST(edo_decode(codec.decoder, &buf, &again) == 1);
        MUST(edo_bytes_equal(&frame, &again));
        MUST(buf.len == 0);
        edo_bytes_free(&again);
    }
    edo_buf_fini(&buf);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
    if (len < 3)
        return 0;
    edo_buf log = decode_all(data, len, false, 0);
    same(&log, decode_all(data, len, true, 0));
    same(&log, decode_all(data, len, false, 1));
    same(&log, decode_all(data, len, true, 9));
    same(&log, decode_all(data, len, false, 40));
    edo_buf_fini(&log);
    check_round_trip(data, len);
    return 0;
}
