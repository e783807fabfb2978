/* task_local_test.c: values of a task: who sees them, who doesn't, and when they are destroyed. */
#include <stdlib.h>

#include "support/edo_test.h"
#include "support/gate.h"
#include "support/probe.h"

static unsigned destroyed;   /* atomic by __atomic: values are destroyed on any thread */
static uint64_t in_whose_id; /* of the task in which the last one was; the same */

static void destroy(void *value)
{
    (void)value;
    __atomic_fetch_add(&destroyed, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&in_whose_id, edo_task_self_id(), __ATOMIC_RELAXED);
}

static unsigned destroyed_so_far(void)
{
    return __atomic_load_n(&destroyed, __ATOMIC_SEQ_CST);
}

static void *clone_text(void *value)
{
    return value;
}

static const edo_task_local user = {.destroy = destroy};
static const edo_task_local request = {.destroy = destroy, .clone = clone_text};

/* The text that a key has here; "none". */
static const char *text_of(const edo_task_local *key)
{
    void *value = (void *)"untouched";

    return edo_task_local_try_get(key, &value) ? value : "none";
}

#define assert_text(key, text) assert_string_equal(text_of(key), text)

static int see_it_after_waits(void *arg)
{
    edo_task_binding bound = edo_task_bind(&user, arg);
    void *value = NULL;

    assert_ok(edo_task_binding_enter(&bound));
    assert_ok(edo_task_local_get(&user, &value));
    assert_ptr_equal(value, arg);
    assert_ok(edo_sleep(EDO_MILLIS(10)));
    for (int i = 0; i < 20; i++) {
        assert_ok(edo_yield());
        assert_ok(edo_task_local_get(&user, &value));
        assert_ptr_equal(value, arg);
        assert_text(&user, arg);
    }
    edo_task_binding_leave(&bound);
    assert_text(&user, "none");
    return 0;
}

EDO_TEST_BOTH(a_value_is_seen_inside_also_after_waits_and_on_other_threads) /* task-058 task-059 */
{
    static char *texts[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    edo_task tasks[8];

    for (int i = 0; i < 8; i++)
        assert_ok(edo_spawn(see_it_after_waits, texts[i], &tasks[i]));
    for (int i = 0; i < 8; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_int_equal(destroyed_so_far(), 8);
}

static int see_none(void *arg)
{
    (void)arg;
    assert_text(&user, "none");
    assert_text(&request, "none");
    return 0;
}

static int see_what_is_inherited(void *arg)
{
    edo_task_binding own = edo_task_bind(&request, "own");

    assert_text(&user, "none"); /* it can't be cloned */
    assert_text(&request, "inner");
    assert_ok(edo_yield());
    assert_ok(edo_task_binding_enter(&own));
    assert_text(&request, "own");
    edo_task_binding_leave(&own);
    assert_text(&request, "inner");
    *(uint64_t *)arg = edo_task_self_id();
    return 0;
}

EDO_TEST_BOTH(a_child_inherits_when_it_is_asked_to) /* task-059 task-054 */
{
    edo_task_binding bound[] = {edo_task_bind(&user, "u"), edo_task_bind(&request, "outer"),
                                edo_task_bind(&request, "inner")};
    edo_task t;
    uint64_t id = 0;

    for (int i = 0; i < 3; i++)
        assert_ok(edo_task_binding_enter(&bound[i]));
    assert_ok(edo_spawn(see_none, NULL, &t));
    assert_ok(edo_join(t, NULL));
    assert_int_equal(destroyed_so_far(), 0);
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .inherit = true), see_what_is_inherited, &id, &t));
    assert_ok(edo_join(t, NULL));
    assert_int_equal(destroyed_so_far(), 2); /* before the join: its own, and the clone */
    assert_int_equal(in_whose_id, id);       /* in the task itself */
    for (int i = 2; i >= 0; i--)
        edo_task_binding_leave(&bound[i]);
    assert_int_equal(destroyed_so_far(), 5);
}

static void *clone_nothing(void *value)
{
    (void)value;
    return NULL;
}

