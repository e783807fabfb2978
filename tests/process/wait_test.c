/* wait_test.c: waiting for children, killing them, letting them go. */
#include "process/children.h"

#include <fcntl.h>
#include <sys/resource.h>

static edo_process *begin_sleep(void)
{
    return begin(&(edo_command){.program = "sleep", .args = EDO_ARGS("1800")});
}

static int64_t wait_to_end(edo_process_wait_future *wait)
{
    task_wait_until(edo_test_poll(&wait->base) == EDO_READY);
    return wait->base.result;
}

/* For what is opened next, as in a program without a standard input; what was there. */
static int free_number_0(void)
{
    int in = fcntl(0, F_DUPFD_CLOEXEC, 3);

    close(0);
    return in;
}

static void take_number_0(int in)
{
    dup2(in, 0);
    close(in);
}

static bool is_free(int fd)
{
    return fcntl(fd, F_GETFD) < 0 && errno == EBADF;
}

/* Runs `fn` in a runtime of its own, which is gone afterwards. */
static void in_a_runtime(int (*fn)(void *arg), void *arg)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, fn, arg));
    assert_ok(edo_runtime_free(runtime));
}

static int begin_there(void *arg)
{
    edo_process **child = arg;

    child[0] = begin_sleep();
    child[1] = begin_sleep(); /* for which somebody has waited there */
    edo_process_wait_future wait = edo_process_wait_async(child[1], NULL);
    assert_pending(&wait.base);
    edo_future_cancel(&wait.base);
    assert_err((int)wait_to_end(&wait), -ECANCELED);
    return 0;
}

static int kill_there(void *arg)
{
    edo_process **child = arg;

    for (int i = 0; i < 2; i++) {
        edo_process_wait_future wait = edo_process_wait_async(child[i], NULL);
        assert_pending(&wait.base);
        assert_ok(edo_process_start_kill(child[i]));
        assert_ok((int)wait_to_end(&wait));
        check_ends(child[i], -1, SIGKILL);
        edo_process_release(child[i]);
    }
    return 0;
}

EDO_TEST_PLAIN(a_child_outlives_its_runtime) /* process-012 */
{
    edo_process *child[2];

    in_a_runtime(begin_there, child);
    in_a_runtime(kill_there, child);
    assert_true(has_no_children());
}

/* A driver that one waits by, of a runtime that ends. */
static edo_process *shared;
static unsigned stage; /* atomic */

static int wait_first(void *arg)
{
    (void)arg;
    edo_process_wait_future wait = edo_process_wait_async(shared, NULL);
    assert_pending(&wait.base);
    __atomic_store_n(&stage, 1, __ATOMIC_SEQ_CST);
    wait_until(__atomic_load_n(&stage, __ATOMIC_SEQ_CST) == 2);
    edo_future_cancel(&wait.base);
    assert_err((int)wait_to_end(&wait), -ECANCELED);
    return 0;
}

static void *run_beside(void *arg)
{
    in_a_runtime(wait_first, arg);
    return NULL;
}

static int wait_second(void *arg)
{
    shared = begin_sleep();
    pthread_t first = start_thread(run_beside, arg);
    wait_until(__atomic_load_n(&stage, __ATOMIC_SEQ_CST) == 1);
    edo_process_wait_future wait = edo_process_wait_async(shared, NULL);
    int in = free_number_0();
    assert_pending(&wait.base); /* while the other waits, by a second descriptor */
    assert_true(fcntl(0, F_GETFD) >= 0);
    __atomic_store_n(&stage, 2, __ATOMIC_SEQ_CST);
    join_thread(first);
    assert_pending(&wait.base);
    assert_ok(edo_process_start_kill(shared));
    assert_ok((int)wait_to_end(&wait));
    assert_true(is_free(0));
    take_number_0(in);
    edo_process_release(shared);
    return 0;
}

EDO_TEST_PLAIN(a_wait_goes_on_when_the_drivers_runtime_ends) /* process-012 */
{
    in_a_runtime(wait_second, NULL);
    assert_true(has_no_children());
}

/* Runtimes of one thread: while one runs, nobody polls another's driver. */
static edo_process *between[2];
static edo_process_wait_future left[2];

