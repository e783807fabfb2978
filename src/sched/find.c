/*
 * find.c: where a worker looks for a task when it has none of its own: the injection queue, and the
 * queues of the others.
 */
#include "base/chaos.h"
#include "base/thread.h"
#include "sched/sched.h"

/* Takes a fair share of the injection queue: the first to be run, the rest into the queue. */
static task *take_injected(core *c)
{
    sched *s = c->sched;
    uint64_t n = inject_len(&s->inject), taken;

    if (n == 0)
        return NULL;
    n = n / s->core_count + 1;
    uint32_t room = run_queue_room(&c->queue);
    if (n > room / 2 + 1)
        n = room / 2 + 1;
    task *first = inject_pop_list(&s->inject, n, &taken);
    if (!first)
        return NULL;
    for (task *t = first->next, *next; t; t = next) {
        next = t->next;
        run_queue_push(&c->queue, t, &s->inject);
    }
    if (taken > 1 && s->multi && !c->searching)
        idle_notify(s);
    return first;
}

#if EDO_DEBUG
/* EDO_CHAOS=migrate: rather one that last ran elsewhere; its own only after being refused it a
 * few times, as the others may all be busy. */
static task *take_migrated(core *c)
{
    task *t = inject_pop_foreign(&c->sched->inject, c->index);
    uint64_t taken;

    if (t || inject_len(&c->sched->inject) == 0)
        return t;
    if (c->refusals++ < 8) {
        idle_notify(c->sched);
        thread_yield();
        return NULL;
    }
    c->refusals = 0;
    return inject_pop_list(&c->sched->inject, 1, &taken);
}
#endif

task *find_outside(core *c)
{
#if EDO_DEBUG
    if (chaos_migrate() && c->sched->core_count > 1)
        return take_migrated(c);
#endif
    return take_injected(c);
}

task *find_elsewhere(core *c)
{
    sched *s = c->sched;
    unsigned count = 0;

    if (s->core_count == 1 || !idle_begin_search(c))
        return NULL;
    unsigned from = rng_below(&c->rng, s->core_count);
    for (unsigned i = 0; i < s->core_count; i++) {
        core *victim = s->cores[(from + i) % s->core_count];
        task *t = victim == c ? NULL : run_queue_steal(&victim->queue, &c->queue, &count);
        if (t) {
            a_bump(&c->steals, count);
            return t;
        }
    }
    return find_outside(c);
}

bool core_sees_work(const core *c)
{
    const sched *s = c->sched;

    if (inject_len(&s->inject) > 0)
        return true;
    for (unsigned i = 0; i < s->core_count; i++)
        if (run_queue_len(&s->cores[i]->queue) > 0)
            return true;
    return false;
}
