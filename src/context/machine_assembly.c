/* machine_assembly.c: what the switches in assembly have in common: a place is a stack pointer. */
#include "context/machine.h"

#include <stddef.h>

#if defined(MACHINE_X86_64) || defined(MACHINE_AARCH64)

/* switch_x86_64.S and switch_aarch64.S have it. */
void machine_call_below(void *place, void (*fn)(void *arg), void *arg, void *sp);

void *machine_thread_begin(void)
{
    return NULL;
}

void machine_thread_end(void *place)
{
    (void)place; /* the thread's stack is its own */
}

void *machine_low_water(void *place)
{
    return place;
}

int machine_call_on(void *place, void (*fn)(void *arg), void *arg)
{
    machine_call_below(place, fn, arg, place);
    return 0;
}

int machine_call_beside(void *place, void (*fn)(void *arg), void *arg)
{
    machine_call_below(place, fn, arg, NULL);
    return 0;
}

#endif
