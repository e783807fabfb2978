/* streams_test.c: what children read and write. */
#include "context/sanitizer.h"
#include "process/children.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <netinet/in.h>

static int open_file(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    return fd;
}

/* Puts a descriptor in the place of a standard one; what was there. */
static int put_in_place(int fd, int number)
{
    int before = dup(number);

    assert_true(before > 2);
    assert_int_equal(dup2(fd, number), number);
    return before;
}

static void put_back(int before, int number)
{
    assert_int_equal(dup2(before, number), number);
    close(before);
}

static void check_file_has(const char *path, const char *text)
{
    char script[256];
    edo_exit_status status;

    snprintf(script, sizeof script, "grep -qx '%.*s' %s", (int)strcspn(text, "\n"), text, path);
    assert_ok(edo_command_status(&(edo_command){SHELL(script)}, &status));
    assert_true(edo_exit_is_success(status));
}

static void check_status(const edo_command *command, int code)
{
    edo_exit_status status;

    assert_ok(edo_command_status(command, &status));
    assert_int_equal(status.code, code);
}

EDO_TEST_BOTH(a_stream_is_what_the_command_says) /* process-013 */
{
    edo_command hello = {.program = "echo", .args = EDO_ARGS("hello world"), .out = EDO_STDIO_PIPE};
    edo_process *child = begin(&hello);

    check_reads(edo_process_stdout(child), "hello world\n");
    assert_null(edo_process_stdin(child));
    assert_null(edo_process_stderr(child));
    check_ends(child, 0, 0);
    edo_process_release(child);

    const char *path = test_path("out");
    hello.out = (edo_stdio)EDO_STDIO_PATH(path);
    check_status(&hello, 0);
    check_status(&hello, 0); /* it is emptied first */
    check_file(path, "hello world\n");
    hello.out = (edo_stdio)EDO_STDIO_APPEND(path);
    check_status(&hello, 0);
    check_file(path, "hello world\nhello world\n");
    check_output(&(edo_command){.program = "cat", .in = EDO_STDIO_PATH(path)},
                 "hello world\nhello world\n");
    int fd = open_file(path);
    check_output(&(edo_command){.program = "cat", .in = EDO_STDIO_FD(fd)},
                 "hello world\nhello world\n");
    assert_true(fcntl(fd, F_GETFD) == FD_CLOEXEC); /* it is ours still, as it was */
    int before = put_in_place(fd, 1);
    hello.out = (edo_stdio)EDO_STDIO_INHERIT;
    int rc = edo_command_status(&hello, NULL);
    put_back(before, 1);
    assert_ok(rc);
    check_file(path, "hello world\nhello world\nhello world\n");
    edo_process *none;
    hello.out = (edo_stdio)EDO_STDIO_PATH("/nowhere/out");
    assert_err(edo_command_spawn(&hello, &none), -ENOENT);
    hello.out = (edo_stdio)EDO_STDIO_FD(-1);
    assert_err(edo_command_spawn(&hello, &none), -EBADF);
    hello.out = (edo_stdio)EDO_STDIO_FD(1000);
    assert_err(edo_command_spawn(&hello, &none), -EBADF);
    close(fd);
    remove_folder();
}

EDO_TEST_BOTH(streams_may_be_one_file_or_each_others) /* process-014 */
{
    edo_command both = {SHELL("echo on the output; echo on the err >&2")};
    int one = open_file(test_path("one")), two = open_file(test_path("two"));

    both.out = both.err = (edo_stdio)EDO_STDIO_FD(one);
    check_status(&both, 0);
    check_file(test_path("one"), "on the output\non the err\n");
    assert_int_equal(ftruncate(one, 0), 0);

    int out = put_in_place(one, 1), err = put_in_place(two, 2);
    both.out = (edo_stdio)EDO_STDIO_FD(2);
    both.err = (edo_stdio)EDO_STDIO_FD(1);
    int rc = edo_command_status(&both, NULL);
    put_back(out, 1);
    put_back(err, 2);
    assert_ok(rc);
    check_file(test_path("one"), "on the err\n");
    check_file_has(test_path("two"), "on the output\n"); /* and what edo may have said */
    close(one);
    close(two);
    remove_folder();
}

