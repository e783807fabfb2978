/* cancel_token_test.c: tokens: who is cancelled by whom, who is woken, and who keeps what. */
#include <sched.h>
#include <stdlib.h>

#include "sync/cancel_rig.h"

static edo_cancel_token *new_token(void)
{
    edo_cancel_token *token;

    assert_ok(edo_cancel_token_new(&token));
    return token;
}

static edo_cancel_token *child_of(edo_cancel_token *parent)
{
    edo_cancel_token *token;

    assert_ok(edo_cancel_token_child(parent, &token));
    return token;
}

/* A token, and a wait for it that is polled by hand. */
struct node {
    edo_cancel_token *token;
    edo_cancel_token_wait_future wait;
    edo_test_task *hand;
};

static void watch(struct node *n, edo_cancel_token *token)
{
    n->token = token;
    n->wait = edo_cancel_token_wait_async(token);
    n->hand = hand_wait(&n->wait.base);
}

static void check_canceled(struct node *n)
{
    assert_true(edo_cancel_token_is_canceled(n->token));
    hand_end(n->hand, &n->wait.base, 0);
    edo_cancel_token_free(n->token);
}

static void check_untouched(struct node *n)
{
    assert_false(edo_cancel_token_is_canceled(n->token));
    hand_waits_on(n->hand);
    hand_cancel(n->hand, &n->wait.base, -ECANCELED);
    edo_cancel_token_free(n->token);
}

EDO_TEST_PLAIN(a_cancel_wakes_each_wait_once) /* util-001 util-002 */
{
    edo_cancel_token *token = new_token();
    struct node nodes[40]; /* more than are woken in one turn */
    edo_cancel_token_wait_future late = edo_cancel_token_wait_async(token);

    assert_false(edo_cancel_token_is_canceled(token));
    for (int i = 0; i < 40; i++) {
        watch(&nodes[i], edo_cancel_token_clone(token));
        hand_waits_on(nodes[i].hand);
    }
    edo_cancel_token_cancel(token);
    edo_cancel_token_cancel(token);
    for (int i = 0; i < 40; i++)
        check_canceled(&nodes[i]);
    assert_ready_eq(&late.base, 0);
    assert_woken(0);
    assert_true(edo_cancel_token_is_canceled(token));
    assert_ok(edo_cancel_token_wait(token));
    edo_cancel_token_free(token);
}

EDO_TEST_PLAIN(an_abandoned_wait_leaves_the_token_usable) /* util-003 */
{
    edo_cancel_token *token = new_token();
    struct node stays, leaves, owner;

    edo_cancel_token_wait_future forgotten = edo_cancel_token_wait_async(token);
    (void)forgotten;
    watch(&stays, edo_cancel_token_clone(token));
    watch(&leaves, edo_cancel_token_clone(token));
    check_untouched(&leaves);
    edo_cancel_token_cancel(token);
    check_canceled(&stays);
    edo_cancel_token_free(token);

    token = new_token();
    watch(&owner, token);
    edo_cancel_token_free(token); /* the wait has the last one */
    hand_waits_on(owner.hand);
    hand_cancel(owner.hand, &owner.wait.base, -ECANCELED);
}

EDO_TEST_PLAIN(an_owned_wait_needs_no_other_handle) /* util-003 */
{
    edo_cancel_token *token = new_token();
    edo_cancel_token_wait_future never = edo_cancel_token_wait_owned_async(token);
    edo_cancel_token_wait_future wait = edo_cancel_token_wait_owned_async(token);
    edo_cancel_token_wait_future ended = edo_cancel_token_wait_owned_async(token);
    edo_cancel_guard guard = edo_cancel_token_guard(token);

    edo_cancel_token_free(token);
    edo_future_cancel(&never.base); /* gives its handle up, as a leak check sees */
    assert_ready_eq(&never.base, -ECANCELED);
    edo_test_task *hand = hand_wait(&wait.base);
    hand_cancel(hand, &wait.base, -ECANCELED);
    hand = hand_wait(&ended.base);
    edo_cancel_guard_drop(&guard);
    hand_end(hand, &ended.base, 0);
}

