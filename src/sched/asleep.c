/*
 * asleep.c: all tasks wait, and nothing can wake them.
 *
 * Known      It is known only if every thread of the process is the runtime's own, or is parked in
 *            block_on: any other might hold a channel's end, or a waker. Then what is left are
 *            timers, descriptors (signals are some) and blocking calls; without any of them only a
 *            running task could wake another, and none runs. With a thread more nothing is said.
 * Twice      Between the look at the threads and that at their work somebody may have come. So the
 *            same is found again after a while, with no run in between.
 */
#include "sched/asleep.h"

#include <inttypes.h>

#include "base/code_name.h"
#include "base/futex.h"
#include "base/report.h"
#include "base/sys.h"
#include "sched/dump.h"

#define AGAIN_AFTER_NS (50 * NS_PER_MS)
#define NAMED_MOST 20

uint32_t asleep_harmless_threads;

static bool has_events(core *c)
{
    return wheel_next(&c->wheel) != UINT64_MAX ||
           (c->driver &&
            a_load(&c->driver->registered, relaxed) != a_load(&c->driver->deregistered, relaxed));
}

bool asleep_is_dead(sched *s)
{
    if (idle_awake_count(a_load(&s->idle.word, relaxed)) > 0 || a_load(&s->down, relaxed) ||
        a_load(&s->pool.live, relaxed) > 0 || sched_alive(s) == 0 || core_sees_work(s->cores[0]))
        return false;
    for (unsigned i = 0; i < s->core_count; i++)
        if (has_events(s->cores[i]))
            return false;
    return true;
}

/* Whether each thread of the process is one of those that wait for the runtime, or that it waits
 * for; and none of these runs a task that has kept it from its core for so long that another thread
 * has that. */
static bool knows_all_threads(sched *s)
{
    bool all_wait;
    unsigned known = a_load(&s->outsiders, relaxed) + a_load(&s->pool.staff, relaxed) +
                     a_load(&asleep_harmless_threads, relaxed) + s->has_monitor;

    lock_take(&s->threads_lock);
    known += s->thread_count;
    all_wait = s->thread_count - s->spare_count <= s->core_count - s->free_count;
    lock_drop(&s->threads_lock);
    return all_wait && sys_thread_count() == (int)known;
}

static uint64_t runs_of(const sched *s)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < s->core_count; i++)
        sum += a_load(&s->cores[i]->polls, relaxed);
    return sum;
}

typedef struct naming {
    const sched *of;
    code_names *names; /* or NULL */
    unsigned named;
} naming;

static void name_task(task *t, void *arg)
{
    naming *n = arg;
    seen_task seen;
    char awaits[64];

    if (n->named >= NAMED_MOST || !dump_look(t, n->of, 0, &seen))
        return;
    n->named++;
    const char *what = n->names ? dump_awaits(n->names, &seen, awaits, sizeof awaits) : NULL;
    report("  task %" PRIu64 "%s%s%s (spawned at %s) waits%s%s", seen.dump.id,
           seen.dump.name ? " \"" : "", seen.dump.name ? seen.dump.name : "",
           seen.dump.name ? "\"" : "", seen.dump.place, what ? " in " : "", what ? what : "");
}

static void say(sched *s)
{
    naming n = {.of = s};
    thread *self = thread_self();
    uint64_t alive = sched_alive(s);

    report("all %" PRIu64
           " tasks of the runtime wait, and nothing can wake them: there is no timer, "
           "no descriptor, no blocking call and no other thread",
           alive);
    if (dump_begin(self, 0) < 0)
        return;
    (void)code_names_new(&n.names);
    task_slab_walk(name_task, &n);
    code_names_free(n.names);
    dump_end(self);
    if (alive > n.named)
        report("  and %" PRIu64 " more", alive - n.named);
}

void asleep_look(sched *s)
{
    uint64_t runs = runs_of(s);

    if (s->told_asleep || !asleep_is_dead(s) || !knows_all_threads(s))
        return;
    futex_wait(&s->monitor_stop, 0, clock_now() + AGAIN_AFTER_NS); /* or the runtime ends */
    if (runs_of(s) != runs || !asleep_is_dead(s) || !knows_all_threads(s) ||
        a_load(&s->monitor_stop, relaxed))
        return;
    s->told_asleep = true;
    say(s);
}
