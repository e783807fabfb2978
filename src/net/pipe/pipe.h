/* net/pipe/pipe.h: an end of a pipe, as the files of pipes share it. */
#ifndef NET_PIPE_PIPE_H
#define NET_PIPE_PIPE_H

#include <edo/pipe.h>

#include "driver/driver.h"

/* Futures find its source by slot and generation, so they never touch this. */
typedef struct pipe_end {
    source *src;
    int fd;
} pipe_end;

struct edo_pipe_sender {
    pipe_end end;
};

struct edo_pipe_receiver {
    pipe_end end;
};

static inline source *pipe_source(const pipe_end *end)
{
    return end ? end->src : NULL;
}

/* A call on the descriptor if it is ready. */
int64_t pipe_try_io(const pipe_end *end, unsigned interest, edo_fd_call *call, void *arg);

#endif
