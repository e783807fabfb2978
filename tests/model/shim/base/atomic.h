/*
 * shim/base/atomic.h: base/atomic.h as the model checker has it: each access is a choice.
 *
 * It stands before src/ in the include path of the model's build, and offers the same macros. A
 * builtin that is called past them is an error at link time, as nobody defines __tsan_atomic*.
 */
#ifndef BASE_ATOMIC_H
#define BASE_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/model.h"
#include "engine/atomics.h"

#define ORDER_relaxed __ATOMIC_RELAXED
#define ORDER_acquire __ATOMIC_ACQUIRE
#define ORDER_release __ATOMIC_RELEASE
#define ORDER_acq_rel __ATOMIC_ACQ_REL
#define ORDER_seq_cst __ATOMIC_SEQ_CST

/* What *p is, without qualifiers: that of an rvalue. */
#define MODEL_VALUE(p) __typeof__(({ *(p); }))

#define a_load(p, order)                                                                           \
    ((MODEL_VALUE(p))model_load((p), sizeof *(p), ORDER_##order,                                   \
                                MODEL_PLACE("load(" #p ", " #order ")")))
#define a_store(p, v, order)                                                                       \
    model_store((p), sizeof *(p), (uint64_t)(v), ORDER_##order,                                    \
                MODEL_PLACE("store(" #p ", " #v ", " #order ")"))
#define MODEL_RMW(op, name, p, v, order)                                                           \
    ((MODEL_VALUE(p))model_rmw((p), sizeof *(p), op, (uint64_t)(v), order, MODEL_PLACE(name)))
#define a_xchg(p, v, order)                                                                        \
    MODEL_RMW(MODEL_XCHG, "xchg(" #p ", " #v ", " #order ")", p, v, ORDER_##order)
#define a_fetch_add(p, v, order)                                                                   \
    MODEL_RMW(MODEL_ADD, "fetch_add(" #p ", " #v ", " #order ")", p, v, ORDER_##order)
#define a_fetch_sub(p, v, order)                                                                   \
    MODEL_RMW(MODEL_SUB, "fetch_sub(" #p ", " #v ", " #order ")", p, v, ORDER_##order)
#define a_fetch_or(p, v, order)                                                                    \
    MODEL_RMW(MODEL_OR, "fetch_or(" #p ", " #v ", " #order ")", p, v, ORDER_##order)
#define a_fetch_and(p, v, order)                                                                   \
    MODEL_RMW(MODEL_AND, "fetch_and(" #p ", " #v ", " #order ")", p, v, ORDER_##order)
#define MODEL_CAS(p, expected, v, weak, yes, no, name)                                             \
    model_cas((p), sizeof *(p), (expected), (uint64_t)(v), weak, yes, no, MODEL_PLACE(name))
#define a_cas(p, expected, v, yes, no)                                                             \
    MODEL_CAS(p, expected, v, false, ORDER_##yes, ORDER_##no,                                      \
              "cas(" #p ", " #v ", " #yes ", " #no ")")
#define a_cas_weak(p, expected, v, yes, no)                                                        \
    MODEL_CAS(p, expected, v, true, ORDER_##yes, ORDER_##no,                                       \
              "cas_weak(" #p ", " #v ", " #yes ", " #no ")")
#define a_bump(p, n) a_store((p), a_load((p), relaxed) + (n), relaxed)

#define a_compiler_barrier() model_compiler_barrier(MODEL_PLACE("compiler_barrier()"))
#define a_fence(order) model_fence(ORDER_##order, MODEL_PLACE("fence(" #order ")"))
#define a_pause() model_pause(MODEL_PLACE("pause()"))

#endif
