/*
 * edo/framed.h: frames instead of bytes: a decoder on a reader, an encoder on a writer, or both on a stream.
 *
 *     edo_lines_codec codec = {.max_len = 4096};
 *     edo_framed framed;
 *     edo_bytes line;
 *
 *     edo_framed_init(&framed, edo_tcp_io(conn), edo_lines_decoder(&codec), edo_lines_encoder(), NULL);
 *     while ((rc = edo_framed_next(&framed.reader, &line)) > 0) {
 *         rc = edo_framed_send(&framed.writer, &line, NULL);
 *         edo_bytes_free(&line);
 *     }
 *     edo_framed_fini(&framed);
 *
 * The two directions have nothing in common: one task may use the reader while another uses the writer, and
 * each may be made alone. What they are put on is borrowed, and so are the codec's objects. As streams and sinks
 * of items: edo/framed_stream.h.
 */
#ifndef EDO_FRAMED_H
#define EDO_FRAMED_H

#include <edo/codec.h>

EDO_BEGIN_DECLS

/** A decoder on a reader, in the caller's memory. It stays where it is while a next is under way. */
typedef struct edo_framed_reader {
    edo_reader from;     /**< to be read only */
    edo_decoder decoder; /**< to be changed by edo_framed_reader_set_decoder */
    edo_buf buf; /**< what was read and isn't decoded yet; not to be touched while a next waits */
    const void *user; /**< private, as what follows */
    size_t capacity;
    uint8_t state;
    edo_frame_place place;
    edo_transfer t;
} edo_framed_reader;

/** An encoder on a writer, in the caller's memory. It stays where it is while a wait is under way. */
typedef struct edo_framed_writer {
    edo_writer to;       /**< to be read only */
    edo_encoder encoder; /**< may be changed between two frames: what was encoded stays */
    edo_buf
        buf; /**< what was encoded and isn't written yet; not to be touched while something waits */
    size_t boundary;  /**< bytes in it from which on a frame has to wait; may be changed */
    const void *user; /**< private, as what follows */
    uint8_t doing;
    edo_transfer t;
} edo_framed_writer;

/** Both. */
typedef struct edo_framed {
    edo_framed_reader reader;
    edo_framed_writer writer;
} edo_framed;

/** Zeros are the defaults. */
typedef struct edo_framed_opts {
    size_t capacity;    /**< bytes that are read at once; 0: 8 KiB. A longer frame makes it grow */
    size_t boundary;    /**< encoded bytes from which on a frame has to wait; 0: 8 KiB */
    edo_buf *unread;    /**< what comes before what is read; it is emptied */
    edo_buf *unwritten; /**< what is to be written first; it is emptied */
} edo_framed_opts;

/**
 * Puts a decoder on a reader. `opts` may be NULL.
 *
 * Returns   0; -EINVAL, -ENOMEM, -EDO_ETOOLONG (the limit of `unread`): then nothing was taken.
 * Owns      the caller, until edo_framed_reader_fini or edo_framed_reader_into_buf.
 */
EDO_API_CODEC int edo_framed_reader_init(edo_framed_reader *reader, edo_reader from,
                                         edo_decoder decoder, const edo_framed_opts *opts);
/** The same of an encoder and a writer. */
EDO_API_CODEC int edo_framed_writer_init(edo_framed_writer *writer, edo_writer to,
                                         edo_encoder encoder, const edo_framed_opts *opts);
/** Both at once. */
EDO_API_CODEC int edo_framed_init(edo_framed *framed, edo_io io, edo_decoder decoder,
                                  edo_encoder encoder, const edo_framed_opts *opts);
/** Frees what was read and not taken. No next is under way. Zeros and NULL are fine. */
EDO_API_CODEC void edo_framed_reader_fini(edo_framed_reader *reader);
/** Frees what was encoded and not written: flush before. Nothing is under way. Zeros and NULL are fine. */
EDO_API_CODEC void edo_framed_writer_fini(edo_framed_writer *writer);
EDO_API_CODEC void edo_framed_fini(edo_framed *framed);

/**
 * Ends it and gives back what was read and isn't decoded: with it as `unread` another goes on there.
 *
 * Returns   0; -EINVAL; -EBUSY while a next is under way, or when a frame came back which the following next
 *           gives: then nothing has changed.
 * Owns      the caller has the buffer.
 */
