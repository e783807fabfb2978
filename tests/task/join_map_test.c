/* join_map_test.c: tasks that are known by keys. */
#include <stdlib.h>

#include "support/gate.h"
#include "sync/cancel_rig.h"

static edo_join_map *new_map(void)
{
    edo_join_map *map;

    assert_ok(edo_join_map_new(sizeof(int), &map));
    return map;
}

static int return_number(void *number)
{
    return (int)(intptr_t)number;
}

/* Returns 100 + number when the gate is open. */
struct numbered {
    gate *gate;
    int number;
};

static int wait_and_return(void *arg)
{
    struct numbered *n = arg;
    int rc = gate_wait(n->gate);

    return rc < 0 ? rc : n->number + 100;
}

static int count_the_end(void *ended)
{
    edo_future never = edo_pending();
    int rc = (int)edo_await(&never);

    a_fetch_add((unsigned *)ended, 1, seq_cst);
    return rc;
}

static void spawn_numbers(edo_join_map *map, int from, int to)
{
    for (int key = from; key < to; key++)
        assert_ok(
            edo_join_map_spawn(map, &key, return_number, (void *)(intptr_t)(key + 100), NULL));
}

EDO_TEST_BOTH(each_key_comes_once_with_its_result) /* util-053 */
{
    edo_join_map *map = new_map();
    edo_joined joined;
    unsigned seen = 0;

    for (int key = 0; key < 10; key++) {
        spawn_numbers(map, key, key + 1);
        assert_int_equal(edo_join_map_len(map), (size_t)key + 1);
    }
    for (int i = 0, key; i < 10; i++) {
        assert_int_equal(edo_join_map_next(map, &key, &joined), 1);
        assert_int_equal(joined.result, key + 100);
        seen |= 1u << key;
    }
    assert_int_equal(seen, 0x3ff);
    for (int i = 0; i < 3; i++)
        assert_int_equal(edo_join_map_next(map, NULL, NULL), 0);
    edo_join_map_free(map);
}

EDO_TEST_BOTH(detached_they_run_on) /* util-054 */
{
    edo_join_map *map = new_map();
    gate g = GATE_INIT;
    struct numbered numbers[8];
    edo_abort_handle handles[8];

    for (int i = 0; i < 8; i++) {
        edo_task t;
        numbers[i] = (struct numbered){&g, i};
        assert_ok(edo_join_map_spawn(map, &i, wait_and_return, &numbers[i], &t));
        assert_ok(edo_abort_handle_new(t, &handles[i]));
    }
    task_wait_until(gate_waiting(&g) == 8);
    assert_int_equal(edo_join_map_detach_all(map), 8);
    assert_int_equal(edo_join_map_len(map), 0);
    assert_int_equal(edo_join_map_next(map, NULL, NULL), 0);
    assert_int_equal(edo_join_map_keys(map, NULL, 0), 0);
    assert_int_equal(gate_waiting(&g), 8);
    gate_open(&g);
    for (int i = 0; i < 8; i++) {
        task_wait_until(edo_abort_handle_is_finished(&handles[i]));
        edo_abort_handle_drop(handles[i]);
    }
    edo_join_map_free(map);
}

EDO_TEST_BOTH(freeing_it_aborts_all) /* util-055 */
{
    edo_join_map *map = new_map();
    static unsigned ended;

    for (int i = 0; i < 16; i++)
        assert_ok(edo_join_map_spawn(map, &i, count_the_end, &ended, NULL));
    assert_int_equal(edo_join_map_len(map), 16);
    edo_join_map_free(map);
    task_wait_until(a_load(&ended, seq_cst) == 16);
    assert_int_equal(a_load(&ended, seq_cst), 16);
}

EDO_TEST_BOTH(spawn_and_join_in_turn) /* util-056 */
{
    edo_join_map *map = new_map();

    spawn_numbers(map, 0, 2);
    for (int i = 2; i < 18; i++) {
        assert_int_equal(edo_join_map_len(map), 2);
        assert_int_equal(edo_join_map_next(map, NULL, NULL), 1);
        assert_int_equal(edo_join_map_len(map), 1);
        spawn_numbers(map, i, i + 1);
    }
    edo_join_map_free(map);
}

