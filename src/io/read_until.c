/* read_until.c: up to a delimiter, out of a buffered reader. */
#include <edo/read.h>

#include <errno.h>
#include <string.h>

#include <edo/await.h>
#include <edo/error.h>

#include "io/part.h"
#include "io/reading.h"

/* Moves what belongs to it of what was filled: 1 when that was the last, 0, or an error. */
static int take(edo_read_until_future *fut)
{
    size_t len = (size_t)fut->t.result;
    const unsigned char *found = memchr(fut->t.buf, fut->delimiter, len);
    size_t wanted = found ? (size_t)(found - (unsigned char *)fut->t.buf) + 1 : len;
    int64_t moved = reading_move(fut->buf, fut->from, &fut->t, wanted);

    if (moved < 0)
        return (int)moved;
    fut->done += (size_t)moved;
    if ((size_t)moved < wanted)
        return -EDO_ETOOLONG;
    return found ? 1 : 0;
}

static edo_poll until_poll(edo_future *base, const edo_waker *waker)
{
    edo_read_until_future *fut = container_of(base, edo_read_until_future, base);
    int rc = 0;

    if (!reader_is_good(fut->from) || !fut->buf)
        return edo_future_finish(base, -EINVAL);
    while (rc == 0) {
        if (part_read(base, fut->from, &fut->t, EDO_TRANSFER_FILL, NULL, 0, waker) == EDO_PENDING)
            return EDO_PENDING;
        if (fut->t.result <= 0)
            return edo_future_finish(base, fut->t.result);
        rc = take(fut);
    }
    return edo_future_finish(base, rc < 0 ? rc : 0);
}

static void until_cancel(edo_future *base)
{
    edo_read_until_future *fut = container_of(base, edo_read_until_future, base);

    part_read_cancel(fut->from, &fut->t);
}

static const edo_future_ops until_ops = {
    .poll = until_poll,
    .cancel = until_cancel,
    .name = "read_until",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_read_until_future edo_read_until_async(edo_reader from, unsigned char delimiter, edo_buf *buf)
{
    return (edo_read_until_future){
        .base = EDO_FUTURE_INIT(&until_ops), .from = from, .buf = buf, .delimiter = delimiter};
}

int edo_read_until(edo_reader from, unsigned char delimiter, edo_buf *buf, size_t *ret_done)
{
    edo_read_until_future fut = edo_read_until_async(from, delimiter, buf);
    int64_t result = edo_await(&fut.base);

    return composite_end(result, fut.done, ret_done);
}

edo_read_until_future edo_read_line_async(edo_reader from, edo_buf *buf)
{
    return edo_read_until_async(from, '\n', buf);
}

int edo_read_line(edo_reader from, edo_buf *buf, size_t *ret_done)
{
    return edo_read_until(from, '\n', buf, ret_done);
}
