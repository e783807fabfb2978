/*
 * edo/scope.h: limits on all that a stretch of a task's code waits for.
 *
 * In a scope with a deadline each wait ends with -ETIMEDOUT once that has passed, in the functions that
 * are called as well, and nobody has to hand a limit down. Scopes nest; the innermost that has a reason
 * to end a wait says which, a cancelled one -ECANCELED also if its deadline has passed. A scope belongs to
 * one task: those that are spawned inside are not in it.
 */
#ifndef EDO_SCOPE_H
#define EDO_SCOPE_H

#include <edo/cancel_token.h>
#include <edo/scope_link.h>
#include <edo/time.h>

EDO_BEGIN_DECLS

/** Lies on the task's stack until it is left. Its fields are private. */
typedef struct edo_scope {
    edo_scope_link link;
    uint64_t deadline;
    const uint32_t *token_canceled;
    edo_cancel_token *token;
    edo_waiter waiter;
    edo_timer timer;
    unsigned budget;
    int error;
    bool canceled;
    bool shield;
    bool unconstrained;
} edo_scope;

/** Zeros are the defaults: no limit. */
typedef struct edo_scope_opts {
    edo_duration limit; /**< from now on, each wait ends with -ETIMEDOUT after it; 0: none */
    edo_instant until;  /**< the same as a point of time; 0: none; the earlier of both counts */
    edo_cancel_token
        *token;  /**< once it is cancelled, each wait ends with -ECANCELED; NULL: none */
    bool shield; /**< hides from waits what lies further out: abort, shutdown, outer scopes */
    bool unconstrained; /**< waits that could go on at once are not held back by the budget */
} edo_scope_opts;

/**
 * Enters a scope of the running task, which holds until it is left. `opts` may be NULL. It holds for
 * the waits of this task: in edo_block_in_place, where the thread is in no task, edo_timeout is the
 * limit. A shield makes no spawn succeed that a shutdown refuses.
 *
 * Returns   0; -EDO_EMISUSE (not in a task that has a stack, or in a poll function or a hook);
 *           -EDO_ENOTIME (a limit in a runtime without timers); -EINVAL. Then leaving it does nothing.
 * Owns      `scope` stays where it is until it is left; it has a handle of the token of its own.
 */
EDO_API_SCOPES int edo_scope_enter(edo_scope *scope, const edo_scope_opts *opts);
/** The same with a limit alone, which may be 0: then each wait ends at once. */
EDO_API_SCOPES int edo_scope_enter_within(edo_scope *scope, edo_duration limit);
/** The same until a point of time. */
EDO_API_SCOPES int edo_scope_enter_until(edo_scope *scope, edo_instant deadline);
/**
 * The same with a shield: for cleanup that has to wait, in a task that was cancelled. The limit is what
 * the cleanup may take; EDO_FOREVER() lets it hold up whoever waits for the task.
 */
EDO_API_SCOPES int edo_scope_enter_shield(edo_scope *scope, edo_duration limit);
/**
 * Leaves it; what lies further out is seen again, and the budget is what it was. In the task that
 * entered it, and before the function whose stack it lies on returns; the innermost first. Of zeros,
 * one left, or NULL it does nothing. Never suspends, so it may be a variable's cleanup function.
 */
EDO_API_SCOPES void edo_scope_leave(edo_scope *scope);

/** Cancels it, in its own task: each wait in it ends with -ECANCELED. Others cancel its token. */
EDO_API_SCOPES void edo_scope_cancel(edo_scope *scope);
/** Whether its deadline has passed; asked inside. A wait may have succeeded all the same. */
EDO_API_SCOPES bool edo_scope_is_expired(const edo_scope *scope);
/** Whether it was cancelled, by edo_scope_cancel or its token; asked inside. */
EDO_API_SCOPES bool edo_scope_is_canceled(const edo_scope *scope);
/**
 * Why a wait of the running task would be cut short now, for code that computes for long.
 *
 * Returns   0: it would not be, or this is no task; -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN.
 */
EDO_API_SCOPES int edo_scope_reason(void);

/** For the blocks below: enters it, or makes each wait in it say why that failed. Returns `scope`. */
EDO_API_SCOPES edo_scope *edo_scope_begin(edo_scope *scope, const edo_scope_opts *opts);
EDO_API_SCOPES edo_scope *edo_scope_begin_within(edo_scope *scope, edo_duration limit);
EDO_API_SCOPES edo_scope *edo_scope_begin_shield(edo_scope *scope, edo_duration limit);

EDO_END_DECLS

#ifdef __cplusplus
#define EDO_SCOPE_ZEROS_                                                                           \
    {                                                                                              \
    }
#else
#define EDO_SCOPE_ZEROS_                                                                           \
    {                                                                                              \
        .deadline = 0                                                                              \
    }
#endif
#define EDO_SCOPE_PASTE_(line) edo_scope_##line##_
#define EDO_SCOPE_NAME_(line) EDO_SCOPE_PASTE_(line)
#define EDO_SCOPE_FOR_(scope, begin, arg)                                                          \
    for (edo_scope scope EDO_CLEANUP(edo_scope_leave) = EDO_SCOPE_ZEROS_,                          \
                         *scope##once = begin(&scope, (arg));                                      \
         scope##once; scope##once = NULL)
#define EDO_SCOPE_BLOCK_(scope, begin, arg) EDO_SCOPE_FOR_(scope, begin, arg)

/**
 * A block in a scope, which is left however the block is: at its end, by break or continue (which leave
 * this block alone, whatever loop is around it), return or goto; by a C++ exception; not by longjmp. If it can't be entered in a
 * task, each wait in it says why; outside of tasks it has no effect, which debug builds mention.
 *
 *     EDO_WITHIN(EDO_SECONDS(5)) {
 *         if ((rc = handshake(conn)) < 0)
 *             return rc;
 *     }
 */
#define EDO_WITHIN(limit) EDO_SCOPE_BLOCK_(EDO_SCOPE_NAME_(__LINE__), edo_scope_begin_within, limit)
/** The same with a shield. */
#define EDO_SHIELDED(limit)                                                                        \
    EDO_SCOPE_BLOCK_(EDO_SCOPE_NAME_(__LINE__), edo_scope_begin_shield, limit)
/** The same with options: EDO_SCOPE(EDO_OPTS(scope, .token = stop)) { … } */
#define EDO_SCOPE(...) EDO_SCOPE_BLOCK_(EDO_SCOPE_NAME_(__LINE__), edo_scope_begin, __VA_ARGS__)

#endif
