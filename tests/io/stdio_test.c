/* stdio_test.c: the standard streams, whatever they are: each test is a process of its own. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/macros.h"

#define LEN (1 << 20)

/* The bytes of every test. */
static char byte_at(size_t i)
{
    return (char)('a' + i * 7 % 23);
}

static int temporary(void)
{
    char path[] = "/tmp/edo-stdio-XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    unlink(path);
    return fd;
}

/* A terminal: the program's side, which becomes nobody's controlling one; *ret_user: the other. */
static int terminal(int *ret_user)
{
    int user = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

    assert_true(user >= 0);
    assert_int_equal(grantpt(user), 0);
    assert_int_equal(unlockpt(user), 0);
    int program = open(ptsname(user), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(program >= 0);
    *ret_user = user;
    return program;
}

/* Makes it descriptor `number`. */
static void become(int fd, int number)
{
    assert_int_equal(dup2(fd, number), number);
    close(fd);
}

/* Reads standard input to its end; every byte is what it should be. */
static size_t read_to_end(void)
{
    char buf[4096];
    size_t done = 0;

    for (;;) {
        ssize_t n = edo_read(edo_stdin(), buf, sizeof buf);
        assert_true(n >= 0);
        if (n == 0)
            return done;
        bool good = true;
        for (ssize_t i = 0; i < n; i++)
            good = good && buf[i] == byte_at(done + (size_t)i);
        assert_true(good);
        done += (size_t)n;
    }
}

static void fill(int fd, size_t len)
{
    char block[4096];

    for (size_t done = 0; done < len;) {
        size_t n = len - done < sizeof block ? len - done : sizeof block;
        for (size_t i = 0; i < n; i++)
            block[i] = byte_at(done + i);
        ssize_t written = write(fd, block, n);
        assert_true(written > 0);
        done += (size_t)written;
    }
}

EDO_TEST_BOTH(input_from_a_file_is_read_to_its_end) /* io-126 */
{
    int file = temporary();

    fill(file, LEN + 17);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    become(file, 0);
    assert_int_equal(read_to_end(), LEN + 17);
    assert_int_equal(read_to_end(), 0);
}

EDO_TEST_BOTH(input_from_nowhere_is_at_its_end) /* io-126 */
{
    become(open("/dev/null", O_RDONLY | O_CLOEXEC), 0);
    assert_int_equal(read_to_end(), 0);
}

typedef struct feeder {
    int fd;
    size_t len;
} feeder;

static void *feed(void *arg)
{
    feeder *f = arg;

    fill(f->fd, f->len);
    close(f->fd);
    return NULL;
}

EDO_TEST_BOTH(input_from_a_pipe_is_read_to_its_end) /* io-126 */
{
    int fds[2];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    become(fds[0], 0);
    feeder f = {fds[1], LEN};
    pthread_t thread = start_thread(feed, &f);
    assert_int_equal(read_to_end(), LEN);
    join_thread(thread);
    assert_int_equal(fcntl(0, F_GETFL) & O_NONBLOCK, 0); /* others may have it too */
}

EDO_TEST_BOTH(input_from_a_terminal_is_read_line_by_line) /* io-126 */
{
    int user;
    char buf[64] = {0};

    become(terminal(&user), 0);
    assert_true(edo_is_terminal(0));
    edo_read_future read = edo_read_async(edo_stdin(), buf, sizeof buf);
    assert_int_equal(edo_test_poll(&read.base), EDO_PENDING);
    settle();
    assert_int_equal(edo_test_poll(&read.base), EDO_PENDING);
    assert_int_equal(write(user, "one\n", 4), 4);
    assert_int_equal(poll_to_end(&read.base), 4);
    assert_memory_equal(buf, "one\n", 4);
    assert_int_equal(write(user, "two\n\4", 5), 5); /* ^D: the end */
    assert_int_equal(edo_read(edo_stdin(), buf, sizeof buf), 4);
    assert_int_equal(edo_read(edo_stdin(), buf, sizeof buf), 0);
    close(user);
}

/* The other side of a standard output: reads until it has all, or the end. */
typedef struct taker {
    int fd;
    size_t done, len;
    bool good;
} taker;

static void *take(void *arg)
{
    taker *t = arg;
    char buf[4096];

    t->good = true;
    while (t->done < t->len) {
        ssize_t n = read(t->fd, buf, sizeof buf);
        if (n <= 0)
            break;
        for (ssize_t i = 0; i < n; i++)
            t->good = t->good && buf[i] == byte_at(t->done + (size_t)i);
        t->done += (size_t)n;
    }
    return NULL;
}

static char *all_bytes(void)
{
    char *bytes = malloc(LEN);

    assert_non_null(bytes);
    for (size_t i = 0; i < LEN; i++)
        bytes[i] = byte_at(i);
    return bytes;
}

/* A monitor may say something on standard error at any time. */
static bool has_monitor(void)
{
    edo_handle *handle = edo_handle_try_current();
    edo_metrics metrics;

    assert_ok(edo_handle_metrics(handle, &metrics));
    edo_handle_unref(handle);
    return metrics.monitor;
}

/* Nothing else may be said meanwhile, as it might be standard error: so it is quick, and gives way. */
static void check_takes_all(edo_writer to, char *bytes)
{
    enum { PIECE = LEN / 16 };

    for (size_t done = 0; done < LEN; done += PIECE) {
        assert_ok(edo_write_all(to, bytes + done, PIECE, NULL));
        edo_yield();
    }
    assert_ok(edo_flush(to));
    free(bytes);
}

/* Standard output, or error, is `fd`, of which `other` is read. It is what it was afterwards. */
static void assert_arrives(int number, int fd, int other)
{
    int kept = fcntl(number, F_DUPFD_CLOEXEC, 10);
    taker t = {.fd = other, .len = LEN};
    char *bytes = all_bytes();

    edo_yield();
    become(fd, number);
    pthread_t thread = start_thread(take, &t);
    check_takes_all(number == 1 ? edo_stdout() : edo_stderr(), bytes);
    join_thread(thread);
    become(kept, number);
    assert_int_equal(t.done, LEN);
    assert_true(t.good);
    close(other);
}

static void assert_arrives_in_a_file(int number)
{
    int file = temporary(), kept = fcntl(number, F_DUPFD_CLOEXEC, 10);
    taker t = {.fd = fcntl(file, F_DUPFD_CLOEXEC, 10), .len = LEN + 1};
    char *bytes = all_bytes();

    edo_yield();
    become(file, number);
    check_takes_all(number == 1 ? edo_stdout() : edo_stderr(), bytes);
    become(kept, number);
    assert_int_equal(lseek(t.fd, 0, SEEK_SET), 0);
    take(&t);
    assert_int_equal(t.done, LEN);
    assert_true(t.good);
    close(t.fd);
}

EDO_TEST_BOTH(output_to_a_file_arrives_in_order) /* io-127 */
{
    assert_arrives_in_a_file(1);
    if (!has_monitor())
        assert_arrives_in_a_file(2);
}

EDO_TEST_BOTH(output_to_a_pipe_arrives_in_order) /* io-127 */
{
    for (int number = 1; number <= (has_monitor() ? 1 : 2); number++) {
        int fds[2];
        assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
        assert_arrives(number, fds[1], fds[0]);
    }
}

EDO_TEST_BOTH(output_that_there_is_room_for_does_not_wait_for_a_thread)
{
    int fds[2];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    if (pwritev2(fds[1], &(struct iovec){"a", 1}, 1, -1, RWF_NOWAIT) != 1)
        EDO_SKIP("a pipe has no writes that don't wait here");
    int kept = fcntl(1, F_DUPFD_CLOEXEC, 10);
    become(fds[1], 1);
    edo_write_future write = edo_write_async(edo_stdout(), "b", 1);
    assert_ready_eq(&write.base, 1);
    become(kept, 1);
    close(fds[0]);
}

EDO_TEST_BOTH(output_to_nowhere_is_taken) /* io-127 */
{
    int kept = fcntl(1, F_DUPFD_CLOEXEC, 10);

    become(open("/dev/null", O_WRONLY | O_CLOEXEC), 1);
    check_takes_all(edo_stdout(), all_bytes());
    become(kept, 1);
}

EDO_TEST_BOTH(output_to_a_terminal_arrives_in_order) /* io-127 */
{
    for (int number = 1; number <= (has_monitor() ? 1 : 2); number++) {
        int user, program = terminal(&user);
        assert_arrives(number, program, user);
    }
}

EDO_TEST_BOTH(output_that_nobody_reads_is_an_error_and_no_signal)
{
    int fds[2], kept = fcntl(1, F_DUPFD_CLOEXEC, 10);

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    become(fds[1], 1);
    close(fds[0]);
    int rc = edo_write_all(edo_stdout(), "x", 1, NULL);
    become(kept, 1);
    assert_err(rc, -EPIPE);
}

static int say_and_return(void *arg)
{
    int rc = edo_write_all(edo_stdout(), arg, strlen(arg), NULL);

    return rc < 0 ? rc : edo_flush(edo_stdout());
}

static int say_and_exit(void *arg)
{
    int rc = say_and_return(arg);

    exit(rc < 0);
}

/* Of a build that looks for leaks. */
void __lsan_disable(void) __attribute__((weak));

/* What a program leaves in its standard output. Its runtime is freed, or nothing is. */
static void assert_leaves(int (*fn)(void *arg), bool ends_runtime, int file)
{
    edo_runtime *runtime;
    char text[] = "the last words", got[64] = {0};
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(file, 1);
        if (!ends_runtime && __lsan_disable)
            __lsan_disable(); /* it is left as it is, which isn't what leaks are looked for */
        if (edo_runtime_new(NULL, &runtime) < 0 || edo_block_on(runtime, fn, text) < 0)
            _exit(1);
        if (ends_runtime)
            edo_runtime_free(runtime);
        exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
    assert_int_equal(read(file, got, sizeof got), strlen(text));
    assert_string_equal(got, text);
    close(file);
}

EDO_TEST_PLAIN(what_was_written_is_out_at_the_end) /* io-128 */
{
    assert_leaves(say_and_return, true, temporary());
    assert_leaves(say_and_return, false, temporary());
    assert_leaves(say_and_exit, false, temporary());
}

typedef struct asking {
    edo_runtime *runtime;
    char buf[16];
    ssize_t got;
    int asks;
} asking;

static int ask(void *arg)
{
    asking *a = arg;

    a_fetch_add(&a->asks, 1, release);
    a->got = edo_read(edo_stdin(), a->buf, sizeof a->buf);
    return 0;
}

/* Returns when it has begun. */
static int spawn_ask(void *arg)
{
    int rc = edo_spawn(ask, arg, NULL);

    while (rc == 0 && a_load(&((asking *)arg)->asks, acquire) == 0)
        edo_yield();
    return rc;
}

EDO_TEST_PLAIN(a_read_of_a_terminal_holds_up_no_shutdown) /* io-129 io-104 */
{
    int user;
    asking a = {0};

    become(terminal(&user), 0);
    assert_ok(edo_runtime_new(NULL, &a.runtime));
    assert_ok(edo_block_on(a.runtime, spawn_ask, &a));
    block_thread_for(20); /* it waits by now */
    uint64_t before = real_time_ns();
    assert_ok(edo_runtime_shutdown(a.runtime, EDO_SECONDS(5)));
    assert_true(real_time_ns() - before < 1000000000ULL * test_patience());
    assert_err(a.got, -EDO_ESHUTDOWN);
    assert_ok(edo_runtime_free(a.runtime));
    close(user);
}

/* Another process has the terminal and takes what there was: the thread that reads stays with it. */
EDO_TEST_PLAIN(a_thread_that_reads_holds_up_neither_shutdown_nor_exit) /* io-118 io-129 */
{
    int fds[2], status;
    asking a = {0};

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    become(fds[0], 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        edo_runtime *runtime;
        if (edo_runtime_new(EDO_OPTS(runtime, .no_io = true), &runtime) < 0)
            _exit(1);
        a.runtime = runtime;
        if (edo_block_on(runtime, spawn_ask, &a) < 0)
            _exit(2);
        block_thread_for(20); /* without a driver it is a thread that waits */
        if (edo_runtime_shutdown(runtime, EDO_SECONDS(5)) < 0)
            _exit(3);
        edo_runtime_free(runtime);
        exit(a.got == -EDO_ESHUTDOWN ? 0 : 4);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    close(fds[1]);
}

static int canceled_read(void *arg)
{
    asking *a = arg;
    edo_read_future read = edo_read_async(edo_stdin(), a->buf, sizeof a->buf);

    assert_int_equal(edo_test_poll(&read.base), EDO_PENDING); /* a thread is at it */
    memset(a->buf, '-', sizeof a->buf);
    edo_future_cancel(&read.base);
    assert_int_equal(edo_test_poll(&read.base), EDO_READY);
    assert_err(read.base.result, -ECANCELED);
    assert_int_equal(write(a->asks, "later", 5), 5);
    block_thread_for(20);
    for (size_t i = 0; i < sizeof a->buf; i++)
        assert_int_equal(a->buf[i], '-');                  /* it has memory of its own */
    assert_int_equal(edo_read(edo_stdin(), a->buf, 3), 3); /* and what it got is the next read's */
    assert_int_equal(edo_read(edo_stdin(), a->buf + 3, 8), 2);
    assert_memory_equal(a->buf, "later", 5);
    return 0;
}

EDO_TEST_PLAIN(a_canceled_read_of_a_thread_loses_nothing) /* io-118 */
{
    int fds[2];
    asking a = {0};

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    become(fds[0], 0);
    a.asks = fds[1];
    assert_ok(
        edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .no_io = true), &a.runtime));
    assert_ok(edo_block_on(a.runtime, canceled_read, &a));
    assert_ok(edo_runtime_free(a.runtime));
    close(fds[1]);
}

