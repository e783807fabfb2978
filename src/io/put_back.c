/*
 * put_back.c: a taker that finds something put back withdraws what it asked of the kernel first.
 *
 * Order       What hangs on the source is older than all that the kernel still has. So an operation
 *             that is out while something is put back gives way: it is cancelled, and if it
 *             succeeded all the same its success is appended, as the youngest, before it takes the
 *             oldest.
 * No lost     Who puts back marks the first in the queue under the source's lock; op_end marks the
 *   wake-up   next as long as something hangs there. A poll that is to wait looks at src->kept
 *             after its operation is linked: see the second look in put_back_poll.
 * Memory      Bytes need a node. Where there is none left the success stands.
 */
#include "io/put_back.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/chaos.h"
#include "base/model.h"
#include "base/sys.h"

typedef struct kept_bytes {
    source_kept node;
    size_t begin, end; /* of data: not taken yet */
    kept_extra *extra; /* NULL: none, or whoever took the first byte has it */
    char data[];
} kept_bytes;

static void set_kept(source *src, source_kept *kept)
{
    /* release: pairs with the acquire in put_back_is_kept. */
    a_store(&src->kept, kept, release);
}

void put_back_append(source *src, source_kept *node)
{
    source_kept *last = src->kept;

    node->next = NULL;
    if (!last) {
        set_kept(src, node);
        return;
    }
    while (last->next)
        last = last->next;
    last->next = node;
}

bool put_back_chain_first(edo_op *op, source_kept *first, source_kept **end)
{
    source *src = op->src;

    lock_take(&src->lock);
    if (src->closing || a_load(&src->gen, relaxed) != op->gen) { /* relaxed: under the lock */
        lock_drop(&src->lock);
        *end = NULL;
        for (source_kept *next; first; first = next) {
            next = first->next;
            first->release(first);
        }
        return false;
    }
    *end = src->kept;
    MODEL_BUG(827, (void)0, (lock_drop(&src->lock), lock_take(&src->lock)));
    set_kept(src, first);
    source_wake_for_kept(src);
    return true;
}

bool put_back_first(edo_op *op, source_kept *node)
{
    return put_back_chain_first(op, node, &node->next);
}

bool put_back_take(edo_op *op, const put_back_ops *ops)
{
    source *src = op->src;

    if (!put_back_is_kept(op))
        return false;
    lock_take(&src->lock);
    bool takes = op_check(op) == 0 && src->kept;
    MODEL_BUG(828, (void)0, (lock_drop(&src->lock), lock_take(&src->lock)));
    if (takes)
        ops->take(op);
    if (takes && src->kept)
        source_wake_first(src, OP_IN);
    else
        lock_drop(&src->lock);
    return takes;
}

/* The operation that gave way has ended. True: so has the future's wait, with op->result. */
static bool settle(edo_op *op, bool canceled, const put_back_ops *ops)
{
    source *src = op->src;
    int64_t result = op->result;

    if (result < 0 && result != -ECANCELED)
        return true; /* an error that the kernel says only once */
    if (result >= 0) {
        lock_take(&src->lock);
        int rc = src->gen == op->gen ? ops->append(op) : -EBADF;
        if (rc == 0 && canceled && src->kept) /* we won't take it: others may wait */
            source_wake_for_kept(src);
        else
            lock_drop(&src->lock);
        if (rc < 0)
            return true; /* no memory, or closed since: the success stands */
    }
    op->result = -ECANCELED;
    if (canceled)
        return true;
    op_renew(op);
    return false;
}

edo_poll put_back_poll_kept(edo_op *op, bool *gives_way, bool canceled, const edo_waker *waker,
                            const put_back_ops *ops)
{
    for (;;) {
        /* relaxed: NEW is written by the polling task alone. */
        bool is_new = a_load(&op->state, relaxed) == OP_NEW;
        if (is_new && !canceled && put_back_take(op, ops)) {
            a_store(&op->state, OP_DONE, relaxed);
            return EDO_READY;
        }
        if (MODEL_BUG(829, !is_new, false) && !canceled && !*gives_way && put_back_is_kept(op)) {
            *gives_way = true;
            op_cancel(op);
        }
        chaos_point();
        if (op_poll(op, waker) == EDO_PENDING) {
            /* A second look, now that it is linked: what was put back before found nobody. */
            if (MODEL_BUG(830, !*gives_way, false) && !canceled && put_back_is_kept(op))
                continue;
            return EDO_PENDING;
        }
        if (!*gives_way)
            return EDO_READY;
        *gives_way = false;
        if (settle(op, canceled, ops))
            return EDO_READY;
    }
}

static void release_extra(kept_bytes *bytes)
{
    if (unlikely(bytes->extra))
        bytes->extra->release(bytes->extra);
    bytes->extra = NULL;
}

static void release_bytes(source_kept *node)
{
    kept_bytes *bytes = container_of(node, kept_bytes, node);

    release_extra(bytes);
    free(bytes);
}

/* Where an operation's bytes are; `one` is the array where it has none of its own. */
static const struct iovec *pieces_of(const edo_op *op, struct iovec *one, size_t *ret_count)
{
    if (op->kind == OP_RECVV || op->kind == OP_READV) {
        *ret_count = op->len;
        return op->buf;
    }
    if (op->kind == OP_RECVMSG) {
        const struct msghdr *msg = op->buf;
        *ret_count = msg->msg_iovlen;
        return msg->msg_iov;
    }
    *one = (struct iovec){op->buf, op->len};
    *ret_count = 1;
    return one;
}

