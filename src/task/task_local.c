/*
 * task_local.c: values of the running task, found by their keys.
 *
 * A binding is a link of the chain that surrounds the task's code (sched/scope.h), which the task alone
 * walks: so a value needs no lock, no place in the task's header, and no memory but the caller's.
 */
#include <edo/task_local.h>

#include <errno.h>

#include <edo/error.h>

#include "base/report.h"
#include "future/future.h"
#include "sched/scope.h"

/* The innermost binding of a key in the running task. */
static edo_task_binding *find(const edo_task_local *key)
{
    edo_scope_link **chain = scope_chain(thread_self());

    for (edo_scope_link *link = chain ? *chain : NULL; link; link = link->outer) {
        edo_task_binding *binding =
            link->kind == SCOPE_VALUE ? container_of(link, edo_task_binding, link) : NULL;
        if (binding && binding->key == key)
            return binding;
    }
    return NULL;
}

edo_task_binding edo_task_bind(const edo_task_local *key, void *value)
{
    return (edo_task_binding){.key = key, .value = value};
}

int edo_task_binding_enter(edo_task_binding *binding)
{
    task *t = thread_subject(thread_self());

    if (!binding || !binding->key)
        return -EINVAL;
    if (!t || binding->link.task) {
        report_misuse("a value of a task %s",
                      t ? "is bound already" : "needs a task to be bound in");
        return -EDO_EMISUSE;
    }
    const edo_task_binding *outer = find(binding->key);
    if (outer && outer->borrows > 0)
        return -EBUSY;
    scope_push(t, &binding->link, SCOPE_VALUE);
    return 0;
}

void edo_task_binding_leave(edo_task_binding *binding)
{
    if (!binding || !binding->key)
        return;
    if (binding->borrows > 0) {
        report_misuse("a value of a task can't be left while it is borrowed");
        return;
    }
    if (binding->link.task)
        scope_remove(&binding->link);
    if (!binding->taken && binding->key->destroy) {
        binding->taken = true;
        binding->key->destroy(binding->value);
    }
    binding->taken = true;
}

int edo_task_binding_take(edo_task_binding *binding, void **ret_value)
{
    if (!binding || !binding->key || !ret_value)
        return -EINVAL;
    if (binding->taken)
        return 0;
    if (binding->borrows > 0)
        return -EBUSY;
    binding->taken = true;
    *ret_value = binding->value;
    return 1;
}

int edo_task_local_try_get(const edo_task_local *key, void **ret_value)
{
    const edo_task_binding *binding = find(key);

    if (!binding || binding->taken || !ret_value)
        return 0;
    *ret_value = binding->value;
    return 1;
}

int edo_task_local_get(const edo_task_local *key, void **ret_value)
{
    if (!key || !ret_value)
        return -EINVAL;
    if (edo_task_local_try_get(key, ret_value))
        return 0;
    report_misuse("a key has no value in this task: bind one around the call, or ask "
                  "edo_task_local_try_get");
    return -EDO_EMISUSE;
}

static void end_borrow(edo_task_binding **binding)
{
    (*binding)->borrows--;
}

/* This file is compiled so that an exception, which `fn` may let out, ends the borrow as well. */
int edo_task_local_with(const edo_task_local *key, int (*fn)(void *value, void *arg), void *arg)
{
    void *value;
    int rc = fn ? edo_task_local_get(key, &value) : -EINVAL;

    if (rc < 0)
        return rc;
    EDO_CLEANUP(end_borrow) edo_task_binding *binding = find(key);
    binding->borrows++;
    return fn(value, arg);
}

/* The future form. */

static edo_task_bound_future *of(edo_future *base)
{
    return container_of(base, edo_task_bound_future, base);
}

static edo_poll finish(edo_task_bound_future *bound, int64_t result)
{
    edo_task_binding_leave(&bound->binding);
    return edo_future_finish(&bound->base, result);
}

/* What has begun goes on, whoever polls it and has borrowed what. */
static int enter_again(edo_task_binding *binding)
{
    task *t = thread_subject(thread_self());

    if (t)
        scope_push(t, &binding->link, SCOPE_VALUE);
    return 0;
}

static edo_poll bound_poll(edo_future *base, const edo_waker *waker)
{
    edo_task_bound_future *bound = of(base);
    edo_future *inner = bound->inner;
    int rc = !inner || !inner->ops          ? -EINVAL
             : inner->state & FUTURE_POLLED ? enter_again(&bound->binding)
                                            : edo_task_binding_enter(&bound->binding);

    if (rc < 0) {
        future_forsake(inner);
        return finish(bound, rc);
    }
    edo_poll is = future_advance(inner, waker);
    if (is == EDO_READY)
        return finish(bound, inner->result);
    scope_remove(&bound->binding.link);
    return is;
}

static void bound_cancel(edo_future *base)
{
    edo_task_bound_future *bound = of(base);

    if (base->state & FUTURE_POLLED) {
        edo_future_cancel(bound->inner);
        return;
    }
    future_forsake(bound->inner); /* it is READY with this */
    edo_task_binding_leave(&bound->binding);
}

static void bound_put_back(edo_future *base)
{
    edo_task_bound_future *bound = of(base);

    edo_future_put_back(bound->inner);
    if (base->result >= 0) /* else: why it ended stands */
        base->result = bound->inner->result;
}

static const edo_future_ops bound_ops = {
    .poll = bound_poll,
    .cancel = bound_cancel,
    .put_back = bound_put_back,
    .name = "task_bind",
    .flags = EDO_FUTURE_COMPOSITE | EDO_FUTURE_OWNS,
};

edo_task_bound_future edo_task_bind_async(const edo_task_local *key, void *value, edo_future *fut)
{
    return (edo_task_bound_future){
        .base = EDO_FUTURE_INIT(&bound_ops),
        .inner = fut,
        .binding = edo_task_bind(key, value),
    };
}
