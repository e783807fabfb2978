/*
 * edo/unix_message.h: what travels beside bytes over Unix sockets: descriptors and credentials.
 *
 * An edo_unix_control is the memory for them, on the way out or in. Descriptors to be sent stay the sender's.
 * Those received are closed with it unless they were taken out, so that what nobody wants can't leak.
 */
#ifndef EDO_UNIX_MESSAGE_H
#define EDO_UNIX_MESSAGE_H

#include <sys/socket.h>

#include <edo/unix.h>

EDO_BEGIN_DECLS

/** The system takes no more descriptors in one message. */
#define EDO_UNIX_FDS_MAX 253

typedef struct edo_unix_control edo_unix_control;

/**
 * Makes one with room for `fds` descriptors, and for credentials.
 *
 * Returns   0; -EINVAL (NULL, or more than EDO_UNIX_FDS_MAX); -ENOMEM.
 * Owns      the caller, until edo_unix_control_free.
 */
EDO_API_UNIX int edo_unix_control_new(size_t fds, edo_unix_control **ret_control);
/** Frees it, and closes what was received and not taken. No send or receive uses it. NULL is fine. */
EDO_API_UNIX void edo_unix_control_free(edo_unix_control *control);
/** Empties it: closes what was received and not taken, forgets what was to be sent. */
EDO_API_UNIX void edo_unix_control_clear(edo_unix_control *control);

/**
 * Adds a descriptor to what is to be sent. It is the caller's still, and has to be open until the send has
 * succeeded; the receiver gets one of its own. To send others, clear it before.
 *
 * Returns   0; -EINVAL; -ENOSPC; -EBUSY while it holds something that was received.
 */
EDO_API_UNIX int edo_unix_control_add_fd(edo_unix_control *control, int fd);
/**
 * Sends these credentials, which the system checks; NULL is this process's own. A receiver that asked for
 * them gets some in any case.
 *
 * Returns   0; -EINVAL; -EBUSY while it holds something that was received.
 */
EDO_API_UNIX int edo_unix_control_set_cred(edo_unix_control *control, const edo_unix_cred *cred);

/** How many descriptors were received and not taken. */
EDO_API_UNIX size_t edo_unix_control_fds(const edo_unix_control *control);
/** Takes the next descriptor out: it is the caller's then. It is close-on-exec. 0; -EINVAL; -ENOENT: there is none. */
EDO_API_UNIX int edo_unix_control_take_fd(edo_unix_control *control, int *ret_fd);
/** Who sent the message. 0; -EINVAL; -ENOENT: it doesn't say; see edo_unix_set_pass_cred. */
EDO_API_UNIX int edo_unix_control_cred(const edo_unix_control *control, edo_unix_cred *ret_cred);
/** Whether there was more than there was room for: of the descriptors, or of the bytes. It is closed, or lost. */
EDO_API_UNIX bool edo_unix_control_is_cut(const edo_unix_control *control);
EDO_API_UNIX bool edo_unix_control_is_data_cut(const edo_unix_control *control);

/** A message's receipt under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_unix_receive_future {
    edo_future base;
    edo_op op;
    struct msghdr msg;
    struct iovec iov;
    edo_unix_control *control;
    bool gives_way;
} edo_unix_receive_future;

/** A message's sending under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_unix_send_future {
    edo_future base;
    edo_op op;
    struct msghdr msg;
    struct iovec iov;
    edo_back_off *back_off;
} edo_unix_send_future;

/**
 * Reads what is there, with the descriptors and credentials that came along: into `count` pieces, and `control`,
 * which is emptied before and may be NULL. A call ends behind bytes that descriptors came with.
 *
 * Returns   as edo_unix_readv; -EINVAL for no pieces.
 * Owns      the pieces and `control` are the stream's until it is READY; descriptors are `control`'s.
 * Suspends  unless something is there.
 * Cancel    puts back: bytes that a losing arm took are the next one's, and the descriptors with the first of
 *           them, as the system doesn't tell with which they came. Else takes nothing, or the success stands.
 */
EDO_API_UNIX ssize_t edo_unix_recvmsg(edo_unix_stream *stream, const struct iovec *iov,
                                      size_t count, edo_unix_control *control);
EDO_API_UNIX edo_unix_receive_future edo_unix_recvmsg_async(edo_unix_stream *stream,
                                                            const struct iovec *iov, size_t count,
                                                            edo_unix_control *control);
/**
 * Writes what there is room for, and with the first byte what `control` holds, unless it is NULL. If not all was
 * written, the rest is to be written without it. At least one byte has to be there for it to travel with.
 *
 * Returns   as edo_unix_writev; -EINVAL for no pieces; -ETOOMANYREFS and what else sendmsg(2) says.
 * Owns      the pieces and `control` are the stream's until it is READY.
 * Suspends  unless there is room.
 * Cancel    says how much it gave: what was given stays given and is the result; nothing: -ECANCELED.
 */
EDO_API_UNIX ssize_t edo_unix_sendmsg(edo_unix_stream *stream, const struct iovec *iov,
                                      size_t count, const edo_unix_control *control);
EDO_API_UNIX edo_unix_send_future edo_unix_sendmsg_async(edo_unix_stream *stream,
                                                         const struct iovec *iov, size_t count,
                                                         const edo_unix_control *control);
/** Whether messages that are received tell who sent them. 0; -EINVAL; what setsockopt(2) says. */
EDO_API_UNIX int edo_unix_set_pass_cred(edo_unix_stream *stream, bool pass);

EDO_END_DECLS

#endif
