/*
 * inspect.c: readers and writers that hand their transfers on, and look at what these have moved.
 *
 * Once        `shown` of the bytes that will be read next have been shown already: they were put back.
 * Held        The inner reader's bytes stay where a fill has shown them until they are consumed, and not
 *             longer: so they are looked at before. A read takes them from the front.
 */
#include <edo/inspect.h>

#include <edo/buf_reader.h>

#include "io/pieces.h"
#include "io/transfer.h"

static void show(edo_inspect_fn *fn, void *arg, const char *data, size_t len)
{
    if (len > 0)
        fn(arg, data, len);
}

/* The first `len` bytes of a transfer's memory, but for the first `skip` of these. */
static void show_pieces(const edo_transfer *t, size_t len, size_t skip, edo_inspect_fn *fn,
                        void *arg)
{
    struct iovec one = {t->buf, t->len};
    const struct iovec *piece = t->iov ? t->iov : &one;

    for (; len > 0; piece++) {
        size_t n = piece->iov_len < len ? piece->iov_len : len;
        size_t passed = skip < n ? skip : n;
        show(fn, arg, (const char *)piece->iov_base + passed, n - passed);
        skip -= passed;
        len -= n;
    }
}

/* Reading. */

/* How many of the next `len` bytes have been shown. */
static size_t take_shown(edo_inspect_reader *r, size_t len)
{
    size_t n = r->shown < len ? (size_t)r->shown : len;

    r->shown -= n;
    return n;
}

/* The first `len` of the held bytes are gone, or all of them. */
static void pass_held(edo_inspect_reader *r, size_t len)
{
    size_t n = len < r->held_len ? len : r->held_len;

    r->held += n;
    r->held_len -= n;
}

static edo_poll inspect_read(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_inspect_reader *r = self;

    if (edo_reader_poll(r->inner, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (t->result > 0) {
        show_pieces(t, (size_t)t->result, take_shown(r, (size_t)t->result), r->fn, r->arg);
        pass_held(r, (size_t)t->result);
    }
    return EDO_READY;
}

static edo_poll inspect_fill(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_inspect_reader *r = self;

    if (edo_reader_poll(r->inner, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    r->held = t->buf;
    r->held_len = t->result > 0 ? (size_t)t->result : 0;
    return EDO_READY;
}

static int inspect_consume(void *self, size_t len)
{
    edo_inspect_reader *r = self;

    if (len > r->held_len)
        return -EINVAL;
    size_t passed = take_shown(r, len);
    show(r->fn, r->arg, r->held + passed, len - passed);
    int rc = edo_consume(r->inner, len);
    if (rc < 0)
        r->shown += len; /* they are still there */
    else
        pass_held(r, len);
    return rc;
}

static void inspect_read_cancel(void *self, edo_transfer *t)
{
    edo_reader_cancel(((edo_inspect_reader *)self)->inner, t);
}

static int inspect_put_back(void *self, edo_transfer *t)
{
    edo_inspect_reader *r = self;
    size_t n = (size_t)t->result;
    int rc = edo_reader_put_back(r->inner, t);

    if (rc == 0) {
        r->shown += n;
        r->held_len = 0; /* which lie behind these */
    }
    return rc;
}

static const edo_reader_ops reader_ops = {
    .read = inspect_read,
    .readv = inspect_read,
    .cancel = inspect_read_cancel,
    .put_back = inspect_put_back,
    .name = "inspect",
};
static const edo_reader_ops buffered_ops = {
    .read = inspect_read,
    .readv = inspect_read,
    .fill = inspect_fill,
    .consume = inspect_consume,
    .cancel = inspect_read_cancel,
    .put_back = inspect_put_back,
    .name = "inspect",
};

int edo_inspect_reader_init(edo_inspect_reader *reader, edo_reader inner, edo_inspect_fn *fn,
                            void *arg)
{
    if (!reader || !reader_is_good(inner) || !fn)
        return -EINVAL;
    *reader = (edo_inspect_reader){.inner = inner, .fn = fn, .arg = arg};
    return 0;
}

edo_reader edo_inspect_reader_reader(edo_inspect_reader *reader)
{
    if (!reader)
        return (edo_reader){0};
    return (edo_reader){reader->inner.ops->fill ? &buffered_ops : &reader_ops, reader};
}

/* Writing. */

static edo_poll inspect_write(void *self, edo_transfer *t, const edo_waker *waker)
{
    edo_inspect_writer *w = self;

    if (edo_writer_poll(w->inner, t, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (t->result > 0)
        show_pieces(t, (size_t)t->result, 0, w->fn, w->arg);
    return EDO_READY;
}

static edo_poll inspect_end(void *self, edo_transfer *t, const edo_waker *waker)
{
    return edo_writer_poll(((edo_inspect_writer *)self)->inner, t, waker);
}

static void inspect_write_cancel(void *self, edo_transfer *t)
{
    edo_writer_cancel(((edo_inspect_writer *)self)->inner, t);
}

static const edo_writer_ops writer_ops = {
    .write = inspect_write,
    .flush = inspect_end,
    .shutdown = inspect_end,
    .cancel = inspect_write_cancel,
    .name = "inspect",
};
static const edo_writer_ops vectored_ops = {
    .write = inspect_write,
    .writev = inspect_write,
    .flush = inspect_end,
    .shutdown = inspect_end,
    .cancel = inspect_write_cancel,
    .name = "inspect",
};

int edo_inspect_writer_init(edo_inspect_writer *writer, edo_writer inner, edo_inspect_fn *fn,
                            void *arg)
{
    if (!writer || !writer_is_good(inner) || !fn)
        return -EINVAL;
    *writer = (edo_inspect_writer){.inner = inner, .fn = fn, .arg = arg};
    return 0;
}

edo_writer edo_inspect_writer_writer(edo_inspect_writer *writer)
{
    if (!writer)
        return (edo_writer){0};
    return (edo_writer){edo_writer_is_vectored(writer->inner) ? &vectored_ops : &writer_ops,
                        writer};
}
