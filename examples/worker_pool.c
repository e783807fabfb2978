/*
 * worker_pool.c: workers that end gracefully: a token asks them to stop, a tracker says when the jobs
 * in hand are done, and their group lets nobody outlive the pool, which lies on a stack.
 */
#include <stdio.h>

#include <edo.h>

#define WORKERS 3

typedef struct pool {
    edo_cancel_token *stop; /* asks all to stop */
    edo_tracker *in_hand;   /* jobs that somebody works at */
    edo_group *group;       /* of those who make jobs and do them */
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    edo_mutex taking; /* one of the workers at a time receives */
    int sent, done;   /* by one thread */
} pool;

/* Makes jobs until it is asked to stop; one that could not be sent is none. */
static int make_jobs(void *arg)
{
    pool *p = arg;
    int rc = 0;

    for (int job = 0; rc == 0; job++) {
        edo_mpsc_send_future send = edo_mpsc_send_async(p->tx, &job);
        rc = (int)edo_run_until_canceled(p->stop, &send.base);
        p->sent += rc == 0;
    }
    return rc == -ECANCELED ? 0 : rc;
}

/* 1 with a job; 0 when there will be none, or it is asked to stop. */
static int next_job(pool *p, int *job)
{
    edo_mutex_lock_future lock = edo_mutex_lock_async(&p->taking);
    int64_t rc = edo_run_until_canceled(p->stop, &lock.base);

    if (rc == 0) {
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(p->rx, job);
        rc = edo_run_until_canceled(p->stop, &recv.base);
        edo_mutex_unlock(&p->taking);
    }
    return rc == -ECANCELED ? 0 : (int)rc;
}

/* The job that it has is done to its end, whatever the token says meanwhile. */
static int work(void *arg)
{
    pool *p = arg;
    int job, rc;

    while ((rc = next_job(p, &job)) == 1) {
        edo_tracker_token token = edo_tracker_hold(p->in_hand);
        p->done += edo_sleep(EDO_MILLIS(1)) == 0;
        edo_tracker_token_drop(&token);
    }
    return rc;
}

/* The jobs in hand have five seconds; then whoever is left is aborted. */
static int shut_down(pool *p)
{
    edo_cancel_token_cancel(p->stop);
    edo_tracker_close(p->in_hand);
    edo_tracker_wait_future done = edo_tracker_wait_async(p->in_hand);
    if (edo_timeout(&done.base, EDO_SECONDS(5)) < 0)
        edo_group_cancel(p->group);
    return edo_group_wait(p->group, NULL);
}

static int use_pool(pool *p)
{
    int rc = edo_group_spawn(p->group, make_jobs, p), left = 0, job;

    for (int i = 0; i < WORKERS && rc == 0; i++)
        rc = edo_group_spawn(p->group, work, p);
    while (rc == 0 && p->done < 20)
        rc = edo_sleep(EDO_MILLIS(1)); /* a server would wait for edo_termination here */
    int ended = shut_down(p);
    while (edo_mpsc_try_recv(p->rx, &job) == 1)
        left++;
    printf("%s\n", p->sent == p->done + left ? "each job was done, or is left" : "a job was lost");
    printf("%zu tasks are still there\n", edo_group_len(p->group));
    return rc < 0 ? rc : ended;
}

static int app(int argc, char **argv)
{
    pool p = {.taking = EDO_MUTEX_INIT};
    int rc = edo_cancel_token_new(&p.stop);

    (void)argc, (void)argv;
    if (rc == 0 && (rc = edo_tracker_new(&p.in_hand)) == 0 &&
        (rc = edo_group_new(NULL, &p.group)) == 0 &&
        (rc = edo_mpsc_new(EDO_ITEM(int), 8, &p.tx, &p.rx)) == 0)
        rc = use_pool(&p);
    edo_group_free(p.group); /* waits, if anybody is left */
    edo_mpsc_sender_free(p.tx);
    edo_mpsc_receiver_free(p.rx);
    edo_tracker_free(p.in_hand);
    edo_cancel_token_free(p.stop);
    return rc;
}

EDO_MAIN_WITH(app, EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD));
