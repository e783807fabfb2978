/*
 * base/model.h: where the model checker takes part: nothing, in every build but its own.
 *
 * MODEL_BUG(n, good, bad) is `good`. The checker's build can make it `bad` at run time, to show that
 * it notices: for an expression, a statement's condition, or a memory order, as in
 * a_load(p, MODEL_BUG(101, acquire, relaxed)). Numbers are unique; the hundreds are the protocol.
 */
#ifndef BASE_MODEL_H
#define BASE_MODEL_H

#ifdef EDO_MODEL
extern int model_bug;
void *model_thread_local(void *ours, unsigned long size);
#define MODEL_BUG(n, good, bad) (model_bug == (n) ? (bad) : (good))
#define ORDER_MODEL_BUG(n, good, bad) (model_bug == (n) ? ORDER_##bad : ORDER_##good)
/* This thread's own copy of a thread-local variable: modelled threads share one real one. */
#define MODEL_LOCAL(variable) ((__typeof__(&(variable)))model_thread_local(&(variable), sizeof(variable)))
#else
#define MODEL_BUG(n, good, bad) good
#define ORDER_MODEL_BUG(n, good, bad) ORDER_##good
#define MODEL_LOCAL(variable) (&(variable))
#endif

#endif
