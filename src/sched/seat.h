/*
 * sched/seat.h: where the pinned tasks of one thread become ready.
 *
 * A thread that tasks are pinned to has a seat in their runtime. It belongs to the runtime, which
 * frees it with its last reference, and so it outlives the thread.
 */
#ifndef SCHED_SEAT_H
#define SCHED_SEAT_H

#include "sched/sched.h"

typedef struct seat {
    struct seat *next;   /* in the runtime's list */
    uint64_t owner;      /* number of its thread; 0: nobody's; under seats_lock */
    uint32_t users;      /* atomic: pins, and sets that are bound to it */
    core *core;          /* atomic: that its thread holds, or held last; NULL: it has none */
    inject_queue remote; /* ready, by other threads */
    /* Of its thread alone. */
    task *own, *last_own; /* ready, behind each other */
    uint64_t own_count;
    unsigned left;     /* runs left of this round */
    bool others_round; /* those that are not pinned have their turn */
} seat;

/* The running thread's, made on first use; in a task of its runtime, or while it drives. NULL: no
 * memory. */
seat *thread_seat(thread *self);
/* The one that the thread has had in this runtime, or NULL. */
seat *seat_find(sched *s, thread *self);
/* One that is made before its thread. NULL: no memory. */
seat *seat_new(sched *s);
/* Its thread ends; with seats_lock held. */
void seat_leave(seat *st);
/* One user less, on any thread. */
void seat_give_up(sched *s, seat *st);
void seats_free(sched *s);
/* A current-thread runtime is driven to its end by the running thread, which takes all seats. */
void seats_take_over(sched *s, thread *self);

/* A pinned task that is ready; by the owner of the enqueue, from any thread. */
void seat_push(task *t);
/* The next task of the loop, pinned or not. */
task *seat_next_task(thread *self, core *c, task *(*next_other)(core *c));

/* Its thread holds this core from now on; NULL: none. */
static inline void seat_hold(thread *self, core *c)
{
    /* seq_cst: before the look at what is ready; pairs with seat_push. */
    if (unlikely(self->seat))
        a_store(&self->seat->core, c, MODEL_BUG(2904, seq_cst, relaxed));
}

/* Whether a pinned task of the thread is ready. */
static inline bool seat_is_ready(const thread *self)
{
    const seat *st = self->seat;

    return unlikely(st) && (st->own || inject_len(&st->remote) > 0);
}

/* Whether its thread is needed. Only the thread itself makes it so. */
static inline bool seat_is_used(const thread *self)
{
    return self->seat && a_load(&self->seat->users, seq_cst) > 0; /* pairs with seat_give_up */
}

/* Pins the running task to its thread; as many unpins end it. 0 or -ENOMEM. */
int task_pin(thread *self, task *t);
void task_unpin(task *t);
/* Its one pin is to that seat from now on: it goes there when it suspends. */
void task_move_pin(task *t, seat *st);

#endif
