/*
 * threads.c: modelled threads are contexts of one real thread; at each point any may go on.
 *
 * Going on with another thread than the running one, while that could go on, is a preemption, and
 * counts against the bound. So does a deadline that passes while others could run: if none can, the
 * earliest one passes for nothing.
 */
#include <stdio.h>
#include <string.h>

#include "context/machine.h"
#include "engine/internal.h"

#define STEPS_MAX 20000

bool model_peek(bool (*question)(void *arg), void *arg)
{
    bool active = M->active;

    M->active = false;
    bool answer = question(arg);
    M->active = active;
    return answer;
}

static bool can_run(thread_state *t)
{
    if (t->status == READY)
        return true;
    if (t->status != WAITING)
        return false;
    return model_peek(t->ready, t->ready_arg);
}

static bool has_deadline(const thread_state *t)
{
    return t->status == WAITING && t->deadline != UINT64_MAX;
}

void end_run(void)
{
    void *unused;

    M->active = false;
    machine_swap(&unused, M->engine_sp);
    __builtin_unreachable();
}

static uint64_t state_key(unsigned running)
{
    uint64_t key = mix(M->memory_hash, M->sc_hash + 3 * M->object_hash);

    for (unsigned i = 1; i < THREADS; i++) {
        thread_state *t = &M->threads[i];
        if (t->status == ABSENT)
            continue;
        uint64_t status = (uint64_t)t->status + 4 * can_run(t) + 8 * (i == running) +
                          16 * (t->wait_addr ? stable(t->wait_addr) : 0);
        key = mix(key, mix(t->hash, status + ((uint64_t)i << 56)));
    }
    return key;
}

typedef struct options {
    unsigned count;
    struct {
        uint8_t thread;
        bool costs, times_out;
    } at[2 * THREADS];
} options;

static void add_option(options *o, unsigned thread, bool costs, bool times_out)
{
    o->at[o->count].thread = (uint8_t)thread;
    o->at[o->count].costs = costs;
    o->at[o->count++].times_out = times_out;
}

static unsigned earliest(void)
{
    unsigned best = 0;

    for (unsigned i = 1; i < THREADS; i++)
        if (has_deadline(&M->threads[i]) &&
            (best == 0 || M->threads[i].deadline < M->threads[best].deadline))
            best = i;
    return best;
}

/* Who may go on; the running thread first, if it can. */
static options who_can_run(unsigned running)
{
    options o = {0};
    bool keeps = running && can_run(&M->threads[running]);
    bool may_preempt = M->preemptions < M->preemptions_max;

    if (keeps)
        add_option(&o, running, false, false);
    if (!keeps || may_preempt)
        for (unsigned i = 1; i < THREADS; i++)
            if (i != running && can_run(&M->threads[i]))
                add_option(&o, i, keeps, false);
    for (unsigned i = 1; i < THREADS && o.count == 0; i++)
        if (M->threads[i].is_spinning) /* for ever, or until it gives up */
            add_option(&o, i, false, false);
    unsigned sleeper = earliest();
    if (sleeper && !can_run(&M->threads[sleeper])) {
        if (o.count == 0)
            add_option(&o, sleeper, false, true);
        else if (may_preempt)
            add_option(&o, sleeper, true, true);
    }
    return o;
}

static void all_asleep(void)
{
    char text[512] = "";
    size_t used = 0;
    bool alive = false;

    for (unsigned i = 1; i < THREADS; i++) {
        thread_state *t = &M->threads[i];
        if (t->status != WAITING || used + 96 > sizeof text)
            continue;
        alive |= !t->is_daemon;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s T%u %s", used ? ";" : "", i,
                                 t->why);
    }
    if (alive && !M->scenario->may_hang)
        model_fail("nobody can go on:%s", text);
    end_run();
}

static void go_on(unsigned next)
{
    thread_state *from = me(), *to = &M->threads[next];

    if (from == to)
        return;
    bool is_engine = M->self == 0;
    M->self = next;
    machine_swap(is_engine ? &M->engine_sp : &from->sp, to->sp);
}

