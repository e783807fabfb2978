/*
 * file_op.c: the stages of an operation on an open file.
 *
 * From the first PENDING on, and while it works, the operation holds a reference of the file, so that its handle
 * may be closed meanwhile. The job's memory and the waiter's are the same, as there is never need of both.
 */
#include "fs/file_op.h"

#include <errno.h>

#include "fs/file.h"
#include "future/future.h"
#include "sched/coop.h"
#include "sched/job.h"
#include "sync/permits.h"

enum { STAGE_NEW, STAGE_USES, STAGE_TURN, STAGE_WORK };

/* It is going to be pending, or to work while another thread may close the handle. */
static void hold(edo_file_op *op)
{
    if (!op->holds)
        file_ref(op->file);
    op->holds = true;
}

/* Takes n permits: 0; -EAGAIN: it waits; -ECANCELED; -EPIPE, which a handle that was ended says. */
static int take(edo_permits *p, size_t n, edo_file_op *op, const edo_waker *waker)
{
    edo_waiter *w = &op->own.waiter;
    enum waiter_state is = WAITER_GRANTED;

    /* relaxed: IDLE, it is known to nobody else. */
    if (a_load(&w->state, relaxed) == WAITER_IDLE && permits_try(p, n) == 0)
        return 0;
    hold(op);
    if (!op->canceled)
        is = permits_poll(p, w, n, waker);
    else if ((is = permits_cancel(p, w)) == WAITER_GRANTED)
        permits_release(p, n);
    if (is == WAITER_LINKED)
        return -EAGAIN;
    *w = (edo_waiter){0};
    if (op->canceled || is == WAITER_CLOSED)
        return -ECANCELED;
    return 0;
}

/* 0; -EAGAIN: it waits; else its end. */
static int take_uses(edo_file_op *op, const edo_waker *waker)
{
    const file_op_kind *kind = op->kind;
    int rc = take(&op->file->uses, kind->takes, op, waker);

    if (rc < 0)
        return rc;
    if (kind->takes > kind->keeps)
        permits_release(&op->file->uses, kind->takes - kind->keeps);
    op->stage = STAGE_TURN;
    return 0;
}

static bool has_turn(const edo_file_op *op)
{
    return op->kind->takes_turn && op->file->cursor;
}

static int take_turn(edo_file_op *op, const edo_waker *waker)
{
    int rc = has_turn(op) ? take(&op->file->cursor->turn, 1, op, waker) : 0;

    if (rc == 0)
        op->stage = STAGE_WORK;
    return rc;
}

static void run_as_job(edo_job *job)
{
    edo_file_op *op = container_of(job, edo_file_op, own.job);

    op->result = op->kind->run(op);
}

static edo_poll begin_work(edo_file_op *op, const edo_waker *waker)
{
    const file_op_kind *kind = op->kind;

    hold(op);
    if (op->canceled)
        op->result = -ECANCELED;
    else if (job_may_run_here())
        op->result = kind->run(op);
    else if (!kind->now || (op->result = kind->now(op)) == -EAGAIN) {
        int rc = job_start(&op->own.job, run_as_job, waker);
        if (rc == 0)
            return EDO_PENDING;
        op->result = rc;
    }
    return EDO_READY;
}

static edo_poll work(edo_file_op *op, const edo_waker *waker)
{
    if (job_is_under_way(&op->own.job))
        return job_poll(&op->own.job, waker);
    return begin_work(op, waker);
}

static edo_poll end(edo_file_op *op)
{
    edo_file *file = op->file;
    uint8_t stage = op->stage;

    if (stage == STAGE_WORK && op->kind->end)
        op->kind->end(op);
    if (stage == STAGE_WORK && has_turn(op))
        permits_release(&file->cursor->turn, 1);
    if (stage >= STAGE_TURN && op->kind->keeps)
        permits_release(&file->uses, op->kind->keeps);
    op->stage = STAGE_NEW;
    if (op->holds)
        (void)file_unref(file);
    op->holds = op->stops = false;
    return EDO_READY;
}

/* 0; -EAGAIN: it waits; else why it doesn't begin. */
static int get_ready(edo_file_op *op, const edo_waker *waker)
{
    int rc = 0;

    if (op->stage == STAGE_NEW && (rc = job_check_runtime()) == 0)
        op->stage = STAGE_USES;
    if (op->stage == STAGE_USES)
        rc = take_uses(op, waker);
    if (op->stage == STAGE_TURN)
        rc = take_turn(op, waker);
    return rc;
}

edo_poll file_op_poll(edo_file_op *op, bool canceled, const edo_waker *waker)
{
    op->canceled = canceled;
    int rc = get_ready(op, waker);
    if (rc == -EAGAIN)
        return EDO_PENDING;
    if (rc < 0)
        op->result = rc;
    else if (work(op, waker) == EDO_PENDING)
        return EDO_PENDING;
    return end(op);
}

edo_poll file_op_poll_of(edo_file_op *op, const edo_future *base, const edo_waker *waker)
{
    bool canceled = base->state & FUTURE_CANCELED;

    if (op->stage == STAGE_NEW && !canceled && !coop_proceed(waker))
        return EDO_PENDING;
    if (file_op_poll(op, canceled, waker) == EDO_PENDING)
        return EDO_PENDING;
    if (op->result >= 0)
        coop_spend();
    return EDO_READY;
}

void file_op_cancel(edo_file_op *op)
{
    a_store(&op->stops, true, relaxed); /* a hint */
    if (op->stage == STAGE_WORK && job_is_under_way(&op->own.job))
        job_drop(&op->own.job);
}
