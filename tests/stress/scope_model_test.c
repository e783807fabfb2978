/*
 * scope_model_test.c: scopes nested at random, against a model of them that is a few lines long: what
 * each wait has to say, and when.
 *
 * All is planned in milliseconds from the beginning: deadlines fall on multiples of four, tokens are
 * cancelled one after such, and waits end two after. So no two things happen in one tick.
 */
#include "support/edo_test.h"

#include "base/clock.h"
#include "base/random.h"

enum { DEPTH = 24, TOKENS = 4, STEPS = 250 };

#define NEVER UINT64_MAX

typedef struct level {
    edo_scope scope;
    uint64_t deadline; /* ms; NEVER */
    int token;         /* -1: none */
    bool canceled, shield;
} level;

typedef struct model {
    rng random;
    uint64_t began_ns;
    level levels[DEPTH]; /* the innermost last */
    int depth;
    edo_cancel_token *tokens[TOKENS];
    uint64_t cancels[TOKENS]; /* ms at which it is cancelled; NEVER */
    edo_join_set *cancellers;
} model;

static uint64_t now_ms(const model *m)
{
    return (edo_now().ns - m->began_ns) / NS_PER_MS;
}

static edo_instant instant_of(const model *m, uint64_t ms)
{
    return edo_instant_add((edo_instant){m->began_ns}, EDO_MILLIS(ms));
}

/* A moment ahead, so many milliseconds after a multiple of four. */
static uint64_t some_time_ahead(model *m, uint64_t after)
{
    return (now_ms(m) / 4 + 1 + rng_below(&m->random, 30)) * 4 + after;
}

/* ---- the model ------------------------------------------------------------------------------ */

static uint64_t cancel_of(const model *m, const level *l)
{
    return l->canceled ? 0 : l->token < 0 ? NEVER : m->cancels[l->token];
}

/* Why a wait is cut short at that moment: the innermost scope that has a reason says which, and of its
 * two the cancel. */
static int reason_at(const model *m, uint64_t ms)
{
    for (int i = m->depth - 1; i >= 0; i--) {
        const level *l = &m->levels[i];
        uint64_t cancel = cancel_of(m, l);
        if (cancel <= ms || l->deadline <= ms)
            return cancel <= ms ? -ECANCELED : -ETIMEDOUT;
        if (l->shield)
            break;
    }
    return 0;
}

/* When the next one has a reason. */
static uint64_t next_reason(const model *m)
{
    uint64_t next = NEVER;

    for (int i = m->depth - 1; i >= 0; i--) {
        const level *l = &m->levels[i];
        uint64_t cancel = cancel_of(m, l), first = cancel < l->deadline ? cancel : l->deadline;
        next = first < next ? first : next;
        if (l->shield)
            break;
    }
    return next;
}

/* ---- what a task does ----------------------------------------------------------------------- */

static void enter(model *m)
{
    if (m->depth == DEPTH)
        return;
    level *l = &m->levels[m->depth];
    bool limited = rng_below(&m->random, 2);
    *l = (level){.deadline = NEVER, .token = (int)rng_below(&m->random, 2 * TOKENS)};
    l->token = l->token < TOKENS ? l->token : -1;
    l->shield = rng_below(&m->random, 4) == 0;
    if (limited)
        l->deadline = some_time_ahead(m, 0);
    assert_ok(edo_scope_enter(
        &l->scope,
        EDO_OPTS(scope, .until = limited ? instant_of(m, l->deadline) : EDO_NEVER(),
                 .token = l->token < 0 ? NULL : m->tokens[l->token], .shield = l->shield)));
    m->depth++;
}

static void leave(model *m)
{
    if (m->depth > 0)
        edo_scope_leave(&m->levels[--m->depth].scope);
}

static void cancel_one(model *m)
{
    if (m->depth == 0 || rng_below(&m->random, 4) > 0)
        return;
    level *l = &m->levels[rng_below(&m->random, (uint32_t)m->depth)];
    edo_scope_cancel(&l->scope);
    l->canceled = true;
}

typedef struct canceller {
    edo_cancel_token *token;
    edo_instant at;
} canceller;

static int cancel_then(void *arg)
{
    canceller *c = arg;

    (void)edo_sleep_until(c->at);
    edo_cancel_token_cancel(c->token);
    return 0;
}

static void plan_cancel(model *m)
{
    uint32_t i = rng_below(&m->random, TOKENS);

    if (m->cancels[i] != NEVER || rng_below(&m->random, 3) > 0)
        return;
    m->cancels[i] = some_time_ahead(m, 1);
    canceller c = {m->tokens[i], instant_of(m, m->cancels[i])};
    assert_ok(edo_join_set_spawn_with(m->cancellers, EDO_OPTS(spawn, .copy_size = sizeof c),
                                      cancel_then, &c, NULL));
}

static void wait_and_compare(model *m)
{
    uint64_t began = now_ms(m), until = some_time_ahead(m, 2), next = next_reason(m);
    int why = reason_at(m, began);
    uint64_t end = why ? began : next < until ? next : until;

    assert_int_equal(edo_scope_reason(), why);
    int rc = edo_sleep_until(instant_of(m, until));
    assert_int_equal(rc, why ? why : reason_at(m, end));
    assert_int_equal(now_ms(m), end);
}

static void step(model *m)
{
    switch (rng_below(&m->random, 8)) {
    case 0:
    case 1:
        enter(m);
        break;
    case 2:
        leave(m);
        break;
    case 3:
        cancel_one(m);
        break;
    case 4:
        plan_cancel(m);
        break;
    default:
        wait_and_compare(m);
    }
}

static void check_seed(uint64_t seed)
{
    model m = {.began_ns = edo_now().ns};

    rng_seed(&m.random, seed);
    assert_ok(edo_join_set_new(&m.cancellers));
    for (int i = 0; i < TOKENS; i++) {
        assert_ok(edo_cancel_token_new(&m.tokens[i]));
        m.cancels[i] = NEVER;
    }
    for (int i = 0; i < STEPS; i++)
        step(&m);
    while (m.depth > 0)
        leave(&m);
    assert_ok(edo_join_set_shutdown(m.cancellers));
    edo_join_set_free(m.cancellers);
    for (int i = 0; i < TOKENS; i++)
        edo_cancel_token_free(m.tokens[i]);
}

EDO_TEST(each_wait_in_nested_scopes_says_what_a_model_says) /* future-062 future-063 */
{
    for (uint64_t seed = 1; seed <= test_count(1000); seed++)
        check_seed(seed);
}
