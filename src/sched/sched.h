/*
 * sched/sched.h: the three things that scheduling is made of.
 *
 * sched    what a runtime's workers share. It is what an edo_handle points to, counted.
 * core     what a worker owns: queue, driver, wheel, slabs, stacks. Cores are type-stable: their
 *          memory is reused by later runtimes and never unmapped.
 * thread   a thread's own record. It holds a core, or has lost it, or is none of a runtime's.
 *
 * A core has one holder. While a task runs, the monitor may take the core away (core_enter finds
 * out); while the worker's own loop runs, it is held fast.
 */
#ifndef SCHED_SCHED_H
#define SCHED_SCHED_H

#include <errno.h>
#include <pthread.h>

#include <edo/error.h>
#include <edo/runtime.h>

#include "base/clock.h"
#include "base/fork.h"
#include "base/lock.h"
#include "base/model.h"
#include "base/random.h"
#include "driver/driver.h"
#include "driver/wheel.h"
#include "future/parker.h"
#include "sched/histogram.h"
#include "sched/inject.h"
#include "sched/pool.h"
#include "sched/run_queue.h"
#include "sched/task_slab.h"

/* Wakes in a row that go through the LIFO slot. */
#define LIFO_STREAK_MAX 3
/* Units of a run: see sched/coop.h. */
#define COOP_BUDGET 128

typedef struct core core;
typedef struct thread thread;
typedef struct seat seat;
struct in_place_call;
typedef struct core_watch core_watch; /* the monitor's */

/* Of core.special; see sched/observe.h for the others. */
#define CORE_SWAPS 64  /* the runtime has thread slots */
#define CORE_BINDS 128 /* a task stays with the core that it first ran on */

struct core {
    /* What each run touches; one cache line. */
    thread *holder;     /* atomic; NULL: nobody */
    uint64_t polls;     /* atomic: runs so far; the holder counts */
    uint64_t due_at;    /* at so many, the driver or the cycles are looked at */
    uint64_t inject_at; /* at so many, the injection queue comes first */
    sched *sched;
    task *lifo;
    uint32_t run_seq; /* atomic: odd while a task runs */
    unsigned lifo_streak;
    unsigned index;
    uint8_t special; /* what a run has to see to, beside running: OBSERVE_* and these */
    bool searching;
    bool called;          /* it was, and has not slept since */
    bool has_lifo;        /* what its tasks wake is run next */
    uint64_t turn_at;     /* at so many runs, the driver is looked at */
    uint64_t last_turn;   /* cycles at the last look at the driver */
    uint64_t last_look;   /* cycles when they were last looked at */
    uint32_t look_runs;   /* runs between that and the next */
    uint32_t longest_run; /* atomic: in cycles; see sched/backlog.c */
    unsigned refusals;    /* EDO_CHAOS=migrate */
    rng rng;
    uint64_t called_at;   /* cycles as it woke */
    uint64_t preemptions; /* of its holder's, when that was asked last */
    driver *driver;       /* NULL: built without I/O */
    uint32_t park_word;   /* futex, when there is no driver */
    stack *warm;          /* of the task that ended last */
    stack_cache stacks;
    task_cache tasks;
    core *next_sleeper; /* under idle's lock */
    bool asleep;        /* in the sleepers' list; under idle's lock */
    bool parked;        /* its holder sleeps, or handles what it slept for */
    core *next_free;    /* in the list of cores without a thread, or of unused memory */
    seat *seat;         /* of its one thread, if it binds */
    /* Counters; written by the holder, read by anybody. */
    uint64_t next_id, last_id; /* the block of task ids it gives out */
    uint64_t spawned, completed, steals, overflows, parks, turns, forced_yields;
    run_queue queue;
    inject_queue overflow;                  /* what had no room in it; anybody may take of it */
    task *yielded, *last_yielded;           /* behind those; the holder's */
    uint64_t yielded_count;                 /* atomic: others read it */
    unsigned runs_unseen;                   /* while there were any that others can't see */
    unsigned looks_outside;                 /* which list comes first alternates */
    uint64_t busy, busy_told;               /* atomic: see sched/busy.c */
    uint64_t thread_id;                     /* atomic: the system's, of who held it last */
    uint64_t *poll_counts, *latency_counts; /* atomic, by the buckets of sched.shape; or NULL */
    uint64_t poll_ns;                       /* atomic */
    struct recorder *recorder;              /* its events, or NULL */
    timer_wheel wheel;
};

/* Who sleeps and who searches. See sched/idle.c. */
typedef struct idle {
    lock lock;
    uint32_t word; /* atomic: searching | awake << 16 */
    uint32_t vain; /* atomic: of late more calls were in vain than not; sched/backlog.c */
    core *sleepers;
} idle;