/* Waits on when the runtime's thread is elsewhere. */
static void leave_waiting(edo_runtime *in, int which, edo_process *child)
{
    edo_handle *handle = edo_runtime_handle(in);
    edo_enter_guard guard;

    assert_ok(edo_enter(handle, &guard));
    left[which] = edo_process_wait_async(child, NULL);
    assert_pending(&left[which].base);
    edo_leave(&guard);
    edo_handle_unref(handle);
}

static edo_runtime *begin_two(void)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, begin_there, between));
    return runtime;
}

static int cut_here(void *arg)
{
    edo_future_cancel(&left[0].base);
    assert_err((int)wait_to_end(&left[0]), -ECANCELED);
    (void)arg;
    return 0;
}

static int kill_elsewhere(void *arg)
{
    (void)arg;
    for (int i = 0; i < 2; i++) {
        edo_process_wait_future wait = edo_process_wait_async(between[i], NULL);
        assert_pending(&wait.base);
        assert_ok(edo_process_start_kill(between[i]));
        assert_ok((int)edo_timeout(&wait.base, EDO_SECONDS(10)));
    }
    return 0;
}

static int end_here(void *arg)
{
    (void)arg;
    assert_ok((int)wait_to_end(&left[1]));
    return 0;
}

EDO_TEST_PLAIN(a_wait_needs_no_runtime_but_its_own)
{
    edo_runtime *first = begin_two();

    for (int i = 0; i < 2; i++)
        leave_waiting(first, i, between[i]);
    assert_ok(edo_block_on(first, cut_here, NULL));
    int fds = open_fds();
    in_a_runtime(kill_elsewhere, NULL);
    wait_until(open_fds() <= fds);
    assert_ok(edo_block_on(first, end_here, NULL));
    for (int i = 0; i < 2; i++)
        edo_process_release(between[i]);
    assert_ok(edo_runtime_free(first));
    assert_true(has_no_children());
}

static int go_on_elsewhere(void *arg)
{
    (void)arg;
    for (int i = 2; i-- > 0;)
        assert_pending(&left[i].base);
    assert_ok(edo_process_start_kill(between[0]));
    for (int i = 0; i < 2; i++)
        assert_ok((int)wait_to_end(&left[i]));
    return 0;
}

EDO_TEST_PLAIN(waits_go_on_in_another_runtime)
{
    edo_runtime *first = begin_two();

    for (int i = 0; i < 2; i++)
        leave_waiting(first, i, between[0]);
    assert_ok(edo_runtime_free(first));
    in_a_runtime(go_on_elsewhere, NULL);
    assert_ok(edo_process_start_kill(between[1]));
    for (int i = 0; i < 2; i++)
        edo_process_release(between[i]);
    wait_until(has_no_children());
}

static int run_ten(void *arg)
{
    edo_process *child[10];

    (void)arg;
    for (int i = 0; i < 10; i++)
        child[i] = begin_cat();
    for (int i = 0; i < 10; i++)
        edo_pipe_sender_close(edo_process_take_stdin(child[i]));
    for (int i = 0; i < 10; i++) {
        check_ends(child[i], 0, 0);
        edo_process_release(child[i]);
    }
    return 0;
}

EDO_TEST_BOTH(no_end_is_missed) /* process-031 */
{
    edo_task tasks[10];

    for (int i = 0; i < 10; i++)
        assert_ok(edo_spawn(run_ten, NULL, &tasks[i]));
    for (int i = 0; i < 10; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_true(has_no_children());
}

EDO_TEST_BOTH(one_may_ask_without_waiting) /* process-032 */
{
    edo_process *child = begin_cat();
    edo_exit_status status = {.code = 5};

    assert_err(edo_process_try_wait(child, &status), -EAGAIN);
    assert_int_equal(status.code, 5);
    assert_non_null(edo_process_stdin(child));
    edo_pipe_sender_close(edo_process_take_stdin(child));
    task_wait_until(edo_process_try_wait(child, &status) == 0);
    assert_int_equal(status.code, 0);
    assert_ok(edo_process_try_wait(child, &status));
    assert_err(edo_process_try_wait(NULL, &status), -EINVAL);
    edo_process_release(child);
}

static int allow_cores(void *arg)
{
    struct rlimit limit;

    (void)arg;
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_CORE, &limit);
    return 0;
}

