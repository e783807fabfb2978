/*
 * overflow.c: what is said of a task that ran off its stack.
 *
 * Which       A fault is an overflow if it hit the guard of the very stack that the running task
 *             has, from no further away than a frame reaches. A NULL pointer, a wild one (into
 *             another task's guard, too), or a signal sent by kill(2) is none.
 * Then        The handler that was there before edo's is called, as the kernel would have called
 *             it. Without one the default is put back, and the fault happens again where it was:
 *             so the process ends by the same signal, and its core file is true.
 * Canary      Where there is no guard page the overflow is found at the next switch.
 * Safe        No libc but for system calls, nothing allocated. The thread's record may be allocated
 *             by the first look at it, so only a fault in some stack's guard looks.
 */
#include "sched/overflow.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/backtrace.h"
#include "base/line.h"
#include "base/sys.h"
#include "base/thread.h"
#include "context/fault.h"
#include "sched/sched.h"

/* An alternate stack of the user's may be smaller; then there is no room for a backtrace. */
#define ROOM_FOR_BACKTRACE ((size_t)16 << 10)
/* How far below the stack pointer code touches memory: probes of large frames, red zones. */
#define REACH ((uintptr_t)4096)

static struct sigaction before; /* its handler is atomic */
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* --- the report ------------------------------------------------------------------------- */

static void add_task(line *l, const task *t)
{
    line_add(l, "stack overflow in task ");
    line_add_number(l, t->id);
    if (t->extra && t->extra->name[0]) {
        line_add(l, " \"");
        line_add(l, t->extra->name);
        line_add(l, "\"");
    }
    line_add(l, " (spawned at ");
    line_add(l, t->place ? t->place : "an unknown place");
    line_add(l, "): its stack is ");
    line_add_number(l, t->stack->size >> 10);
    line_add(l, " KiB; ");
}

static void report_overflow(const task *t, const fault_place *place)
{
    line l = {0};

    add_task(&l, t);
    line_add(&l, "put large arrays on the heap, or spawn it with a larger "
                 "edo_spawn_opts.stack_size");
    line_write(&l);
    if (place->alternate_stack >= ROOM_FOR_BACKTRACE)
        backtrace_write(place->pc);
}

/* Once a task: a handler of the user's may let the fault happen again. One thread at a time. */
static void report_once(const task *t, const fault_place *place)
{
    static uint32_t reporting; /* atomic */
    static uint64_t told;      /* the id; atomic */

    while (a_xchg(&reporting, 1, acquire)) /* pairs with the release below */
        thread_yield();
    if (a_load(&told, relaxed) != t->id) { /* relaxed: under `reporting` */
        a_store(&told, t->id, relaxed);
        report_overflow(t, place);
    }
    a_store(&reporting, 0, release);
}

/* The task that has run off its stack; NULL: it is another fault. */
static const task *overflown(const siginfo_t *info, const fault_place *place)
{
    uintptr_t at = (uintptr_t)info->si_addr;
    bool in_guard = false;

    if (info->si_code != SEGV_MAPERR && info->si_code != SEGV_ACCERR)
        return NULL;
    const stack *s = stack_find(info->si_addr, &in_guard);
    if (!s || !in_guard)
        return NULL;
    const task *t = thread_self()->task;
    if (!t || t->kind != TASK_STACKFUL || t->stack != s)
        return NULL;
    return place->sp <= at + REACH ? t : NULL;
}

/* --- the signal ------------------------------------------------------------------------- */

/* What was there is the default, or to ignore it. */
static void take_default(int signo, const siginfo_t *info, bool ignored)
{
    bool was_sent = info->si_code <= 0; /* and doesn't happen again by itself */

    if (was_sent && ignored)
        return;
    sys_sigaction(signo, &before, NULL);
    if (was_sent)
        sys_raise(signo); /* blocked until the handler returns */
}

static void call_before(int signo, siginfo_t *info, void *machine)
{
    sigset_t mask = before.sa_mask;
    /* relaxed: a value of its own. Whichever of the two it is, they share their place. */
    void (*handler)(int) = a_load(&before.sa_handler, relaxed);
    void (*with_info)(int, siginfo_t *, void *) = a_load(&before.sa_sigaction, relaxed);

    if (handler == SIG_DFL || handler == SIG_IGN) {
        take_default(signo, info, handler == SIG_IGN);
        return;
    }
    if (before.sa_flags & (int)SA_RESETHAND)
        a_store(&before.sa_handler, SIG_DFL, relaxed);
    sys_sigmask(SIG_BLOCK, &mask); /* the return from our handler takes it back */
    if (before.sa_flags & SA_NODEFER) {
        sigemptyset(&mask);
        sigaddset(&mask, signo);
        sys_sigmask(SIG_UNBLOCK, &mask);
    }
    if (before.sa_flags & SA_SIGINFO)
        with_info(signo, info, machine);
    else
        handler(signo);
}

static void on_fault(int signo, siginfo_t *info, void *machine)
{
    fault_place place = fault_place_of(machine);
    const task *t = overflown(info, &place);

    if (t)
        report_once(t, &place);
    call_before(signo, info, machine);
}

static void install(void)
{
    struct sigaction act;

    backtrace_prepare();
    memset(&act, 0, sizeof act);
    act.sa_sigaction = on_fault;
    act.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&act.sa_mask);
    /* Read first: the handler may run before the call that installs it has returned. */
    if (sys_sigaction(SIGSEGV, NULL, &before) == 0)
        sys_sigaction(SIGSEGV, &act, NULL);
}

void overflow_init(void)
{
    pthread_once(&once, install);
}

/* --- without a guard page --------------------------------------------------------------- */

static void write_suspended(void *arg)
{
    (void)arg;
    backtrace_write((uintptr_t)__builtin_return_address(0));
}

_Noreturn void overflow_found_late(const task *t, bool has_ended)
{
    line l = {0};

    add_task(&l, t);
    line_add(&l, "it had no guard page, so this was found at a switch, and memory below the "
                 "stack was overwritten");
    line_write(&l);
    if (!has_ended)
        (void)context_call_on(&t->ctx, write_suspended, NULL);
    abort();
}
