/*
 * sync/bide.h: waiting for what another thread will have done in a few instructions, unless it is
 * preempted. It may have a lower priority, and then only runs if this one sleeps.
 */
#ifndef SYNC_BIDE_H
#define SYNC_BIDE_H

#include "base/atomic.h"
#include "base/clock.h"
#include "base/thread.h"

/* Between two looks; *looks, at first 0, counts them. */
static inline void bide(unsigned *looks)
{
    if ((*looks)++ < 64)
        a_pause();
    else
        thread_nap(NS_PER_MS / 20);
}

#endif