EDO_TEST(a_clone_without_memory_is_a_spawn_without_memory)
{
    static const edo_task_local poor = {.clone = clone_nothing};
    edo_task_binding first = edo_task_bind(&poor, "x"), second = edo_task_bind(&request, "r");
    edo_task t = {0};

    assert_ok(edo_task_binding_enter(&first));
    assert_ok(edo_task_binding_enter(&second));
    assert_err(edo_spawn_with(EDO_OPTS(spawn, .inherit = true), see_none, NULL, &t), -ENOMEM);
    assert_null(t.header);
    assert_int_equal(destroyed_so_far(), 1); /* the clone that was made before */
    assert_err(
        edo_spawn_with(EDO_OPTS(spawn, .inherit = true, .stack_size = 1), see_none, NULL, &t),
        -EINVAL);
    assert_int_equal(destroyed_so_far(), 1);
    edo_task_binding_leave(&second);
    edo_task_binding_leave(&first);
}

EDO_TEST_BOTH(outside_of_a_binding_there_is_no_value) /* task-060 */
{
    edo_task_binding bound = edo_task_bind(&user, "x");
    void *value = "untouched";

    assert_err(edo_task_local_get(&user, &value), -EDO_EMISUSE);
    assert_string_equal(value, "untouched");
    assert_int_equal(edo_task_local_try_get(&user, &value), 0);
    assert_ok(edo_task_binding_enter(&bound));
    assert_err(edo_task_local_get(&request, &value), -EDO_EMISUSE); /* of another key */
    assert_ok(edo_task_local_get(&user, &value));
    edo_task_binding_leave(&bound);
    assert_err(edo_task_local_get(&user, &value), -EDO_EMISUSE);
}

EDO_TEST_PLAIN(a_thread_has_no_values) /* task-060 */
{
    edo_task_binding bound = edo_task_bind(&user, "x");
    void *value;

    assert_err(edo_task_local_get(&user, &value), -EDO_EMISUSE);
    assert_err(edo_task_binding_enter(&bound), -EDO_EMISUSE);
    edo_task_binding_leave(&bound);
    assert_int_equal(destroyed_so_far(), 1); /* it was the binding's all the same */
    assert_err(edo_task_local_get(NULL, &value), -EINVAL);
    assert_err(edo_task_binding_enter(NULL), -EINVAL);
    assert_err(edo_task_binding_take(NULL, &value), -EINVAL);
    edo_task_binding_leave(NULL);
}

EDO_TEST_BOTH(a_value_is_taken_once) /* task-061 */
{
    edo_task_binding outer = edo_task_bind(&user, "outer"), bound = edo_task_bind(&user, "x");
    void *value = NULL;

    assert_ok(edo_task_binding_enter(&outer));
    assert_int_equal(edo_task_binding_take(&bound, &value), 1);
    assert_string_equal(value, "x");
    assert_int_equal(edo_task_binding_take(&bound, &value), 0);
    assert_ok(edo_task_binding_enter(&bound));
    assert_text(&user, "none"); /* and not the outer one's */
    assert_err(edo_task_local_get(&user, &value), -EDO_EMISUSE);
    edo_task_binding_leave(&bound);
    assert_int_equal(destroyed_so_far(), 0); /* it is the taker's */
    assert_text(&user, "outer");
    edo_task_binding_leave(&outer);
    edo_task_binding_leave(&outer);
    assert_int_equal(destroyed_so_far(), 1);
}

static int fail_inside(void)
{
    edo_task_binding inner EDO_CLEANUP(edo_task_binding_leave) = edo_task_bind(&user, "inner");

    assert_ok(edo_task_binding_enter(&inner));
    assert_text(&user, "inner");
    edo_future never = edo_pending();
    int rc = (int)edo_await(&never);
    assert_text(&user, "inner"); /* while it cleans up */
    return rc;
}

static int nest(void *arg)
{
    edo_task_binding outer = edo_task_bind(&user, "outer");

    (void)arg;
    assert_ok(edo_task_binding_enter(&outer));
    int rc = fail_inside();
    assert_text(&user, "outer");
    assert_int_equal(destroyed_so_far(), 1);
    edo_task_binding_leave(&outer);
    return rc;
}

EDO_TEST_BOTH(an_inner_value_hides_the_outer_until_it_is_left) /* task-062 */
{
    edo_task t;
    int ret;

    assert_ok(edo_spawn(nest, NULL, &t));
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, &ret));
    assert_err(ret, -ECANCELED);
    assert_int_equal(destroyed_so_far(), 2);
}

