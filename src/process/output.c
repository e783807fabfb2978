/* output.c: what a child writes, and its end: two reads and a wait, polled in turns. */
#include <errno.h>

#include <edo/await.h>

#include "future/future.h"
#include "process/child.h"

static edo_process_output_future *of(edo_future *base)
{
    return container_of(base, edo_process_output_future, base);
}

void edo_output_fini(edo_output *output)
{
    if (!output)
        return;
    edo_buf_fini(&output->out);
    edo_buf_fini(&output->err);
}

/* A stream that isn't there is at its end. */
static void begin_stream(edo_process_output_future *fut, int i, edo_pipe_receiver *from,
                         edo_buf *to)
{
    fut->streams[i] = edo_read_to_end_async(edo_pipe_reader(from), to);
    if (!from)
        future_settle(&fut->streams[i].base, 0);
}

static void begin(edo_process_output_future *fut)
{
    fut->begun = true;
    fut->failure = 0;
    begin_stream(fut, 0, edo_process_stdout(fut->child), &fut->output->out);
    begin_stream(fut, 1, edo_process_stderr(fut->child), &fut->output->err);
    fut->wait = edo_process_wait_async(fut->child, &fut->output->status);
}

static edo_future *part_of(edo_process_output_future *fut, int i)
{
    return i < 2 ? &fut->streams[i].base : &fut->wait.base;
}

static void stop(edo_process_output_future *fut)
{
    for (int i = 0; i < 3; i++)
        edo_future_cancel(part_of(fut, i));
}

/* True: all are over. The first failure stops the others. */
static bool poll_all(edo_process_output_future *fut, const edo_waker *waker)
{
    bool over = true;

    fut->turn = !fut->turn; /* so that neither stream takes all of the task's budget */
    for (int i = 0; i < 3; i++) {
        edo_future *part = part_of(fut, i < 2 ? i ^ fut->turn : i);
        if (future_advance(part, waker) == EDO_PENDING) {
            over = false;
        } else if (part->result < 0 && fut->failure == 0) {
            fut->failure = part->result;
            stop(fut);
            return poll_all(fut, waker); /* whom it has stopped, from the first on */
        }
    }
    return over;
}

static edo_poll output_poll(edo_future *base, const edo_waker *waker)
{
    edo_process_output_future *fut = of(base);

    if (!fut->child || !fut->output)
        return edo_future_finish(base, -EINVAL);
    if (!fut->begun)
        begin(fut);
    if (!poll_all(fut, waker))
        return EDO_PENDING;
    fut->begun = false;
    return edo_future_finish(base, fut->failure);
}

static void output_cancel(edo_future *base)
{
    if (of(base)->begun)
        stop(of(base));
}

static const edo_future_ops output_ops = {.poll = output_poll,
                                          .cancel = output_cancel,
                                          .name = "child_wait_with_output",
                                          .flags = EDO_FUTURE_RESTARTS};

edo_process_output_future edo_process_wait_with_output_async(edo_process *child, edo_output *output)
{
    return (edo_process_output_future){
        .base = EDO_FUTURE_INIT(&output_ops), .child = child, .output = output};
}

int edo_process_wait_with_output(edo_process *child, edo_output *output)
{
    edo_process_output_future fut = edo_process_wait_with_output_async(child, output);

    return (int)edo_await(&fut.base);
}
