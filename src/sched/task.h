/*
 * sched/task.h: the header that every task has, with a stack or without.
 *
 * Its plain fields belong to the worker while it runs, to the owner of the enqueue until it is
 * queued, to the queue while it is that. Headers come from slabs that stay mapped for the
 * process's life, so that a stale handle finds a state word and is told by its generation.
 */
#ifndef SCHED_TASK_H
#define SCHED_TASK_H

#include <edo/task.h>

#include "base/atomic.h"
#include "base/macros.h"
#include "context/context.h"
#include "future/future.h"
#include "future/wake.h"
#include "sched/state.h"

typedef struct edo_task_header task;
typedef struct edo_handle sched;
struct task_cache;
struct core;
struct edo_scope_link;
struct held_mutex;

#define TASK_NAME_MAX 31

/* A call is a blocking one, run by a thread of the pool; a shutdown drops it unless it has begun, or
 * is run anyway. */
enum task_kind { TASK_STACKFUL, TASK_POLLED, TASK_CALL, TASK_CALL_ANYWAY };

/*
 * Who is told of a task's end: called once, by the worker or, for a call, the pool's thread, with no
 * lock held, when all of the task is over; it can be joined by then.
 */
typedef struct task_hook {
    void (*ended)(struct task_hook *hook, task *t);
} task_hook;

/*
 * One that has the task's handle from the spawn on, in place of a join: its `ended` gets the task,
 * with the handle's reference, to be given up by task_unref_with(t, TASK_KEPT). Others have copies.
 */
typedef struct task_keeper {
    task_hook hook;
    task *header; /* atomic; NULL until it is made */
    uint32_t gen;
} task_keeper;

#define TASK_KEPT (TASK_HANDLE | TASK_JOINING | TASK_ARMED)

/* What few tasks have; on the heap. */
typedef struct task_extra {
    fp_control fp;   /* while suspended, with keep_fp */
    task_hook *hook; /* or NULL; `t` is NULL in its call, as nothing of the task is left to it */
    struct inherited *inherited;  /* or NULL; values of its parent's; sched/inherit.h */
    uint64_t ready_at;            /* nanoseconds of the clock; 0: not noted */
    struct seat *seat;            /* while it has pins */
    unsigned pins;                /* those under way */
    struct edo_local_set *set;    /* it is one of its tasks; NULL: of none */
    struct edo_local_set *around; /* that its local spawns go to */
    struct edo_task_header *set_next, **set_link; /* in the set's list */
    void *slots; /* its values of the runtime's thread slots, or NULL */
    char name[TASK_NAME_MAX + 1];
    _Alignas(16) char copy[]; /* an argument that has no room in the header */
} task_extra;

struct edo_task_header {
    /* What a switch touches; one cache line where no sanitizer needs more. */
    uint64_t state; /* atomic; sched/state.h */
    sched *sched;   /* atomic: a shutdown's walk reads it; NULL while free */
    union {
        task *next;            /* the link of whichever queue it stands in */
        struct thread *runner; /* while it runs: on whom */
    };
    struct edo_scope_link *scope; /* what surrounds its code, the innermost; sched/scope.h */
    sched *entered;               /* what edo_enter made current; NULL: its own runtime */
    union {
        int saved_errno; /* while suspended */
        int result;      /* from the end of its function on */
    };
    union {                  /* of a task with a stack */
        uint32_t stack_size; /* asked for; until it has one */
        uint32_t low_water;  /* the deepest place at which it was left; see task_note_depth */
        uint32_t stack_peak; /* after the end, if it was measured */
    };
    uint16_t last_core; /* its index, where a task is bound to it, or for EDO_CHAOS=migrate */
    uint8_t kind;       /* atomic: a shutdown's walk reads it */
    bool keep_fp : 1;
    bool measure_stack : 1;
    bool has_canary : 1; /* its stack has, so each time it leaves that is looked at */
    bool kept : 1;       /* join_waker.data is its keeper */
    bool pinned : 1;     /* it is ready at the seat of one thread; see sched/seat.c */
    uint8_t ignores : 2; /* budgets that it has spent on waits that were cut short; at most 3 */
    uint16_t forks;      /* atomic: its runtime's fork_count: whose process it lives in */
    bool waker_is_free;  /* atomic: the completer has made its last touch of join_waker */
    bool canceled_future : 1; /* polled: the cancel has been passed on */
    bool told_no_stack : 1;   /* said once */
    union {
        context ctx;
        edo_future *fut; /* a polled task's */
    };

    /* Atomic: stale handles and walks over the slabs read them, whatever becomes of the task. */
    uint64_t id;
    const char *place; /* of the spawn */
#if EDO_DEBUG
    uint64_t lender;     /* id of the task whose stack `arg` points to */
    int pending_futures; /* polled by this task and not READY */
#endif
    task_extra *extra;    /* or NULL */
    edo_waker join_waker; /* guarded by ARMED */
#if EDO_DEBUG
    struct held_mutex *held;
    unsigned held_count; /* pthread mutexes that it holds */
    bool lent_stack;     /* some task was given a pointer to this one's stack */
#endif

    /* A polled task's memory goes on with its future. */
    union {
        stack *stack;               /* atomic: a look at its peak; NULL until it first runs */
        void (*release)(void *arg); /* a call's */
    };
    int (*fn)(void *arg);
    void *arg;
    /* A call's alone. */
    struct edo_task_header *next_call, **call_link; /* in the pool's queue; NULL: in none */
};

