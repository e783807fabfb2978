/*
 * file_io.c: reading, writing and seeking at a file's position, as steps of a reader's, writer's or seeker's
 * transfer.
 *
 * The turn      Whatever begins at the position and moves it has the turn from before it looks until after it
 *               has moved it. So two writes of clones land one behind the other.
 * Cancelled     A read that was cancelled has filled memory and leaves the position where it was: nothing
 *               has happened.
 */
#include <errno.h>
#include <unistd.h>

#include "base/sys.h"
#include "base/sys_file.h"
#include "fs/file.h"
#include "fs/file_op.h"
#include "fs/file_pieces.h"
#include "io/fd_io.h"
#include "io/transfer.h"
#include "sched/job.h"
#include "sync/permits.h"

static edo_transfer *transfer_of(edo_file_op *op)
{
    return container_of(op, edo_transfer, own.file);
}

/* relaxed: who has the turn sees what the one before wrote; others may see an old one. */
static int64_t position_of(const edo_file *file)
{
    return a_load(&file->cursor->position, relaxed);
}

static void set_position(edo_file *file, int64_t position)
{
    a_store(&file->cursor->position, position, relaxed);
}

static void pieces_of(edo_file_op *op, file_pieces *pieces, struct iovec *whole)
{
    const edo_transfer *t = transfer_of(op);
    size_t most = op->file->max_buf;

    *whole = (struct iovec){t->buf, t->len};
    file_pieces_init(pieces, t->iov ? t->iov : whole, t->iov ? t->len : 1, 0, most);
}

/* Read. */

static int64_t read_run(edo_file_op *op)
{
    edo_file *file = op->file;
    struct iovec whole;
    file_pieces p;

    pieces_of(op, &p, &whole);
    if (!file->cursor)
        return sys_readv(file->fd, p.iov, p.count);
    return sys_file_read_at(file->fd, p.iov, p.count, position_of(file));
}

static int64_t read_now(edo_file_op *op)
{
    edo_file *file = op->file;
    struct iovec whole;
    file_pieces p;

    pieces_of(op, &p, &whole);
    if (p.bytes > FILE_NOW_MAX)
        return -EAGAIN;
    ssize_t n =
        sys_file_read_cached(file->fd, p.iov, p.count, file->cursor ? position_of(file) : -1);
    return n < 0 ? -EAGAIN : n; /* what it can't do now may be done by one who waits */
}

static void read_end(edo_file_op *op)
{
    edo_file *file = op->file;

    if (!file->cursor || op->result < 0)
        return;
    if (op->canceled) {
        op->result = -ECANCELED;
        return;
    }
    op->position = position_of(file) + op->result;
    set_position(file, op->position);
}

/* Write. */

static int64_t write_run(edo_file_op *op)
{
    edo_file *file = op->file;
    struct iovec whole;
    file_pieces p;

    pieces_of(op, &p, &whole);
    if (!file->cursor) /* it may be a pipe that nobody reads */
        return sys_write_unsignaled(file->fd, p.iov, p.count);
    if (file->appends)
        return sys_file_append(file->fd, p.iov, p.count);
    return sys_file_write_at(file->fd, p.iov, p.count, position_of(file));
}

static void write_end(edo_file_op *op)
{
    edo_file *file = op->file;

    if (!file->cursor || op->result <= 0)
        return;
    int64_t at = file->appends ? sys_file_seek(file->fd, 0, SEEK_CUR) : -1;
    set_position(file, at >= 0 ? at : position_of(file) + op->result);
}

/* Seek. */

static int64_t seek_now(edo_file_op *op)
{
    const edo_transfer *t = transfer_of(op);
    int64_t from = t->whence == SEEK_CUR ? position_of(op->file) : 0, to;

    if (t->whence == SEEK_END)
        return -EAGAIN; /* its size may be known elsewhere alone */
    if (__builtin_add_overflow(from, t->offset, &to))
        return -EOVERFLOW;
    return to < 0 ? -EINVAL : to;
}

static int64_t seek_run(edo_file_op *op)
{
    const edo_transfer *t = transfer_of(op);
    int64_t to = seek_now(op);

    return to == -EAGAIN ? sys_file_seek(op->file->fd, t->offset, SEEK_END) : to;
}

static void seek_end(edo_file_op *op)
{
    if (op->result >= 0)
        set_position(op->file, op->result);
}

