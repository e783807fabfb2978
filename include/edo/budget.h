/*
 * edo/budget.h: futures that are polled outside of their task's budget, or with one of their own.
 *
 * A run of a task may make 128 operations that succeed at once; then each says PENDING, and the task
 * goes on behind the others. Code with a stack is freed of that by a scope (edo_scope_opts.unconstrained).
 */
#ifndef EDO_BUDGET_H
#define EDO_BUDGET_H

#include <edo/future.h>

EDO_BEGIN_DECLS

/** A future with another budget. Its fields are private; don't move it once it has been polled. */
typedef struct edo_budget_future {
    edo_future base;
    edo_future *inner;
    unsigned units;
} edo_budget_future;

/**
 * The future `fut`, which is never held back by the budget, and spends none of the task's. If it can
 * always go on, nobody else has a turn: it has to suspend by itself at times.
 *
 * Returns   the future's result; -EINVAL.
 * Cancel    cancels the future; a success stands. Puts back what the future puts back.
 */
EDO_API edo_budget_future edo_unconstrained_async(edo_future *fut);
/**
 * The future `fut`, which has 128 units of its own at each of its polls, and spends none of the task's:
 * for an executor that polls futures of its own. Otherwise as edo_unconstrained_async.
 */
EDO_API edo_budget_future edo_own_budget_async(edo_future *fut);

EDO_END_DECLS

#endif