EDO_TEST_BOTH(a_losing_read_puts_back)
{
    int fds[2];
    char buf[8] = {0};

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    become(fds[0], 0);
    assert_int_equal(write(fds[1], "abcdef", 6), 6);
    edo_read_future read = edo_read_async(edo_stdin(), buf, 4);
    assert_int_equal(poll_to_end(&read.base), 4);
    edo_future_put_back(&read.base);
    assert_err(read.base.result, -ECANCELED);
    assert_int_equal(edo_read(edo_stdin(), buf, 8), 4);
    assert_int_equal(edo_read(edo_stdin(), buf + 4, 4), 2);
    assert_memory_equal(buf, "abcdef", 6);
    close(fds[1]);
}

EDO_TEST_PLAIN(a_plain_thread_reads_and_writes_them)
{
    int in[2], out[2], kept = fcntl(1, F_DUPFD_CLOEXEC, 10);
    char buf[8];

    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    become(in[0], 0);
    become(out[1], 1);
    assert_int_equal(write(in[1], "abc", 3), 3);
    ssize_t n = edo_read(edo_stdin(), buf, 8);
    int rc = n > 0 ? edo_write_all(edo_stdout(), buf, (size_t)n, NULL) : -EIO;
    become(kept, 1);
    assert_ok(rc);
    assert_int_equal(read(out[0], buf, 8), 3);
    close(in[1]);
    close(out[0]);
}

