/* reading.c: a buffer as the place that is read into. */
#include "io/reading.h"

#include <edo/error.h>

#include "base/macros.h"

#define LEAST 1024 /* as long as its limit allows it */

static size_t at_most(const edo_buf *buf, size_t len)
{
    size_t left = buf->limit > buf->len ? buf->limit - buf->len : 0;

    return buf->limit && left < len ? left : len;
}

int reading_room(edo_buf *buf)
{
    if (edo_buf_spare(buf) > 0)
        return 0;
    size_t len = at_most(buf, LEAST);
    /* Memory of the caller's has no more than it has. */
    if (len > buf->room - buf->len && buf->base && !buf->block)
        len = buf->room - buf->len;
    return len ? edo_buf_reserve(buf, len) : -EDO_ETOOLONG;
}

int64_t reading_move(edo_buf *buf, edo_reader from, const edo_transfer *fill, size_t len)
{
    size_t n = at_most(buf, len);

    if (n == 0)
        return -EDO_ETOOLONG;
    int rc = edo_buf_append(buf, fill->buf, n);
    if (rc < 0)
        return rc;
    rc = from.ops->consume(from.self, n);
    if (rc < 0) {
        edo_buf_truncate(buf, buf->len - n);
        return rc;
    }
    return (int64_t)n;
}
