/* forms_test.c: the forms of each operation on child processes that other tests have no need of. */
#include "support/edo_test.h"

#include <edo.h>

#include <signal.h>

/* Awaits a future of any kind. */
#define await(fut) edo_await(&(fut).base)

EDO_TEST_BOTH(programs_by_their_futures)
{
    edo_command command = {.program = "sh",
                           .args = EDO_ARGS("-c", "echo out; echo err >&2; exit 3")};
    edo_exit_status status;
    edo_output output = {0};

    edo_command_output_future all = edo_command_output_async(&command, &output);
    assert_ok(await(all));
    assert_int_equal(output.status.code, 3);
    assert_int_equal(output.out.len, 4);
    assert_memory_equal(output.out.data, "out\n", 4);
    assert_memory_equal(output.err.data, "err\n", 4);
    edo_output_fini(&output);
    command.args = EDO_ARGS("-c", "exit 4");
    edo_command_status_future run = edo_command_status_async(&command, &status);
    assert_ok(await(run));
    assert_int_equal(status.code, 4);
}

EDO_TEST_BOTH(a_child_is_killed_by_a_future)
{
    edo_command command = {.program = "sleep", .args = EDO_ARGS("3600")};
    edo_exit_status status;
    edo_process *child;

    assert_ok(edo_command_spawn(&command, &child));
    edo_process_wait_future killed = edo_process_kill_async(child);
    assert_ok(await(killed));
    assert_ok(edo_process_try_wait(child, &status));
    assert_int_equal(status.signal, SIGKILL);
    edo_process_release(child);
}

EDO_TEST_BOTH(an_error_output_that_was_taken_outlives_the_child)
{
    edo_command command = {
        .program = "sh", .args = EDO_ARGS("-c", "echo err >&2"), .err = EDO_STDIO_PIPE};
    edo_pipe_receiver *err;
    edo_process *child;
    edo_buf buf = {0};

    assert_ok(edo_command_spawn(&command, &child));
    err = edo_process_take_stderr(child);
    assert_non_null(err);
    assert_null(edo_process_take_stderr(child));
    assert_null(edo_process_stderr(child));
    assert_ok(edo_process_wait(child, NULL));
    edo_process_release(child);
    assert_ok(edo_read_to_end(edo_pipe_reader(err), &buf, NULL));
    assert_int_equal(buf.len, 4);
    assert_memory_equal(buf.data, "err\n", 4);
    edo_buf_fini(&buf);
    edo_pipe_receiver_close(err);
}
