/* command.c: commands that are run to their ends: the future has the child's handle, and releases it. */
#include <errno.h>

#include <edo/await.h>

#include "future/future.h"
#include "process/child.h"

/* Their future's child is there from the first poll that began it until it is READY. */
static edo_poll finish(edo_future *base, edo_process **child, int64_t result)
{
    edo_process_release(*child);
    *child = NULL;
    return edo_future_finish(base, result);
}

static edo_poll status_poll(edo_future *base, const edo_waker *waker)
{
    edo_command_status_future *fut = container_of(base, edo_command_status_future, base);
    int rc;

    if (!fut->child) {
        if ((rc = command_spawn(fut->command, false, &fut->child)) < 0)
            return edo_future_finish(base, rc);
        edo_pipe_receiver_close(edo_process_take_stdout(fut->child));
        edo_pipe_receiver_close(edo_process_take_stderr(fut->child));
        fut->wait = edo_process_wait_async(fut->child, fut->wait.ret_status);
    }
    if (future_advance(&fut->wait.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    return finish(base, &fut->child, fut->wait.base.result);
}

static void status_cancel(edo_future *base)
{
    edo_future_cancel(&container_of(base, edo_command_status_future, base)->wait.base);
}

static const edo_future_ops status_ops = {
    .poll = status_poll, .cancel = status_cancel, .name = "command_status"};

edo_command_status_future edo_command_status_async(const edo_command *command,
                                                   edo_exit_status *ret_status)
{
    return (edo_command_status_future){
        .base = EDO_FUTURE_INIT(&status_ops), .command = command, .wait.ret_status = ret_status};
}

int edo_command_status(const edo_command *command, edo_exit_status *ret_status)
{
    edo_command_status_future fut = edo_command_status_async(command, ret_status);

    return (int)edo_await(&fut.base);
}

static edo_poll output_poll(edo_future *base, const edo_waker *waker)
{
    edo_command_output_future *fut = container_of(base, edo_command_output_future, base);
    int rc;

    if (!fut->child) {
        rc = fut->all.output ? command_spawn(fut->command, true, &fut->child) : -EINVAL;
        if (rc < 0)
            return edo_future_finish(base, rc);
        fut->all = edo_process_wait_with_output_async(fut->child, fut->all.output);
    }
    if (future_advance(&fut->all.base, waker) == EDO_PENDING)
        return EDO_PENDING;
    return finish(base, &fut->child, fut->all.base.result);
}

static void output_cancel(edo_future *base)
{
    edo_future_cancel(&container_of(base, edo_command_output_future, base)->all.base);
}

static const edo_future_ops output_ops = {
    .poll = output_poll, .cancel = output_cancel, .name = "command_output"};

edo_command_output_future edo_command_output_async(const edo_command *command, edo_output *output)
{
    return (edo_command_output_future){
        .base = EDO_FUTURE_INIT(&output_ops), .command = command, .all.output = output};
}

int edo_command_output(const edo_command *command, edo_output *output)
{
    edo_command_output_future fut = edo_command_output_async(command, output);

    return (int)edo_await(&fut.base);
}
