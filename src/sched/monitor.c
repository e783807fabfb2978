/*
 * monitor.c: a thread that looks for workers stuck in one task, and takes their core away.
 *
 * It sleeps some 10 ms between looks, and for good once the runtime was idle for a while: then the
 * first worker to leave sleep kicks it.
 *
 * Gaps       Two looks that see the same run, 7 ms apart, make it a stuck one. A look that sees a run
 *            which isn't over after some microseconds is followed by another after 7 ms, and then a
 *            longer gap makes up for that: so a stuck task is relieved within 7 to 20 ms, by fewer
 *            than 100 looks a second.
 * Chains     What comes next on a core that was relieved may well block on the same thing: a lock
 *            whose owner waits in the queue. For a while a task there is relieved as soon as its
 *            thread is seen in one system call for 2 ms.
 *
 * Taking     The holder's fast path is: busy = 1; compiler barrier; revoked? The monitor sets
 *            revoked, then membarrier makes that barrier a full fence on the holder's side: either
 *            the holder sees revoked, or the monitor sees busy. Then the core is free once busy is 0
 *            or the holder has let go by itself (core_let_go: it may be busy with another core by
 *            now). A holder in its loop is woken and lets go; one in a hook that blocks is asked
 *            again at the next look.
 * Source     an asymmetric fence as in folly's and the JVM's safepoints; the figures and the
 *            reasons stand in docs/architecture.md.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/futex.h"
#include "base/model.h"
#include "base/probe.h"
#include "base/sys.h"
#include "base/thread.h"
#include "sched/asleep.h"
#include "sched/backlog.h"
#include "sched/observe.h"
#include "sched/stuck.h"
#include "sched/threads.h"

#define GAP_NS (UINT64_C(10500) * 1000)
#define SHORT_GAP_NS (7 * NS_PER_MS)
#define LONG_GAP_NS (2 * GAP_NS - SHORT_GAP_NS)
/* A task that was seen to run as long without an await blocks its worker. */
#define STUCK_AFTER_NS (SHORT_GAP_NS - NS_PER_MS / 2)
#define CHAIN_GAP_NS (2 * NS_PER_MS)
#define CHAIN_FOR_NS (20 * NS_PER_MS)
/* A run that takes longer may be a long one. */
#define GLANCE_NS UINT64_C(20000)
#define IDLE_TICKS 4

/* What the monitor remembers of a core between two looks. */
struct core_watch {
    uint32_t seq;     /* of the run that it was in */
    uint64_t since;   /* and when that was first seen */
    thread *revoking; /* holder that was told to let go; NULL: none */
    bool fenced;      /* and has passed a fence since: its word is to be believed */
    uint64_t chain;   /* until when it is looked at more often, unless a run ends by itself */
    bool next_seen;   /* the run that followed a relief */
    uint64_t named;   /* id of the task that was reported last */
    task *stuck;      /* to be named; NULL: none */
    task_glimpse stuck_as;
};

/* Notes which task is to be named: once a task. */
static void note_stuck(core *c, core_watch *w)
{
    thread *holder = a_load(&c->holder, acquire);      /* pairs with worker_loop */
    task *t = holder ? threads_task_of(holder) : NULL; /* its thread may end at any time */

    if (!t || !task_look(t, &w->stuck_as))
        return;
    PROBE2(task_stuck, w->stuck_as.id, w->stuck_as.place);
    observe_stall(c, w->stuck_as.id);
    if (!c->sched->names_stuck || w->stuck_as.id == w->named)
        return;
    w->named = w->stuck_as.id;
    w->stuck = t;
}

/* The kernel may have no memory for it, or a sandbox forbid it: then it is tried again at the next look. */
static bool fence_all(void)
{
    return MODEL_BUG(508, sys_membarrier(), 0) ==
           0; /* pairs with the compiler barrier in core_enter */
}