static int bind_what_is_borrowed(void *value, void *arg)
{
    edo_task_binding *outer = arg, inner = edo_task_bind(&user, "inner");
    edo_task_binding other = edo_task_bind(&request, "other");
    void *taken = NULL;

    assert_string_equal(value, "outer");
    assert_err(edo_task_binding_enter(&inner), -EBUSY);
    assert_text(&user, "outer");
    assert_err(edo_task_binding_take(outer, &taken), -EBUSY);
    edo_task_binding_leave(outer); /* misuse, and it stays */
    assert_text(&user, "outer");
    assert_ok(edo_task_binding_enter(&other)); /* of another key */
    edo_task_binding_leave(&other);
    edo_task_binding_leave(&inner);
    return 5;
}

EDO_TEST_BOTH(what_is_borrowed_is_not_bound_anew) /* task-062 */
{
    edo_task_binding outer = edo_task_bind(&user, "outer"), inner = edo_task_bind(&user, "i");

    assert_err(edo_task_local_with(&user, bind_what_is_borrowed, &outer), -EDO_EMISUSE);
    assert_ok(edo_task_binding_enter(&outer));
    assert_int_equal(edo_task_local_with(&user, bind_what_is_borrowed, &outer), 5);
    assert_ok(edo_task_binding_enter(&inner)); /* it was given back */
    edo_task_binding_leave(&inner);
    edo_task_binding_leave(&outer);
    assert_err(edo_task_local_with(&user, NULL, NULL), -EINVAL);
}

static const char *seen_by_destroy;

static void destroy_and_look(void *value)
{
    (void)value;
    seen_by_destroy = text_of(&user);
    __atomic_store_n(&in_whose_id, edo_task_self_id(), __ATOMIC_RELAXED);
}

static int see_both(void *arg)
{
    (void)arg;
    assert_text(&request, "outer");
    return 0;
}

static const char *others_seen;

static void look_at_the_other(void *value)
{
    (void)value;
    others_seen = text_of(&request);
}

EDO_TEST_BOTH(inherited_values_are_destroyed_one_by_one) /* task-054 */
{
    static const edo_task_local looks = {.destroy = look_at_the_other, .clone = clone_text};
    edo_task_binding inner = edo_task_bind(&looks, "x"), outer = edo_task_bind(&request, "outer");
    edo_task t;

    /* Of the child they are the other way round. */
    assert_ok(edo_task_binding_enter(&inner));
    assert_ok(edo_task_binding_enter(&outer));
    assert_ok(edo_spawn_with(EDO_OPTS(spawn, .inherit = true), see_both, NULL, &t));
    assert_ok(edo_join(t, NULL));
    assert_int_equal(destroyed_so_far(), 1);
    assert_string_equal(others_seen, "outer"); /* while its own was being destroyed */
    others_seen = NULL;
    edo_task_binding_leave(&outer);
    edo_task_binding_leave(&inner);
    assert_string_equal(others_seen, "none");
}

static int end_with_values(void *arg)
{
    static const edo_task_local looks = {.destroy = destroy_and_look};
    edo_task_binding outer = edo_task_bind(&user, "outer");
    edo_task_binding inner = edo_task_bind(&looks, "x");
    edo_future never = edo_pending();

    assert_ok(edo_task_binding_enter(&outer));
    assert_ok(edo_task_binding_enter(&inner));
    (void)edo_await(&never);
    edo_task_binding_leave(&inner);
    *(uint64_t *)arg = edo_task_self_id();
    edo_task_binding_leave(&outer);
    return 0;
}

EDO_TEST_BOTH(destructors_run_in_the_task_also_after_an_abort) /* task-054 */
{
    edo_task t;
    uint64_t id = 0, of_handle;

    assert_ok(edo_spawn(end_with_values, &id, &t));
    of_handle = edo_task_id(t);
    assert_ok(edo_yield());
    assert_ok(edo_task_abort(t));
    assert_ok(edo_join(t, NULL));
    assert_string_equal(seen_by_destroy, "outer");
    assert_int_equal(in_whose_id, of_handle);
    assert_int_equal(id, of_handle);
}

/* Futures. */

static edo_poll look_in_a_poll(void *arg, const edo_waker *waker, int64_t *ret)
{
    unsigned *polls = arg;

    assert_text(&user, "bound");
    if (++*polls < 3) {
        edo_waker_wake_by_ref(waker);
        return EDO_PENDING;
    }
    *ret = 5;
    return EDO_READY;
}

