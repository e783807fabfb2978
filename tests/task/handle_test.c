/* handle_test.c: references: who keeps a task's header, and what wakes and handles do to its word. */
#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

#include <stdlib.h>

#include "base/atomic.h"
#include "sched/task.h"

static uint64_t word_of(edo_task t)
{
    return a_load(&t.header->state, acquire);
}

/* The header was given back: its memory is in its next life. */
static bool header_is_free(edo_task t)
{
    return state_gen(word_of(t)) != t.gen;
}

static int wait_at(void *arg)
{
    return gate_wait(arg) < 0 ? -ECANCELED : 17;
}

static int return_5(void *arg)
{
    (void)arg;
    return 5;
}

struct life {
    gate end;
    edo_task task;
    edo_abort_handle abort_handle;
    uint64_t refs; /* references that are left */
};

static void let_go(struct life *l, char what)
{
    switch (what) {
    case 'E':
        gate_open(&l->end);
        if (l->refs > 1)
            task_wait_until(word_of(l->task) & TASK_COMPLETE);
        break;
    case 'J':
        assert_ok(edo_task_detach(l->task));
        break;
    case 'A':
        edo_abort_handle_drop(l->abort_handle);
        break;
    }
    l->refs--;
}

static void check_order(const char *order)
{
    struct life *l = calloc(1, sizeof *l);

    pthread_mutex_init(&l->end.lock, NULL);
    assert_ok(edo_spawn(wait_at, &l->end, &l->task));
    assert_ok(edo_abort_handle_new(l->task, &l->abort_handle));
    l->refs = 3;
    task_wait_until(gate_waiting(&l->end) == 1);
    for (; *order; order++) {
        assert_false(header_is_free(l->task));
        /* The wait's own clone of the waker is one more, until the gate has opened. */
        task_wait_until(state_refs(word_of(l->task)) == l->refs + !gate_is_open(&l->end));
        let_go(l, *order);
    }
    task_wait_until(header_is_free(l->task));
    assert_int_equal(state_gen(word_of(l->task)), l->task.gen + 1); /* freed once */
    free(l);
}

EDO_TEST_BOTH(header_lives_as_long_as_its_last_reference) /* task-019 */
{
    static const char *const orders[] = {"EJA", "EAJ", "JEA", "JAE", "AEJ", "AJE"};

    for (unsigned i = 0; i < 6; i++)
        check_order(orders[i]);
    assert_false(edo_task_self_is_canceled());
}

EDO_TEST_BOTH(cloned_abort_handle_holds_like_the_first) /* task-020 */
{
    edo_task t;
    edo_abort_handle handles[4];

    assert_ok(edo_spawn(return_5, NULL, &t));
    assert_ok(edo_abort_handle_new(t, &handles[0]));
    for (int i = 1; i < 4; i++)
        handles[i] = edo_abort_handle_clone(&handles[i - 1]);
    assert_ok(edo_join(t, NULL));
    for (int i = 0; i < 4; i++) {
        assert_false(header_is_free(t));
        assert_int_equal(state_refs(word_of(t)), 4 - i);
        assert_true(edo_abort_handle_is_finished(&handles[i]));
        edo_abort_handle_abort(&handles[i]); /* after the end: nothing */
        edo_abort_handle_drop(handles[i]);
    }
    assert_true(header_is_free(t));
}

/* As if so many were held elsewhere. */
static void pretend_refs(edo_task t, uint64_t count)
{
    a_fetch_add(&t.header->state, count * TASK_REF, relaxed);
}

EDO_TEST_BOTH(references_are_refused_before_they_run_over)
{
    edo_task t;
    edo_abort_handle first, none = {NULL};
    edo_waker counted = {0};
    gate opens = {0};

    assert_ok(edo_spawn(wait_at, &opens, &t));
    assert_ok(edo_abort_handle_new(t, &first));
    uint64_t others = TASK_REFS_MAX - state_refs(word_of(t));
    pretend_refs(t, others);
    assert_null(edo_abort_handle_clone(&first).header);
    assert_err(edo_abort_handle_new(t, &none), -ENOMEM);
    assert_err((int)edo_task_stack_peak(t), -ENOMEM);
    edo_waker waker = task_waker(t.header);
    assert_err(edo_waker_clone(&waker, &counted), -ENOMEM);
    assert_int_equal(state_refs(word_of(t)), TASK_REFS_MAX); /* refused: none is left over */
    pretend_refs(t, -others);
    edo_abort_handle second = edo_abort_handle_clone(&first);
    assert_ptr_equal(second.header, t.header);
    edo_abort_handle_drop(second);
    edo_abort_handle_drop(first);
    assert_false(edo_task_is_finished(t));
    gate_open(&opens);
    int result = 0;
    assert_ok(edo_join(t, &result));
    assert_int_equal(result, 17);
}

