/* empty.c: readers and writers with nothing behind them. What repeat gives is in its pointer. */
#include <edo/empty.h>

#include <errno.h>
#include <string.h>

static edo_poll nothing(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)self;
    (void)waker;
    t->result = 0;
    return EDO_READY;
}

static int consume_nothing(void *self, size_t len)
{
    (void)self;
    return len ? -EINVAL : 0;
}

edo_reader edo_empty(void)
{
    static const edo_reader_ops ops = {.read = nothing,
                                       .readv = nothing,
                                       .fill = nothing,
                                       .consume = consume_nothing,
                                       .name = "empty"};

    return (edo_reader){&ops, NULL};
}

edo_seeker edo_empty_seeker(void)
{
    static const edo_seeker_ops ops = {.seek = nothing, .name = "empty"};

    return (edo_seeker){&ops, NULL};
}

static int64_t pieces_len(const edo_transfer *t)
{
    size_t sum = 0;

    for (size_t i = 0; i < t->len; i++)
        sum += t->iov[i].iov_len;
    return (int64_t)sum;
}

static edo_poll repeat_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)waker;
    memset(t->buf, (unsigned char)(uintptr_t)self, t->len);
    t->result = (int64_t)t->len;
    return EDO_READY;
}

static edo_poll repeat_readv(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)waker;
    for (size_t i = 0; i < t->len; i++)
        if (t->iov[i].iov_len)
            memset(t->iov[i].iov_base, (unsigned char)(uintptr_t)self, t->iov[i].iov_len);
    t->result = pieces_len(t);
    return EDO_READY;
}

/* What it gave it has still. */
static int repeat_put_back(void *self, edo_transfer *t)
{
    (void)self;
    (void)t;
    return 0;
}

edo_reader edo_repeat(unsigned char byte)
{
    static const edo_reader_ops ops = {
        .read = repeat_read, .readv = repeat_readv, .put_back = repeat_put_back, .name = "repeat"};

    return (edo_reader){&ops, (void *)(uintptr_t)byte};
}

static edo_poll sink_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)self;
    (void)waker;
    t->result = (int64_t)t->len;
    return EDO_READY;
}

static edo_poll sink_writev(void *self, edo_transfer *t, const edo_waker *waker)
{
    (void)self;
    (void)waker;
    t->result = pieces_len(t);
    return EDO_READY;
}

edo_writer edo_sink(void)
{
    static const edo_writer_ops ops = {.write = sink_write,
                                       .writev = sink_writev,
                                       .flush = nothing,
                                       .shutdown = nothing,
                                       .name = "sink"};

    return (edo_writer){&ops, NULL};
}
