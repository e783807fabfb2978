/*
 * memory_io.h: something in memory that can be read, written and moved about in, does as it is told, and says
 * what was asked of it; one thread at a time.
 */
#ifndef TESTS_MEMORY_IO_H
#define TESTS_MEMORY_IO_H

#include <edo.h>

#define MEMORY_IO_ROOM 4096

typedef struct memory_io {
    unsigned char data[MEMORY_IO_ROOM];
    size_t len, at;    /* bytes in it; where the next read or write is */
    size_t most;       /* bytes that one call moves at most; 0: no limit */
    bool waits;        /* each call says PENDING first, after it has woken who polls */
    bool stands_still; /* and doesn't wake: until memory_io_let_go */
    bool
        ignores_cancel; /* of one that stands still: it is PENDING until it is let go, and succeeds */
    bool keeps_nothing; /* takes nothing back */
    size_t fails_at; /* the call that begins there or later fails with `error`, if that isn't 0 */
    int error;
    bool takes_nothing; /* a write says 0 */
    unsigned reads, writes, writevs, flushes, shutdowns, seeks, put_backs;
    char calls[256]; /* in their order: r w v f s k */
    bool waiting;    /* private */
    edo_waker waker; /* private */
} memory_io;

/* Holds `text`, to be read. */
memory_io memory_io_of(const char *text);
edo_reader memory_reader(memory_io *io);
/* `vectored`: it takes several pieces at once. */
edo_writer memory_writer(memory_io *io, bool vectored);
edo_seeker memory_seeker(memory_io *io);
/* Ends stands_still, and wakes. */
void memory_io_let_go(memory_io *io);

#endif
