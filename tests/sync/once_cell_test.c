/* once_cell_test.c: a value made once, by one at a time, and what becomes of it. */
#include <stdlib.h>

#include "sync/rig.h"

static int five = 5, ten = 10;

static unsigned ended; /* how often a value's destructor ran */

static void end_value(void *value)
{
    (void)value;
    ended++;
}

EDO_TEST_PLAIN(set_and_get) /* sync-234 */
{
    edo_once_cell cell = EDO_ONCE_CELL_INIT(NULL);

    assert_null(edo_once_cell_get(&cell));
    assert_err(edo_once_cell_set(&cell, NULL), -EINVAL);
    assert_ok(edo_once_cell_set(&cell, &five));
    assert_ptr_equal(edo_once_cell_get(&cell), &five);
    assert_err(edo_once_cell_set(&cell, &ten), -EEXIST);
    assert_ptr_equal(edo_once_cell_get(&cell), &five);
    assert_ok(edo_once_cell_fini(&cell));
}

EDO_TEST_PLAIN(its_value_is_destroyed_once_with_it) /* sync-238 */
{
    edo_once_cell cell;

    edo_once_cell_init(&cell, end_value);
    assert_ok(edo_once_cell_set(&cell, &five)); /* as one made with a value */
    assert_err(edo_once_cell_set(&cell, &ten), -EEXIST);
    assert_int_equal(ended, 0);
    assert_ok(edo_once_cell_fini(&cell));
    assert_int_equal(ended, 1);
    edo_once_cell_init(&cell, end_value);
    assert_ok(edo_once_cell_fini(&cell));
    assert_int_equal(ended, 1);
}

EDO_TEST_PLAIN(a_value_taken_out_is_the_takers) /* sync-238 sync-239 */
{
    edo_once_cell cell = EDO_ONCE_CELL_INIT(end_value);

    assert_null(edo_once_cell_take(&cell));
    assert_ok(edo_once_cell_set(&cell, &five));
    assert_ptr_equal(edo_once_cell_take(&cell), &five);
    assert_null(edo_once_cell_take(&cell));
    assert_false(edo_once_cell_is_set(&cell));
    assert_ok(edo_once_cell_set(&cell, &ten)); /* empty again */
    assert_ptr_equal(edo_once_cell_take(&cell), &ten);
    assert_ok(edo_once_cell_fini(&cell));
    assert_int_equal(ended, 0);
}

/* A function that makes a value, by script. */
struct maker {
    edo_once_cell *cell;
    int *value; /* NULL: it leaves none */
    int rc;
    edo_duration takes;
    unsigned calls;
    void *got;
    bool saw_it_set;
};

static int make(void *arg, void **ret_value)
{
    struct maker *m = arg;

    m->calls++;
    m->saw_it_set = edo_once_cell_is_set(m->cell) || edo_once_cell_get(m->cell);
    if (m->takes.ns) {
        int rc = edo_sleep(m->takes);
        if (rc < 0)
            return rc;
    }
    *ret_value = m->value;
    return m->rc;
}

static int ask(void *arg)
{
    struct maker *m = arg;

    return edo_once_cell_get_or_init(m->cell, make, m, &m->got);
}

static int joined(edo_task t)
{
    int ret = 1;

    assert_ok(edo_join(t, &ret));
    return ret;
}

EDO_TEST(the_first_who_asks_makes_it_for_both) /* sync-235 */
{
    edo_once_cell cell = {0};
    struct maker first = {.cell = &cell, .value = &five};
    struct maker second = {.cell = &cell, .value = &ten, .takes = EDO_MILLIS(1)};
    edo_task a, b;

    assert_ok(edo_spawn(ask, &first, &a));
    assert_ok(edo_spawn(ask, &second, &b));
    assert_ok(joined(a));
    assert_ok(joined(b));
    assert_ptr_equal(first.got, &five);
    assert_ptr_equal(second.got, &five);
    assert_int_equal(second.calls, 0);
}

EDO_TEST(who_comes_meanwhile_waits) /* sync-235 */
{
    edo_once_cell cell = {0};
    struct maker slow = {.cell = &cell, .value = &five, .takes = EDO_MILLIS(2)};
    struct maker others[40];
    edo_task a, b[40];

    assert_ok(edo_spawn(ask, &slow, &a));
    assert_ok(edo_yield());
    for (int i = 0; i < 40; i++) {
        others[i] = (struct maker){.cell = &cell, .value = &ten};
        assert_ok(edo_spawn(ask, &others[i], &b[i]));
    }
    assert_ok(joined(a));
    for (int i = 0; i < 40; i++) {
        assert_ok(joined(b[i]));
        assert_int_equal(others[i].calls, 0);
        assert_ptr_equal(others[i].got, &five);
    }
    assert_ok(edo_once_cell_fini(&cell));
}

EDO_TEST(a_function_that_fails_leaves_it_empty) /* sync-236 */
{
    edo_once_cell cell = {0};
    struct maker fails = {.cell = &cell, .value = &five, .rc = -EIO, .takes = EDO_MILLIS(1)};
    struct maker waits = {.cell = &cell, .value = &ten, .takes = EDO_MILLIS(1)};
    edo_task a, b;

    assert_ok(edo_spawn(ask, &fails, &a));
    assert_ok(edo_yield());
    assert_ok(edo_spawn(ask, &waits, &b));
    assert_err(joined(a), -EIO);
    assert_false(edo_once_cell_is_set(&cell)); /* the other is at it */
    assert_null(fails.got);
    assert_ok(joined(b));
    assert_int_equal(waits.calls, 1);
    assert_ptr_equal(waits.got, &ten);
    assert_ptr_equal(edo_once_cell_get(&cell), &ten);
}