/* Whether the holder that was told so has let go; waits a moment for it. */
static bool has_let_go(core *c, core_watch *w)
{
    if (unlikely(!w->fenced))
        w->fenced = fence_all();
    for (int i = 0; i < 4; i++) {
        /* acquire: pairs with the releases of busy and of holder: we see all that it did inside. */
        if ((w->fenced && a_load(&w->revoking->busy, MODEL_BUG(506, acquire, relaxed)) == 0) ||
            MODEL_BUG(507, false, true) ||
            a_load(&c->holder, MODEL_BUG(513, acquire, relaxed)) != w->revoking)
            return true;
        thread_nap(50000);
    }
    return false;
}

static void finish_revoking(sched *s, core *c, core_watch *w)
{
    if (!has_let_go(c, w))
        return;
    w->revoking = NULL;
    a_store(&c->holder, NULL, relaxed); /* nobody holds it: it is ours */
    if (c->run_seq & 1)
        a_store(&c->run_seq, c->run_seq + 1, relaxed);
    a_fetch_add(&s->reliefs, 1, relaxed);
    worker_offer(s, c);
}

static void core_revoke(core *c, core_watch *w)
{
    lock_take(&c->sched->threads_lock); /* else its holder could be giving it away: worker_give */
    /* acquire: pairs with worker_loop. */
    w->revoking = a_load(&c->holder, MODEL_BUG(512, acquire, relaxed));
    if (w->revoking)
        a_fetch_or(&w->revoking->revoked, THREAD_REVOKED, relaxed);
    lock_drop(&c->sched->threads_lock);
    if (!w->revoking)
        return;
    w->fenced = fence_all();
    core_wake(c); /* it may have left the task, and sleep */
}

/* Its core can't be given to a thread: those that wait behind the task are another worker's. */
static void call_for_help(sched *s, const core *c)
{
    if (backlog_len(c) > 0 || inject_len(&s->inject) > 0)
        idle_notify(s);
}

static void relieve(sched *s, core *c, core_watch *w)
{
    note_stuck(c, w);
    if (!s->multi || !s->can_revoke || (c->special & CORE_BINDS)) {
        call_for_help(s, c);
        return;
    }
    core_revoke(c, w);
    if (w->revoking)
        finish_revoking(s, c, w);
}

/* Whether the core's thread is in a system call: it waits there, rather than computes. */
static bool is_in_call(core *c)
{
    sys_call_place call;

    return sys_thread_call((pid_t)a_load(&c->thread_id, relaxed), &call) == 0;
}

/* The run after a relief may be stuck, too; if another follows that, it wasn't. */
static void note_next_run(core_watch *w, uint32_t present)
{
    if (!(present & 1))
        return;
    if (w->next_seen)
        w->chain = 0;
    w->next_seen = true;
}

/* Whether the core has been in one run for too long. */
static bool is_stuck(core *c, core_watch *w, uint64_t now)
{
    uint32_t present = a_load(&c->run_seq, relaxed);

    if (!(present & 1) || present != w->seq) {
        note_next_run(w, present);
        w->seq = present;
        w->since = now;
        return false;
    }
    if (now - w->since >= STUCK_AFTER_NS)
        return true;
    return now < w->chain && now - w->since >= CHAIN_GAP_NS / 2 && is_in_call(c);
}

static bool is_any_chain(const sched *s, uint64_t now)
{
    bool any = false;

    for (unsigned i = 0; i < s->core_count; i++)
        any |= now < s->watches[i].chain;
    return any;
}

/* Whether some run that the last look saw goes on and on, for what can be told at once. */
static bool is_any_run_long(const sched *s)
{
    uint64_t until = 0;
    bool any = false;

    for (unsigned i = 0; i < s->core_count && !any; i++) {
        const core_watch *w = &s->watches[i];
        if (!(w->seq & 1))
            continue;
        if (until == 0)
            until = clock_now() + GLANCE_NS;
        while (a_load(&s->cores[i]->run_seq, relaxed) == w->seq && !any)
            any = clock_now() >= until;
    }
    return any;
}