EDO_TEST_BOTH(keys_are_of_those_not_joined) /* util-057 */
{
    edo_join_map *map = new_map();
    int keys[100], key;

    spawn_numbers(map, 0, 100); /* the table grows */
    for (size_t left = 100; left > 0; left--) {
        unsigned char seen[100] = {0};
        assert_int_equal(edo_join_map_keys(map, keys, 100), left);
        for (size_t i = 0; i < left; i++) {
            assert_true(edo_join_map_contains(map, &keys[i]));
            assert_int_equal(seen[keys[i]]++, 0);
        }
        assert_int_equal(edo_join_map_next(map, &key, NULL), 1);
        assert_int_equal(seen[key], 1);
        assert_false(edo_join_map_contains(map, &key));
    }
    assert_int_equal(edo_join_map_keys(map, keys, 100), 0);
    edo_join_map_free(map);
}

static bool is_odd(const void *key, void *arg)
{
    assert_true(edo_join_map_contains(arg, key)); /* it may use the map */
    return *(const int *)key % 2;
}

static void check_odd_ones_end(edo_join_map *map, gate *g)
{
    edo_joined joined;
    int key;

    for (int i = 0; i < 8; i++) {
        assert_int_equal(edo_join_map_next(map, &key, &joined), 1);
        assert_int_equal(key % 2, 1);
        assert_int_equal(joined.result, -ECANCELED);
    }
    gate_open(g);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(edo_join_map_next(map, &key, &joined), 1);
        assert_int_equal(key % 2, 0);
        assert_int_equal(joined.result, key + 100);
    }
    assert_int_equal(edo_join_map_next(map, &key, &joined), 0);
}

EDO_TEST_BOTH(tasks_are_aborted_by_their_keys) /* util-058 */
{
    edo_join_map *map = new_map();

    for (int round = 0; round < 2; round++) {
        gate g = GATE_INIT;
        struct numbered numbers[16];
        for (int i = 0; i < 16; i++) {
            numbers[i] = (struct numbered){&g, i};
            assert_ok(edo_join_map_spawn(map, &i, wait_and_return, &numbers[i], NULL));
        }
        task_wait_until(gate_waiting(&g) == 16); /* so that each has to be woken */
        for (int i = 1; round == 0 && i < 16; i += 2)
            assert_int_equal(edo_join_map_abort(map, &i), 1);
        if (round == 1)
            assert_int_equal(edo_join_map_abort_if(map, is_odd, map), 8);
        int none = 99;
        assert_int_equal(edo_join_map_abort(map, &none), 0);
        check_odd_ones_end(map, &g);
        none = 1;
        assert_int_equal(edo_join_map_abort(map, &none), 0); /* joined */
    }
    edo_join_map_free(map);
}

EDO_TEST(abort_all_leaves_the_results_of_those_that_ended) /* util-059 */
{
    edo_join_map *map = new_map();
    unsigned ended = 0, seen = 0;
    edo_joined joined;
    int key;

    spawn_numbers(map, 0, 5);
    for (key = 5; key < 10; key++)
        assert_ok(edo_join_map_spawn(map, &key, count_the_end, &ended, NULL));
    assert_ok(edo_yield());
    edo_join_map_abort_all(map);
    assert_int_equal(edo_join_map_len(map), 10);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(edo_join_map_next(map, &key, &joined), 1);
        assert_int_equal(joined.result, key < 5 ? key + 100 : -ECANCELED);
        seen |= 1u << key;
    }
    assert_int_equal(seen, 0x3ff);
    assert_int_equal(edo_join_map_len(map), 0);
    edo_join_map_free(map);
}

EDO_TEST(try_next_does_not_wait) /* util-060 */
{
    edo_join_map *map = new_map();
    gate g = GATE_INIT;
    struct numbered n = {&g, 3};
    edo_joined joined;
    int three = 3, four = 4, key = 0;

    assert_int_equal(edo_join_map_try_next(map, &key, &joined), 0);
    assert_ok(edo_join_map_spawn(map, &three, wait_and_return, &n, NULL));
    assert_int_equal(edo_join_map_try_next(map, &key, &joined), -EAGAIN);
    assert_int_equal(edo_join_map_len(map), 1);
    gate_open(&g);
    assert_ok(edo_yield());
    assert_ok(edo_yield());
    assert_int_equal(edo_join_map_try_next(map, &key, &joined), 1);
    assert_int_equal(key, 3);
    assert_int_equal(joined.result, 103);
    unsigned ended = 0;
    assert_ok(edo_join_map_spawn(map, &four, count_the_end, &ended, NULL));
    assert_int_equal(edo_join_map_abort(map, &four), 1);
    assert_ok(edo_yield());
    assert_ok(edo_yield());
    assert_int_equal(edo_join_map_try_next(map, &key, &joined), 1);
    assert_int_equal(key, 4);
    assert_int_equal(joined.result, -ECANCELED);
    edo_join_map_free(map);
}

