/* edo_test_main.c: the parent: chooses tests, forks a child for each, watches it, counts. */
#include "support/edo_test.h"
#include "support/child.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MS 20000     /* of a test, times the patience */
#define GDB_LIMIT_MS 30000 /* of the backtrace of one that hangs */
#define ABORT_LIMIT_MS 5000

static edo_test_case *first;
static edo_test_case **last = &first;
static unsigned passed, failed, skipped;
static struct child_report *report;
static char program[4096]; /* "sync/latch", as tests/SKIPS names it */

void edo_test_register(edo_test_case *test)
{
    *last = test;
    last = &test->next;
}

static const char *full_name(const edo_test_case *test)
{
    static char name[256];

    snprintf(name, sizeof name, "%s%s", test->name, test->variant);
    return name;
}

/* Waits until the child has ended, or `ms`. SIGCHLD is blocked, so none is missed. */
static bool wait_for(pid_t pid, unsigned ms, int *ret_status)
{
    sigset_t child;
    uint64_t until = real_time_ns() + UINT64_C(1000000) * ms;

    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    for (;;) {
        if (waitpid(pid, ret_status, WNOHANG) == pid)
            return true;
        uint64_t now = real_time_ns();
        if (now >= until)
            return false;
        struct timespec left = {.tv_sec = (time_t)((until - now) / 1000000000),
                                .tv_nsec = (long)((until - now) % 1000000000)};
        sigtimedwait(&child, NULL, &left);
    }
}

static void unblock_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Shows where every thread of a test that hangs stands, if there is a gdb. */
static void show_backtrace(pid_t pid)
{
    char number[16];
    int status;

    snprintf(number, sizeof number, "%d", (int)pid);
    pid_t gdb = fork();
    if (gdb == 0) {
        unblock_signals();
        dup2(STDERR_FILENO, STDOUT_FILENO);
        execlp("gdb", "gdb", "-p", number, "-batch", "-nx", "-iex", "set auto-load safe-path /",
               "-iex", "set debuginfod enabled off", "-ex", "thread apply all bt", (char *)NULL);
        _exit(127);
    }
    if (gdb > 0 && !wait_for(gdb, GDB_LIMIT_MS, &status)) {
        kill(gdb, SIGKILL);
        waitpid(gdb, &status, 0);
    }
}

/* A failed assertion needs no core file; a test that wants one can raise the limit again. */
static void forgo_cores(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = 0;
    setrlimit(RLIMIT_CORE, &limit);
}

static _Noreturn void be_child(edo_test_case *test, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    forgo_cores();
    if (getppid() != parent)
        _exit(1);
    unblock_signals();
    child_run(test, report);
    exit(0);
}

/* Whether tests/SKIPS has a line "program:test reason" for this test and this reason. */
static bool skip_is_listed(const char *name, const char *reason)
{
    char line[8192], wanted[8192];
    bool found = false;
    FILE *skips = fopen(EDO_TEST_SKIPS, "re");

    snprintf(wanted, sizeof wanted, "%s:%s %s", program, name, reason);
    while (skips && !found && fgets(line, sizeof line, skips)) {
        line[strcspn(line, "\n")] = 0;
        found = !strcmp(line, wanted);
    }
    if (skips)
        fclose(skips);
    return found;
}

/* Counts a child that has ended, and says how. */
static void judge(const char *name, int status, bool hung, unsigned ms)
{
    char why[400] = "";

    if (hung)
        snprintf(why, sizeof why, "hung");
    else if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        snprintf(why, sizeof why, "exit status %d", WEXITSTATUS(status));
    else if (report->skip[0] && !skip_is_listed(name, report->skip))
        snprintf(why, sizeof why, "skipped without a line in tests/SKIPS: %.200s", report->skip);
    else if (!report->skip[0] && !report->finished)
        snprintf(why, sizeof why, "ended before its end");

    if (why[0]) {
        failed++;
        fputs(WIFSIGNALED(status) ? "\n" : "", stderr); /* cmocka's last line has no end */
        printf("FAIL %s: %s (%u ms)\n", name, why, ms);
    } else if (report->skip[0]) {
        skipped++;
        printf("skip %s: %s\n", name, report->skip);
    } else {
        passed++;
        printf("ok   %s (%u ms)\n", name, ms);
    }
}

static void run(edo_test_case *test)
{
    const char *name = full_name(test);
    uint64_t begin = real_time_ns();
    int status = 0;
    pid_t self = getpid();

    memset(report, 0, sizeof *report);
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        failed++;
        printf("FAIL %s: fork: %s\n", name, strerror(errno));
        return;
    }
    if (pid == 0)
        be_child(test, self);
    setpgid(pid, pid); /* the child does the same: whoever is first */
    bool hung = !wait_for(pid, LIMIT_MS * test_patience(), &status);
    if (hung) {
        fprintf(stderr, "%s hangs; its threads:\n", name);
        show_backtrace(pid);
        kill(pid, SIGABRT);
        if (!wait_for(pid, ABORT_LIMIT_MS, &status)) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
        }
    }
    kill(-pid, SIGKILL); /* what it started and left behind */
    judge(name, status, hung, (unsigned)((real_time_ns() - begin) / 1000000));
    fflush(stdout);
}

static bool is_chosen(const edo_test_case *test, char **globs, int count)
{
    for (int i = 0; i < count; i++)
        if (!fnmatch(globs[i], full_name(test), 0) || !fnmatch(globs[i], test->name, 0))
            return true;
    return count == 0;
}

/* From ".../tests/sync/latch_test" to "sync/latch". */
static void name_program(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *start = path;

    for (const char *p = path; slash && p < slash; p++)
        if (*p == '/')
            start = p + 1;
    size_t len = strlen(start);
    memcpy(program, start, len + 1);
    if (len > 5 && !strcmp(program + len - 5, "_test"))
        program[len - 5] = 0;
}

static int usage(const char *path)
{
    fprintf(stderr, "usage: %s ['glob' ...] [--list] [--multi] [--repeat N]\n", path);
    return 2;
}

int main(int argc, char **argv)
{
    int repeat = 1, globs = 0;
    bool list = false, multi = false;
    char real[sizeof program];
    ssize_t len = readlink("/proc/self/exe", real, sizeof real - 1);

    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--list"))
            list = true;
        else if (!strcmp(argv[i], "--multi"))
            multi = true;
        else if (!strcmp(argv[i], "--repeat") && i + 1 < argc && (repeat = atoi(argv[++i])) > 0)
            ;
        else if (argv[i][0] == '-')
            return usage(argv[0]);
        else
            argv[1 + globs++] = argv[i];
    }
    real[len > 0 ? len : 0] = 0;
    name_program(real);
    setenv("CMOCKA_TEST_ABORT", "1", 1);
    setvbuf(stdout, NULL, _IOLBF, 0);
    report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED) {
        perror("mmap");
        return 2;
    }
    bool in_place = getenv("EDO_TEST_NO_FORK") && !list;
    if (!in_place) { /* wait_for takes it from here */
        sigset_t child;
        sigemptyset(&child);
        sigaddset(&child, SIGCHLD);
        sigprocmask(SIG_BLOCK, &child, NULL);
    }

    for (int round = 0; round < repeat; round++)
        for (edo_test_case *test = first; test; test = test->next) {
            if ((multi && test->kind != TEST_MULTI) || !is_chosen(test, argv + 1, globs))
                continue;
            if (list) {
                puts(full_name(test));
            } else if (in_place) {
                child_run(test, report);
                return 0;
            } else {
                run(test);
            }
        }
    if (list)
        return 0;
    printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
    return failed > 0;
}
