/* probe.h: a future that does as it is told and counts what is done to it; one thread at a time. */
#ifndef TESTS_PROBE_H
#define TESTS_PROBE_H

#include <edo.h>

typedef struct probe {
    edo_future base;
    unsigned polls, cancels, put_backs;
    bool ready; /* the next poll says READY, with `value` */
    int64_t value;
    bool ignores_cancel; /* a cancel doesn't end it: it is PENDING until it is ready */
    unsigned yields;     /* this many polls say PENDING first, each after waking itself */
    edo_waker waker;     /* a counted clone of the latest poll's */
    int number;          /* what it adds to the trace at each poll */
} probe;

/* PENDING until it is told otherwise. */
probe probe_pending(void);
/* READY at its first poll. */
probe probe_ready(int64_t value);
/* Ends it and wakes its latest poll. */
void probe_finish(probe *p, int64_t value);
/* Wakes its latest poll for nothing. */
void probe_wake(probe *p);

/* The numbers of the probes polled since the last clear, as text: "123". */
extern char probe_trace[256];
void probe_trace_clear(void);

#endif
