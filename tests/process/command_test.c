/* command_test.c: starting programs. */
#include "process/children.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

EDO_TEST_BOTH(a_child_has_a_number_and_a_code) /* process-001 */
{
    edo_process *child = begin(&(edo_command){SHELL("exit 2")});

    assert_true(edo_process_id(child) > 0);
    check_ends(child, 2, 0);
    check_ends(child, 2, 0);
    assert_err(edo_process_id(child), -ESRCH);
    edo_process_release(child);
}

EDO_TEST_BOTH(a_missing_program_is_told_by_the_spawn) /* process-002 */
{
    int before = open_fds();
    edo_process *child = NULL;
    edo_command command = {
        .program = "/nowhere/at-all", .in = EDO_STDIO_PIPE, .out = EDO_STDIO_PIPE};

    assert_err(edo_command_spawn(&command, &child), -ENOENT);
    command.program = "edo-has-no-such-program";
    assert_err(edo_command_spawn(&command, &child), -ENOENT);
    command.program = "";
    assert_err(edo_command_spawn(&command, &child), -ENOENT);
    command.program = "/etc/passwd";
    assert_err(edo_command_spawn(&command, &child), -EACCES);
    assert_null(child);
    assert_true(has_no_children());
    task_wait_until(open_fds() == before); /* the monitor may read a file just now */
    assert_err(edo_command_spawn(NULL, &child), -EINVAL);
    assert_err(edo_command_spawn(&(edo_command){0}, &child), -EINVAL);
    assert_err(edo_command_spawn(&command, NULL), -EINVAL);
}

EDO_TEST_BOTH(failed_spawns_leave_other_children_alone) /* process-003 */
{
    edo_command missing = {.program = "/nowhere/at-all"};
    edo_process *child = begin_cat(), *none;

    for (int i = 0; i < 100; i++)
        assert_err(edo_command_spawn(&missing, &none), -ENOENT);
    assert_err(edo_process_try_wait(child, NULL), -EAGAIN);
    check_ends(child, 0, 0);
    edo_process_release(child);
}

EDO_TEST_BOTH(arguments_arrive_as_they_are) /* process-004 */
{
    check_output(
        &(edo_command){.program = "sh",
                       .args = EDO_ARGS("-c", "for a; do printf '[%s]' \"$a\"; done", "name", "",
                                        " a  b ", "q'\"\\$x", "line\nline", "*")},
        "[][ a  b ][q'\"\\$x][line\nline][*]");
    check_output(&(edo_command){SHELL("printf %s \"$0\""), .arg0 = "test_string"}, "test_string");
    check_output(&(edo_command){.program = "pwd", .cwd = "/"}, "/\n"); /* no arguments at all */
}

EDO_TEST_BOTH(the_environment_is_the_callers_but_for_what_is_said) /* process-005 */
{
    edo_command show = {SHELL("printf '%s' \"${EDO_A-none}/${EDO_B-none}/${EDO_C-none}\"")};

    assert_int_equal(setenv("EDO_A", "a", 1) | setenv("EDO_B", "b", 1), 0);
    check_output(&show, "a/b/none");
    show.env = EDO_ARGS("EDO_A=1", "EDO_C=x=y", "EDO_A=2", "EDO_B");
    check_output(&show, "2/none/x=y");
    show.env = EDO_ARGS("EDO_B=", "EDO_AB=3");
    check_output(&show, "a//none");
    assert_string_equal(getenv("EDO_A"), "a");
    assert_string_equal(getenv("EDO_B"), "b");
    assert_null(getenv("EDO_C"));

    check_output(&(edo_command){.program = "env", .env_clear = true}, "");
    check_output(&(edo_command){.program = "env",
                                .env_clear = true,
                                .env = EDO_ARGS("ONE=1", "TWO", "ONE=2")},
                 "ONE=2\n");
}

