/*
 * members.c: collections of tasks, whose tasks are headers that threads of the scenario end: each result
 * comes once, whoever waits is woken, nobody gets away from a group's cancel, all memory goes once.
 */
#include <errno.h>
#include <stdlib.h>

#include <edo/group.h>

#include "engine/model.h"
#include "future/parker.h"
#include "no_runtime.h"
#include "task/members.h"

/* --- tasks --------------------------------------------------------------------------------- */

#define TASKS 2

static task *tasks[TASKS];
static unsigned count, unrefs[TASKS]; /* of one thread; atomic */

int spawn_function(spawn_request *req, const edo_spawn_opts *opts, int (*fn)(void *arg), void *arg,
                   edo_task *ret_task)
{
    task *t = calloc(1, sizeof *t);

    (void)opts, (void)fn, (void)arg, (void)ret_task;
    t->join_waker.data = req->keeper;
    t->id = count + 1;
    t->result = (int)count + 10;
    model_assert(count < TASKS);
    tasks[count++] = t;
    a_store(&req->keeper->header, t, release); /* as in sched/spawn.c */
    return 0;
}

int spawn_call(spawn_request *req, const edo_blocking_opts *opts, int (*fn)(void *arg), void *arg,
               edo_task *ret_task)
{
    (void)req, (void)opts, (void)fn, (void)arg, (void)ret_task;
    model_fail("there are no calls");
}

int spawn_future(spawn_request *req, const edo_spawn_opts *opts, edo_future *fut, size_t size,
                 edo_task *ret_task)
{
    (void)req, (void)opts, (void)fut, (void)size, (void)ret_task;
    return -ENOSYS;
}

bool task_mark(task *t, uint64_t bit)
{
    a_fetch_or(&t->state, bit | TASK_NOTIFIED, acq_rel); /* all of them are active */
    return false;                                        /* they are running */
}

void task_push_back(task *t)
{
    (void)t;
    model_fail("nobody owns an enqueue");
}

void task_unref_with(task *t, uint64_t bits)
{
    model_assert(bits == TASK_KEPT && (a_load(&t->state, relaxed) & TASK_COMPLETE));
    model_assert(a_fetch_add(&unrefs[t->id - 1], 1, relaxed) == 0);
    free(t);
}

static void end_task(unsigned i)
{
    task_keeper *keeper = tasks[i]->join_waker.data;

    a_fetch_or(&tasks[i]->state, TASK_COMPLETE, acq_rel);
    keeper->hook.ended(&keeper->hook, tasks[i]);
}

static void end_first(void)
{
    end_task(0);
}

static void end_second(void)
{
    end_task(1);
}

/* --- sets ---------------------------------------------------------------------------------- */

static edo_join_set *set;

static int nothing(void *arg)
{
    (void)arg;
    return 0;
}

static void setup_set(void)
{
    model_assert(edo_join_set_new(&set) == 0);
    for (int i = 0; i < TASKS; i++)
        model_assert(edo_join_set_spawn(set, nothing, NULL, NULL) == 0);
    model_ignore(unrefs, sizeof unrefs);
}

static void wake_parker(void *p)
{
    parker_wake(p);
}

static void unref_parker(void *p)
{
    parker_unref(p);
}

/* Polls it to its end; its result. */
static int64_t finish(edo_future *fut, bool gives_up)
{
    parker *p = parker_new();
    edo_waker waker;
    (void)edo_waker_new(wake_parker, unref_parker, p, &waker);
    edo_poll is = edo_future_poll(fut, &waker);

    if (is == EDO_PENDING && gives_up)
        edo_future_cancel(fut);
    while (is == EDO_PENDING && (is = edo_future_poll(fut, &waker)) == EDO_PENDING)
        parker_wait(p, UINT64_MAX);
    edo_waker_drop(waker);
    return fut->result;
}

static void join_one(uint64_t *seen)
{
    edo_joined joined;
    edo_join_next_future next = edo_join_set_next_async(set, &joined);

    model_assert(finish(&next.base, false) == 1);
    model_assert(joined.result == (int)joined.id + 9 && joined.id != *seen);
    *seen = joined.id;
}

