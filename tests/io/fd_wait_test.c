/* fd_wait_test.c: waiting for descriptors that belong to somebody else. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sched/coop.h"

static void pair(int fds[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
}

EDO_TEST_BOTH(another_ones_descriptor_is_waited_for)
{
    int fds[2], open_before;
    char byte;

    pair(fds);
    open_before = open_fds();
    assert_int_equal(edo_fd_wait(fds[0], EDO_READABLE | EDO_WRITABLE), EDO_WRITABLE);
    for (int i = 0; i < 3; i++) {
        edo_fd_wait_future wait = edo_fd_wait_async(fds[0], EDO_READABLE);
        assert_int_equal(edo_test_poll(&wait.base), EDO_PENDING);
        settle();
        assert_int_equal(edo_test_poll(&wait.base), EDO_PENDING);
        assert_int_equal(write(fds[1], "x", 1), 1);
        assert_int_equal(poll_to_end(&wait.base), EDO_READABLE);
        assert_int_equal(read(fds[0], &byte, 1), 1);
    }
    assert_int_equal(open_fds(), open_before); /* nothing of it is kept */
    assert_int_equal(fcntl(fds[0], F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    close(fds[1]);
    assert_int_equal(edo_fd_wait(fds[0], EDO_READABLE) & EDO_READ_CLOSED, EDO_READ_CLOSED);
    close(fds[0]);
}

EDO_TEST_BOTH(several_wait_for_it_at_a_time)
{
    int fds[2];

    pair(fds);
    edo_fd_wait_future one = edo_fd_wait_async(fds[0], EDO_READABLE);
    edo_fd_wait_future other = edo_fd_wait_async(fds[0], EDO_READABLE | EDO_PRIORITY);
    assert_int_equal(edo_test_poll(&one.base), EDO_PENDING);
    assert_int_equal(edo_test_poll(&other.base), EDO_PENDING);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(poll_to_end(&one.base), EDO_READABLE);
    assert_int_equal(poll_to_end(&other.base), EDO_READABLE);
    close(fds[0]);
    close(fds[1]);
}

/* As C libraries do: they close it while it is waited for, and get the number again for something else. */
EDO_TEST_BOTH(a_descriptor_may_be_closed_and_its_number_reused_while_one_waits)
{
    int old[2], fresh[2];

    pair(old);
    edo_fd_wait_future wait = edo_fd_wait_async(old[0], EDO_READABLE);
    assert_int_equal(edo_test_poll(&wait.base), EDO_PENDING);
    close(old[0]);
    edo_async_fd *stranger;
    pair(fresh);
    assert_int_equal(fresh[0], old[0]);
    assert_ok(edo_async_fd_new(old[0], &stranger));
    edo_async_fd_ready_future readable = edo_async_fd_readable_async(stranger, NULL);
    assert_int_equal(edo_test_poll(&readable.base), EDO_PENDING);
    edo_future_cancel(&wait.base); /* which leaves the stranger alone */
    assert_err(poll_to_end(&wait.base), -ECANCELED);
    assert_int_equal(edo_test_poll(&readable.base), EDO_PENDING);
    edo_fd_wait_future again = edo_fd_wait_async(old[0], EDO_READABLE);
    assert_int_equal(edo_test_poll(&again.base), EDO_PENDING);
    assert_int_equal(write(fresh[1], "x", 1), 1);
    assert_ok(poll_to_end(&readable.base));
    assert_int_equal(poll_to_end(&again.base), EDO_READABLE);
    edo_async_fd_close(stranger);
    close(fresh[1]);
    close(old[1]);
}

EDO_TEST_BOTH(what_is_no_descriptor_is_told)
{
    int fds[2];
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    pair(fds);
    close(fds[0]);
    assert_err(edo_fd_wait(-1, EDO_READABLE), -EBADF);
    assert_err(edo_fd_wait(fds[0], EDO_READABLE), -EBADF);
    assert_err(edo_fd_wait(fds[1], 0), -EINVAL);
    assert_err(edo_fd_wait(fds[1], 4096), -EINVAL);
    assert_int_equal(edo_fd_wait(file, EDO_READABLE), EDO_READABLE); /* as it never waits */
    close(file);
    close(fds[1]);
}

EDO_TEST_BOTH(a_wait_for_it_times_out)
{
    int fds[2], open_before;

    pair(fds);
    open_before = open_fds();
    edo_fd_wait_future wait = edo_fd_wait_async(fds[0], EDO_READABLE);
    assert_err(edo_timeout(&wait.base, EDO_MILLIS(5)), -ETIMEDOUT);
    assert_int_equal(open_fds(), open_before);
    close(fds[0]);
    close(fds[1]);
}

EDO_TEST_BOTH(a_wait_that_is_cancelled_while_it_waits_for_budget_ends)
{
    int fds[2];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    edo_fd_wait_future wait = edo_fd_wait_async(fds[0], EDO_READABLE);
    while (!coop_is_spent())
        coop_spend();
    assert_pending(&wait.base);
    edo_future_cancel(&wait.base);
    assert_err(poll_to_end(&wait.base), -ECANCELED);
    close(fds[0]);
    close(fds[1]);
}

/* The number means another one by now, and what it waited for lives on under another number. */
EDO_TEST_BOTH(a_number_that_is_reused_makes_no_busy_wait)
{
    int fds[2], others[2];

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(pipe2(others, O_CLOEXEC), 0);
    edo_fd_wait_future wait = edo_fd_wait_async(fds[0], EDO_READABLE);
    assert_pending(&wait.base);
    int copy = dup(fds[0]);
    assert_true(copy >= 0);
    assert_int_equal(dup2(others[0], fds[0]), fds[0]);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_true(poll_to_end(&wait.base) & EDO_READABLE);
    close(copy);
    for (int i = 0; i < 2; i++) {
        close(fds[i]);
        close(others[i]);
    }
}
