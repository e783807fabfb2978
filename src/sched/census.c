/*
 * census.c: how many tasks a runtime has, and who is told when the last one of a shutdown ends.
 *
 * Counters    One per core, written by its holder, and one for all other threads; a task is counted
 *             as spawned before it is pushed, and as ended after it has left everything.
 * Sum         Ends are read first, with acquire; they are counted with release. So whoever reads an
 *             end also reads the spawn that came before it, and the sum is never too small.
 * Last end    An end is counted, then `down` is looked at; a shutdown sets `down`, lets every thread
 *             pass a fence, then sums up. Either the end is in the sum, or it is noted. A spawn
 *             likewise: it is in the sum, or refused.
 */
#include "sched/census.h"

#include "base/futex.h"

uint64_t sched_alive(const sched *s)
{
    /* acquire, of all ends: pairs with the releases of those that count them. */
    uint64_t ended = a_load(&s->remote_completed, MODEL_BUG(3310, acquire, relaxed)), spawned;

    for (unsigned i = 0; i < s->core_count; i++)
        ended += a_load(&s->cores[i]->completed, MODEL_BUG(3306, acquire, relaxed));
    spawned = a_load(&s->remote_spawned, relaxed);
    for (unsigned i = 0; i < s->core_count; i++)
        spawned += a_load(&s->cores[i]->spawned, relaxed);
    return spawned > ended ? spawned - ended : 0;
}

/* Whoever waits for the last task sleeps on end_seq, or drives the one core: then it looks by itself
 * after each task that it has run, which is when it is inside of the core. */
noinline void count_last_end(sched *s, const core *c)
{
    if (s->multi) {
        /* release: pairs with the acquire of the shutdown's wait. */
        a_fetch_add(&s->end_seq, 1, MODEL_BUG(3307, release, relaxed));
        futex_wake(&s->end_seq, INT32_MAX);
    } else if (!c) {
        core_wake(s->cores[0]);
    }
}

noinline int count_spawn_back(sched *s, core *c)
{
    if (c)
        a_store(&c->spawned, c->spawned - 1, relaxed); /* what follows makes it seen */
    else
        a_fetch_sub(&s->remote_spawned, 1, relaxed);
    count_last_end(s, c);
    return -EDO_ESHUTDOWN;
}

noinline int count_spawn_outside(sched *s)
{
    a_fetch_add(&s->remote_spawned, 1, relaxed); /* as in count_spawn */
    return census_is_down(s) ? count_spawn_back(s, NULL) : 0;
}

noinline void count_end_outside(sched *s)
{
    /* release: as in count_end. */
    a_fetch_add(&s->remote_completed, 1, MODEL_BUG(3309, release, relaxed));
    if (census_is_down(s))
        count_last_end(s, NULL);
}
