/*
 * fake_driver.c: a kernel of two threads.
 *
 * Protocol    As PROTOCOLS.md has it for io_uring. NEW -> ARMED when it is first polled. The first
 *             in the queue of a source's direction is in the kernel, which its cookie says; the
 *             others wait behind it. Completion: ARMED or CANCELING -> COMPLETING, mark the task,
 *             DONE, push. Cancel: ARMED -> CANCELING, and the thread is told; it may succeed still.
 * Job         An operation in the kernel belongs to a job, the job to one thread. The source's user
 *             count keeps the descriptor open, and the operation stays until it is DONE.
 */
#include "support/fake_driver.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/eventfd.h>

#include <edo/error.h>

#include "base/clock.h"
#include "base/futex.h"
#include "base/random.h"
#include "driver/source.h"

#define THREADS 2
#define DELAY_NS 500000 /* at most */

enum phase { DELAYED, WAITING, REPORTING };

typedef struct job {
    struct job *next;
    edo_op *op;
    int fd;
    enum phase phase;
    uint64_t due; /* when it goes on, unless it waits for the descriptor */
    int64_t result;
    size_t place; /* in the thread's poll list; 0: not there */
} job;

typedef struct kernel_thread {
    pthread_mutex_t lock; /* guards inbox */
    job *inbox;
    int event;
    job *jobs; /* the thread's own from here on */
    struct pollfd *polls;
    size_t room;
    rng random;
} kernel_thread;

typedef struct fake_driver {
    driver base;
    uint32_t parked;
} fake_driver;

enum { AWAKE, PARKED, NOTIFIED };

static kernel_thread threads[THREADS];
static pthread_once_t threads_started = PTHREAD_ONCE_INIT;
static int accept_error;        /* atomic */
static unsigned late_successes; /* atomic */

/* The threads. */

static uint64_t soon(kernel_thread *t)
{
    /* Half of them at once, so that what needs many operations gets through. */
    return clock_now() + (rng_below(&t->random, 2) ? rng_below(&t->random, DELAY_NS) : 0);
}

static void kick(kernel_thread *t)
{
    uint64_t one = 1;

    if (write(t->event, &one, sizeof one) < 0)
        abort();
}

static kernel_thread *thread_of(const source *src)
{
    return &threads[src->slot % THREADS];
}

/* With the source's lock held. */
static void submit(edo_op *op)
{
    kernel_thread *t = thread_of(op->src);
    job *j = calloc(1, sizeof *j);

    if (!j)
        abort();
    *j = (job){.op = op, .fd = op->src->fd};
    op->cookie = j;
    pthread_mutex_lock(&t->lock);
    j->next = t->inbox;
    t->inbox = j;
    pthread_mutex_unlock(&t->lock);
    kick(t);
}

static int64_t perform(job *j)
{
    if (j->op->kind == OP_ACCEPT) {
        int error = a_xchg(&accept_error, 0, relaxed);
        if (error)
            return error;
    }
    return op_perform(j->op, j->fd);
}

static int64_t why_canceled(const edo_op *op)
{
    const source *src = op->src;

    return op->canceled || src->closing || a_load(&src->home, relaxed) ? -ECANCELED
                                                                       : -EDO_ESHUTDOWN;
}

static void complete(job *j)
{
    edo_op *op = j->op;
    source *src = op->src;
    uint32_t state = OP_ARMED;

    lock_take(&src->lock);
    /* acq_rel: pairs with the exchange in begin_cancel. */
    if (!a_cas(&op->state, &state, OP_COMPLETING, acq_rel, acquire)) {
        if (j->result >= 0)
            a_fetch_add(&late_successes, 1, relaxed);
        a_store(&op->state, OP_COMPLETING, relaxed);
    }
    if (op->dir != OP_ANY && op->next && !src->closing &&
        a_load(&src->home, relaxed)) /* else it is told to end */
        submit(op->next);
    edo_waker waker = op->waker;
    bool owes = wake_mark(&waker);
    op_end(op, j->result == -ECANCELED ? why_canceled(op) : j->result);
    if (owes)
        wake_push(&waker);
    free(j);
}

