/*
 * stdio_stream.c: jobs of the standard streams, and who waits for them.
 *
 * Orphans     A job belongs to its stream and never to a caller: it has memory of its own, and its thread is
 *             detached. What it reads is kept for whoever reads next; so a cancel loses nothing.
 * Order       While a job is under way, calls wait for its end before they try anything.
 * No lost     A call is linked under the lock while the stream is busy; the job's end takes the lock, and
 *   wake-up   marks all that are linked.
 */
#include "io/stdio/stdio_stream.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <edo/error.h>

#include "base/fork.h"
#include "base/sys.h"
#include "base/thread.h"
#include "future/wake.h"
#include "sched/current.h"

stdio_call *stdio_call_of(edo_transfer *t)
{
    stdio_call *call = t->own.pointers[0];

    if (!call)
        t->own.pointers[0] = call = calloc(1, sizeof *call);
    return call;
}

static void unlink_call(stdio_stream *stream, stdio_call *call)
{
    if (!call->linked)
        return;
    call->linked = false;
    if (call->next)
        call->next->prev = call->prev;
    else
        stream->last = call->prev;
    if (call->prev)
        call->prev->next = call->next;
    else
        stream->first = call->next;
}

void stdio_link(stdio_stream *stream, stdio_call *call, const edo_waker *waker)
{
    call->waker = *waker;
    if (call->linked)
        return;
    call->linked = true;
    call->next = NULL;
    call->prev = stream->last;
    if (call->prev)
        call->prev->next = call;
    else
        stream->first = call;
    stream->last = call;
}

void stdio_lock(stdio_stream *stream)
{
    if (unlikely(!a_load(&stream->guarded, relaxed))) { /* twice is as good as once */
        fork_guard(&stream->lock);
        a_store(&stream->guarded, true, relaxed);
    }
    lock_take(&stream->lock);
    if (stream->forks == fork_count())
        return;
    stream->forks = fork_count();
    stream->busy = false; /* its thread is the parent's */
    stream->job = NULL;
    stream->first = stream->last = NULL;
}

edo_poll stdio_end(stdio_stream *stream, edo_transfer *t, int64_t result)
{
    stdio_call *call = t->own.pointers[0];

    t->result = result;
    t->own.pointers[0] = NULL;
    if (!call)
        return EDO_READY;
    stdio_lock(stream);
    unlink_call(stream, call);
    if (stream->job && stream->job->owner == call)
        stream->job->owner = NULL;
    lock_drop(&stream->lock);
    free(call);
    return EDO_READY;
}

bool stdio_can_be_waited_for(const stdio_stream *stream)
{
    mode_t mode;

    return current_has_driver() && sys_file_type(stream->fd, &mode) == 0 && !S_ISREG(mode) &&
           !S_ISBLK(mode);
}

void stdio_begin_wait(const stdio_stream *stream, stdio_call *call)
{
    call->wait = edo_fd_wait_async(stream->fd, stream->reads ? EDO_READABLE : EDO_WRITABLE);
    call->waits = true;
}

edo_poll stdio_wait(edo_transfer *t, const edo_waker *waker, int *ret)
{
    stdio_call *call = t->own.pointers[0];

    *ret = t->canceled ? -ECANCELED : 0;
    if (!call || !call->waits)
        return EDO_READY;
    if (edo_future_poll(&call->wait.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    int64_t result = call->wait.base.result;
    call->waits = false;
    call->ready = true;
    /* What else it says (it can't be watched, descriptors are short) only means that a thread has to wait; and
     * -ECANCELED, without a cancel of the transfer's, that something was kept. */
    call->unwatchable = result < 0 && result != -ECANCELED;
    if (result == -EDO_ESHUTDOWN)
        *ret = (int)result;
    return EDO_READY;
}

void stdio_cancel(void *self, edo_transfer *t)
{
    stdio_call *call = t->own.pointers[0];

    (void)self;
    if (call && call->waits)
        edo_future_cancel(&call->wait.base);
}

/* The job's thread. */

static int64_t write_all(const stdio_job *job)
{
    size_t done = 0;

    while (done < job->len) {
        struct iovec rest = {(char *)(uintptr_t)job->data + done, job->len - done};
        ssize_t n = sys_write_unsignaled(job->stream->fd, &rest, 1);
        if (n == -EAGAIN)
            n = sys_poll_until(job->stream->fd, POLLOUT) < 0 ? -EIO : 0;
        if (n < 0)
            return done ? (int64_t)done : n;
        done += (size_t)n;
    }
    return (int64_t)done;
}

static void read_some(stdio_job *job)
{
    stdio_kept *kept = job->kept;
    ssize_t n;

    while ((n = sys_read(job->stream->fd, kept->data, job->len)) == -EAGAIN)
        if (sys_poll_until(job->stream->fd, POLLIN) < 0)
            break;
    kept->end = n > 0 ? (size_t)n : 0;
    kept->result = n;
}

static void keep_last(stdio_stream *stream, stdio_kept *kept)
{
    stdio_kept **link = &stream->kept;

    while (*link)
        link = &(*link)->next;
    *link = kept;
}

void stdio_tell_all(stdio_stream *stream)
{
    wakes owed;

    wakes_init(&owed);
    while (stream->first) {
        stdio_call *call = stream->first;
        if (wakes_full(&owed)) {
            lock_drop(&stream->lock);
            wakes_push(&owed);
            lock_take(&stream->lock);
            continue;
        }
        unlink_call(stream, call);
        wakes_add(&owed, &call->waker);
    }
    lock_drop(&stream->lock);
    wakes_push(&owed);
}

static void *run_job(void *arg)
{
    stdio_job *job = arg;
    stdio_stream *stream = job->stream;
    int64_t result = 0;

    thread_detach_self();
    if (stream->reads)
        read_some(job);
    else
        result = write_all(job);
    stdio_lock(stream);
    stream->busy = false;
    stream->job = NULL;
    if (job->owner) {
        job->owner->result = result;
        job->owner->done = true;
    }
    if (stream->reads)
        keep_last(stream, job->kept);
    stdio_tell_all(stream);
    free(job);
    return NULL;
}

int stdio_start(stdio_stream *stream, stdio_job *job)
{
    pthread_t thread;
    int rc = -EBUSY;

    stdio_lock(stream);
    if (!stream->busy) {
        rc = thread_start(&thread, run_job, job, "edo-stdio");
        stream->busy = rc == 0; /* it waits for the lock, if it is there already */
        stream->job = rc == 0 ? job : NULL;
    }
    lock_drop(&stream->lock);
    return rc;
}
