/*
 * switch_ucontext.c: the switch by swapcontext(3), for processors without a switch of ours.
 *
 * A place is a switch_place: at the top of its stack, or on the heap for a thread. swapcontext
 * restores the signal mask that a place was left with; a task that resumes elsewhere must not bring
 * one along, so the current mask is written into it before. It also keeps the floating-point
 * control words of each place: more than is promised, and harmless.
 */
#include "context/machine.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>

#include "base/macros.h"
#include "context/sanitizer.h"

#ifndef MACHINE_ASSEMBLY

typedef struct switch_place {
    ucontext_t uc;
    void (*entry)(void *arg);
    void *arg;
} switch_place;

void *machine_thread_begin(void)
{
    return calloc(1, sizeof(switch_place));
}

void machine_thread_end(void *place)
{
    free(place);
}

/* makecontext passes ints: the pointer comes in two halves. */
BETWEEN_STACKS static void begin(unsigned high, unsigned low)
{
    switch_place *place = (switch_place *)(((uintptr_t)high << 16 << 16) | low);

    machine_entered();
    place->entry(place->arg);
    abort(); /* entry never returns */
}

void *machine_prepare(char *top, void (*entry)(void *arg), void *arg)
{
    /* The stack proper begins below the place; how far it may grow is the guard's matter. */
    uintptr_t at = ((uintptr_t)top - sizeof(switch_place)) & ~(uintptr_t)(cache_line - 1);
    switch_place *place = (switch_place *)at;

    *place = (switch_place){.entry = entry, .arg = arg};
    getcontext(&place->uc);
    place->uc.uc_stack.ss_size = STACK_MIN_SIZE / 2;
    place->uc.uc_stack.ss_sp = (char *)at - place->uc.uc_stack.ss_size;
    place->uc.uc_link = NULL;
    makecontext(&place->uc, (void (*)(void))begin, 2, (unsigned)(at >> 16 >> 16), (unsigned)at);
    return place;
}

BETWEEN_STACKS void machine_swap(void **from, void *to)
{
    switch_place *here = *from;
    switch_place *there = to;

    pthread_sigmask(SIG_SETMASK, NULL, &there->uc.uc_sigmask);
    swapcontext(&here->uc, &there->uc);
}

void *machine_low_water(void *place)
{
    (void)place; /* where ucontext_t has the stack pointer differs by processor */
    return NULL;
}

int machine_call_on(void *place, void (*fn)(void *arg), void *arg)
{
    (void)place, (void)fn, (void)arg;
    return -ENOTSUP;
}

int machine_call_beside(void *place, void (*fn)(void *arg), void *arg)
{
    (void)place, (void)fn, (void)arg;
    return -ENOTSUP;
}

#endif
