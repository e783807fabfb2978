/* stackless_test.c: bodies without a stack: what they keep, how they are cut short, how they end. */
#include "runtime/rig.h"

#include "support/gate.h"

/* ---- what a body keeps -------------------------------------------------------------------------- */

typedef struct adder {
    edo_stackless base;
    edo_mpsc_receiver *rx;
    int item, sum, rounds;
    EDO_WAITS(edo_mpsc_recv_future, edo_yield_future, edo_sleep_future);
} adder;

/* Sums up what it receives, and waits in two more ways in between. */
EDO_STACKLESS(adder, me)
{
    EDO_BEGIN();
    int rc;

    for (;;) {
        EDO_AWAIT(rc, edo_mpsc_recv_async(me->rx, &me->item));
        if (rc <= 0)
            break;
        me->sum += me->item;
        me->rounds++;
        EDO_AWAIT(rc, edo_yield_async());
        if (rc < 0)
            EDO_RETURN(rc);
        EDO_AWAIT(rc, edo_sleep_async(EDO_MILLIS(1)));
    }
    edo_mpsc_receiver_free(me->rx);
    EDO_END(me->sum * 100 + me->rounds);
}

EDO_TEST_BOTH(a_body_keeps_its_frame_over_its_waits)
{
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_task task;

    assert_ok(edo_mpsc_new(EDO_ITEM(int), 2, &tx, &rx));
    adder frame = EDO_FRAME(adder, .rx = rx);
    assert_ok(edo_spawn_stackless(&frame, &task));
    memset(&frame, 0xee, sizeof frame); /* it was copied */
    for (int i = 1; i <= 20; i++)
        assert_ok(edo_mpsc_send(tx, &i));
    edo_mpsc_sender_free(tx);
    assert_int_equal(join_result(task), 210 * 100 + 20);
}

/* ---- how it is cut short ------------------------------------------------------------------------ */

typedef struct seen {
    int runs, first, second, cleanup, ends;
} seen;

/* Waits for one gate, then for another; cleans up, which takes a third; and says how it went. */
typedef struct waiter {
    edo_stackless base;
    gate *gates;
    seen *seen;
    EDO_WAITS(gate_future);
} waiter;

EDO_STACKLESS(waiter, me)
{
    EDO_BEGIN();

    me->seen->runs++;
    EDO_AWAIT(me->seen->first, gate_async(&me->gates[0]));
    EDO_AWAIT(me->seen->second, gate_async(&me->gates[1]));
    EDO_AWAIT_SHIELDED(me->seen->cleanup, gate_async(&me->gates[2]));
    me->seen->ends++;
    EDO_END(me->seen->second);
}

typedef struct scene {
    gate gates[3];
    seen seen;
    edo_task task;
} scene;

static void start(scene *s)
{
    *s = (scene){.gates = {GATE_INIT, GATE_INIT, GATE_INIT}, .seen = {.first = 9, .second = 9}};
    assert_ok(
        edo_spawn_stackless(&EDO_FRAME(waiter, .gates = s->gates, .seen = &s->seen), &s->task));
}

EDO_TEST_BOTH(an_abort_is_seen_by_each_wait_but_the_shielded_ones)
{
    scene s;

    start(&s);
    task_wait_until(gate_waiting(&s.gates[0]) == 1);
    assert_ok(edo_task_abort(s.task));
    task_wait_until(gate_waiting(&s.gates[2]) == 1); /* it is cleaning up, and not disturbed */
    assert_ok(edo_task_abort(s.task));
    assert_ok(edo_yield());
    assert_false(edo_task_is_finished(s.task));
    gate_open(&s.gates[2]);
    assert_int_equal(join_result(s.task), -ECANCELED);
    assert_int_equal(s.seen.first, -ECANCELED);
    assert_int_equal(s.seen.second, -ECANCELED);
    assert_int_equal(s.seen.cleanup, 0);
    assert_int_equal(s.seen.runs + s.seen.ends, 2);
}

