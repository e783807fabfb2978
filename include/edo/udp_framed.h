/*
 * edo/udp_framed.h: a codec on a UDP socket. A datagram may have several frames, and each comes with who sent it; a
 * frame is a datagram where it is sent. As streams and sinks of items: edo/udp_frames.h.
 */
#ifndef EDO_UDP_FRAMED_H
#define EDO_UDP_FRAMED_H

#include <edo/codec.h>
#include <edo/udp.h>

EDO_BEGIN_DECLS

/** In the caller's memory; its fields are private. It stays where it is while something is under way. One task
 * may receive while another sends. */
typedef struct edo_udp_framed {
    edo_udp_socket *socket;
    struct {
        edo_decoder decoder;
        edo_buf buf;
        edo_addr from;
        const void *user;
        bool is_readable, has_kept;
        edo_frame_place place;
        edo_udp_recv_future future;
    } in;
    struct {
        edo_encoder encoder;
        edo_buf buf;
        const void *user;
        bool is_held;
        edo_udp_send_future future;
    } out;
} edo_udp_framed;

/**
 * Puts a codec on a socket. One of the two may be zeros: then the other direction can't be used.
 *
 * Returns   0; -EINVAL, -ENOMEM.
 * Owns      the caller, until edo_udp_framed_fini; the socket and the codec's objects are borrowed, and several
 *           may share a socket.
 */
EDO_API_UDP_FRAMED int edo_udp_framed_init(edo_udp_framed *framed, edo_udp_socket *socket,
                                           edo_decoder decoder, edo_encoder encoder);
/** Frees frames that nobody took. Nothing is under way. The socket stays. Zeros and NULL are fine. */
EDO_API_UDP_FRAMED void edo_udp_framed_fini(edo_udp_framed *framed);

/** A next under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_udp_framed_next_future {
    edo_future base;
    edo_udp_framed *framed;
    void *ret_frame;
    edo_addr *ret_from;
} edo_udp_framed_next_future;

/**
 * Waits for the next frame, and tells who sent it; `ret_from` may be NULL. A datagram's end is an end for the
 * decoder: no frame goes on in another. There is no end otherwise.
 *
 * Returns   1 with a frame; -EINVAL; -EBUSY: another next is under way; -ENOMEM; what the decoder says, after
 *           which it goes on; an error that an earlier send met; or why the waiting was cut short.
 * Owns      the frame is the caller's, and ends as the decoder's item says. One that is lent is good until
 *           the following call.
 * Suspends  unless the last datagram has another frame, or the next one is there.
 * Cancel    puts back: a frame that a losing arm got is the next call's, with its sender.
 */
EDO_API_UDP_FRAMED int edo_udp_framed_next(edo_udp_framed *framed, void *ret_frame,
                                           edo_addr *ret_from);
EDO_API_UDP_FRAMED edo_udp_framed_next_future edo_udp_framed_next_async(edo_udp_framed *framed,
                                                                        void *ret_frame,
                                                                        edo_addr *ret_from);

/** A send under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_udp_framed_send_future {
    edo_future base;
    edo_udp_framed *framed;
    const void *frame;
    const edo_addr *to;
} edo_udp_framed_send_future;

/**
 * Sends a frame as a datagram; `to` NULL: to the socket's peer. The frame stays the caller's.
 *
 * Returns   0; -EINVAL; -EBUSY: another send is under way, or a sink has a frame to be flushed; what the
 *           encoder says; as edo_udp_send_to.
 * Suspends  unless there is room.
 * Cancel    takes nothing: it was sent as a whole, or not at all.
 */
EDO_API_UDP_FRAMED int edo_udp_framed_send(edo_udp_framed *framed, const void *frame,
                                           const edo_addr *to);
EDO_API_UDP_FRAMED edo_udp_framed_send_future edo_udp_framed_send_async(edo_udp_framed *framed,
                                                                        const void *frame,
                                                                        const edo_addr *to);

EDO_END_DECLS

#endif
