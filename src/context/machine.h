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
/* The switch can be entered without a call: see machine_swap_inline. */
#ifdef MACHINE_X86_64
#define MACHINE_INLINE 1
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

#ifdef MACHINE_INLINE
#ifdef __AVX512F__
#define MACHINE_CLOBBERS_AVX512                                                                    \
    , "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",    \
        "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k0", "k1", "k2", "k3", "k4", "k5",  \
        "k6", "k7"
#else
#define MACHINE_CLOBBERS_AVX512
#endif
/*
 * The same without a call, whose return address a processor would keep for a ret that never comes:
 * it would mispredict each ret that follows, on both sides. The red zone is stepped over, of which
 * unwind tables know nothing: the caller has a frame pointer, as all that is compiled by
 * cmake/flags.cmake.
 */
static inline __attribute__((always_inline)) void machine_swap_inline(void **from, void *to)
{
    __asm__ volatile("leaq 1f(%%rip), %%rax\n\t"
                     "leaq -128(%%rsp), %%rsp\n\t"
                     "pushq %%rax\n\t"
                     "jmp machine_swap\n"
                     "1:\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     : "+D"(from), "+S"(to)
                     :
                     : "memory", "cc", "rax", "rcx", "rdx", "r8", "r9", "r10", "r11", "st", "st(1)",
                       "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)", "xmm0", "xmm1", "xmm2",
                       "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11",
                       "xmm12", "xmm13", "xmm14", "xmm15" MACHINE_CLOBBERS_AVX512);
}
#endif

/* The lowest address in use by a suspended place; NULL if that isn't known. */
void *machine_low_water(void *place);

/* Calls fn(arg) below the suspended place, with unwind tables that lead from fn into it. Returns 0;
 * -ENOTSUP. */
int machine_call_on(void *place, void (*fn)(void *arg), void *arg);
/* The same on the caller's own stack: nothing is written to the suspended one. */
int machine_call_beside(void *place, void (*fn)(void *arg), void *arg);

/* The first call on a new stack; context.c has it. */
void machine_entered(void);

#endif

#endif
