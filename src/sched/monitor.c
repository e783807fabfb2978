/*
 * monitor.c: a thread that looks for workers stuck in one task, and takes their core away.
 *
 * It sleeps 5 ms between looks, and for good once the runtime was idle for a while: then the first
 * worker to leave sleep kicks it.
 *
 * Taking     The holder's fast path is: busy = 1; compiler barrier; revoked? The monitor sets
 *            revoked, then membarrier makes that barrier a full fence on the holder's side: either
 *            the holder sees revoked, or the monitor sees busy and waits for its short end. A
 * holder that has gone to sleep meanwhile is woken and finds out in its loop. Source     an
 * asymmetric fence as in folly's and the JVM's safepoints; the figures and the reasons stand in
 * docs/architecture.md.
 */
#include <errno.h>

#include "base/futex.h"
#include "base/report.h"
#include "base/sys.h"
#include "base/thread.h"
#include "sched/sched.h"

#define TICK_NS (5 * NS_PER_MS)
#define IDLE_TICKS 20

static void name_stuck(core *c)
{
#if EDO_DEBUG
    thread *holder = a_load(&c->holder, acquire); /* pairs with worker_loop */
    task *t = holder ? a_load(&holder->task, relaxed) : NULL;

    if (!t || !task_try_ref(t))
        return;
    if (!t->told_why) {
        t->told_why = true;
        report_misuse("task %llu (spawned at %s) has blocked its worker for 10 ms without an "
                      "await: use edo_sleep instead of sleep(3), and give long or blocking work "
                      "to a thread of its own",
                      (unsigned long long)t->id, t->place);
    }
    task_unref(t);
#else
    (void)c;
#endif
}

/* The holder can't enter its core any more when this returns. */
static void core_revoke(core *c)
{
    thread *holder = a_load(&c->holder, acquire); /* pairs with worker_loop */

    a_store(&holder->revoked, 1, relaxed);
    sys_membarrier(); /* pairs with the compiler barrier in core_enter */
    core_wake(c);     /* it may have left the task, and sleep */
    /* acquire: pairs with the release of busy in core_leave: we see all that it did inside. */
    while (a_load(&holder->busy, acquire))
        thread_nap(50000);
    a_store(&c->holder, NULL, relaxed);
}

static void relieve(sched *s, core *c)
{
    name_stuck(c);
    if (!s->multi || !s->can_revoke)
        return;
    core_revoke(c);
    if (c->run_seq & 1)
        a_store(&c->run_seq, c->run_seq + 1, relaxed); /* nobody holds it: it is ours */
    a_fetch_add(&s->reliefs, 1, relaxed);
    worker_offer(s, c);
}

/* Whether the core is still in the run that it was in `since` then. */
static bool is_stuck(core *c, uint32_t *seq, uint64_t *since, uint64_t now)
{
    uint32_t present = a_load(&c->run_seq, relaxed);

    if (!(present & 1) || present != *seq) {
        *seq = present;
        *since = now;
        return false;
    }
    return now - *since >= STUCK_AFTER_NS;
}

static bool look(sched *s, uint32_t *seq, uint64_t *since)
{
    bool awake = (a_load(&s->idle.word, relaxed) >> 16) != 0;
    uint64_t now = clock_now();

    for (unsigned i = 0; i < s->core_count; i++)
        if (is_stuck(s->cores[i], &seq[i], &since[i], now)) {
            relieve(s, s->cores[i]);
            since[i] = now; /* the next report in another 10 ms */
        }
    worker_staff(s); /* a thread that could not be started when a core was offered */
    return awake;
}

/* Sleeps for good, unless somebody has left sleep since. */
static void doze(sched *s)
{
    /* seq_cst: pairs with monitor_kick, which looks after idle_awake. */
    a_store(&s->monitor_word, 1, seq_cst);
    if ((a_load(&s->idle.word, seq_cst) >> 16) == 0)
        while (a_load(&s->monitor_word, acquire) == 1 && !a_load(&s->monitor_stop, acquire))
            futex_wait(&s->monitor_word, 1, UINT64_MAX);
    a_store(&s->monitor_word, 0, relaxed);
}

static void *monitor_main(void *arg)
{
    sched *s = arg;
    uint32_t seq[s->core_count];
    uint64_t since[s->core_count];
    unsigned idle_ticks = 0;

    for (unsigned i = 0; i < s->core_count; i++)
        seq[i] = 0;
    while (!a_load(&s->monitor_stop, acquire)) {
        idle_ticks = look(s, seq, since) ? 0 : idle_ticks + 1;
        if (idle_ticks > IDLE_TICKS) {
            doze(s);
            idle_ticks = 0;
        } else {
            futex_wait(&s->monitor_stop, 0, clock_now() + TICK_NS);
        }
    }
    return NULL;
}

void monitor_kick(sched *s)
{
    /* seq_cst: after idle_awake; pairs with doze. */
    if (unlikely(a_load(&s->monitor_word, seq_cst))) {
        a_store(&s->monitor_word, 0, release);
        futex_wake(&s->monitor_word, 1);
    }
}

int monitor_start(sched *s)
{
    int rc = thread_start(&s->monitor, monitor_main, s, "edo-monitor");

    s->has_monitor = rc == 0;
    return rc;
}

void monitor_stop(sched *s)
{
    if (!s->has_monitor)
        return;
    a_store(&s->monitor_stop, 1, release);
    futex_wake(&s->monitor_stop, 1);
    monitor_kick(s);
    thread_join(s->monitor);
    s->has_monitor = false;
}
