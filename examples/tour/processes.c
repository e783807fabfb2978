/* processes.c: another program: its input, its output, its end, and how long it may take. */
#include <errno.h>
#include <stdio.h>

#include <edo.h>

static int sorted(void)
{
    edo_command command = {
        .program = "sort", .args = EDO_ARGS("-n"), .in = EDO_STDIO_PIPE, .out = EDO_STDIO_PIPE};
    edo_output output = {0};
    edo_process *child;
    int rc = edo_command_spawn(&command, &child);

    if (rc < 0)
        return rc;
    rc = (int)edo_pipe_write_all(edo_process_stdin(child), "100\n20\n3\n", 9);
    if (rc == 0) /* closes its input, and takes what it writes until its end */
        rc = edo_process_wait_with_output(child, &output);
    if (rc == 0)
        printf("%.*sand the exit status %d\n", (int)output.out.len, (const char *)output.out.data,
               output.status.code);
    edo_output_fini(&output);
    edo_process_release(child);
    return rc;
}

static int limited(void)
{
    edo_command command = {.program = "sleep", .args = EDO_ARGS("3600"), .kills_on_release = true};
    edo_exit_status status;
    edo_command_status_future run = edo_command_status_async(&command, &status);
    int64_t rc = edo_timeout(&run.base, EDO_MILLIS(20));

    if (rc != -ETIMEDOUT)
        return rc < 0 ? (int)rc : -EPROTO;
    puts("sleep took too long, and is no more");
    return 0;
}

static int app(int argc, char **argv)
{
    (void)argc, (void)argv;
    int rc = sorted();

    return rc < 0 ? rc : limited();
}

EDO_MAIN(app);
