/*
 * testing/io_script.h: what a mocked stream plays: what is read and written, in which order.
 *
 * It knows of no tasks and takes no lock: its owner holds one around each call, and finds in the outcome what is
 * to be done without it.
 */
#ifndef TESTING_IO_SCRIPT_H
#define TESTING_IO_SCRIPT_H

#include <edo/testing_io.h>

typedef struct io_step {
    edo_mock_step is; /* with a copy of the data */
    size_t done;      /* bytes of it read or written */
    bool over;
} io_step;

typedef struct io_script {
    io_step *steps;
    size_t count, room;
    bool is_open;     /* steps may be added: its end is waited at */
    size_t waits_for; /* the step whose wait has begun, or SIZE_MAX */
    edo_instant wait_ends;
} io_script;

/* A write that differs from a step, from its byte `from` on. */
typedef struct io_difference {
    size_t step, from;
    const unsigned char *written, *expected;
    size_t written_len, expected_len;
} io_difference;

typedef struct io_outcome {
    size_t step;   /* of a read: which one gave the bytes */
    bool progress; /* the other side may go on */
    bool sleeps;   /* until wait_ends */
    bool is_unexpected;
    bool differs;
    io_difference difference;
} io_outcome;

void io_script_init(io_script *s);
void io_script_fini(io_script *s);
/* 0; -EINVAL; -ENOMEM. */
int io_script_append(io_script *s, edo_mock_step is);
/* What a transfer gets now: READY with its result, or PENDING. */
edo_poll io_script_read(io_script *s, edo_transfer *t, io_outcome *out);
edo_poll io_script_write(io_script *s, edo_transfer *t, io_outcome *out);
/* The last bytes that a step gave are to be given again. */
void io_script_unread(io_script *s, size_t step, size_t len);
/* How many steps have bytes left, and the first of them. */
size_t io_script_left(const io_script *s, size_t *ret_first);

#endif
