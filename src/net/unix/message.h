/*
 * net/unix/message.h: sending and receiving by sendmsg(2) and recvmsg(2), for streams, datagrams and records.
 *
 * A future that has its one piece in itself can't say so before it lies still: `iov` is NULL in its message
 * until the first poll.
 */
#ifndef NET_UNIX_MESSAGE_H
#define NET_UNIX_MESSAGE_H

#include <edo/unix_message.h>

#include "driver/driver.h"

/* What was received and put back is bytes of a stream, or a whole message with its sender. */
edo_poll unix_receive_bytes_poll(edo_future *base, const edo_waker *waker);
edo_poll unix_receive_poll(edo_future *base, const edo_waker *waker);
void unix_receive_cancel(edo_future *base);
void unix_receive_bytes_put_back(edo_future *base);
void unix_receive_put_back(edo_future *base);
edo_poll unix_send_poll(edo_future *base, const edo_waker *waker);
void unix_send_cancel(edo_future *base);
#define UNIX_RECEIVE_OPS(what)                                                                     \
    {                                                                                              \
        .poll = unix_receive_poll, .cancel = unix_receive_cancel,                                  \
        .put_back = unix_receive_put_back, .name = what, .flags = EDO_FUTURE_RESTARTS              \
    }
#define UNIX_RECEIVE_BYTES_OPS(what)                                                               \
    {                                                                                              \
        .poll = unix_receive_bytes_poll, .cancel = unix_receive_cancel,                            \
        .put_back = unix_receive_bytes_put_back, .name = what, .flags = EDO_FUTURE_RESTARTS        \
    }
#define UNIX_SEND_OPS(what)                                                                        \
    {                                                                                              \
        .poll = unix_send_poll, .cancel = unix_send_cancel, .name = what,                          \
        .flags = EDO_FUTURE_RESTARTS                                                               \
    }

/* A `src` of NULL is -EINVAL, and so are no pieces. `from` and `control` may be NULL; `flags`: MSG_PEEK. */
edo_unix_receive_future unix_receive_future(const edo_future_ops *ops, source *src, void *buf,
                                            size_t len, int flags, edo_unix_addr *ret_from);
edo_unix_receive_future unix_recvmsg_future(const edo_future_ops *ops, source *src,
                                            const struct iovec *iov, size_t count,
                                            edo_unix_addr *ret_from, edo_unix_control *control);
ssize_t unix_try_receive(source *src, void *buf, size_t len, int flags, edo_unix_addr *ret_from);
/* `to` may be NULL. */
edo_unix_send_future unix_send_future(const edo_future_ops *ops, source *src, const void *buf,
                                      size_t len, const edo_unix_addr *to);
edo_unix_send_future unix_sendmsg_future(const edo_future_ops *ops, source *src,
                                         const struct iovec *iov, size_t count,
                                         const edo_unix_addr *to, const edo_unix_control *control);
ssize_t unix_try_send(source *src, const void *buf, size_t len, const edo_unix_addr *to);

/* Sets how much room a message has, for the system to say how much of it was used. */
void unix_message_room(struct msghdr *msg, edo_unix_control *control);
/* After an append of what a receipt got too late, which has filled its control: 0, and it begins anew; or there
 * was no memory, and its success stands. */
void unix_message_appended(edo_op *op, int rc);

/* Of messages that were put back whole; see kept.c. */
struct put_back_ops;
extern const struct put_back_ops unix_put_back_messages;
/* Puts back what the operation received. 0; -ENOMEM, and nothing was done. */
int unix_put_back_first(edo_op *op, edo_unix_control *control);

#endif
