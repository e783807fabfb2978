/*
 * io/stdio/stdio_stream.h: what the standard streams share: one job at a time on a thread of its own, and the calls
 * that wait for its end.
 */
#ifndef IO_STDIO_STREAM_H
#define IO_STDIO_STREAM_H

#include <edo/async_fd.h>
#include <edo/io.h>

#include "base/lock.h"

/* Most that a job reads or writes. */
#define STDIO_JOB_MAX 65536

typedef struct stdio_stream stdio_stream;

/* What a transfer needs that can't be done at once: on the heap, from there until it is READY. */
typedef struct stdio_call {
    struct stdio_call *next, *prev; /* in the stream's list, while `linked` */
    edo_waker waker;
    int64_t result;          /* of its own job */
    edo_fd_wait_future wait; /* while `waits` */
    bool linked, waits, ready, owns, done;
    bool unwatchable; /* a wait for the descriptor has failed */
} stdio_call;

/* Bytes that were read for nobody, or what a read said instead: `result`, when there are none. */
typedef struct stdio_kept {
    struct stdio_kept *next;
    int64_t result;
    size_t begin, end;
    char data[];
} stdio_kept;

typedef struct stdio_job {
    stdio_stream *stream;
    stdio_call *owner; /* of a write: who is told; NULL: nobody any more */
    size_t len;
    stdio_kept *kept; /* of a read: what it fills */
    char data[];      /* of a write */
} stdio_job;

struct stdio_stream {
    int fd;
    bool reads;
    bool has_no_now; /* atomic: the system can't be asked not to wait */
    bool guarded;    /* atomic: the lock is held over forks */
    lock lock;       /* guards the rest */
    uint32_t forks;  /* of which process the rest is */
    bool busy;       /* a job is under way */
    stdio_job *job;  /* of a write */
    stdio_call *first, *last;
    stdio_kept *kept;
};

/* The transfer's call, made if there is none yet; NULL: no memory. */
stdio_call *stdio_call_of(edo_transfer *t);
/* Ends the transfer. */
edo_poll stdio_end(stdio_stream *stream, edo_transfer *t, int64_t result);
/* Lock held: the call is woken by the end of a job, and by bytes that are put back. */
void stdio_link(stdio_stream *stream, stdio_call *call, const edo_waker *waker);
/* Lock held, and dropped: wakes all that are linked. */
void stdio_tell_all(stdio_stream *stream);
/* Takes the lock; a child of a fork finds nothing under way. */
void stdio_lock(stdio_stream *stream);
/* Whether one can wait for the descriptor here, without a thread. */
bool stdio_can_be_waited_for(const stdio_stream *stream);
/* Has the transfer wait for the descriptor. */
void stdio_begin_wait(const stdio_stream *stream, stdio_call *call);
/* READY: the transfer waits for no descriptor; *ret is 0, or why it is to end. */
edo_poll stdio_wait(edo_transfer *t, const edo_waker *waker, int *ret);
/* Starts a job, which is the thread's then, unless one is under way. 0; -EBUSY; what starting a thread says. */
int stdio_start(stdio_stream *stream, stdio_job *job);
/* The transfer functions that are the same for all. */
void stdio_cancel(void *self, edo_transfer *t);

#endif
