/* read_to_end.c: reading into a buffer, once or until the end. */
#include <edo/read.h>

#include <errno.h>

#include <edo/await.h>

#include "io/part.h"
#include "io/reading.h"
#include "io/utf8.h"

/* Once. */

static edo_poll buf_poll(edo_future *base, const edo_waker *waker)
{
    edo_read_buf_future *fut = container_of(base, edo_read_buf_future, base);

    if (!reader_is_good(fut->from) || !fut->buf)
        return edo_future_finish(base, -EINVAL);
    int rc = fut->t.begun ? 0 : reading_room(fut->buf);
    if (rc < 0)
        return edo_future_finish(base, rc);
    if (part_read(base, fut->from, &fut->t, EDO_TRANSFER_READ, edo_buf_end(fut->buf),
                  edo_buf_spare(fut->buf), waker) == EDO_PENDING)
        return EDO_PENDING;
    if (fut->t.result > 0)
        fut->buf->len += (size_t)fut->t.result;
    return edo_future_finish(base, fut->t.result);
}

static void buf_cancel(edo_future *base)
{
    edo_read_buf_future *fut = container_of(base, edo_read_buf_future, base);

    part_read_cancel(fut->from, &fut->t);
}

static void buf_put_back(edo_future *base)
{
    edo_read_buf_future *fut = container_of(base, edo_read_buf_future, base);

    if (base->result > 0 && edo_reader_put_back(fut->from, &fut->t) < 0)
        return;
    fut->buf->len -= (size_t)base->result;
    base->result = -ECANCELED;
}

static const edo_future_ops buf_ops = {
    .poll = buf_poll,
    .cancel = buf_cancel,
    .put_back = buf_put_back,
    .name = "read_buf",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_read_buf_future edo_read_buf_async(edo_reader from, edo_buf *buf)
{
    return (edo_read_buf_future){.base = EDO_FUTURE_INIT(&buf_ops), .from = from, .buf = buf};
}

ssize_t edo_read_buf(edo_reader from, edo_buf *buf)
{
    edo_read_buf_future fut = edo_read_buf_async(from, buf);

    return (ssize_t)edo_await(&fut.base);
}

/* Until the end. */

static int64_t at_the_end(const edo_read_to_end_future *fut)
{
    const edo_buf *buf = fut->buf;

    if (!fut->is_text || utf8_is_valid(buf->data + buf->len - fut->done, fut->done))
        return 0;
    return -EILSEQ;
}

static edo_poll to_end_poll(edo_future *base, const edo_waker *waker)
{
    edo_read_to_end_future *fut = container_of(base, edo_read_to_end_future, base);

    if (!reader_is_good(fut->from) || !fut->buf)
        return edo_future_finish(base, -EINVAL);
    while (true) {
        int rc = fut->t.begun ? 0 : reading_room(fut->buf);
        if (rc < 0)
            return edo_future_finish(base, rc);
        if (part_read(base, fut->from, &fut->t, EDO_TRANSFER_READ, edo_buf_end(fut->buf),
                      edo_buf_spare(fut->buf), waker) == EDO_PENDING)
            return EDO_PENDING;
        if (fut->t.result <= 0)
            return edo_future_finish(base, fut->t.result ? fut->t.result : at_the_end(fut));
        fut->buf->len += (size_t)fut->t.result;
        fut->done += (size_t)fut->t.result;
    }
}

static void to_end_cancel(edo_future *base)
{
    edo_read_to_end_future *fut = container_of(base, edo_read_to_end_future, base);

    part_read_cancel(fut->from, &fut->t);
}

#define TO_END_OPS(what)                                                                           \
    {                                                                                              \
        .poll = to_end_poll, .cancel = to_end_cancel, .name = what, .flags = EDO_FUTURE_RESTARTS   \
    }
static const edo_future_ops to_end_ops = TO_END_OPS("read_to_end");
static const edo_future_ops to_string_ops = TO_END_OPS("read_to_string");

edo_read_to_end_future edo_read_to_end_async(edo_reader from, edo_buf *buf)
{
    return (edo_read_to_end_future){.base = EDO_FUTURE_INIT(&to_end_ops), .from = from, .buf = buf};
}

int edo_read_to_end(edo_reader from, edo_buf *buf, size_t *ret_done)
{
    edo_read_to_end_future fut = edo_read_to_end_async(from, buf);
    int64_t result = edo_await(&fut.base);

    return composite_end(result, fut.done, ret_done);
}

edo_read_to_end_future edo_read_to_string_async(edo_reader from, edo_buf *buf)
{
    return (edo_read_to_end_future){
        .base = EDO_FUTURE_INIT(&to_string_ops), .from = from, .buf = buf, .is_text = true};
}

int edo_read_to_string(edo_reader from, edo_buf *buf, size_t *ret_done)
{
    edo_read_to_end_future fut = edo_read_to_string_async(from, buf);
    int64_t result = edo_await(&fut.base);

    return composite_end(result, fut.done, ret_done);
}