/* How long to sleep before the next look, after a gap of `before`. */
static uint64_t next_gap(const sched *s, uint64_t before)
{
    if (s->multi && is_any_chain(s, clock_now()))
        return CHAIN_GAP_NS;
    if (before == SHORT_GAP_NS)
        return LONG_GAP_NS;
    return is_any_run_long(s) ? SHORT_GAP_NS : GAP_NS;
}

/* Whether there is anything to watch: a worker that runs, or is about to. */
static bool is_awake(const sched *s)
{
    if (s->multi)
        /* seq_cst, here and below: pairs with monitor_kick. */
        return (a_load(&s->idle.word, MODEL_BUG(3312, seq_cst, acquire)) >> 16) != 0;
    return a_load(&s->cores[0]->holder, MODEL_BUG(3317, seq_cst, acquire)) &&
           (a_load(&s->idle.word, seq_cst) >> 16) != 0;
}

static bool look(sched *s, core_watch *watches)
{
    uint64_t now = clock_now();

    for (unsigned i = 0; i < s->core_count; i++) {
        core_watch *w = &watches[i];
        if (w->revoking) {
            finish_revoking(s, s->cores[i], w);
        } else if (is_stuck(s->cores[i], w, now)) {
            relieve(s, s->cores[i], w);
            w->since = now; /* the next one after as long */
            w->chain = now + CHAIN_FOR_NS;
            w->next_seen = false;
        }
    }
    for (unsigned i = 0; i < s->core_count; i++)
        if (watches[i].stuck) { /* when all are relieved, who don't wait for this */
            stuck_name(watches[i].stuck, &watches[i].stuck_as);
            watches[i].stuck = NULL;
        }
    worker_staff(s); /* a thread that could not be started when a core was offered */
    return is_awake(s);
}

/* Sleeps for good, unless somebody has left sleep since. */
static void doze(sched *s)
{
    /* seq_cst: pairs with monitor_kick, which looks after idle_awake, or after monitor_stop's store.
     * So whoever does not see it was before the looks that follow here. */
    a_store(&s->monitor_word, 1, MODEL_BUG(3311, seq_cst, release));
    if (!is_awake(s))
        while (a_load(&s->monitor_word, acquire) == 1 &&
               !a_load(&s->monitor_stop, MODEL_BUG(3313, seq_cst, acquire)))
            futex_wait(&s->monitor_word, 1, UINT64_MAX);
    a_store(&s->monitor_word, 0, relaxed);
}

static void *monitor_main(void *arg)
{
    sched *s = arg;
    unsigned idle_ticks = 0;
    uint64_t gap = GAP_NS;

    while (!a_load(&s->monitor_stop, acquire)) { /* pairs with monitor_stop() */
        idle_ticks = look(s, s->watches) ? 0 : idle_ticks + 1;
        if (idle_ticks > IDLE_TICKS) {
            asleep_look(s);
            doze(s);
            idle_ticks = 0;
        } else {
            gap = next_gap(s, gap);
            futex_wait(&s->monitor_stop, 0, clock_now() + gap);
        }
    }
    return NULL;
}

void monitor_kick(sched *s)
{
    /* seq_cst: after idle_awake; pairs with doze. */
    if (unlikely(a_load(&s->monitor_word, MODEL_BUG(3314, seq_cst, acquire)))) {
        a_store(&s->monitor_word, 0, release);
        futex_wake(&s->monitor_word, 1);
    }
}

int monitor_start(sched *s)
{
    s->watches = calloc(s->core_count, sizeof *s->watches);
    if (!s->watches)
        return -ENOMEM;
    int rc = thread_start(&s->monitor, monitor_main, s, "edo-monitor");

    a_store(&s->has_monitor, rc == 0, relaxed);
    return rc;
}

void monitor_stop(sched *s)
{
    if (!s->has_monitor)
        return;
    /* seq_cst: before the look at monitor_word, as in doze. */
    a_store(&s->monitor_stop, 1, MODEL_BUG(3315, seq_cst, release));
    futex_wake(&s->monitor_stop, 1);
    monitor_kick(s);
    thread_join(s->monitor);
    a_store(&s->has_monitor, false, relaxed);
}
