/*
 * children.c: child processes: whatever fails, a spawn that says so has left no child, and one that succeeds has its
 * streams and its end.
 */
#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "faults/trial.h"
#include "support/denied.h"

enum { ROUNDS = 2 };

static bool has_pidfds = true;

/* A pidfd comes by clone, of which nobody is told. */
static void note_pidfd(void)
{
    if (has_pidfds)
        fault_note_opened();
}

static edo_process *begin(const edo_command *command)
{
    edo_process *child = NULL;
    int rc;

    PERSIST(rc, edo_command_spawn(command, &child));
    if (rc < 0)
        return NULL;
    note_pidfd();
    return child;
}

static void use(edo_process *child)
{
    edo_exit_status status = {0};
    char buf[8] = "";
    int rc;

    PERSIST(rc, edo_pipe_write_all(edo_process_stdin(child), "hello", 5));
    PERSIST(rc, (int)edo_pipe_read(edo_process_stdout(child), buf, sizeof buf));
    CHECK(rc < 0 || memcmp(buf, "hello", 5) == 0);
    PERSIST(rc, edo_process_wait(child, &status)); /* it reads the end of its input then */
    CHECK(rc < 0 || status.code == 0);
}

static int run(void *arg)
{
    edo_command cat = {.program = "/bin/cat", .in = EDO_STDIO_PIPE, .out = EDO_STDIO_PIPE};
    edo_command none = {.program = "/nowhere/at-all"};
    edo_process *child;

    (void)arg;
    trial_arm();
    for (int i = 0; i < ROUNDS && !trial_has_failed(); i++) {
        if (!(child = begin(&cat)))
            continue;
        use(child);
        edo_process_release(child);
    }
    fault_lift();
    CHECK(edo_command_spawn(&none, &child) == -ENOENT);
    note_pidfd();
    if ((child = begin(&cat))) {
        edo_process_start_kill(child);
        CHECK(edo_process_wait(child, NULL) == 0);
        edo_process_release(child);
    }
    return 0;
}

void use_children(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;

    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2, .seed = 3), &runtime));
    MUST(edo_block_on(runtime, run, NULL));
    MUST(edo_runtime_free(runtime));
    while (waitpid(-1, NULL, WNOHANG) > 0) /* those whose end couldn't be waited for by edo */
        ;
}

/* Where the system has no pidfds, or forbids them: what stands in for one is made by more calls. */
void use_children_without_pidfds(edo_runtime_kind kind)
{
    if (has_pidfds && !deny(DENIED_IF(SYS_pidfd_open, ENOSYS)))
        return;
    has_pidfds = false;
    use_children(kind);
}
