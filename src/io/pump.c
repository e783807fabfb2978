/*
 * pump.c: reads, writes all of it, and again, until the end; then flushes, and shuts down where it should.
 *
 * Flush       While the reader waits, what was written is flushed: it may be what its peer waits for. The read
 *             stays under way meanwhile; and a write begins only after that flush.
 * Stopping    The first failure, or a cancel, is the result. What is under way is cancelled and polled until it
 *             is READY, and what it did all the same counts. If that was the last step, it has succeeded.
 * Back        buf[begin, end) was read and not written. It is put back as the last bytes of the last read.
 */
#include "io/pump.h"

#include <edo/error.h>

#include <stdlib.h>
#include <string.h>

#include "io/transfer.h"

#define PUMP_BUFFER 65536

pump *pump_new(edo_reader from, edo_writer to, bool shuts, uint64_t *done)
{
    pump *p = malloc(sizeof *p);

    if (p)
        *p = (pump){
            .from = from, .to = to, .done = done, .shuts = shuts, .fills = from.ops->fill != NULL};
    return p;
}

/* Whether it owns what buf points to. */
static inline bool owns_buffer(const pump *p)
{
    return !p->fills && p->buf;
}

static void begin_write(pump *p, edo_transfer_kind kind, const void *buf, size_t len)
{
    edo_transfer_begin(&p->write, kind, buf, len);
    p->writing = true;
}

static edo_poll poll_write(pump *p, const edo_waker *waker)
{
    if (write_step(p->to, &p->write, waker) == EDO_PENDING)
        return EDO_PENDING;
    p->writing = false;
    return EDO_READY;
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

static void note_read(pump *p)
{
    int64_t n = p->read.result;

    if (n < 0) {
        pump_stop(p, n);
        return;
    }
    if (p->fills)
        p->buf = p->read.buf;
    p->begin = 0;
    p->end = (size_t)n;
    p->phase = n > 0 ? PUMP_WRITING : PUMP_FLUSHING;
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

static void note_write(pump *p)
{
    int64_t n = p->write.result;

    if (n < 0)
        pump_stop(p, n);
    else if (p->write.kind == EDO_TRANSFER_WRITE)
        note_bytes(p, n);
    else if (p->write.kind == EDO_TRANSFER_SHUTDOWN)
        p->phase = PUMP_OVER;
    else
        p->unflushed = false;
    if (n >= 0 && p->phase == PUMP_FLUSHING)
        p->phase = p->shuts ? PUMP_SHUTTING : PUMP_OVER;
}

/* Steps; the phases' own. False: it is PENDING. */

static bool begin_read(pump *p)
{
    if (!p->fills && !p->buf && !(p->buf = malloc(PUMP_BUFFER))) {
        pump_stop(p, -ENOMEM);
        return false;
    }
    edo_transfer_begin(&p->read, p->fills ? EDO_TRANSFER_FILL : EDO_TRANSFER_READ,
                       p->fills ? NULL : p->buf, p->fills ? 0 : PUMP_BUFFER);
    p->reading = true;
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
    if (read_step(p->from, &p->read, waker) == EDO_PENDING) {
        flush_meanwhile(p, waker);
        return p->stopping; /* that failed */
    }
    p->reading = false;
    note_read(p);
    return true;
}

static bool step_writing(pump *p, const edo_waker *waker)
{
    if (!p->writing && p->phase == PUMP_WRITING)
        begin_write(p, EDO_TRANSFER_WRITE, p->buf + p->begin, p->end - p->begin);
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
    if (p->reading && read_step(p->from, &p->read, waker) == EDO_READY) {
        p->reading = false;
        if (p->read.result > 0)
            note_read(p); /* to be put back */
    }
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
    memmove(p->buf, p->buf + p->begin, left);
    p->read.result = (int64_t)left;
    return edo_reader_put_back(p->from, &p->read) == 0 ? 0 : left;
}

size_t pump_free(pump *p)
{
    size_t lost = give_back(p);

    if (owns_buffer(p))
        free(p->buf);
    free(p);
    return lost;
}
