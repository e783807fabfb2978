/*
 * future/parker.h: a plain thread that waits, and the waker that ends its wait.
 *
 * A parker is counted: its thread holds one reference and each clone of its waker another, so a
 * late wake finds memory. A wake that comes while nobody waits makes the next wait return at once.
 */
#ifndef FUTURE_PARKER_H
#define FUTURE_PARKER_H

#include <edo/waker.h>

typedef struct parker parker;

/* NULL when there is no memory. One reference is the caller's. */
parker *parker_new(void);
void parker_unref(parker *p);
/* The borrowed waker. */
edo_waker parker_waker(parker *p);
/* Sleeps until a wake, or until `until_ns` of the monotonic clock; takes the wake. */
void parker_wait(parker *p, uint64_t until_ns);
/* Wakes. */
void parker_wake(parker *p);

#endif
