/*
 * runner.c: what a trial's process does, and how it is judged.
 *
 * Cold    a process that has never used the library: so what is done once in a process fails as
 *         well. After the run with faults comes one without, in which nothing may go wrong; then
 *         nothing may be left: no descriptor, no thread; and of the memory exactly as much as
 *         after two runs without faults. With several threads that amount depends on who was
 *         faster; what nobody can reach any more is LeakSanitizer's to find, in that build.
 * Warm    one process that has run the scenario before, and then with each fault in turn. What
 *         each leaked would add up: it has to come to a round in which nothing grows.
 */
#include "faults/runner.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/macros.h"

enum { LIMIT_S = 10, WARM_LIMIT_S = 60, WARM_ROUNDS = 6, EACH_UP_TO = 24 };

static trial_report *report;
static int log_fd; /* what a trial says on stderr */
/* Of the scenario that was measured: what it leaves of a process's memory, and what it calls. */
static fault_ledger clean;
static uint64_t calls_made;

static unsigned scale(void)
{
    const char *text = getenv("EDO_TEST_SCALE");
    int n = text ? atoi(text) : 1;

    return n > 1 ? (unsigned)n : 1;
}

void runner_init(void)
{
    report = mmap(NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    log_fd = memfd_create("faults", MFD_CLOEXEC);
    if (report == MAP_FAILED || log_fd < 0) {
        perror("faults");
        exit(2);
    }
}

/* ---- in the child ------------------------------------------------------------------------- */

static unsigned entries(const char *path)
{
    DIR *dir = opendir(path);
    unsigned count = 0;

    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count;
}

/* Those for look-ups belong to no runtime, and stay for a while. */
static unsigned threads_for_lookups(void)
{
    DIR *dir = opendir("/proc/self/task");
    unsigned count = 0;
    struct dirent *thread;

    while (dir && (thread = readdir(dir))) {
        char path[300], name[32] = "";
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", thread->d_name);
        FILE *file = fopen(path, "re");
        if (!file)
            continue;
        count += fgets(name, sizeof name, file) && strcmp(name, "edo-lookup\n") == 0;
        fclose(file);
    }
    if (dir)
        closedir(dir);
    return count;
}

/* A thread that nobody joins may still be on its way out. */
static bool is_alone(void)
{
    struct timespec nap = {.tv_nsec = 1000000};

    for (int i = 0; i < 1000; i++) {
        if (entries("/proc/self/task") == 3 + threads_for_lookups())
            return true;
        nanosleep(&nap, NULL);
    }
    return false;
}

static unsigned map_entries(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    unsigned lines = 0;
    int c;

    while (maps && (c = getc(maps)) != EOF)
        lines += c == '\n';
    if (maps)
        fclose(maps);
    return lines;
}

/* Who has woken a runtime's task from outside holds the runtime for a moment more; and a thread that begins is
 * not detached yet. */
static fault_ledger settled_ledger(void)
{
    struct timespec nap = {.tv_nsec = 1000000};
    fault_ledger held = fault_holds();

    for (int i = 0; i < 1000 && (held.descriptors != 0 || held.threads != 0); i++) {
        nanosleep(&nap, NULL);
        held = fault_holds();
    }
    return held;
}

static void check_nothing_left(unsigned fds)
{
    fault_ledger held = settled_ledger();

    if (held.descriptors != 0 || entries("/proc/self/fd") != fds)
        trial_fail("at the end", "%d descriptors are left", (int)held.descriptors);
    if (held.threads != 0 || !is_alone())
        trial_fail("at the end", "%d threads are left", (int)held.threads);
}

static fault_plan plan_for(const target *t, uint32_t first, uint32_t times)
{
    return (fault_plan){
        .calls = t->calls, .error = t->error, .first = first, .times = times, .after = t->after};
}

static int told_as(const target *t)
{
    return -(t->told ? t->told : t->error);
}

/* One run; how many faults it had. */
static uint32_t run_once(const scenario *s, const target *t, const fault_plan *plan)
{
    trial_begin(report, plan, t ? told_as(t) : 0);
    s->run(s->kind);
    fault_lift();
    uint32_t fired = plan ? fault_fired() : 0;
    report->fired += fired;
    return fired;
}

/* With a plan that fails nothing, the calls are noted. */
static void be_cold(const scenario *s, const target *t, const fault_plan *plan)
{
    unsigned fds = entries("/proc/self/fd");

    run_once(s, t, plan);
    check_nothing_left(fds);
    if (!trial_has_failed())
        run_once(s, NULL, NULL);
    check_nothing_left(fds);
    report->held = fault_holds();
    report->made = fault_made();
}

/* Each call that a run makes; of many, ever fewer. */
static uint32_t next_number(uint32_t k)
{
    return k < EACH_UP_TO ? k + 1 : k + k / 2;
}

static void one_warm_round(const scenario *s, const target *t, uint32_t times)
{
    fault_plan plan = plan_for(t, 1, times);

    while (!trial_has_failed() && run_once(s, t, &plan) > 0)
        plan.first = next_number(plan.first);
}

static bool has_grown(const fault_ledger *before, unsigned lines)
{
    fault_ledger now = fault_holds();

    return now.blocks > before->blocks || now.mappings > before->mappings ||
           (!HAS_ASAN && map_entries() > lines); /* its allocator maps as it pleases */
}

static void be_warm(const scenario *s, const target *t, uint32_t times)
{
    bool grew = true;
    unsigned fds = entries("/proc/self/fd");

    run_once(s, NULL, NULL);
    for (int round = 0; grew && round < WARM_ROUNDS && !trial_has_failed(); round++) {
        fault_ledger before = fault_holds();
        unsigned lines = map_entries();
        one_warm_round(s, t, times);
        grew = has_grown(&before, lines);
    }
    if (grew)
        trial_fail("in one process", "memory or mappings grow in each of %d rounds", WARM_ROUNDS);
    check_nothing_left(fds);
}

/* ---- in the parent ------------------------------------------------------------------------ */

static void show_log(void)
{
    char text[4096];
    ssize_t n;

    lseek(log_fd, 0, SEEK_SET);
    while ((n = read(log_fd, text, sizeof text)) > 0)
        fwrite(text, 1, (size_t)n, stdout);
}

static pid_t begin_child(unsigned limit_s)
{
    memset(report, 0, sizeof *report);
    if (ftruncate(log_fd, 0) < 0)
        perror("faults");
    lseek(log_fd, 0, SEEK_SET);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(log_fd, STDERR_FILENO);
        close(log_fd);
        alarm(limit_s * scale());
    }
    return pid;
}