EDO_TEST_BOTH(a_null_stream_reads_nothing_and_takes_everything) /* process-015 */
{
    edo_command command = {SHELL("echo x && echo y >&2 && test \"$(cat | wc -c)\" = 0"),
                           .in = EDO_STDIO_NULL, .out = EDO_STDIO_NULL, .err = EDO_STDIO_NULL};

    check_status(&command, 0);
}

EDO_TEST_BOTH(what_is_written_to_a_child_comes_back) /* process-016 */
{
    edo_process *child = begin_cat();

    assert_ok(edo_pipe_write_all(edo_process_stdin(child), "twenty-two bytes of it", 22));
    assert_ok(edo_pipe_sender_close(edo_process_take_stdin(child)));
    assert_null(edo_process_stdin(child));
    check_reads(edo_process_stdout(child), "twenty-two bytes of it");
    check_ends(child, 0, 0);
    edo_process_release(child);
}

EDO_TEST_BOTH(a_parent_may_lack_a_standard_descriptor) /* process-017 */
{
    /* TSan takes it for a race if the monitor names a task that is slow there meanwhile. */
    for (int number = 0; number < (HAS_TSAN ? 2 : 3); number++) {
        int before = fcntl(number, F_DUPFD_CLOEXEC, 10);
        close(number);
        edo_output output = {0};
        edo_process *child;
        int rc = edo_command_spawn(&(edo_command){SHELL("cat; echo err >&2"), .in = EDO_STDIO_PIPE,
                                                  .out = EDO_STDIO_PIPE, .err = EDO_STDIO_PIPE},
                                   &child);
        if (rc == 0)
            rc = edo_pipe_write_all(edo_process_stdin(child), "text", 4);
        if (rc == 0)
            rc = edo_process_wait_with_output(child, &output);
        edo_process_release(child);
        dup2(before, number);
        close(before);
        assert_ok(rc);
        assert_int_equal(output.out.len, 4);
        assert_memory_equal(output.out.data, "text", 4);
        assert_int_equal(output.err.len, 4);
        assert_true(edo_exit_is_success(output.status));
        edo_output_fini(&output);
    }
}

/* In the child: whether 4 is a socket that can be listened on. */
static int listen_there(void *arg)
{
    (void)arg;
    return listen(4, 8) == 0 ? 0 : -errno;
}

EDO_TEST_BOTH(further_descriptors_have_the_numbers_they_are_given) /* process-018 */
{
    int fds[2], server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof addr;
    char text[32] = {0};

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(bind(server, (struct sockaddr *)&addr, len), 0);
    edo_command command = {SHELL("echo fourteen byte >&3; test -S /proc/self/fd/4"),
                           .fds = (edo_command_fd[]){{fds[1], 3}, {server, 4}}, .fd_count = 2,
                           .pre_exec = listen_there};
    check_status(&command, 0);
    assert_int_equal(read(fds[0], text, sizeof text), 14);
    assert_string_equal(text, "fourteen byte\n");
    getsockname(server, (struct sockaddr *)&addr, &len);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&addr, len), 0);
    close(client);
    close(server);

    edo_process *none; /* each other's numbers */
    int low = fcntl(fds[1], F_DUPFD_CLOEXEC, 5), high = fcntl(fds[0], F_DUPFD_CLOEXEC, 7);
    char script[80];
    snprintf(script, sizeof script, "echo swapped >/proc/self/fd/%d && test -p /proc/self/fd/%d",
             high, low);
    command = (edo_command){SHELL(script), .fds = (edo_command_fd[]){{high, low}, {low, high}},
                            .fd_count = 2};
    check_status(&command, 0);
    assert_int_equal(read(fds[0], text, sizeof text), 8);
    command.fds = (edo_command_fd[]){{high, 2}, {low, high}};
    assert_err(edo_command_spawn(&command, &none), -EINVAL);
    command.fds = (edo_command_fd[]){{-1, 3}, {low, high}};
    assert_err(edo_command_spawn(&command, &none), -EBADF);
    close(low);
    close(high);
    close(fds[0]);
    close(fds[1]);
}

static bool ends; /* atomic */

static void *open_and_close(void *arg)
{
    while (!__atomic_load_n(&ends, __ATOMIC_RELAXED)) {
        int fds[2];
        if (pipe(fds) == 0) {
            close(fds[0]);
            close(fds[1]);
        }
    }
    return arg;
}

