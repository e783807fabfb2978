/*
 * io/byte_ring.h: bytes in the order they came, in a ring. What is put back in front may make it larger than it
 * was made; what is put behind never does.
 */
#ifndef IO_BYTE_RING_H
#define IO_BYTE_RING_H

#include <stddef.h>

#include <edo/io.h>

typedef struct byte_ring {
    char *data;
    size_t room; /* bytes at data */
    size_t at;   /* where the oldest is */
    size_t len;
} byte_ring;

/* 0; -ENOMEM. */
int byte_ring_init(byte_ring *r, size_t room);
void byte_ring_fini(byte_ring *r);
/* Takes the oldest into a read's memory, as many as there is room for there; how many. */
size_t byte_ring_take(byte_ring *r, const edo_transfer *t);
/* Puts the first bytes of a write behind the others, at most `most`, which fit; how many. */
size_t byte_ring_put(byte_ring *r, const edo_transfer *t, size_t most);
/* Puts the first `len` bytes of a read's memory in front of the others. 0; -ENOMEM: nothing was done. */
int byte_ring_put_back(byte_ring *r, const edo_transfer *t, size_t len);

#endif