EDO_TEST_BOTH(what_was_aborted_before_it_began_runs_all_the_same)
{
    scene s;

    start(&s);
    gate_open(&s.gates[2]);
    assert_ok(edo_task_abort(s.task));
    assert_int_equal(join_result(s.task), -ECANCELED);
    assert_int_equal(s.seen.runs + s.seen.ends, 2);
}

EDO_TEST(a_wait_of_a_canceled_body_does_not_begin)
{
    scene s;

    start(&s);
    assert_ok(edo_yield());
    gate_open(&s.gates[1]); /* an await of this one would say 0 */
    gate_open(&s.gates[2]);
    assert_ok(edo_task_abort(s.task));
    assert_int_equal(join_result(s.task), -ECANCELED);
    assert_int_equal(s.seen.first, -ECANCELED);
}

EDO_TEST(a_success_beside_an_abort_stands_and_the_next_wait_says_so)
{
    scene s;

    start(&s);
    assert_ok(edo_yield());
    gate_open(&s.gates[0]);
    gate_open(&s.gates[2]);
    assert_ok(edo_task_abort(s.task));
    assert_int_equal(join_result(s.task), -ECANCELED);
    assert_int_equal(s.seen.first, 0);
    assert_int_equal(s.seen.second, -ECANCELED);
}

EDO_TEST_PLAIN(a_shutdown_has_its_own_reason)
{
    for (int kind = 0; kind < 2; kind++) {
        edo_runtime *runtime =
            make_runtime(EDO_OPTS(runtime, .kind = (edo_runtime_kind)kind, .workers = 2));
        edo_handle *handle = edo_runtime_handle(runtime);
        scene s[2];
        for (int i = 0; i < 2; i++) {
            s[i] = (scene){.gates = {GATE_INIT, GATE_INIT, GATE_INIT}};
            gate_open(&s[i].gates[2]);
            assert_ok(edo_spawn_stackless_with(
                EDO_OPTS(spawn, .on = handle),
                &EDO_FRAME(waiter, .gates = s[i].gates, .seen = &s[i].seen), &s[i].task));
            if (i == 0) /* one waits, the other has perhaps not begun */
                assert_ok(edo_block_on(runtime, do_nothing, NULL));
        }
        assert_ok(edo_runtime_shutdown(runtime, EDO_SECONDS(10)));
        for (int i = 0; i < 2; i++) {
            assert_int_equal(join_result(s[i].task), -EDO_ESHUTDOWN);
            assert_int_equal(s[i].seen.first, -EDO_ESHUTDOWN);
            assert_int_equal(s[i].seen.cleanup, 0);
            assert_int_equal(s[i].seen.runs + s[i].seen.ends, 2);
        }
        edo_handle_unref(handle);
        assert_ok(edo_runtime_free(runtime));
    }
}

typedef struct suicide {
    edo_stackless base;
    int *says;
    EDO_WAITS(edo_future);
} suicide;

EDO_STACKLESS(suicide, me)
{
    EDO_BEGIN();

    EDO_AWAIT(me->says[0], edo_ready(5));
    me->says[1] = edo_task_self_abort();
    EDO_AWAIT(me->says[2], edo_ready(6));
    EDO_END(7);
}

EDO_TEST_BOTH(a_body_that_aborts_itself_hears_of_it)
{
    int says[3] = {1, 1, 1};
    edo_task task;

    assert_ok(edo_spawn_stackless(&EDO_FRAME(suicide, .says = says), &task));
    assert_int_equal(join_result(task), 7); /* its own result */
    assert_int_equal(says[0], 5);
    assert_int_equal(says[1], 0);
    assert_int_equal(says[2], -ECANCELED);
}

/* ---- budget -------------------------------------------------------------------------------------- */

typedef struct greedy {
    edo_stackless base;
    edo_semaphore *permits; /* free for ever */
    int left, *says;
    EDO_WAITS(edo_semaphore_acquire_future);
} greedy;

