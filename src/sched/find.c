/*
 * find.c: where a worker looks for a task when it has none in its queue: the injection queue, its own
 * overflow, the queues and overflows of the others.
 *
 * Affinity   A queue overflows into a list of its own core, not into the injection queue: a thousand
 *            tasks that yield stay with their worker, in whose cache they are.
 * Order      Queue, overflow, those that yielded meanwhile: who yields runs again when all have run
 *            that were ready. The last need no lock; they join the overflow a few dozen at a time.
 * Worth it   What others have left over is taken when it is worth it, or by a worker that was called.
 * Few        A look outside while the queue has others takes so few that those woken meanwhile still
 *            have room in it: else they would overflow behind all that have not begun.
 */
#include "base/chaos.h"
#include "base/probe.h"
#include "base/thread.h"
#include "sched/backlog.h"
#include "sched/observe.h"

/* Of those that yielded, how many others can't see yet. */
#define HIDDEN_MOST 64
/* Of a look outside, by default every 31 runs. */
#define FEW 8

/* Takes a fair share of a list, but no more than that: the first to be run, the rest into the
 * queue. */
static task *take_share(core *c, inject_queue *from, unsigned sharers, uint64_t most)
{
    sched *s = c->sched;
    uint64_t n = inject_len(from), taken;

    if (n == 0)
        return NULL;
    n = n / sharers + 1;
    uint32_t room = run_queue_room(&c->queue);
    if (n > room / 2 + 1)
        n = room / 2 + 1;
    if (n > most)
        n = most;
    task *first = inject_pop_list(from, n, &taken);
    if (!first)
        return NULL;
    if (taken > 1 && from == &s->inject)
        backlog_forget(c);
    for (task *t = first->next, *next; t; t = next) {
        next = t->next;
        run_queue_push(&c->queue, t, &c->overflow);
    }
    if (taken > 1 && s->multi &&
        (MODEL_BUG(412, from == &s->inject, false) || backlog_is_worth_a_call(c)))
        idle_share(c);
    return first;
}

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

/* Those that yielded stand at the overflow's end, where others find them as well. */
static void show_yielded(core *c)
{
    if (!c->yielded)
        return;
    inject_push_list(&c->overflow, c->yielded, c->last_yielded, c->yielded_count);
    c->yielded = NULL;
    c->runs_unseen = 0;
    a_store(&c->yielded_count, 0, relaxed);
    if (c->sched->core_count > 1 && !c->searching && backlog_is_worth_a_call(c))
        idle_notify(c->sched);
}

void core_push_yielded(core *c, task *t)
{
    if (chaos_migrate()) {
        core_push(c, t);
        return;
    }
    t->next = NULL;
    if (c->yielded)
        c->last_yielded->next = t;
    else
        c->yielded = t;
    c->last_yielded = t;
    a_bump(&c->yielded_count, 1);
    if (c->yielded_count == HIDDEN_MOST)
        show_yielded(c);
}

/* The lists, in turn, so that neither keeps the other waiting. */
static void choose_order(core *c, inject_queue *ret_order[2])
{
    bool own_first = c->looks_outside++ & 1;

    ret_order[0] = own_first ? &c->overflow : &c->sched->inject;
    ret_order[1] = own_first ? &c->sched->inject : &c->overflow;
}

static bool is_migrating(const core *c)
{
    return chaos_migrate() && c->sched->core_count > 1;
}

static unsigned sharers_of(const core *c, const inject_queue *from)
{
    return from == &c->overflow ? 1 : c->sched->core_count;
}

task *find_outside(core *c)
{
    inject_queue *from[2];

    if (is_migrating(c))
        return take_migrated(c);
    show_yielded(c);
    choose_order(c, from);
    task *t = take_share(c, from[0], sharers_of(c, from[0]), UINT64_MAX);
    return t ? t : take_share(c, from[1], sharers_of(c, from[1]), UINT64_MAX);
}

task *find_few_outside(core *c)
{
    inject_queue *from[2];

    if (is_migrating(c))
        return take_migrated(c);
    /* A queue that is never empty must not keep them for ever, but who stood in it goes first. */
    if (c->yielded && (c->runs_unseen += c->sched->opts.global_queue_interval) > RUN_QUEUE_SIZE)
        show_yielded(c);
    choose_order(c, from);
    task *t = take_share(c, from[0], sharers_of(c, from[0]), FEW);
    return t ? t : take_share(c, from[1], sharers_of(c, from[1]), FEW);
}

/* Half of what a worker has left over; *ret_count: how many. */
static task *take_overflow(core *c, core *victim, unsigned *ret_count)
{
    task *t = take_share(c, &victim->overflow, 2, UINT64_MAX);

    *ret_count = t ? 1 + run_queue_len(&c->queue) : 0;
    return t;
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
        if (victim == c)
            continue;
        if (!c->called && !backlog_is_worth_a_steal(victim))
            continue;
        task *t = run_queue_steal(&victim->queue, &c->queue, &count);
        if (t || (t = take_overflow(c, victim, &count))) {
            a_bump(&c->steals, count);
            PROBE2(task_steal, c->steals, t->id);
            if (unlikely(c->sched->observed))
                observe_steal(c, victim->index, count);
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
    for (unsigned i = 0; i < s->core_count; i++) {
        const core *other = s->cores[i];
        if (other == c ? backlog_len(c) > 0 : backlog_is_worth_a_steal(other))
            return true;
    }
    return false;
}
