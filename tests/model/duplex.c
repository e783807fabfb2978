/*
 * duplex.c: a pipe in memory between threads: what is written is read, in order and once, the end comes after
 * it, no wait sleeps for ever, and an end may be closed while its calls wait.
 */
#include <errno.h>
#include <stdlib.h>

#include <edo/duplex.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "future/future.h"
#include "future/parker.h"
#include "no_runtime.h"

static edo_simplex_receiver *receiver;
static edo_simplex_sender *sender;
static edo_reader reader;
static edo_writer writer;
static unsigned data[3]; /* plain: what a byte of that number tells of */
static unsigned got;     /* bytes; plain, of one thread at a time */
static unsigned begun;   /* atomic */

static void setup(void)
{
    model_assert(edo_simplex_new(1, &receiver, &sender) == 0);
    reader = edo_simplex_reader(receiver);
    writer = edo_simplex_writer(sender);
}

static void wake_parker(void *p)
{
    parker_wake(p);
}

static void unref_parker(void *p)
{
    parker_unref(p);
}

/* Polls a transfer to its end. A waker of its own each time, which is gone afterwards. */
static int64_t finish(edo_transfer *t, bool gives_up)
{
    bool reads = t->kind == EDO_TRANSFER_READ;
    parker *p = parker_new();
    edo_waker waker;
    edo_poll is = EDO_PENDING;

    (void)edo_waker_new(wake_parker, unref_parker, p, &waker);
    for (unsigned polls = 0; is == EDO_PENDING; polls++) {
        if (polls > 0 && gives_up && !t->canceled) {
            if (reads)
                edo_reader_cancel(reader, t);
            else
                edo_writer_cancel(writer, t);
        } else if (polls > 0) {
            parker_wait(p, UINT64_MAX);
        }
        is = reads ? edo_reader_poll(reader, t, &waker) : edo_writer_poll(writer, t, &waker);
        a_store(&begun, 1, relaxed);
    }
    edo_waker_drop(waker);
    return t->result;
}

static int64_t read_one(unsigned char *to, bool gives_up)
{
    edo_transfer t;

    edo_transfer_begin(&t, EDO_TRANSFER_READ, to, 1);
    return finish(&t, gives_up);
}

static int64_t write_one(unsigned char byte)
{
    edo_transfer t;

    edo_transfer_begin(&t, EDO_TRANSFER_WRITE, &byte, 1);
    return finish(&t, false);
}

/* Two bytes and the end. */

static void write_two_and_close(void)
{
    for (unsigned i = 1; i <= 2; i++) {
        data[i] = i;
        model_assert(write_one((unsigned char)i) == 1);
    }
    model_assert(edo_simplex_sender_close(sender) == 0);
}

static void read_to_end(void)
{
    unsigned char byte;
    int64_t n;

    while ((n = read_one(&byte, false)) == 1) {
        got++;
        model_assert(byte == got && data[byte] == byte);
    }
    model_assert(n == 0 && got == 2);
    model_assert(edo_simplex_receiver_close(receiver) == 0);
}

/* Whoever gives up takes the byte or leaves it. */

static void write_one_and_close(void)
{
    data[1] = 1;
    model_assert(write_one(1) == 1);
    model_assert(edo_simplex_sender_close(sender) == 0);
}

static void give_up_and_read_on(void)
{
    unsigned char byte = 0;
    int64_t n = read_one(&byte, true);

    model_outcome(n == 1 ? "taken" : "left");
    if (n != 1) {
        model_assert(n == -ECANCELED);
        model_assert(read_one(&byte, false) == 1);
    }
    model_assert(byte == 1 && data[1] == 1);
    model_assert(edo_simplex_receiver_close(receiver) == 0);
}

/* The end is closed under a read, and the other one by a third. */

static void read_what_is_closed(void)
{
    unsigned char byte;
    int64_t n = read_one(&byte, false);

    model_assert(n == -ECANCELED || n == 0);
    model_outcome(n == 0 ? "the-end" : "cancelled");
}

static bool has_begun(void *unused)
{
    (void)unused;
    return a_load(&begun, relaxed);
}

static void close_receiver(void)
{
    model_wait_until(has_begun, NULL, "the read has been polled");
    model_assert(edo_simplex_receiver_close(receiver) == 0);
}

static void close_sender(void)
{
    model_assert(edo_simplex_sender_close(sender) == 0);
}

/* A write that finds no room is told that nobody will read. */

static void write_until_closed(void)
{
    int64_t n;

    while ((n = write_one(1)) == 1)
        ;
    model_assert(n == -EPIPE);
    model_assert(edo_simplex_sender_close(sender) == 0);
}

static void close_receiver_now(void)
{
    model_assert(edo_simplex_receiver_close(receiver) == 0);
}

static const model_scenario scenarios[] = {
    {.name = "two_bytes_and_the_end",
     .setup = setup,
     .threads = {write_two_and_close, read_to_end}},
    {.name = "one_gives_up",
     .setup = setup,
     .threads = {write_one_and_close, give_up_and_read_on},
     .outcomes = "taken left"},
    {.name = "closed_under_a_read",
     .setup = setup,
     .threads = {read_what_is_closed, close_receiver, close_sender},
     .outcomes = "the-end cancelled"},
    {.name = "nobody_will_read",
     .setup = setup,
     .threads = {write_until_closed, close_receiver_now}},
};

MODEL_PROGRAM("duplex", scenarios)
