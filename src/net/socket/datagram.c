/*
 * datagram.c: a datagram that nobody wanted, kept with all that belongs to it.
 *
 * Cut         What a receive had no room for the system has dropped. A datagram put back says so to the next
 *             one (MSG_TRUNC), and how long it was.
 * Rooms       A message's lengths are what room there is before a receive, and what was used after it. They are
 *             restored from what the future remembers before a datagram is taken from here.
 */
#include "net/socket/datagram.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"

typedef struct kept_datagram {
    source_kept node;
    size_t len;  /* of the data that is here */
    size_t full; /* of what was sent */
    size_t control_len;
    socklen_t name_len;
    int flags;
    size_t bytes[]; /* control data, the name, the data; aligned for the first */
} kept_datagram;

static void release_datagram(source_kept *node)
{
    free(container_of(node, kept_datagram, node));
}

static char *control_of(kept_datagram *kept)
{
    return (char *)kept->bytes;
}

static char *name_of(kept_datagram *kept)
{
    return control_of(kept) + kept->control_len;
}

static char *data_of(kept_datagram *kept)
{
    return name_of(kept) + kept->name_len;
}

static size_t room_of(const struct msghdr *msg)
{
    size_t room = 0;

    for (size_t i = 0; i < msg->msg_iovlen; i++)
        room += msg->msg_iov[i].iov_len;
    return room;
}

/* Copies between `data` and the pieces of a message: at most `len`, as far as there is room. */
static size_t copy_pieces(const struct msghdr *msg, char *data, size_t len, bool into_msg)
{
    size_t done = 0;

    for (size_t i = 0; i < msg->msg_iovlen && done < len; i++) {
        const struct iovec *piece = &msg->msg_iov[i];
        size_t n = piece->iov_len < len - done ? piece->iov_len : len - done;
        if (n > 0 && into_msg)
            memcpy(piece->iov_base, data + done, n);
        else if (n > 0)
            memcpy(data + done, piece->iov_base, n);
        done += n;
    }
    return done;
}

static size_t name_len_of(const struct msghdr *msg, size_t room)
{
    if (!msg->msg_name)
        return 0;
    return msg->msg_namelen < room ? msg->msg_namelen : room; /* the system says how long it is */
}

/* A copy of a message of which `result` bytes were received. NULL: there is no memory. */
static kept_datagram *keep(const struct msghdr *msg, size_t name_room, size_t result)
{
    size_t room = room_of(msg), len = result < room ? result : room;
    size_t name_len = name_len_of(msg, name_room);
    kept_datagram *kept = malloc(sizeof *kept + msg->msg_controllen + name_len + len);

    if (!kept)
        return NULL;
    *kept = (kept_datagram){.node.release = release_datagram,
                            .len = len,
                            .full = result,
                            .control_len = msg->msg_controllen,
                            .name_len = (socklen_t)name_len,
                            .flags = msg->msg_flags};
    if (kept->control_len)
        memcpy(control_of(kept), msg->msg_control, kept->control_len);
    if (name_len)
        memcpy(name_of(kept), msg->msg_name, name_len);
    copy_pieces(msg, data_of(kept), len, false);
    return kept;
}

/* As recvmsg(2) would have filled the message, whose lengths are its rooms. */
static size_t show(kept_datagram *kept, struct msghdr *msg, int flags)
{
    size_t done = copy_pieces(msg, data_of(kept), kept->len, true);
    socklen_t name_room = msg->msg_namelen;

    msg->msg_flags = kept->flags | (done < kept->len ? MSG_TRUNC : 0);
    if (msg->msg_name) {
        memcpy(msg->msg_name, name_of(kept),
               kept->name_len < name_room ? kept->name_len : name_room);
        msg->msg_namelen = kept->name_len;
    }
    if (kept->control_len <= msg->msg_controllen) {
        if (kept->control_len)
            memcpy(msg->msg_control, control_of(kept), kept->control_len);
        msg->msg_controllen = kept->control_len;
    } else {
        msg->msg_controllen = 0;
        msg->msg_flags |= MSG_CTRUNC;
    }
    return flags & MSG_TRUNC ? kept->full : done;
}

/* The operations. */

static edo_datagram_many_future *many_of(edo_op *op)
{
    return container_of(op, edo_datagram_many_future, op);
}

void datagram_restore(edo_op *op)
{
    if (op->kind != OP_RECVMMSG) {
        edo_datagram_msg *msg = op->buf;
        msg->hdr.msg_namelen = msg->name_room;
        msg->hdr.msg_controllen = msg->control_room;
        return;
    }
    struct mmsghdr *msgs = op->buf;
    for (size_t i = 0; i < op->len; i++) {
        msgs[i].msg_hdr.msg_namelen = many_of(op)->name_room;
        msgs[i].msg_hdr.msg_controllen = many_of(op)->control_room;
    }
}

static kept_datagram *oldest(const edo_op *op)
{
    source_kept *first = op->src->kept;

    return first ? container_of(first, kept_datagram, node) : NULL;
}

static void drop_oldest(edo_op *op)
{
    kept_datagram *kept = oldest(op);

    a_store(&op->src->kept, kept->node.next,
            release); /* pairs with the acquire in put_back_is_kept */
    free(kept);
}

static void take_datagrams(edo_op *op)
{
    struct mmsghdr *msgs = op->buf;
    kept_datagram *kept;
    size_t count = 0;

    datagram_restore(op);
    if (op->kind != OP_RECVMMSG) {
        op->result = (int64_t)show(oldest(op), op->buf, op->flags);
        if (!(op->flags & MSG_PEEK))
            drop_oldest(op);
        return;
    }
    for (; count < op->len && (kept = oldest(op)); count++) {
        msgs[count].msg_len = (unsigned)show(kept, &msgs[count].msg_hdr, op->flags);
        drop_oldest(op);
    }
    op->result = (int64_t)count;
}

static void release_all(source_kept *first)
{
    for (source_kept *next; first; first = next) {
        next = first->next;
        first->release(first);
    }
}

/* A chain of what was received, oldest first; its last link is left in *ret_last. NULL: no memory. */
static source_kept *keep_all(edo_op *op, source_kept ***ret_end)
{
    const struct mmsghdr *msgs = op->buf;
    source_kept *first = NULL, **end = &first;
    bool many = op->kind == OP_RECVMMSG;
    size_t count = many ? (size_t)op->result : 1;

    for (size_t i = 0; i < count; i++) {
        kept_datagram *kept =
            many ? keep(&msgs[i].msg_hdr, many_of(op)->name_room, msgs[i].msg_len)
                 : keep(op->buf, ((edo_datagram_msg *)op->buf)->name_room, (size_t)op->result);
        if (!kept) {
            release_all(first);
            return NULL;
        }
        *end = &kept->node;
        end = &kept->node.next;
    }
    *ret_end = end;
    return first;
}

static int append_datagrams(edo_op *op)
{
    source_kept **end, *first;

    if (op->flags & MSG_PEEK)
        return 0; /* the system shows it again */
    if (!(first = keep_all(op, &end)))
        return -ENOMEM;
    for (source_kept *next; first; first = next) {
        next = first->next;
        put_back_append(op->src, first);
    }
    return 0;
}

int put_back_datagrams_first(edo_op *op)
{
    source_kept **end, *first = keep_all(op, &end);

    if (!first)
        return -ENOMEM;
    put_back_chain_first(op, first, end);
    return 0;
}

const put_back_ops put_back_datagrams = {.take = take_datagrams, .append = append_datagrams};
