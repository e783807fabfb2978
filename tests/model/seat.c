/*
 * seat.c: a pinned task that is made ready by another thread: its own runs it, and nobody else does,
 * whether that works, is about to sleep, or has lost its core. And a local set has one such thread.
 */
#include "../../src/sched/worker.c"

#include "sched/task_new.h"

#include "rig.h"

#include "../../src/sched/relief.c"
#include "sched/local_set.h"

#define JOBS 2

typedef struct job {
    edo_future base;
    task *task;
    unsigned thread; /* plain: who ran it */
} job;

static job jobs[JOBS];
static uint32_t left; /* atomic: jobs that have not run */
static seat place;
static unsigned pinned_thread; /* that `place` belongs to */
static unsigned data;          /* plain: written before the push */

static bool all_done(void *arg)
{
    (void)arg;
    return a_load(&left, acquire) == 0;
}

static edo_poll job_poll(edo_future *base, const edo_waker *waker)
{
    job *j = container_of(base, job, base);

    (void)waker;
    model_assert(data == 1);
    j->thread = model_self();
    if (a_fetch_sub(&left, 1, acq_rel) == 1) {
        a_store(&rig.stop, 1, release); /* as the end of a runtime does */
        wake_spares(&rig, INT32_MAX);
        idle_wake_all(&rig);
    }
    return edo_future_finish(base, 0);
}

static const edo_future_ops job_ops = {.poll = job_poll, .name = "pinned"};

static void setup_jobs(unsigned n)
{
    rig_setup();
    left = n;
    place.owner = 1;
    rig.seats = &place;
    for (unsigned i = 0; i < n; i++) {
        spawn_request req = {.place = "here", .kind = TASK_POLLED, .with_extra = true};
        task *t;
        jobs[i] = (job){.base = EDO_FUTURE_INIT(&job_ops)};
        model_assert(task_new(&rig, &rig_core[0].tasks, &rig_core[0], &req, &t) == 0);
        t->fut = &jobs[i].base;
        t->pinned = true;
        t->extra->pins = 1;
        t->extra->seat = &place;
        place.users++;
        jobs[i].task = t;
    }
    for (unsigned i = 0; i < RIG_CORES; i++) {
        rig_core[i].wheel.next = UINT64_MAX;
        model_ignore(&rig_core[i].polls, sizeof rig_core[i].polls);
        model_ignore(&rig_core[i].run_seq, sizeof rig_core[i].run_seq);
    }
    model_name(&left, "left");
    model_name(&place.core, "seat.core");
    model_name(&place.remote.len, "seat.remote.len");
}

static void setup_one(void)
{
    setup_jobs(1);
    pinned_thread = 1;
}

static void setup_two(void)
{
    setup_jobs(2);
    pinned_thread = 1;
}

/* One core, which another thread has. */
static void setup_spare(void)
{
    setup_jobs(1);
    rig.core_count = 1;
    rig.spare_count = 1;
    idle_init(&rig.idle, 1);
    pinned_thread = 1;
}

static void pinned_worker(void)
{
    rig_hold(0);
    thread_self()->seat = &place;
    worker_loop(thread_self(), all_done, NULL);
}

static void other_worker(void)
{
    rig_hold(1);
    worker_loop(thread_self(), all_done, NULL);
}

/* Its core was taken away, or it would be its holder. */
static void pinned_spare(void)
{
    thread *self = thread_self();

    self->sched = &rig;
    self->seat = &place;
    seat_hold(self, NULL);
    for (core *c; (c = wait_for_core(self, &rig));) {
        self->core = c;
        worker_loop(self, stopping, &rig);
        seat_hold(self, NULL);
        become_spare(&rig);
    }
}

static void only_worker(void)
{
    rig_hold(0);
    worker_loop(thread_self(), stopping, &rig);
}

/* One that stays for its seat, and has no core. */
static void setup_waiting(void)
{
    rig_setup();
    rig.core_count = 1;
    rig.spare_count = 1;
    place.owner = 1;
    place.users = 1;
    place.core = &rig_core[0];
    rig.seats = &place;
    model_name(&place.core, "seat.core");
    model_name(&place.users, "seat.users");
    model_name(&rig.spare_word, "spare_word");
}

static void waiting_spare(void)
{
    thread *self = thread_self();

    self->sched = &rig;
    self->seat = &place;
    seat_hold(self, NULL);
    model_assert(!wait_for_core(self, &rig));
}

static void stop_it(void)
{
    a_store(&rig.stop, 1, seq_cst);
    wake_spares(&rig, INT32_MAX); /* as worker_join_all */
}

static void give_up_its_seat(void)
{
    seat_give_up(&rig, &place);
}

/* ---- a set that two threads are the first to drive ------------------------------------------ */

static local_set set;
static seat other_place;

static void setup_set(void)
{
    rig_setup();
    model_name(&set.seat, "set.seat");
}

static void bind_to(seat *st)
{
    thread *self = thread_self();

    self->sched = &rig;
    self->seat = st;
    model_assert(local_set_bind(&set, self) == 0);
}

static void bind_to_one(void)
{
    bind_to(&place);
}

static void bind_to_other(void)
{
    bind_to(&other_place);
}

static void check_set(void)
{
    model_assert(set.seat == &place || set.seat == &other_place);
    model_assert(set.seat->users == 1 && place.users + other_place.users == 1);
}

static void push_0(void)
{
    data = 1;
    task_push(jobs[0].task);
}

static void push_both(void)
{
    data = 1;
    task_push(jobs[0].task);
    task_push(jobs[1].task);
}

static void check(void)
{
    model_assert(left == 0);
    for (unsigned i = 0; i < JOBS; i++)
        model_assert(!jobs[i].task || jobs[i].thread == pinned_thread);
    model_assert(place.users == 0);
}

static const model_scenario scenarios[] = {
    {.name = "worker_about_to_sleep",
     .setup = setup_one,
     .threads = {pinned_worker, push_0},
     .check = check},
    {.name = "two_for_one_worker",
     .setup = setup_two,
     .threads = {pinned_worker, push_both},
     .weak = 1,
     .check = check},
    {.name = "nobody_else_takes_it",
     .setup = setup_one,
     .threads = {pinned_worker, other_worker, push_0},
     .weak = 1,
     .check = check},
    {.name = "its_thread_has_no_core",
     .setup = setup_spare,
     .threads = {pinned_spare, only_worker, push_0},
     .weak = 1,
     .check = check},
    {.name = "a_spare_sees_the_stop", .setup = setup_waiting, .threads = {waiting_spare, stop_it}},
    {.name = "a_spare_sees_that_its_seat_is_given_up",
     .setup = setup_waiting,
     .threads = {waiting_spare, give_up_its_seat}},
    {.name = "two_are_the_first_to_drive_a_set",
     .setup = setup_set,
     .threads = {bind_to_one, bind_to_other},
     .check = check_set},
};

MODEL_PROGRAM("seat", scenarios)