static void assert_same_mode(const struct termios *one, const struct termios *other)
{
    assert_int_equal(one->c_iflag, other->c_iflag);
    assert_int_equal(one->c_oflag, other->c_oflag);
    assert_int_equal(one->c_cflag, other->c_cflag);
    assert_int_equal(one->c_lflag, other->c_lflag);
    assert_memory_equal(one->c_cc, other->c_cc, 19); /* those that the system has */
}

EDO_TEST(a_terminal_is_raw_until_it_is_restored)
{
    int user, program = terminal(&user);
    struct termios before = {0}, raw, after = {0};
    edo_terminal_size size;
    struct winsize set = {.ws_row = 40, .ws_col = 132};

    assert_int_equal(ioctl(user, TIOCSWINSZ, &set), 0);
    assert_ok(edo_terminal_get_size(program, &size));
    assert_int_equal(size.rows, 40);
    assert_int_equal(size.columns, 132);
    assert_int_equal(tcgetattr(program, &before), 0);
    assert_ok(edo_terminal_set_raw(program));
    assert_ok(edo_terminal_set_raw(program));
    assert_int_equal(tcgetattr(program, &raw), 0);
    assert_int_equal(raw.c_lflag & (ICANON | ECHO | ISIG), 0);
    assert_ok(edo_terminal_restore(program));
    assert_err(edo_terminal_restore(program), -EINVAL);
    assert_int_equal(tcgetattr(program, &after), 0);
    assert_same_mode(&before, &after);
    close(program);
    close(user);
}