#define IDLE_SEARCHING UINT32_C(1)
#define IDLE_AWAKE (UINT32_C(1) << 16)

static inline uint32_t idle_searching(uint32_t word)
{
    return word & 0xffff;
}

static inline uint32_t idle_awake_count(uint32_t word)
{
    return word >> 16;
}

typedef struct worker_thread {
    struct worker_thread *next;
    pthread_t id;
    sched *sched;
    core *core; /* given before it starts */
} worker_thread;

struct edo_handle {
    uint64_t refs; /* atomic */
    uint64_t id;
    uint32_t fork_count;   /* forks before it was built: it belongs to this process alone */
    edo_runtime_opts opts; /* defaults filled in */
    char *name;
    bool multi;
    uint8_t observed; /* sched/observe.h */
    unsigned core_count;
    core **cores;
    inject_queue inject;
    idle idle;
    rng seeds;
    histogram_shape shape; /* of durations that are counted */
    lock outside_lock;
    struct recorder *outside; /* events of threads without a core; under the lock; or NULL */

    uint32_t down;    /* atomic: shutting down, no new tasks */
    uint32_t stop;    /* atomic: workers end */
    uint32_t gone;    /* atomic: threads joined, drivers shut down */
    lock end_lock;    /* one shutdown at a time stops the threads */
    uint32_t end_seq; /* atomic futex: grows as tasks end during a shutdown */
    uint64_t remote_spawned, remote_completed, remote_schedules, reliefs; /* atomic */

    /* The clock: monotonic time + skew, or standing at `frozen`. Atomic. */
    uint32_t paused;
    uint64_t frozen;
    uint64_t skew;

    /* Multi-thread: threads, and the cores that wait for one. Under threads_lock. */
    lock threads_lock;
    worker_thread *threads;
    unsigned thread_count; /* running */
    unsigned spare_count;  /* without a core, starting ones among them */
    unsigned free_count;   /* in free_cores */
    unsigned wanting; /* atomic; written under the lock: spares that have pinned tasks to run */
    unsigned asks;
    core *free_cores;
    uint32_t spare_word; /* atomic futex: grows when a core is free or on stop */
    pthread_t monitor;
    bool has_monitor;      /* atomic */
    core_watch *watches;   /* the monitor's, one a core */
    uint32_t monitor_word; /* atomic futex: 1 while it sleeps for long */
    uint32_t monitor_stop; /* atomic futex: 1: it ends */
    bool can_revoke;       /* there is a membarrier */
    bool told_asleep;      /* sched/asleep.c has said it */
    bool names_stuck;      /* the monitor says on stderr which task blocks its worker */

    /* Pinned tasks. The lists under seats_lock. */
    lock seats_lock;
    seat *seats;      /* atomic */
    bool seats_taken; /* atomic: a thread runs all of them, to the end */
    struct edo_local_set *local_sets;
    uint64_t owner; /* number of the thread of a local runtime */
    bool is_local;
    uint64_t failures;     /* atomic: of tasks that nobody joins */
    bool expects_failures; /* atomic: headers of its ended tasks may ask for it; see failure.c */
    void (*begin_shutdown)(sched *s); /* the runtime layer's */
    edo_thread_slot *slots;           /* its own list; as many as its options say */
    size_t slot_bytes;                /* of all of them; 0: it has none */
    bool equips;                      /* each task has an extra part: for its slots or its times */

    pool pool; /* of blocking calls */

    /* Current-thread: who drives. Under drive_lock. */
    lock drive_lock;
    bool driven;
    uint64_t drive_limit; /* a shutdown's: no park is longer */
    thread *waiting;      /* threads in block_on, first come first */
    uint32_t roots;       /* atomic: calls of block_on that have not joined their root task yet */
    uint32_t outsiders;   /* atomic: of these, by threads that run no tasks and no calls besides */
};

enum leave { LEAVE_SUSPEND, LEAVE_YIELD, LEAVE_END, LEAVE_IN_PLACE };

/* Of thread.revoked. */
#define THREAD_REVOKED 1 /* the monitor has taken its core away */
#define THREAD_ASKED 2   /* it is to give that, between two runs, to a thread with pinned tasks */

