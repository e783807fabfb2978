/*
 * edo/codec.h: decoders, which cut a stream of bytes into frames, and encoders, which make bytes of them.
 *
 * Each is a table of functions and the object they work on, as readers and writers are. They work on an
 * edo_buf and wait for nothing; edo/framed.h puts one on a reader or a writer. What edo has itself is in
 * edo/lines_codec.h, edo/delimited.h and edo/length_codec.h, and anybody can write another:
 *
 *     static int decode(void *self, edo_buf *src, void *frame)      a number of four bytes
 *     {
 *         return src->len < 4 ? 0 : edo_buf_take(src, frame, 4) < 0 ? -EINVAL : 1;
 *     }
 *     static const edo_decoder_ops ops = {.decode = decode, .name = "number"};
 *     edo_decoder numbers = {&ops, NULL, EDO_ITEM(uint32_t)};
 */
#ifndef EDO_CODEC_H
#define EDO_CODEC_H

#include <edo/bytes.h>
#include <edo/item.h>

EDO_BEGIN_DECLS

/** How frames are cut. Neither function may wait. */
typedef struct edo_decoder_ops {
    /**
     * Takes the next frame off the front of `src` and puts it at `frame`, which has the item's size.
     *
     * Returns 1 with a frame; 0: more bytes are needed, and what it needs of them stays in `src` (it may
     * reserve room for the rest there); a negative errno: then it has taken away what can't be decoded, so
     * that the next call goes on behind it; with -ENOMEM nothing. A framed reader doesn't call it while
     * `src` is empty.
     */
    int (*decode)(void *self, edo_buf *src, void *frame);
    /** The same where nothing will come behind `src`, which may be empty: called until it says 0. NULL: what
     * decode says, and -EDO_EEOF if that is 0 and bytes remain. */
    int (*decode_eof)(void *self, edo_buf *src, void *frame);
    const char *name; /**< for reports: "lines" */
} edo_decoder_ops;

/** A decoder; the object is borrowed. */
typedef struct edo_decoder {
    const edo_decoder_ops *ops;
    void *self;
    const edo_item *item; /**< what its frames are; borrowed. Static is best */
} edo_decoder;

/** How frames are written. */
typedef struct edo_encoder_ops {
    /** Appends a frame to `dst`; the frame stays its caller's. Waits for nothing. 0; a negative errno: what it
     * has appended is taken away again. */
    int (*encode)(void *self, const void *frame, edo_buf *dst);
    const char *name;
} edo_encoder_ops;

/** An encoder; the object is borrowed. */
typedef struct edo_encoder {
    const edo_encoder_ops *ops;
    void *self;
    const edo_item *item; /**< what it takes; borrowed */
} edo_encoder;

/**
 * One step by hand. `ret_frame` is where the frame goes.
 *
 * Returns   1 with a frame; 0: not yet; -EINVAL; what the decoder says.
 * Owns      the caller has the frame; it ends as the decoder's item says.
 */
EDO_API_CODEC int edo_decode(edo_decoder decoder, edo_buf *src, void *ret_frame);
/** The same at the end of what is to be decoded. 0: no more frames. -EDO_EEOF: the end of one is missing. */
EDO_API_CODEC int edo_decode_eof(edo_decoder decoder, edo_buf *src, void *ret_frame);
/**
 * Appends a frame to `dst`.
 *
 * Returns   0; -EINVAL; what the encoder says: then `dst` has what it had before.
 */
EDO_API_CODEC int edo_encode(edo_encoder encoder, const void *frame, edo_buf *dst);

/** The frames of edo's own codecs are edo_bytes_item (edo/bytes.h). This is what they are where they are lent: an
 * edo_bytes that nobody has to end; its clone is a copy to keep. */
EDO_API_CODEC const edo_item *edo_lent_item(void);

/**
 * Takes a frame of `len` bytes off the front of a buffer, and `behind` bytes that follow it. It shares the
 * buffer's memory, without a copy.
 *
 * Returns   0; -EINVAL: so many aren't there; -ENOMEM, of a buffer in the caller's memory.
 * Owns      the caller, until edo_bytes_free.
 */
EDO_API_CODEC int edo_frame_take(edo_buf *src, size_t len, size_t behind, edo_bytes *ret_frame);
/** The same, lent: it is the buffer's memory, good until anything is put into it. edo_bytes_free does nothing
 * to it, and edo_bytes_clone is another of the same; edo_bytes_copy makes one to keep. */
EDO_API_CODEC int edo_frame_lend(edo_buf *src, size_t len, size_t behind, edo_bytes *ret_frame);

/** Private: room for a frame that came back. */
typedef struct edo_frame_place {
    void *memory; /* NULL: small is good enough */
    uint64_t small[6];
} edo_frame_place;

/** Private: how far a decoder that looks for the end of a frame has come. */
typedef struct edo_frame_scan {
    size_t seen; /* bytes of the buffer without an end */
    bool skips;  /* the rest of a frame that was too long */
} edo_frame_scan;

EDO_END_DECLS

#endif
