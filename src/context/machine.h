/*
 * context/machine.h: the part of a switch that depends on the processor.
 *
 * Three implementations: x86-64 (switch_x86_64.S, machine_x86_64.c), aarch64 (likewise named), with
 * machine_assembly.c for both, and ucontext for all others, or by the build option EDO_UCONTEXT. A
 * suspended place is one pointer: the stack pointer, or the ucontext_t.
 */
#ifndef CONTEXT_MACHINE_H
#define CONTEXT_MACHINE_H

#if !defined(EDO_UCONTEXT) || !EDO_UCONTEXT
#if defined(__x86_64__) && !defined(__ILP32__)
#define MACHINE_X86_64 1
#elif defined(__aarch64__) && !defined(__ILP32__)
#define MACHINE_AARCH64 1
#ifdef __ARM_FEATURE_PAC_DEFAULT
#define MACHINE_SIGNS 1 /* return addresses are signed */
#endif
#endif
#endif
/* A switch of our own, which can say how deep a place is and call below it. */
#if defined(MACHINE_X86_64) || defined(MACHINE_AARCH64)
#define MACHINE_ASSEMBLY 1
#endif

#ifndef __ASSEMBLER__

/* The place of the running thread, and its end. NULL is one for machines that need none. */
void *machine_thread_begin(void);
void machine_thread_end(void *place);

/* A place just below `top` (64-byte aligned) from which machine_entered() and then entry(arg) is
 * called. Unwinders stop there. */
void *machine_prepare(char *top, void (*entry)(void *arg), void *arg);

/* Leaves the running place in *from and goes on in `to`. With ucontext *from is where to write. */
void machine_swap(void **from, void *to);

/* The lowest address in use by a suspended place; NULL if that isn't known. */
void *machine_low_water(void *place);

/* Calls fn(arg) below the suspended place, with unwind tables that lead from fn into it. Returns 0;
 * -ENOTSUP. */
int machine_call_on(void *place, void (*fn)(void *arg), void *arg);

/* The first call on a new stack; context.c has it. */
void machine_entered(void);

#endif

#endif