/* The child ends well, and then the terminal is in that mode. */
static void check_leaves(pid_t child, int program, const struct termios *mode)
{
    struct termios after = {0};
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(tcgetattr(program, &after), 0);
    assert_same_mode(mode, &after);
}

EDO_TEST_PLAIN(a_terminal_is_restored_at_exit)
{
    int user, program = terminal(&user);
    struct termios before = {0};
    pid_t pid;

    assert_int_equal(tcgetattr(program, &before), 0);
    if ((pid = fork()) == 0)
        exit(edo_terminal_set_raw(program) < 0);
    check_leaves(pid, program, &before);
    close(program);
    close(user);
}

EDO_TEST_PLAIN(a_forked_childs_exit_leaves_the_terminal_to_its_parent)
{
    int user, program = terminal(&user);
    struct termios raw = {0};
    pid_t pid;

    assert_ok(edo_terminal_set_raw(program));
    assert_int_equal(tcgetattr(program, &raw), 0);
    if ((pid = fork()) == 0)
        exit(0);
    check_leaves(pid, program, &raw);
    assert_ok(edo_terminal_restore(program));
    close(program);
    close(user);
}

EDO_TEST_PLAIN(a_forked_child_may_restore_the_terminal)
{
    int user, program = terminal(&user);
    struct termios before = {0};
    pid_t pid;

    assert_int_equal(tcgetattr(program, &before), 0);
    assert_ok(edo_terminal_set_raw(program));
    if ((pid = fork()) == 0)
        _exit(edo_terminal_restore(program) < 0);
    check_leaves(pid, program, &before);
    close(program);
    close(user);
}

