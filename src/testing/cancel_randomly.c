/*
 * cancel_randomly.c: many scenarios at once, each aborted at some moment.
 *
 * A shepherd starts a scenario, gives way a random number of times, aborts it, and joins it; then the
 * next one, until the count is used up. There are as many shepherds as scenarios at once.
 */
#include <edo/testing_cancel.h>

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>

#include <edo/runtime.h>

#define TURNS_MAX 12 /* how often a shepherd gives way at the most */

typedef struct herd {
    int (*scenario)(void *arg);
    void *arg;
    uint64_t count, seed;
    unsigned at_once;
    _Atomic uint64_t begun, canceled;
    atomic_int error; /* the first one of a shepherd's */
} herd;

typedef struct shepherd {
    herd *herd;
    uint64_t random;
    edo_task task;
} shepherd;

/* splitmix64 */
static uint64_t draw(uint64_t *state)
{
    uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static int start_one(shepherd *s)
{
    edo_task t;
    int ret = 0;
    int rc = edo_spawn(s->herd->scenario, s->herd->arg, &t);

    if (rc < 0)
        return rc;
    uint64_t random = draw(&s->random);
    if (random % 8) {
        for (uint64_t turns = random / 8 % (TURNS_MAX + 1); turns && rc == 0; turns--)
            rc = edo_yield();
        edo_task_abort(t);
    }
    int joined = edo_join(t, &ret);
    if (ret == -ECANCELED)
        atomic_fetch_add(&s->herd->canceled, 1);
    return rc < 0 ? rc : joined;
}

static int tend(void *arg)
{
    shepherd *s = arg;
    int rc = 0;

    while (rc == 0 && atomic_fetch_add(&s->herd->begun, 1) < s->herd->count)
        rc = start_one(s);
    if (rc < 0)
        atomic_store(&s->herd->error, rc);
    return rc;
}

static int tend_all(void *arg)
{
    herd *h = arg;
    shepherd *all = calloc(h->at_once, sizeof *all);
    unsigned started = 0;
    int rc = all ? 0 : -ENOMEM;

    for (; rc == 0 && started < h->at_once; started += rc == 0) {
        all[started] = (shepherd){.herd = h, .random = h->seed + started};
        rc = edo_spawn(tend, &all[started], &all[started].task);
    }
    if (rc < 0)
        atomic_store(&h->error, rc);
    for (unsigned i = 0; i < started; i++)
        edo_join(all[i].task, NULL);
    free(all);
    return atomic_load(&h->error);
}

int64_t edo_test_cancel_randomly(const edo_test_cancel_opts *opts, uint64_t count,
                                 int (*scenario)(void *arg), void *arg)
{
    static const edo_test_cancel_opts defaults;
    edo_runtime *runtime;

    if (!scenario || count > INT64_MAX)
        return -EINVAL;
    if (edo_task_self_id())
        return -EDEADLK;
    opts = opts ? opts : &defaults;
    herd h = {
        .scenario = scenario,
        .arg = arg,
        .count = count,
        .seed = opts->seed ? opts->seed : 1,
        .at_once = opts->at_once ? opts->at_once : 64,
    };
    edo_runtime_opts runtime_opts = {.workers = opts->workers ? (int)opts->workers : 8};
    int rc = edo_runtime_new(&runtime_opts, &runtime);
    if (rc < 0)
        return rc;
    rc = edo_block_on(runtime, tend_all, &h);
    int freed = edo_runtime_free(runtime);
    rc = rc < 0 ? rc : freed;
    return rc < 0 ? rc : (int64_t)atomic_load(&h.canceled);
}
