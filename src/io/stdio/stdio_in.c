/*
 * stdio_in.c: standard input: tried without waiting, then waited for, and read by a thread where the system
 * can't be asked not to wait: by a terminal, which another process may have emptied since it was readable.
 */
#include <edo/stdio.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "io/stdio/stdio_stream.h"

static stdio_stream in = {.fd = 0, .reads = true};

/* Lock held. */
static bool take_kept(edo_transfer *t)
{
    stdio_kept *kept = in.kept;

    if (!kept)
        return false;
    size_t n = kept->end - kept->begin;
    if (n > t->len)
        n = t->len;
    memcpy(t->buf, kept->data + kept->begin, n);
    kept->begin += n;
    t->result = n > 0 ? (int64_t)n : kept->result;
    if (kept->begin == kept->end) {
        in.kept = kept->next;
        free(kept);
    }
    return true;
}

static stdio_kept *kept_new(size_t len)
{
    stdio_kept *kept = malloc(sizeof *kept + len);

    if (kept)
        *kept = (stdio_kept){.end = len};
    return kept;
}

static int start_read(size_t len)
{
    stdio_job *job = malloc(sizeof *job);

    if (!job)
        return -ENOMEM;
    len = len < STDIO_JOB_MAX ? len : STDIO_JOB_MAX;
    *job = (stdio_job){.stream = &in, .len = len, .kept = kept_new(len)};
    int rc = job->kept ? stdio_start(&in, job) : -ENOMEM;
    if (rc == 0)
        return 0;
    free(job->kept);
    free(job);
    return rc == -EBUSY ? 0 : rc;
}

enum look { NEITHER, TAKEN, WAITS, NO_MEMORY };

/* Whether something was kept, which is taken, or a job is under way, for whose end the transfer waits. */
static enum look look(edo_transfer *t, const edo_waker *waker)
{
    enum look saw = NEITHER;

    stdio_lock(&in);
    if (take_kept(t)) {
        saw = TAKEN;
    } else if (in.busy) {
        stdio_call *call = stdio_call_of(t);
        saw = call ? WAITS : NO_MEMORY;
        if (call)
            stdio_link(&in, call, waker);
    }
    lock_drop(&in.lock);
    return saw;
}

static ssize_t try_read(edo_transfer *t)
{
    if (a_load(&in.has_no_now, relaxed)) /* says nothing of anything else */
        return -EOPNOTSUPP;
    ssize_t n = sys_readv_now(in.fd, &(struct iovec){t->buf, t->len}, 1);
    if (n == -EOPNOTSUPP)
        a_store(&in.has_no_now, true, relaxed);
    return n;
}

/* What a try that would wait leads to: a wait for the descriptor, or a job. 0; why not. */
static int wait_otherwise(edo_transfer *t, ssize_t tried)
{
    stdio_call *call = stdio_call_of(t);

    if (!call)
        return -ENOMEM;
    bool waits =
        !call->unwatchable && stdio_can_be_waited_for(&in) && (tried == -EAGAIN || !call->ready);
    call->ready = false;
    if (!waits)
        return start_read(t->len);
    stdio_begin_wait(&in, call);
    return 0;
}

/* While it waits for the descriptor: is linked, so that whoever keeps bytes wakes it. True: some are there, and
 * its wait is to end. */
static bool has_kept(const edo_transfer *t, const edo_waker *waker)
{
    stdio_call *call = t->own.pointers[0];

    stdio_lock(&in);
    bool kept = in.kept && !t->canceled;
    if (!kept)
        stdio_link(&in, call, waker);
    lock_drop(&in.lock);
    if (kept)
        edo_future_cancel(&call->wait.base);
    return kept;
}

static edo_poll in_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    int rc;

    (void)self;
    for (;;) {
        while (stdio_wait(t, waker, &rc) == EDO_PENDING)
            if (!has_kept(t, waker))
                return EDO_PENDING;
        if (rc < 0)
            return stdio_end(&in, t, rc);
        enum look saw = look(t, waker);
        if (saw == WAITS)
            return EDO_PENDING;
        if (saw != NEITHER)
            return stdio_end(&in, t, saw == TAKEN ? t->result : -ENOMEM);
        ssize_t n = try_read(t);
        if (n != -EAGAIN && n != -EOPNOTSUPP)
            return stdio_end(&in, t, n);
        if ((rc = wait_otherwise(t, n)) < 0)
            return stdio_end(&in, t, rc);
    }
}

static int in_put_back(void *self, edo_transfer *t)
{
    stdio_kept *kept = kept_new((size_t)t->result);

    (void)self;
    if (!kept)
        return -ENOMEM;
    memcpy(kept->data, t->buf, (size_t)t->result);
    stdio_lock(&in);
    kept->next = in.kept;
    in.kept = kept;
    stdio_tell_all(&in);
    return 0;
}

static const edo_reader_ops in_ops = {
    .read = in_read, .cancel = stdio_cancel, .put_back = in_put_back, .name = "stdin"};

edo_reader edo_stdin(void)
{
    return (edo_reader){&in_ops, &in};
}
