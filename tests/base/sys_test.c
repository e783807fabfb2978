/* sys_test.c: results are negative errnos, errno stays, descriptors are close-on-exec. */
#include "support/edo_test.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/sys.h"

EDO_TEST_PLAIN(sys_errors_are_results_and_leave_errno)
{
    char byte = 0;
    void *addr;

    errno = 77;
    assert_int_equal(sys_close(-1), -EBADF);
    assert_int_equal(sys_read(-1, &byte, 1), -EBADF);
    assert_int_equal(sys_write(-1, &byte, 1), -EBADF);
    assert_int_equal(sys_recv(-1, &byte, 1, 0), -EBADF);
    assert_int_equal(sys_send(-1, &byte, 1, 0), -EBADF);
    assert_int_equal(sys_accept4(-1, NULL, NULL, 0), -EBADF);
    assert_int_equal(sys_listen(-1, 1), -EBADF);
    assert_int_equal(sys_shutdown(-1, SHUT_WR), -EBADF);
    assert_int_equal(sys_socket(-1, SOCK_STREAM, 0), -EAFNOSUPPORT);
    assert_int_equal(sys_fcntl_getfl(-1), -EBADF);
    assert_int_equal(sys_epoll_ctl(-1, EPOLL_CTL_DEL, -1, NULL), -EBADF);
    assert_int_equal(sys_mmap_anonymous(0, 0, &addr), -EINVAL);
    assert_int_equal(sys_munmap((void *)1, 1), -EINVAL);
    assert_int_equal(sys_madvise((void *)1, 1, MADV_DONTNEED), -EINVAL);
    assert_int_equal(sys_sigaction(SIGKILL, NULL, NULL), 0);
    assert_int_equal(sys_sigaction(-1, NULL, NULL), -EINVAL);
    assert_int_equal(errno, 77);
}

static bool is_cloexec(int fd)
{
    return fcntl(fd, F_GETFD) & FD_CLOEXEC;
}

EDO_TEST_PLAIN(sys_descriptors_are_close_on_exec)
{
    int fds[2];
    int event = sys_eventfd(3, 0);
    int epoll = sys_epoll_create();
    int sock = sys_socket(AF_INET, SOCK_STREAM, 0);
    uint64_t count = 0;

    assert_ok(sys_pipe2(fds, O_NONBLOCK));
    assert_true(is_cloexec(fds[0]) && is_cloexec(fds[1]));
    assert_true(is_cloexec(event) && is_cloexec(epoll) && is_cloexec(sock));
    assert_int_equal(sys_fcntl_getfl(fds[0]) & O_NONBLOCK, O_NONBLOCK);
    assert_int_equal(sys_read(event, &count, sizeof count), sizeof count);
    assert_int_equal(count, 3);
    assert_int_equal(sys_read(fds[0], &count, 1), -EAGAIN);
    int closing[] = {fds[0], fds[1], event, epoll, sock};
    for (int i = 0; i < 5; i++)
        assert_ok(sys_close(closing[i]));
}

EDO_TEST_PLAIN(sys_sockets_talk)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *sa = (struct sockaddr *)&at;
    socklen_t len = sizeof at;
    int on = 1, got = 0;
    socklen_t got_len = sizeof got;
    char text[8] = "";
    int listener = sys_socket(AF_INET, SOCK_STREAM, 0);
    int client = sys_socket(AF_INET, SOCK_STREAM, 0);

    assert_ok(sys_setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
    assert_ok(sys_getsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &got, &got_len));
    assert_int_equal(got, 1);
    assert_ok(sys_bind(listener, sa, len));
    assert_ok(sys_listen(listener, 1));
    assert_ok(sys_getsockname(listener, sa, &len));
    assert_ok(sys_connect(client, sa, len));
    assert_ok(sys_getpeername(client, sa, &len));
    int server = sys_accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    assert_true(server >= 0 && is_cloexec(server));
    assert_int_equal(sys_recv(server, text, sizeof text, 0), -EAGAIN);
    assert_int_equal(sys_send(client, "hello", 5, MSG_NOSIGNAL), 5);
    assert_ok(sys_shutdown(client, SHUT_WR));
    wait_until(sys_recv(server, text, sizeof text, MSG_PEEK) == 5);
    assert_int_equal(sys_recv(server, text, sizeof text, 0), 5);
    assert_string_equal(text, "hello");
    sys_close(server);
    sys_close(client);
    sys_close(listener);
}

EDO_TEST_PLAIN(sys_epoll_wait_is_never_early_and_soon_over)
{
    struct epoll_event event;
    int epoll = sys_epoll_create();
    uint64_t best = UINT64_MAX;

    assert_int_equal(sys_epoll_wait(epoll, &event, 1, 0), 0);
    assert_int_equal(sys_epoll_wait(epoll, &event, 1, 1), 0); /* long ago */
    for (int i = 0; i < 50; i++) {
        uint64_t until = clock_now() + 100000 + (uint64_t)i * 777;
        assert_int_equal(sys_epoll_wait(epoll, &event, 1, until), 0);
        uint64_t now = clock_now();
        assert_true(now >= until);
        best = now - until < best ? now - until : best;
    }
    assert_true(best < 800000u * test_scale()); /* with milliseconds it would be at least this */
    sys_close(epoll);
}

EDO_TEST_PLAIN(sys_epoll_wait_returns_events_at_once)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 42};
    int epoll = sys_epoll_create();
    int fd = sys_eventfd(1, 0);

    assert_ok(sys_epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    event.data.u64 = 0;
    assert_int_equal(sys_epoll_wait(epoll, &event, 1, UINT64_MAX), 1);
    assert_int_equal(event.data.u64, 42);
    assert_int_equal(sys_epoll_wait(epoll, &event, 1, UINT64_MAX - 1), 1); /* in 584 years */
    sys_close(fd);
    sys_close(epoll);
}

