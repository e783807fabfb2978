/*
 * pump.c: reads, writes all of it, and again, until the end; then flushes, or shuts down, which does so too.
 *
 * Sockets     Between two of them it works on their sources: the interfaces were 260 of the 3,630 instructions
 *             that a small request takes there and back.
 * Flush       While the reader waits, what was written is flushed: it may be what its peer waits for. The read
 *             stays under way meanwhile; and a write begins only after that flush.
 * Stopping    The first failure, or a cancel, is the result. What is under way is cancelled and polled until it
 *             is READY, and what it did all the same counts. If that was the last step, it has succeeded.
 * Back        buf[begin, end) was read and not written. It is put back as the last bytes of the last read.
 * Splice      Between sockets, if several reads in a row bring much, bytes go by a pipe from then on, and buf
 *             is freed; begin and end count what is in the pipe. Many small ones in a row end that. One that
 *             can't do it, or comes to urgent data (-EINVAL), is read into the buffer again: what is in the
 *             pipe by then is read out of it.
 */
#include "io/pump.h"

#include <edo/error.h>

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "io/fd_io.h"
#include "io/put_back.h"
#include "io/transfer.h"

#define PUMP_BUFFER 65536
#define LARGE (PUMP_BUFFER / 2) /* reads in a row of so much begin to splice */
#define LARGE_READS 4
#define SMALL (PUMP_BUFFER / 4) /* and of less than this end it */
#define SMALL_READS 16
#define NEVER UINT8_MAX

static inline source *source_of_reader(edo_reader from)
{
    return from.ops->source ? from.ops->source(from.self) : NULL;
}

static inline source *source_of_writer(edo_writer to)
{
    return to.ops->source ? to.ops->source(to.self) : NULL;
}

pump *pump_new(edo_reader from, edo_writer to, bool shuts, uint64_t *done)
{
    pump *p = malloc(sizeof *p);

    if (!p)
        return NULL;
    *p = (pump){
        .from = from,
        .to = to,
        .done = done,
        .shuts = shuts,
        .fills = from.ops->fill != NULL,
        .pipe = SPLICE_CLOSED,
    };
    p->sockets = !p->fills && source_of_reader(from) && source_of_writer(to);
    if (!p->sockets)
        p->large = NEVER;
    return p;
}

/* Whether it owns what buf points to. */
static inline bool owns_buffer(const pump *p)
{
    return !p->fills && p->buf;
}

static void begin_transfer(const pump *p, edo_transfer *t, edo_transfer_kind kind, const void *buf,
                           size_t len)
{
    if (p->sockets)
        transfer_begin_call(t, kind, buf, len);
    else
        edo_transfer_begin(t, kind, buf, len);
}

static void begin_write(pump *p, edo_transfer_kind kind, const void *buf, size_t len)
{
    begin_transfer(p, &p->write, kind, buf, len);
    p->writing = true;
}

/* Of sockets: without the interfaces between. */

static inline edo_poll poll_socket_read(pump *p, const edo_waker *waker)
{
    source *src = FD_TRANSFER_SOURCE(&p->read, source_of_reader(p->from));

    return p->splices ? splice_in_step(src, &p->read, waker)
                      : fd_read_step(src, OP_RECV, &p->read, &put_back_bytes, waker);
}

static inline edo_poll poll_socket_write(pump *p, const edo_waker *waker)
{
    source *src = FD_TRANSFER_SOURCE(&p->write, source_of_writer(p->to));

    return p->splices ? splice_out_step(src, &p->write, waker)
                      : fd_write_step(src, OP_SEND, &p->write, waker);
}

static edo_poll poll_read(pump *p, const edo_waker *waker)
{
    edo_poll is = p->sockets ? poll_socket_read(p, waker) : read_step(p->from, &p->read, waker);

    if (is == EDO_READY)
        p->reading = false;
    return is;
}

