/* checkout.c: an order that has a second for all its steps, and is undone, in its own time, if it fails. */
#include <stdio.h>
#include <string.h>

#include <edo.h>

/* Whose order it is, for the lines that functions far below print. */
static const edo_task_local customer;
static edo_instant begin;

static void say(const char *what)
{
    void *name = (void *)"nobody";

    (void)edo_task_local_try_get(&customer, &name);
    printf("%4.0f ms: %s %s\n", edo_duration_to_seconds(edo_elapsed(begin)) * 1000,
           (const char *)name, what);
}

/* Each step is a call of some service. None knows of a deadline, and none is handed one. */
static int reserve(void)
{
    int rc = edo_sleep(EDO_MILLIS(100));

    say(rc < 0 ? "has no seat" : "has a seat");
    return rc;
}

static int pay(uint64_t ms)
{
    int rc = edo_sleep(EDO_MILLIS(ms));

    say(rc == 0 ? "has paid" : edo_err_name(rc));
    return rc;
}

static int give_back(void)
{
    int rc = edo_sleep(EDO_MILLIS(50));

    say(rc < 0 ? "keeps a seat that nobody paid for" : "has given the seat back");
    return rc;
}

/* The deadline is for both steps together. Wherever the block is left, the scope is. */
static int order(uint64_t ms)
{
    int rc = 0;

    EDO_WITHIN(EDO_SECONDS(1))
    {
        if ((rc = reserve()) < 0)
            return rc;
        rc = pay(ms);
    }
    if (rc < 0) /* in a task that is cancelled, too, this may wait: but not for ever */
        EDO_SHIELDED(EDO_SECONDS(5))
    give_back();
    return rc;
}

typedef struct customer_order {
    const char *name;
    uint64_t pays_ms;
} customer_order;

static int run(void *arg)
{
    customer_order *own = arg;
    edo_task_binding name EDO_CLEANUP(edo_task_binding_leave) =
        edo_task_bind(&customer, (void *)own->name);
    int rc = edo_task_binding_enter(&name);

    return rc < 0 ? rc : order(own->pays_ms);
}

static int app(int argc, char **argv)
{
    static customer_order orders[] = {{"ada", 300}, {"bob", 2000}, {"cleo", 700}};
    edo_task tasks[3];
    int rc = 0, n = 0;

    (void)argc, (void)argv;
    begin = edo_now();
    for (; n < 3 && rc == 0; n++)
        rc = edo_spawn(run, &orders[n], &tasks[n]);
    if (rc < 0)
        return rc;
    if ((rc = edo_sleep(EDO_MILLIS(600))) == 0)
        rc = edo_task_abort(tasks[2]); /* she has left the shop */
    for (int i = 0; i < n; i++) {
        int result, joined = edo_join(tasks[i], &result);
        if (joined < 0)
            return joined;
        printf("%s: %s\n", orders[i].name, result < 0 ? edo_err_name(result) : "done");
    }
    return rc;
}

/* On a clock that jumps, so that nobody has to wait for it. */
EDO_MAIN_WITH(app, EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .start_paused = true));