static uint32_t has_forked; /* atomic */

static void *write_on(void *arg)
{
    (void)arg;
    while (!a_load(&has_forked, relaxed))
        edo_write(edo_stdout(), "x", 1);
    return NULL;
}

/* Its parent's other threads are gone, whatever they were about. */
EDO_TEST_PLAIN(a_forked_child_can_write_whatever_its_parents_threads_write)
{
    pthread_t writer;
    int status;

    if (HAS_TSAN)
        EDO_SKIP("a child of several threads can't start any here");
    become(open("/dev/null", O_WRONLY | O_CLOEXEC), 1);
    assert_int_equal(pthread_create(&writer, NULL, write_on, NULL), 0);
    for (unsigned i = 0; i < test_count(500); i++) {
        pid_t pid = fork();
        if (pid == 0) {
            alarm(10 * test_patience());
            _exit(edo_write(edo_stdout(), "y", 1) != 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
    }
    a_store(&has_forked, 1, relaxed);
    pthread_join(writer, NULL);
}

EDO_TEST_PLAIN(what_is_no_terminal_is_told)
{
    edo_terminal_size size;
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    assert_false(edo_is_terminal(fd));
    assert_err(edo_terminal_get_size(fd, &size), -ENOTTY);
    assert_err(edo_terminal_get_size(fd, NULL), -EINVAL);
    assert_err(edo_terminal_set_raw(fd), -ENOTTY);
    assert_err(edo_terminal_set_raw(-1), -EBADF);
    assert_err(edo_terminal_restore(fd), -EINVAL);
    close(fd);
}

EDO_TEST_BOTH(who_waits_for_input_gets_what_is_put_back)
{
    int fds[2];
    char first[8], second[8];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    become(fds[0], 0);
    edo_read_future waits = edo_read_async(edo_stdin(), first, sizeof first);
    assert_pending(&waits.base);
    settle();
    assert_int_equal(write(fds[1], "abc", 3), 3);
    edo_read_future took = edo_read_async(edo_stdin(), second, sizeof second);
    int64_t n = poll_to_end(&took.base);
    assert_int_equal(n, 3);
    settle();
    assert_pending(&waits.base);
    edo_future_put_back(&took.base);
    assert_err(took.base.result, -ECANCELED);
    task_wait_until(edo_test_is_woken());
    assert_int_equal(poll_to_end(&waits.base), 3);
    assert_memory_equal(first, "abc", 3);
    close(fds[1]);
}

EDO_TEST_BOTH(a_wait_for_input_that_ends_leaves_those_around_it)
{
    enum { FIRST, MIDDLE, LAST, WAITS };
    int fds[2];
    char bufs[WAITS][8], buf[8];
    edo_read_future waits[WAITS];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    become(fds[0], 0);
    for (int i = 0; i < WAITS; i++) {
        waits[i] = edo_read_async(edo_stdin(), bufs[i], sizeof bufs[i]);
        assert_int_equal(edo_test_poll(&waits[i].base), EDO_PENDING);
    }
    edo_future_cancel(&waits[MIDDLE].base);
    assert_err(poll_to_end(&waits[MIDDLE].base), -ECANCELED);
    assert_int_equal(write(fds[1], "abc", 3), 3);
    edo_read_future took = edo_read_async(edo_stdin(), buf, sizeof buf);
    assert_int_equal(poll_to_end(&took.base), 3);
    settle();
    assert_pending(&waits[LAST].base);
    edo_future_put_back(&took.base);
    task_wait_until(edo_test_is_woken());
    assert_int_equal(poll_to_end(&waits[LAST].base), 3);
    assert_memory_equal(bufs[LAST], "abc", 3);
    edo_future_cancel(&waits[FIRST].base);
    assert_err(poll_to_end(&waits[FIRST].base), -ECANCELED);
    close(fds[1]);
}

/* No set to wait by can be opened: a thread waits. */
EDO_TEST_BOTH(input_is_waited_for_without_a_free_descriptor)
{
    struct rlimit before, none;
    int fds[2];
    char buf[8];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    become(fds[0], 0);
    edo_read_future read = edo_read_async(edo_stdin(), buf, sizeof buf);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){.rlim_cur = 3, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_pending(&read.base);
    settle();
    assert_pending(&read.base);
    assert_int_equal(write(fds[1], "abc", 3), 3);
    assert_int_equal(poll_to_end(&read.base), 3);
    assert_memory_equal(buf, "abc", 3);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    close(fds[1]);
}