/* Chooses who goes on, and goes there. */
static void pick(unsigned running)
{
    if (beyond_replay() && seen_before(state_key(running))) {
        M->cut = true;
        end_run();
    }
    options o = who_can_run(running);
    if (o.count == 0)
        all_asleep();
    unsigned i = choose(o.count);
    thread_state *next = &M->threads[o.at[i].thread];
    M->preemptions += o.at[i].costs;
    next->timed_out = o.at[i].times_out;
    if (o.at[i].times_out && next->deadline > M->clock_ns)
        M->clock_ns = next->deadline;
    next->status = READY;
    go_on(o.at[i].thread);
}

void point(const model_place *place)
{
    if (!M->active || M->self == 0)
        return;
    if (++M->steps > STEPS_MAX)
        model_fail("the run has no end: more than %d steps", STEPS_MAX);
    me()->at = place;
    pick(M->self);
}

bool wait_for(bool (*ready)(void *arg), void *arg, const void *addr, uint64_t deadline,
              const char *why, const model_place *place)
{
    thread_state *t = me();

    if (!M->active || M->self == 0)
        return true;
    if (++M->steps > STEPS_MAX)
        model_fail("the run has no end: more than %d steps", STEPS_MAX);
    t->status = WAITING;
    t->ready = ready;
    t->ready_arg = arg;
    t->wait_addr = addr;
    t->deadline = deadline;
    t->why = why;
    t->at = place;
    pick(M->self);
    t->wait_addr = NULL;
    return !t->timed_out;
}

static void thread_main(void *arg)
{
    thread_state *t = arg;

    if (t->start)
        t->result = t->start(t->arg);
    else
        t->fn();
    t->hash = mix(t->hash, 0xe4d);
    t->status = ENDED;
    for (unsigned i = 1; i < THREADS; i++)
        if (M->threads[i].status != ENDED && M->threads[i].status != ABSENT &&
            !M->threads[i].is_daemon)
            pick(0);
    end_run();
}

unsigned thread_add(void (*fn)(void), void *(*start)(void *arg), void *arg)
{
    unsigned i = 1;

    while (i < THREADS && M->threads[i].status != ABSENT)
        i++;
    if (i == THREADS)
        model_fail("the scenario starts more than %d threads", MODEL_THREADS_MAX);
    thread_state *t = &M->threads[i];
    char *top = M->region + (i + 1) * STACK_BYTES;
    *t = (thread_state){.status = READY, .fn = fn, .start = start, .arg = arg};
    t->hash = i;
    t->sp = machine_prepare(top - 64, thread_main, t);
    if (M->self != 0) {
        t->now = me()->now;
        t->barrier = t->now;
        t->hash = mix(i, me()->hash);
        tick();
    }
    t->now.clock[i] = 1;
    return i;
}

void run_threads(void)
{
    M->active = true;
    M->threads[0].status = ENDED;
    pick(0);
}

static bool always(void *arg)
{
    (void)arg;
    return true;
}

/* Another thread has stored something since, or what we read was old. */
static bool may_look_again(void *arg)
{
    thread_state *t = arg;

    return M->writes != t->pause_writes;
}

void model_pause(const model_place *place)
{
    thread_state *t = me();

    if (!M->active || M->self == 0)
        return;
    bool was_weak = t->was_weak;
    t->was_weak = false;
    t->pause_writes = M->writes;
    t->is_spinning = true;
    wait_for(was_weak ? always : may_look_again, t, NULL, UINT64_MAX, "spins", place);
    t->is_spinning = false;
}

void model_wait_until(bool (*ready)(void *arg), void *arg, const char *why)
{
    static const model_place here = {__FILE__, __LINE__, "wait"};

    wait_for(ready, arg, arg, UINT64_MAX, why, &here);
}

unsigned model_self(void)
{
    return M->self;
}

unsigned model_choose(unsigned n)
{
    unsigned chosen = choose(n);

    me()->hash = mix(me()->hash, chosen);
    return chosen;
}