EDO_TEST(a_replaced_task_gives_no_result) /* util-061 */
{
    edo_join_map *map = new_map();
    gate g = GATE_INIT;
    struct numbered n = {&g, 1};
    unsigned ended = 0;
    edo_joined joined;
    int key = 1;

    spawn_numbers(map, 1, 2);
    assert_ok(edo_yield()); /* it has ended */
    assert_ok(edo_join_map_spawn(map, &key, count_the_end, &ended, NULL));
    assert_ok(edo_yield());
    assert_err(edo_join_map_spawn(map, &key, NULL, NULL, NULL), -EINVAL); /* replaces nobody */
    assert_int_equal(ended, 0);
    assert_ok(edo_join_map_spawn(map, &key, wait_and_return, &n, NULL));
    assert_int_equal(edo_join_map_len(map), 1);
    edo_join_next_future next = edo_join_map_next_async(map, &key, &joined);
    edo_test_task *hand = hand_wait(&next.base);
    assert_ok(edo_yield());
    assert_int_equal(ended, 1); /* it was aborted */
    hand_waits_on(hand);
    gate_open(&g);
    assert_ok(edo_yield());
    assert_ok(edo_yield());
    hand_end(hand, &next.base, 1);
    assert_int_equal(joined.result, 101);
    assert_int_equal(edo_join_map_next(map, NULL, NULL), 0);
    edo_join_map_free(map);
}

static int join_one(void *map)
{
    edo_joined joined;
    int key = 0;

    assert_int_equal(edo_join_map_next(map, &key, &joined), 1);
    assert_int_equal(key, 6);
    return joined.result;
}

EDO_TEST_PLAIN(its_tasks_end_with_their_runtime) /* util-062 */
{
    edo_join_map *map = new_map();
    unsigned ended = 0;
    int six = 6;
    edo_runtime *first, *second;

    assert_ok(edo_runtime_new(NULL, &first));
    assert_ok(edo_runtime_new(NULL, &second));
    edo_handle *handle = edo_runtime_handle(first);
    assert_ok(edo_join_map_spawn_with(map, &six, EDO_OPTS(spawn, .on = handle), count_the_end,
                                      &ended, NULL));
    edo_handle_unref(handle);
    edo_runtime_free(first);
    assert_int_equal(edo_block_on(second, join_one, map), -EDO_ESHUTDOWN);
    edo_runtime_free(second);
    edo_join_map_free(map);
}

EDO_TEST_BOTH(shutdown_waits_for_all) /* util-063 */
{
    edo_join_map *map = new_map();
    static unsigned ended;

    spawn_numbers(map, 0, 2);
    for (int key = 2; key < 10; key++)
        assert_ok(edo_join_map_spawn(map, &key, count_the_end, &ended, NULL));
    edo_join_shutdown_future down = edo_join_map_shutdown_async(map);
    assert_int_equal(edo_await(&down.base), 0);
    assert_int_equal(a_load(&ended, seq_cst), 8);
    assert_ok(edo_join_map_shutdown(map)); /* of nobody */
    assert_true(edo_join_map_is_empty(map));
    assert_int_equal(edo_join_map_keys(map, NULL, 0), 0);
    edo_join_map_free(map);
}

/* A wait by hand: cancelled before and after the end, kept and put back. */
struct next_case {
    edo_join_map *map;
    gate gate;
    struct numbered number;
    edo_join_next_future next;
    edo_joined joined;
    int key;
};

static edo_future *make_keyed_next(void *arg)
{
    struct next_case *c = arg;
    int nine = 9;

    *c = (struct next_case){.map = new_map(), .gate = GATE_INIT};
    c->number = (struct numbered){&c->gate, 9};
    assert_ok(edo_join_map_spawn(c->map, &nine, wait_and_return, &c->number, NULL));
    c->next = edo_join_map_next_async(c->map, &c->key, &c->joined);
    return &c->next.base;
}

static void end_number(void *arg)
{
    struct next_case *c = arg;

    gate_open(&c->gate);
    edo_yield();
    edo_yield();
}

static void check_keyed_next(void *arg, unsigned step, int64_t result)
{
    struct next_case *c = arg;
    int nine = 9;

    (void)step;
    assert_true(result == 1 || result == -ECANCELED);
    assert_int_equal(edo_join_map_len(c->map), result != 1);
    assert_int_equal(edo_join_map_contains(c->map, &nine), result != 1);
    end_number(c);
    if (result != 1)
        assert_int_equal(edo_join_map_try_next(c->map, &c->key, &c->joined), 1);
    assert_int_equal(c->key, 9);
    assert_int_equal(c->joined.result, 109);
    edo_join_map_free(c->map);
}