static kept_bytes *copy_of(const edo_op *op, size_t len, kept_extra *extra)
{
    kept_bytes *copy = malloc(sizeof *copy + len);
    struct iovec one;
    size_t count, done = 0;

    if (!copy)
        return NULL;
    *copy = (kept_bytes){.node.release = release_bytes, .end = len, .extra = extra};
    for (const struct iovec *piece = pieces_of(op, &one, &count); done < len; piece++) {
        size_t n = piece->iov_len < len - done ? piece->iov_len : len - done;
        memcpy(copy->data + done, piece->iov_base, n);
        done += n;
    }
    return copy;
}

/* Copies of what hangs on the source, after the first `skip` bytes, as much as there is room for. */
static size_t copy_kept(const source *src, size_t skip, char *buf, size_t len)
{
    size_t done = 0;

    for (source_kept *node = src->kept; node && done < len; node = node->next) {
        kept_bytes *bytes = container_of(node, kept_bytes, node);
        size_t n = bytes->end - bytes->begin;
        size_t passed = skip < n ? skip : n;
        skip -= passed;
        n = n - passed < len - done ? n - passed : len - done;
        memcpy(buf + done, bytes->data + bytes->begin + passed, n);
        done += n;
    }
    return done;
}

static void drop_kept(source *src, size_t len)
{
    while (len > 0) {
        kept_bytes *first = container_of(src->kept, kept_bytes, node);
        size_t n = first->end - first->begin;
        release_extra(first);
        if (n > len) {
            first->begin += len;
            return;
        }
        len -= n;
        set_kept(src, first->node.next);
        free(first);
    }
}

/* How many bytes one operation may get. A message ends, as the kernel has it, behind bytes that something came
 * along with, and before others such. */
static size_t reach_of(const edo_op *op)
{
    size_t sum = 0;

    if (op->kind != OP_RECVMSG)
        return SIZE_MAX;
    for (source_kept *node = op->src->kept; node; node = node->next) {
        const kept_bytes *bytes = container_of(node, kept_bytes, node);
        if (sum == 0 || !bytes->extra)
            sum += bytes->end - bytes->begin;
        if (bytes->extra)
            break;
    }
    return sum;
}

static void give_extra(const edo_op *op)
{
    kept_bytes *first = container_of(op->src->kept, kept_bytes, node);

    if (op->kind != OP_RECVMSG || !first->extra)
        return;
    first->extra->give(first->extra, op->buf);
    first->extra = NULL;
}

static void take_bytes(edo_op *op)
{
    struct iovec one;
    size_t count, done = 0, reach = reach_of(op);
    const struct iovec *piece = pieces_of(op, &one, &count);

    for (; count > 0; piece++, count--) {
        size_t room = piece->iov_len < reach - done ? piece->iov_len : reach - done;
        done += copy_kept(op->src, done, piece->iov_base, room);
    }
    if (!(op->flags & MSG_PEEK)) {
        give_extra(op);
        drop_kept(op->src, done);
    }
    op->result = (int64_t)done;
}

int put_back_bytes_append_with(edo_op *op, kept_extra *extra)
{
    kept_bytes *bytes = copy_of(op, (size_t)op->result, extra);

    if (!bytes)
        return -ENOMEM;
    put_back_append(op->src, &bytes->node);
    return 0;
}

static int append_bytes(edo_op *op)
{
    if (op->result == 0 || (op->flags & MSG_PEEK))
        return 0; /* the end, or a look: the kernel says it again */
    return put_back_bytes_append_with(op, NULL);
}

int put_back_bytes_first_with(edo_op *op, size_t len, kept_extra *extra)
{
    kept_bytes *bytes = copy_of(op, len, extra);

    if (!bytes)
        return -ENOMEM;
    put_back_first(op, &bytes->node);
    return 0;
}

int put_back_bytes_first(edo_op *op, size_t len)
{
    return put_back_bytes_first_with(op, len, NULL);
}

const put_back_ops put_back_bytes = {.take = take_bytes, .append = append_bytes};

/* By a pipe. */

int64_t put_back_take_into(source *src, int pipe, size_t len)
{
    kept_bytes *first = container_of(src->kept, kept_bytes, node);
    size_t n = first->end - first->begin;
    struct iovec one = {first->data + first->begin, n < len ? n : len};
    ssize_t done = sys_write_unsignaled(pipe, &one, 1);

    if (done > 0)
        drop_kept(src, (size_t)done);
    return done;
}

static kept_bytes *read_from(int pipe, size_t len)
{
    kept_bytes *bytes = malloc(sizeof *bytes + len);
    ssize_t n;

    if (!bytes)
        return NULL;
    *bytes = (kept_bytes){.node.release = release_bytes};
    while (bytes->end < len && (n = sys_read(pipe, bytes->data + bytes->end, len - bytes->end)) > 0)
        bytes->end += (size_t)n;
    return bytes;
}

int put_back_append_from(source *src, int pipe, size_t len)
{
    kept_bytes *bytes = read_from(pipe, len);

    if (!bytes)
        return -ENOMEM;
    put_back_append(src, &bytes->node);
    return 0;
}

int put_back_bytes_from(edo_op *op, int pipe, size_t len)
{
    kept_bytes *bytes = read_from(pipe, len);

    if (!bytes)
        return -ENOMEM;
    put_back_first(op, &bytes->node);
    return 0;
}
