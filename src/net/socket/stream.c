/* stream.c: a connection's life, and the end of its halves. */
#include "net/socket/stream.h"

#include <errno.h>
#include <stdlib.h>

#include <edo/error.h>

#include "base/atomic.h"
#include "base/sys.h"
#include "sched/current.h"

static void release_stream(source_kept *kept)
{
    socket_stream *stream = container_of(kept, socket_stream, kept);

    socket_stream_set_linger(stream, 0); /* nobody accepted it: TCP tells its peer by a reset */
    socket_stream_drop(stream);
}

socket_stream *socket_stream_new(enum socket_flow flow)
{
    socket_stream *stream = malloc(sizeof *stream);

    if (stream)
        *stream = (socket_stream){.kept.release = release_stream, .fd = -1, .flow = (uint8_t)flow};
    return stream;
}

int socket_stream_attach(socket_stream *stream)
{
    driver *d;
    int rc = current_driver(&d);

    return rc < 0 ? rc : source_open(d, stream->fd, stream->flow == FLOW_PLAIN, &stream->src);
}

void socket_stream_drop(socket_stream *stream)
{
    if (!stream)
        return;
    if (stream->src)
        source_close(stream->src);
    else if (stream->fd >= 0)
        sys_close(stream->fd);
    free(stream);
}

int socket_stream_close(socket_stream *stream)
{
    if (!stream)
        return -EINVAL;
    if (stream->lingers) /* the system would wait in close(2), also for a non-blocking socket */
        socket_stream_set_linger(stream, -1);
    socket_stream_drop(stream);
    return 0;
}

int socket_stream_set_linger(socket_stream *stream, int seconds)
{
    if (!stream)
        return -EINVAL;
    struct linger linger = {.l_onoff = seconds >= 0, .l_linger = seconds >= 0 ? seconds : 0};
    int rc = sys_setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    if (rc == 0)
        stream->lingers = seconds > 0;
    return rc;
}

int socket_stream_shutdown(socket_stream *stream, edo_half half)
{
    if (!stream || (unsigned)half > EDO_BOTH_HALVES)
        return -EINVAL;
    /* acquire: pairs with the lock under which the shutdown clears it. */
    if (!a_load(&stream->src->home, acquire))
        return -EDO_ESHUTDOWN;
    uint32_t halves = half == EDO_BOTH_HALVES ? 3 : UINT32_C(1) << half;
    int rc =
        sys_shutdown(stream->fd, (int)half); /* SHUT_RD, SHUT_WR, SHUT_RDWR: the same numbers */
    /* Once both sides have ended the system says -ENOTCONN to what was done before. relaxed: the
     * bits say nothing of anything else. */
    if (rc == -ENOTCONN && (a_load(&stream->shut, relaxed) & halves) == halves)
        return 0;
    if (rc == 0)
        a_fetch_or(&stream->shut, halves, relaxed);
    return rc;
}
