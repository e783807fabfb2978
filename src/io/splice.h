/*
 * io/splice.h: moving bytes from one source to another by a pipe of the system's, without seeing them.
 *
 * The pipe is filled only when it is empty and emptied only by what came in last, so neither end of it ever
 * waits. What was put back into the source goes first, and what is in the pipe can be put back.
 */
#ifndef IO_SPLICE_H
#define IO_SPLICE_H

#include "driver/driver.h"
#include "io/transfer.h"

#define SPLICE_CLOSED ((splice_pipe){-1, -1})

#define SPLICE_MOST (1 << 20) /* bytes that one step moves: the larger, the fewer calls */

/* 0; -ENOSPC: there are only pipes that are too small to be worth it; what pipe2(2) says. */
int splice_open(splice_pipe *pipe);
/* With what is in it. */
void splice_close(splice_pipe *pipe);

/* A step of a transfer that has begun by splice_begin, budget included; its cancel is a source's. */
void splice_begin(edo_transfer *t, edo_transfer_kind kind, const splice_pipe *pipe, size_t len);
edo_poll splice_in_step(source *src, edo_transfer *t, const edo_waker *waker);
edo_poll splice_out_step(source *src, edo_transfer *t, const edo_waker *waker);
/* Puts the `len` bytes in the pipe back, where a READY transfer took them. 0; -ENOMEM: they stay there. */
int splice_put_back(const splice_pipe *pipe, edo_transfer *t, size_t len);

#endif