/* --- wakes -------------------------------------------------------------------------------- */

static int await_probe(void *arg)
{
    probe *p = arg;

    return (int)edo_await(&p->base);
}

EDO_TEST(wakes_of_a_scheduled_task_are_one) /* task-021 */
{
    static probe p;
    edo_task t;
    int ret = -1;

    p = probe_pending();
    assert_ok(edo_spawn(await_probe, &p, &t));
    assert_ok(edo_yield());
    assert_int_equal(p.polls, 1);
    for (int round = 1; round <= 5; round++) {
        for (int i = 0; i < 7; i++)
            probe_wake(&p);
        for (int i = 0; i < 5; i++)
            assert_ok(edo_yield());
        assert_int_equal(p.polls, 1 + round); /* once, not seven times */
    }
    probe_finish(&p, 3);
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 3);
}

/* Wakes itself `wakes` times in its first poll. */
struct self_waker {
    unsigned wakes, polls;
    bool ready;
};

static edo_poll wake_oneself(void *arg, const edo_waker *waker, int64_t *ret_result)
{
    struct self_waker *s = arg;

    *ret_result = 1;
    a_store(&s->polls, a_load(&s->polls, relaxed) + 1, relaxed); /* read from outside */
    for (; s->wakes; s->wakes--)
        edo_waker_wake_by_ref(waker);
    return s->ready ? EDO_READY : EDO_PENDING;
}

static int await_self_waker(void *arg)
{
    edo_poll_fn_future fut = edo_poll_fn(wake_oneself, arg);

    return (int)edo_await(&fut.base);
}

EDO_TEST_BOTH(wake_of_a_running_task_runs_it_once_more) /* task-021 task-025 */
{
    struct self_waker *s = calloc(1, sizeof *s);
    edo_task t;

    s->wakes = 4;
    assert_ok(edo_spawn(await_self_waker, s, &t));
    task_wait_until(a_load(&s->polls, relaxed) == 2);
    for (int i = 0; i < 10; i++)
        assert_ok(edo_yield());
    assert_int_equal(a_load(&s->polls, relaxed), 2);
    /* Neither queued nor running now. */
    task_wait_until(!(word_of(t) & (TASK_ACTIVE | TASK_NOTIFIED)));
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, NULL));
    free(s);
}

static uint64_t polls_so_far(void)
{
    edo_metrics m;
    edo_handle *handle = edo_runtime_handle(test_runtime());

    assert_ok(edo_handle_metrics(handle, &m));
    edo_handle_unref(handle);
    return m.polls;
}

static uint64_t polls_of(unsigned self_wakes)
{
    struct self_waker s = {.wakes = self_wakes, .ready = true};
    edo_poll_fn_future fut = edo_poll_fn(wake_oneself, &s);
    uint64_t before = polls_so_far();
    edo_task stackful, polled;
    struct self_waker other = s;

    assert_ok(edo_spawn_future(&fut.base, sizeof fut, &polled));
    assert_ok(edo_spawn(await_self_waker, &other, &stackful));
    for (int i = 0; i < 5; i++)
        assert_ok(edo_yield());
    assert_true(edo_task_is_finished(polled) && edo_task_is_finished(stackful));
    assert_ok(edo_join(polled, NULL));
    assert_ok(edo_join(stackful, NULL));
    assert_int_equal(s.polls, 1);
    assert_int_equal(other.polls, 1);
    return polls_so_far() - before;
}

EDO_TEST(task_that_wakes_itself_and_ends_is_not_run_again) /* task-022 */
{
    uint64_t quiet = polls_of(0);

    assert_int_equal(quiet, 5 + 2); /* the yields' and one each */
    assert_int_equal(polls_of(3), quiet);
}

EDO_TEST(by_value_gives_the_reference_up_and_by_ref_keeps_it) /* task-023 */
{
    static probe p;
    edo_task t;
    edo_waker clones[4];

    p = probe_pending();
    assert_ok(edo_spawn(await_probe, &p, &t));
    assert_ok(edo_yield());
    uint64_t refs = state_refs(word_of(t));
    assert_int_equal(refs, 3); /* its life, the handle, the probe's clone */
    for (int i = 0; i < 4; i++)
        assert_ok(edo_waker_clone(i ? &clones[0] : &p.waker, &clones[i]));
    assert_int_equal(state_refs(word_of(t)), refs + 4);
    edo_waker_wake_by_ref(&clones[0]);
    edo_waker_wake_by_ref(&clones[0]);
    assert_int_equal(state_refs(word_of(t)), refs + 4);
    edo_waker_wake(clones[1]);
    edo_waker_wake_by_ref(&clones[2]);
    edo_waker_wake(clones[2]);
    assert_int_equal(state_refs(word_of(t)), refs + 2);
    edo_waker_drop(clones[3]);
    assert_int_equal(state_refs(word_of(t)), refs + 1);
    probe_finish(&p, 0);
    assert_ok(edo_join(t, NULL));
    assert_false(header_is_free(t)); /* one waker is left */
    edo_waker_wake(clones[0]);       /* of a task that has ended: only gives up */
    assert_true(header_is_free(t));
}

