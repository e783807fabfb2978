/*
 * half.c: the halves of a stream, owned apart.
 *
 * Invariant   A bit of `split` is a half that somebody holds. Whoever clears the last one closes the
 *             stream, which nobody else knows any more.
 * Reunite     needs both halves, so nobody else may clear a bit meanwhile.
 */
#include <errno.h>

#include "base/atomic.h"
#include "base/sys.h"
#include "net/socket/stream.h"

#define BOTH 3

int socket_stream_split(socket_stream *stream)
{
    if (!stream || a_load(&stream->split, relaxed)) /* the caller's own stream */
        return -EINVAL;
    a_store(&stream->split, BOTH, relaxed);
    return 0;
}

int socket_half_close(socket_stream *stream, edo_half half)
{
    uint8_t bit = (uint8_t)(1U << half);

    if (!stream || !(a_load(&stream->split, relaxed) & bit)) /* only the caller clears this bit */
        return -EINVAL;
    if (half == EDO_WRITE_HALF)
        sys_shutdown(stream->fd, SHUT_WR); /* also after the runtime has ended */
    /* acq_rel: what the other half's owner did to the stream comes before it is freed; pairs with
     * the same in the other half's close. */
    if ((a_fetch_and(&stream->split, (uint8_t)~bit, acq_rel) & BOTH) == bit)
        return socket_stream_close(stream);
    return 0;
}

int socket_stream_reunite(socket_stream *read, socket_stream *write)
{
    if (!read || read != write || a_load(&read->split, relaxed) != BOTH)
        return -EINVAL;
    a_store(&read->split, 0, relaxed); /* the caller has both: nobody else looks */
    return 0;
}