static edo_poll poll_write(pump *p, const edo_waker *waker)
{
    edo_poll is = p->sockets && p->write.kind == EDO_TRANSFER_WRITE
                      ? poll_socket_write(p, waker)
                      : write_step(p->to, &p->write, waker);

    if (is == EDO_READY)
        p->writing = false;
    return is;
}

void pump_stop(pump *p, int64_t why)
{
    if (p->stopping || p->phase == PUMP_OVER)
        return;
    p->stopping = true;
    p->result = why;
    if (p->reading)
        edo_reader_cancel(p->from, &p->read);
    if (p->writing)
        edo_writer_cancel(p->to, &p->write);
}

/* What ended has said: the next thing to do. */

/* Large reads are for a pipe, small ones for the buffer: it costs less for those. */
static void count_read(pump *p, int64_t n)
{
    if (p->splices)
        p->small = n < SMALL ? (uint8_t)(p->small + 1) : 0;
    else if (p->large != NEVER)
        p->large = n >= LARGE ? (uint8_t)(p->large + 1) : 0;
}

static void note_read(pump *p)
{
    int64_t n = p->read.result;

    if (n == -ENOTSUP && p->fills && !p->must_fill &&
        !p->stopping) { /* a part of one, or a chain */
        p->fills = false;
        p->buf = NULL;
        return;
    }
    if (n == -EINVAL && p->splices && !p->stopping) {
        p->splices = false;
        p->large = NEVER;
        return;
    }
    if (n < 0) {
        pump_stop(p, n);
        return;
    }
    count_read(p, n);
    if (p->fills)
        p->buf = p->read.buf;
    p->begin = 0;
    p->end = (size_t)n;
    p->phase = n > 0 ? PUMP_WRITING : p->shuts ? PUMP_SHUTTING : PUMP_FLUSHING;
}

static void note_bytes(pump *p, int64_t n)
{
    if (n == 0) {
        pump_stop(p, -EDO_EWRITEZERO);
        return;
    }
    *p->done += (uint64_t)n;
    p->begin += (size_t)n;
    p->unflushed = true;
    if (p->fills)
        p->from.ops->consume(p->from.self, (size_t)n);
    if (p->begin == p->end)
        p->phase = PUMP_READING;
}

/* The writer can't: what is in the pipe goes into a buffer that all of it fits into, as if it had been read
 * there. */
static void leave_pipe(pump *p)
{
    size_t n = p->end - p->begin, done = 0;

    p->buf = malloc(n > PUMP_BUFFER ? n : PUMP_BUFFER);
    if (!p->buf) {
        pump_stop(p, -ENOMEM);
        return;
    }
    while (done < n) {
        ssize_t got = sys_read(p->pipe.out, p->buf + done, n - done);
        if (got <= 0)
            break; /* as many as were put there are there */
        done += (size_t)got;
    }
    p->begin = 0;
    p->end = done;
    p->read.buf = p->read.own.op.buf = p->buf;
    p->read.len = p->read.own.op.len = done;
    p->splices = false;
    p->large = NEVER;
}

static void note_write(pump *p)
{
    int64_t n = p->write.result;

    if (n == -EINVAL && p->splices && p->write.kind == EDO_TRANSFER_WRITE)
        leave_pipe(p);
    else if (n < 0)
        pump_stop(p, n);
    else if (p->write.kind == EDO_TRANSFER_WRITE)
        note_bytes(p, n);
    else if (p->write.kind == EDO_TRANSFER_SHUTDOWN)
        p->phase = PUMP_OVER;
    else
        p->unflushed = false;
    if (n >= 0 && p->phase == PUMP_FLUSHING)
        p->phase = PUMP_OVER;
}

/* Steps; the phases' own. False: it is PENDING. */

static bool has_buffer(pump *p)
{
    if (!p->buf && !p->fills)
        p->buf = malloc(PUMP_BUFFER);
    return p->buf || p->fills;
}

