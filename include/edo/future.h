/*
 * edo/future.h: what can be waited for.
 *
 * A future lies where its user puts it, mostly on the stack. Its memory stays valid from its first
 * poll until a poll says READY, after a cancel as well; in between it may not move. One never
 * polled has done nothing and may be forgotten.
 */
#ifndef EDO_FUTURE_H
#define EDO_FUTURE_H

#include <edo/macros.h>
#include <edo/waker.h>

EDO_BEGIN_DECLS

typedef enum edo_poll { EDO_PENDING = 0, EDO_READY = 1 } edo_poll;

typedef struct edo_future edo_future;

/** What a kind of future can do. Only edo_future_poll, _cancel and _put_back call these. */
typedef struct edo_future_ops {
    /**
     * Makes progress. Says READY after it stored the result, or PENDING after it has arranged that
     * `waker` is woken; a later poll's waker replaces an earlier one's. After a cancel it goes on
     * to be polled until it says READY: then with -ECANCELED and no effect, or with its result.
     */
    edo_poll (*poll)(edo_future *fut, const edo_waker *waker);
    /** Asks it to finish soon. Called once, between a PENDING and the next poll. May be NULL. */
    void (*cancel)(edo_future *fut);
    /** Gives back what a READY future has taken; NULL for those that take nothing. */
    void (*put_back)(edo_future *fut);
    /** What it is, for reports: "tcp_read". May be NULL. */
    const char *name;
    unsigned flags; /**< of the values below */
} edo_future_ops;

enum {
    /** It owns something from its making on: cancel is called also if it was never polled. */
    EDO_FUTURE_OWNS = 1,
    /** It is made of others: put_back is called whatever its own result is. */
    EDO_FUTURE_COMPOSITE = 2,
    /**
     * Once it said -ECANCELED, all but its base is as it was made, or goes on from where it came to,
     * so that it can be begun anew: edo_select_keep does so.
     */
    EDO_FUTURE_RESTARTS = 4,
    /**
     * It is a function's body (edo/stackless.h): a task that was cancelled before its first poll
     * polls it all the same, and it asks by itself why its waits are cut short.
     */
    EDO_FUTURE_BODY = 8,
};

/** Its fields but result are private. The same layout in every build. */
struct edo_future {
    const edo_future_ops *ops;
    int64_t result; /**< once READY: a count or 0, or a negative errno */
    uint32_t state;
    uint32_t gen;
    const void *self;
};

/** The start of every future: `(edo_future)EDO_FUTURE_INIT(&ops)`. */
#define EDO_FUTURE_INIT(table)                                                                     \
    {                                                                                              \
        (table), 0, 0, 0, NULL                                                                     \
    }

/**
 * Polls: READY, or PENDING and `waker` will be woken. After READY it says READY again, with the
 * same result, and does nothing (a debug build mentions it). NULL is READY.
 *
 * Threads   one at a time; it need not be the one that polled before.
 */
EDO_API edo_poll edo_future_poll(edo_future *fut, const edo_waker *waker);

/**
 * Asks the future to end soon; poll it afterwards until it says READY. One never polled is READY
 * with -ECANCELED at once; one that is READY stays as it is; a second cancel does nothing.
 */
EDO_API void edo_future_cancel(edo_future *fut);

/**
 * Undoes the success of a READY future that takes something: what it took goes back to where it
 * came from, and the result becomes -ECANCELED. A failure, or a kind that takes nothing, is left
 * as it is.
 */
EDO_API void edo_future_put_back(edo_future *fut);

/** Whether a poll has said READY. */
EDO_API bool edo_future_is_ready(const edo_future *fut);

/** For poll functions: stores the result and says READY. */
static inline edo_poll edo_future_finish(edo_future *fut, int64_t result)
{
    fut->result = result;
    return EDO_READY;
}

/** A future that is READY at its first poll, with `result`. */
EDO_API edo_future edo_ready(int64_t result);
/** A future that is never READY by itself; it holds nothing. */
EDO_API edo_future edo_pending(void);

/** A future made of a function. */
typedef struct edo_poll_fn_future {
    edo_future base;
    edo_poll (*fn)(void *arg, const edo_waker *waker, int64_t *ret_result);
    void *arg;
} edo_poll_fn_future;

/**
 * Makes a future of `fn`, which is called once for each poll, and not after it said READY. A
 * cancel ends it with -ECANCELED at its next poll, without calling `fn` again. NULL is -EINVAL.
 */
EDO_API edo_poll_fn_future edo_poll_fn(edo_poll (*fn)(void *arg, const edo_waker *waker,
                                                      int64_t *ret_result),
                                       void *arg);

EDO_END_DECLS

#endif
