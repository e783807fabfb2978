/* runtime_stress_test.c: runtimes that end while everything in them, and around them, goes on. */
#include "runtime/rig.h"

typedef struct herd {
    edo_runtime *runtime;
    unsigned count;
    once *events;
    int *runs;
    int ended, woken, shut;
} herd;

typedef struct member {
    herd *herd;
    unsigned i;
} member;

static int wait_in_herd(void *arg)
{
    member *m = arg;
    herd *h = m->herd;

    a_fetch_add(&h->runs[m->i], 1, seq_cst);
    int64_t result = once_wait(&h->events[m->i]);
    a_fetch_add(result == 1 ? &h->woken : &h->shut, 1, seq_cst);
    return result == 1 || result == -EDO_ESHUTDOWN ? 0 : -1;
}

static int spawn_herd(void *arg)
{
    herd *h = arg;

    for (unsigned i = 0; i < h->count; i++)
        assert_ok(edo_spawn_copy(wait_in_herd, &((member){h, i}), sizeof(member), NULL));
    for (int i = 0; i < 3; i++)
        assert_ok(edo_yield());
    return 0;
}

static void *wake_one_by_one(void *arg)
{
    herd *h = arg;

    for (unsigned i = 0; i < h->count; i++)
        once_open(&h->events[i], 1);
    return NULL;
}

static void check_herd(edo_runtime_kind kind, unsigned count)
{
    herd h = {.runtime = make_runtime(EDO_OPTS(runtime, .kind = kind, .workers = test_workers())),
              .count = count};

    h.events = calloc(count, sizeof *h.events);
    h.runs = calloc(count, sizeof *h.runs);
    assert_ok(edo_block_on(h.runtime, spawn_herd, &h));
    pthread_t thread = start_thread(wake_one_by_one, &h);
    while (kind == EDO_MULTI_THREAD && a_load(&h.woken, relaxed) == 0)
        ; /* in the middle of it */
    assert_ok(edo_runtime_free(h.runtime));
    join_thread(thread); /* it goes on waking what has gone */
    assert_int_equal(h.woken + h.shut, count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(h.runs[i], 1);
        once_fini(&h.events[i]);
    }
    free(h.events);
    free(h.runs);
}

EDO_TEST_PLAIN(ten_thousand_are_woken_while_the_runtime_is_freed) /* rt-064 */
{
    unsigned count = test_count(10000);

    assert_true(count > 0);
    for (int round = 0; round < 5; round++) {
        check_herd(EDO_MULTI_THREAD, count);
        check_herd(EDO_CURRENT_THREAD, count);
    }
}

typedef struct churn {
    int spawned, ended, refused, stop;
} churn;

static int wander(void *arg)
{
    churn *c = arg;
    int rc = 0;

    for (int i = 0; rc == 0 && i < 20; i++) {
        rc = edo_yield();
        if (i % 5 == 1 && rc == 0 && a_load(&c->spawned, relaxed) < 500) {
            int spawn = edo_spawn(wander, c, NULL);
            a_fetch_add(spawn == 0 ? &c->spawned : &c->refused, 1, seq_cst);
        }
        if (i % 7 == 3 && rc == 0)
            rc = edo_sleep(EDO_MICROS(200));
    }
    a_fetch_add(&c->ended, 1, seq_cst);
    return rc;
}

static void *spawn_from_outside(void *arg)
{
    herd *h = arg;
    edo_handle *handle = edo_runtime_handle(h->runtime);
    churn *c = (churn *)(void *)h->runs;

    a_store(&h->ended, 1, release);
    for (;;) {
        int rc = edo_spawn_with(EDO_OPTS(spawn, .on = handle), wander, c, NULL);
        if (rc == -EDO_ESHUTDOWN)
            break;
        assert_int_equal(rc, 0);
        a_fetch_add(&c->spawned, 1, seq_cst);
        if (a_load(&c->spawned, relaxed) > 500) /* the others have to keep up */
            block_thread_for(1);
    }
    edo_handle_unref(handle);
    return NULL;
}

EDO_TEST_PLAIN(runtimes_are_freed_amid_spawns) /* rt-037 */
{
    for (unsigned round = 0; round < test_count(40); round++) {
        churn c = {0};
        herd h = {.runtime = make_multi(1 + (int)round % 4), .runs = (int *)(void *)&c};
        pthread_t thread = start_thread(spawn_from_outside, &h);
        wait_until(a_load(&h.ended, acquire));
        block_thread_for(round % 5);
        /* The handle keeps the runtime's core alive; the owner's object goes. */
        assert_ok(edo_runtime_shutdown(h.runtime, EDO_FOREVER()));
        join_thread(thread);
        assert_int_equal(c.spawned, c.ended); /* each one that was taken has run to its end */
        edo_metrics metrics = metrics_of(h.runtime);
        assert_int_equal(metrics.alive_tasks, 0);
        assert_int_equal(metrics.spawned_tasks, c.spawned);
        assert_ok(edo_runtime_free(h.runtime));
    }
}

static int block_now_and_then(void *arg)
{
    churn *c = arg;
    int rc = 0;

    for (int i = 0; rc == 0 && i < 4; i++) {
        block_thread_for(i % 2 ? 12 : 1); /* the monitor looks after 10 ms: before, at, after */
        edo_task child;
        if ((rc = edo_spawn(do_nothing, NULL, &child)) == 0 && edo_join(child, NULL) != 0)
            rc = edo_task_detach(child) ? -1 : -ECANCELED;
        if (rc == 0)
            rc = edo_sleep(EDO_MICROS(300));
    }
    a_fetch_add(&c->ended, 1, seq_cst);
    return 0;
}