/* Without descriptors for a pipe it goes on as it does. */
static void begin_to_splice(pump *p)
{
    if (splice_open(&p->pipe) < 0) {
        p->large = NEVER;
        return;
    }
    p->splices = true;
    p->small = 0;
    free(p->buf);
    p->buf = NULL;
}

/* The pipe is empty. */
static void end_to_splice(pump *p)
{
    splice_close(&p->pipe);
    p->splices = false;
    p->large = 0;
}

static bool begin_read(pump *p)
{
    if (p->splices && p->small == SMALL_READS)
        end_to_splice(p);
    else if (p->large == LARGE_READS && !p->splices)
        begin_to_splice(p);
    p->reading = true;
    if (p->splices) {
        splice_begin(&p->read, EDO_TRANSFER_READ, &p->pipe, SPLICE_MOST);
        return true;
    }
    if (!has_buffer(p)) {
        p->reading = false;
        pump_stop(p, -ENOMEM);
        return false;
    }
    begin_transfer(p, &p->read, p->fills ? EDO_TRANSFER_FILL : EDO_TRANSFER_READ,
                   p->fills ? NULL : p->buf, p->fills ? 0 : PUMP_BUFFER);
    return true;
}

/* While the reader waits. */
static void flush_meanwhile(pump *p, const edo_waker *waker)
{
    if (!p->writing && p->unflushed && p->to.ops->flush)
        begin_write(p, EDO_TRANSFER_FLUSH, NULL, 0);
    if (p->writing && poll_write(p, waker) == EDO_READY)
        note_write(p);
}

static bool step_reading(pump *p, const edo_waker *waker)
{
    if (!p->reading && !begin_read(p))
        return true;
    if (poll_read(p, waker) == EDO_PENDING) {
        flush_meanwhile(p, waker);
        return p->stopping; /* that failed */
    }
    note_read(p);
    return true;
}

static bool step_writing(pump *p, const edo_waker *waker)
{
    if (!p->writing && p->phase == PUMP_WRITING)
        begin_write(p, EDO_TRANSFER_WRITE, p->splices ? (const void *)&p->pipe : p->buf + p->begin,
                    p->end - p->begin);
    else if (!p->writing)
        begin_write(p, p->phase == PUMP_FLUSHING ? EDO_TRANSFER_FLUSH : EDO_TRANSFER_SHUTDOWN, NULL,
                    0);
    if (poll_write(p, waker) == EDO_PENDING)
        return false;
    note_write(p);
    return true;
}

/* Ends what is under way. READY: nothing is. */
static edo_poll wind_down(pump *p, const edo_waker *waker)
{
    if (p->reading && poll_read(p, waker) == EDO_READY && p->read.result > 0)
        note_read(p); /* to be put back */
    if (p->writing && poll_write(p, waker) == EDO_READY && p->write.result >= 0)
        note_write(p);
    if (p->reading || p->writing)
        return EDO_PENDING;
    if (p->phase == PUMP_OVER)
        p->result = 0;
    return EDO_READY;
}

edo_poll pump_poll(pump *p, const edo_waker *waker)
{
    while (p->phase != PUMP_OVER) {
        if (p->stopping)
            return wind_down(p, waker);
        if (p->phase == PUMP_READING ? !step_reading(p, waker) : !step_writing(p, waker))
            return EDO_PENDING;
    }
    return EDO_READY;
}

static size_t give_back(pump *p)
{
    size_t left = p->end - p->begin;

    if (p->fills || left == 0)
        return 0;
    if (p->splices)
        return splice_put_back(&p->pipe, &p->read, left) == 0 ? 0 : left;
    memmove(p->buf, p->buf + p->begin, left);
    p->read.result = (int64_t)left;
    return edo_reader_put_back(p->from, &p->read) == 0 ? 0 : left;
}

size_t pump_free(pump *p)
{
    size_t lost = give_back(p);

    if (owns_buffer(p))
        free(p->buf);
    splice_close(&p->pipe);
    free(p);
    return lost;
}