EDO_TEST(a_cancelled_join_takes_nothing) /* util-064 */
{
    struct next_case c;

    check_future_cancels(make_keyed_next, end_number, check_keyed_next, &c);
}

EDO_TEST(it_takes_part_in_the_budget) /* util-065 */
{
    edo_join_map *map = new_map();
    edo_joined joined;
    unsigned pending = 0;
    int key;

    spawn_numbers(map, 0, 1000);
    assert_ok(edo_yield());
    unsigned char *seen = calloc(1000, 1);
    for (int i = 0; i < 1000; i++) {
        edo_join_next_future next = edo_join_map_next_async(map, &key, &joined);
        while (edo_test_poll(&next.base) == EDO_PENDING) {
            pending += edo_test_is_woken(); /* by itself: it only lets others run */
            assert_ok(edo_yield());
        }
        assert_int_equal(next.base.result, 1);
        assert_int_equal(joined.result, key + 100);
        assert_int_equal(seen[key]++, 0);
    }
    assert_true(pending > 0);
    free(seen);
    edo_join_map_free(map);
}

EDO_TEST(put_back_beside_a_new_one_of_its_key)
{
    edo_join_map *map = new_map();
    edo_joined joined;
    int key = 0, five = 5;

    spawn_numbers(map, 5, 6);
    assert_ok(edo_yield());
    edo_join_next_future next = edo_join_map_next_async(map, &key, &joined);
    assert_ready_eq(&next.base, 1);
    assert_ok(edo_join_map_spawn(map, &five, return_number, (void *)7, NULL));
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    assert_int_equal(edo_join_map_len(map), 2);
    assert_int_equal(edo_join_map_next(map, &key, &joined), 1);
    assert_int_equal(key, 5);
    assert_int_equal(joined.result, 105);
    assert_true(edo_join_map_contains(map, &five));
    assert_int_equal(edo_join_map_next(map, &key, &joined), 1);
    assert_int_equal(joined.result, 7);
    edo_join_map_free(map);
}

EDO_TEST(without_a_place_for_its_key_a_join_is_not_put_back)
{
    edo_join_map *map = new_map();

    spawn_numbers(map, 5, 6);
    assert_ok(edo_yield());
    edo_join_next_future next = edo_join_map_next_async(map, NULL, NULL);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, 1);
    assert_true(edo_join_map_is_empty(map));
    edo_join_map_free(map);
}

EDO_TEST_BOTH(futures_are_spawned_into_it)
{
    edo_join_map *map = new_map();
    gate g = GATE_INIT;
    gate_future opened = gate_async(&g);
    int one = 1, key = 0;

    assert_ok(edo_join_map_spawn_future(map, &one, &opened.base, sizeof opened, NULL));
    gate_open(&g);
    assert_int_equal(edo_join_map_next(map, &key, NULL), 1);
    assert_int_equal(key, 1);
    edo_join_map_free(map);
}

EDO_TEST_PLAIN(null_is_no_map)
{
    edo_join_map *map = NULL;
    int key = 1;

    assert_err(edo_join_map_new(0, &map), -EINVAL);
    assert_err(edo_join_map_new(SIZE_MAX, &map), -EINVAL);
    assert_err(edo_join_map_new(4, NULL), -EINVAL);
    assert_null(map);
    edo_join_map_free(NULL);
    assert_err(edo_join_map_spawn(NULL, &key, return_number, NULL, NULL), -EINVAL);
    assert_int_equal(edo_join_map_len(NULL), 0);
    assert_false(edo_join_map_contains(NULL, &key));
    assert_int_equal(edo_join_map_keys(NULL, NULL, 0), 0);
    assert_err(edo_join_map_next(NULL, NULL, NULL), -EINVAL);
    assert_err(edo_join_map_try_next(NULL, NULL, NULL), -EINVAL);
    assert_int_equal(edo_join_map_abort(NULL, &key), 0);
    assert_err(edo_join_map_abort_if(NULL, is_odd, NULL), -EINVAL);
    edo_join_map_abort_all(NULL);
    assert_int_equal(edo_join_map_detach_all(NULL), 0);
    assert_err(edo_join_map_shutdown(NULL), -EINVAL);
    map = new_map();
    assert_err(edo_join_map_spawn(map, NULL, return_number, NULL, NULL), -EINVAL);
    assert_err(edo_join_map_spawn(map, &key, return_number, NULL, NULL), -EDO_ENORUNTIME);
    assert_int_equal(edo_join_map_len(map), 0);
    assert_err(edo_join_map_abort_if(map, NULL, NULL), -EINVAL);
    edo_join_map_free(map);
}