EDO_TEST_BOTH(programs_are_searched_in_the_path) /* process-006 */
{
    char path[512];
    edo_command command = {.program = "edo-program"};
    edo_process *none;

    write_file(test_path("edo-program"), 0755, "#!/bin/sh\necho found\n");
    assert_int_equal(mkdir(test_path("denied"), 0755), 0);
    write_file(test_path("denied/edo-program"), 0644, "");
    assert_err(edo_command_spawn(&command, &none), -ENOENT);
    snprintf(path, sizeof path, "PATH=/nowhere::%s:%s:/bin", test_path("denied"), test_folder());
    command.env = EDO_ARGS(path); /* the child's, if it has one */
    check_output(&command, "found\n");
    snprintf(path, sizeof path, "PATH=%s:/nowhere", test_path("denied"));
    assert_err(edo_command_spawn(&command, &none), -EACCES);

    command.cwd = test_folder(); /* an empty one is where the child is */
    command.env = EDO_ARGS("PATH=:/bin");
    check_output(&command, "found\n");
    command.env = EDO_ARGS("PATH=/bin:");
    check_output(&command, "found\n");
    command.cwd = NULL;

    char *before = strdup(getenv("PATH"));
    snprintf(path, sizeof path, "%s:%s", before, test_folder());
    setenv("PATH", path, 1);
    command.env = NULL; /* else the caller's */
    check_output(&command, "found\n");
    command.env_clear = true;
    check_output(&command, "found\n");
    setenv("PATH", before, 1);
    free(before);

    edo_command slash = {.program = "./edo-program", .env = EDO_ARGS("PATH=/bin:/usr/bin")};
    assert_err(edo_command_spawn(&slash, &none), -ENOENT);
    slash.cwd = test_folder(); /* from where the child is */
    check_output(&slash, "found\n");
    slash.program = "denied/edo-program";
    assert_err(edo_command_spawn(&slash, &none), -EACCES);
    remove_folder();
}

EDO_TEST_BOTH(the_directory_is_the_childs) /* process-007 */
{
    char here[512];
    edo_process *none;

    assert_non_null(getcwd(here, sizeof here));
    check_output(&(edo_command){.program = "pwd", .cwd = "/usr/bin"}, "/usr/bin\n");
    char after[512];
    assert_string_equal(getcwd(after, sizeof after), here);
    assert_err(edo_command_spawn(&(edo_command){.program = "pwd", .cwd = "/nowhere"}, &none),
               -ENOENT);
    assert_true(has_no_children());
}

EDO_TEST(who_it_may_not_be_is_told_by_the_spawn) /* process-008 */
{
    const uid_t nobody = 65534, root = 0;
    const gid_t group = 65534, groups[] = {65534, 10};
    edo_command command = {SHELL("printf '%s %s %s' \"$(id -u)\" \"$(id -g)\" \"$(id -G)\""),
                           .uid = &nobody, .gid = &group};
    edo_process *none;

    if (geteuid() == 0) {
        assert_int_equal(syscall(SYS_setgroups, 2, (const gid_t[]){20, 30}), 0); /* this thread's */
        check_output(&command, "65534 65534 65534"); /* root's other groups aren't nobody's */
        command.groups = groups;
        command.group_count = 2;
        check_output(&command, "65534 65534 65534 10");
        assert_int_equal(syscall(SYS_setresgid, group, group, group), 0);
        assert_int_equal(syscall(SYS_setresuid, nobody, nobody, nobody), 0);
    }
    assert_err(edo_command_spawn(&(edo_command){.program = "true", .uid = &root}, &none), -EPERM);
    assert_err(edo_command_spawn(&(edo_command){.program = "true", .gid = &(gid_t){0}}, &none),
               -EPERM);
    assert_true(has_no_children());
}