struct thread {
    uint32_t busy;    /* atomic: it is inside its core */
    uint32_t revoked; /* atomic: THREAD_REVOKED, THREAD_ASKED; set under threads_lock */
    core *core;       /* held, or lost without knowing it; NULL: none */
    sched *sched;     /* whose worker it is, or whom it drives; NULL: none */
    seat *seat;       /* in that runtime; NULL: no task was pinned to it */
    sched *entered;   /* by edo_enter outside of a task */
    task *task;       /* running on it */
    task *on_behalf;  /* atomic: of which blocking code runs on it, which is in no task */
    struct in_place_call *in_place;
    unsigned budget;     /* units left of the running task */
    bool yield_forced;   /* by the budget, in this run: counted once */
    bool in_loop;        /* the worker's own code runs, not a task's */
    unsigned poll_depth; /* poll functions that it is in: nothing may suspend */
    bool in_hook;
    const sched *hook_of; /* of whose task a hook runs on it; NULL: of none */
    bool in_block_on;
    uint64_t run_began;               /* of the running task, where that is noted */
    uint64_t system_id;               /* 0: not asked for yet */
    unsigned listed;                  /* in sched/threads.c: how many times */
    thread *next_listed, **listed_at; /* under its lock */
    enum leave leave;
    context loop;
    int *errno_place;      /* of a thread that runs tasks */
    parker *parker;        /* made when it first parks */
    void *alternate_stack; /* for signals; ours to unmap */
    rng rng;               /* of a thread without a core */
    bool rng_seeded;
    thread *next_waiting; /* under drive_lock */
    bool handed;          /* the core was left to it; under drive_lock */
    bool wants_core;      /* as a spare: it has pinned tasks that are ready; under threads_lock */
    uint64_t number;      /* 0: not numbered yet */
    struct edo_local_set *around; /* entered outside of a task */
};

/* This thread's record. Never inlined: a task may be on another thread after each suspension. */
thread *thread_self(void);
/* From now on a child of fork(2) is told that it is in no task. */
void thread_watch_forks(void);
/* Its number in the system. */
uint64_t thread_system_id(thread *self);
/* A number that no other thread of the process ever has. */
uint64_t thread_number(thread *self);
/* Its parker, made on first use; NULL: no memory. */
parker *thread_parker(thread *self);
/* Calls one of the runtime's hooks, in which nothing may wait. */
void thread_call_hook(thread *self, void (*hook)(void *hook_arg));
/* A hook of one of the runtime's tasks runs between these two, on whichever thread that is; what
 * surrounds it is handed from one to the other. */
typedef struct hook_around {
    bool in_hook;
    const sched *of;
} hook_around;
hook_around thread_begin_task_hook(thread *self, const sched *s);
void thread_end_task_hook(thread *self, hook_around around);
/* Whether the thread may block, and drive a runtime: it is in no task, loop, hook or poll. */
bool thread_may_block(const thread *self);

/* The runtime that plain calls go to: entered, or the worker's own; NULL: none. */
static inline sched *sched_current(const thread *self)
{
    if (self->task)
        return self->task->entered ? self->task->entered : self->task->sched;
    return self->entered ? self->entered : self->sched;
}
/* Whom code on this thread belongs to, in a task or not; NULL: to nobody. */
static inline task *thread_subject(const thread *self)
{
    return self->task ? self->task : self->on_behalf;
}
/* Whether this process built it, and did not inherit it over fork(2). */
static inline bool sched_is_ours(const sched *s)
{
    return s->fork_count == fork_count();
}
sched *sched_ref(sched *s);
void sched_unref(sched *s);
uint64_t sched_now(sched *s);
/* The same, at that moment of the system's monotonic clock. */
uint64_t sched_time(sched *s, uint64_t now);
/* Whether it is `at` or later. Of a moment that is far ahead this costs a fraction of sched_now. */
bool sched_has_passed(sched *s, uint64_t at);
/*
 * The holder's guard. core_enter gives the core if this thread still holds it, else NULL, and from
 * then on it holds none. Between enter and leave it can't be taken.
 */
core *core_enter_slow(thread *self);
void core_let_go(thread *self, core *c);
static inline core *core_enter(thread *self)
{
    core *c = self->core;

    if (!c || self->in_loop)
        return c;
    a_store(&self->busy, 1, relaxed);
    /* The monitor's membarrier makes it a fence: pairs with core_revoke. */
    MODEL_BUG(501, a_compiler_barrier(), (void)0);
    if (unlikely(MODEL_BUG(502, a_load(&self->revoked, relaxed), 0)))
        return core_enter_slow(self);
    return c;
}
static inline void core_leave(thread *self, core *c)
{
    if (c && !self->in_loop)
        a_store(&self->busy, 0, MODEL_BUG(503, release, relaxed)); /* with has_let_go's acquire */
}

/* A random number below n, which is not 0: the core's where there is one, so that a seeded runtime
 * makes the same choices again. */
uint32_t thread_random_below_plain(thread *self, uint32_t n);
static inline uint32_t thread_random_below(thread *self, uint32_t n)
{
    core *c = core_enter(self);

    if (unlikely(!c))
        return thread_random_below_plain(self, n);
    uint32_t number = rng_below(&c->rng, n);
    core_leave(self, c);
    return number;
}