EDO_STACKLESS(greedy, me)
{
    EDO_BEGIN();
    int rc;

    while (me->left-- > 0) {
        EDO_AWAIT(rc, edo_semaphore_acquire_async(me->permits, NULL));
        if (rc == 0)
            edo_semaphore_add(me->permits, 1);
        *me->says = rc;
    }
    EDO_END(0);
}

/* How often another task runs while it takes a thousand permits; `rc`: what its waits say. */
static void check_it_gives_way(bool abort, int rc)
{
    edo_semaphore permits;
    edo_task task;
    int says = 1, yields = 0;

    assert_ok(edo_semaphore_init(&permits, 1));
    assert_ok(edo_spawn_stackless(
        &EDO_FRAME(greedy, .permits = &permits, .left = 1000, .says = &says), &task));
    if (abort)
        assert_ok(edo_task_abort(task));
    while (!edo_task_is_finished(task)) {
        assert_ok(edo_yield());
        yields++;
    }
    assert_int_equal(join_result(task), 0);
    assert_int_equal(says, rc);
    assert_in_range(yields, 1000 / 128, 1000 / 128 + 3);
    assert_ok(edo_semaphore_fini(&permits));
}

EDO_TEST(waits_that_are_ready_spend_the_budget_and_so_do_canceled_ones)
{
    check_it_gives_way(false, 0);
    check_it_gives_way(true, -ECANCELED);
}

/* ---- bodies in bodies, in selects, under timeouts ------------------------------------------------ */

typedef struct inner {
    edo_stackless base;
    gate *gate;
    int *says;
    EDO_WAITS(gate_future);
} inner;

EDO_STACKLESS(inner, me)
{
    EDO_BEGIN();

    EDO_AWAIT(*me->says, gate_async(me->gate));
    EDO_END(*me->says == 0 ? 42 : *me->says);
}

typedef struct outer {
    edo_stackless base;
    gate *gate;
    int *says; /* the inner's, and its own */
    edo_future *arms[2];
    inner arm;
    edo_sleep_future other;
    EDO_WAITS(inner, edo_select_future, edo_timeout_future);
} outer;

EDO_STACKLESS(outer, me)
{
    EDO_BEGIN();
    int rc;

    EDO_AWAIT(me->says[1], EDO_FRAME(inner, .gate = me->gate, .says = &me->says[0]));
    me->arm = EDO_FRAME(inner, .gate = me->gate + 1, .says = &me->says[2]);
    me->other = edo_sleep_async(EDO_SECONDS(1));
    me->arms[0] = &me->arm.base.base;
    me->arms[1] = &me->other.base;
    EDO_AWAIT(me->says[3], edo_select_async(me->arms, 2));
    me->arm = EDO_FRAME(inner, .gate = me->gate + 1, .says = &me->says[4]);
    EDO_AWAIT(rc, edo_timeout_async(&me->arm.base.base, EDO_SECONDS(1)));
    EDO_END(rc);
}

EDO_TEST(a_body_waits_for_another_in_selects_and_under_timeouts)
{
    gate gates[2] = {GATE_INIT, GATE_INIT};
    int says[5] = {9, 9, 9, 9, 9};
    edo_task task;

    assert_ok(edo_spawn_stackless(&EDO_FRAME(outer, .gate = gates, .says = says), &task));
    task_wait_until(gate_waiting(&gates[0]) == 1);
    gate_open(&gates[0]);
    assert_int_equal(join_result(task), -ETIMEDOUT); /* of the last wait */
    assert_int_equal(says[0], 0);
    assert_int_equal(says[1], 42);
    assert_int_equal(says[2], -ECANCELED); /* it lost against the sleep, and cleaned up */
    assert_int_equal(says[3], 1);
    assert_int_equal(says[4], -ECANCELED);
}

EDO_TEST(an_abort_reaches_the_innermost_body)
{
    gate gates[2] = {GATE_INIT, GATE_INIT};
    int says[5] = {9, 9, 9, 9, 9};
    edo_task task;

    assert_ok(edo_spawn_stackless(&EDO_FRAME(outer, .gate = gates, .says = says), &task));
    task_wait_until(gate_waiting(&gates[0]) == 1);
    assert_ok(edo_task_abort(task));
    assert_int_equal(join_result(task), -ECANCELED);
    assert_int_equal(says[0], -ECANCELED);
    assert_int_equal(says[1], -ECANCELED);
    assert_int_equal(says[2], 9); /* these did not begin */
    assert_int_equal(says[4], 9);
}

