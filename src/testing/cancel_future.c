/* cancel_future.c: a future that is cancelled after each poll, and after each thing it waits for. */
#include <edo/testing_cancel.h>

#include <errno.h>

#define STEPS_MAX 1000
#define CANCELED_POLLS_MAX 100

typedef struct run {
    edo_future *(*make)(void *arg);
    void (*happens)(void *arg);
    void *arg;
    edo_future *fut;
    edo_test_task *hand;
    unsigned steps;
} run;

/* Odd steps are polls. Whether the future is READY. */
static bool step(run *r)
{
    if (r->steps++ % 2) {
        if (r->happens)
            r->happens(r->arg);
        return false;
    }
    bool was_woken = r->steps == 1 || edo_test_task_is_woken(r->hand);
    if (edo_test_task_poll(r->hand) == EDO_PENDING)
        return false;
    if (!was_woken)
        edo_test_fail(__FILE__, __LINE__,
                      "a future was ready at step %u, and its waker was not called", r->steps);
    return true;
}

/* Cancelled, it is polled until it is READY: at once, or after wake-ups of its own. */
static bool end(run *r)
{
    edo_test_task_cancel(r->hand);
    for (int i = 0; i < CANCELED_POLLS_MAX; i++)
        if (edo_test_task_poll(r->hand) == EDO_READY)
            return true;
    edo_test_fail(__FILE__, __LINE__, "a future cancelled after %u steps is still pending",
                  r->steps);
    return false;
}

/* 1: it was READY by itself; 0: it was cancelled; else an error. */
static int run_until(run *r, unsigned cancel_at)
{
    r->steps = 0;
    if (!(r->fut = r->make(r->arg)))
        return -EINVAL;
    int rc = edo_test_task_new(r->fut, &r->hand);
    if (rc < 0)
        return rc;
    while (rc == 0 && r->steps < cancel_at)
        rc = step(r);
    bool ended = rc == 1 || end(r);
    edo_test_task_release(r->hand); /* of one that is still pending this is a failure as well */
    if (!ended)
        return -ETIMEDOUT;
    if (cancel_at < STEPS_MAX || rc == 1)
        return rc;
    edo_test_fail(__FILE__, __LINE__, "a future is not ready after %u steps", STEPS_MAX);
    return -ETIMEDOUT;
}

int edo_test_cancel_future(edo_future *(*make)(void *arg), void (*happens)(void *arg),
                           void (*check)(void *arg, unsigned step, int64_t result), void *arg)
{
    run r = {.make = make, .happens = happens, .arg = arg};
    int rc = 0;

    if (!make || !check)
        return -EINVAL;
    for (unsigned at = 0; rc == 0; at++) {
        for (int puts_back = 0; puts_back < 2; puts_back++) {
            if ((rc = run_until(&r, at)) < 0)
                return rc;
            if (puts_back)
                edo_future_put_back(r.fut);
            check(arg, r.steps, r.fut->result);
        }
    }
    return (int)r.steps;
}
