/*
 * once_stress_test.c: barriers and cells among waits that are cut short and tasks that are aborted.
 * What is counted must come out exactly.
 */
#include "sync/rig.h"

#include <stdlib.h>

#include "base/random.h"

/* --- rounds ------------------------------------------------------------------------------- */

#define SIZE 5
#define COMERS 12

struct rounds {
    edo_barrier b;
    edo_set_once stop;
    unsigned counted, leaders; /* atomic: waits that came to their end, and those that led */
    unsigned enough;
};

static void count_result(struct rounds *r, int64_t rc)
{
    assert_true(rc == 0 || rc == 1 || rc == -ECANCELED || rc == -ETIMEDOUT);
    if (rc < 0)
        return;
    a_fetch_add(&r->counted, 1, relaxed);
    if (rc == 1 && a_fetch_add(&r->leaders, 1, relaxed) + 1 == r->enough)
        assert_ok(edo_set_once_set(&r->stop, r));
}

static int come_and_go(void *arg)
{
    struct rounds *r = arg;
    rng random;

    rng_seed(&random, random_seed());
    while (!edo_set_once_is_set(&r->stop)) {
        edo_barrier_wait_future wait = edo_barrier_wait_async(&r->b);
        edo_set_once_wait_future stop = edo_set_once_wait_async(&r->stop, NULL);
        edo_yield_future turn = edo_yield_async();
        switch (rng_below(&random, 4)) {
        case 0:
            (void)edo_timeout(&wait.base, EDO_MICROS(rng_below(&random, 30)));
            break;
        case 1:
            (void)edo_select(&wait.base, &stop.base, &turn.base);
            break;
        default:
            (void)edo_select(&wait.base, &stop.base);
            break;
        }
        count_result(r, wait.base.result);
    }
    return 0;
}

