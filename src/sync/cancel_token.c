/*
 * cancel_token.c: a tree of flags, and the walk that sets them.
 *
 * Invariant   A cancelled token gets no children: who wants to add one sees the flag under the lock.
 *             A child leaves its parent's list only when it is being freed, or when it is cancelled
 *             and its own list is empty. So where a cancelled token has an empty list, all that are
 *             below are cancelled; a walk that comes second goes down where the first has not been
 *             yet, and neither returns too early.
 * The walk    has a reference to each token between its start and where it is, so it can climb by the
 *             parents, and needs no memory. One lock at a time; a wait is woken with none.
 * Lifetime    A child has a reference to its parent, never the other way round. One whose count is 0
 *             may still be linked: its freer waits for the lock to unlink it. So whoever finds it
 *             counts it up only from above 0, and unlinks it otherwise.
 */
#include "sync/cancel_token.h"

#include <errno.h>
#include <stdlib.h>

int edo_cancel_token_new(edo_cancel_token **ret_token)
{
    if (!ret_token)
        return -EINVAL;
    edo_cancel_token *token = malloc(sizeof *token);
    if (!token)
        return -ENOMEM;
    *token = (edo_cancel_token){.refs = 1};
    *ret_token = token;
    return 0;
}

/* With the parent's lock held. */
static void link_child(edo_cancel_token *parent, edo_cancel_token *child)
{
    child->next = parent->first;
    child->link = &parent->first;
    if (child->next)
        child->next->link = &child->next;
    parent->first = child;
    child->linked = true;
}

static void unlink_child(edo_cancel_token *child)
{
    *child->link = child->next;
    if (child->next)
        child->next->link = child->link;
    child->linked = false;
}

/* False: the parent is cancelled, so the child has nothing to wait for. */
static bool add_child(edo_cancel_token *parent, edo_cancel_token *child)
{
    lock_take(&parent->lock);
    bool adds = MODEL_BUG(2001, !a_load(&parent->canceled, relaxed), true); /* under the lock */
    if (adds)
        link_child(parent, child);
    lock_drop(&parent->lock);
    return adds;
}

static void remove_child(edo_cancel_token *parent, edo_cancel_token *child)
{
    lock_take(&parent->lock);
    if (child->linked)
        unlink_child(child);
    lock_drop(&parent->lock);
}

int edo_cancel_token_child(edo_cancel_token *parent, edo_cancel_token **ret_child)
{
    edo_cancel_token *child;

    if (!parent || !ret_child)
        return -EINVAL;
    int rc = edo_cancel_token_new(&child);
    if (rc < 0)
        return rc;
    child->parent = edo_cancel_token_clone(parent);
    if (!add_child(parent, child)) {
        child->parent = NULL;
        child->canceled = true;
        edo_cancel_token_free(parent); /* the caller has another one */
    }
    *ret_child = child;
    return 0;
}

edo_cancel_token *edo_cancel_token_clone(edo_cancel_token *token)
{
    if (token)
        a_fetch_add(&token->refs, 1, relaxed); /* who calls has one */
    return token;
}

void edo_cancel_token_free(edo_cancel_token *token)
{
    /* acq_rel: the last one sees what all the others did before they let go. A chain of parents goes
     * one by one, however long it is. */
    while (token && a_fetch_sub(&token->refs, 1, MODEL_BUG(2002, acq_rel, relaxed)) == 1) {
        edo_cancel_token *parent = token->parent;
        if (parent)
            remove_child(parent, token);
        free(token);
        token = parent;
    }
}

bool edo_cancel_token_is_same(const edo_cancel_token *a, const edo_cancel_token *b)
{
    return a == b;
}

uint64_t edo_cancel_token_hash(const edo_cancel_token *token)
{
    uint64_t n = (uintptr_t)token;

    n = (n ^ n >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    return n ^ n >> 29;
}

bool edo_cancel_token_is_canceled(const edo_cancel_token *token)
{
    /* acquire: pairs with the release in mark. */
    return token && a_load(&token->canceled, MODEL_BUG(2003, acquire, relaxed));
}

/* Sets the flag, and wakes who waits for it. */
static void mark(edo_cancel_token *token)
{
    lock_take(&token->lock);
    if (a_load(&token->canceled, relaxed)) { /* relaxed: under the lock */
        lock_drop(&token->lock);
        return;
    }
    /* release: pairs with the acquires of those who look without the lock. */
    a_store(&token->canceled, true, MODEL_BUG(2004, release, relaxed));
    if (crowd_has_waits(&token->crowd))
        crowd_wake(&token->crowd, &token->lock); /* drops the lock */
    else
        lock_drop(&token->lock);
}

/* One more reference, unless it is being freed. */
static bool try_ref(edo_cancel_token *token)
{
    uint64_t refs = a_load(&token->refs, relaxed); /* a guess: the exchange verifies it */

    while (MODEL_BUG(2005, refs > 0, true))
        if (a_cas_weak(&token->refs, &refs, refs + 1, relaxed, relaxed)) /* as in clone */
            return true;
    return false;
}

/* A child, with a reference; NULL: all below are cancelled. */
static edo_cancel_token *first_child(edo_cancel_token *token)
{
    edo_cancel_token *child;

    lock_take(&token->lock);
    while ((child = token->first) && !try_ref(child))
        unlink_child(child);
    if (MODEL_BUG(2006, false, child != NULL))
        unlink_child(child);
    lock_drop(&token->lock);
    return child;
}

/* All below `at` are cancelled: back to its parent, to which the walk has a reference as well. */
static edo_cancel_token *climb(edo_cancel_token *at)
{
    edo_cancel_token *parent = at->parent;

    remove_child(parent, at);
    edo_cancel_token_free(at);
    return parent;
}

void edo_cancel_token_cancel(edo_cancel_token *token)
{
    edo_cancel_token *at = edo_cancel_token_clone(token); /* who is woken may free the caller's */

    if (!token)
        return;
    for (;;) {
        mark(at);
        edo_cancel_token *child;
        while (!(child = first_child(at))) {
            if (at == token) {
                edo_cancel_token_free(token);
                return;
            }
            at = climb(at);
        }
        at = child;
    }
}

edo_cancel_guard edo_cancel_token_guard(edo_cancel_token *token)
{
    return (edo_cancel_guard){edo_cancel_token_clone(token)};
}

edo_cancel_token *edo_cancel_guard_disarm(edo_cancel_guard *guard)
{
    edo_cancel_token *token = guard ? guard->token : NULL;

    if (guard)
        guard->token = NULL;
    return token;
}

void edo_cancel_guard_drop(edo_cancel_guard *guard)
{
    edo_cancel_token *token = edo_cancel_guard_disarm(guard);

    edo_cancel_token_cancel(token);
    edo_cancel_token_free(token);
}
