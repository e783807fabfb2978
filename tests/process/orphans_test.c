/* orphans_test.c: children that were let go, where descriptors are short and where the program forks. */
#include "process/children.h"
#include "support/denied.h"

#include <dirent.h>
#include <sys/resource.h>

#include "base/atomic.h"
#include "base/macros.h"
#include "sched/asleep.h"

/* Children without a handle. */
static void begin_sleeps(edo_process **child, pid_t *pid, int count)
{
    for (int i = 0; i < count; i++) {
        child[i] = begin(&(edo_command){.program = "sleep", .args = EDO_ARGS("1800")});
        pid[i] = edo_process_id(child[i]);
    }
}

EDO_TEST_BOTH(a_released_child_is_waited_for_when_descriptors_are_short)
{
    edo_process *child = begin_cat();
    edo_pipe_sender *in = edo_process_take_stdin(child);
    pid_t pid = edo_process_id(child);
    struct rlimit before, none;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    edo_process_release(child);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    edo_pipe_sender_close(in);
    task_wait_until(is_gone(pid));
}

/* How many descriptors of a kind this process has. */
static int descriptors(const char *kind)
{
    DIR *list = opendir("/proc/self/fd");
    int count = 0;

    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list));) {
        char target[64] = {0};
        if (readlinkat(dirfd(list), entry->d_name, target, sizeof target - 1) > 0)
            count += strstr(target, kind) != NULL;
    }
    closedir(list);
    return count;
}

static int pidfds(void)
{
    return descriptors("pidfd");
}

/* Those of a child of fork(2), which also has none of this process's threads. */
static int descriptors_in_a_fork(const char *kind)
{
    int status;
    pid_t forked = fork();

    if (forked == 0)
        _exit(descriptors(kind) + 100 * (int)a_load(&asleep_harmless_threads, relaxed));
    assert_int_equal(waitpid(forked, &status, 0), forked);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

EDO_TEST(a_child_needs_a_descriptor_and_no_thread)
{
    int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    edo_process *child;
    int threads = thread_count();

    if (self < 0)
        EDO_SKIP("no descriptors of processes here");
    close(self);
    child = begin_cat();
    assert_int_equal(pidfds(), 1);
    check_ends(child, 0, 0);
    edo_process_release(child);
    assert_int_equal(pidfds(), 0);
    pid_t own = fork();
    if (own == 0)
        _exit(3);
    assert_ok(edo_process_adopt(own, &child));
    assert_int_equal(pidfds(), 1);
    check_ends(child, 3, 0);
    edo_process_release(child);
    assert_int_equal(pidfds(), 0);
    assert_true(thread_count() <= threads);
}

EDO_TEST(a_forked_child_has_none_of_the_orphans)
{
    edo_process *child = begin_cat();
    edo_pipe_sender *in = edo_process_take_stdin(child);
    pid_t pid = edo_process_id(child);
    int sets = descriptors_in_a_fork("eventpoll");

    edo_process_release(child);
    assert_true(pidfds() <= 1); /* an old system has none */
    assert_int_equal(a_load(&asleep_harmless_threads, relaxed), 1);
    assert_int_equal(descriptors_in_a_fork("pidfd"), 0);
    assert_int_equal(descriptors_in_a_fork("eventpoll"), sets);
    edo_pipe_sender_close(in);
    task_wait_until(is_gone(pid));
}

/* What the thread that waits for them does. */

static pid_t its_thread(void)
{
    DIR *list = opendir("/proc/self/task");
    pid_t found = 0;

    assert_non_null(list);
    for (struct dirent *entry; !found && (entry = readdir(list));) {
        char path[300], name[32] = {0};
        snprintf(path, sizeof path, "/proc/self/task/%s/comm", entry->d_name);
        FILE *file = *entry->d_name == '.' ? NULL : fopen(path, "r");
        if (file && fgets(name, sizeof name, file) && strcmp(name, "edo-orphans\n") == 0)
            found = (pid_t)strtol(entry->d_name, NULL, 10);
        if (file)
            fclose(file);
    }
    closedir(list);
    return found;
}

/* How often it went to sleep. */
static long sleeps_of(pid_t tid)
{
    char path[64], line[128];
    long count = 0;

    snprintf(path, sizeof path, "/proc/self/task/%d/status", (int)tid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "voluntary_ctxt_switches: %ld", &count);
    if (file)
        fclose(file);
    return count;
}

/* Found asleep each time, as one that asks all the time never is. */
static bool is_asleep(pid_t tid)
{
    for (int i = 0; i < 20; i++)
        if (state_of(tid) != 'S')
            return false;
    return tid > 0;
}

EDO_TEST(orphans_keep_nobody_awake)
{
    edo_process *child[2];
    pid_t pid[2];
    tracing other;

    begin_sleeps(child, pid, 2);
    edo_process_release(child[0]);
    task_wait_until(is_asleep(its_thread()));
    kill_one(pid[0], SIGKILL);
    task_wait_until(is_gone(pid[0]) && !its_thread());
    assert_int_equal(a_load(&asleep_harmless_threads, relaxed), 0);
    if (!begin_tracer(&other, pid[1]))
        EDO_SKIP("one may not trace here");
    edo_process_release(child[1]);
    kill_one(pid[1], SIGKILL);
    task_wait_until(state_of(pid[1]) == 'Z'); /* of which it is told, and it is the tracer's */
    long before = sleeps_of(its_thread());
    task_wait_until(sleeps_of(its_thread()) >= before + 3);
    end_tracer(&other);
    task_wait_until(is_gone(pid[1]) && !its_thread());
}

/* What the epoll sets of this process wait for. */
static int registrations(void)
{
    DIR *list = opendir("/proc/self/fdinfo");
    int count = 0;

    assert_non_null(list);
    for (struct dirent *entry; (entry = readdir(list));) {
        char path[300], line[256];
        snprintf(path, sizeof path, "/proc/self/fdinfo/%s", entry->d_name);
        FILE *file = *entry->d_name == '.' ? NULL : fopen(path, "r");
        while (file && fgets(line, sizeof line, file))
            count += strncmp(line, "tfd:", 4) == 0;
        if (file)
            fclose(file);
    }
    closedir(list);
    return count;
}

/* A process with this one's descriptors, in which no handler of fork(2) has run. */
static pid_t begin_holder(void)
{
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    if (pid == 0)
        for (syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);;)
            syscall(SYS_ppoll, NULL, 0, NULL, NULL, 0);
    return pid;
}