EDO_TEST_BOTH(a_task_without_a_stack_has_values_by_its_future) /* task-058 */
{
    unsigned polls = 0;
    edo_poll_fn_future looks = edo_poll_fn(look_in_a_poll, &polls);
    edo_task_bound_future bound = edo_task_bind_async(&user, "bound", &looks.base);
    edo_task t;
    int ret;

    assert_ok(edo_spawn_future(&bound.base, sizeof bound, &t));
    assert_ok(edo_join(t, &ret));
    assert_int_equal(ret, 5);
    assert_int_equal(polls, 3);
    assert_int_equal(destroyed_so_far(), 1);
}

EDO_TEST_BOTH(an_arm_has_its_value_for_itself) /* task-058 task-062 */
{
    edo_task_binding outer = edo_task_bind(&user, "outer");
    unsigned polls = 0;
    edo_poll_fn_future looks = edo_poll_fn(look_in_a_poll, &polls);
    edo_task_bound_future bound = edo_task_bind_async(&user, "bound", &looks.base);
    probe never = probe_pending();
    edo_task_bound_future loser = edo_task_bind_async(&user, "never", &never.base);

    assert_ok(edo_task_binding_enter(&outer));
    assert_int_equal(edo_select(&loser.base, &bound.base), 1);
    assert_int_equal(bound.base.result, 5);
    assert_int_equal(loser.base.result, -ECANCELED);
    assert_text(&user, "outer");
    assert_int_equal(destroyed_so_far(), 2);
    edo_task_binding_leave(&outer);
}

static int poll_what_binds(void *value, void *arg)
{
    unsigned polls = 0;
    edo_poll_fn_future looks = edo_poll_fn(look_in_a_poll, &polls);
    edo_task_bound_future bound = edo_task_bind_async(&user, "bound", &looks.base);

    (void)value, (void)arg;
    assert_err(edo_await(&bound.base), -EBUSY);
    assert_int_equal(polls, 0);
    return 0;
}

EDO_TEST_BOTH(a_bound_future_is_given_up_with_its_value) /* task-061 task-062 */
{
    edo_task_binding outer = edo_task_bind(&user, "outer");
    probe p = probe_ready(1);
    void *value = NULL;

    edo_task_bound_future bound = edo_task_bind_async(&user, "x", &p.base);
    edo_future_cancel(&bound.base);
    assert_int_equal(destroyed_so_far(), 1);
    assert_ready_eq(&bound.base, -ECANCELED);
    assert_int_equal(p.polls, 0);
    assert_int_equal(destroyed_so_far(), 1);

    bound = edo_task_bind_async(&user, "x", &p.base);
    assert_int_equal(edo_task_binding_take(&bound.binding, &value), 1);
    assert_int_equal(edo_task_binding_take(&bound.binding, &value), 0);
    assert_int_equal(edo_await(&bound.base), 1);
    assert_int_equal(destroyed_so_far(), 1);

    assert_ok(edo_task_binding_enter(&outer));
    assert_ok(edo_task_local_with(&user, poll_what_binds, NULL));
    assert_int_equal(destroyed_so_far(), 2);
    edo_task_binding_leave(&outer);
    bound = edo_task_bind_async(&user, "x", NULL);
    assert_err(edo_await(&bound.base), -EINVAL);
}

/* Blocking code. */

static int look_in_place(void *arg)
{
    assert_text(&user, arg);
    return 5;
}

static int bind_in_a_call(void *arg)
{
    edo_task_binding bound = edo_task_bind(&user, arg);

    assert_text(&user, "none");
    assert_ok(edo_task_binding_enter(&bound));
    assert_text(&user, arg);
    edo_task_binding_leave(&bound);
    return 0;
}

EDO_TEST_MT(blocking_code_in_place_sees_the_tasks_values_and_a_call_has_its_own) /* task-059 */
{
    edo_task_binding bound = edo_task_bind(&user, "task's");
    edo_task t;

    assert_ok(edo_task_binding_enter(&bound));
    assert_int_equal(edo_block_in_place(look_in_place, "task's"), 5);
    assert_ok(edo_spawn_blocking(bind_in_a_call, "call's", &t));
    assert_ok(edo_join(t, NULL));
    assert_int_equal(destroyed_so_far(), 1); /* the call's */
    edo_task_binding_leave(&bound);
    assert_int_equal(destroyed_so_far(), 2);
}
