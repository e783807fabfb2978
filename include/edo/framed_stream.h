/*
 * edo/framed_stream.h: framed readers and writers as streams and sinks of frames (edo/stream.h,
 * edo/item_sink.h), to be mapped, merged and collected.
 */
#ifndef EDO_FRAMED_STREAM_H
#define EDO_FRAMED_STREAM_H

#include <edo/framed.h>
#include <edo/item_sink.h>
#include <edo/stream.h>

EDO_BEGIN_DECLS

/**
 * The frames of a reader as a stream. It goes on after an end or an error if the reader does, as edo_framed_next.
 * It puts back. Releasing it is edo_framed_reader_fini.
 *
 * Returns   it; one of zeros for frames that are lent, which nobody could keep, and for NULL.
 */
EDO_API_CODEC edo_stream edo_framed_reader_stream(edo_framed_reader *reader);
/**
 * A writer as a sink of frames; NULL: one of zeros. A frame that it takes is encoded and destroyed at once, and
 * stays its caller's when it can't be. Releasing it is edo_framed_writer_fini.
 */
EDO_API_CODEC edo_item_sink edo_framed_writer_sink(edo_framed_writer *writer);

EDO_END_DECLS

#endif