/* Whether the child ended as it should; else says what `name` of the call was. */
static bool end_child(pid_t pid, const char *name)
{
    int status = 0;

    if (pid < 0 || waitpid(pid, &status, 0) != pid) {
        printf("%s: no process: %s\n", name, strerror(errno));
        return false;
    }
    if (!report->failed && WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return true;
    if (WIFSIGNALED(status))
        printf("%s: %s\n", name,
               WTERMSIG(status) == SIGALRM ? "hangs" : strsignal(WTERMSIG(status)));
    else
        printf("%s: %s\n", name, report->failed ? report->why : "see below");
    show_log();
    return false;
}

bool runner_measure(const scenario *s)
{
    fault_plan none = {.times = 0};
    pid_t pid = begin_child(LIMIT_S);

    if (pid == 0) {
        be_cold(s, NULL, &none);
        exit(0);
    }
    bool good = end_child(pid, s->name);
    clean = report->held;
    calls_made = report->made;
    return good;
}

bool runner_makes(const target *t)
{
    return t->calls & calls_made;
}

/* Whether the verdict on this fault is the one that was asked for. */
static bool is_as_it_should(const scenario *s, const target *t)
{
    enum verdict wanted = s->run == start_up ? t->at_start : t->verdict;

    if (report->fired == 0 || wanted == EITHER)
        return true;
    if ((report->reported > 0) == (wanted == TELLS))
        return true;
    printf("%s, %s %s: %s\n", s->name, t->name, edo_err_name(-t->error),
           wanted == TELLS ? "nobody was told of a fault" : "it was told, and should be borne");
    return false;
}

static bool has_clean_memory(const scenario *s, const char *name)
{
    if (s->kind != EDO_CURRENT_THREAD ||
        (report->held.blocks == clean.blocks && report->held.mappings == clean.mappings))
        return true;
    printf("%s: holds %+d blocks and %+d pages more than without\n", name,
           (int)(report->held.blocks - clean.blocks),
           (int)(report->held.mappings - clean.mappings));
    return false;
}

static bool try_cold(const scenario *s, const target *t, uint32_t first, uint32_t times)
{
    char name[160];
    fault_plan plan = plan_for(t, first, times);

    snprintf(name, sizeof name, "%s, %s %s, call %u, %u times", s->name, t->name,
             edo_err_name(-t->error), first, times);
    pid_t pid = begin_child(LIMIT_S);
    if (pid == 0) {
        be_cold(s, t, &plan);
        exit(0);
    }
    return end_child(pid, name) && is_as_it_should(s, t) && has_clean_memory(s, name);
}

static bool try_warm(const scenario *s, const target *t, uint32_t times)
{
    char name[160];

    snprintf(name, sizeof name, "%s, %s %s, in one process, %u times", s->name, t->name,
             edo_err_name(-t->error), times);
    pid_t pid = begin_child(WARM_LIMIT_S);
    if (pid == 0) {
        be_warm(s, t, times);
        exit(0);
    }
    return end_child(pid, name);
}

bool runner_try(const scenario *s, const target *t, uint32_t times, bool warm, tally *ret)
{
    *ret = (tally){0};
    for (uint32_t k = 1;; k = next_number(k)) {
        if (!try_cold(s, t, k, times))
            return false;
        if (report->fired == 0)
            break;
        ret->calls = k;
        ret->injected += report->fired;
        ret->told += report->reported;
        ret->borne += report->reported == 0;
    }
    return !warm || ret->calls == 0 || try_warm(s, t, times);
}
