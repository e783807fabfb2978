/*
 * edo/cancel_token.h: asking any number of tasks and threads to stop, once and for good.
 *
 * Tokens form a tree: who cancels one cancels those below it, and nobody else. A server has one, each
 * connection a child of it, each request a child of that. A token cuts nothing short by itself: who
 * wants to stop waits for it, as an arm of a select or by edo_run_until_canceled, or looks at it.
 */
#ifndef EDO_CANCEL_TOKEN_H
#define EDO_CANCEL_TOKEN_H

#include <edo/future.h>
#include <edo/waiter.h>

EDO_BEGIN_DECLS

/** Any thread may use it at any time. A clone is the same pointer, counted. */
typedef struct edo_cancel_token edo_cancel_token;

/**
 * Makes a token that is not cancelled, and that no other can cancel.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_token is untouched.
 * Owns      the caller, until edo_cancel_token_free.
 */
EDO_API_SYNC int edo_cancel_token_new(edo_cancel_token **ret_token);
/**
 * Makes a token below `parent`; of a cancelled one it is cancelled from the start. It may outlive
 * its parent's handles: what is above that still cancels it.
 *
 * Returns   0; -EINVAL, -ENOMEM, and then *ret_child is untouched.
 * Owns      the caller, until edo_cancel_token_free. The child keeps its parent's memory.
 */
EDO_API_SYNC int edo_cancel_token_child(edo_cancel_token *parent, edo_cancel_token **ret_child);
/** The same token, to be freed once more. NULL gives NULL. */
EDO_API_SYNC edo_cancel_token *edo_cancel_token_clone(edo_cancel_token *token);
/** Gives a handle up, and cancels nobody. A wait that was begun keeps the token. NULL is fine. */
EDO_API_SYNC void edo_cancel_token_free(edo_cancel_token *token);
/** Whether both are one token: then they are cancelled together. */
EDO_API_SYNC bool edo_cancel_token_is_same(const edo_cancel_token *a, const edo_cancel_token *b);
/** A number for hash tables, the same for a token and its clones. */
EDO_API_SYNC uint64_t edo_cancel_token_hash(const edo_cancel_token *token);

/**
 * Cancels the token and all that are below it, and ends their waits. When it returns, each of them
 * says that it is cancelled, to any thread; each sees what the caller had written before. It takes
 * time for each that was not cancelled yet, and no lock is held meanwhile. Again: does nothing.
 */
EDO_API_SYNC void edo_cancel_token_cancel(edo_cancel_token *token);
/** Whether it was cancelled; then it stays so. */
EDO_API_SYNC bool edo_cancel_token_is_canceled(const edo_cancel_token *token);

/** A wait under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_cancel_token_wait_future {
    edo_future base;
    edo_cancel_token *token;
    edo_waiter waiter;
    bool keeps;
    bool owns;
} edo_cancel_token_wait_future;

/**
 * Waits until the token is cancelled.
 *
 * Returns   0; -EINVAL; or why the waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless it is cancelled; a plain thread parks.
 * Cancel    takes nothing; if the token was cancelled first, the answer is 0, of a loser of select
 *           as well, unless it was never polled.
 */
EDO_API_SYNC int edo_cancel_token_wait(edo_cancel_token *token);
EDO_API_SYNC edo_cancel_token_wait_future edo_cancel_token_wait_async(edo_cancel_token *token);
/**
 * The same with a handle of its own, so that the caller may free its own before the first poll. It
 * is to be polled or cancelled: else the handle is never given up.
 */
EDO_API_SYNC edo_cancel_token_wait_future
edo_cancel_token_wait_owned_async(edo_cancel_token *token);

/** A future that a token can end. Its fields are private; don't move it once it has been polled. */
typedef struct edo_run_until_canceled_future {
    edo_future base;
    edo_future *inner;
    edo_cancel_token_wait_future wait;
    uint32_t phase;
} edo_run_until_canceled_future;

/**
 * Waits for `fut` until the token is cancelled: then `fut` is cancelled and waited for, and a success
 * that came first still stands. With a token that is cancelled from the start, `fut` is not polled.
 * Of both in one moment the result of `fut` counts.
 *
 * Returns   the future's result; -ECANCELED, and then it had no effect; -EINVAL; or why the waiting
 *           was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 * Suspends  unless one of them is READY at once; a plain thread parks.
 * Cancel    cancels the future; a success stands. Puts back what the future puts back.
 */
EDO_API_SYNC int64_t edo_run_until_canceled(edo_cancel_token *token, edo_future *fut);
EDO_API_SYNC edo_run_until_canceled_future edo_run_until_canceled_async(edo_cancel_token *token,
                                                                        edo_future *fut);
/** The same with a handle of its own, as edo_cancel_token_wait_owned_async. */
EDO_API_SYNC edo_run_until_canceled_future
edo_run_until_canceled_owned_async(edo_cancel_token *token, edo_future *fut);

/** Cancels its token when it is dropped. Zeros are none. */
typedef struct edo_cancel_guard {
    edo_cancel_token *token; /**< its own handle; NULL once dropped or disarmed */
} edo_cancel_guard;

/** Makes a guard with a handle of its own. Of NULL it is zeros. */
EDO_API_SYNC edo_cancel_guard edo_cancel_token_guard(edo_cancel_token *token);
/** Cancels, and frees the guard's handle. A dropped, disarmed or NULL one does nothing. */
EDO_API_SYNC void edo_cancel_guard_drop(edo_cancel_guard *guard);
/** Makes dropping it do nothing. Returns its handle, which is the caller's to free; NULL: none. */
EDO_API_SYNC edo_cancel_token *edo_cancel_guard_disarm(edo_cancel_guard *guard);

EDO_END_DECLS

#endif