static int look_at_own_word(void *arg)
{
    edo_task *self = arg;
    uint64_t word = word_of(*self);

    assert_true(word & TASK_ACTIVE);
    assert_false(word & (TASK_NOTIFIED | TASK_COMPLETE));
    assert_ok(edo_yield());
    assert_int_equal(word_of(*self) & 7, TASK_ACTIVE);
    return 0;
}

EDO_TEST(word_goes_from_active_to_idle_or_complete) /* task-025 */
{
    static edo_task t;
    static probe p;
    edo_waker late;
    const uint64_t flags = TASK_ACTIVE | TASK_NOTIFIED | TASK_COMPLETE;

    assert_ok(edo_spawn(look_at_own_word, &t, &t));
    assert_int_equal(word_of(t) & flags, TASK_ACTIVE);
    assert_ok(edo_yield());
    assert_int_equal(word_of(t) & flags, TASK_ACTIVE); /* it yielded: queued still */
    assert_ok(edo_task_abort(t));
    assert_int_equal(word_of(t) & flags, TASK_ACTIVE | TASK_NOTIFIED); /* its next run takes it */
    assert_ok(edo_yield());
    assert_int_equal(word_of(t) & flags, TASK_COMPLETE);
    assert_ok(edo_join(t, NULL));

    p = probe_pending();
    assert_ok(edo_spawn(await_probe, &p, &t));
    assert_ok(edo_yield());
    assert_int_equal(word_of(t) & flags, 0); /* idle */
    assert_ok(edo_waker_clone(&p.waker, &late));
    probe_finish(&p, 0);
    assert_int_equal(word_of(t) & flags, TASK_ACTIVE);
    assert_ok(edo_yield());
    assert_true(word_of(t) & TASK_COMPLETE);
    edo_waker_wake_by_ref(&late);
    assert_ok(edo_task_abort(t));
    assert_ok(edo_yield());
    assert_true(word_of(t) & TASK_COMPLETE); /* never left */
    assert_false(word_of(t) & TASK_ACTIVE);
    assert_ok(edo_join(t, NULL));
    edo_waker_drop(late);
}

/* --- abort handles ------------------------------------------------------------------------ */

EDO_TEST_BOTH(abort_handle_works_without_the_join_handle) /* task-031 */
{
    struct life *l = calloc(1, sizeof *l);

    pthread_mutex_init(&l->end.lock, NULL);
    assert_ok(edo_spawn(wait_at, &l->end, &l->task));
    assert_ok(edo_abort_handle_new(l->task, &l->abort_handle));
    assert_ok(edo_task_detach(l->task));
    task_wait_until(gate_waiting(&l->end) == 1);
    assert_false(edo_abort_handle_is_finished(&l->abort_handle));
    edo_abort_handle_abort(&l->abort_handle);
    task_wait_until(edo_abort_handle_is_finished(&l->abort_handle));
    assert_int_equal(gate_waiting(&l->end), 0);
    assert_int_equal(l->task.header->result, -ECANCELED);
    edo_abort_handle_drop(l->abort_handle);
    free(l);
}

/* Drops an abort handle at one of four points; what the joined task returned. */
static int drop_at(int point)
{
    struct life *l = calloc(1, sizeof *l);
    int ret = -1;

    pthread_mutex_init(&l->end.lock, NULL);
    assert_ok(edo_spawn(wait_at, &l->end, &l->task));
    assert_ok(edo_abort_handle_new(l->task, &l->abort_handle));
    if (point == 0)
        edo_abort_handle_drop(l->abort_handle);
    task_wait_until(gate_waiting(&l->end) == 1);
    if (point == 1)
        edo_abort_handle_drop(l->abort_handle);
    gate_open(&l->end);
    task_wait_until(edo_task_is_finished(l->task));
    if (point == 2)
        edo_abort_handle_drop(l->abort_handle);
    assert_ok(edo_join(l->task, &ret));
    if (point == 3)
        edo_abort_handle_drop(l->abort_handle);
    free(l);
    return ret;
}

EDO_TEST_BOTH(abort_handle_may_go_at_any_point) /* task-031 */
{
    for (int point = 0; point < 4; point++)
        assert_int_equal(drop_at(point), 17);
}
