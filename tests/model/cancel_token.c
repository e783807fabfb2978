/*
 * cancel_token.c: when a cancel returns all below are cancelled, whoever else cancels, adds and frees
 * meanwhile; a wait is told, or was given up; and the memory goes once, after the last who looks at it.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "future/parker.h"
#include "no_runtime.h"
#include "sync/cancel_token.h"

static edo_cancel_token *root, *child, *grandchild, *added;
static unsigned data; /* plain: 7 before the cancel */

static edo_cancel_token *child_of(edo_cancel_token *parent)
{
    edo_cancel_token *token = NULL;

    model_assert(edo_cancel_token_child(parent, &token) == 0);
    return token;
}

static void setup_tree(void)
{
    model_assert(edo_cancel_token_new(&root) == 0);
    child = child_of(root);
    grandchild = child_of(child);
    model_name(&root->refs, "root.refs");
    model_name(&child->refs, "child.refs");
    model_name(&grandchild->refs, "grandchild.refs");
}

/* Its own reference is given up with the tokens that are left. */
static void free_tree(void)
{
    edo_cancel_token_free(added);
    edo_cancel_token_free(grandchild);
    edo_cancel_token_free(child);
    edo_cancel_token_free(root);
}

/* --- two at once --------------------------------------------------------------------------- */

static void cancel_and_look(void)
{
    edo_cancel_token_cancel(root);
    model_assert(edo_cancel_token_is_canceled(child));
    model_assert(edo_cancel_token_is_canceled(grandchild));
}

static void check_tree(void)
{
    model_assert(edo_cancel_token_is_canceled(root) && edo_cancel_token_is_canceled(grandchild));
    edo_cancel_token *tokens[] = {grandchild, child, root};
    free_tree();
    for (int i = 0; i < 3; i++)
        model_assert(model_is_freed(tokens[i]));
}

/* --- growing and falling ------------------------------------------------------------------- */

static void cancel_root(void)
{
    edo_cancel_token_cancel(root);
}

static void add_one(void)
{
    added = child_of(grandchild);
}

static void check_added(void)
{
    model_assert(edo_cancel_token_is_canceled(added));
    check_tree();
}

static void free_the_lower(void)
{
    edo_cancel_token_free(grandchild);
    edo_cancel_token_free(child);
}

static void check_root(void)
{
    model_assert(edo_cancel_token_is_canceled(root));
    model_assert(model_is_freed(grandchild) && model_is_freed(child));
    edo_cancel_token_free(root);
    model_assert(model_is_freed(root));
}

static void free_and_let_go_of_root(void)
{
    edo_cancel_token_free(grandchild);
    edo_cancel_token_free(root);
}

static void let_go_of_child(void)
{
    edo_cancel_token_free(child);
}

static void check_gone(void)
{
    model_assert(model_is_freed(grandchild) && model_is_freed(child) && model_is_freed(root));
}

/* --- waits --------------------------------------------------------------------------------- */

static void wake_parker(void *p)
{
    parker_wake(p);
}

static void unref_parker(void *p)
{
    parker_unref(p);
}

/* Waits by a handle that it gives up after its first poll. */
static int64_t wait_for(edo_cancel_token *token, bool gives_up)
{
    edo_cancel_token_wait_future wait = edo_cancel_token_wait_async(token);
    parker *p = parker_new();
    edo_waker waker;
    (void)edo_waker_new(wake_parker, unref_parker, p, &waker);
    edo_poll is = edo_future_poll(&wait.base, &waker);

    edo_cancel_token_free(token);
    if (is == EDO_PENDING && gives_up)
        edo_future_cancel(&wait.base);
    while (is == EDO_PENDING && (is = edo_future_poll(&wait.base, &waker)) == EDO_PENDING)
        parker_wait(p, UINT64_MAX);
    wait.waiter = (edo_waiter){0}; /* the memory is ours again, and so is the waker */
    edo_waker_drop(waker);
    return wait.base.result;
}

static void write_and_cancel(void)
{
    data = 7;
    edo_cancel_token_cancel(root);
    edo_cancel_token_free(root);
}

static void wait_by_the_lower(void)
{
    edo_cancel_token_free(child);
    model_assert(wait_for(grandchild, false) == 0);
    model_assert(data == 7);
}

static void wait_a_little(void)
{
    edo_cancel_token_free(child);
    int64_t result = wait_for(grandchild, true);
    model_assert(result == -ECANCELED || (result == 0 && data == 7));
}

static void look(void)
{
    if (edo_cancel_token_is_canceled(child))
        model_assert(data == 7);
    edo_cancel_token_free(child);
    edo_cancel_token_free(grandchild);
}

static const model_scenario scenarios[] = {
    {.name = "two_cancel",
     .setup = setup_tree,
     .threads = {cancel_and_look, cancel_and_look},
     .check = check_tree},
    {.name = "one_cancels_one_adds",
     .setup = setup_tree,
     .threads = {cancel_root, add_one},
     .check = check_added},
    {.name = "one_cancels_one_frees",
     .setup = setup_tree,
     .threads = {cancel_root, free_the_lower},
     .check = check_root},
    {.name = "two_free",
     .setup = setup_tree,
     .threads = {free_and_let_go_of_root, let_go_of_child},
     .check = check_gone},
    {.name = "one_cancels_one_waits",
     .setup = setup_tree,
     .threads = {write_and_cancel, wait_by_the_lower},
     .check = check_gone},
    {.name = "one_cancels_one_gives_up",
     .setup = setup_tree,
     .threads = {write_and_cancel, wait_a_little},
     .check = check_gone},
    {.name = "one_cancels_one_looks",
     .setup = setup_tree,
     .threads = {write_and_cancel, look},
     .check = check_gone},
};

MODEL_PROGRAM("cancel_token", scenarios)
