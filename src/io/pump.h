/* io/pump.h: one direction of a copy, which lies on the heap while that is under way. */
#ifndef IO_PUMP_H
#define IO_PUMP_H

#include <edo/io.h>

#include "io/splice.h"

enum pump_phase { PUMP_READING, PUMP_WRITING, PUMP_FLUSHING, PUMP_SHUTTING, PUMP_OVER };

typedef struct pump {
    edo_reader from;
    edo_writer to;
    uint64_t *done; /* its owner's count of the bytes written */
    char *buf;      /* its own, or what the reader shows of its */
    size_t begin, end;
    uint8_t phase;  /* enum pump_phase */
    bool shuts;     /* shuts the writer down after the end */
    bool fills;     /* the reader has a buffer of its own, out of which it writes */
    bool must_fill; /* else it reads into a buffer of its own where the reader can't fill one */
    bool sockets;   /* both ends are, and are read from and written to as such */
    bool splices;   /* what was read last is in the pipe, and what is read next goes there */
    uint8_t large;  /* reads in a row that brought much, or that it is never to splice */
    uint8_t small;  /* reads in a row that brought little into the pipe */
    splice_pipe pipe;
    bool reading;   /* `read` is under way */
    bool writing;   /* `write` is under way: a write, flush or shutdown, by its kind */
    bool unflushed; /* something was written since the last flush */
    bool stopping;  /* it ends as soon as nothing is under way */
    int64_t result;
    edo_transfer read, write;
} pump;

/* NULL: no memory. */
pump *pump_new(edo_reader from, edo_writer to, bool shuts, uint64_t *done);
/* READY: it is over, with its result. The task's budget is kept to. */
edo_poll pump_poll(pump *p, const edo_waker *waker);
/* Ends it soon with `why`, unless it has come to its end by then: poll it until it is READY. */
void pump_stop(pump *p, int64_t why);
/* Of one that is over. How many bytes were read that have gone nowhere: 0 where the reader took them back. */
size_t pump_free(pump *p);

#endif
