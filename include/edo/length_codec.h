/*
 * edo/length_codec.h: frames with a header in front that says how long each is.
 *
 *     [ offset bytes | length field | what is skipped | frame ]
 *
 *     edo_length_codec codec;
 *
 *     edo_length_codec_init(&codec, NULL);                          four bytes, big-endian, at most 8 MiB
 *     edo_length_codec_init(&codec, EDO_OPTS(length_codec, .length_bytes = 2, .adjustment = -2));
 */
#ifndef EDO_LENGTH_CODEC_H
#define EDO_LENGTH_CODEC_H

#include <edo/codec.h>

EDO_BEGIN_DECLS

typedef enum edo_byte_order {
    EDO_BIG_ENDIAN,
    EDO_LITTLE_ENDIAN,
    EDO_NATIVE_ENDIAN /**< as this processor has it */
} edo_byte_order;

/** Zeros are the defaults, but for length_bytes. */
typedef struct edo_length_codec_opts {
    unsigned length_bytes; /**< bytes of the length field: 1 to 8 */
    edo_byte_order order;  /**< of the length field */
    size_t offset;         /**< bytes in front of the length field */
    int64_t
        adjustment; /**< what is to be added to the field: a frame is so much longer than it says */
    size_t skip;    /**< bytes of each that don't come with the frame; 0: up to the field's end */
    bool no_skip;   /**< frames come with their header, which adjustment is to count */
    size_t max_len; /**< the most bytes of a frame; 0: 8 MiB. Less, where the field can't say it */
    bool lends;     /**< as of edo_lines_codec: each frame is good until the next call */
} edo_length_codec_opts;

/** In the caller's memory. Its fields are private. */
typedef struct edo_length_codec {
    edo_length_codec_opts opts;
    size_t header; /**< bytes that have to be there to know the length */
    size_t skip;
    size_t len; /**< of the frame whose header has come */
    bool knows; /**< the header has come */
} edo_length_codec;

/**
 * Makes a codec. `opts` may be NULL: a length of four bytes.
 *
 * Returns   0; -EINVAL: a field of 0 or more than 8 bytes, an unknown order, bytes in front or to be skipped
 *           that no buffer could hold.
 * Owns      the caller; there is nothing to be freed.
 */
EDO_API_CODEC int edo_length_codec_init(edo_length_codec *codec, const edo_length_codec_opts *opts);
/** The most bytes of a frame from now on; 0: 8 MiB. What has been accepted already stays so. It becomes less where
 * the length field can't say it. */
EDO_API_CODEC void edo_length_codec_set_max_len(edo_length_codec *codec, size_t max_len);
/** What it is. */
EDO_API_CODEC size_t edo_length_codec_max_len(const edo_length_codec *codec);

/**
 * Its frames are edo_bytes, without a copy; one of no bytes is a frame too. Room for a whole frame is made when
 * its header has come. Errors, after which the stream is of no use: -EDO_ETOOLONG; -EBADMSG: a length that is
 * negative after the adjustment, or nothing where nothing is skipped. Both come at the header, which is taken away.
 */
EDO_API_CODEC edo_decoder edo_length_decoder(edo_length_codec *codec);
/**
 * Takes an edo_bytes and writes it with a header in front, which is zero but for the length. Errors:
 * -EDO_ETOOLONG, and -EINVAL for a length that is negative after the adjustment.
 */
EDO_API_CODEC edo_encoder edo_length_encoder(edo_length_codec *codec);

EDO_END_DECLS

#endif