EDO_API_CODEC int edo_framed_reader_into_buf(edo_framed_reader *reader, edo_buf *ret_unread);
/** The same of what was encoded and isn't written. */
EDO_API_CODEC int edo_framed_writer_into_buf(edo_framed_writer *writer, edo_buf *ret_unwritten);
/**
 * Goes on with another decoder from where the one before has come to.
 *
 * Returns   0; -EINVAL; -ENOMEM; -EBUSY as edo_framed_reader_into_buf.
 */
EDO_API_CODEC int edo_framed_reader_set_decoder(edo_framed_reader *reader, edo_decoder decoder);

/** A next under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_framed_next_future {
    edo_future base;
    edo_framed_reader *reader;
    void *ret_frame;
} edo_framed_next_future;

/**
 * Waits for the next frame.
 *
 * Returns   1 with a frame; 0 at the end, and later again what comes, if the reader goes on; -EDO_EEOF: the
 *           end came inside a frame; -EINVAL; -EBUSY: another next is under way; -ENOMEM; what the decoder
 *           and the reader say, and then the following next says 0 once, whatever comes after it; or why the
 *           waiting was cut short.
 * Owns      the frame is the caller's, and ends as the decoder's item says. One that is lent is good until
 *           the following call.
 * Suspends  unless the buffer has one.
 * Cancel    puts back: a frame that a losing arm got is the next call's. The beginning of one stays.
 */
EDO_API_CODEC int edo_framed_next(edo_framed_reader *reader, void *ret_frame);
EDO_API_CODEC edo_framed_next_future edo_framed_next_async(edo_framed_reader *reader,
                                                           void *ret_frame);

/** A feed, send, flush or close under way. Its fields but is_taken are private; don't move it once it has been
 * polled. */
typedef struct edo_framed_write_future {
    edo_future base;
    edo_framed_writer *writer;
    const void *frame;
    uint8_t step, last;
    bool
        is_taken; /**< the frame was encoded, whatever the result: what is left of it goes by a flush */
} edo_framed_write_future;

/**
 * Encodes a frame behind those that wait to be written. Nothing is written, unless they are at the boundary:
 * then they are first.
 *
 * Returns   0; -EINVAL; -EBUSY: another call is under way; what the encoder says, and what the writer says:
 *           then the frame isn't there; or why the waiting was cut short.
 * Owns      the frame stays the caller's; it is to be there until READY.
 * Suspends  at the boundary, until all is written.
 * Cancel    takes nothing: the frame isn't there; or its success stands.
 */
EDO_API_CODEC int edo_framed_feed(edo_framed_writer *writer, const void *frame);
EDO_API_CODEC edo_framed_write_future edo_framed_feed_async(edo_framed_writer *writer,
                                                            const void *frame);
/** The same without waiting: -EAGAIN at the boundary. */
EDO_API_CODEC int edo_framed_try_feed(edo_framed_writer *writer, const void *frame);
/**
 * A feed and a flush. Where the flush fails or is cut short, the frame was taken all the same, and goes by the
 * next flush: *ret_taken (NULL is fine), or the future's is_taken, says so.
 */
EDO_API_CODEC int edo_framed_send(edo_framed_writer *writer, const void *frame, bool *ret_taken);
EDO_API_CODEC edo_framed_write_future edo_framed_send_async(edo_framed_writer *writer,
                                                            const void *frame);
/**
 * Writes all that was encoded, in as few writes as the writer takes, and flushes the writer.
 *
 * Returns   0; -EINVAL; -EBUSY; -EDO_EWRITEZERO: the writer takes nothing any more; what the writer says: a
 *           later call goes on where this one ended; or why the waiting was cut short.
 * Suspends  while there is something to write.
 * Cancel    takes nothing: each byte is written, or still there.
 */
EDO_API_CODEC int edo_framed_flush(edo_framed_writer *writer);
EDO_API_CODEC edo_framed_write_future edo_framed_flush_async(edo_framed_writer *writer);
/** A flush, and a shutdown of the writer: the other side reads the end. Otherwise the same. */
EDO_API_CODEC int edo_framed_close(edo_framed_writer *writer);
EDO_API_CODEC edo_framed_write_future edo_framed_close_async(edo_framed_writer *writer);

EDO_END_DECLS

#endif
