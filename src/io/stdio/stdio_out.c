/*
 * stdio_out.c: standard output and error: tried without waiting, then waited for, and written by a thread
 * where the system can't be asked not to wait: files on most disks, terminals.
 *
 * Nothing is held back: a write is READY when the system has its bytes. So there is nothing to flush at the
 * program's end, but for what a cancelled write has left under way.
 */
#include <edo/stdio.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "io/stdio/stdio_stream.h"

static stdio_stream out = {.fd = 1}, err = {.fd = 2};

/* Whether a job is under way, for whose end the transfer waits: 1; 0; -ENOMEM. */
static int wait_for_job(stdio_stream *stream, edo_transfer *t, const edo_waker *waker)
{
    int rc = 0;

    stdio_lock(stream);
    if (stream->busy) {
        stdio_call *call = stdio_call_of(t);
        rc = call ? 1 : -ENOMEM;
        if (call)
            stdio_link(stream, call, waker);
    }
    lock_drop(&stream->lock);
    return rc;
}

/* Whether its own job has ended: then *ret is the result. */
static bool has_ended(stdio_stream *stream, edo_transfer *t, int64_t *ret)
{
    stdio_call *call = t->own.pointers[0];
    bool done = false;

    if (!call || !call->owns)
        return false;
    stdio_lock(stream);
    done = call->done;
    *ret = call->result;
    lock_drop(&stream->lock);
    return done;
}

static int start_write(stdio_stream *stream, stdio_call *call, const edo_transfer *t)
{
    size_t len = t->len < STDIO_JOB_MAX ? t->len : STDIO_JOB_MAX;
    stdio_job *job = malloc(sizeof *job + len);

    if (!job)
        return -ENOMEM;
    *job = (stdio_job){.stream = stream, .owner = call, .len = len};
    memcpy(job->data, t->buf, len);
    call->owns = true;
    call->done = false;
    int rc = stdio_start(stream, job);
    if (rc == 0)
        return 0;
    call->owns = false;
    free(job);
    return rc == -EBUSY ? 0 : rc;
}

static ssize_t try_write(stdio_stream *stream, const edo_transfer *t)
{
    if (a_load(&stream->has_no_now, relaxed)) /* says nothing of anything else */
        return -EOPNOTSUPP;
    ssize_t n = sys_writev_now(stream->fd, &(struct iovec){t->buf, t->len}, 1);
    if (n == -EOPNOTSUPP)
        a_store(&stream->has_no_now, true, relaxed);
    return n;
}

/* What a try that would wait leads to: a wait for the descriptor, or a job. 0; why not. */
static int wait_otherwise(stdio_stream *stream, edo_transfer *t, ssize_t tried)
{
    stdio_call *call = stdio_call_of(t);

    if (!call)
        return -ENOMEM;
    if (tried != -EAGAIN || call->unwatchable || !stdio_can_be_waited_for(stream))
        return start_write(stream, call, t);
    stdio_begin_wait(stream, call);
    return 0;
}

static edo_poll out_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    stdio_stream *stream = self;
    int64_t result;
    int rc;

    for (;;) {
        if (has_ended(stream, t, &result))
            return stdio_end(stream, t, result);
        if (stdio_wait(t, waker, &rc) == EDO_PENDING)
            return EDO_PENDING;
        if (rc < 0)
            return stdio_end(stream, t, rc);
        if ((rc = wait_for_job(stream, t, waker)) > 0)
            return EDO_PENDING;
        if (rc < 0)
            return stdio_end(stream, t, rc);
        if (has_ended(stream, t, &result)) /* just now */
            return stdio_end(stream, t, result);
        ssize_t n = try_write(stream, t);
        if (n != -EAGAIN && n != -EOPNOTSUPP)
            return stdio_end(stream, t, n);
        if ((rc = wait_otherwise(stream, t, n)) < 0)
            return stdio_end(stream, t, rc);
    }
}

static edo_poll out_flush(void *self, edo_transfer *t, const edo_waker *waker)
{
    stdio_stream *stream = self;
    int rc = t->canceled ? -ECANCELED : wait_for_job(stream, t, waker);

    return rc > 0 ? EDO_PENDING : stdio_end(stream, t, rc);
}

static const edo_writer_ops out_ops = {.write = out_write,
                                       .flush = out_flush,
                                       .shutdown = out_flush,
                                       .cancel = stdio_cancel,
                                       .name = "stdout"};
static const edo_writer_ops err_ops = {.write = out_write,
                                       .flush = out_flush,
                                       .shutdown = out_flush,
                                       .cancel = stdio_cancel,
                                       .name = "stderr"};

edo_writer edo_stdout(void)
{
    return (edo_writer){&out_ops, &out};
}

edo_writer edo_stderr(void)
{
    return (edo_writer){&err_ops, &err};
}
