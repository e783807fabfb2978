/*
 * file_at.c: reading and writing at an offset of its own.
 *
 * Once, or until all is done: a whole is one job, however many calls it needs, and goes on from `done` when it is
 * begun anew after a cancel.
 */
#include <errno.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/sys_file.h"
#include "fs/file.h"
#include "fs/file_op.h"
#include "fs/file_pieces.h"

_Static_assert(sizeof(edo_file_at_future) <= 256, "net-048");

static edo_file_at_future *future_of(edo_file_op *op)
{
    return container_of(op, edo_file_at_future, op);
}

/* The most that one call may take of what is left, and where. */
static int64_t next_of(edo_file_at_future *fut, file_pieces *pieces)
{
    file_pieces_init(pieces, fut->iov ? fut->iov : &fut->one, fut->count, fut->done,
                     fut->op.file->max_buf);
    return fut->offset + (int64_t)fut->done;
}

typedef ssize_t call_at(int fd, const struct iovec *iov, int count, int64_t offset);

static int64_t once(edo_file_op *op, call_at *call)
{
    edo_file_at_future *fut = future_of(op);
    file_pieces p;
    int64_t at = next_of(fut, &p);

    return call(op->file->fd, p.iov, p.count, at);
}

/* Until all is done; `at_end`: what it says to none. */
static int64_t whole(edo_file_op *op, call_at *call, int at_end)
{
    edo_file_at_future *fut = future_of(op);
    file_pieces p;
    int64_t at;

    while (at = next_of(fut, &p), p.bytes > 0) {
        ssize_t n = call(op->file->fd, p.iov, p.count, at);
        if (n <= 0)
            return n ? n : at_end;
        fut->done += (size_t)n;
        if (a_load(&op->stops, relaxed) && next_of(fut, &p) >= 0 && p.bytes > 0)
            return -ECANCELED;
    }
    return 0;
}

static int64_t read_run(edo_file_op *op)
{
    return once(op, sys_file_read_at);
}

static int64_t read_now(edo_file_op *op)
{
    edo_file_at_future *fut = future_of(op);
    file_pieces p;
    int64_t at = next_of(fut, &p);

    if (p.bytes > FILE_NOW_MAX)
        return -EAGAIN;
    ssize_t n = sys_file_read_cached(op->file->fd, p.iov, p.count, at);
    return n < 0 ? -EAGAIN : n;
}

static int64_t write_run(edo_file_op *op)
{
    return once(op, sys_file_write_at);
}

static int64_t read_exact_run(edo_file_op *op)
{
    return whole(op, sys_file_read_at, -EDO_EEOF);
}

static int64_t read_exact_now(edo_file_op *op)
{
    edo_file_at_future *fut = future_of(op);

    while (fut->done < fut->one.iov_len) {
        int64_t n = read_now(op);
        if (n <= 0)
            return n ? n : -EDO_EEOF;
        fut->done += (size_t)n;
    }
    return 0;
}

static int64_t write_all_run(edo_file_op *op)
{
    return whole(op, sys_file_write_at, -EDO_EWRITEZERO);
}

/* What was read for one who was cancelled has no effect. */
static void read_end(edo_file_op *op)
{
    if (op->canceled && op->result >= 0)
        op->result = -ECANCELED;
}

#define ONE_USE .takes = 1, .keeps = 1
static const file_op_kind read_kind = {.run = read_run, .now = read_now, .end = read_end, ONE_USE};
static const file_op_kind write_kind = {.run = write_run, ONE_USE};
static const file_op_kind read_exact_kind = {.run = read_exact_run, .now = read_exact_now, ONE_USE};
static const file_op_kind write_all_kind = {.run = write_all_run, ONE_USE};

/* As futures. */