static void join_both(void)
{
    uint64_t seen = 0;

    join_one(&seen);
    join_one(&seen);
    edo_join_set_free(set); /* the last worker may be on its way out */
}

static void give_up_and_join_both(void)
{
    edo_joined joined;
    edo_join_next_future next = edo_join_set_next_async(set, &joined);

    if (finish(&next.base, true) == 1) {
        edo_future_put_back(&next.base);
        model_assert(next.base.result == -ECANCELED);
    }
    join_both();
}

static void free_set(void)
{
    edo_join_set_free(set);
}

static void shut_down(void)
{
    edo_join_shutdown_future down = edo_join_set_shutdown_async(set);

    model_assert(finish(&down.base, false) == 0);
    model_assert(edo_join_set_len(set) == 0);
    edo_join_set_free(set);
}

static void abort_and_join(void)
{
    edo_join_set_abort_all(set);
    join_both();
}

static void check_gone(void)
{
    for (int i = 0; i < TASKS; i++)
        model_assert(unrefs[i] == 1);
    model_assert(model_is_freed(set));
}

/* --- groups -------------------------------------------------------------------------------- */

static edo_group *group;
static int spawned; /* what the spawn said */

static void setup_group(void)
{
    model_assert(edo_group_new(NULL, &group) == 0);
    model_ignore(unrefs, sizeof unrefs);
}

static void spawn_one(void)
{
    spawned = edo_group_spawn(group, nothing, NULL);
}

static void cancel_group(void)
{
    edo_group_cancel(group);
}

static void check_aborted(void)
{
    model_assert(spawned == (count ? 0 : -ECANCELED));
    model_outcome(count ? "aborted" : "refused");
    if (count) {
        model_assert(tasks[0]->state & TASK_CANCELED);
        end_task(0);
    }
    edo_group_free(group);
    model_assert(model_is_freed(group));
}

static void setup_pair(void)
{
    setup_group();
    spawn_one();
    spawn_one();
}

static void wait_and_free(void)
{
    edo_group_wait_future wait = edo_group_wait_async(group, NULL);

    model_assert(finish(&wait.base, false) == 0);
    edo_group_free(group);
}

/* Cut short, it ends after its tasks all the same. */
static void give_up_and_free(void)
{
    edo_group_wait_future wait = edo_group_wait_async(group, NULL);
    int64_t result = finish(&wait.base, true);

    model_assert(result == 0 || result == -ECANCELED);
    model_assert(edo_group_len(group) == 0);
    edo_group_free(group);
}

static void check_group_gone(void)
{
    for (int i = 0; i < TASKS; i++)
        model_assert(unrefs[i] == 1);
    model_assert(model_is_freed(group));
}

static const model_scenario scenarios[] = {
    {.name = "two_end_and_one_joins",
     .setup = setup_set,
     .threads = {end_first, end_second, join_both},
     .check = check_gone},
    {.name = "two_end_and_one_puts_back",
     .setup = setup_set,
     .threads = {end_first, end_second, give_up_and_join_both},
     .check = check_gone},
    {.name = "two_end_and_one_frees",
     .setup = setup_set,
     .threads = {end_first, end_second, free_set},
     .check = check_gone},
    {.name = "two_end_and_one_shuts_down",
     .setup = setup_set,
     .threads = {end_first, end_second, shut_down},
     .check = check_gone},
    {.name = "two_end_and_one_aborts",
     .setup = setup_set,
     .threads = {end_first, end_second, abort_and_join},
     .check = check_gone},
    {.name = "one_spawns_one_cancels",
     .setup = setup_group,
     .threads = {spawn_one, cancel_group},
     .check = check_aborted,
     .outcomes = "aborted refused"},
    {.name = "two_end_and_the_group_waits",
     .setup = setup_pair,
     .threads = {end_first, end_second, wait_and_free},
     .check = check_group_gone},
    {.name = "two_end_and_the_group_gives_up",
     .setup = setup_pair,
     .threads = {end_first, end_second, give_up_and_free},
     .check = check_group_gone},
};

MODEL_PROGRAM("members", scenarios)
