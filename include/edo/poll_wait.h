/* edo/poll_wait.h: a wait for permits that is polled by hand, as a part of what offers it. Private. */
#ifndef EDO_POLL_WAIT_H
#define EDO_POLL_WAIT_H

#include <edo/waiter.h>

EDO_BEGIN_DECLS

/** Zeros are one that doesn't wait. */
typedef struct edo_poll_wait {
    size_t count; /**< that it waits for */
    edo_waiter waiter;
    edo_waker waker; /**< of the latest poll, to be recognized */
    edo_waker clone; /**< of that one: the waker of the wait */
} edo_poll_wait;

EDO_END_DECLS

#endif