static edo_poll at_poll(edo_future *base, const edo_waker *waker)
{
    edo_file_at_future *fut = container_of(base, edo_file_at_future, base);
    bool counts = fut->op.kind == &read_kind || fut->op.kind == &write_kind;

    if (file_op_poll_of(&fut->op, base, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (counts && fut->op.result > 0)
        fut->done = (size_t)fut->op.result;
    return edo_future_finish(base, fut->op.result);
}

static void at_cancel(edo_future *base)
{
    file_op_cancel(&container_of(base, edo_file_at_future, base)->op);
}

#define AT_OPS(what)                                                                               \
    {                                                                                              \
        .poll = at_poll, .cancel = at_cancel, .name = what, .flags = EDO_FUTURE_RESTARTS           \
    }
static const edo_future_ops read_ops = AT_OPS("file_read_at");
static const edo_future_ops write_ops = AT_OPS("file_write_at");
static const edo_future_ops read_exact_ops = AT_OPS("file_read_exact_at");
static const edo_future_ops write_all_ops = AT_OPS("file_write_all_at");

static bool is_empty(const struct iovec *iov, size_t count)
{
    while (count > 0 && iov[count - 1].iov_len == 0)
        count--;
    return count == 0;
}

/* An `iov` of NULL with a count is a mistake. */
static edo_file_at_future make_vectored(const edo_future_ops *ops, const file_op_kind *kind,
                                        edo_file *file, const struct iovec *iov, size_t count,
                                        int64_t offset)
{
    edo_file_at_future fut = {.base = EDO_FUTURE_INIT(ops),
                              .op = {.kind = kind, .file = file},
                              .iov = iov,
                              .count = count,
                              .offset = offset};

    if (!file || offset < 0 || (!iov && count))
        future_settle(&fut.base, -EINVAL);
    else if (is_empty(iov, count))
        future_settle(&fut.base, 0);
    return fut;
}

static edo_file_at_future make(const edo_future_ops *ops, const file_op_kind *kind, edo_file *file,
                               const void *buf, size_t len, int64_t offset)
{
    struct iovec one = {(void *)(uintptr_t)buf, len};
    edo_file_at_future fut = make_vectored(ops, kind, file, &one, 1, offset);

    fut.iov = NULL;
    fut.one = one;
    if (!buf && len)
        future_settle(&fut.base, -EINVAL);
    return fut;
}

static int64_t finish(edo_file_at_future *fut)
{
    if (future_is_done(&fut->base))
        return fut->base.result;
    return await_directly(await_may_try(), &fut->base, at_poll);
}

static int finish_whole(edo_file_at_future *fut, size_t *ret_done)
{
    int rc = (int)finish(fut);

    if (ret_done)
        *ret_done = fut->done;
    return rc;
}

edo_file_at_future edo_file_read_at_async(edo_file *file, void *buf, size_t len, int64_t offset)
{
    return make(&read_ops, &read_kind, file, buf, len, offset);
}

ssize_t edo_file_read_at(edo_file *file, void *buf, size_t len, int64_t offset)
{
    edo_file_at_future fut = edo_file_read_at_async(file, buf, len, offset);

    return (ssize_t)finish(&fut);
}

edo_file_at_future edo_file_readv_at_async(edo_file *file, const struct iovec *iov, size_t count,
                                           int64_t offset)
{
    return make_vectored(&read_ops, &read_kind, file, iov, count, offset);
}

ssize_t edo_file_readv_at(edo_file *file, const struct iovec *iov, size_t count, int64_t offset)
{
    edo_file_at_future fut = edo_file_readv_at_async(file, iov, count, offset);

    return (ssize_t)finish(&fut);
}

edo_file_at_future edo_file_write_at_async(edo_file *file, const void *buf, size_t len,
                                           int64_t offset)
{
    return make(&write_ops, &write_kind, file, buf, len, offset);
}

ssize_t edo_file_write_at(edo_file *file, const void *buf, size_t len, int64_t offset)
{
    edo_file_at_future fut = edo_file_write_at_async(file, buf, len, offset);

    return (ssize_t)finish(&fut);
}

edo_file_at_future edo_file_writev_at_async(edo_file *file, const struct iovec *iov, size_t count,
                                            int64_t offset)
{
    return make_vectored(&write_ops, &write_kind, file, iov, count, offset);
}

ssize_t edo_file_writev_at(edo_file *file, const struct iovec *iov, size_t count, int64_t offset)
{
    edo_file_at_future fut = edo_file_writev_at_async(file, iov, count, offset);

    return (ssize_t)finish(&fut);
}

edo_file_at_future edo_file_writev_all_at_async(edo_file *file, const struct iovec *iov,
                                                size_t count, int64_t offset)
{
    return make_vectored(&write_all_ops, &write_all_kind, file, iov, count, offset);
}

int edo_file_writev_all_at(edo_file *file, const struct iovec *iov, size_t count, int64_t offset,
                           size_t *ret_done)
{
    edo_file_at_future fut = edo_file_writev_all_at_async(file, iov, count, offset);

    return finish_whole(&fut, ret_done);
}

edo_file_at_future edo_file_write_all_at_async(edo_file *file, const void *buf, size_t len,
                                               int64_t offset)
{
    return make(&write_all_ops, &write_all_kind, file, buf, len, offset);
}

int edo_file_write_all_at(edo_file *file, const void *buf, size_t len, int64_t offset,
                          size_t *ret_done)
{
    edo_file_at_future fut = edo_file_write_all_at_async(file, buf, len, offset);

    return finish_whole(&fut, ret_done);
}

edo_file_at_future edo_file_read_exact_at_async(edo_file *file, void *buf, size_t len,
                                                int64_t offset)
{
    return make(&read_exact_ops, &read_exact_kind, file, buf, len, offset);
}

int edo_file_read_exact_at(edo_file *file, void *buf, size_t len, int64_t offset, size_t *ret_done)
{
    edo_file_at_future fut = edo_file_read_exact_at_async(file, buf, len, offset);

    return finish_whole(&fut, ret_done);
}
