/*
 * kept.c: messages that were received and put back: each whole, with its sender and what came along.
 *
 * Sender      A receipt that didn't ask for it has none to keep: the message is put back as of nobody. Whom
 *             the socket is connected to need not be the one, as what came before that is received too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "io/put_back.h"
#include "net/unix/addr.h"
#include "net/unix/control.h"
#include "net/unix/message.h"

typedef struct kept_message {
    source_kept node;
    kept_extra *extra; /* NULL: none */
    edo_unix_addr from;
    int flags;
    size_t len;
    char data[];
} kept_message;

static void release_message(source_kept *node)
{
    kept_message *kept = container_of(node, kept_message, node);

    if (kept->extra)
        kept->extra->release(kept->extra);
    free(kept);
}

static void find_sender(const edo_op *op, edo_unix_addr *ret)
{
    const struct msghdr *msg = op->buf;

    if (msg->msg_name) {
        memcpy(ret, msg->msg_name, msg->msg_namelen);
        ret->len = msg->msg_namelen;
    }
}

static kept_message *copy_of(const edo_op *op)
{
    size_t len = (size_t)op->result, done = 0;
    const struct msghdr *msg = op->buf;
    kept_message *kept = malloc(sizeof *kept + len);

    if (!kept)
        return NULL;
    *kept = (kept_message){
        .node.release = release_message, .flags = msg->msg_flags & MSG_TRUNC, .len = len};
    find_sender(op, &kept->from);
    for (const struct iovec *piece = msg->msg_iov; done < len; piece++) {
        size_t n = piece->iov_len < len - done ? piece->iov_len : len - done;
        memcpy(kept->data + done, piece->iov_base, n);
        done += n;
    }
    return kept;
}

/* 0, and *ret has all that was received; -ENOMEM, and nothing has changed. */
static int keep(edo_op *op, edo_unix_control *control, kept_message **ret)
{
    kept_message *kept = copy_of(op);

    if (!kept)
        return -ENOMEM;
    int rc = unix_control_keep(control, &kept->extra);
    if (rc < 0)
        free(kept);
    else
        *ret = kept;
    return rc;
}

int unix_put_back_first(edo_op *op, edo_unix_control *control)
{
    kept_message *kept;
    int rc = keep(op, control, &kept);

    if (rc == 0)
        put_back_first(op, &kept->node);
    return rc;
}

static int append_message(edo_op *op)
{
    edo_unix_control *control = container_of(op, edo_unix_receive_future, op)->control;
    kept_message *kept;

    if (op->flags & MSG_PEEK)
        return 0;
    unix_control_fill(control, op->buf);
    int rc = keep(op, control, &kept);
    if (rc == 0)
        put_back_append(op->src, &kept->node);
    unix_message_appended(op, rc);
    return rc;
}

static size_t copy_out(const kept_message *kept, const struct msghdr *msg)
{
    size_t done = 0;

    for (size_t i = 0; i < msg->msg_iovlen && done < kept->len; i++) {
        const struct iovec *piece = &msg->msg_iov[i];
        size_t n = piece->iov_len < kept->len - done ? piece->iov_len : kept->len - done;
        memcpy(piece->iov_base, kept->data + done, n);
        done += n;
    }
    return done;
}

static void take_message(edo_op *op)
{
    kept_message *kept = container_of(op->src->kept, kept_message, node);
    struct msghdr *msg = op->buf;
    size_t done = copy_out(kept, msg);

    if (msg->msg_name)
        memcpy(msg->msg_name, &kept->from, kept->from.len);
    msg->msg_namelen = kept->from.len;
    op->result = (int64_t)done;
    msg->msg_controllen = 0;
    msg->msg_flags = 0;
    if (!(op->flags & MSG_PEEK)) {
        if (kept->extra)
            kept->extra->give(kept->extra, msg);
        kept->extra = NULL;
        /* release: pairs with the acquire in put_back_is_kept. */
        a_store(&op->src->kept, kept->node.next, release);
    }
    msg->msg_flags |= kept->flags | (done < kept->len ? MSG_TRUNC : 0);
    if (!(op->flags & MSG_PEEK))
        free(kept);
}

const put_back_ops unix_put_back_messages = {.take = take_message, .append = append_message};
