/* yield_test.c: giving way. */
#include "support/edo_test.h"
#include "support/forked.h"
#include "support/gate.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic.h"

static char order[64]; /* current-thread tests: one task at a time */

static void note(char c)
{
    size_t len = strlen(order);

    order[len] = c;
    order[len + 1] = 0;
}

static int note_twice(void *arg)
{
    char c = *(const char *)arg;

    note(c);
    assert_ok(edo_yield());
    note((char)(c - 'a' + 'A'));
    return 0;
}

EDO_TEST(yielder_runs_after_all_that_are_ready) /* task-077 */
{
    static char names[] = "abcdefgh";

    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(note_twice, &names[i], NULL));
    note('(');
    assert_ok(edo_yield());
    note('|');
    assert_ok(edo_yield());
    note(')');
    assert_string_equal(order, "(abcdefgh|ABCDEFGH)");
}

enum { CROWD = 1000, ROUNDS = 20 };
static int runs_of[CROWD], most_behind;

static int take_rounds(void *arg)
{
    int *mine = arg;

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < CROWD; i += 37)
            if (*mine - runs_of[i] > most_behind)
                most_behind = *mine - runs_of[i];
        ++*mine;
        assert_ok(edo_yield());
    }
    return 0;
}

/* More than a worker's queue holds: they take turns, give or take a look outside. */
EDO_TEST(a_crowd_that_yields_takes_turns)
{
    static edo_task tasks[CROWD];

    for (int i = 0; i < CROWD; i++)
        assert_ok(edo_spawn(take_rounds, &runs_of[i], &tasks[i]));
    for (int i = 0; i < CROWD; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_in_range(most_behind, 0, 2);
}

/* --- a crowd that is always ready ---------------------------------------------------------- */

typedef struct partner {
    edo_waker waker;
    struct partner *other;
    bool known;
} partner;

enum { PAIRS = 300 };
static partner partners[2 * PAIRS];
static bool crowd_ends;
static unsigned crowd_polls;

/* Wakes its other half, at each poll. */
static edo_poll wake_other(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    partner *p = arg;

    crowd_polls++;
    if (!p->known)
        p->known = edo_waker_clone(waker, &p->waker) == 0;
    edo_waker_wake_by_ref(&p->other->waker);
    *ret_result = 0;
    return crowd_ends ? EDO_READY : EDO_PENDING;
}

/* 300 tasks are ready at any time, more than a queue holds; none of them yields. */
EDO_TEST(yielder_has_its_turn_in_a_crowd_that_is_always_ready) /* task-077 */
{
    static edo_task tasks[2 * PAIRS];

    for (int i = 0; i < 2 * PAIRS; i++) {
        partners[i].other = &partners[i ^ 1];
        edo_poll_fn_future fut = edo_poll_fn(wake_other, &partners[i]);
        assert_ok(edo_spawn_future(&fut.base, sizeof fut, &tasks[i]));
    }
    for (int i = 0; i < 100; i++) {
        unsigned before = crowd_polls;
        assert_ok(edo_yield());
        assert_in_range(crowd_polls - before, PAIRS / 2, 20 * PAIRS); /* others, but not for ever */
    }
    crowd_ends = true;
    for (int i = 0; i < 2 * PAIRS; i++)
        edo_waker_wake_by_ref(&partners[i].waker);
    for (int i = 0; i < 2 * PAIRS; i++) {
        assert_ok(edo_join(tasks[i], NULL));
        edo_waker_drop(partners[i].waker);
    }
}

static int wait_and_note(void *arg)
{
    assert_ok(gate_wait(arg));
    note('w');
    return 0;
}

EDO_TEST(yielder_runs_after_those_just_woken) /* task-077 */
{
    gate gates[5];

    for (int i = 0; i < 5; i++) {
        gates[i] = (gate)GATE_INIT;
        assert_ok(edo_spawn(wait_and_note, &gates[i], NULL));
    }
    assert_ok(edo_yield());
    for (int i = 0; i < 5; i++)
        gate_open(&gates[i]);
    assert_string_equal(order, "");
    assert_ok(edo_yield());
    assert_string_equal(order, "wwwww");
}

static int yield_10_times(void *arg)
{
    for (int i = 0; i < 10; i++)
        assert_ok(edo_yield());
    gate_open(arg);
    return 3;
}

static int spawn_and_wait(void *arg)
{
    static gate g = GATE_INIT;

    (void)arg;
    assert_ok(edo_spawn(yield_10_times, &g, NULL));
    return gate_wait(&g) == 0 ? 21 : -1;
}

static int app(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return spawn_and_wait(NULL);
}

static void run_main(void)
{
    static char name[] = "program";
    static char *args[] = {name, NULL};

    _exit(edo_main(EDO_OPTS(runtime, .workers = 2), app, 1, args));
}

EDO_TEST_PLAIN(ten_yields_and_a_send_in_a_main_and_a_runtime_by_hand) /* task-078 */
{
    char text[1000];
    edo_runtime *runtime;
    int status = forked_run(run_main, text, sizeof text);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 21);
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_int_equal(edo_block_on(runtime, spawn_and_wait, NULL), 21);
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_BOTH(ten_yields_and_a_send_in_a_test) /* task-078 */
{
    assert_int_equal(spawn_and_wait(NULL), 21);
}

enum { TASKS = 10000 };
static unsigned yields, twice; /* atomic */

static int yield_3_times(void *arg)
{
    unsigned running = 0;

    (void)arg;
    for (int i = 0; i < 3; i++) {
        if (a_xchg(&running, 1, acq_rel) != 0)
            a_fetch_add(&twice, 1, relaxed);
        a_fetch_add(&yields, 1, relaxed);
        if (a_xchg(&running, 0, acq_rel) != 1)
            a_fetch_add(&twice, 1, relaxed);
        assert_ok(edo_yield());
    }
    return 0;
}

EDO_TEST_BOTH(ten_thousand_tasks_yield_three_times_each) /* task-079 */
{
    static edo_task tasks[TASKS];
    unsigned count = test_count(TASKS);

    for (unsigned i = 0; i < count; i++)
        assert_ok(edo_spawn(yield_3_times, NULL, &tasks[i]));
    for (unsigned i = 0; i < count; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_int_equal(yields, 3 * count);
    assert_int_equal(twice, 0);
}
