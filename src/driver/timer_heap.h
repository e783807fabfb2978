/* driver/timer_heap.h: timers by their deadline, in a heap whose links lie in them. */
#ifndef DRIVER_TIMER_HEAP_H
#define DRIVER_TIMER_HEAP_H

#include <edo/time.h>

/* *root is the earliest, or NULL; `tick` is what they are ordered by. Adding takes constant time,
 * removing logarithmic time on average, and nothing is allocated. */
void timer_heap_add(edo_timer **root, edo_timer *t);
void timer_heap_remove(edo_timer **root, edo_timer *t);

#endif