static int churn_with_relief(void *arg)
{
    churn *c = arg;
    edo_task tasks[12];

    for (int i = 0; i < 12; i++)
        assert_ok(edo_spawn(i % 3 ? wander : block_now_and_then, c, &tasks[i]));
    a_fetch_add(&c->spawned, 12, seq_cst);
    for (int i = 0; i < 12; i++)
        assert_int_equal(join_result(tasks[i]), 0);
    return 0;
}

EDO_TEST_PLAIN(cores_are_taken_amid_work_and_shutdown) /* rt-056 */
{
    uint64_t reliefs = 0;

    for (unsigned round = 0; round < test_count(10); round++) {
        churn c = {0};
        edo_runtime *runtime = make_multi(1 + (int)round % 3);
        edo_task left[2];
        assert_int_equal(edo_block_on(runtime, churn_with_relief, &c), 0);
        for (int i = 0; i < 2; i++)
            left[i] = spawn_on(runtime, block_now_and_then, &c);
        a_fetch_add(&c.spawned, 2, seq_cst);
        block_thread_for(round % 4 * 5); /* ends while a core is on its way */
        assert_ok(edo_runtime_shutdown(runtime, EDO_FOREVER()));
        for (int i = 0; i < 2; i++)
            assert_int_equal(join_result(left[i]), 0);
        assert_int_equal(c.spawned, c.ended);
        reliefs += metrics_of(runtime).reliefs;
        assert_ok(edo_runtime_free(runtime));
    }
    assert_true(reliefs > 0);
}

typedef struct line {
    edo_runtime *runtime;
    int calls;
} line;

static int yield_some(void *arg)
{
    (void)arg;
    for (int i = 0; i < 5; i++)
        assert_ok(i % 2 ? edo_yield() : edo_sleep(EDO_MICROS(50)));
    return 1;
}

static void *block_on_often(void *arg)
{
    line *l = arg;

    for (unsigned i = 0; i < test_count(100); i++)
        a_fetch_add(&l->calls, edo_block_on(l->runtime, yield_some, NULL), seq_cst);
    return NULL;
}

EDO_TEST_PLAIN(many_threads_take_turns_in_driving) /* rt-054 */
{
    line l = {.runtime = make_current()};
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        threads[i] = start_thread(block_on_often, &l);
    for (int i = 0; i < 4; i++)
        join_thread(threads[i]);
    assert_int_equal(l.calls, 4 * test_count(100));
    assert_ok(edo_runtime_free(l.runtime));
}

/* --- the walk of a shutdown beside ends that need no reference ---------------------------------- */

enum { BREEDERS = 8, BROOD = 64, LOGGED = 512, ROUNDS = 100 };

typedef struct brood {
    edo_task log[LOGGED]; /* copies of handles that were given up: the first and the latest ones */
    unsigned bred;
} brood;

static int live_shortly(void *arg)
{
    (void)arg;
    return 0;
}

static int breed_one(brood *b)
{
    unsigned half = LOGGED / 2, at = b->bred < half ? b->bred : half + b->bred % half;
    edo_task task;
    int rc = edo_spawn(live_shortly, NULL, &task);

    if (rc == 0) {
        rc = edo_task_detach(task); /* one reference is left */
        b->log[at] = task;
        b->bred++;
    }
    return rc;
}

/* Its children end at any time, also during the walk. */
static int breed(void *arg)
{
    int rc = 0;

    while (rc == 0) {
        for (int i = 0; rc == 0 && i < BROOD; i++)
            rc = breed_one(arg);
        if (rc == 0)
            rc = edo_yield();
    }
    return rc;
}

static void breed_and_shut_down(brood *broods)
{
    edo_runtime *runtime = make_multi(8);
    edo_task breeders[BREEDERS];

    for (int i = 0; i < BREEDERS; i++)
        breeders[i] = spawn_on(runtime, breed, &broods[i]);
    block_thread_for(1);
    assert_ok(edo_runtime_shutdown(runtime, EDO_FOREVER()));
    for (int i = 0; i < BREEDERS; i++)
        assert_true(edo_is_shutdown(join_result(breeders[i])));
    assert_int_equal(metrics_of(runtime).alive_tasks, 0);
    assert_ok(edo_runtime_free(runtime));
}

static int by_header(const void *a, const void *b)
{
    const edo_task *l = a, *r = b;
    uintptr_t left = (uintptr_t)l->header, right = (uintptr_t)r->header;

    if (left != right)
        return left < right ? -1 : 1;
    return l->gen < r->gen ? -1 : l->gen > r->gen;
}

/* A header that went back to an old generation would make an old handle a later task's. */
EDO_TEST_PLAIN(handles_of_tasks_that_ended_amid_a_shutdown_are_no_later_ones) /* rt-064 */
{
    unsigned rounds = test_count(ROUNDS), count = 0;
    brood *broods = calloc(rounds * BREEDERS, sizeof *broods);
    edo_task *all = calloc((size_t)rounds * BREEDERS * LOGGED, sizeof *all);

    for (unsigned round = 0; round < rounds; round++)
        breed_and_shut_down(&broods[round * BREEDERS]);
    for (unsigned i = 0; i < rounds * BREEDERS; i++)
        for (unsigned k = 0; k < LOGGED; k++)
            if (broods[i].log[k].header) {
                assert_int_equal(edo_task_abort(broods[i].log[k]), -ESRCH);
                all[count++] = broods[i].log[k];
            }
    qsort(all, count, sizeof *all, by_header);
    for (unsigned i = 1; i < count; i++)
        assert_true(by_header(&all[i - 1], &all[i]) < 0); /* no two are the same */
    assert_true(count > rounds);
    free(all);
    free(broods);
}