static void ignore(int signo)
{
    (void)signo;
}

EDO_TEST_PLAIN(sys_epoll_wait_reports_a_signal)
{
    struct sigaction act = {.sa_handler = ignore};
    struct itimerval soon = {.it_value.tv_usec = 20000, .it_interval.tv_usec = 20000};
    struct epoll_event event;
    int epoll = sys_epoll_create();

    assert_ok(sys_sigaction(SIGALRM, &act, NULL));
    assert_ok(setitimer(ITIMER_REAL, &soon, NULL));
    assert_int_equal(sys_epoll_wait(epoll, &event, 1, UINT64_MAX), -EINTR);
    assert_int_equal(sys_epoll_wait(epoll, &event, 1, clock_now() + 5 * NS_PER_S), -EINTR);
    setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
    sys_close(epoll);
}

static int told[2]; /* a connection, to which the third tick writes */
static int ticks;

static void write_at_the_third(int signal)
{
    (void)signal;
    if (++ticks == 3 && write(told[1], "x", 1) != 1)
        abort();
}

EDO_TEST_PLAIN(sys_calls_that_are_made_again_leave_errno)
{
    struct sigaction action = {.sa_handler = write_at_the_third}; /* without SA_RESTART */
    struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    char byte = 0;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, told), 0);
    for (int i = 0; i < 2; i++) {
        ticks = 0;
        assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
        assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
        errno = 77;
        ssize_t n = i == 0 ? sys_recv(told[0], &byte, 1, 0) : sys_read(told[0], &byte, 1);
        assert_int_equal(errno, 77);
        assert_int_equal(n, 1);
        assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    }
    close(told[0]);
    close(told[1]);
}

EDO_TEST_PLAIN(sys_counts_processors_within_the_affinity_mask)
{
    cpu_set_t set;

    assert_true(sys_cpu_count() >= 1);
    assert_ok(sched_getaffinity(0, sizeof set, &set));
    assert_true(sys_cpu_count() <= CPU_COUNT(&set));
    int first = 0;
    while (!CPU_ISSET(first, &set))
        first++;
    CPU_ZERO(&set);
    CPU_SET(first, &set);
    assert_ok(sched_setaffinity(0, sizeof set, &set));
    assert_int_equal(sys_cpu_count(), 1);
}

/* Two ends of a TCP connection that block. */
static void connect_blocking(int ends[2])
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof addr;
    int listener = sys_socket(AF_INET, SOCK_STREAM, 0);

    ends[0] = sys_socket(AF_INET, SOCK_STREAM, 0);
    assert_ok(sys_bind(listener, (struct sockaddr *)&addr, len));
    assert_ok(sys_listen(listener, 1));
    assert_int_equal(getsockname(listener, (struct sockaddr *)&addr, &len), 0);
    assert_int_equal(connect(ends[0], (struct sockaddr *)&addr, len), 0);
    ends[1] = sys_accept4(listener, NULL, NULL, 0);
    assert_true(ends[1] >= 0);
    sys_close(listener);
}

enum { FILE_SIZE = 64 << 20 };

typedef struct sending {
    int to;
    ssize_t result;
    bool leaves_a_signal;
} sending;

static void *send_much(void *arg)
{
    sending *s = arg;
    int file = memfd_create("much", MFD_CLOEXEC);
    off_t offset = 0;
    sigset_t pending;

    assert_int_equal(ftruncate(file, FILE_SIZE), 0);
    s->result = sys_send_file(s->to, file, &offset, FILE_SIZE);
    assert_int_equal(sigpending(&pending), 0);
    s->leaves_a_signal = sigismember(&pending, SIGPIPE);
    sys_close(file);
    return NULL;
}

/* Its default action would end the test. */
EDO_TEST_PLAIN(a_transfer_that_is_cut_in_its_midst_says_how_much_it_was_and_raises_no_signal)
{
    int ends[2];

    connect_blocking(ends);
    sending s = {.to = ends[0]};
    pthread_t thread = start_thread(send_much, &s);
    wait_until(sys_poll(ends[1], POLLIN) & POLLIN && !(sys_poll(ends[0], POLLOUT) & POLLOUT));
    assert_ok(sys_shutdown(ends[0], SHUT_WR));
    join_thread(thread);
    assert_in_range(s.result, 1, FILE_SIZE - 1);
    assert_false(s.leaves_a_signal);
    sys_close(ends[0]);
    sys_close(ends[1]);
}

EDO_TEST_PLAIN(sys_knows_the_machine)
{
    struct rlimit limit;
    void *addr;

    assert_int_equal(sys_page_size(), sysconf(_SC_PAGESIZE));
    assert_true(sys_max_map_count() > 0);
    assert_int_equal(sys_getpid(), getpid());
    assert_int_equal(sys_gettid(), sys_getpid()); /* the main thread */
    assert_ok(sys_getrlimit(RLIMIT_NOFILE, &limit));
    assert_true(limit.rlim_cur > 0);
    assert_ok(sys_mmap_anonymous(4096, MAP_NORESERVE, &addr));
    *(volatile char *)addr = 1;
    assert_ok(sys_mprotect(addr, 4096, PROT_READ));
    assert_ok(sys_munmap(addr, 4096));
    if (sys_membarrier_register() == 0)
        assert_ok(sys_membarrier());
}
