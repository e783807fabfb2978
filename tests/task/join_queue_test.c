/* join_queue_test.c: tasks that belong together, joined as they were spawned. */
#include <stdlib.h>

#include "support/gate.h"
#include "sync/cancel_rig.h"

static edo_join_queue *new_queue(void)
{
    edo_join_queue *queue;

    assert_ok(edo_join_queue_new(&queue));
    return queue;
}

/* A task that returns its number when its gate is open. */
struct gated {
    gate gate;
    int number;
};

static int wait_and_return(void *arg)
{
    struct gated *g = arg;
    int rc = gate_wait(&g->gate);

    return rc < 0 ? rc : g->number;
}

static void spawn_gated(edo_join_queue *queue, struct gated *g, int number, edo_task *ret)
{
    *g = (struct gated){.gate = GATE_INIT, .number = number};
    assert_ok(edo_join_queue_spawn(queue, wait_and_return, g, ret));
}

/* And a moment for the set to hear of it. */
static void end(struct gated *g, edo_task t)
{
    gate_open(&g->gate);
    task_wait_until(edo_task_is_finished(t));
    assert_ok(edo_yield());
}

EDO_TEST_BOTH(results_come_in_the_order_of_spawning) /* util-067 */
{
    edo_join_queue *queue = new_queue();
    struct gated gated[5];
    edo_task tasks[5];
    edo_joined joined;

    for (int i = 0; i < 5; i++)
        spawn_gated(queue, &gated[i], i, &tasks[i]);
    for (int i = 5; i-- > 0;)
        end(&gated[i], tasks[i]);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(edo_join_queue_next(queue, &joined), 1);
        assert_int_equal(joined.result, i);
    }
    assert_int_equal(edo_join_queue_next(queue, &joined), 0);
    edo_join_queue_free(queue);
}

EDO_TEST(try_next_gives_the_oldest_alone) /* util-068 */
{
    edo_join_queue *queue = new_queue();
    struct gated gated[3];
    edo_task tasks[3];
    edo_joined joined;

    for (int i = 0; i < 3; i++)
        spawn_gated(queue, &gated[i], i, &tasks[i]);
    end(&gated[1], tasks[1]);
    end(&gated[2], tasks[2]);
    for (int i = 0; i < 3; i++)
        assert_int_equal(edo_join_queue_try_next(queue, &joined), -EAGAIN);
    assert_int_equal(edo_join_queue_len(queue), 3);
    end(&gated[0], tasks[0]);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(edo_join_queue_try_next(queue, &joined), 1);
        assert_int_equal(joined.result, i);
        assert_int_equal(edo_join_queue_len(queue), 2 - (size_t)i);
    }
    assert_int_equal(edo_join_queue_try_next(queue, &joined), 0);
    assert_true(edo_join_queue_is_empty(queue));
    edo_join_queue_free(queue);
}

EDO_TEST(a_wait_is_woken_by_the_oldest_alone) /* util-069 */
{
    edo_join_queue *queue = new_queue();
    struct gated gated[3];
    edo_task tasks[3];
    edo_joined joined;

    for (int i = 0; i < 3; i++)
        spawn_gated(queue, &gated[i], i, &tasks[i]);
    edo_join_next_future next = edo_join_queue_next_async(queue, &joined);
    edo_test_task *hand = hand_wait(&next.base);
    end(&gated[2], tasks[2]);
    end(&gated[1], tasks[1]);
    hand_waits_on(hand);
    end(&gated[0], tasks[0]);
    hand_end(hand, &next.base, 1);
    assert_int_equal(joined.result, 0);
    edo_join_queue_free(queue);
}

static int end_at_once(void *number)
{
    return (int)(intptr_t)number;
}

static int count_the_end(void *ended)
{
    edo_future never = edo_pending();
    int rc = (int)edo_await(&never);

    a_fetch_add((unsigned *)ended, 1, seq_cst);
    return rc;
}

EDO_TEST_BOTH(join_all_shutdown_and_free) /* util-070 */
{
    edo_join_queue *queue = new_queue();
    edo_joined joined[20];
    size_t count = 99;
    static unsigned ended;

    for (intptr_t i = 0; i < 16; i++)
        assert_ok(edo_join_queue_spawn(queue, end_at_once, (void *)i, NULL));
    assert_int_equal(edo_join_queue_join_all(queue, joined, 4, &count), 4);
    assert_int_equal(edo_join_queue_join_all(queue, joined + 4, 16, &count), 12);
    assert_int_equal(count, 12);
    for (int i = 0; i < 16; i++)
        assert_int_equal(joined[i].result, i);
    assert_int_equal(edo_join_queue_join_all(queue, joined, 4, NULL), 0);

    for (int i = 0; i < 16; i++)
        assert_ok(edo_join_queue_spawn(queue, count_the_end, &ended, NULL));
    assert_ok(edo_join_queue_shutdown(queue));
    assert_int_equal(a_load(&ended, seq_cst), 16);
    assert_true(edo_join_queue_is_empty(queue));

    for (int i = 0; i < 16; i++)
        assert_ok(edo_join_queue_spawn(queue, count_the_end, &ended, NULL));
    edo_join_queue_free(queue);
    task_wait_until(a_load(&ended, seq_cst) == 32);
}