EDO_TEST(a_function_that_leaves_no_value_has_failed)
{
    edo_once_cell cell = {0};
    struct maker none = {.cell = &cell}, next = {.cell = &cell, .value = &five};

    assert_err(ask(&none), -EINVAL);
    assert_ok(ask(&next));
    assert_ptr_equal(next.got, &five);
    assert_err(edo_once_cell_get_or_init(&cell, NULL, NULL, NULL), -EINVAL);
}

EDO_TEST(cancelled_inside_its_function_one_waiter_begins_its_own) /* sync-237 */
{
    edo_once_cell cell = {0};
    struct maker cut = {.cell = &cell, .value = &five, .takes = EDO_SECONDS(3600)};
    struct maker next = {.cell = &cell, .value = &ten, .takes = EDO_MILLIS(1)};
    struct maker last = {.cell = &cell, .value = &five};
    edo_task a, b, c;

    assert_ok(edo_spawn(ask, &cut, &a));
    assert_ok(edo_yield());
    assert_ok(edo_spawn(ask, &next, &b));
    assert_ok(edo_spawn(ask, &last, &c));
    assert_ok(edo_yield());
    assert_int_equal(cut.calls, 1);
    assert_ok(edo_task_abort(a));
    assert_err(joined(a), -ECANCELED);
    assert_ok(joined(b));
    assert_ok(joined(c));
    assert_int_equal(next.calls, 1); /* in the order they came */
    assert_int_equal(last.calls, 0);
    assert_ptr_equal(last.got, &ten);
}

EDO_TEST(cancelled_with_nobody_waiting_it_is_empty) /* sync-237 sync-011 */
{
    edo_once_cell cell = {0};
    struct maker cut = {.cell = &cell, .value = &five, .takes = EDO_SECONDS(3600)};
    edo_task a;

    assert_ok(edo_spawn(ask, &cut, &a));
    assert_ok(edo_yield());
    assert_err(edo_once_cell_set(&cell, &ten), -EBUSY);
    assert_err(edo_once_cell_fini(&cell), -EBUSY);
    assert_null(edo_once_cell_take(&cell));
    assert_ok(edo_task_abort(a));
    assert_err(joined(a), -ECANCELED);
    assert_null(edo_once_cell_get(&cell));
    assert_ok(edo_once_cell_set(&cell, &ten));
    assert_ok(edo_once_cell_fini(&cell));
}

EDO_TEST(it_is_not_set_while_it_is_being_made) /* sync-240 */
{
    edo_once_cell cell = {0};
    struct maker slow = {.cell = &cell, .value = &five, .takes = EDO_MILLIS(1)};
    edo_task a;

    assert_false(edo_once_cell_is_set(&cell));
    assert_ok(edo_spawn(ask, &slow, &a));
    assert_ok(edo_yield());
    assert_int_equal(slow.calls, 1);
    assert_false(edo_once_cell_is_set(&cell));
    assert_null(edo_once_cell_get(&cell));
    assert_ok(joined(a));
    assert_false(slow.saw_it_set);
    assert_true(edo_once_cell_is_set(&cell));
}

struct parts {
    unsigned a, b, c; /* plain */
};

static int make_parts(void *arg, void **ret_value)
{
    struct parts *p = calloc(1, sizeof *p);

    (void)arg;
    assert_non_null(p);
    p->a = 1;
    p->b = 2;
    (void)edo_yield();
    p->c = 3;
    *ret_value = p;
    return 0;
}

static void *read_parts(void *cell)
{
    struct parts *p;

    while (!(p = edo_once_cell_get(cell)))
        a_pause();
    assert_int_equal(p->a + p->b + p->c, 6);
    return NULL;
}

EDO_TEST_MT(readers_never_see_half_a_value) /* sync-240 */
{
    for (unsigned i = 0; i < test_count(100); i++) {
        edo_once_cell cell = EDO_ONCE_CELL_INIT(free);
        pthread_t reader = start_thread(read_parts, &cell);
        void *value;
        assert_ok(edo_once_cell_get_or_init(&cell, make_parts, NULL, &value));
        assert_int_equal(((struct parts *)value)->c, 3);
        join_thread(reader);
        assert_ok(edo_once_cell_fini(&cell));
    }
}

static edo_once_cell at_rest;
static edo_once_cell with_an_end = EDO_ONCE_CELL_INIT(end_value);

EDO_TEST_PLAIN(static_cells_need_no_call) /* sync-241 sync-013 */
{
    struct maker first = {.cell = &at_rest, .value = &five};
    struct maker second = {.cell = &with_an_end, .value = &ten};

    assert_ok(ask(&first));
    assert_ok(ask(&second));
    assert_ptr_equal(edo_once_cell_get(&at_rest), &five);
    assert_ok(edo_once_cell_fini(&with_an_end));
    assert_int_equal(ended, 1);
}

EDO_TEST_PLAIN(null_is_no_cell)
{
    edo_once_cell_init(NULL, NULL);
    assert_err(edo_once_cell_fini(NULL), -EINVAL);
    assert_err(edo_once_cell_set(NULL, &five), -EINVAL);
    assert_null(edo_once_cell_get(NULL));
    assert_null(edo_once_cell_take(NULL));
    assert_false(edo_once_cell_is_set(NULL));
    assert_err(edo_once_cell_get_or_init(NULL, make, NULL, NULL), -EINVAL);
    assert_err(edo_once_cell_begin(NULL, NULL), -EINVAL);
    assert_err(edo_once_cell_finish(NULL, &five), -EINVAL);
    assert_err(edo_once_cell_abandon(NULL), -EINVAL);
}
