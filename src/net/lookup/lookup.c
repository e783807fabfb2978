/*
 * lookup.c: the futures of look-ups.
 *
 * A future has its job from the first poll that finds no answer until it is READY: then it takes the job's
 * answer and frees it, or abandons it to the lane.
 */
#include <edo/lookup.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <edo/await.h>

#include "future/future.h"
#include "net/lookup/call.h"
#include "net/lookup/text.h"
#include "sched/coop.h"
#include "sched/pool.h"

_Static_assert(sizeof(edo_lookup_future) <= 256, "net-048");
_Static_assert(sizeof(edo_lookup_names_future) <= 256, "net-048");

void edo_addr_list_free(edo_addr_list *list)
{
    if (!list)
        return;
    free(list->addr);
    *list = (edo_addr_list){0};
}

/* The lane has no part in the runtime, whose clock would jump ahead while nobody runs. */

static void hold_clock(void **clock)
{
    const thread *self = thread_self();

    *clock = self->task ? a_load(&self->task->sched, relaxed) : NULL; /* ours: we run it */
    if (*clock)
        pool_hold_clock(*clock);
}

static void release_clock(void **clock)
{
    if (*clock)
        pool_release_clock(*clock);
    *clock = NULL;
}

/* Begins a job. 0, and it waits; else it is freed. */
static int begin(lane_job *job, void **ret_job, void **clock, const edo_waker *waker)
{
    if (!job)
        return -ENOMEM;
    hold_clock(clock);
    int rc = lane_submit(job, waker);
    if (rc == 0) {
        *ret_job = job;
        return 0;
    }
    release_clock(clock);
    job->release(job);
    return rc;
}

static void abandon(void **job, void **clock)
{
    if (!*job)
        return;
    lane_abandon(*job);
    *job = NULL;
    release_clock(clock);
}

/* Whether the job has run. */
static bool has_run(lane_job *job, void **clock, const edo_waker *waker)
{
    if (!lane_poll(job, waker))
        return false;
    release_clock(clock);
    return true;
}

/* A host's addresses. */

static int give_one(edo_lookup_future *fut, const edo_addr *addr)
{
    int family = fut->opts.family;

    if (family && addr->storage.ss_family != family)
        return -EDO_EAI_NODATA;
    edo_addr *copy = malloc(sizeof *copy);
    if (!copy)
        return -ENOMEM;
    *copy = *addr;
    *fut->ret_list = (edo_addr_list){.addr = copy, .count = 1};
    return 0;
}

/* 1: it has begun; else it has ended. */
static int lookup_begin(edo_lookup_future *fut, const edo_waker *waker)
{
    edo_addr numeric;

    if (fut->error)
        return fut->error;
    int rc = lookup_numeric(fut->host, fut->host_len, fut->service, &numeric);
    if (rc <= 0)
        return rc == 0 ? give_one(fut, &numeric) : rc;
    host_job *job = host_job_new(fut->host, fut->host_len, fut->service, &fut->opts);
    rc = begin(job ? &job->lane : NULL, &fut->job, &fut->clock, waker);
    return rc == 0 ? 1 : rc;
}

static int lookup_end(edo_lookup_future *fut)
{
    host_job *job = container_of((lane_job *)fut->job, host_job, lane);
    int rc = job->result;

    if (rc == 0) {
        *fut->ret_list = job->list;
        job->list = (edo_addr_list){0};
    }
    host_job_free(&job->lane);
    fut->job = NULL;
    return rc;
}

static edo_poll lookup_poll(edo_future *base, const edo_waker *waker)
{
    edo_lookup_future *fut = container_of(base, edo_lookup_future, base);

    if (base->state & FUTURE_CANCELED)
        return edo_future_finish(base, -ECANCELED);
    if (!fut->job) {
        if (!coop_proceed(waker))
            return EDO_PENDING;
        int rc = lookup_begin(fut, waker);
        if (rc == 1)
            return EDO_PENDING;
        coop_spend();
        return edo_future_finish(base, rc);
    }
    if (!has_run(fut->job, &fut->clock, waker))
        return EDO_PENDING;
    return edo_future_finish(base, lookup_end(fut));
}

static void lookup_cancel(edo_future *base)
{
    edo_lookup_future *fut = container_of(base, edo_lookup_future, base);

    abandon(&fut->job, &fut->clock);
}

