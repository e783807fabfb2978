/* blocking_members_test.c: blocking calls in sets, queues, maps and groups. */
#include "support/edo_test.h"
#include "support/gate.h"

#include "base/atomic.h"

/* Calls on one thread: the first holds it up until it is let go, so others wait in the queue. */
struct hold {
    bool begun, go; /* atomic */
};

static int hold_thread(void *arg)
{
    struct hold *h = arg;

    a_store(&h->begun, true, release);
    while (!a_load(&h->go, acquire))
        block_thread_for(1);
    return 7;
}

static int return_number(void *number)
{
    return (int)(intptr_t)number;
}

static unsigned released; /* atomic */

static void release_it(void *arg)
{
    (void)arg;
    a_fetch_add(&released, 1, seq_cst);
}

static int run_in_a_small_pool(int (*fn)(void *arg))
{
    edo_runtime *runtime;

    assert_ok(
        edo_runtime_new(EDO_OPTS(runtime, .workers = 2, .max_blocking_threads = 1), &runtime));
    int rc = edo_block_on(runtime, fn, NULL);
    assert_ok(edo_runtime_free(runtime));
    return rc;
}

EDO_TEST_BOTH(a_set_joins_calls_as_tasks)
{
    edo_join_set *set;
    edo_joined joined;
    edo_task copy;
    int sum = 0, n = 0;

    assert_ok(edo_join_set_new(&set));
    for (intptr_t i = 1; i <= 20; i++)
        assert_ok(i % 2 ? edo_join_set_spawn_blocking(set, return_number, (void *)i, NULL)
                        : edo_join_set_spawn(set, return_number, (void *)i, NULL));
    assert_ok(edo_join_set_spawn_blocking_with(set, EDO_OPTS(blocking, .name = "named"),
                                               return_number, (void *)100, &copy));
    assert_true(edo_task_id(copy) > 0);
    while (edo_join_set_next(set, &joined) == 1) {
        sum += joined.result;
        n++;
    }
    assert_int_equal(n, 21);
    assert_int_equal(sum, 210 + 100);
    assert_err(edo_join(copy, NULL), -ESRCH);
    edo_join_set_free(set);
}

static int abort_queued_calls(void *arg)
{
    struct hold h = {0};
    edo_join_set *set;
    edo_joined joined;
    int held = 0, dropped = 0;

    (void)arg;
    assert_ok(edo_join_set_new(&set));
    assert_ok(edo_join_set_spawn_blocking(set, hold_thread, &h, NULL));
    task_wait_until(a_load(&h.begun, acquire));
    for (int i = 0; i < 10; i++)
        assert_ok(edo_join_set_spawn_blocking_with(set, EDO_OPTS(blocking, .release = release_it),
                                                   return_number, NULL, NULL));
    edo_join_set_abort_all(set);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(edo_join_set_next(set, &joined), 1); /* though the thread is held up */
        dropped += joined.result == -ECANCELED;
    }
    assert_int_equal(edo_join_set_len(set), 1);
    a_store(&h.go, true, release);
    while (edo_join_set_next(set, &joined) == 1)
        held += joined.result == 7; /* it had begun, so it goes on to its end */
    assert_int_equal(held, 1);
    assert_int_equal(dropped, 10);
    assert_int_equal(a_load(&released, seq_cst), 10);
    edo_join_set_free(set);
    return 0;
}

EDO_TEST_PLAIN(an_abort_of_all_drops_the_calls_that_wait)
{
    assert_ok(run_in_a_small_pool(abort_queued_calls));
}

EDO_TEST_BOTH(a_queue_joins_calls_in_order)
{
    edo_join_queue *queue;
    edo_joined joined;

    assert_ok(edo_join_queue_new(&queue));
    for (intptr_t i = 0; i < 20; i++)
        assert_ok(edo_join_queue_spawn_blocking(queue, return_number, (void *)i, NULL));
    for (int i = 0; i < 20; i++) {
        assert_int_equal(edo_join_queue_next(queue, &joined), 1);
        assert_int_equal(joined.result, i);
    }
    edo_join_queue_free(queue);
}

static int replace_a_queued_call(void *arg)
{
    struct hold h = {0};
    edo_join_map *map;
    edo_joined joined;
    int key = 1, sum = 0;

    (void)arg;
    assert_ok(edo_join_map_new(sizeof key, &map));
    assert_ok(edo_join_map_spawn_blocking(map, &key, hold_thread, &h, NULL));
    task_wait_until(a_load(&h.begun, acquire));
    key = 2;
    assert_ok(edo_join_map_spawn_blocking_with(map, &key, EDO_OPTS(blocking, .release = release_it),
                                               return_number, (void *)5, NULL));
    assert_ok(edo_join_map_spawn_blocking(map, &key, return_number, (void *)6, NULL));
    assert_int_equal(edo_join_map_len(map), 2);
    task_wait_until(a_load(&released, seq_cst) == 1);
    a_store(&h.go, true, release);
    while (edo_join_map_next(map, &key, &joined) == 1) {
        assert_int_equal(joined.result, key == 1 ? 7 : 6);
        sum += joined.result;
    }
    assert_int_equal(sum, 7 + 6);
    edo_join_map_free(map);
    return 0;
}

EDO_TEST_PLAIN(a_call_by_a_key_replaces_the_one_of_before)
{
    assert_ok(run_in_a_small_pool(replace_a_queued_call));
}

EDO_TEST_BOTH(a_group_waits_for_calls_too)
{
    edo_group *group;
    edo_joined joined;
    struct hold h = {.go = true};

    assert_ok(edo_group_new(EDO_OPTS(group, .limit = 2), &group));
    for (int i = 0; i < 10; i++)
        assert_ok(edo_group_spawn_blocking(group, hold_thread, &h));
    assert_ok(edo_group_wait(group, NULL));
    assert_ok(edo_group_spawn_blocking(group, return_number, (void *)-EPIPE));
    assert_err(edo_group_wait(group, &joined), -EPIPE);
    assert_int_equal(joined.result, -EPIPE);
    assert_ok(edo_group_try_spawn_blocking(group, return_number, NULL));
    edo_group_cancel(group);
    assert_err(edo_group_spawn_blocking(group, return_number, NULL), -ECANCELED);
    assert_err(edo_group_spawn_blocking(NULL, return_number, NULL), -EINVAL);
    assert_err(edo_group_try_spawn_blocking(group, NULL, NULL), -EINVAL);
    edo_group_free(group);
}

static int wait_for_my_group(void *group)
{
    return edo_group_wait(group, NULL);
}

EDO_TEST_BOTH(a_call_does_not_wait_for_its_own_group)
{
    edo_group *group;

    assert_ok(edo_group_new(NULL, &group));
    assert_ok(edo_group_spawn_blocking(group, wait_for_my_group, group));
    assert_err(edo_group_wait(group, NULL), -EDEADLK);
    edo_group_free(group);
}

EDO_TEST_PLAIN(outside_of_a_runtime_nothing_is_left_of_a_call)
{
    edo_join_set *set;

    assert_ok(edo_join_set_new(&set));
    assert_err(edo_join_set_spawn_blocking(set, return_number, NULL, NULL), -EDO_ENORUNTIME);
    assert_err(edo_join_set_spawn_blocking(set, NULL, NULL, NULL), -EINVAL);
    assert_err(edo_join_set_spawn_blocking(NULL, return_number, NULL, NULL), -EINVAL);
    assert_int_equal(edo_join_set_len(set), 0);
    edo_join_set_free(set);
}
