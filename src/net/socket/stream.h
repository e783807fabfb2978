/*
 * net/socket/stream.h: a connection, of TCP or a Unix socket. Each kind's public type is a struct around
 * it and nothing more, so that a pointer to one is a pointer to the other.
 */
#ifndef NET_SOCKET_STREAM_H
#define NET_SOCKET_STREAM_H

#include <edo/io.h>
#include <edo/socket.h>

#include "driver/driver.h"

/* What a short read says of what is left. */
enum socket_flow {
    FLOW_PLAIN, /* that there is nothing */
    FLOW_MARKED, /* nothing: descriptors, or another writer's credentials, end a Unix stream's read as well */
    FLOW_RECORDS /* nothing: each read gets one record */
};

/* Futures find a stream's source by slot and generation, so they never touch this. */
typedef struct socket_stream {
    source_kept kept; /* when it was accepted and put back: in its listener's source */
    source *src;      /* NULL: only the descriptor is there yet */
    int fd;           /* -1: only the memory is there yet */
    uint32_t shut;    /* halves that were shut down, a bit each; atomic */
    uint8_t split;    /* halves that are owned apart and not closed yet, a bit each; atomic */
    bool lingers;     /* close(2) would wait */
    uint8_t flow;     /* enum socket_flow */
} socket_stream;

/* Memory for a stream, without a descriptor. NULL: there is none. */
socket_stream *socket_stream_new(enum socket_flow flow);
/* Makes the stream of its descriptor a source of the current driver. 0; what current_driver and
 * source_open say, and then it still has its descriptor. */
int socket_stream_attach(socket_stream *stream);
/* Closes what it has, and frees it. NULL is fine. */
void socket_stream_drop(socket_stream *stream);
/* The same, and no linger holds the caller. 0; -EINVAL for NULL. */
int socket_stream_close(socket_stream *stream);
int socket_stream_set_linger(socket_stream *stream, int seconds);
int socket_stream_shutdown(socket_stream *stream, edo_half half);

static inline source *socket_stream_source(const socket_stream *stream)
{
    return stream ? stream->src : NULL;
}

/*
 * Halves owned apart are the stream itself under two names: nothing is allocated, so nothing fails. Each
 * is closed on its own, and the last one closes the stream.
 */

/* 0; -EINVAL for one that is NULL or split already. */
int socket_stream_split(socket_stream *stream);
/* Closes one half; of the write half the peer is told the end. */
int socket_half_close(socket_stream *stream, edo_half half);
/* Makes one of two again. 0; -EINVAL when they are of different streams, and nothing has changed. */
int socket_stream_reunite(socket_stream *read, socket_stream *write);

/* A stream as a reader and a writer: the tables' functions. */
edo_poll socket_read(void *self, edo_transfer *t, const edo_waker *waker);
edo_poll socket_readv(void *self, edo_transfer *t, const edo_waker *waker);
edo_poll socket_write(void *self, edo_transfer *t, const edo_waker *waker);
edo_poll socket_writev(void *self, edo_transfer *t, const edo_waker *waker);
edo_poll socket_end(void *self, edo_transfer *t, const edo_waker *waker);
void socket_cancel(void *self, edo_transfer *t);
int socket_put_back(void *self, edo_transfer *t);
source *socket_source(void *self);
#define SOCKET_READER_OPS(what)                                                                    \
    {                                                                                              \
        .read = socket_read, .readv = socket_readv, .cancel = socket_cancel,                       \
        .put_back = socket_put_back, .name = what, .source = socket_source                         \
    }
#define SOCKET_WRITER_OPS(what)                                                                    \
    {                                                                                              \
        .write = socket_write, .writev = socket_writev, .shutdown = socket_end,                    \
        .cancel = socket_cancel, .name = what, .source = socket_source                             \
    }

#endif
