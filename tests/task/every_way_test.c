/* every_way_test.c: all ways in which a task ends, is joined, aborted and let go of, with each other. */
#include "task/local_rig.h"

#include "sched/state.h"
#include "sched/task.h"

enum ending { SUCCEEDS, FAILS, FAILS_IN_CLEANUP, ENDINGS };
enum moment { AT_ONCE, AFTER_FIRST_RUN, AFTER_END, AFTER_JOIN, NEVER, MOMENTS };

typedef struct way {
    enum ending ending;
    bool polls_join;
    enum moment release; /* of the handle; AFTER_JOIN: by the join */
    enum moment abort;
    bool by_handle; /* the abort; else by an abort handle */
    /* What it comes to. */
    gate begun, go;
    int runs, frees;
    edo_task handle;
    edo_abort_handle aborter;
    bool released, aborted;
} way;

static int travel(void *arg)
{
    way *w = *(way **)arg;

    w->runs++;
    gate_open(&w->begun);
    int rc = gate_wait(&w->go);
    free(arg);
    w->frees++;
    if (w->ending == FAILS_IN_CLEANUP && rc < 0)
        return -EBADF;
    return rc < 0 ? rc : w->ending == FAILS ? -EIO : 7;
}

static int expected(const way *w)
{
    if (w->aborted)
        return w->ending == FAILS_IN_CLEANUP ? -EBADF : -ECANCELED;
    return w->ending == FAILS ? -EIO : 7;
}

static void poll_join_once(way *w)
{
    int result = 0;
    edo_join_future join = edo_join_async(w->handle, &result);
    edo_sleep_future nothing = edo_sleep_async((edo_duration){0});

    int won = edo_select(&join.base, &nothing.base);
    assert_true(won == 0 || won == 1);
    if (won == 0 || join.base.result == 0) { /* it has ended meanwhile, as it was aborted */
        assert_int_equal(result, expected(w));
        w->released = true;
    }
}

static void abort_it(way *w, enum moment now)
{
    if (w->by_handle) {
        int rc = edo_task_abort(w->handle);
        assert_int_equal(rc, w->released ? -ESRCH : 0);
        w->aborted |= rc == 0 && now < AFTER_END;
    } else {
        edo_abort_handle_abort(&w->aborter);
        w->aborted |= now < AFTER_END;
    }
}

/* What is done at this moment. */
static void pass(way *w, enum moment now)
{
    if (w->abort == now)
        abort_it(w, now);
    if (w->polls_join && now < AFTER_END && !w->released)
        poll_join_once(w);
    if (w->release == now && !w->released) {
        assert_ok(edo_task_detach(w->handle));
        w->released = true;
    }
}

static void spawn_traveller(way *w, bool local)
{
    way **arg = malloc(sizeof(way *));

    assert_non_null(arg);
    *arg = w;
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .local = local), travel, arg, &w->handle));
    assert_ok(edo_abort_handle_new(w->handle, &w->aborter));
}

static void go_one_way(way *w, bool local)
{
    int result = 0;

    w->begun = w->go = (gate)GATE_INIT;
    spawn_traveller(w, local);
    pass(w, AT_ONCE);
    assert_ok(gate_wait(&w->begun));
    pass(w, AFTER_FIRST_RUN);
    if (!w->aborted) /* else it hears of that, and of nothing else */
        gate_open(&w->go);
    task_wait_until(w->released ? a_load(&w->frees, acquire) == 1
                                : edo_task_is_finished(w->handle));
    pass(w, AFTER_END);
    if (!w->released) {
        assert_ok(edo_join(w->handle, &result));
        assert_int_equal(result, expected(w));
        w->released = true;
    }
    pass(w, AFTER_JOIN);
    edo_abort_handle_drop(w->aborter);
    /* Its header has come to its next life, and no further. */
    task_wait_until(state_gen(a_load(&w->handle.header->state, acquire)) != w->handle.gen);
    assert_int_equal(state_gen(a_load(&w->handle.header->state, acquire)), w->handle.gen + 1);
    assert_int_equal(w->runs, 1);
    assert_int_equal(w->frees, 1);
}

/* 3 * 2 * 4 * 5 * 2 of them; `arg`: whether they are local. */
static int go_all_ways(void *arg)
{
    for (int i = 0; i < ENDINGS * 2 * 4 * MOMENTS * 2; i++) {
        way w = {
            .ending = (enum ending)(i % ENDINGS),
            .polls_join = i / ENDINGS % 2,
            .release = (enum moment)(i / ENDINGS / 2 % 4),
            .abort = (enum moment)(i / ENDINGS / 2 / 4 % MOMENTS),
            .by_handle = i / ENDINGS / 2 / 4 / MOMENTS,
        };
        go_one_way(&w, arg != NULL);
    }
    return 0;
}

static int go_in_a_set(void *arg)
{
    edo_local_set *set = new_local_set();
    int rc = edo_local_set_run_until(set, go_all_ways, arg);

    assert_int_equal(edo_local_set_len(set), 0);
    assert_ok(edo_local_set_free(set));
    return rc;
}

static void check_every_way(edo_runtime *runtime)
{
    int local = 1;

    assert_int_equal(edo_block_on(runtime, go_all_ways, NULL), 0);
    assert_int_equal(edo_block_on(runtime, go_in_a_set, &local), 0);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(every_way_on_a_current_thread_runtime) /* task-033 */
{
    check_every_way(make_current());
}

EDO_TEST_PLAIN(every_way_on_one_worker_and_on_two) /* task-033 */
{
    check_every_way(make_multi(1));
    check_every_way(make_multi(2));
}