typedef struct careful {
    edo_stackless base;
    gate *gate;
    int *says;
    EDO_WAITS(inner);
} careful;

EDO_STACKLESS(careful, me)
{
    EDO_BEGIN();

    EDO_AWAIT_SHIELDED(me->says[1], EDO_FRAME(inner, .gate = me->gate, .says = me->says));
    EDO_END(me->says[1]);
}

EDO_TEST(a_shield_is_over_the_bodies_below_as_well)
{
    gate g = GATE_INIT;
    int says[2] = {9, 9};
    edo_task task;

    assert_ok(edo_spawn_stackless(&EDO_FRAME(careful, .gate = &g, .says = says), &task));
    task_wait_until(gate_waiting(&g) == 1);
    assert_ok(edo_task_abort(task));
    assert_ok(edo_yield());
    assert_int_equal(gate_waiting(&g), 1);
    gate_open(&g);
    assert_int_equal(join_result(task), 42);
    assert_int_equal(says[0], 0);
}

EDO_TEST(as_a_plain_future_it_does_nothing_before_its_first_poll)
{
    gate g = GATE_INIT;
    int says = 9;
    inner frame = EDO_FRAME(inner, .gate = &g, .says = &says);

    edo_future_cancel(&frame.base.base);
    assert_ready_eq(&frame.base.base, -ECANCELED);
    assert_int_equal(says, 9);
    assert_int_equal(frame.base.line, 0);
    frame = EDO_FRAME(inner, .gate = &g, .says = &says);
    assert_pending(&frame.base.base);
    assert_true(frame.base.line > 0);
    gate_open(&g);
    assert_woken(1);
    assert_ready_eq(&frame.base.base, 42);
    frame = EDO_FRAME(inner, .gate = &g, .says = &says);
    assert_int_equal(edo_await(&frame.base.base), 42); /* in a task with a stack */
}

/* ---- a future that lies in the frame ------------------------------------------------------------- */

typedef struct keeper {
    edo_stackless base;
    gate *gate;
    gate_future kept;
    edo_future *nothing, none;
    int rounds;
    EDO_WAITS(edo_yield_future);
} keeper;

EDO_STACKLESS(keeper, me)
{
    EDO_BEGIN();
    int rc;

    me->kept = gate_async(me->gate);
    for (me->rounds = 0; me->rounds < 3; me->rounds++)
        EDO_AWAIT(rc, edo_yield_async());
    EDO_AWAIT_AT(rc, &me->kept.base);
    if (rc < 0)
        EDO_RETURN(rc);
    EDO_AWAIT_AT(rc, &me->kept.base); /* it is READY */
    me->rounds += rc;
    EDO_AWAIT_AT(rc, me->nothing);
    if (rc != -EINVAL)
        EDO_RETURN(-1);
    EDO_AWAIT_AT(rc, &me->none); /* zeros */
    if (rc != -EINVAL)
        EDO_RETURN(-2);
    EDO_END(me->rounds);
}

EDO_TEST_BOTH(a_future_may_lie_in_the_frame)
{
    gate g = GATE_INIT;
    edo_task task;

    assert_ok(edo_spawn_stackless(&EDO_FRAME(keeper, .gate = &g), &task));
    task_wait_until(gate_waiting(&g) == 1);
    gate_open(&g);
    assert_int_equal(join_result(task), 3);
}

/* ---- misuse that only the run shows -------------------------------------------------------------- */

static int sleep_a_little(void)
{
    return edo_sleep(EDO_MILLIS(1));
}

typedef struct wrong {
    edo_stackless base;
    int how;
    EDO_WAITS(edo_yield_future);
} wrong;