/* Tasks that have been spawned and have not ended. See sched/census.c. */
uint64_t sched_alive(const sched *s);

/* Cores: from memory that stays mapped. */
/* 0; -ENOMEM, what the driver says. */
int core_new(sched *s, unsigned index, core **ret);
void core_free(core *c);
/* Keeps the list of unused ones whole over fork(2). */
void core_guard(void);
/* Sleeps until `until_ns` of the monotonic clock or core_wake, and handles what has happened. */
void core_park(core *c, uint64_t until_ns);
void core_wake(core *c);
/* Looks at driver and timers without sleeping. */
void core_turn(core *c);
/* The cycles are to be looked at after so many runs. */
static inline void core_look_after(core *c, uint32_t runs)
{
    c->look_runs = runs;
    c->due_at = c->polls + runs < c->turn_at ? c->polls + runs : c->turn_at;
}

/* Idle workers. */
void idle_init(idle *i, unsigned cores);
/* Wakes a sleeping worker if none is searching: there is work left over. Any thread. */
void idle_notify(sched *s);
/* Whether that would find anybody. */
static inline bool idle_wants_notice(const sched *s)
{
    /* seq_cst: after the push; pairs with idle_sleep. */
    uint32_t word = a_load(&s->idle.word, MODEL_BUG(403, seq_cst, acquire));

    return idle_searching(word) == 0 && idle_awake_count(word) != s->core_count;
}
/* The worker may search: at most half of them do. */
bool idle_begin_search(core *c);
/* It found work; the last one to stop searching wakes another, if that is worth it. */
void idle_end_search(core *c);
/* It has taken work that others are to share: one is woken, or will be by who searches. */
void idle_share(core *c);
/* On the list of sleepers. */
void idle_sleep(core *c);
/* Off it again, unless a waker has already done so, who then left it searching. */
void idle_awake(core *c);
/* Wakes all. */
void idle_wake_all(sched *s);

/* Whether nobody stands in its queue, nor behind. By its holder. */
static inline bool core_is_empty(const core *c)
{
    return run_queue_is_empty(&c->queue) && !c->yielded && a_load(&c->overflow.len, relaxed) == 0;
}
/* Puts a ready task into a core's queue; its holder is inside. */
void core_push(core *c, task *t);
/* The same for one that the running task has woken or made: it is run next, while its data is
 * warm. */
void core_push_next(thread *self, core *c, task *t);
/* Puts it on a queue of a runtime that this thread is not a worker of, and counts that. */
void task_push_from_outside(task *t);
/* A task from the injection queue or the worker's overflow, with a share for its empty queue; with a
 * few, for a worker that has others; from others' queues and overflows, and then the worker
 * searches. NULL: nothing was found. */
task *find_outside(core *c);
task *find_few_outside(core *c);
task *find_elsewhere(core *c);
/* The back of the line, for a task that gives way: behind the overflow, where there is any. */
void core_push_yielded(core *c, task *t);
/* Whether there is work in the injection queue, in its own queues, or in others' and worth a steal. */
bool core_sees_work(const core *c);
/* Sleeps until something happens, unless there is work after all. */
void worker_sleep(thread *self, core *c);
/* The worker's loop on the calling thread, which holds self->core: until until(arg) is true, or the
 * core was lost, or the runtime stops. */
void worker_loop(thread *self, bool (*until)(void *arg), void *arg);
/* Starts a thread for the core; NULL: a spare. 0 or a negative errno. */
int worker_start(sched *s, core *c);
/* Gives a core that nobody holds to a spare thread, or to a new one. */
void worker_offer(sched *s, core *c);
/* The holder, inside of its core, gives it to another thread; false: the monitor is about to. Either
 * way it holds none afterwards. */
bool worker_give(thread *self, core *c);
/* Takes back what it gave, if nobody has taken that. */
void worker_retake(thread *self, core *c);
/* Starts a spare if there are more free cores than spares. */
void worker_staff(sched *s);
/* Waits until every worker thread has ended; stop is set. */
void worker_join_all(sched *s);

/* The monitor: a thread of its own. 0 or a negative errno. */
int monitor_start(sched *s);
void monitor_stop(sched *s);
/* A worker leaves sleep, or a thread begins to drive: the monitor may be asleep as well. */
void monitor_kick(sched *s);

/* Leaves the running task's stack until it is woken, or until all that are ready have run. Returns
 * the record of the thread that it is on afterwards. */
thread *task_leave_stack(thread *self, enum leave leave);
static inline thread *task_suspend(thread *self)
{
    return task_leave_stack(self, LEAVE_SUSPEND);
}
static inline thread *task_yield(thread *self)
{
    return task_leave_stack(self, LEAVE_YIELD);
}

#endif