/* Whether a child that does the same leaves a core here. */
static bool cores_are_dumped(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        allow_cores(NULL);
        assert_int_equal(chdir(test_folder()), 0);
        signal(SIGQUIT, SIG_DFL);
        raise(SIGQUIT);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WCOREDUMP(status);
}

EDO_TEST(a_death_by_a_signal_is_told_apart) /* process-033 */
{
    edo_exit_status status;
    int signals[] = {SIGTERM, SIGKILL};

    for (int i = 0; i < 2; i++) {
        edo_process *child = begin_sleep();
        assert_ok(edo_process_signal(child, signals[i]));
        assert_ok(edo_process_wait(child, &status));
        assert_int_equal(status.code, -1);
        assert_int_equal(status.signal, signals[i]);
        assert_false(status.dumped_core);
        assert_false(edo_exit_is_success(status));
        edo_process_release(child);
    }
    bool dumps = cores_are_dumped();
    edo_command aborts = {SHELL("kill -QUIT $$"), .cwd = test_folder(), .pre_exec = allow_cores};
    assert_ok(edo_command_status(&aborts, &status));
    assert_int_equal(status.signal, SIGQUIT);
    assert_int_equal(status.dumped_core, dumps);
    remove_folder();
}

EDO_TEST_BOTH(a_kill_waits_and_may_come_late) /* process-034 */
{
    edo_process *child = begin_sleep();
    edo_process_wait_future wait = edo_process_wait_async(child, NULL);

    assert_pending(&wait.base);
    assert_ok(edo_process_start_kill(child));
    assert_ok((int)wait_to_end(&wait));
    assert_ok(edo_process_kill(child));
    assert_ok(edo_process_start_kill(child));
    check_ends(child, -1, SIGKILL);
    edo_process_release(child);

    child = begin_sleep();
    pid_t pid = edo_process_id(child);
    assert_ok(edo_process_kill(child));
    assert_true(is_gone(pid));
    check_ends(child, -1, SIGKILL);
    edo_process_release(child);
    assert_err(edo_process_kill(NULL), -EINVAL);
    assert_err(edo_process_start_kill(NULL), -EINVAL);
}

EDO_TEST_BOTH(signal_0_only_looks) /* process-035 */
{
    edo_process *child = begin_sleep();

    assert_ok(edo_process_signal(child, 0));
    assert_err(edo_process_signal(child, -1), -EINVAL);
    assert_err(edo_process_signal(child, 4096), -EINVAL);
    assert_err(edo_process_try_wait(child, NULL), -EAGAIN);
    assert_ok(edo_process_kill(child));
    assert_err(edo_process_signal(child, 0), -ESRCH);
    assert_err(edo_process_signal(child, SIGTERM), -ESRCH);
    assert_err(edo_process_signal(child, -1), -EINVAL);
    edo_process_release(child);
}

EDO_TEST_BOTH(a_release_kills_the_child_and_not_its_children) /* process-037 */
{
    int fds[2];
    char begun[8] = {0};

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    edo_process *child = begin(&(edo_command){
        SHELL("cat <&3 & echo begun; wait; echo the shell"), .out = EDO_STDIO_PIPE,
        .fds = &(edo_command_fd){fds[0], 3}, .fd_count = 1, .kills_on_release = true});
    edo_pipe_receiver *out = edo_process_take_stdout(child);
    pid_t pid = edo_process_id(child);
    close(fds[0]);
    assert_int_equal(edo_pipe_read(out, begun, sizeof begun), 6);
    edo_process_release(child);
    task_wait_until(is_gone(pid));
    assert_int_equal(write(fds[1], "grandchild", 10), 10);
    close(fds[1]);
    check_reads(out, "grandchild");
    edo_pipe_receiver_close(out);
}