EDO_TEST_MT(each_round_has_as_many_as_it_is_for) /* sync-231 sync-232 */
{
    struct rounds r = {.b = EDO_BARRIER_INIT(SIZE), .enough = test_count(40000)};
    edo_task tasks[COMERS];

    for (int i = 0; i < COMERS; i++)
        assert_ok(edo_spawn(come_and_go, &r, &tasks[i]));
    for (int i = 0; i < COMERS; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_true(r.leaders >= r.enough);
    assert_int_equal(r.counted, SIZE * r.leaders);
    assert_int_equal(r.b.arrived, 0);
    assert_ok(edo_barrier_fini(&r.b));
    assert_ok(edo_set_once_fini(&r.stop));
}

/* --- made once ---------------------------------------------------------------------------- */

#define ASKERS 50 /* more than are woken in one turn */

struct made {
    edo_once_cell cell;
    unsigned value;    /* plain: 7 once made */
    unsigned inside;   /* plain: of whoever has the turn */
    unsigned answered; /* atomic */
    uint64_t seed;
};

static unsigned destroyed; /* atomic */

static void destroy_made(void *value)
{
    assert_int_equal(*(unsigned *)value, 7);
    a_fetch_add(&destroyed, 1, relaxed);
}

static int make_perhaps(void *arg, void **ret_value)
{
    struct made *m = arg;
    rng random;
    int rc = 0;

    assert_int_equal(m->inside++, 0);
    rng_seed(&random, ++m->seed);
    for (unsigned i = rng_below(&random, 4); i > 0 && rc == 0; i--)
        rc = edo_yield();
    if (rc == 0 && rng_below(&random, 3))
        rc = -EIO;
    if (rc == 0)
        m->value = 7;
    *ret_value = &m->value;
    m->inside--;
    return rc;
}

static int ask(void *arg)
{
    struct made *m = arg;
    void *value = NULL;
    int rc;

    while ((rc = edo_once_cell_get_or_init(&m->cell, make_perhaps, m, &value)) == -EIO)
        ;
    assert_true(rc == 0 || rc == -ECANCELED);
    if (rc < 0)
        return rc;
    assert_ptr_equal(value, &m->value);
    assert_int_equal(m->value, 7);
    a_fetch_add(&m->answered, 1, relaxed);
    return 0;
}

static int wait_a_little(void *arg)
{
    struct made *m = arg;
    edo_once_cell_begin_future begin = edo_once_cell_begin_async(&m->cell, NULL);
    edo_yield_future turn = edo_yield_async();

    if (edo_select(&begin.base, &turn.base) == 0 && begin.base.result == 1)
        assert_ok(edo_once_cell_abandon(&m->cell));
    return begin.base.result == -ECANCELED ? -ECANCELED : 0;
}

EDO_TEST_MT(it_is_made_once_whoever_fails_or_is_aborted) /* sync-236 sync-237 */
{
    rng random;
    unsigned rounds = test_count(2000);

    rng_seed(&random, random_seed());
    for (unsigned round = 0; round < rounds; round++) {
        struct made m = {.cell = EDO_ONCE_CELL_INIT(destroy_made), .seed = rng_next(&random)};
        edo_task tasks[ASKERS];
        unsigned answered = 0;
        for (int i = 0; i < ASKERS; i++)
            assert_ok(edo_spawn(i % 5 ? ask : wait_a_little, &m, &tasks[i]));
        for (int i = 1; i < ASKERS; i += 1 + (int)rng_below(&random, 5))
            assert_ok(edo_task_abort(tasks[i]));
        for (int i = 0; i < ASKERS; i++) {
            int ret;
            assert_ok(edo_join(tasks[i], &ret));
            assert_true(ret == 0 || ret == -ECANCELED);
            answered += ret == 0 && i % 5;
        }
        assert_int_equal(answered, m.answered);
        bool was_made = edo_once_cell_is_set(&m.cell);
        assert_true(was_made || answered == 0);
        unsigned before = a_load(&destroyed, relaxed);
        assert_ok(edo_once_cell_fini(&m.cell));
        assert_int_equal(a_load(&destroyed, relaxed), before + was_made);
    }
}

/* --- set once ----------------------------------------------------------------------------- */

#define CROWD 80

struct told {
    edo_set_once cell;
    unsigned value; /* plain */
    unsigned ended; /* atomic */
};

static int wait_for_it(void *arg)
{
    struct told *t = arg;
    edo_set_once_wait_future wait;
    void *value;
    int64_t rc = -ETIMEDOUT;

    for (unsigned us = 1; rc == -ETIMEDOUT; us *= 4) {
        wait = edo_set_once_wait_async(&t->cell, &value);
        rc = edo_timeout(&wait.base, EDO_MICROS(us));
    }
    assert_int_equal(rc, 0);
    assert_int_equal(*(unsigned *)value, 7);
    /* acq_rel: the last one sees that the others are through. */
    if (a_fetch_add(&t->ended, 1, acq_rel) + 1 < CROWD)
        return 0;
    assert_ok(edo_set_once_fini(&t->cell)); /* the setter may not have returned */
    memset(&t->cell, 0xa5, sizeof t->cell);
    free(t);
    return 0;
}

static int set_it(void *arg)
{
    struct told *t = arg;

    t->value = 7;
    return edo_set_once_set(&t->cell, &t->value);
}

EDO_TEST_MT(all_get_what_was_set_and_the_last_frees_it) /* sync-242 sync-011 */
{
    for (unsigned round = 0; round < test_count(800); round++) {
        struct told *t = calloc(1, sizeof *t);
        edo_task tasks[CROWD], setter;
        assert_non_null(t);
        for (int i = 0; i < CROWD; i++) {
            assert_ok(edo_spawn(wait_for_it, t, &tasks[i]));
            if (i == CROWD / 2 + (int)(round % 3) * 10)
                assert_ok(edo_spawn(set_it, t, &setter));
        }
        int ret;
        assert_ok(edo_join(setter, &ret));
        assert_ok(ret);
        for (int i = 0; i < CROWD; i++)
            assert_ok(edo_join(tasks[i], NULL));
    }
}