EDO_TEST_BOTH(a_child_has_no_other_descriptor) /* process-019 */
{
    edo_command list = {.program = "ls", .args = EDO_ARGS("/proc/self/fd")};
    int lasting = dup(2);
    pthread_t other = start_thread(open_and_close, NULL);

    edo_process *cat = begin_cat(); /* whose pipes aren't others' */
    for (int i = 0; i < 10; i++)
        check_output(&list, "0\n1\n2\n3\n"); /* 3 is the folder itself */
    __atomic_store_n(&ends, true, __ATOMIC_RELAXED);
    join_thread(other);
    check_ends(cat, 0, 0);
    edo_process_release(cat);
    list = (edo_command){.program = "sh", .keep_fds = true};
    char text[32];
    snprintf(text, sizeof text, "test -e /proc/self/fd/%d", lasting);
    list.args = EDO_ARGS("-c", text);
    check_status(&list, 0);
    close(lasting);
}

EDO_TEST(a_child_has_no_descriptor_above_the_limit_either) /* process-019 */
{
    edo_command list = {.program = "ls", .args = EDO_ARGS("/proc/self/fd")};
    int high = fcntl(2, F_DUPFD, 200);
    struct rlimit before;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    struct rlimit low = {.rlim_cur = 100, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    check_output(&list, "0\n1\n2\n3\n");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    close(high);
}

/* Its part of the file system's, which is this thread's alone, has nothing in /proc. */
static bool lose_proc(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", "/proc", "tmpfs", 0, NULL) == 0;
}

EDO_TEST(a_child_has_no_other_descriptor_where_proc_is_missing) /* process-019 */
{
    int high = fcntl(2, F_DUPFD, 9);
    edo_command command = {SHELL("exec 2>/dev/null; echo text >&9"), .out = EDO_STDIO_NULL};

    assert_int_equal(high, 9);
    if (!lose_proc())
        EDO_SKIP("no mounts of the test's own here");
    check_status(&command, 2);
    command.keep_fds = true;
    check_status(&command, 0);
    assert_int_equal(umount2("/proc", MNT_DETACH), 0); /* which sanitizers read at the end */
    close(high);
}

/* The word "flags:" of /proc/self/fdinfo, which is octal. */
static void check_blocking(const char *text)
{
    unsigned n = 0;

    for (const char *at = text; (at = strstr(at, "flags:")); n++)
        assert_int_equal(strtol(at += 6, NULL, 8) & O_NONBLOCK, 0);
    assert_int_equal(n, 3);
}

EDO_TEST_BOTH(the_childs_ends_of_pipes_block) /* process-020 */
{
    edo_process *child =
        begin(&(edo_command){SHELL("cat /proc/$$/fdinfo/0 /proc/$$/fdinfo/1 /proc/$$/fdinfo/2"),
                             .in = EDO_STDIO_PIPE, .out = EDO_STDIO_PIPE, .err = EDO_STDIO_PIPE});

    char *text = read_all(edo_process_stdout(child));
    check_blocking(text);
    free(text);
    assert_true(fcntl(edo_pipe_sender_fd(edo_process_stdin(child)), F_GETFL) & O_NONBLOCK);
    assert_true(fcntl(edo_pipe_receiver_fd(edo_process_stderr(child)), F_GETFL) & O_NONBLOCK);
    check_ends(child, 0, 0);
    edo_process_release(child);
}

EDO_TEST_BOTH(output_is_collected_from_both_streams_at_once) /* process-021 */
{
    edo_command command = {
        SHELL("cat; for i in 1 2 3 4; do dd if=/dev/zero bs=51200 count=1 status=none;"
              "dd if=/dev/zero bs=51200 count=1 status=none >&2; done; exit 3"),
        .in = EDO_STDIO_PIPE};
    edo_output output = {0};

    assert_ok(edo_command_output(&command, &output));
    assert_int_equal(output.out.len, 200 * 1024);
    assert_int_equal(output.err.len, 200 * 1024);
    assert_int_equal(output.status.code, 3);
    edo_output_fini(&output);
    output.out.limit = 10; /* a failure ends it, and what was read is there */
    check_output(&(edo_command){.program = "cat"}, "");
    assert_err(
        edo_command_output(&(edo_command){SHELL("echo ten bytes and more; exec cat")}, &output),
        -EDO_ETOOLONG);
    assert_int_equal(output.out.len, 10);
    edo_output_fini(&output);
    assert_err(edo_command_output(&command, NULL), -EINVAL);
}

EDO_TEST_BOTH(a_wait_closes_the_childs_input) /* process-022 */
{
    edo_process *child = begin_cat();

    check_ends(child, 0, 0);
    edo_process_release(child);
}

EDO_TEST_BOTH(a_status_leaves_the_streams_alone) /* process-023 */
{
    int file = open_file(test_path("out"));
    int before = put_in_place(file, 1);
    edo_exit_status status = {0};

    int rc = edo_command_status(&(edo_command){SHELL("echo inherited; exit 7")}, &status);
    put_back(before, 1);
    assert_ok(rc);
    assert_int_equal(status.code, 7);
    check_file(test_path("out"), "inherited\n");
    close(file);
    remove_folder();
}

static int write_on(void *arg)
{
    static const char block[8192];
    ssize_t n;

    do
        n = edo_pipe_write(arg, block, sizeof block);
    while (n > 0);
    return (int)n;
}

static bool is_full(int fd)
{
    struct pollfd {
        int fd;
        short events, revents;
    } ask = {fd, 4 /* POLLOUT */, 0};
    int poll(struct pollfd *, unsigned long, int);

    return poll(&ask, 1, 0) == 0;
}

EDO_TEST_BOTH(a_writer_is_told_that_the_reader_has_died) /* process-024 */
{
    edo_process *child =
        begin(&(edo_command){.program = "sleep", .args = EDO_ARGS("1800"), .in = EDO_STDIO_PIPE});
    edo_pipe_sender *in = edo_process_take_stdin(child);
    edo_task writer;
    int rc;

    assert_ok(edo_spawn(write_on, in, &writer));
    task_wait_until(is_full(edo_pipe_sender_fd(in)));
    assert_ok(edo_process_kill(child));
    assert_ok(edo_join(writer, &rc));
    assert_err(rc, -EPIPE);
    edo_pipe_sender_close(in);
    edo_process_release(child);
}

EDO_TEST_BOTH(streams_outlive_the_handle) /* process-025 */
{
    edo_process *child = begin_cat();
    edo_pipe_sender *in = edo_process_take_stdin(child);
    edo_pipe_receiver *out = edo_process_take_stdout(child);

    edo_process_release(child);
    assert_ok(edo_pipe_write_all(in, "after all", 9));
    edo_pipe_sender_close(in);
    check_reads(out, "after all");
    edo_pipe_receiver_close(out);
    check_nobody_is_left();
}

static int write_numbers(void *arg)
{
    char line[32];
    int rc = 0;

    for (int i = 0; i < 10000 && rc == 0; i++)
        rc = edo_pipe_write_all(arg, line, (size_t)snprintf(line, sizeof line, "line %d\n", i));
    edo_pipe_sender_close(arg);
    return rc;
}

EDO_TEST_BOTH(ten_thousand_lines_through_a_child) /* process-026 */
{
    edo_process *child = begin_cat();
    edo_task writer;
    char line[32];
    int rc;

    assert_ok(edo_spawn(write_numbers, edo_process_take_stdin(child), &writer));
    char *text = read_all(edo_process_stdout(child)), *at = text;
    for (int i = 0; i < 10000; i++) {
        int len = snprintf(line, sizeof line, "line %d\n", i);
        assert_memory_equal(at, line, (size_t)len);
        at += len;
    }
    assert_int_equal(*at, 0);
    free(text);
    assert_ok(edo_join(writer, &rc));
    assert_ok(rc);
    check_ends(child, 0, 0);
    edo_process_release(child);
}

EDO_TEST_BOTH(a_wait_gives_what_was_written) /* process-027 */
{
    edo_process *child = begin(&(edo_command){
        .program = "cat", .in = EDO_STDIO_PIPE, .out = EDO_STDIO_PIPE, .err = EDO_STDIO_PIPE});
    edo_output output = {0};

    assert_ok(edo_pipe_write_all(edo_process_stdin(child), "1234", 4));
    edo_pipe_sender_close(edo_process_take_stdin(child));
    assert_ok(edo_process_wait_with_output(child, &output));
    assert_int_equal(output.out.len, 4);
    assert_memory_equal(output.out.data, "1234", 4);
    assert_int_equal(output.err.len, 0);
    assert_int_equal(output.status.code, 0);
    assert_ok(edo_process_wait_with_output(child, &output)); /* nothing is added */
    assert_int_equal(output.out.len, 4);
    edo_output_fini(&output);
    edo_process_release(child);
    assert_err(edo_process_wait_with_output(NULL, &output), -EINVAL);
}

EDO_TEST_BOTH(a_cut_wait_goes_on_with_its_output)
{
    edo_process *child = begin_cat();
    edo_pipe_sender *in = edo_process_take_stdin(child);
    edo_output output = {0};
    edo_process_output_future wait = edo_process_wait_with_output_async(child, &output);

    assert_ok(edo_pipe_write_all(in, "first ", 6));
    task_wait_until(edo_test_poll(&wait.base) == EDO_PENDING && output.out.len == 6);
    edo_future_cancel(&wait.base);
    task_wait_until(edo_test_poll(&wait.base) == EDO_READY);
    assert_err((int)wait.base.result, -ECANCELED);
    assert_ok(edo_pipe_write_all(in, "second", 6));
    edo_pipe_sender_close(in);
    assert_ok(edo_process_wait_with_output(child, &output));
    assert_int_equal(output.out.len, 12);
    assert_memory_equal(output.out.data, "first second", 12);
    edo_output_fini(&output);
    edo_process_release(child);
}

EDO_TEST_BOTH(a_status_closes_its_pipes) /* process-028 */
{
    check_status(
        &(edo_command){
            .program = "cat", .in = EDO_STDIO_PIPE, .out = EDO_STDIO_PIPE, .err = EDO_STDIO_PIPE},
        0);

    edo_exit_status status; /* more than a pipe holds, which nobody reads */
    assert_ok(edo_command_status(&(edo_command){.program = "head",
                                                .args = EDO_ARGS("-c", "200000", "/dev/zero"),
                                                .out = EDO_STDIO_PIPE},
                                 &status));
    assert_int_equal(status.signal, SIGPIPE);
    assert_ok(edo_command_status(
        &(edo_command){SHELL("exec head -c 200000 /dev/zero >&2"), .err = EDO_STDIO_PIPE},
        &status));
    assert_int_equal(status.signal, SIGPIPE);
}

EDO_TEST_BOTH(children_in_a_row_pass_it_on) /* process-029 */
{
    edo_process *first = begin_cat();
    edo_process *third = begin_cat();
    int in, out;

    assert_ok(edo_pipe_receiver_into_blocking_fd(edo_process_take_stdout(first), &in));
    assert_ok(edo_pipe_sender_into_blocking_fd(edo_process_take_stdin(third), &out));
    edo_process *second =
        begin(&(edo_command){.program = "cat", .in = EDO_STDIO_FD(in), .out = EDO_STDIO_FD(out)});
    close(in);
    close(out);
    assert_ok(edo_pipe_write_all(edo_process_stdin(first), "a message", 9));
    edo_pipe_sender_close(edo_process_take_stdin(first));
    check_reads(edo_process_stdout(third), "a message");
    check_ends(first, 0, 0);
    check_ends(second, 0, 0);
    check_ends(third, 0, 0);
    edo_process_release(first);
    edo_process_release(second);
    edo_process_release(third);
}

EDO_TEST_BOTH(pieces_go_to_a_child_in_one_call) /* process-030 */
{
    edo_command command = {.program = "dd", /* one read takes all that one write gave */
                           .args = EDO_ARGS("bs=100", "count=1", "status=none"),
                           .in = EDO_STDIO_PIPE,
                           .out = EDO_STDIO_PIPE};
    edo_process *child = begin(&command);
    struct iovec pieces[] = {{"hello ", 6}, {"world!\n", 7}};

    assert_int_equal(edo_pipe_writev(edo_process_stdin(child), pieces, 2), 13);
    check_reads(edo_process_stdout(child), "hello world!\n");
    check_ends(child, 0, 0);
    edo_process_release(child);
}