EDO_TEST_BOTH(a_released_child_lives_on_and_leaves_no_zombie) /* process-038 process-047 */
{
    edo_process *child[3];
    edo_pipe_sender *in[3];
    pid_t pid[3];

    for (int i = 0; i < 3; i++) {
        child[i] = begin_cat();
        in[i] = edo_process_take_stdin(child[i]);
        pid[i] = edo_process_id(child[i]);
        edo_process_release(child[i]);
    }
    for (int i = 0; i < 3; i++)
        assert_false(is_gone(pid[i]));
    for (int i = 0; i < 3; i++) {
        edo_pipe_sender_close(in[i]);
        task_wait_until(is_gone(pid[i]));
    }
    edo_process_release(NULL);
}

static unsigned ends_told; /* atomic */

static void count_end(int signo)
{
    (void)signo;
    __atomic_fetch_add(&ends_told, 1, __ATOMIC_SEQ_CST);
}

EDO_TEST_BOTH(the_programs_own_sigchld_is_left_alone) /* process-039 */
{
    struct sigaction mine = {.sa_handler = count_end, .sa_flags = SA_RESTART}, now;

    assert_int_equal(sigaction(SIGCHLD, &mine, NULL), 0);
    pid_t own = fork();
    if (own == 0)
        _exit(9);
    for (int i = 0; i < 3; i++) {
        edo_process *child = begin_cat();
        if (i < 2)
            check_ends(child, 0, 0);
        edo_process_release(child);
    }
    int status;
    assert_int_equal(waitpid(own, &status, 0), own);
    assert_int_equal(WEXITSTATUS(status), 9);
    check_nobody_is_left();
    assert_int_equal(sigaction(SIGCHLD, NULL, &now), 0);
    assert_true(now.sa_handler == count_end && now.sa_flags & SA_RESTART);
    task_wait_until(__atomic_load_n(&ends_told, __ATOMIC_SEQ_CST) > 0);
}

EDO_TEST_BOTH(a_wait_may_have_a_limit) /* process-040 */
{
    edo_process *child = begin_sleep();
    edo_process_wait_future wait = edo_process_wait_async(child, NULL);

    assert_err((int)edo_timeout(&wait.base, EDO_MILLIS(2)), -ETIMEDOUT);
    assert_err(edo_process_try_wait(child, NULL), -EAGAIN);
    assert_ok(edo_process_start_kill(child));
    check_ends(child, -1, SIGKILL);
    edo_process_release(child);
}

EDO_TEST_BOTH(a_cancelled_wait_takes_nothing) /* process-041 */
{
    edo_process *child = begin_sleep();
    edo_exit_status status = {.code = 5};
    edo_process_wait_future wait = edo_process_wait_async(child, &status);
    edo_process_wait_future ended = edo_process_wait_async(child, &status);

    assert_pending(&wait.base);
    edo_future_cancel(&wait.base);
    assert_err((int)wait_to_end(&wait), -ECANCELED);
    assert_pending(&ended.base);
    pid_t pid = edo_process_id(child);
    assert_ok(edo_process_start_kill(child));
    siginfo_t info = {0};
    task_wait_until(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT | WNOHANG) == 0 &&
                    info.si_pid == pid);
    edo_future_cancel(&ended.base); /* after the end, before anybody has looked */
    if (wait_to_end(&ended) == 0)   /* unless the driver has looked: then it stands */
        assert_int_equal(status.signal, SIGKILL);
    else
        assert_true(ended.base.result == -ECANCELED && status.code == 5);
    check_ends(child, -1, SIGKILL);
    edo_process_release(child);
}

/* Whether this process may trace another. */
static bool strace_works(void)
{
    edo_command command = {.program = "strace",
                           .args = EDO_ARGS("-D", "true"),
                           .out = EDO_STDIO_NULL,
                           .err = EDO_STDIO_NULL};
    edo_exit_status status;

    return edo_command_status(&command, &status) == 0 && edo_exit_is_success(status);
}

/* Nonzero: the tracer of a process. */
static int tracer_of(pid_t pid)
{
    char path[64], line[128];
    int tracer = 0;

    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        sscanf(line, "TracerPid: %d", &tracer);
    if (file)
        fclose(file);
    return tracer;
}

