/*
 * core.c: a worker's core: its memory, how it sleeps, and how it looks at driver and timers.
 *
 * Cores are reused and never unmapped: a timer may take the lock of its wheel, and a header find
 * its way back to its slab, after the runtime has ended.
 */
#include <errno.h>
#include <string.h>

#include "base/chaos.h"
#include "base/futex.h"
#include "base/model.h"
#include "base/probe.h"
#include "base/report.h"
#include "base/sys.h"
#include "base/thread.h"
#include "context/sanitizer.h"
#include "sched/backlog.h"
#include "sched/observe.h"
#include "sched/sched.h"

enum { AWAKE, PARKED, NOTIFIED }; /* park_word, without a driver */

static lock unused_lock;
static core *unused; /* cores of runtimes that ended */

void core_guard(void)
{
    fork_guard(&unused_lock);
}

static core *core_memory(void)
{
    lock_take(&unused_lock);
    core *c = unused;
    if (c)
        unused = c->next_free;
    lock_drop(&unused_lock);
    if (!c) {
        void *memory;
        if (sys_mmap_anonymous(sizeof(core), 0, &memory) < 0)
            return NULL;
        /* At exit a thread that still wakes somebody may be about to end its runtime. */
        sanitizer_add_root(memory, sizeof(core));
        c = memory;
    }
    return c;
}

static void core_reuse(core *c)
{
    lock_take(&unused_lock);
    c->next_free = unused;
    unused = c;
    lock_drop(&unused_lock);
}

int core_new(sched *s, unsigned index, core **ret)
{
    core *c = core_memory();

    if (!c)
        return -ENOMEM;
    /* What others may still look at (slabs, the wheel's lock) stays; the rest begins anew. */
    memset(c, 0, offsetof(core, tasks));
    memset((char *)c + offsetof(core, next_sleeper), 0,
           offsetof(core, wheel) - offsetof(core, next_sleeper));
    c->sched = s;
    c->index = index;
    c->special = s->observed;
    c->has_lifo = s->multi && !s->opts.no_lifo_slot;
    backlog_forget(c);
    c->queue.alone = s->opts.workers == 1; /* core_count is still growing */
    rng_seed(&c->rng, rng_next(&s->seeds));
    wheel_init(&c->wheel, sched_now(s));
    int rc = observe_init_core(c);
    if (rc == 0 && !s->opts.no_io) {
        const driver_ops *ops = driver_choose(); /* NULL: EDO_DRIVER names none */
        rc = ops ? ops->open(&c->driver) : -EINVAL;
    }
    if (rc < 0) {
        observe_free_core(c);
        core_reuse(c);
        return rc;
    }
    *ret = c;
    return 0;
}

void core_free(core *c)
{
    if (!c)
        return;
    if (c->warm)
        stack_put(&c->stacks, c->warm);
    c->warm = NULL;
    stack_cache_flush(&c->stacks);
    if (c->driver)
        c->driver->ops->free(c->driver);
    c->driver = NULL;
    observe_free_core(c);
    core_reuse(c);
}

static void park_without_driver(core *c, uint64_t until_ns)
{
    uint32_t word = AWAKE;

    /* acquire: pairs with the release in core_wake. */
    if (until_ns != 0 && a_cas(&c->park_word, &word, PARKED, acquire, acquire)) {
        while (a_load(&c->park_word, acquire) == PARKED)
            if (futex_wait(&c->park_word, PARKED, until_ns) < 0)
                break;
    }
    a_xchg(&c->park_word, AWAKE, acquire);
}

void core_wake(core *c)
{
    if (c->driver)
        c->driver->ops->unpark(c->driver);
    else if (a_xchg(&c->park_word, NOTIFIED, MODEL_BUG(413, release, relaxed)) ==
             MODEL_BUG(407, PARKED, NOTIFIED))
        futex_wake(&c->park_word, 1);
}

static void note_turn(core *c)
{
    a_bump(&c->turns, 1);
    c->turn_at = c->polls + c->sched->opts.event_interval;
    core_look_after(c, 1); /* the runs that follow may be longer than those before */
    c->last_look = c->last_turn = clock_cycles();
}

static void park(core *c, uint64_t until_ns)
{
    int rc = 0;

    if (c->driver)
        rc = c->driver->ops->park(c->driver, until_ns);
    else
        park_without_driver(c, until_ns);
    note_turn(c);
    if (unlikely(rc < 0 && rc != -EINTR)) {
        report("the driver of worker %u can't wait for events: %s", c->index, edo_err_name(rc));
        thread_nap(10 * NS_PER_MS); /* else this would be a busy loop */
    }
}

void core_park(core *c, uint64_t until_ns)
{
    a_bump(&c->parks, 1);
    chaos_point();
    busy_end(c, clock_now());
    PROBE(worker_park, c->parks);
    if (unlikely(c->sched->observed))
        observe_park(c, true);
    park(c, until_ns);
    PROBE(worker_unpark, c->parks);
    if (unlikely(c->sched->observed))
        observe_park(c, false);
    uint64_t now = clock_now();
    busy_begin(c, now);
    wheel_advance(&c->wheel, sched_time(c->sched, now));
}

/* No descriptor is open in its driver: there is nothing to ask the system for. */
static bool has_sources(const core *c)
{
    return c->driver &&
           a_load(&c->driver->registered, relaxed) != a_load(&c->driver->deregistered, relaxed);
}

void core_turn(core *c)
{
    if (has_sources(c)) /* one that is added meanwhile is looked at by the next turn */
        park(c, 0);
    else
        note_turn(c);
    if (wheel_next(&c->wheel) != UINT64_MAX)
        wheel_advance(&c->wheel, sched_now(c->sched));
}
