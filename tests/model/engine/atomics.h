/*
 * engine/atomics.h: the atomic operations of the model, each with the place that it stands at.
 *
 * shim/base/atomic.h turns edo's macros into these.
 */
#ifndef MODEL_ENGINE_ATOMICS_H
#define MODEL_ENGINE_ATOMICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct model_place {
    const char *file;
    int line;
    const char *what; /* the operation as it is written */
} model_place;

enum model_rmw { MODEL_XCHG, MODEL_ADD, MODEL_SUB, MODEL_OR, MODEL_AND };

uint64_t model_load(const void *p, size_t size, int order, const model_place *place);
void model_store(void *p, size_t size, uint64_t value, int order, const model_place *place);
uint64_t model_rmw(void *p, size_t size, enum model_rmw op, uint64_t arg, int order,
                   const model_place *place);
bool model_cas(void *p, size_t size, void *expected, uint64_t value, bool weak, int yes, int no,
               const model_place *place);
void model_fence(int order, const model_place *place);
/* The light half of an asymmetric fence, and the heavy one. */
void model_compiler_barrier(const model_place *place);
void model_membarrier(const model_place *place);
/* Spinning: goes on once another thread has stored something. */
void model_pause(const model_place *place);

/* A lock as a whole, for protocols that only use it. */
void model_lock_take(void *lock, const model_place *place);
bool model_lock_try(void *lock, const model_place *place);
void model_lock_drop(void *lock, const model_place *place);

#define MODEL_PLACE(op)                                                                            \
    ({                                                                                             \
        static const model_place model_here = {__FILE__, __LINE__, op};                            \
        &model_here;                                                                               \
    })

#endif
