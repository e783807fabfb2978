/* net/tcp.h: streams and listeners, as the files of TCP share them. */
#ifndef NET_TCP_H
#define NET_TCP_H

#include <edo/tcp.h>

#include "driver/driver.h"

/* Futures find a stream's source by slot and generation, so they never touch this. */
struct edo_tcp_stream {
    source_kept kept; /* when it was accepted and put back: in its listener's source */
    source *src;      /* NULL: only the descriptor is there yet */
    int fd;           /* -1: only the memory is there yet */
    uint32_t shut;    /* halves that were shut down, a bit each; atomic */
    bool lingers;     /* close(2) would wait */
};

/* Memory for a stream, without a descriptor. NULL: there is none. */
edo_tcp_stream *tcp_stream_new(void);
/* Makes the stream of its descriptor a source of the current driver. 0; what current_driver and
 * source_open say, and then it still has its descriptor. */
int tcp_stream_attach(edo_tcp_stream *stream);
/* Closes what it has, and frees it. NULL is fine. */
void tcp_stream_drop(edo_tcp_stream *stream);
/* Sets an option that is an int. */
int tcp_set_int(int fd, int level, int name, int value);
/* By getsockname or getpeername. */
int tcp_addr_of(int (*call)(int fd, struct sockaddr *sa, socklen_t *len), int fd, edo_addr *ret);

#endif
