/*
 * edo/stream_io.h: a reader as a stream of bytes, a stream of bytes as a reader, a sink of bytes as a writer. The
 * items are edo_bytes.
 */
#ifndef EDO_STREAM_IO_H
#define EDO_STREAM_IO_H

#include <edo/bytes.h>
#include <edo/item_sink.h>
#include <edo/stream.h>

EDO_BEGIN_DECLS

/** A reader as a stream, in the caller's memory; its fields are private. It stays where it is while a next is
 * under way. */
typedef struct edo_reader_stream {
    edo_reader from;
    size_t capacity;
    edo_buf buf;
    const edo_pull *user;
    bool is_done;
    edo_transfer t;
} edo_reader_stream;

/**
 * What a reader gives as a stream: an item a read, of at most `capacity` bytes; 0: 4 KiB. It ends for ever with the
 * reader's end, or behind its first error. It puts back. `from` is borrowed; releasing it frees what it allocated.
 *
 * Returns   it; one of zeros without a reader.
 */
EDO_API_CODEC edo_stream edo_stream_of_reader(edo_reader_stream *stream, edo_reader from,
                                              size_t capacity);

/** A stream as a reader, in the caller's memory; its fields are private. It stays where it is while a read is
 * under way. */
typedef struct edo_stream_reader {
    edo_stream from;
    edo_bytes chunk;
    size_t at;
    const edo_transfer *user;
    edo_pull pull;
    edo_bytes next;
} edo_stream_reader;

/**
 * A stream of edo_bytes as a buffered reader: the bytes of its items one after the other, empty ones left out. An
 * error as an item is a read's error. It puts back what lies in the item that it was at.
 *
 * Returns   it; one of zeros for no stream, or one of other items.
 * Owns      the stream, until edo_stream_reader_fini.
 */
EDO_API_CODEC edo_reader edo_reader_of_stream(edo_stream_reader *reader, edo_stream from);
/** Releases the stream, and what was read of it and not taken. No read is under way. Zeros, NULL are fine. */
EDO_API_CODEC void edo_stream_reader_fini(edo_stream_reader *reader);

/** A sink as a writer, in the caller's memory; its fields are private. It stays where it is while a write is
 * under way. */
typedef struct edo_sink_writer {
    edo_item_sink to;
    const edo_transfer *user;
    edo_push push;
} edo_sink_writer;

/**
 * A sink of edo_bytes as a writer: each write is an item of its own, a copy. Its flush is the sink's, its shutdown
 * the sink's close. It may be forgotten.
 *
 * Returns   it; one of zeros for no sink, or one of other items.
 * Owns      the sink is borrowed.
 */
EDO_API_CODEC edo_writer edo_writer_of_sink(edo_sink_writer *writer, edo_item_sink to);

EDO_END_DECLS

#endif