static void lookup_put_back(edo_future *base)
{
    edo_lookup_future *fut = container_of(base, edo_lookup_future, base);

    edo_addr_list_free(fut->ret_list);
    base->result = -ECANCELED;
}

static const edo_future_ops lookup_ops = {.poll = lookup_poll,
                                          .cancel = lookup_cancel,
                                          .put_back = lookup_put_back,
                                          .name = "lookup",
                                          .flags = EDO_FUTURE_RESTARTS};

edo_lookup_future edo_lookup_async(const char *host, const char *service,
                                   const edo_lookup_opts *opts, edo_addr_list *ret_list)
{
    edo_lookup_future fut = {.base = EDO_FUTURE_INIT(&lookup_ops),
                             .host = host,
                             .host_len = host ? strnlen(host, EDO_HOST_NAME_MAX + 1) : 0,
                             .service = service,
                             .ret_list = ret_list};

    if (opts)
        fut.opts = *opts;
    fut.error = (host || service) && ret_list ? 0 : -EINVAL;
    return fut;
}

edo_lookup_future edo_lookup_host_async(const char *text, edo_addr_list *ret_list)
{
    edo_lookup_future fut = edo_lookup_async("", NULL, NULL, ret_list);

    if (fut.error == 0)
        fut.error = lookup_split(text, &fut.host, &fut.host_len, &fut.service);
    return fut;
}

int edo_lookup(const char *host, const char *service, const edo_lookup_opts *opts,
               edo_addr_list *ret_list)
{
    edo_lookup_future fut = edo_lookup_async(host, service, opts, ret_list);

    return (int)edo_await(&fut.base);
}

int edo_lookup_host(const char *text, edo_addr_list *ret_list)
{
    edo_lookup_future fut = edo_lookup_host_async(text, ret_list);

    return (int)edo_await(&fut.base);
}

/* An address's names. */

static int names_begin(edo_lookup_names_future *fut, const edo_waker *waker)
{
    const edo_addr *given = fut->addr;
    edo_addr addr;

    if (!given || !fut->ret_names)
        return -EINVAL;
    int rc = edo_addr_from_sockaddr((const struct sockaddr *)&given->storage, given->len, &addr);
    if (rc < 0)
        return rc;
    names_job *job = names_job_new(&addr);
    return begin(job ? &job->lane : NULL, &fut->job, &fut->clock, waker);
}

static int names_end(edo_lookup_names_future *fut)
{
    names_job *job = container_of((lane_job *)fut->job, names_job, lane);
    int rc = job->result;

    if (rc == 0)
        *fut->ret_names = job->names;
    names_job_free(&job->lane);
    fut->job = NULL;
    return rc;
}

static edo_poll names_poll(edo_future *base, const edo_waker *waker)
{
    edo_lookup_names_future *fut = container_of(base, edo_lookup_names_future, base);

    if (base->state & FUTURE_CANCELED)
        return edo_future_finish(base, -ECANCELED);
    if (!fut->job) {
        if (!coop_proceed(waker))
            return EDO_PENDING;
        int rc = names_begin(fut, waker);
        return rc == 0 ? EDO_PENDING : edo_future_finish(base, rc);
    }
    if (!has_run(fut->job, &fut->clock, waker))
        return EDO_PENDING;
    return edo_future_finish(base, names_end(fut));
}

static void names_cancel(edo_future *base)
{
    edo_lookup_names_future *fut = container_of(base, edo_lookup_names_future, base);

    abandon(&fut->job, &fut->clock);
}

static const edo_future_ops names_ops = {.poll = names_poll,
                                         .cancel = names_cancel,
                                         .name = "lookup_names",
                                         .flags = EDO_FUTURE_RESTARTS};

edo_lookup_names_future edo_lookup_names_async(const edo_addr *addr, edo_addr_names *ret_names)
{
    return (edo_lookup_names_future){
        .base = EDO_FUTURE_INIT(&names_ops), .addr = addr, .ret_names = ret_names};
}

int edo_lookup_names(const edo_addr *addr, edo_addr_names *ret_names)
{
    edo_lookup_names_future fut = edo_lookup_names_async(addr, ret_names);

    return (int)edo_await(&fut.base);
}
