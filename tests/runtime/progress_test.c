/* progress_test.c: what is spawned or woken runs, whatever else keeps the runtime busy. */
#include "runtime/rig.h"

#define SENDERS 200

static edo_runtime *make_kind(int kind, int workers)
{
    return make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = workers));
}

typedef struct nest {
    once answer;
    int depth;
} nest;

static int go_deeper(void *arg)
{
    nest *n = arg;
    edo_task task;

    if (++n->depth == 5) {
        once_open(&n->answer, 50);
        return 1;
    }
    assert_ok(edo_spawn(go_deeper, n, &task));
    return join_result(task) + 1;
}

EDO_TEST_BOTH(nested_spawns_complete) /* rt-033 */
{
    nest n = {0};
    edo_task task;

    assert_ok(edo_spawn(go_deeper, &n, &task));
    assert_int_equal(once_wait(&n.answer), 50);
    assert_int_equal(join_result(task), 5);
}

typedef struct mail {
    once letters[500];
    int got[500];
    unsigned count;
} mail;

typedef struct slot {
    mail *mail;
    unsigned i;
} slot;

static int take_letter(void *arg)
{
    slot *s = arg;

    int value = (int)once_wait(&s->mail->letters[s->i]);
    a_fetch_add(&s->mail->got[s->i], 1, seq_cst);
    return value;
}

static void *send_letters(void *arg)
{
    mail *m = arg;

    for (unsigned i = 0; i < m->count; i++)
        once_open(&m->letters[i], i);
    return NULL;
}

static int all_letters(void *arg)
{
    mail *m = arg;
    edo_task tasks[500];

    for (unsigned i = 0; i < m->count; i++)
        assert_ok(edo_spawn_copy(take_letter, &((slot){m, i}), sizeof(slot), &tasks[i]));
    pthread_t thread = start_thread(send_letters, m);
    for (unsigned i = 0; i < m->count; i++)
        assert_int_equal(join_result(tasks[i]), i);
    join_thread(thread);
    return 0;
}

static int all_letters_in_task(void *arg)
{
    edo_task task;

    assert_ok(edo_spawn(all_letters, arg, &task));
    return join_result(task);
}

EDO_TEST_PLAIN(each_of_many_gets_its_own_message) /* rt-034 rt-036 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime = make_kind(kind, test_workers());
        mail *m = calloc(2, sizeof *m);
        m[0].count = 200;
        m[1].count = 500;
        assert_int_equal(edo_block_on(runtime, all_letters, &m[0]), 0);
        assert_int_equal(edo_block_on(runtime, all_letters_in_task, &m[1]), 0);
        for (unsigned i = 0; i < 500; i++) {
            assert_int_equal(m[0].got[i], i < 200);
            assert_int_equal(m[1].got[i], 1);
        }
        assert_ok(edo_runtime_free(runtime));
        free(m);
    }
}

static int yield_for_ever(void *arg)
{
    while (edo_yield() == 0)
        a_fetch_add((int *)arg, 1, relaxed);
    return 0;
}

static int count_run(void *arg)
{
    a_fetch_add((int *)arg, 1, seq_cst);
    return 0;
}

EDO_TEST_PLAIN(a_foreign_spawn_reaches_idle_and_busy_workers) /* rt-035 */
{
    for (int workers = 1; workers <= 2; workers++) {
        edo_runtime *runtime = make_multi(workers);
        int runs = 0, yields = 0;
        block_thread_for(50);
        assert_int_equal(join_result(spawn_on(runtime, count_run, &runs)), 0);
        edo_task busy = spawn_on(runtime, yield_for_ever, &yields);
        wait_until(a_load(&yields, relaxed) > 0);
        assert_int_equal(join_result(spawn_on(runtime, count_run, &runs)), 0);
        assert_int_equal(runs, 2);
        assert_ok(edo_task_abort(busy));
        assert_int_equal(join_result(busy), 0);
        assert_ok(edo_runtime_free(runtime));
    }
}

EDO_TEST_PLAIN(a_thousand_foreign_spawns_all_run) /* rt-037 */
{
    for (int round = 0; round < 5; round++) {
        edo_runtime *runtime = make_multi(test_workers());
        int runs = 0;
        for (int i = 0; i < 1000; i++)
            assert_ok(edo_task_detach(spawn_on(runtime, count_run, &runs)));
        assert_int_equal(edo_runtime_free(runtime), 0); /* waits; each one runs */
        assert_int_equal(a_load(&runs, seq_cst), 1000);
    }
}

typedef struct two {
    once there, back;
    edo_runtime *other;
} two;

static int answer(void *arg)
{
    two *t = arg;

    once_open(&t->back, once_wait(&t->there) * 2);
    return 0;
}

static int ask_other(void *arg)
{
    two *t = arg;
    edo_task task = spawn_on(t->other, answer, t);

    once_open(&t->there, 21);
    int64_t value = once_wait(&t->back);
    assert_int_equal(join_result(task), 0); /* a join over runtimes */
    return (int)value;
}

EDO_TEST_PLAIN(two_runtimes_work_side_by_side) /* rt-039 */
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *mine = make_kind(kind, 1);
        two t = {.other = make_multi(1)};
        assert_int_equal(edo_block_on(mine, ask_other, &t), 42);
        assert_ok(edo_runtime_free(mine));
        assert_ok(edo_runtime_free(t.other));
    }
}

/* A table-tennis ball: each side waits for its turn. */
typedef struct ball {
    once hit[2];
    int stop;
} ball;

typedef struct player {
    ball *ball;
    int side;
} player;

