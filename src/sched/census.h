/* sched/census.h: each spawn and each end is counted: inline for who is inside of a core. */
#ifndef SCHED_CENSUS_H
#define SCHED_CENSUS_H

#include "sched/sched.h"

/* The same for other threads, and where `down` was found to be set. */
int count_spawn_outside(sched *s);
int count_spawn_back(sched *s, core *c);
void count_end_outside(sched *s);
void count_last_end(sched *s, const core *c);

/* The light side of the shutdown's fence; without a membarrier both sides pay. */
static inline bool census_is_down(sched *s)
{
    MODEL_BUG(3302, a_compiler_barrier(), (void)0); /* pairs with the membarrier in shutdown.c */
    if (unlikely(!s->can_revoke))
        /* release: pairs with the exchange there. Both change one word: so either that comes first
         * and is read here, or it reads what this has stored, and sees what was counted before. */
        return a_fetch_add(&s->down, 0, MODEL_BUG(3301, release, relaxed));
    return unlikely(a_load(&s->down, relaxed));
}

/* Counts a task about to be pushed; -EDO_ESHUTDOWN: the runtime takes none any more. `c` is the
 * core that the caller is inside of, or NULL; in count_end as well. */
static inline int count_spawn(sched *s, core *c)
{
    if (unlikely(!c))
        return count_spawn_outside(s);
    a_store(&c->spawned, c->spawned + 1, relaxed); /* the fence, or its end, makes it seen */
    return likely(!census_is_down(s)) ? 0 : count_spawn_back(s, c);
}

static inline void count_end(sched *s, core *c)
{
    if (unlikely(!c)) {
        count_end_outside(s);
        return;
    }
    /* release: pairs with the acquire in sched_alive. */
    a_store(&c->completed, c->completed + 1, MODEL_BUG(3305, release, relaxed));
    if (census_is_down(s))
        count_last_end(s, c);
}

#endif
