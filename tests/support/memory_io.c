/* memory_io.c: something in memory to be read, written and moved about in. */
#include "support/memory_io.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

memory_io memory_io_of(const char *text)
{
    memory_io io = {.len = strlen(text)};

    memcpy(io.data, text, io.len);
    return io;
}

static void note(memory_io *io, char call)
{
    size_t n = strlen(io->calls);

    if (n + 1 < sizeof io->calls)
        io->calls[n] = call;
}

/* True: it says PENDING now, or is READY by a cancel. */
static bool holds_up(memory_io *io, edo_transfer *t, const edo_waker *waker, edo_poll *ret_is)
{
    if (t->canceled && !io->ignores_cancel) {
        if (io->waiting && io->stands_still)
            edo_waker_drop(io->waker);
        io->waiting = false;
        t->result = -ECANCELED;
        *ret_is = EDO_READY;
        return true;
    }
    if (io->stands_still) {
        if (io->waiting)
            edo_waker_drop(io->waker);
        if (edo_waker_clone(waker, &io->waker) < 0)
            return false;
        io->waiting = true;
        *ret_is = EDO_PENDING;
        return true;
    }
    if (io->waits && !io->waiting) {
        io->waiting = true;
        edo_waker_wake_by_ref(waker);
        *ret_is = EDO_PENDING;
        return true;
    }
    io->waiting = false;
    return false;
}

void memory_io_let_go(memory_io *io)
{
    edo_waker waker = io->waker;

    io->stands_still = false;
    if (io->waiting)
        edo_waker_wake(waker);
    io->waiting = false;
    io->waker = (edo_waker){0};
}

static edo_poll answer(edo_transfer *t, int64_t result)
{
    t->result = result;
    return EDO_READY;
}

static size_t limit(const memory_io *io, size_t len)
{
    return io->most && io->most < len ? io->most : len;
}

static edo_poll io_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    memory_io *io = self;
    edo_poll is;

    if (holds_up(io, t, waker, &is))
        return is;
    io->reads++;
    note(io, 'r');
    if (io->error && io->at >= io->fails_at)
        return answer(t, io->error);
    size_t left = io->at < io->len ? io->len - io->at : 0;
    size_t n = limit(io, left < t->len ? left : t->len);
    memcpy(t->buf, io->data + io->at, n);
    io->at += n;
    return answer(t, (int64_t)n);
}

static int io_put_back(void *self, edo_transfer *t)
{
    memory_io *io = self;

    if (io->keeps_nothing)
        return -ENOTSUP;
    io->put_backs++;
    io->at -= (size_t)t->result;
    memcpy(io->data + io->at, t->buf, (size_t)t->result);
    return 0;
}

/* How many of `len` bytes are written; or an error, or 0. */
static int64_t put(memory_io *io, const void *from, size_t len)
{
    if (io->error && io->at >= io->fails_at)
        return io->error;
    if (io->takes_nothing)
        return 0;
    size_t left = MEMORY_IO_ROOM - io->at;
    size_t n = len < left ? len : left;
    if (n > 0)
        memcpy(io->data + io->at, from, n);
    io->at += n;
    if (io->at > io->len)
        io->len = io->at;
    return (int64_t)n;
}

static edo_poll io_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    memory_io *io = self;
    edo_poll is;

    if (holds_up(io, t, waker, &is))
        return is;
    io->writes++;
    note(io, 'w');
    return answer(t, put(io, t->buf, limit(io, t->len)));
}

static edo_poll io_writev(void *self, edo_transfer *t, const edo_waker *waker)
{
    memory_io *io = self;
    size_t room = limit(io, SIZE_MAX), done = 0;
    edo_poll is;

    if (holds_up(io, t, waker, &is))
        return is;
    io->writevs++;
    note(io, 'v');
    for (size_t i = 0; i < t->len && room > 0; i++) {
        size_t len = t->iov[i].iov_len < room ? t->iov[i].iov_len : room;
        int64_t n = put(io, t->iov[i].iov_base, len);
        if (n < 0)
            return answer(t, n);
        done += (size_t)n;
        room -= (size_t)n;
    }
    return answer(t, (int64_t)done);
}

static edo_poll io_flush(void *self, edo_transfer *t, const edo_waker *waker)
{
    memory_io *io = self;
    edo_poll is;

    if (holds_up(io, t, waker, &is))
        return is;
    io->flushes++;
    note(io, 'f');
    return answer(t, 0);
}

static edo_poll io_shutdown(void *self, edo_transfer *t, const edo_waker *waker)
{
    memory_io *io = self;
    edo_poll is;

    if (holds_up(io, t, waker, &is))
        return is;
    io->shutdowns++;
    note(io, 's');
    return answer(t, 0);
}

static edo_poll io_seek(void *self, edo_transfer *t, const edo_waker *waker)
{
    memory_io *io = self;
    edo_poll is;

    if (holds_up(io, t, waker, &is))
        return is;
    io->seeks++;
    note(io, 'k');
    int64_t from = t->whence == SEEK_SET ? 0 : (int64_t)(t->whence == SEEK_CUR ? io->at : io->len);
    if (from + t->offset < 0)
        return answer(t, -EINVAL);
    io->at = (size_t)(from + t->offset);
    return answer(t, from + t->offset);
}

static const edo_reader_ops reader_ops = {
    .read = io_read, .put_back = io_put_back, .name = "memory"};
static const edo_writer_ops writer_ops = {
    .write = io_write, .flush = io_flush, .shutdown = io_shutdown, .name = "memory"};
static const edo_writer_ops vectored_ops = {
    .write = io_write,
    .writev = io_writev,
    .flush = io_flush,
    .shutdown = io_shutdown,
    .name = "memory",
};
static const edo_seeker_ops seeker_ops = {.seek = io_seek, .name = "memory"};

edo_reader memory_reader(memory_io *io)
{
    return (edo_reader){&reader_ops, io};
}

edo_writer memory_writer(memory_io *io, bool vectored)
{
    return (edo_writer){vectored ? &vectored_ops : &writer_ops, io};
}

edo_seeker memory_seeker(memory_io *io)
{
    return (edo_seeker){&seeker_ops, io};
}