static int play(void *arg)
{
    player *p = arg;
    ball *b = p->ball;

    while (!a_load(&b->stop, relaxed) && once_wait(&b->hit[p->side]) == 1) {
        b->hit[p->side].open = false;
        once_open(&b->hit[!p->side], 1);
    }
    once_open(&b->hit[!p->side], 0);
    return 0;
}

static int yield_five(void *arg)
{
    for (int i = 0; i < 5; i++)
        assert_ok(edo_yield());
    *(int *)arg = 1;
    return 5;
}

static int hundred_pairs(void *arg)
{
    ball *balls = arg;
    edo_task players[200], yielder;
    int done = 0;

    for (int i = 0; i < 200; i++)
        assert_ok(
            edo_spawn_copy(play, &((player){&balls[i / 2], i % 2}), sizeof(player), &players[i]));
    for (int i = 0; i < 100; i++)
        once_open(&balls[i].hit[0], 1);
    assert_ok(edo_spawn(yield_five, &done, &yielder));
    assert_int_equal(join_result(yielder), 5);
    for (int i = 0; i < 100; i++)
        a_store(&balls[i].stop, 1, relaxed);
    for (int i = 0; i < 200; i++)
        assert_int_equal(join_result(players[i]), 0);
    return done;
}

EDO_TEST_PLAIN(ping_pong_cannot_starve_a_yielding_task) /* rt-040 */
{
    for (int workers = 0; workers <= 2; workers++) {
        edo_runtime *runtime = make_kind(workers == 0, workers);
        ball *balls = calloc(100, sizeof *balls);
        assert_int_equal(edo_block_on(runtime, hundred_pairs, balls), 1);
        assert_ok(edo_runtime_free(runtime));
        free(balls);
    }
}

static int spawn_next(void *arg)
{
    int rc = edo_task_self_is_canceled() || a_load((int *)arg, relaxed) < 0
                 ? 0
                 : edo_spawn(spawn_next, arg, NULL);

    if (a_load((int *)arg, relaxed) >= 0)
        a_fetch_add((int *)arg, 1, relaxed);
    return rc == -EDO_ESHUTDOWN ? 0 : rc;
}

static int beside_a_chain(void *arg)
{
    edo_task other;
    int done = 0;

    assert_ok(edo_spawn(spawn_next, arg, NULL));
    assert_ok(edo_spawn(yield_five, &done, &other));
    assert_int_equal(join_result(other), 5);
    return done;
}

EDO_TEST_PLAIN(a_chain_of_spawns_lets_others_run) /* rt-041 */
{
    for (int workers = 0; workers <= 2; workers++) {
        edo_runtime *runtime = make_kind(workers == 0, workers);
        int links = 0;
        assert_int_equal(edo_block_on(runtime, beside_a_chain, &links), 1);
        wait_until(a_load(&links, relaxed) > 0); /* a thief may have been slow to run its first */
        assert_ok(edo_runtime_free(runtime));
    }
}

static int set_flag(void *arg)
{
    a_store((int *)arg, 1, release);
    return 0;
}

static int block_until_run_with(const edo_spawn_opts *opts, int *flag)
{
    edo_task task;

    assert_ok(edo_spawn_with(opts, set_flag, flag, &task));
    wait_until(a_load(flag, acquire)); /* the thread is blocked: another has to run it */
    return join_result(task);
}

static int block_until_run(void *arg)
{
    return block_until_run_with(NULL, arg);
}

static int block_until_named_is_run(void *arg)
{
    return block_until_run_with(EDO_OPTS(spawn, .name = "named"), arg);
}

EDO_TEST_PLAIN(without_lifo_a_blocked_spawner_is_helped) /* rt-042 */
{
    edo_runtime *runtime = make_runtime(
        EDO_OPTS(runtime, .workers = 2, .no_lifo_slot = true, .monitor = EDO_MONITOR_OFF));
    int flag = 0;

    assert_int_equal(edo_block_on(runtime, block_until_run, &flag), 0);
    assert_int_equal(flag, 1);
    assert_ok(edo_runtime_free(runtime));
}

/* A spawn holds the worker's core fast, and lets go of it. */
EDO_TEST_PLAIN(of_one_worker_a_blocked_spawner_is_relieved)
{
    edo_runtime *runtime = make_runtime(EDO_OPTS(runtime, .workers = 1, .monitor = EDO_MONITOR_ON));
    int (*const spawners[])(void *arg) = {block_until_run, block_until_named_is_run};

    for (int i = 0; i < 2; i++) {
        int flag = 0;
        assert_int_equal(join_result(spawn_on(runtime, spawners[i], &flag)), 0);
        assert_int_equal(flag, 1);
    }
    assert_ok(edo_runtime_free(runtime));
}

static void *spawn_from_outside(void *arg)
{
    two *t = arg;
    int runs = 0;

    assert_int_equal(join_result(spawn_on(t->other, count_run, &runs)), 0);
    once_open(&t->back, runs);
    return NULL;
}

static int respawn_and_wait(void *arg)
{
    two *t = arg;
    int links = 0;

    assert_ok(edo_spawn(spawn_next, &links, NULL));
    pthread_t thread = start_thread(spawn_from_outside, t);
    int64_t value = once_wait(&t->back);
    join_thread(thread);
    a_store(&links, INT32_MIN, relaxed); /* the chain ends */
    assert_ok(edo_yield());
    assert_ok(edo_yield());
    return (int)value;
}

EDO_TEST_PLAIN(an_injected_task_runs_beside_a_full_queue) /* rt-043 */
{
    for (int kind = 0; kind < 2; kind++) {
        two t = {.other = make_kind(kind, 1)};
        assert_int_equal(edo_block_on(t.other, respawn_and_wait, &t), 1);
        assert_ok(edo_runtime_free(t.other));
    }
}