EDO_TEST_BOTH(a_group_is_killed_as_one) /* process-009 */
{
    edo_process *first = begin(&(edo_command){SHELL("cat & cat; wait"), .in = EDO_STDIO_PIPE,
                                              .out = EDO_STDIO_PIPE, .leads_group = true});
    edo_process *second = begin(
        &(edo_command){.program = "cat", .in = EDO_STDIO_PIPE, .group = edo_process_id(first)});
    edo_process *detached =
        begin(&(edo_command){.program = "cat", .in = EDO_STDIO_PIPE, .detached = true});

    assert_int_equal(getpgid(edo_process_id(first)), edo_process_id(first));
    assert_int_equal(getpgid(edo_process_id(second)), edo_process_id(first));
    assert_int_equal(getsid(edo_process_id(detached)), edo_process_id(detached));
    assert_err(edo_process_kill_group(second, SIGKILL), -EINVAL);
    assert_err(edo_process_kill_group(first, -1), -EINVAL);
    assert_ok(edo_process_kill_group(first, SIGKILL));
    check_reads(edo_process_stdout(first), ""); /* its descendants had that too */
    check_ends(first, -1, SIGKILL);
    check_ends(second, -1, SIGKILL);
    assert_err(edo_process_try_wait(detached, NULL), -EAGAIN);
    assert_ok(edo_process_kill_group(detached, SIGTERM));
    check_ends(detached, -1, SIGTERM);
    assert_err(edo_process_kill_group(detached, 0), -ESRCH);
    edo_process_release(first);
    edo_process_release(second);
    edo_process_release(detached);
}

/* Whether the system can send a signal to what is left of a group. */
static bool groups_outlive_their_leaders(void)
{
    const unsigned to_group = 4; /* PIDFD_SIGNAL_PROCESS_GROUP, of Linux 6.9 */
    int self = (int)syscall(SYS_pidfd_open, getpid(), 0);
    bool can = self >= 0 && syscall(SYS_pidfd_send_signal, self, 0, NULL, to_group) == 0;

    if (self >= 0)
        close(self);
    return can;
}

EDO_TEST_BOTH(a_group_without_its_leader_can_be_killed)
{
    bool can = groups_outlive_their_leaders();
    int fds[2];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    edo_process *child =
        begin(&(edo_command){SHELL("cat <&3 & exit 0"), .fds = &(edo_command_fd){fds[0], 3},
                             .fd_count = 1, .out = EDO_STDIO_PIPE, .leads_group = true});
    close(fds[0]);
    check_ends(child, 0, 0);
    assert_err(edo_process_kill_group(child, SIGKILL), can ? 0 : -ESRCH);
    if (!can)
        close(fds[1]);
    check_reads(edo_process_stdout(child), ""); /* the `cat` had that too */
    if (can)
        close(fds[1]);
    edo_process_release(child);
}

EDO_TEST(who_a_child_is_changes_nothing_of_the_caller)
{
    const uid_t user = geteuid() == 0 ? 65534 : geteuid();
    edo_command command = {SHELL("id -u"), .uid = &user};
    char text[16];

    snprintf(text, sizeof text, "%d\n", (int)user);
    assert_int_equal(prctl(PR_SET_DUMPABLE, 1), 0);
    check_output(&command, text);
    assert_int_equal(prctl(PR_GET_DUMPABLE), 1);
    assert_int_equal(prctl(PR_SET_DUMPABLE, 0), 0);
    check_output(&command, text);
    assert_int_equal(prctl(PR_GET_DUMPABLE), 0);
    assert_int_equal(prctl(PR_SET_DUMPABLE, 1), 0);
}

static int note_number(void *arg)
{
    *(pid_t *)arg = getpid();
    return write(1, "hook\n", 5) == 5 ? 0 : -EIO;
}

static int refuse(void *arg)
{
    return *(int *)arg;
}

static int
    step; /* atomic: 1: the child is somebody else, in our memory; 2: there was a fork meanwhile */

static int wait_for_a_fork(void *arg)
{
    for (__atomic_store_n(&step, 1, __ATOMIC_SEQ_CST);
         __atomic_load_n(&step, __ATOMIC_SEQ_CST) != 2;)
        ;
    return *(int *)arg;
}

