/*
 * context/context.h: a place on a stack to which a thread can switch and come back.
 *
 * The switch saves the callee-saved registers and nothing else: the signal mask stays, and so do
 * the floating-point control words (fp_control_save and _load are for tasks that ask). Sanitizers
 * are told of each switch. Assembly for x86-64 and aarch64, or ucontext as a build option
 * (EDO_UCONTEXT).
 */
#ifndef CONTEXT_CONTEXT_H
#define CONTEXT_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "context/machine.h"
#include "context/stack.h"

typedef struct context {
    void *sp; /* where it was left; ucontext: its ucontext_t */
#if HAS_ASAN
    void *stack_low; /* the stack's bounds */
    size_t stack_size;
    void *fake_stack;
#elif HAS_TSAN
    void *fiber;
#endif
} context;

/* Makes `ctx` the running thread's own context, to be switched away from and back to. Its stack's
 * bounds are the thread's. Call it on that thread, once; context_fini_thread when it is over. */
void context_init_thread(context *ctx);
void context_fini_thread(context *ctx);

/* Makes `ctx` ready to run entry(arg) on `stack` at the first switch to it. `entry` never returns:
 * its last act is context_switch_last. Unwinders stop at entry's caller. */
void context_init(context *ctx, stack *s, void (*entry)(void *arg), void *arg);

/* Leaves `from`, goes on in `to`. Returns when something switches back to `from`; _last for one that
 * is never switched to again. */
#if defined(MACHINE_INLINE) && !HAS_ASAN && !HAS_TSAN
static inline __attribute__((always_inline)) void context_switch(context *from, context *to)
{
    machine_swap_inline(&from->sp, to->sp);
}
static inline _Noreturn __attribute__((always_inline)) void context_switch_last(context *from,
                                                                                context *to)
{
    machine_swap_inline(&from->sp, to->sp);
    __builtin_unreachable();
}
#else
#define CONTEXT_SWITCH_CALLED 1
void context_switch(context *from, context *to);
_Noreturn void context_switch_last(context *from, context *to);
#endif

/* The lowest address that a suspended context uses of its stack; NULL where it isn't known. */
void *context_low_water(const context *ctx);

/*
 * Runs fn(arg) on the stack of the suspended context `ctx`, below what it uses, so that
 * backtrace(3) from fn walks that context down to its entry. `ctx` stays suspended and unchanged.
 * Returns 0; -ENOTSUP with ucontext.
 */
int context_call_on(const context *ctx, void (*fn)(void *arg), void *arg);
/* The same on the caller's own stack, so that of `ctx` is only read: but debuggers, and others that
 * want callers to lie above callees, don't walk so. */
int context_call_beside(const context *ctx, void (*fn)(void *arg), void *arg);

/* Floating-point control state. */
typedef struct fp_control {
#if defined(__aarch64__)
    uint64_t fpcr;
#else
    uint32_t mxcsr;
    uint16_t x87;
#endif
} fp_control;
void fp_control_save(fp_control *fp);
void fp_control_load(const fp_control *fp);

#endif
