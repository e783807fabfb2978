/*
 * edo/waiter.h: a wait that stands in a queue of a lock or channel, as a part of their futures.
 * Private to edo: it lies where the future lies, so that waiting allocates nothing.
 */
#ifndef EDO_WAITER_H
#define EDO_WAITER_H

#include <edo/waker.h>

EDO_BEGIN_DECLS

typedef struct edo_waiter {
    struct edo_waiter *next, *prev;
    edo_waker waker; /**< of the latest poll; borrowed */
    size_t needs;    /**< what is still missing, in the object's own unit */
    uint32_t state;  /**< enum waiter_state; atomic where a poll looks without the lock */
    uint32_t kind;   /**< the object's own */
} edo_waiter;

/** Waits in the order they came. Zeros are an empty one. */
typedef struct edo_waiters {
    edo_waiter *first, *last;
} edo_waiters;

EDO_END_DECLS

#endif
