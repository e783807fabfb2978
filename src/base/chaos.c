/*
 * chaos.c: random waits at the points where protocols are thin.
 *
 * One point in eight is disturbed: mostly by a few microseconds, in which another processor gets
 * through a window, sometimes by giving up the processor, rarely by a sleep that outlasts all.
 */
#include "base/chaos.h"

#if EDO_DEBUG

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/thread.h"

bool chaos_delays;
bool chaos_migrations;

static void read_environment(void)
{
    const char *kinds = getenv("EDO_CHAOS");

    if (!kinds)
        return;
    chaos_delays = strstr(kinds, "delay") != NULL;
    chaos_migrations = strstr(kinds, "migrate") != NULL;
}

void chaos_init(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, read_environment);
}

static void spin(uint64_t ns)
{
    uint64_t end = clock_now() + ns;

    while (clock_now() < end)
        a_pause();
}

/* Not inlined: a caller may suspend and resume on a thread with another `dice`. */
noinline void chaos_wait(void)
{
    static _Thread_local rng dice;
    uint32_t throw;

    if (dice.s[0] == 0 && dice.s[1] == 0)
        rng_seed(&dice, random_seed());
    throw = rng_below(&dice, 512);
    if (throw < 48)
        spin(throw *200);
    else if (throw < 62)
        thread_yield();
    else if (throw < 64)
        thread_nap(100000);
}

#endif
