/*
 * edo/lines_codec.h: lines as frames; and bytes as they come.
 *
 *     edo_lines_codec lines = {.max_len = 4096};
 *     edo_decoder decoder = edo_lines_decoder(&lines);
 */
#ifndef EDO_LINES_CODEC_H
#define EDO_LINES_CODEC_H

#include <edo/codec.h>

EDO_BEGIN_DECLS

/** How lines are read, and where in one the decoder is. It lies in the caller's memory; zeros are the
 * defaults, and the fields but lends may be changed between frames. */
typedef struct edo_lines_codec {
    size_t max_len; /**< the most bytes of a line; 0: as many as there is memory for */
    bool any_bytes; /**< a line need not be UTF-8 */
    /** Lines are lent: each is good until the next call, and nothing is counted. The quickest; not for those
     * who keep lines. */
    bool lends;
    edo_frame_scan scan; /**< private */
} edo_lines_codec;

/**
 * Lines without their "\n" or "\r\n", and the last one also without an end. Its frames are edo_bytes with a
 * zero behind them, which isn't counted. Errors: -EDO_ETOOLONG, once for each line that is, whose rest is
 * skipped; -EILSEQ for one that isn't UTF-8.
 */
EDO_API_CODEC edo_decoder edo_lines_decoder(edo_lines_codec *codec);
/** Takes an edo_bytes and writes it with a "\n" behind it. */
EDO_API_CODEC edo_encoder edo_lines_encoder(void);

/** All bytes that are there as one frame, an edo_bytes; and back. */
EDO_API_CODEC edo_decoder edo_bytes_decoder(void);
EDO_API_CODEC edo_encoder edo_bytes_encoder(void);

EDO_END_DECLS

#endif
