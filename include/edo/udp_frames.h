/*
 * edo/udp_frames.h: frames by UDP as streams and sinks of items (edo/stream.h, edo/item_sink.h). An item is
 * a frame and its address, so that what comes can go back as it is:
 *
 *     edo_stream in = edo_udp_framed_stream(&framed, NULL);
 *     edo_item_sink out = edo_udp_framed_sink(&framed, NULL);
 *     rc = edo_stream_forward(in, out, NULL);      an echo server
 */
#ifndef EDO_UDP_FRAMES_H
#define EDO_UDP_FRAMES_H

#include <edo/item_sink.h>
#include <edo/stream.h>
#include <edo/udp_framed.h>

EDO_BEGIN_DECLS

/** A frame of bytes, and who sent it or is to get it. */
typedef struct edo_udp_frame {
    edo_bytes frame;
    edo_addr addr; /**< zeros, where it is sent: the socket's peer */
} edo_udp_frame;

/** What it is to streams and sinks: edo_bytes_free of its frame ends one. */
EDO_API_UDP_FRAMED const edo_item *edo_udp_frame_item(void);

/**
 * The frames that come as a stream. An item is a struct of two: first the frame as the decoder gives it, then an
 * edo_addr. `item` says how one ends and what another of it is; NULL: edo_udp_frame_item, for frames that are
 * edo_bytes. It goes on after an error, and has no end. It puts back. Releasing it ends what
 * edo_udp_framed_next uses, and leaves sends alone.
 *
 * Returns   it; one of zeros where there can be none: NULL, no decoder, frames that are lent, no `item` for
 *           frames that aren't edo_bytes, one without room for both.
 * Owns      the caller, until edo_stream_release; `framed` and `item` are borrowed.
 */
EDO_API_UDP_FRAMED edo_stream edo_udp_framed_stream(edo_udp_framed *framed, const edo_item *item);
/**
 * A sink of such items, of the encoder's frames. A frame that it takes is encoded and destroyed at once, and stays
 * its caller's when it can't be; it is sent by the next flush, or when another wants its room. Where that is
 * cut short it is still there; any other error is that datagram's, which is dropped, and whoever waited is
 * told. Closing it flushes. Releasing it ends what edo_udp_framed_send uses, and leaves receiving alone.
 *
 * Returns   it; one of zeros where there can be none, as above.
 * Owns      the caller, until edo_item_sink_release; `framed` and `item` are borrowed.
 */
EDO_API_UDP_FRAMED edo_item_sink edo_udp_framed_sink(edo_udp_framed *framed, const edo_item *item);

EDO_END_DECLS

#endif