EDO_TEST_PLAIN(a_child_is_cancelled_with_its_parent) /* util-004 */
{
    edo_cancel_token *parent = new_token(), *child = child_of(parent);
    struct node above, below;

    watch(&above, edo_cancel_token_clone(parent));
    watch(&below, edo_cancel_token_clone(child));
    edo_cancel_token_cancel(parent);
    check_canceled(&above);
    check_canceled(&below);
    edo_cancel_token *late = child_of(parent);
    assert_true(edo_cancel_token_is_canceled(late));
    edo_cancel_token_free(late);
    edo_cancel_token_free(parent);
    edo_cancel_token_free(child);
}

EDO_TEST_PLAIN(a_grandchild_is_cancelled_past_a_token_that_is_gone) /* util-005 */
{
    edo_cancel_token *root = new_token(), *between = child_of(root);
    struct node grandchild;

    watch(&grandchild, child_of(between));
    edo_cancel_token_free(between);
    hand_waits_on(grandchild.hand);
    edo_cancel_token_cancel(root);
    check_canceled(&grandchild);
    edo_cancel_token_free(root);
}

EDO_TEST_PLAIN(those_above_and_beside_are_left_alone) /* util-006 */
{
    struct node parent, sibling, below[6]; /* the token itself, 2, 2, 1 */

    watch(&parent, new_token());
    watch(&sibling, child_of(parent.token));
    watch(&below[0], child_of(parent.token));
    watch(&below[1], child_of(below[0].token));
    watch(&below[2], child_of(below[0].token));
    watch(&below[3], child_of(below[1].token));
    watch(&below[4], child_of(below[2].token));
    watch(&below[5], child_of(below[4].token));
    edo_cancel_token_cancel(below[0].token);
    for (int i = 0; i < 6; i++)
        check_canceled(&below[i]);
    check_untouched(&sibling);
    check_untouched(&parent);
}

EDO_TEST_PLAIN(freeing_cancels_nobody) /* util-007 */
{
    for (int order = 0; order < 3; order++) {
        edo_cancel_token *parent = new_token();
        edo_cancel_token *first = child_of(parent), *second = child_of(parent);
        struct node left;
        watch(&left, child_of(second));
        if (order == 2)
            edo_cancel_token_free(parent);
        edo_cancel_token_free(order == 0 ? first : second);
        edo_cancel_token_free(order == 0 ? second : first);
        if (order != 2) {
            assert_false(edo_cancel_token_is_canceled(parent));
            edo_cancel_token_free(parent);
        }
        check_untouched(&left);
    }
}

EDO_TEST_PLAIN(a_clone_is_the_same_token) /* util-008 */
{
    edo_cancel_token *token = new_token(), *child = child_of(token), *other = new_token();
    edo_cancel_token *clone = edo_cancel_token_clone(token);

    assert_true(edo_cancel_token_is_same(token, clone));
    assert_int_equal(edo_cancel_token_hash(token), edo_cancel_token_hash(clone));
    assert_false(edo_cancel_token_is_same(token, child));
    assert_false(edo_cancel_token_is_same(token, other));
    assert_true(edo_cancel_token_hash(token) != edo_cancel_token_hash(other));
    edo_cancel_token_cancel(clone);
    assert_true(edo_cancel_token_is_canceled(token));
    assert_true(edo_cancel_token_is_canceled(child));
    assert_false(edo_cancel_token_is_canceled(other));
    edo_cancel_token_free(clone);
    assert_true(edo_cancel_token_is_canceled(token));
    edo_cancel_token_free(token);
    edo_cancel_token_free(child);
    edo_cancel_token_free(other);
}

/* A tree in which every token but the leaves has two children. */
#define TREE 1023