EDO_STACKLESS(wrong, me)
{
    EDO_BEGIN();
    int rc;

    if (me->how == 0)
        EDO_RETURN(sleep_a_little()); /* a function that waits directly */
    if (me->how == 1)
        break; /* it leaves no loop */
    switch ((int64_t)me->how) {
    default:
        EDO_AWAIT(rc, edo_yield_async());
    }
    EDO_END(rc);
}

EDO_TEST_BOTH(what_a_compiler_cannot_see_is_misuse)
{
    static const int says[] = {-EDEADLK, -EDO_EMISUSE, -EDO_EMISUSE};

    for (int how = 0; how < 3; how++) {
        edo_task task;
        assert_ok(edo_spawn_stackless(&EDO_FRAME(wrong, .how = how), &task));
        assert_int_equal(join_result(task), says[how]);
    }
}

/* ---- the same handles, sets and groups ----------------------------------------------------------- */

typedef struct one {
    edo_stackless base;
    int number;
    uint64_t *id;
    EDO_WAITS(edo_sleep_future);
} one;

EDO_STACKLESS(one, me)
{
    EDO_BEGIN();
    int rc;

    if (me->id) {
        *me->id = edo_task_self_id();
        assert_string_equal(edo_task_self_name(), "stackless");
        assert_non_null(strstr(edo_task_self_place(), "stackless_test.c:"));
    }
    EDO_AWAIT(rc, edo_sleep_async(EDO_MILLIS(5)));
    EDO_END(rc < 0 ? rc : me->number);
}

EDO_TEST_BOTH(it_has_a_handle_an_id_and_a_name)
{
    uint64_t id = 0;
    edo_task task;

    assert_ok(edo_spawn_stackless_with(EDO_OPTS(spawn, .name = "stackless"),
                                       &EDO_FRAME(one, .number = 3, .id = &id), &task));
    uint64_t told = edo_task_id(task);
    assert_false(edo_task_is_finished(task));
    assert_int_equal(join_result(task), 3);
    assert_int_equal(id, told);
    assert_err(edo_join(task, NULL), -ESRCH);
    assert_ok(edo_spawn_stackless(&EDO_FRAME(one, .number = 3), &task));
    assert_ok(edo_task_detach(task));
}

EDO_TEST_BOTH(it_belongs_to_sets_and_trackers)
{
    edo_join_set *set;
    edo_tracker *tracker;
    edo_joined joined;
    int sum = 0;

    assert_ok(edo_join_set_new(&set));
    for (int i = 1; i <= 10; i++)
        assert_ok(edo_join_set_spawn_future(set, &EDO_FRAME(one, .number = i).base.base,
                                            sizeof(one), NULL));
    while (edo_join_set_next(set, &joined) == 1)
        sum += joined.result;
    assert_int_equal(sum, 55);
    edo_join_set_free(set);
    assert_ok(edo_tracker_new(&tracker));
    assert_ok(edo_tracker_spawn_future(tracker, &EDO_FRAME(one, .number = 1).base.base, sizeof(one),
                                       NULL));
    edo_tracker_close(tracker);
    assert_int_equal(edo_tracker_len(tracker), 1);
    assert_ok(edo_tracker_wait(tracker));
    edo_tracker_free(tracker);
}

EDO_TEST_BOTH(a_group_waits_for_it_and_cancels_it)
{
    scene s[3];
    edo_group *group;
    edo_joined joined;

    assert_ok(edo_group_new(EDO_OPTS(group, .all_or_none = true), &group));
    for (int i = 0; i < 3; i++) {
        s[i] = (scene){.gates = {GATE_INIT, GATE_INIT, GATE_INIT}};
        gate_open(&s[i].gates[2]);
        assert_ok(edo_group_spawn_future(
            group, &EDO_FRAME(waiter, .gates = s[i].gates, .seen = &s[i].seen).base.base,
            sizeof(waiter)));
    }
    assert_int_equal(edo_group_len(group), 3);
    assert_ok(
        edo_group_try_spawn_future(group, &EDO_FRAME(one, .number = -7).base.base, sizeof(one)));
    assert_err(edo_group_wait(group, &joined), -7);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(s[i].seen.second, -ECANCELED);
        assert_int_equal(s[i].seen.ends, 1);
    }
    assert_err(edo_group_spawn_future(group, &EDO_FRAME(one, .number = 1).base.base, sizeof(one)),
               -ECANCELED);
    assert_err(edo_group_spawn_future(group, (edo_future *)NULL, 0), -EINVAL);
    assert_err(edo_group_try_spawn_future(group, (edo_future *)NULL, 0), -EINVAL);
    edo_group_free(group);
}

