/*
 * io/ring.h: bytes in the order they came, in a ring. What is put back in front may make it larger than it
 * was made; what is put behind never does.
 */
#ifndef IO_RING_H
#define IO_RING_H

#include <stddef.h>

#include <edo/io.h>

typedef struct ring {
    char *data;
    size_t room; /* bytes at data */
    size_t at;   /* where the oldest is */
    size_t len;
} ring;

/* 0; -ENOMEM. */
int ring_init(ring *r, size_t room);
void ring_fini(ring *r);
/* Takes the oldest into a read's memory, as many as there is room for there; how many. */
size_t ring_take(ring *r, const edo_transfer *t);
/* Puts the first bytes of a write behind the others, at most `most`, which fit; how many. */
size_t ring_put(ring *r, const edo_transfer *t, size_t most);
/* Puts the first `len` bytes of a read's memory in front of the others. 0; -ENOMEM: nothing was done. */
int ring_put_back(ring *r, const edo_transfer *t, size_t len);

#endif
