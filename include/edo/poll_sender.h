/*
 * edo/poll_sender.h: a channel's sender for whoever is polled: it reserves room by polls, and then
 * sends without waiting.
 */
#ifndef EDO_POLL_SENDER_H
#define EDO_POLL_SENDER_H

#include <edo/mpsc.h>
#include <edo/poll_wait.h>

EDO_BEGIN_DECLS

/** Its fields are private. It lies with its user, and may not move while a reserve is pending. */
typedef struct edo_poll_sender {
    edo_mpsc_sender *sender; /**< NULL: closed */
    edo_poll_wait wait;
    bool reserved;
    bool closing; /**< with the message that room is reserved for */
} edo_poll_sender;

/**
 * Makes one, of a sender of a bounded channel.
 *
 * Returns   0; -EINVAL.
 * Owns      the handle, until edo_poll_sender_close or _fini; without success it is the caller's.
 */
EDO_API_SYNC int edo_poll_sender_init(edo_poll_sender *poll, edo_mpsc_sender *sender);
/** Gives back what was reserved, and the handle. */
EDO_API_SYNC void edo_poll_sender_fini(edo_poll_sender *poll);

/**
 * Reserves room for one message. While it says -EAGAIN it stands in the queue, and `waker`, of which
 * it keeps a clone, will be woken; the latest poll's counts. Reserved room stays so until it is used
 * or given up; to reserve again says 0.
 *
 * Returns   0; -EAGAIN (pending); -EPIPE (closed); -EINVAL.
 * Threads   one at a time, like all that follow.
 */
EDO_API_SYNC int edo_poll_sender_reserve(edo_poll_sender *poll, const edo_waker *waker);
/**
 * Sends a copy of *item into the room that was reserved.
 *
 * Returns   0; -EPIPE: closed, and the room was given up; -EDO_EMISUSE: none is reserved; -EINVAL.
 * Owns      the channel has the item on success; else it is still the caller's.
 */
EDO_API_SYNC int edo_poll_sender_send(edo_poll_sender *poll, const void *item);
/** For sinks: whether what was sent is in the channel, which it is: 0; -EINVAL. It says nothing
 *  about room. */
EDO_API_SYNC int edo_poll_sender_flush(const edo_poll_sender *poll);
/** Gives reserved room up, or leaves the queue. Whether there was any of that. */
EDO_API_SYNC bool edo_poll_sender_leave(edo_poll_sender *poll);

/**
 * Closes it, not the channel, unless it is the last sender. Room that was reserved can still be used,
 * or given up, and the handle is held until then.
 */
EDO_API_SYNC void edo_poll_sender_close(edo_poll_sender *poll);
/** Whether it was closed, or the receiver was closed or freed. */
EDO_API_SYNC bool edo_poll_sender_is_closed(const edo_poll_sender *poll);
/** The handle, borrowed; NULL once it is closed. */
EDO_API_SYNC edo_mpsc_sender *edo_poll_sender_sender(const edo_poll_sender *poll);

EDO_END_DECLS

#endif
