/* splice.c: bytes through a pipe of the system's. */
#include "io/splice.h"

#include <errno.h>
#include <fcntl.h>

#include "base/sys.h"
#include "io/fd_io.h"
#include "io/put_back.h"

/* A user's pipes share a limit: whoever is over it gets small ones. */
#define SPLICE_LEAST 65536

int splice_open(splice_pipe *pipe)
{
    int fds[2];
    int rc = sys_pipe2(fds, O_NONBLOCK);

    if (rc < 0)
        return rc;
    *pipe = (splice_pipe){.in = fds[1], .out = fds[0]};
    rc = sys_widen_pipe(pipe->in, SPLICE_MOST);
    if (rc >= SPLICE_LEAST)
        return 0;
    splice_close(pipe);
    return rc < 0 ? rc : -ENOSPC;
}

void splice_close(splice_pipe *pipe)
{
    if (pipe->in >= 0) {
        sys_close(pipe->in);
        sys_close(pipe->out);
    }
    *pipe = SPLICE_CLOSED;
}

void splice_begin(edo_transfer *t, edo_transfer_kind kind, const splice_pipe *pipe, size_t len)
{
    transfer_begin_call(t, kind, pipe, len);
}

/* What was put back is written into the pipe, which is empty: as much of it as there is room for. */
static void take(edo_op *op)
{
    const splice_pipe *pipe = op->buf;

    op->result = put_back_take_into(op->src, pipe->in, op->len);
}

static int append(edo_op *op)
{
    const splice_pipe *pipe = op->buf;

    return op->result == 0 ? 0 : put_back_append_from(op->src, pipe->out, (size_t)op->result);
}

static const put_back_ops put_back_spliced = {.take = take, .append = append};

edo_poll splice_in_step(source *src, edo_transfer *t, const edo_waker *waker)
{
    return fd_read_step(src, OP_SPLICE_IN, t, &put_back_spliced, waker);
}

edo_poll splice_out_step(source *src, edo_transfer *t, const edo_waker *waker)
{
    return fd_write_step(src, OP_SPLICE_OUT, t, waker);
}

int splice_put_back(const splice_pipe *pipe, edo_transfer *t, size_t len)
{
    return put_back_bytes_from(&t->own.op, pipe->out, len);
}