EDO_TEST_BOTH(traced_children_are_waited_for) /* process-042 */
{
    edo_process *child[20];

    if (!strace_works())
        EDO_SKIP("strace doesn't work here");
    for (int i = 0; i < 20; i++)
        child[i] = begin(&(edo_command){.program = "strace",
                                        .args = EDO_ARGS("-o", "/dev/null", "-D", "sleep", "1800"),
                                        .err = EDO_STDIO_NULL});
    for (int i = 0; i < 20; i++) {
        task_wait_until(tracer_of(edo_process_id(child[i])) > 0);
        assert_ok(edo_process_signal(child[i], SIGINT));
    }
    for (int i = 0; i < 20; i++) {
        edo_exit_status status;
        assert_ok(edo_process_wait(child[i], &status));
        assert_false(edo_exit_is_success(status));
        edo_process_release(child[i]);
    }
}

EDO_TEST_BOTH(an_end_that_is_a_tracers_yet_is_waited_for) /* process-042 */
{
    edo_process *child = begin_sleep();
    edo_process_wait_future wait = edo_process_wait_async(child, NULL);
    pid_t pid = edo_process_id(child);
    tracing other;

    if (!begin_tracer(&other, pid))
        EDO_SKIP("one may not trace here");
    assert_pending(&wait.base);
    assert_ok(edo_process_start_kill(child));
    task_wait_until(state_of(pid) == 'Z');
    for (int i = 0; i < 20; i++) {
        assert_pending(&wait.base);
        edo_yield();
    }
    assert_err(edo_process_try_wait(child, NULL), -EAGAIN);
    end_tracer(&other);
    assert_ok((int)edo_await(&wait.base)); /* time goes on while nobody runs */
    check_ends(child, -1, SIGKILL);
    edo_process_release(child);
}

EDO_TEST_PLAIN(a_runtime_that_ends_leaves_children_alone) /* process-043 */
{
    edo_process *child[2];
    pid_t pid[2];

    in_a_runtime(begin_there, child);
    for (int i = 0; i < 2; i++) {
        pid[i] = edo_process_id(child[i]);
        kill_one(pid[i], 0);
    }
    edo_process_release(child[0]);
    assert_ok(edo_process_start_kill(child[1]));
    edo_process_release(child[1]);
    wait_until(is_gone(pid[1]));
    kill_one(pid[0], SIGKILL);
    wait_until(is_gone(pid[0]));
    assert_true(has_no_children());
}

static int leave_one_to_be_killed(void *arg)
{
    edo_process *child = begin(
        &(edo_command){.program = "sleep", .args = EDO_ARGS("1800"), .kills_on_release = true});

    *(pid_t *)arg = edo_process_id(child);
    edo_process_release(child);
    return 0;
}

EDO_TEST_PLAIN(a_killed_child_is_waited_for_without_a_runtime) /* process-043 */
{
    pid_t pid;

    in_a_runtime(leave_one_to_be_killed, &pid);
    wait_until(is_gone(pid));
    assert_true(has_no_children());
}

EDO_TEST_BOTH(a_stop_is_no_end) /* process-045 */
{
    edo_process *child = begin_sleep();
    edo_process_wait_future wait = edo_process_wait_async(child, NULL);

    assert_pending(&wait.base);
    assert_ok(edo_process_signal(child, SIGSTOP));
    task_wait_until(state_of(edo_process_id(child)) == 'T');
    assert_pending(&wait.base);
    assert_err(edo_process_try_wait(child, NULL), -EAGAIN);
    assert_ok(edo_process_signal(child, SIGCONT));
    task_wait_until(state_of(edo_process_id(child)) == 'S');
    assert_pending(&wait.base);
    assert_ok(edo_process_start_kill(child));
    assert_ok((int)wait_to_end(&wait));
    edo_process_release(child);
}

static unsigned waiting; /* atomic */

static int wait_too(void *arg)
{
    edo_exit_status status;
    edo_process_wait_future wait = edo_process_wait_async(arg, &status);

    assert_pending(&wait.base);
    __atomic_fetch_add(&waiting, 1, __ATOMIC_SEQ_CST);
    assert_ok((int)edo_await(&wait.base));
    return status.signal;
}

