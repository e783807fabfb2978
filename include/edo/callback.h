/*
 * edo/callback.h: a call that can't be cancelled, as a future.
 *
 * For libraries that call back, and for work on other threads that nobody can stop. The call owns
 * its memory; whoever waits may leave at any time, and then the late result is discarded.
 */
#ifndef EDO_CALLBACK_H
#define EDO_CALLBACK_H

#include <edo/future.h>

EDO_BEGIN_DECLS

/** A call under way: one side finishes it, the other waits for it. */
typedef struct edo_callback edo_callback;

/**
 * Makes one. `discard(arg, result)` is called, by whoever finishes it, for a result of 0 or more
 * that nobody waits for any more; it may be NULL.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_callback is untouched.
 * Owns      two sides, each once: the finishing side calls edo_callback_finish, the waiting side
 *           waits until its future is READY or calls edo_callback_leave. Then it is freed.
 */
EDO_API int edo_callback_new(void (*discard)(void *arg, int64_t result), void *arg,
                             edo_callback **ret_callback);

/**
 * Ends the call with a result: before, during or after the first poll of who waits.
 *
 * Owns      the finishing side is gone afterwards.
 */
EDO_API void edo_callback_finish(edo_callback *callback, int64_t result);

/** Ends the waiting side without a wait; a result is discarded. NULL is fine. */
EDO_API void edo_callback_leave(edo_callback *callback);

/** A wait for a call under way. Its fields are private. */
typedef struct edo_callback_future {
    edo_future base;
    edo_callback *callback;
} edo_callback_future;

/**
 * Waits for the call's end.
 *
 * Returns   its result; -EINVAL; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT,
 *           -EDO_ESHUTDOWN.
 * Owns      the waiting side is gone when it is READY.
 * Suspends  unless the call has ended; a plain thread parks.
 * Cancel    leaves an orphan: -ECANCELED at once; the call goes on, and its result is discarded. A
 *           result that came first stands.
 */
EDO_API int64_t edo_callback_wait(edo_callback *callback);
EDO_API edo_callback_future edo_callback_async(edo_callback *callback);

EDO_END_DECLS

#endif
