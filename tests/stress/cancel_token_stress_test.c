/*
 * cancel_token_stress_test.c: trees of tokens that many tasks grow, wait for, cancel and free at once.
 * A wait that nobody ends is a test that hangs; a token that is freed too early or never, a sanitizer's.
 */
#include "sync/rig.h"

#include <edo/testing_cancel.h>

#include "base/random.h"

#define ROOTS 4
#define GROWERS 8

struct forest {
    edo_cancel_token *roots[ROOTS];
};

struct grower {
    edo_cancel_token *root;
    uint64_t seed;
};

static int wait_and_free(void *arg)
{
    edo_cancel_token *token = arg;
    int rc = edo_cancel_token_wait(token);

    assert_true(edo_cancel_token_is_canceled(token));
    edo_cancel_token_free(token);
    return rc;
}

static edo_cancel_token *child_of(edo_cancel_token *parent)
{
    edo_cancel_token *child;

    assert_ok(edo_cancel_token_child(parent, &child));
    return child;
}

static void spawn_wait(edo_cancel_token *token)
{
    assert_ok(edo_spawn(wait_and_free, edo_cancel_token_clone(token), NULL));
}

/* A wait that is given up again, at once or when the task has run anew. */
static void wait_a_little(rng *r, edo_cancel_token *token)
{
    edo_cancel_token_wait_future wait = edo_cancel_token_wait_async(token);
    edo_yield_future turn = edo_yield_async();
    edo_future none = edo_ready(0);

    if (rng_below(r, 2))
        edo_select(&wait.base, &turn.base);
    else
        edo_select_biased(&wait.base, &none);
}

/* Adds a branch, and does something to it or to one below. */
static int grow(void *arg)
{
    struct grower *g = arg;
    rng r;

    rng_seed(&r, g->seed);
    for (unsigned i = 0; i < test_count(1000); i++) {
        edo_cancel_token *at = child_of(g->root);
        for (unsigned depth = rng_below(&r, 5); depth > 0; depth--) {
            edo_cancel_token *below = child_of(at);
            if (rng_below(&r, 2)) {
                edo_cancel_token *above = at;
                at = below;
                below = above;
            }
            if (rng_below(&r, 4) == 0)
                spawn_wait(below);
            edo_cancel_token_free(below);
        }
        wait_a_little(&r, at);
        if (rng_below(&r, 8) == 0)
            edo_cancel_token_cancel(at);
        edo_cancel_token_free(at);
        if (rng_below(&r, 16) == 0)
            edo_yield();
    }
    return 0;
}

EDO_TEST_MT(trees_that_grow_and_fall_at_once)
{
    struct forest forest = {0};
    struct grower growers[GROWERS];
    edo_task tasks[GROWERS];

    for (int i = 0; i < ROOTS; i++)
        assert_ok(edo_cancel_token_new(&forest.roots[i]));
    for (int i = 0; i < GROWERS; i++) {
        growers[i] = (struct grower){.root = forest.roots[i % ROOTS], .seed = (uint64_t)i + 1};
        assert_ok(edo_spawn(grow, &growers[i], &tasks[i]));
    }
    for (int i = 0; i < ROOTS; i += 2) { /* while they grow */
        edo_yield();
        edo_cancel_token_cancel(forest.roots[i]);
    }
    for (int i = 0; i < GROWERS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    for (int i = 0; i < ROOTS; i++) {
        edo_cancel_token_cancel(forest.roots[i]); /* the runtime waits for those that it ends */
        edo_cancel_token_free(forest.roots[i]);
    }
}

/* Each has a root of its own, with somebody who cancels it in a while. */
static int cancel_in_a_while(void *token)
{
    for (int i = 0; i < 3; i++)
        edo_yield();
    edo_cancel_token_cancel(token);
    edo_cancel_token_free(token);
    return 0;
}

static int wait_below_a_root(void *arg)
{
    edo_cancel_token *root, *child;

    (void)arg;
    assert_ok(edo_cancel_token_new(&root));
    child = child_of(root);
    assert_ok(edo_spawn(cancel_in_a_while, root, NULL));
    int rc = edo_cancel_token_wait(child);
    assert_true(rc == 0 ? edo_cancel_token_is_canceled(child) : rc == -ECANCELED);
    edo_cancel_token_free(child);
    return rc;
}

EDO_TEST_PLAIN(waits_that_are_aborted_at_random)
{
    assert_true(edo_test_cancel_randomly(NULL, test_count(20000), wait_below_a_root, NULL) > 0);
}
