/* async_fd_kinds_test.c: what kinds of descriptors say about their readiness. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static edo_async_fd *take(int fd)
{
    edo_async_fd *async;

    assert_true(fd >= 0);
    assert_ok(edo_async_fd_new(fd, &async));
    return async;
}

static void assert_not_yet(edo_future *fut)
{
    assert_int_equal(edo_test_poll(fut), EDO_PENDING);
    for (int i = 0; i < 5; i++) { /* together more than 10 ms */
        settle();
        assert_int_equal(edo_test_poll(fut), EDO_PENDING);
    }
}

EDO_TEST_BOTH(an_eventfd_can_be_waited_for) /* io-098 */
{
    uint64_t count = 3;
    edo_async_fd *event = take(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    edo_async_fd_ready_future readable = edo_async_fd_readable_async(event, NULL);

    assert_ok(edo_async_fd_writable(event, NULL));
    assert_not_yet(&readable.base);
    assert_int_equal(write(edo_async_fd_fd(event), &count, sizeof count), sizeof count);
    assert_ok(poll_to_end(&readable.base));
    edo_async_fd_close(event);
}

EDO_TEST_BOTH(a_timerfd_can_be_waited_for) /* io-098 */
{
    struct itimerspec soon = {.it_value.tv_nsec = 2000000, .it_interval.tv_nsec = 2000000};
    edo_async_fd *timer = take(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
    edo_async_fd_ready_future readable = edo_async_fd_readable_async(timer, NULL);

    assert_not_yet(&readable.base);
    assert_int_equal(timerfd_settime(edo_async_fd_fd(timer), 0, &soon, NULL), 0);
    assert_ok(poll_to_end(&readable.base));
    for (int i = 0; i < 3; i++) { /* again and again */
        uint64_t expired;
        edo_ready_guard guard;
        assert_ok(edo_async_fd_readable(timer, &guard));
        assert_true(read(edo_async_fd_fd(timer), &expired, sizeof expired) == sizeof expired);
        edo_ready_guard_clear(&guard);
    }
    edo_async_fd_close(timer);
}

EDO_TEST_BOTH(an_epoll_set_can_be_waited_for) /* io-098 */
{
    uint64_t one = 1;
    int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    struct epoll_event wanted = {.events = EPOLLIN}, got;
    edo_async_fd *set = take(epoll_create1(EPOLL_CLOEXEC));
    edo_async_fd_ready_future readable = edo_async_fd_readable_async(set, NULL);

    assert_int_equal(epoll_ctl(edo_async_fd_fd(set), EPOLL_CTL_ADD, event, &wanted), 0);
    assert_not_yet(&readable.base);
    assert_int_equal(write(event, &one, sizeof one), sizeof one);
    assert_ok(poll_to_end(&readable.base));
    assert_int_equal(epoll_wait(edo_async_fd_fd(set), &got, 1, 0), 1);
    edo_async_fd_close(set);
    close(event);
}

/* Connected TCP sockets that are not edo's. */
static void plain_pair(int fds[2])
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof sin;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&sin, len), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&sin, &len), 0);
    fds[1] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fds[1], (struct sockaddr *)&sin, len), 0);
    fds[0] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(fds[0] >= 0);
    close(listener);
}

EDO_TEST_BOTH(urgent_data_is_a_priority) /* io-099 */
{
    int fds[2];

    plain_pair(fds);
    edo_async_fd *async = take(fds[0]);
    edo_async_fd_ready_future urgent = edo_async_fd_ready_async(async, EDO_PRIORITY, NULL);
    assert_int_equal(send(fds[1], "normal", 6, MSG_NOSIGNAL), 6);
    assert_not_yet(&urgent.base);
    assert_int_equal(send(fds[1], "!", 1, MSG_OOB | MSG_NOSIGNAL), 1);
    assert_int_equal(poll_to_end(&urgent.base), EDO_PRIORITY);
    edo_async_fd_close(async);
    close(fds[1]);
}

