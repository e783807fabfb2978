/*
 * base/atomic.h: every atomic access of edo.
 *
 * Plain integers and the compiler's builtins, so that C++ users can include structs that hold
 * them, and so that a model checker can take all of them over in this one place.
 */
#ifndef BASE_ATOMIC_H
#define BASE_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#define ORDER_relaxed __ATOMIC_RELAXED
#define ORDER_acquire __ATOMIC_ACQUIRE
#define ORDER_release __ATOMIC_RELEASE
#define ORDER_acq_rel __ATOMIC_ACQ_REL
#define ORDER_seq_cst __ATOMIC_SEQ_CST

#define a_load(p, order) __atomic_load_n((p), ORDER_##order)
#define a_store(p, v, order) __atomic_store_n((p), (v), ORDER_##order)
#define a_xchg(p, v, order) __atomic_exchange_n((p), (v), ORDER_##order)
#define a_fetch_add(p, v, order) __atomic_fetch_add((p), (v), ORDER_##order)
#define a_fetch_sub(p, v, order) __atomic_fetch_sub((p), (v), ORDER_##order)
#define a_fetch_or(p, v, order) __atomic_fetch_or((p), (v), ORDER_##order)
#define a_fetch_and(p, v, order) __atomic_fetch_and((p), (v), ORDER_##order)
/* On failure *expected becomes what was found. The orders are those of success and failure. */
#define a_cas(p, expected, v, yes, no)                                                             \
    __atomic_compare_exchange_n((p), (expected), (v), false, ORDER_##yes, ORDER_##no)
#define a_cas_weak(p, expected, v, yes, no)                                                        \
    __atomic_compare_exchange_n((p), (expected), (v), true, ORDER_##yes, ORDER_##no)

/* Adds to a counter that one thread writes and others may read: no read-modify-write needed. */
#define a_bump(p, n) a_store((p), a_load((p), relaxed) + (n), relaxed)

/* Keeps the compiler, not the processor, from moving accesses over it. */
#define a_compiler_barrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)

static inline void a_pause(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#endif