EDO_TEST(who_has_ended_is_in_no_set_though_another_process_has_the_descriptor)
{
    edo_process *child[2];
    pid_t pid[2];

    begin_sleeps(child, pid, 2);
    for (int i = 0; i < 2; i++)
        edo_process_release(child[i]);
    int before = registrations();
    pid_t holder = begin_holder();
    kill_one(pid[0], SIGKILL);
    task_wait_until(is_gone(pid[0]));
    task_wait_until(registrations() == before - 1);
    kill_one(holder, SIGKILL);
    assert_int_equal(waitpid(holder, NULL, 0), holder);
    kill_one(pid[1], SIGKILL);
    task_wait_until(is_gone(pid[1]));
}

/* Where the system refuses what they need. */

typedef struct late_release {
    edo_process *child;
    bool may; /* atomic */
} late_release;

static void *release_when_it_may(void *arg)
{
    late_release *r = arg;

    wait_until(a_load(&r->may, acquire));
    edo_process_release(r->child);
    return NULL;
}

EDO_TEST(orphans_are_waited_for_with_the_next_where_there_is_no_thread)
{
    edo_process *child[3];
    pid_t pid[3];
    int before = open_fds(), sets = descriptors("eventpoll");

    begin_sleeps(child, pid, 3);
    late_release last = {.child = child[2]};
    pthread_t other = start_thread(release_when_it_may, &last); /* which may begin threads */
    if (!deny(DENIED_THREADS))
        EDO_SKIP(DENIED_SKIP);
    edo_process_release(child[0]);
    kill_one(pid[0], SIGKILL);
    task_wait_until(state_of(pid[0]) == 'Z');
    edo_process_release(child[1]);
    assert_true(is_gone(pid[0]));
    assert_int_equal(a_load(&asleep_harmless_threads, relaxed), 0);
    assert_int_equal(descriptors("eventpoll"), sets); /* nobody waits in one */
    kill_one(pid[1], SIGKILL);
    a_store(&last.may, true, release);
    join_thread(other);
    kill_one(pid[2], SIGKILL);
    task_wait_until(has_no_children() && open_fds() == before);
}

EDO_TEST(orphans_that_find_no_place_in_the_set_are_looked_at)
{
    edo_process *child[3];
    pid_t pid[3];

    begin_sleeps(child, pid, 3);
    edo_process_release(child[0]); /* its thread may use the set */
    int before = registrations();
    if (!deny(DENIED_IF(SYS_epoll_ctl, ENOSPC)))
        EDO_SKIP(DENIED_SKIP);
    edo_process_release(child[1]);
    assert_int_equal(registrations(), before);
    for (int i = 0; i < 2; i++) {
        kill_one(pid[i], SIGKILL);
        task_wait_until(is_gone(pid[i]));
    }
    task_wait_until(!its_thread());
    edo_process_release(child[2]); /* and the next thread may not */
    task_wait_until(its_thread() > 0);
    kill_one(pid[2], SIGKILL);
    task_wait_until(is_gone(pid[2]));
}

/* Numbers. */

enum { IS_FORBIDDEN = 77 };

/* 0: its number is ours, and not the one it has in its own namespace. No signal is sent. */
static int begin_inside(void *arg)
{
    edo_process *child;

    (void)arg;
    if (unshare(CLONE_NEWPID) < 0)
        return IS_FORBIDDEN;
    if (edo_command_spawn(&(edo_command){.program = "cat", .in = EDO_STDIO_PIPE}, &child) < 0)
        return 1;
    pid_t pid = edo_process_id(child);
    int rc = pid <= 1 || kill(pid, 0) < 0 ? 2 : 0;
    if (edo_process_wait(child, NULL) < 0)
        rc = 3;
    edo_process_release(child);
    return rc;
}

static int run_inside(void)
{
    edo_runtime *runtime;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime) < 0)
        return 4;
    int rc = edo_block_on(runtime, begin_inside, NULL);
    return edo_runtime_free(runtime) < 0 ? 5 : rc;
}

EDO_TEST_PLAIN(a_child_in_a_namespace_of_its_own_has_our_number_for_it)
{
    int status;
    pid_t forked = fork();

    if (forked == 0)
        _exit(run_inside());
    assert_int_equal(waitpid(forked, &status, 0), forked);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == IS_FORBIDDEN)
        EDO_SKIP("no namespaces of processes here");
    assert_int_equal(WEXITSTATUS(status), 0);
}