EDO_TEST_BOTH(all_waits_get_the_status) /* process-046 */
{
    edo_process *child = begin_sleep();
    edo_task tasks[20];
    int signo;

    for (int i = 0; i < 20; i++)
        assert_ok(edo_spawn(wait_too, child, &tasks[i]));
    task_wait_until(__atomic_load_n(&waiting, __ATOMIC_SEQ_CST) == 20);
    assert_ok(edo_process_start_kill(child));
    for (int i = 0; i < 20; i++) {
        assert_ok(edo_join(tasks[i], &signo));
        assert_int_equal(signo, SIGKILL);
    }
    edo_process_release(child);
}

EDO_TEST_BOTH(a_child_killed_by_hand_is_not_killed_again) /* process-047 */
{
    edo_process *child = begin(
        &(edo_command){.program = "sleep", .args = EDO_ARGS("1800"), .kills_on_release = true});
    pid_t pid = edo_process_id(child);

    assert_ok(edo_process_kill(child));
    assert_true(is_gone(pid));
    edo_process_release(child);
    child = begin(
        &(edo_command){.program = "sleep", .args = EDO_ARGS("1800"), .kills_on_release = true});
    pid = edo_process_id(child);
    assert_ok(edo_process_signal(child, SIGTERM));
    check_ends(child, -1, SIGTERM); /* and not the release's SIGKILL */
    edo_process_release(child);
}

EDO_TEST_BOTH(a_long_sleep_is_killed_at_once) /* process-048 */
{
    uint64_t begun = real_time_ns();
    edo_process *child = begin_sleep();

    assert_ok(edo_process_start_kill(child));
    edo_exit_status status;
    assert_ok(edo_process_wait(child, &status));
    assert_false(edo_exit_is_success(status));
    assert_true(real_time_ns() - begun < 1000000000ULL * test_patience() * 10);
    edo_process_release(child);
}

EDO_TEST_BOTH(a_child_of_the_programs_own_is_adopted)
{
    edo_process *child, *none;
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char byte;
        close(fds[1]);
        _exit(read(fds[0], &byte, 1) == 0 ? 6 : 1);
    }
    close(fds[0]);
    assert_ok(edo_process_adopt(pid, &child));
    assert_int_equal(edo_process_id(child), pid);
    edo_process_wait_future wait = edo_process_wait_async(child, NULL);
    assert_pending(&wait.base);
    close(fds[1]);
    assert_ok((int)wait_to_end(&wait));
    check_ends(child, 6, 0);
    edo_process_release(child);
    assert_err(edo_process_adopt(pid, &none), -ECHILD);
    assert_err(edo_process_adopt(1, &none), -ECHILD);
    assert_err(edo_process_adopt(0, &none), -EINVAL);
    assert_err(edo_process_adopt(pid, NULL), -EINVAL);
}

EDO_TEST_BOTH(a_status_that_somebody_took_is_told)
{
    edo_process *child = begin_sleep();
    pid_t pid = edo_process_id(child);

    assert_ok(edo_process_start_kill(child));
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_err(edo_process_wait(child, NULL), -ECHILD);
    assert_err(edo_process_wait(child, NULL), -ECHILD);
    edo_process_release(child);
}

EDO_TEST(a_childs_descriptor_may_be_number_0)
{
    edo_process *child = begin_sleep();

    assert_ok(edo_process_kill(child)); /* now the runtime has all that it needs */
    edo_process_release(child);
    int in = free_number_0();
    child = begin_sleep();
    assert_false(is_free(0));
    assert_ok(edo_process_signal(child, SIGTERM));
    check_ends(child, -1, SIGTERM);
    edo_process_release(child);
    assert_true(is_free(0));
    pid_t own = fork();
    if (own == 0)
        _exit(3);
    assert_ok(edo_process_adopt(own, &child));
    assert_false(is_free(0));
    check_ends(child, 3, 0);
    edo_process_release(child);
    assert_true(is_free(0));
    take_number_0(in);

    child = begin_sleep(); /* and so may be the set of those without a handle */
    pid_t pid = edo_process_id(child);
    in = free_number_0();
    edo_process_release(child);
    assert_false(is_free(0));
    kill_one(pid, SIGKILL);
    task_wait_until(is_gone(pid) && is_free(0));
    take_number_0(in);
}
