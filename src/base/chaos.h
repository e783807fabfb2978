/*
 * base/chaos.h: disturbances that make rare interleavings common, in debug builds.
 *
 * EDO_CHAOS=delay waits a random while, now and then, at each chaos_point(); these stand in the
 * windows of the wake, join, park and cancel protocols. EDO_CHAOS=migrate makes every suspended
 * task resume on another worker.
 */
#ifndef BASE_CHAOS_H
#define BASE_CHAOS_H

#include <stdbool.h>

#include "base/macros.h"

#if EDO_DEBUG
/* Reads EDO_CHAOS once; safe to call again. */
void chaos_init(void);
void chaos_wait(void);
extern bool chaos_delays;     /* set before the first thread of a runtime starts */
extern bool chaos_migrations; /* likewise */
#define chaos_point()                                                                              \
    do {                                                                                           \
        if (unlikely(chaos_delays))                                                                \
            chaos_wait();                                                                          \
    } while (0)
#define chaos_migrate() unlikely(chaos_migrations)
#else
#define chaos_init() ((void)0)
#define chaos_point() ((void)0)
#define chaos_migrate() false
#endif

#endif
