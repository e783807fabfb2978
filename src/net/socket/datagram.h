/*
 * net/socket/datagram.h: datagrams that were received and put back: each stays whole, with its sender, its
 * control data and its flags.
 *
 * For OP_RECVMSG and OP_RECVFROM, whose op.buf is an edo_datagram_msg, and OP_RECVMMSG, which is a part of an
 * edo_datagram_many_future. One that only looks (MSG_PEEK) is shown the oldest, and leaves it.
 */
#ifndef NET_SOCKET_DATAGRAM_H
#define NET_SOCKET_DATAGRAM_H

#include <edo/datagram.h>

#include "io/put_back.h"

extern const put_back_ops put_back_datagrams;
/* Puts all that the operation received back as the oldest. 0; -ENOMEM, and then nothing was done. */
int put_back_datagrams_first(edo_op *op);
/* Makes the room of its messages what it was, so that the operation can be done again. */
void datagram_restore(edo_op *op);

/* Polls a receive; what the message says in the end is the caller's to hand on. */
static inline edo_poll datagram_poll(edo_op *op, bool *gives_way, bool canceled,
                                     const edo_waker *waker)
{
    return put_back_poll(op, gives_way, canceled, waker, &put_back_datagrams);
}
/* A receive without waiting: op->result, -EAGAIN when nothing is there. */
static inline int64_t datagram_try(edo_op *op)
{
    if (!put_back_take(op, &put_back_datagrams))
        op->result = op_try(op);
    return op->result;
}

#endif