struct tree {
    edo_cancel_token *tokens[TREE];
    unsigned started; /* atomic */
};

static void *cancel_all_and_look(void *arg)
{
    struct tree *tree = arg;

    a_fetch_add(&tree->started, 1, relaxed);
    while (a_load(&tree->started, relaxed) < 3)
        sched_yield(); /* all at one moment */
    edo_cancel_token_cancel(tree->tokens[0]);
    for (int i = 0; i < TREE; i++)
        assert_true(edo_cancel_token_is_canceled(tree->tokens[i]));
    return tree;
}

EDO_TEST_PLAIN(when_a_cancel_returns_all_below_are_cancelled) /* util-009 */
{
    for (unsigned round = 0; round < test_count(100); round++) {
        struct tree tree = {0};
        pthread_t threads[3];
        for (int i = 0; i < TREE; i++)
            tree.tokens[i] = i ? child_of(tree.tokens[(i - 1) / 2]) : new_token();
        for (int i = 0; i < 3; i++)
            threads[i] = start_thread(cancel_all_and_look, &tree);
        for (int i = 0; i < 3; i++)
            assert_ptr_equal(join_thread(threads[i]), &tree);
        for (int i = 0; i < TREE; i++)
            edo_cancel_token_free(tree.tokens[i]);
    }
}

static edo_cancel_token *tokens[7];

/* Called in the middle of the walk that woke us, which has not been everywhere. */
static void cancel_in_between(void *arg)
{
    (void)arg;
    edo_cancel_token_cancel(tokens[0]);
    for (int i = 0; i < 7; i++)
        assert_true(edo_cancel_token_is_canceled(tokens[i]));
}

EDO_TEST_PLAIN(a_second_cancel_goes_where_the_first_has_not_been) /* util-009 */
{
    edo_cancel_token_wait_future waits[7];
    edo_waker waker;

    assert_ok(edo_waker_new(cancel_in_between, NULL, NULL, &waker));
    for (int i = 0; i < 7; i++) {
        tokens[i] = i ? child_of(tokens[(i - 1) / 2]) : new_token();
        waits[i] = edo_cancel_token_wait_async(tokens[i]);
        assert_int_equal(edo_future_poll(&waits[i].base, &waker), EDO_PENDING);
    }
    edo_cancel_token_cancel(tokens[0]);
    for (int i = 0; i < 7; i++) {
        assert_ready_eq(&waits[i].base, 0);
        edo_cancel_token_free(tokens[i]);
    }
    edo_waker_drop(waker);
}

/* From the deepest to the root each is only held by its child: neither way is it a recursion. */
EDO_TEST_PLAIN(a_hundred_thousand_levels)
{
    enum { LEVELS = 100000 };
    edo_cancel_token *root = new_token(), *at = edo_cancel_token_clone(root);
    struct node deepest;

    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < LEVELS; i++) {
            edo_cancel_token *child = child_of(at);
            edo_cancel_token_free(at);
            at = child;
        }
        if (round == 0) { /* let go of without a cancel */
            edo_cancel_token_free(at);
            at = edo_cancel_token_clone(root);
        }
    }
    watch(&deepest, at);
    edo_cancel_token_cancel(root);
    check_canceled(&deepest);
    edo_cancel_token_free(root);
}

EDO_TEST_PLAIN(a_hundred_thousand_children)
{
    enum { CHILDREN = 100000 };
    edo_cancel_token *root = new_token();
    edo_cancel_token **children = calloc(CHILDREN, sizeof *children);

    for (int i = 0; i < CHILDREN; i++)
        children[i] = child_of(root);
    for (int i = 0; i < CHILDREN; i += 2)
        edo_cancel_token_free(children[i]);
    edo_cancel_token_cancel(root);
    for (int i = 1; i < CHILDREN; i += 2) {
        assert_true(edo_cancel_token_is_canceled(children[i]));
        edo_cancel_token_free(children[i]);
    }
    edo_cancel_token_free(root);
    free(children);
}

