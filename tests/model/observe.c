/*
 * observe.c: looking at what goes on meanwhile.
 *
 * claim     A task is looked at by whoever claims it, while others wake it and a worker runs it: what
 *           is read is nobody else's, no wake is lost, and the task runs on as if nothing had been.
 * glimpse   What is seen without a claim is of one life of a header, though another begins meanwhile.
 * recorder  Events are read while they are written: each is whole, and they are in their order.
 */
#include "../../src/sched/task_slab.c"
#include "../../src/sched/worker.c"

#include <string.h>

#include <edo/task.h>

#include "sched/task_new.h"

#include "rig.h"
#include "sched/claim.h"
#include "sched/recorder.h"

/* A future that is READY once it was told so; `polls` is plain. */
typedef struct told_future {
    edo_future base;
    unsigned polls, needed;
} told_future;

static told_future fut;
static task *subject;
static uint32_t ready; /* atomic */
static unsigned looked;

static edo_poll told_poll(edo_future *base, const edo_waker *waker)
{
    told_future *f = container_of(base, told_future, base);

    (void)waker;
    f->polls++;
    /* relaxed: a wake makes it visible, or another poll comes. */
    return a_load(&ready, relaxed) < f->needed ? EDO_PENDING : edo_future_finish(base, 7);
}

static const edo_future_ops told_ops = {.poll = told_poll, .name = "told"};

static void setup(unsigned needed)
{
    rig_setup();
    ready = 0;
    looked = 0;
    fut = (told_future){.base = EDO_FUTURE_INIT(&told_ops), .needed = needed};
    spawn_request req = {.place = "here", .kind = TASK_POLLED};
    model_assert(task_new(&rig, &rig_core[0].tasks, &rig_core[0], &req, &subject) == 0);
    subject->fut = &fut.base;
    task_ref(subject); /* of those who wake it, kept */
    inject_push_list(&rig.inject, subject, subject, 1);
    model_name(&subject->state, "task.state");
}

static void setup_one(void)
{
    setup(1);
}

static void setup_two(void)
{
    setup(2);
}

static bool subject_is_over(void *arg)
{
    (void)arg;
    return (subject->state & TASK_COMPLETE) != 0;
}

static void worker_0(void)
{
    rig_work(0, subject_is_over);
}

static void worker_1(void)
{
    rig_work(1, subject_is_over);
}

static void wake(void)
{
    a_fetch_add(&ready, 1, relaxed); /* published by the wake alone */
    if (task_mark(subject, 0))
        task_push(subject);
}

static void look(void)
{
    /* relaxed: the claim itself has to see what the worker wrote. */
    uint64_t word = a_load(&subject->state, relaxed);

    if (!task_claim(subject, word))
        return;
    looked += fut.polls; /* plain: a worker that polled meanwhile would be seen */
    task_unclaim(subject);
}

static void look_twice(void)
{
    look();
    look();
}

static void check(void)
{
    model_assert(subject_is_over(NULL));
    model_assert(rig.inject.len == 0);
    model_assert(fut.base.state & FUTURE_DONE);
}

/* --- a header's next life ----------------------------------------------------------------- */

static task_glimpse seen;
static bool is_seen;
static uint64_t ids[2]; /* of both lives */
static uint32_t gens[2];

static void begin_life(unsigned life)
{
    spawn_request req = {.place = life ? "there" : "here", .kind = TASK_POLLED};
    task *t;

    model_assert(task_new(&rig, &rig_core[0].tasks, &rig_core[0], &req, &t) == 0);
    if (life == 0)
        subject = t;
    model_assert(t == subject);
    ids[life] = t->id;
    gens[life] = state_gen(t->state);
}

static void setup_lives(void)
{
    rig_setup();
    begin_life(0);
    model_name(&subject->state, "task.state");
    model_name(&subject->id, "task.id");
    model_name(&subject->place, "task.place");
}

static void ends_and_begins_again(void)
{
    rig_hold(0);
    task_discard(subject);
    begin_life(1);
}

static void looks(void)
{
    is_seen = task_look(subject, &seen);
}

/* All that is seen is of one life; but it may be of no runtime any more. */
static void check_lives(void)
{
    unsigned life = is_seen && state_gen(seen.state) == gens[1];

    if (is_seen)
        model_assert(seen.id == ids[life] && strcmp(seen.place, life ? "there" : "here") == 0);
}

/* --- the recorder ------------------------------------------------------------------------- */

static recorder *ring;

static void setup_ring(void)
{
    ring = recorder_new(2);
}

static void record_events(void)
{
    for (uint64_t i = 1; i <= 3; i++)
        recorder_add(ring, &(record){.time = i, .task = i, .count = (unsigned)i});
}

static void read_events(void)
{
    record events[2];
    unsigned count = recorder_read(ring, events);

    model_assert(count <= 2);
    for (unsigned i = 0; i < count; i++) {
        model_assert(events[i].task == events[i].time && events[i].count == events[i].time);
        model_assert(i == 0 || events[i].time == events[i - 1].time + 1);
    }
}

static void check_ring(void)
{
    record events[2];

    model_assert(recorder_read(ring, events) == 1); /* the oldest may be written over soon */
    model_assert(events[0].time == 3);
    recorder_free(ring);
}

static const model_scenario scenarios[] = {
    {.name = "look_and_wake",
     .setup = setup_one,
     .threads = {worker_0, wake, look_twice},
     .check = check},
    {.name = "look_and_two_workers",
     .setup = setup_one,
     .threads = {worker_0, worker_1, wake, look},
     .check = check},
    {.name = "look_between_two_wakes",
     .weak = 1,
     .setup = setup_two,
     .threads = {worker_0, wake, wake, look},
     .check = check},
    {.name = "look_at_a_next_life",
     .setup = setup_lives,
     .threads = {ends_and_begins_again, looks},
     .check = check_lives},
    {.name = "recorder",
     .setup = setup_ring,
     .threads = {record_events, read_events},
     .check = check_ring},
};

MODEL_PROGRAM("observe", scenarios)