/* What a header of that kind takes; a copied argument or future follows it, at a multiple of 16. */
static inline size_t task_header_size(enum task_kind kind)
{
    if (kind == TASK_POLLED)
        return offsetof(task, stack); /* see sched/task_slab.c */
    size_t size = kind == TASK_STACKFUL ? offsetof(task, next_call) : sizeof(task);
    return (size + 15) / 16 * 16;
}

#if !EDO_DEBUG && !HAS_ASAN && !HAS_TSAN
_Static_assert(offsetof(task, ctx) + sizeof(context) == cache_line, "a switch touches one line");
_Static_assert(offsetof(task, next_call) == 2 * cache_line, "a million of them are 128 MB");
_Static_assert(offsetof(task, stack) == 104, "what a task without a stack has before its future");
#endif

/* Stack pointers in 32 bits: multiples of 16, of which two of one stack differ by less than 2^31. */
static inline uint32_t task_depth_of(const void *sp)
{
    return (uint32_t)((uintptr_t)sp / 16);
}

/* It was left at `sp`. */
static inline void task_note_depth(task *t, const void *sp)
{
    if ((int32_t)(task_depth_of(sp) - t->low_water) < 0)
        t->low_water = task_depth_of(sp);
}

/* The lowest of these, in the stack that `top` is of. */
static inline char *task_low_water(const task *t, char *top)
{
    return top - (size_t)(task_depth_of(top) - t->low_water) * 16;
}

/* Who keeps the running task; NULL: nobody. */
static inline task_keeper *task_keeper_of(const task *t)
{
    return t->kept ? t->join_waker.data : NULL;
}

/* The waker that a task lends to what it waits for. */
extern const struct edo_waker_ops task_waker_ops;

static inline edo_waker task_waker(task *t)
{
    return (edo_waker){.ops = &task_waker_ops, .data = t};
}

/* Wakes it and sets a bit; true when the caller owns the enqueue and has to task_push. Only by who is
 * entitled: a counted reference, a borrowed waker under its lock, or the task itself. */
bool task_mark(task *t, uint64_t bit);
/* Puts it on a run queue of its runtime; by the owner of the enqueue, from any thread. */
void task_push(task *t);
/* The same, behind the tasks that are ready. */
void task_push_back(task *t);
/* The same, into the injection queue. */
void task_inject(task *t);
/* It is off its stack. False: it was marked meanwhile, and stays ACTIVE, to be queued again. */
static inline bool task_become_idle(task *t)
{
    uint64_t word = a_load(&t->state, relaxed); /* a guess: the exchange verifies it */

    do {
        if (word & MODEL_BUG(310, TASK_NOTIFIED, 0))
            return false;
        /* release: publishes the saved context to whoever wakes it; pairs with task_mark. */
    } while (!a_cas_weak(&t->state, &word, word - TASK_ACTIVE, MODEL_BUG(309, release, relaxed),
                         relaxed));
    return true;
}

/* False: there are too many. */
bool task_ref(task *t);
/* Gives a reference up; the last one frees the header. */
void task_unref(task *t);
/* The same, and clears bits that are set, in one step. */
void task_unref_with(task *t, uint64_t bits);

/* What a walk over the slabs may know of a task that can end at any time. */
typedef struct task_glimpse {
    uint64_t state;
    sched *sched;
    uint64_t id;
    const char *place;
} task_glimpse;
/* False: no task lives there, or it was another one before all was read. Takes no reference: a
 * task that sees only its own ends without a read-modify-write. */
bool task_look(task *t, task_glimpse *ret);

/* What few spawns give to their task's extra part; each of them may be NULL. */
typedef struct spawn_gifts {
    task_hook *hook;
    struct inherited *inherited;
    struct edo_local_set *set;
} spawn_gifts;

/* Filled anew at each spawn, so it is small. */
typedef struct spawn_request {
    const char *place;
    int (*fn)(void *arg);
    void *arg;        /* or the future */
    size_t copy_size; /* of what is copied from arg; 0: the pointer itself */
    enum task_kind kind;
    bool with_handle;
    bool with_extra;            /* it has something of what few have */
    bool uncounted;             /* not a schedule from outside, wherever the caller is */
    spawn_gifts *gifts;         /* or NULL; then with_extra */
    void (*release)(void *arg); /* a call's */
    task_keeper *keeper;        /* or NULL; then with_handle, and nobody can join it */
    /* Of a call with a keeper that was made and can't be run: nobody finds it from now on. */
    void (*withdraw)(task_keeper *keeper);
} spawn_request;

/* Where a copied argument of that size lies. */
void *task_copy_place(task *t, size_t copy_size);
/* Gives the running task its extra part, if it has none. 0 or -ENOMEM. */
int task_need_extra(task *t);
/* Takes back a task that was made and never pushed. */
void task_discard(task *t);
/* The end: it is off its stack. Stores COMPLETE, wakes the join, gives the live reference up. `inside`
 * is the core that the caller is inside of, or NULL. */
void task_complete(task *t, struct core *inside);
/* Frees the header, whose last reference the caller has given up. */
void task_free(task *t, struct core *inside);
/* Whether a handle is still good: it has the task's generation and is not consumed. */
static inline bool task_handle_is_good(edo_task handle)
{
    if (!handle.header)
        return false;
    uint64_t word = a_load(&handle.header->state, acquire); /* pairs with every transition */
    return state_gen(word) == handle.gen && (word & TASK_HANDLE);
}

#endif
