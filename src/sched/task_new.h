/*
 * sched/task_new.h: what is filled in of a new header, whatever makes it. Inline: a spawn is short, and
 * a sixth of it would be the passing of arguments from layer to layer.
 */
#ifndef SCHED_TASK_NEW_H
#define SCHED_TASK_NEW_H

#include "sched/sched.h"

/* The next id where the core's block is used up, or for a thread without a core. */
uint64_t task_next_id_slow(core *c);

static inline uint64_t task_next_id(core *c)
{
    return likely(c && c->next_id != c->last_id) ? ++c->next_id : task_next_id_slow(c);
}

/* What all kinds have, but for the extra part, and for the state word, which still says that it is
 * free. */
static inline void task_fill_in(task *t, sched *s, core *owner, enum task_kind kind,
                                const char *place)
{
    t->next = NULL;
    t->scope = NULL;
    t->entered = NULL;
    t->result = 0;
    t->last_core = UINT16_MAX;
    a_store(&t->kind, (uint8_t)kind, relaxed);
    t->keep_fp = t->measure_stack = t->has_canary = t->kept = t->pinned = false;
    t->ignores = 0;
    a_store(&t->forks, (uint16_t)s->fork_count, relaxed);
    t->waker_is_free = t->canceled_future = t->told_no_stack = false;
    /* These are published by the state word. release: pairs with the acquires of task_look, so that
     * a look at the life before finds that over which has seen something of this one. */
    a_store(&t->sched, s, release);
    a_store(&t->id, task_next_id(owner), MODEL_BUG(2308, release, relaxed));
    a_store(&t->place, place, MODEL_BUG(2309, release, relaxed));
#if EDO_DEBUG
    a_store(&t->lender, 0, relaxed);
    a_store(&t->pending_futures, 0, relaxed);
    t->held = NULL;
    t->held_count = 0;
    t->lent_stack = false;
#endif
}

/* From now on a walk finds it. */
static inline void task_publish(task *t, uint64_t bits)
{
    uint64_t gen = state_gen(a_load(&t->state, relaxed)); /* nobody changes a free one's */

    /* release: pairs with the acquire in task_look. */
    a_store(&t->state, (gen << TASK_GEN_SHIFT | TASK_ACTIVE | TASK_REF) + bits,
            MODEL_BUG(2307, release, relaxed));
}

/* Makes a header that is ACTIVE and not queued, its extra part there if `with_extra` or if the
 * copy has no room without, from `cache`, which the caller owns; `owner` is the core it belongs to,
 * NULL: the shared one. 0 or -ENOMEM. */
int task_new(sched *s, task_cache *cache, core *owner, const spawn_request *req, task **ret);

#endif