EDO_TEST_BOTH(a_send_timestamp_is_an_error_to_be_fetched) /* io-100 */
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof sin;
    int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_TX_SOFTWARE;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    char control[512], byte;
    struct iovec iov = {&byte, 1};
    struct msghdr msg = {
        .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};

    assert_int_equal(bind(fd, (struct sockaddr *)&sin, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sin, &len), 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags), 0);
    edo_async_fd *async = take(fd);
    edo_ready_guard guard;
    edo_async_fd_ready_future error = edo_async_fd_ready_async(async, EDO_ERROR, &guard);
    assert_not_yet(&error.base);
    assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&sin, len), 1);
    assert_int_equal(poll_to_end(&error.base), EDO_ERROR);
    assert_true(recvmsg(fd, &msg, MSG_ERRQUEUE) >= 0);
    edo_ready_guard_clear(&guard);
    error = edo_async_fd_ready_async(async, EDO_ERROR, NULL);
    assert_not_yet(&error.base);
    edo_async_fd_close(async);
    assert_err(poll_to_end(&error.base), -ECANCELED);
}

static void says_who_closed_what(int fd, int peer)
{
    const unsigned all = EDO_READABLE | EDO_WRITABLE | EDO_READ_CLOSED | EDO_WRITE_CLOSED;
    edo_async_fd *async = take(fd);
    edo_ready_guard guard;

    assert_int_equal(send(peer, "x", 1, MSG_NOSIGNAL), 1);
    wait_until(edo_async_fd_ready(async, all, &guard) == (EDO_READABLE | EDO_WRITABLE));
    edo_ready_guard_clear(&guard);
    edo_async_fd_ready_future closed = edo_async_fd_ready_async(async, EDO_READ_CLOSED, NULL);
    assert_not_yet(&closed.base);
    assert_int_equal(shutdown(peer, SHUT_WR), 0);
    assert_int_equal(poll_to_end(&closed.base) & all, EDO_READ_CLOSED);
    assert_int_equal(edo_async_fd_ready(async, all, NULL) & EDO_WRITE_CLOSED, 0);
    close(peer);
    edo_async_fd_close(async);
}

EDO_TEST_BOTH(a_close_is_told_apart_from_data_and_room) /* io-101 */
{
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    says_who_closed_what(fds[0], fds[1]);
    plain_pair(fds);
    says_who_closed_what(fds[0], fds[1]);
}

EDO_TEST_BOTH(a_whole_close_closes_both_directions) /* io-101 */
{
    int fds[2];
    const unsigned both = EDO_READ_CLOSED | EDO_WRITE_CLOSED;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    edo_async_fd *async = take(fds[0]);
    close(fds[1]);
    assert_int_equal(edo_async_fd_ready(async, both, NULL) & (int)both, both);
    edo_async_fd_close(async);
}

EDO_TEST_BOTH(a_whole_close_ends_a_wait_for_errors) /* io-101 */
{
    int fds[2];
    const int both = EDO_READ_CLOSED | EDO_WRITE_CLOSED;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    edo_async_fd *async = take(fds[0]);
    edo_async_fd_ready_future error = edo_async_fd_ready_async(async, EDO_ERROR, NULL);
    assert_pending(&error.base);
    close(fds[1]);
    assert_int_equal(poll_to_end(&error.base), both);
    assert_int_equal(edo_async_fd_ready(async, EDO_ERROR, NULL), both); /* as it is known by now */
    edo_async_fd_close(async);
}

EDO_TEST_BOTH(a_wait_for_room_goes_on_when_the_peer_writes_no_more) /* io-101 */
{
    static char bytes[4096];
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    while (write(fds[0], bytes, sizeof bytes) > 0)
        continue;
    assert_int_equal(shutdown(fds[1], SHUT_WR), 0);
    edo_async_fd *async = take(fds[0]);
    assert_int_equal(edo_async_fd_ready(async, EDO_READ_CLOSED, NULL), EDO_READ_CLOSED);
    edo_async_fd_ready_future writable = edo_async_fd_writable_async(async, NULL);
    assert_pending(&writable.base);
    while (read(fds[1], bytes, sizeof bytes) > 0)
        continue;
    assert_ok(poll_to_end(&writable.base));
    edo_async_fd_close(async);
    close(fds[1]);
}
