/*
 * io/put_back.h: what a read or an accept took, and nobody wanted, goes back into its source.
 *
 * It hangs on the source, oldest first, so that it is found by every way in, and is dropped when
 * the source is closed.
 */
#ifndef IO_PUT_BACK_H
#define IO_PUT_BACK_H

#include <sys/socket.h>

#include "base/chaos.h"
#include "base/model.h"
#include "driver/source.h"

/* How a kind of operation does it; both with the source's lock held. */
typedef struct put_back_ops {
    /* Takes from src->kept, which is not empty, into the operation's result. */
    void (*take)(edo_op *op);
    /* Appends the operation's success; false: there was none to keep. -ENOMEM: it stays. */
    int (*append)(edo_op *op);
} put_back_ops;

/* Whether something was put back. */
static inline bool put_back_hangs_on(const source *src)
{
    /* acquire: pairs with the release in set_kept; what is found is looked at under the lock. */
    return a_load(&src->kept, acquire) != NULL;
}
static inline bool put_back_is_kept(const edo_op *op)
{
    return put_back_hangs_on(op->src);
}
/* put_back_poll where something was, or may have been. */
edo_poll put_back_poll_kept(edo_op *op, bool *gives_way, bool canceled, const edo_waker *waker,
                            const put_back_ops *ops);
/*
 * Polls an operation that takes something; what was put back goes first. `gives_way` is the
 * future's own, false at first; `canceled`: its cancel was passed on.
 */
static inline edo_poll put_back_poll(edo_op *op, bool *gives_way, bool canceled,
                                     const edo_waker *waker, const put_back_ops *ops)
{
    if (likely(!canceled && !*gives_way && !put_back_is_kept(op))) {
        edo_poll is = op_poll(op, waker);
        chaos_point();
        /* A second look, now that it is linked: what was put back before found nobody. */
        if (likely(is == EDO_READY || MODEL_BUG(831, !put_back_is_kept(op), true)))
            return is;
    }
    return put_back_poll_kept(op, gives_way, canceled, waker, ops);
}
/* Takes what was put back, without waiting; false: nothing was. */
bool put_back_take(edo_op *op, const put_back_ops *ops);
/* Puts a node back as the oldest, and wakes who is first in the queue. False: the source that the
 * operation was of is closed; then the node was released. */
bool put_back_first(edo_op *op, source_kept *node);
/* The same of several, oldest first, of which `end` is the last one's link. */
bool put_back_chain_first(edo_op *op, source_kept *first, source_kept **end);
/* Appends a node as the youngest; lock held. */
void put_back_append(source *src, source_kept *node);

/* What came along with bytes and is none: descriptors. It goes with the first of them. */
typedef struct kept_extra kept_extra;
struct kept_extra {
    /* Hands it to a RECVMSG that takes the bytes, as the kernel would have; frees it. */
    void (*give)(kept_extra *extra, struct msghdr *msg);
    void (*release)(kept_extra *extra); /* a plain read took the bytes, or the source is closed */
};

/* Those of bytes, also in several pieces; a peek (MSG_PEEK) shows them and leaves them. */
extern const put_back_ops put_back_bytes;
/* Puts the first `len` bytes of what the operation filled back as the oldest. 0; -ENOMEM, and then nothing was done. */
int put_back_bytes_first(edo_op *op, size_t len);
/* The same with an extra, which may be NULL and is the caller's still on -ENOMEM; and as the youngest, for an
 * append function of a kind's own. */
int put_back_bytes_first_with(edo_op *op, size_t len, kept_extra *extra);
int put_back_bytes_append_with(edo_op *op, kept_extra *extra);

/* For bytes that go by a pipe. Writes what hangs on the source into one that has room; how many, or a negative
 * errno. Appends those that can be read from one, or puts them back as the oldest: 0; -ENOMEM. */
int64_t put_back_take_into(source *src, int pipe, size_t len);
int put_back_append_from(source *src, int pipe, size_t len);
int put_back_bytes_from(edo_op *op, int pipe, size_t len);

#endif