static void *fork_meanwhile(void *arg)
{
    int status;

    wait_until(__atomic_load_n(&step, __ATOMIC_SEQ_CST) == 1);
    pid_t pid = fork();
    if (pid == 0)
        _exit(prctl(PR_GET_DUMPABLE));
    __atomic_store_n(&step, 2, __ATOMIC_SEQ_CST);
    *(int *)arg = waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return NULL;
}

EDO_TEST(who_a_child_is_changes_nothing_of_a_fork_meanwhile)
{
    const uid_t user = geteuid() == 0 ? 65534 : geteuid();
    int rc = 0, flag = -1;
    edo_command command = {
        .program = "true", .uid = &user, .pre_exec = wait_for_a_fork, .pre_exec_arg = &rc};

    assert_int_equal(prctl(PR_SET_DUMPABLE, 1), 0);
    pthread_t other = start_thread(fork_meanwhile, &flag);
    edo_process *child = begin(&command);
    join_thread(other);
    assert_int_equal(flag, 1);
    check_ends(child, 0, 0);
    edo_process_release(child);
}

EDO_TEST_BOTH(a_hook_runs_in_the_child) /* process-010 */
{
    pid_t number = 0;
    int why = -EDO_ELAGGED;
    edo_process *none,
        *child = begin(&(edo_command){SHELL("echo program"), .out = EDO_STDIO_PIPE, .cwd = "/",
                                      .pre_exec = note_number, .pre_exec_arg = &number});

    assert_int_equal(number, edo_process_id(child));
    check_reads(edo_process_stdout(child), "hook\nprogram\n");
    check_ends(child, 0, 0);
    edo_process_release(child);
    edo_command refused = {.program = "true", .pre_exec = refuse, .pre_exec_arg = &why};
    assert_err(edo_command_spawn(&refused, &none), -EDO_ELAGGED);
    why = 7; /* which is no answer */
    assert_err(edo_command_spawn(&refused, &none), -EINVAL);
    assert_true(has_no_children());
}

EDO_TEST_PLAIN(a_spawn_needs_a_runtime) /* process-011 */
{
    edo_process *none;

    assert_err(edo_command_spawn(&(edo_command){.program = "true"}, &none), -EDO_ENORUNTIME);
    assert_err(edo_process_adopt(getpid(), &none), -EDO_ENORUNTIME);
    assert_true(has_no_children());
}

EDO_TEST(a_child_begins_with_no_signal_ignored_or_blocked) /* process-036 */
{
    sigset_t all, now;
    int signals[] = {SIGTERM, SIGHUP, SIGPIPE, SIGRTMIN, SIGRTMAX};

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        signal(signals[i], SIG_IGN);
        edo_process *child = begin_cat();
        assert_ok(edo_process_signal(child, signals[i]));
        check_ends(child, -1, signals[i]);
        edo_process_release(child);
        assert_true(signal(signals[i], SIG_DFL) == SIG_IGN); /* the caller's are as they were */
    }
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    assert_true(sigismember(&now, SIGTERM) && sigismember(&now, SIGRTMAX));
}

/* Of this thread, as the kernel has it: libc's own signals too. */
static uint64_t blocked_signals(void)
{
    uint64_t mask = 0;

    assert_int_equal(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof mask), 0);
    return mask;
}

EDO_TEST(a_spawn_leaves_the_callers_blocked_signals_as_they_were)
{
    edo_process *child, *none;
    sigset_t one;

    sigemptyset(&one);
    sigaddset(&one, SIGUSR2);
    pthread_sigmask(SIG_BLOCK, &one, NULL);
    uint64_t before = blocked_signals();
    assert_ok(edo_command_spawn(&(edo_command){.program = "true"}, &child));
    assert_int_equal(blocked_signals(), before);
    assert_err(edo_command_spawn(&(edo_command){.program = "/nowhere/at-all"}, &none), -ENOENT);
    assert_int_equal(blocked_signals(), before);
    check_ends(child, 0, 0);
    edo_process_release(child);
}