EDO_TEST(a_group_with_a_limit_lets_it_wait_for_room)
{
    edo_group *group;

    assert_ok(edo_group_new(EDO_OPTS(group, .limit = 1), &group));
    assert_ok(edo_group_spawn_future(group, &EDO_FRAME(one, .number = 1).base.base, sizeof(one)));
    assert_err(
        edo_group_try_spawn_future(group, &EDO_FRAME(one, .number = 1).base.base, sizeof(one)),
        -EAGAIN);
    assert_ok(edo_group_spawn_future(group, &EDO_FRAME(one, .number = 1).base.base, sizeof(one)));
    assert_int_equal(edo_group_len(group), 1); /* the first has ended */
    assert_ok(edo_group_wait(group, NULL));
    edo_group_free(group);
}

/* ---- values of the task -------------------------------------------------------------------------- */

static int values_destroyed;

static void destroy_value(void *value)
{
    (void)value;
    values_destroyed++;
}

static void *clone_value(void *value)
{
    return value;
}

static const edo_task_local user = {.destroy = destroy_value, .clone = clone_value};

typedef struct asker {
    edo_stackless base;
    void *value;
    EDO_WAITS(edo_yield_future);
} asker;

/* Returns the value that it has before and after a wait, if that is the same one. */
EDO_STACKLESS(asker, me)
{
    EDO_BEGIN();
    void *again;
    int rc;

    if ((rc = edo_task_local_get(&user, &me->value)) < 0)
        EDO_RETURN(rc);
    EDO_AWAIT(rc, edo_yield_async());
    if ((rc = edo_task_local_get(&user, &again)) < 0)
        EDO_RETURN(rc);
    EDO_END(again == me->value ? *(int *)again : -1);
}

typedef struct binder {
    edo_stackless base;
    asker asker;
    edo_task_bound_future bound;
    int *value;
    EDO_WAITS(edo_yield_future);
} binder;

/* Gives the body below a value, beside which it has none itself. */
EDO_STACKLESS(binder, me)
{
    EDO_BEGIN();
    void *mine;
    int rc;

    me->asker = EDO_FRAME(asker, .value = NULL);
    me->bound = edo_task_bind_async(&user, me->value, &me->asker.base.base);
    EDO_AWAIT_AT(rc, &me->bound.base);
    EDO_END(edo_task_local_try_get(&user, &mine) == 0 ? rc : -2);
}

EDO_TEST_BOTH(it_has_values_of_its_own_and_inherits_them)
{
    static int seven = 7, eight = 8;
    edo_task_binding binding = edo_task_bind(&user, &seven);
    edo_task task;

    assert_ok(edo_spawn_stackless(&EDO_FRAME(binder, .value = &eight), &task));
    assert_int_equal(join_result(task), 8);
    assert_int_equal(values_destroyed, 1);
    assert_ok(edo_task_binding_enter(&binding));
    assert_ok(edo_spawn_stackless(&EDO_FRAME(asker, .value = NULL), &task));
    assert_int_equal(join_result(task), -EDO_EMISUSE); /* it was not asked to inherit */
    assert_ok(edo_spawn_stackless_with(EDO_OPTS(spawn, .inherit = true),
                                       &EDO_FRAME(asker, .value = NULL), &task));
    assert_int_equal(join_result(task), 7);
    edo_task_binding_leave(&binding);
    assert_int_equal(values_destroyed, 3); /* the inherited one, and ours */
}