EDO_TEST_PLAIN(a_guard_cancels_when_it_is_dropped) /* util-015 */
{
    edo_cancel_token *token = new_token(), *child = child_of(token);
    edo_cancel_guard disarmed = edo_cancel_token_guard(token);
    edo_cancel_guard armed = edo_cancel_token_guard(token);

    edo_cancel_token_free(edo_cancel_guard_disarm(&disarmed));
    edo_cancel_guard_drop(&disarmed);
    assert_false(edo_cancel_token_is_canceled(token));
    edo_cancel_guard_drop(&armed);
    assert_true(edo_cancel_token_is_canceled(token));
    assert_true(edo_cancel_token_is_canceled(child));
    edo_cancel_guard_drop(&armed); /* nothing any more */
    edo_cancel_token_free(child);
    edo_cancel_token_free(token);
}

struct last {
    edo_cancel_token *token;
    unsigned calls;
};

static void free_the_last(void *arg)
{
    struct last *last = arg;

    assert_true(edo_cancel_token_is_canceled(last->token));
    edo_cancel_token_cancel(last->token); /* no lock is held */
    edo_cancel_token *child = child_of(last->token);
    edo_cancel_token_free(child);
    edo_cancel_token_free(last->token);
    last->calls++;
}

EDO_TEST_PLAIN(a_waker_may_use_and_free_the_token)
{
    struct last last = {.token = new_token()};
    edo_cancel_token_wait_future wait = edo_cancel_token_wait_async(last.token);
    edo_waker waker;

    assert_ok(edo_waker_new(free_the_last, NULL, &last, &waker));
    assert_int_equal(edo_future_poll(&wait.base, &waker), EDO_PENDING);
    edo_cancel_token_cancel(last.token);
    assert_int_equal(last.calls, 1);
    assert_ready_eq(&wait.base, 0);
    edo_waker_drop(waker);
}

static int wait_for(void *token)
{
    return edo_cancel_token_wait(token);
}

static void *wait_in_a_thread(void *token)
{
    return edo_cancel_token_wait(token) == 0 ? token : NULL;
}

EDO_TEST_BOTH(tasks_and_threads_wait_for_it)
{
    edo_cancel_token *token = new_token();
    edo_task tasks[100];
    pthread_t thread = start_thread(wait_in_a_thread, token);
    int ret = 1;

    for (int i = 0; i < 100; i++)
        assert_ok(edo_spawn(wait_for, token, &tasks[i]));
    assert_ok(edo_yield());
    edo_cancel_token_cancel(token);
    for (int i = 0; i < 100; i++) {
        assert_ok(edo_join(tasks[i], &ret));
        assert_int_equal(ret, 0);
    }
    assert_ptr_equal(join_thread(thread), token);
    edo_cancel_token_free(token);
}

static int wait_aborted(void *token)
{
    assert_ok(edo_task_self_abort());
    assert_err(edo_cancel_token_wait(token), -ECANCELED);
    edo_cancel_token_cancel(token); /* no wait, and it works */
    assert_err(edo_cancel_token_wait(token), -ECANCELED);
    return 0;
}