static const file_op_kind read_kind = {
    .run = read_run, .now = read_now, .end = read_end, .takes = 1, .keeps = 1, .takes_turn = true};
static const file_op_kind write_kind = {
    .run = write_run, .end = write_end, .takes = 1, .keeps = 1, .takes_turn = true};
static const file_op_kind seek_kind = {
    .run = seek_run, .now = seek_now, .end = seek_end, .takes = 1, .keeps = 1, .takes_turn = true};

/* As steps of a transfer. */

static edo_poll step(edo_file *file, const file_op_kind *kind, edo_transfer *t,
                     const edo_waker *waker)
{
    edo_file_op *op = &t->own.file;

    if (!t->begun)
        *op = (edo_file_op){.kind = kind, .file = file};
    if (file_op_poll(op, t->canceled, waker) == EDO_PENDING)
        return EDO_PENDING;
    t->result = op->result;
    return EDO_READY;
}

static edo_poll file_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    return step(self, &read_kind, t, waker);
}

static edo_poll file_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    return step(self, &write_kind, t, waker);
}

static edo_poll file_seek(void *self, edo_transfer *t, const edo_waker *waker)
{
    return step(self, &seek_kind, t, waker);
}

/* Everything is with the kernel. */
static edo_poll file_flush(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)self, (void)waker;
    t->result = job_check_runtime();
    return EDO_READY;
}

static void file_cancel(void *self, edo_transfer *t)
{
    (void)self;
    file_op_cancel(&t->own.file);
}

static int file_put_back(void *self, edo_transfer *t)
{
    edo_file *file = self;
    bool as_it_was;

    if (!file->cursor)
        return -ESPIPE;
    if (permits_try(&file->cursor->turn, 1) < 0)
        return -EBUSY;
    if ((as_it_was = position_of(file) == t->own.file.position))
        set_position(file, position_of(file) - t->result);
    permits_release(&file->cursor->turn, 1);
    return as_it_was ? 0 : -EBUSY;
}

static const edo_reader_ops reader_ops = {.read = file_read,
                                          .readv = file_read,
                                          .cancel = file_cancel,
                                          .put_back = file_put_back,
                                          .name = "file"};
static const edo_writer_ops writer_ops = {.write = file_write,
                                          .writev = file_write,
                                          .flush = file_flush,
                                          .shutdown = file_flush,
                                          .cancel = file_cancel,
                                          .name = "file"};
static const edo_seeker_ops seeker_ops = {.seek = file_seek, .cancel = file_cancel, .name = "file"};

/* The same of what a driver waits for. */

static source *source_of(void *self)
{
    return ((edo_file *)self)->src;
}

static edo_poll source_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_read(FD_TRANSFER_SOURCE(t, source_of(self)), t->iov ? OP_READV : OP_READ, t,
                            waker);
}

static edo_poll source_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    return fd_transfer_write(FD_TRANSFER_SOURCE(t, source_of(self)), t->iov ? OP_WRITEV : OP_WRITE,
                             t, waker);
}

static void source_cancel(void *self, edo_transfer *t)
{
    (void)self;
    fd_transfer_cancel(t);
}

static int source_put_back(void *self, edo_transfer *t)
{
    (void)self;
    return fd_transfer_put_back(t);
}

static edo_poll no_seek(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)self, (void)waker;
    t->result = -ESPIPE;
    return EDO_READY;
}

static const edo_reader_ops source_reader_ops = {.read = source_read,
                                                 .readv = source_read,
                                                 .cancel = source_cancel,
                                                 .put_back = source_put_back,
                                                 .name = "file"};
static const edo_writer_ops source_writer_ops = {
    .write = source_write, .writev = source_write, .cancel = source_cancel, .name = "file"};
static const edo_seeker_ops no_seeker_ops = {.seek = no_seek, .name = "file"};

edo_reader edo_file_reader(edo_file *file)
{
    return (edo_reader){!file ? NULL : file->src ? &source_reader_ops : &reader_ops, file};
}

edo_writer edo_file_writer(edo_file *file)
{
    return (edo_writer){!file ? NULL : file->src ? &source_writer_ops : &writer_ops, file};
}

edo_seeker edo_file_seeker(edo_file *file)
{
    return (edo_seeker){!file ? NULL : file->cursor ? &seeker_ops : &no_seeker_ops, file};
}
