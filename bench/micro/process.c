/* process.c: starting a program and waiting for its end, beside what libc has for it. */
#include <spawn.h>
#include <sys/wait.h>

#include "harness/bench.h"

extern char **environ;

/* An op is a `true` that is started and waited for before the next one. */
EDO_BENCH(spawn_true, 1)
{
    edo_command command = {.program = "/bin/true"};
    uint64_t failures = 0;

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++) {
        edo_exit_status status;
        bench_check(b, edo_command_status(&command, &status));
        failures += status.code != 0;
    }
    bench_stop(b);
    bench_equal(b, failures, 0);
}

/* The same by posix_spawn and waitpid, which block the thread. */
EDO_BENCH(posix_spawn_true, 1)
{
    char name[] = "/bin/true", *args[] = {name, NULL};
    uint64_t failures = 0;

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++) {
        pid_t pid;
        int status = 1;
        failures += posix_spawn(&pid, name, NULL, NULL, args, environ) != 0;
        waitpid(pid, &status, 0);
        failures += status != 0;
    }
    bench_stop(b);
    bench_equal(b, failures, 0);
}
