/* edo/permits.h: permits that are counted and waited for, as a part of locks and channels. Private. */
#ifndef EDO_PERMITS_H
#define EDO_PERMITS_H

#include <edo/lock.h>
#include <edo/waiter.h>

EDO_BEGIN_DECLS

/** The most permits that one can have. */
#define EDO_PERMITS_MAX (SIZE_MAX >> 3)

typedef struct edo_permits {
    uint64_t word;    /**< atomic: free permits << 2, and whether it is closed or waited for */
    edo_lock lock;    /**< guards what follows, and the word while somebody waits */
    uint32_t passing; /**< threads that wake some and then come back for the rest */
    edo_waiters waiters;
    size_t collected; /**< what the first of them has got so far */
} edo_permits;

#define EDO_PERMITS_INIT(count)                                                                    \
    {                                                                                              \
        (uint64_t)(count) << 2, {0}, 0, {NULL, NULL}, 0                                            \
    }

EDO_END_DECLS

#endif