/* Goes on with a job. True: it is over. */
static bool step(kernel_thread *t, job *j, uint64_t now)
{
    bool canceled = a_load(&j->op->state, acquire) == OP_CANCELING; /* pairs with begin_cancel */
    bool woken = j->phase == WAITING && j->place && t->polls[j->place].revents;

    if (canceled && j->phase != REPORTING) {
        j->result = rng_below(&t->random, 2) ? perform(j) : -ECANCELED;
        if (j->result == -EAGAIN)
            j->result = -ECANCELED;
        j->phase = REPORTING;
        j->due = now;
    } else if ((j->phase == DELAYED && j->due <= now) || woken) {
        j->result = perform(j);
        j->phase = j->result == -EAGAIN ? WAITING : REPORTING;
        j->due = soon(t);
    }
    if (j->phase != REPORTING || (j->due > now && !canceled))
        return false;
    complete(j);
    return true;
}

static void take_inbox(kernel_thread *t)
{
    pthread_mutex_lock(&t->lock);
    job *j = t->inbox;
    t->inbox = NULL;
    pthread_mutex_unlock(&t->lock);
    while (j) {
        job *next = j->next;
        j->due = soon(t);
        j->next = t->jobs;
        t->jobs = j;
        j = next;
    }
}

static short wanted_by(const edo_op *op)
{
    return op->dir == OP_ANY ? (short)op->flags : op->dir == OP_OUT ? POLLOUT : POLLIN;
}

/* Fills the poll list; returns its length. *ret_due: when the first job goes on by itself. */
static size_t list_polls(kernel_thread *t, uint64_t *ret_due)
{
    size_t count = 1;

    *ret_due = UINT64_MAX;
    for (job *j = t->jobs; j; j = j->next) {
        j->place = 0;
        if (a_load(&j->op->state, relaxed) == OP_CANCELING)
            *ret_due = 0;
        if (j->phase != WAITING) {
            *ret_due = j->due < *ret_due ? j->due : *ret_due;
            continue;
        }
        if (count == t->room) {
            t->room *= 2;
            t->polls = realloc(t->polls, t->room * sizeof *t->polls);
            if (!t->polls)
                abort();
        }
        j->place = count;
        t->polls[count++] = (struct pollfd){.fd = j->fd, .events = wanted_by(j->op)};
    }
    t->polls[0] = (struct pollfd){.fd = t->event, .events = POLLIN};
    return count;
}

static void sleep_for_events(kernel_thread *t)
{
    uint64_t due, now, drained;
    size_t count = list_polls(t, &due);

    now = clock_now();
    uint64_t left = due > now ? due - now : 0;
    struct timespec span = {.tv_sec = (time_t)(left / NS_PER_S),
                            .tv_nsec = (long)(left % NS_PER_S)};
    ppoll(t->polls, count, due == UINT64_MAX ? NULL : &span, NULL);
    if (t->polls[0].revents && read(t->event, &drained, sizeof drained) < 0)
        abort();
}

static void *run_kernel(void *arg)
{
    kernel_thread *t = arg;

    for (;;) {
        take_inbox(t);
        sleep_for_events(t);
        uint64_t now = clock_now();
        for (job **link = &t->jobs; *link;) {
            job *j = *link, *next = j->next;
            if (step(t, j, now))
                *link = next;
            else
                link = &j->next;
        }
    }
    return NULL;
}

