/*
 * base/fork.h: what fork(2) must not copy half done.
 *
 * A child inherits the memory of its parent and one of its threads. Locks of the process are taken
 * before a fork and released after it on both sides, and modules may mend what the child inherits.
 */
#ifndef BASE_FORK_H
#define BASE_FORK_H

#include <stdint.h>

#include "base/lock.h"

/* Holds the lock over every fork from now on. Locks are taken in the order of these calls; one that
 * is taken while another is held comes after it. The same lock again: nothing. */
void fork_guard(lock *l);
/* Calls fn in each child, on its one thread, with the guarded locks free again. It must be
 * async-signal-safe. The same function again: nothing. */
void fork_in_child(void (*fn)(void));
/* How many forks lie between this process and the one that edo was first used in. */
extern uint32_t fork_generation; /* atomic */
static inline uint32_t fork_count(void)
{
    return a_load(&fork_generation, relaxed); /* changed in a child's one thread */
}

#endif
