/* load.h: clients that send messages to an echo server and verify every byte that comes back. */
#ifndef LOAD_H
#define LOAD_H

#include <edo.h>

#include "latency.h"

/** The longest message. */
#define LOAD_MESSAGE_MAX ((size_t)16 << 10)
/** A client whose echo takes longer gives up. */
#define LOAD_PATIENCE EDO_SECONDS(10)

typedef struct load_opts {
    const char *address;
    unsigned clients;
    uint64_t messages; /* of all clients together */
} load_opts;

typedef struct load_result {
    uint64_t messages, bytes; /* bytes: each counted once, though it went both ways */
    uint64_t ns;
    latency latency;
    char failure[200]; /* a sentence; "": every echo was right */
} load_result;

/**
 * Runs the clients, each a task with a connection of its own, and shows the progress on stdout.
 *
 * Returns   0, also when a client failed: see `failure`; -ENOMEM, what edo_spawn says.
 */
int load_run(const load_opts *opts, load_result *ret);

#endif
