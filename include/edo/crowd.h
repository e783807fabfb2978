/*
 * edo/crowd.h: waits that mostly end all together, as a part of what tasks meet at. Private to edo.
 */
#ifndef EDO_CROWD_H
#define EDO_CROWD_H

#include <edo/waiter.h>

EDO_BEGIN_DECLS

/** Zeros are an empty one. */
typedef struct edo_crowd {
    edo_waiters waits;        /**< in the order they came */
    edo_waiters told;         /**< whose time has come, and whose wakers have not been called yet */
    size_t round;             /**< how often a crowd was told */
    struct crowd_call *calls; /**< who is about to come back for more of `told` */
} edo_crowd;

EDO_END_DECLS

#endif
