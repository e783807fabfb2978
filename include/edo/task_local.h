/*
 * edo/task_local.h: values that belong to the running task, for functions that are not handed them.
 *
 * A key is a variable that lives as long as the program; a binding gives it a value for a stretch of a
 * task's code, wherever that goes on, on which thread it may be. An inner binding of a key hides the
 * outer one until it is left. Values are there as long as the task's cleanup runs.
 */
#ifndef EDO_TASK_LOCAL_H
#define EDO_TASK_LOCAL_H

#include <edo/future.h>
#include <edo/scope_link.h>

EDO_BEGIN_DECLS

/** A key: its address is what counts. `static const edo_task_local user = {.destroy = free};` */
typedef struct edo_task_local {
    /** Called once for a value that was not taken, in the task, when it is out of sight. May be NULL. */
    void (*destroy)(void *value);
    /** Makes the value of a task that inherits (edo_spawn_opts.inherit); NULL: no memory. Without a
     * function the key is not inherited. */
    void *(*clone)(void *value);
} edo_task_local;

/** A value of a key. Lies on the task's stack until it is left. Its fields are private. */
typedef struct edo_task_binding {
    edo_scope_link link;
    const edo_task_local *key;
    void *value;
    unsigned borrows;
    bool taken;
} edo_task_binding;

/** Makes a binding, which nobody sees before it is entered. `value` is the binding's from now on. */
EDO_API edo_task_binding edo_task_bind(const edo_task_local *key, void *value);
/**
 * Enters it: the key has the value in the running task, or in the blocking call that runs here, until
 * it is left. In a poll function it is to be left before that returns.
 *
 * Returns   0; -EDO_EMISUSE (no task, or entered already); -EBUSY: the key's value is borrowed; -EINVAL.
 *           Then nothing has changed, and the value is the binding's still.
 */
EDO_API int edo_task_binding_enter(edo_task_binding *binding);
/**
 * Leaves it, if it was entered, and destroys the value, if it was not taken; `destroy` finds what the
 * key had before. A second time it does nothing; nor while its value is borrowed, which is misuse.
 * For NULL too it does nothing. It may be a variable's cleanup function.
 */
EDO_API void edo_task_binding_leave(edo_task_binding *binding);
/**
 * Takes the value out, before, while or after the binding is entered: it is the caller's, and code in
 * the binding finds none.
 *
 * Returns   1; 0: there is none any more; -EBUSY: it is borrowed; -EINVAL.
 */
EDO_API int edo_task_binding_take(edo_task_binding *binding, void **ret_value);

/**
 * The key's value in the running task, good until its binding is left or the value is taken.
 *
 * Returns   0; -EDO_EMISUSE: it has none here, or this is no task; debug builds say so. -EINVAL.
 */
EDO_API int edo_task_local_get(const edo_task_local *key, void **ret_value);
/** The same where there may be none. Returns 1; 0: none. */
EDO_API int edo_task_local_try_get(const edo_task_local *key, void **ret_value);
/**
 * Borrows the value: calls `fn` with it. Until `fn` returns, the value can't be taken, and the key not
 * be bound anew.
 *
 * Returns   what `fn` returned; -EDO_EMISUSE, -EINVAL as edo_task_local_get, and then it was not called.
 */
EDO_API int edo_task_local_with(const edo_task_local *key, int (*fn)(void *value, void *arg),
                                void *arg);

/** A future with a value. Its fields are private; don't move it once it has been polled. */
typedef struct edo_task_bound_future {
    edo_future base;
    edo_future *inner;
    edo_task_binding binding;
} edo_task_bound_future;

/**
 * The future `fut`, with a value of the key in each of its polls: for tasks without a stack and arms of a
 * select. It is to be polled or cancelled: else the value is never destroyed, which happens when it is
 * READY.
 *
 * Returns   the future's result; -EDO_EMISUSE, -EBUSY, -EINVAL as edo_task_binding_enter, before the
 *           future's first poll.
 * Owns      the value, from its making on.
 * Cancel    cancels the future; a success stands. Puts back what the future puts back.
 */
EDO_API edo_task_bound_future edo_task_bind_async(const edo_task_local *key, void *value,
                                                  edo_future *fut);

EDO_END_DECLS

#endif
