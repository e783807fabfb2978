/*
 * base/model.h: where the model checker takes part: nothing, in every build but its own.
 *
 * MODEL_READS, MODEL_WRITES: this access is none that may race, though it is atomic.
 * MODEL_BUG(n, good, bad) is `good`. The checker's build can make it `bad` at run time, to show that
 * it notices: for an expression, a statement's condition, or a memory order, as in
 * a_load(p, MODEL_BUG(n, acquire, relaxed)). Numbers are unique; the hundreds are the protocol.
 */
#ifndef BASE_MODEL_H
#define BASE_MODEL_H

#ifdef EDO_MODEL
extern int model_bug;
void *model_thread_local(void *ours, unsigned long size);
void model_reads(const void *place, unsigned long size);
void model_writes(const void *place, unsigned long size);
#define MODEL_READS(p) model_reads((p), sizeof *(p))
#define MODEL_WRITES(p) model_writes((p), sizeof *(p))
#define MODEL_BUG(n, good, bad) (model_bug == (n) ? (bad) : (good))
#define ORDER_MODEL_BUG(n, good, bad) (model_bug == (n) ? ORDER_##bad : ORDER_##good)
/* This thread's own copy of a thread-local variable: modelled threads share one real one. */
#define MODEL_LOCAL(variable)                                                                      \
    ((__typeof__(&(variable)))model_thread_local(&(variable), sizeof(variable)))
#else
#define MODEL_READS(p) ((void)0)
#define MODEL_WRITES(p) ((void)0)
#define MODEL_BUG(n, good, bad) good
#define ORDER_MODEL_BUG(n, good, bad) ORDER_##good
#define MODEL_LOCAL(variable) (&(variable))
#endif

#endif
