/*
 * edo/waker.h: how the end of a wait reaches whoever waits.
 *
 * The waker that a poll function is handed is borrowed: it is good until the future is READY and
 * no longer. Who needs one that lives on its own (a callback of another library, another thread)
 * takes a clone, which is counted.
 */
#ifndef EDO_WAKER_H
#define EDO_WAKER_H

#include <edo/macros.h>

EDO_BEGIN_DECLS

struct edo_waker_ops;

/** Who is to be woken. Its fields are private; copying one copies no reference. */
typedef struct edo_waker {
    const struct edo_waker_ops *ops;
    void *data;
} edo_waker;

/**
 * Makes a counted waker that calls `wake(arg)`, on the thread of whoever wakes it and with no lock
 * of edo's held. `destroy(arg)`, if there is one, is called after the last reference is gone.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_waker is untouched.
 * Owns      the caller holds one reference, until edo_waker_drop or edo_waker_wake.
 */
EDO_API int edo_waker_new(void (*wake)(void *arg), void (*destroy)(void *arg), void *arg,
                          edo_waker *ret_waker);

/**
 * Takes a counted waker from any other, also from a borrowed one inside a poll function. It may
 * outlive the future, the task and the runtime.
 *
 * Returns   0; -EINVAL; -ENOMEM: its task has 8 million wakers and handles already. Else than with 0,
 *           *ret_clone is untouched.
 * Owns      the caller holds one reference, until edo_waker_drop or edo_waker_wake.
 */
EDO_API int edo_waker_clone(const edo_waker *waker, edo_waker *ret_clone);

/** Wakes, and gives up the reference of a counted waker. */
EDO_API void edo_waker_wake(edo_waker waker);
/** Wakes, and keeps the reference. */
EDO_API void edo_waker_wake_by_ref(const edo_waker *waker);
/** Gives up a counted waker's reference. A waker of zeros is fine. */
EDO_API void edo_waker_drop(edo_waker waker);
/** Whether waking either is the same thing, so that a poll function may keep what it has. */
EDO_API bool edo_waker_is_same(const edo_waker *a, const edo_waker *b);

EDO_END_DECLS

#endif