static void start_threads(void)
{
    sigset_t all, before;
    pthread_t thread;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int i = 0; i < THREADS; i++) {
        kernel_thread *t = &threads[i];
        pthread_mutex_init(&t->lock, NULL);
        t->event = eventfd(0, EFD_CLOEXEC);
        t->room = 64;
        t->polls = calloc(t->room, sizeof *t->polls);
        rng_seed(&t->random, random_seed());
        if (t->event < 0 || !t->polls || pthread_create(&thread, NULL, run_kernel, t) != 0)
            abort();
        pthread_detach(thread);
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* The seam. */

static int fake_open(driver **ret)
{
    fake_driver *d = calloc(1, sizeof *d);

    if (!d)
        return -ENOMEM;
    pthread_once(&threads_started, start_threads);
    d->base.ops = &fake_driver_ops;
    *ret = &d->base;
    return 0;
}

static void fake_free(driver *base)
{
    free(container_of(base, fake_driver, base));
}

static int fake_add(driver *base, source *src)
{
    (void)base;
    a_store(&src->dir[OP_IN].ready, 0, relaxed); /* that is for readiness drivers */
    a_store(&src->dir[OP_OUT].ready, 0, relaxed);
    return 0;
}

static void fake_remove(driver *base, source *src)
{
    (void)base, (void)src;
}

/* With the source's lock held; the operation is in the kernel. */
static void begin_cancel(edo_op *op)
{
    uint32_t state = OP_ARMED;

    /* acq_rel: pairs with the exchange in complete and the load in step. */
    if (a_cas(&op->state, &state, OP_CANCELING, acq_rel, relaxed))
        kick(thread_of(op->src));
}

static edo_poll fake_poll(edo_op *op, const edo_waker *waker)
{
    source *src = op->src;

    lock_take(&src->lock);
    int rc = op_check(op);
    uint32_t state = a_load(&op->state, acquire); /* pairs with the release in op_end */
    if (state == OP_DONE) {
        lock_drop(&src->lock);
        return EDO_READY;
    }
    if (rc < 0 && (state == OP_NEW || !op->cookie)) {
        op_end(op, rc);
        return EDO_READY;
    }
    if (state == OP_NEW) {
        op->cookie = NULL;
        op_begin(op);
    } else if (rc < 0) {
        begin_cancel(op);
    }
    op_wait(op, waker);
    if (state == OP_NEW && (op->dir == OP_ANY || src->dir[op->dir].first == op))
        submit(op);
    lock_drop(&src->lock);
    return EDO_PENDING;
}

static void fake_cancel(edo_op *op)
{
    source *src = op->src;

    lock_take(&src->lock);
    op->canceled = true;
    if (a_load(&op->state, relaxed) == OP_ARMED && op->cookie)
        begin_cancel(op);
    lock_drop(&src->lock);
}

static int fake_park(driver *base, uint64_t until_ns)
{
    fake_driver *d = container_of(base, fake_driver, base);
    uint32_t awake = AWAKE;

    if (until_ns == 0)
        return 0;
    /* acq_rel, acquire: all of these pair with the exchange in fake_unpark. */
    if (a_cas(&d->parked, &awake, PARKED, acq_rel, acquire))
        while (a_load(&d->parked, acquire) == PARKED)
            if (futex_wait(&d->parked, PARKED, until_ns) < 0)
                break;
    a_xchg(&d->parked, AWAKE, acq_rel);
    return 0;
}

static void fake_unpark(driver *base)
{
    fake_driver *d = container_of(base, fake_driver, base);

    /* acq_rel: pairs with the accesses in fake_park. */
    if (a_xchg(&d->parked, NOTIFIED, acq_rel) == PARKED)
        futex_wake(&d->parked, 1);
}

void fake_driver_offer(void)
{
    driver_offer(&fake_driver_ops);
}

void fake_driver_fail_accept(int error)
{
    a_store(&accept_error, error, relaxed);
}

unsigned fake_driver_late_successes(void)
{
    return a_load(&late_successes, relaxed);
}

const driver_ops fake_driver_ops = {
    .name = "fake",
    .open = fake_open,
    .free = fake_free,
    .add = fake_add,
    .remove = fake_remove,
    .poll = fake_poll,
    .cancel = fake_cancel,
    .park = fake_park,
    .unpark = fake_unpark,
};