EDO_TEST_BOTH(single_tasks_are_aborted) /* util-071 */
{
    edo_join_queue *queue = new_queue();
    struct gated gated[16];
    edo_task tasks[16];
    edo_joined joined;

    for (int i = 0; i < 16; i++)
        spawn_gated(queue, &gated[i], i, &tasks[i]);
    for (int i = 1; i < 16; i += 2)
        assert_ok(edo_task_abort(tasks[i]));
    for (int i = 0; i < 16; i += 2)
        gate_open(&gated[i].gate);
    for (int i = 0; i < 16; i++) {
        assert_int_equal(edo_join_queue_next(queue, &joined), 1);
        assert_int_equal(joined.result, i % 2 ? -ECANCELED : i);
    }
    edo_join_queue_free(queue);
}

EDO_TEST_BOTH(ids_come_in_the_order_of_spawning) /* util-072 */
{
    enum { TASKS = 1000 };
    edo_join_queue *queue = new_queue();
    uint64_t *ids = calloc(TASKS, sizeof *ids);
    edo_joined joined;
    edo_task t;

    struct gated all = {.gate = GATE_INIT};
    for (int i = 0; i < TASKS; i++) {
        assert_ok(edo_join_queue_spawn(queue, wait_and_return, &all, &t));
        ids[i] = edo_task_id(t);
    }
    gate_open(&all.gate);
    for (int i = 0; i < TASKS; i++) {
        assert_int_equal(edo_join_queue_next(queue, &joined), 1);
        assert_int_equal(joined.id, ids[i]);
    }
    free(ids);
    edo_join_queue_free(queue);
}

EDO_TEST(a_loser_is_the_oldest_again)
{
    edo_join_queue *queue = new_queue();
    struct gated gated[2];
    edo_task tasks[2];
    edo_joined joined;

    for (int i = 0; i < 2; i++)
        spawn_gated(queue, &gated[i], i, &tasks[i]);
    end(&gated[0], tasks[0]);
    edo_join_next_future next = edo_join_queue_next_async(queue, &joined);
    assert_ready_eq(&next.base, 1);
    edo_future_put_back(&next.base);
    assert_int_equal(next.base.result, -ECANCELED);
    end(&gated[1], tasks[1]);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(edo_join_queue_next(queue, &joined), 1);
        assert_int_equal(joined.result, i);
    }
    edo_join_queue_free(queue);
}

EDO_TEST_BOTH(futures_are_spawned_into_it)
{
    edo_join_queue *queue = new_queue();
    gate g = GATE_INIT;
    gate_future opened = gate_async(&g);
    edo_joined joined;

    assert_ok(edo_join_queue_spawn_future(queue, &opened.base, sizeof opened, NULL));
    gate_open(&g);
    assert_int_equal(edo_join_queue_next(queue, &joined), 1);
    assert_int_equal(joined.result, 0);
    assert_err(edo_join_queue_spawn_future(queue, NULL, 0, NULL), -EINVAL);
    assert_true(edo_join_queue_is_empty(queue));
    edo_join_queue_free(queue);
}

EDO_TEST(detached_they_run_on_and_it_can_be_used_again)
{
    edo_join_queue *queue = new_queue();
    struct gated gated[2];
    edo_task tasks[2];
    edo_joined joined;

    for (int i = 0; i < 2; i++)
        spawn_gated(queue, &gated[i], i, &tasks[i]);
    end(&gated[1], tasks[1]);
    assert_int_equal(edo_join_queue_detach_all(queue), 2);
    assert_int_equal(edo_join_queue_next(queue, &joined), 0);
    assert_ok(edo_join_queue_spawn(queue, end_at_once, (void *)7, NULL));
    edo_join_queue_abort_all(queue);
    assert_int_equal(edo_join_queue_next(queue, &joined), 1);
    assert_int_equal(joined.result, 7);
    gate_open(&gated[0].gate);
    assert_ok(edo_yield());
    assert_ok(edo_yield());
    edo_join_queue_free(queue);
}

EDO_TEST(one_that_waits_for_its_shutdown_is_cut_short)
{
    edo_join_queue *queue = new_queue();
    struct gated gated[3];
    edo_task tasks[3];

    for (int i = 0; i < 3; i++)
        spawn_gated(queue, &gated[i], i, &tasks[i]);
    edo_join_shutdown_future down = edo_join_queue_shutdown_async(queue);
    edo_test_task *hand = hand_wait(&down.base);
    hand_cancel(hand, &down.base, -ECANCELED);
    down = edo_join_queue_shutdown_async(queue);
    assert_int_equal(edo_await(&down.base), 0);
    assert_true(edo_join_queue_is_empty(queue));
    edo_join_queue_free(queue);
}

EDO_TEST_PLAIN(null_is_no_queue)
{
    edo_joined joined;
    size_t count = 9;

    assert_err(edo_join_queue_new(NULL), -EINVAL);
    edo_join_queue_free(NULL);
    assert_err(edo_join_queue_spawn(NULL, end_at_once, NULL, NULL), -EINVAL);
    assert_err(edo_join_queue_next(NULL, NULL), -EINVAL);
    assert_err(edo_join_queue_try_next(NULL, NULL), -EINVAL);
    assert_err(edo_join_queue_join_all(NULL, &joined, 1, &count), -EINVAL);
    assert_int_equal(count, 0);
    assert_err(edo_join_queue_shutdown(NULL), -EINVAL);
    edo_join_queue_abort_all(NULL);
    assert_int_equal(edo_join_queue_detach_all(NULL), 0);
    assert_int_equal(edo_join_queue_len(NULL), 0);
}
