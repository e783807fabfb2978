/* forked.c: a child with its stderr in a pipe. */
#include "support/forked.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/edo_test.h"

int forked_run(void (*fn)(void), char *text, size_t room)
{
    int fds[2];
    int status = 0;
    size_t used = 0;
    ssize_t n;

    assert_int_equal(pipe(fds), 0);
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(fds[1], STDERR_FILENO);
        close(fds[0]);
        close(fds[1]);
        signal(SIGSEGV, SIG_DFL); /* not a sanitizer's */
        signal(SIGBUS, SIG_DFL);
        signal(SIGABRT, SIG_DFL);
        prctl(PR_SET_DUMPABLE, 0);
        fn();
        fflush(NULL);
        _exit(0);
    }
    close(fds[1]);
    while (used + 1 < room && (n = read(fds[0], text + used, room - 1 - used)) > 0)
        used += (size_t)n;
    text[used] = 0;
    close(fds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}
