/*
 * edo/delimited.h: what lies between delimiters as frames: any of several bytes ends one.
 *
 *     edo_delimiter_codec codec = {.delimiters = ",;", .ending = ";"};
 */
#ifndef EDO_DELIMITED_H
#define EDO_DELIMITED_H

#include <edo/codec.h>

EDO_BEGIN_DECLS

/** How frames are read and written, and where in one the decoder is. It lies in the caller's memory; zeros are
 * the defaults, and the fields but lends may be changed between frames. */
typedef struct edo_delimiter_codec {
    const char *delimiters; /**< each of its bytes ends a frame; NULL: ",;\n\r". Borrowed */
    const char *ending;     /**< what is written behind each; NULL: ",". Borrowed */
    size_t max_len;         /**< the most bytes of a frame; 0: as many as there is memory for */
    bool lends;             /**< as of edo_lines_codec: each frame is good until the next call */
    edo_frame_scan scan;    /**< private */
} edo_delimiter_codec;

/**
 * Frames without their delimiter, and what is behind the last one, unless it is nothing. They are edo_bytes
 * with a zero behind them, which isn't counted. Error: -EDO_ETOOLONG, once for each frame that is, whose rest
 * is skipped.
 */
EDO_API_CODEC edo_decoder edo_delimiter_decoder(edo_delimiter_codec *codec);
/** Takes an edo_bytes and writes it with the ending behind it. */
EDO_API_CODEC edo_encoder edo_delimiter_encoder(edo_delimiter_codec *codec);

EDO_END_DECLS

#endif
