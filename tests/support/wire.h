/*
 * wire.h: a wire that loses, delays, doubles and swaps packets, in a network of the test's own.
 *
 * It joins two TUN devices. Both ends are this machine, which would pass on by itself what goes from one of its
 * addresses to another; so each end knows the other one by a name that is nobody's, and the wire changes the
 * addresses. They are chosen such that no checksum changes.
 */
#ifndef TESTS_WIRE_H
#define TESTS_WIRE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct wire wire;

/* Chances are in thousandths. */
typedef struct wire_opts {
    uint64_t seed;
    unsigned lost, doubled, swapped; /* swapped: held back until others have overtaken it */
    unsigned delay_us;               /* at most, of each */
} wire_opts;

typedef struct wire_counts {
    unsigned passed, lost, doubled, swapped;
} wire_counts;

#define WIRE_SERVER "10.0.0.3" /* where a server listens, and … */
#define WIRE_TARGET "10.1.0.4" /* … where its clients connect to */

/* In a test without a runtime, before anything has started a thread. Skips as own_tun does. */
wire *wire_start(wire_opts opts);
/* From now on nothing passes; or everything does as before. */
void wire_cut(wire *w, bool cut);
/* Takes it down; what it did. */
wire_counts wire_stop(wire *w);

#endif