EDO_TEST_BOTH(an_aborted_task_does_not_wait_for_a_token) /* sync-016 */
{
    edo_cancel_token *token = new_token();
    edo_task t;
    int ret = 1;

    assert_ok(edo_spawn(wait_aborted, token, &t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 0);
    edo_cancel_token_free(token);
}

EDO_TEST(a_kept_wait_begins_anew)
{
    edo_cancel_token *token = new_token();
    edo_cancel_token_wait_future kept = edo_cancel_token_wait_async(token);

    for (int i = 0; i < 3; i++) {
        edo_sleep_future tick = edo_sleep_async(EDO_MILLIS(1));
        assert_int_equal(edo_select_keep(&kept.base, &tick.base), 1);
    }
    edo_cancel_token_cancel(token);
    assert_int_equal(edo_select_keep(&kept.base, NULL), 0);
    edo_cancel_token_free(token);
}

EDO_TEST_PLAIN(the_waker_of_the_latest_poll_is_the_one_that_counts)
{
    edo_cancel_token *token = new_token();
    struct node n;

    n.wait = edo_cancel_token_wait_async(token);
    assert_pending(&n.wait.base);
    n.token = token;
    n.hand = hand_wait(&n.wait.base);
    edo_cancel_token_cancel(token);
    assert_woken(0);
    check_canceled(&n);
}

/* --- cancelled at every step -------------------------------------------------------------------- */

struct canceling {
    edo_cancel_token *token;
    edo_cancel_token_wait_future wait;
    bool sent;
};

static edo_future *make_wait(void *arg)
{
    struct canceling *c = arg;

    *c = (struct canceling){.token = new_token()};
    c->wait = edo_cancel_token_wait_async(c->token);
    return &c->wait.base;
}

static edo_future *make_owned_wait(void *arg)
{
    struct canceling *c = arg;

    *c = (struct canceling){.token = new_token()};
    c->wait = edo_cancel_token_wait_owned_async(c->token);
    return &c->wait.base;
}

static void cancel_it(void *arg)
{
    struct canceling *c = arg;

    edo_cancel_token_cancel(c->token);
    c->sent = true;
}

static void check_wait(void *arg, unsigned step, int64_t result)
{
    struct canceling *c = arg;

    assert_true(result == 0 ? c->sent : result == -ECANCELED);
    assert_true(step == 0 || !c->sent || result == 0);
    edo_cancel_token_free(c->token);
}

EDO_TEST_PLAIN(a_wait_is_told_or_gone_wherever_it_is_cancelled)
{
    struct canceling c;

    check_future_cancels(make_wait, cancel_it, check_wait, &c);
    check_future_cancels(make_owned_wait, cancel_it, check_wait, &c);
}

static int cancel_later(void *token)
{
    edo_yield();
    edo_cancel_token_cancel(token);
    edo_cancel_token_free(token);
    return 0;
}

static int wait_below(void *arg)
{
    edo_cancel_token **root = arg, *child;

    *root = new_token();
    child = child_of(*root);
    assert_ok(edo_spawn(cancel_later, edo_cancel_token_clone(*root), NULL));
    int rc = note(edo_cancel_token_wait(child));
    edo_cancel_token_free(child);
    return rc;
}

static void free_root(void *arg, unsigned step)
{
    edo_cancel_token **root = arg;

    (void)step;
    edo_cancel_token_free(*root);
    *root = NULL;
}

EDO_TEST_PLAIN(a_task_that_waits_is_cut_short_at_any_step)
{
    edo_cancel_token *root = NULL;

    check_cancels(wait_below, free_root, &root);
}

EDO_TEST_PLAIN(null_is_no_token)
{
    edo_cancel_token *token = NULL;
    edo_cancel_guard none = edo_cancel_token_guard(NULL);

    assert_err(edo_cancel_token_new(NULL), -EINVAL);
    assert_err(edo_cancel_token_child(NULL, &token), -EINVAL);
    assert_null(token);
    assert_null(edo_cancel_token_clone(NULL));
    edo_cancel_token_free(NULL);
    edo_cancel_token_cancel(NULL);
    assert_false(edo_cancel_token_is_canceled(NULL));
    assert_err(edo_cancel_token_wait(NULL), -EINVAL);
    edo_cancel_token_wait_future wait = edo_cancel_token_wait_owned_async(NULL);
    assert_ready_eq(&wait.base, -EINVAL);
    edo_cancel_guard_drop(&none);
    edo_cancel_guard_drop(NULL);
    assert_null(edo_cancel_guard_disarm(NULL));
    token = new_token();
    assert_err(edo_cancel_token_child(token, NULL), -EINVAL);
    edo_cancel_token_free(token);
}
