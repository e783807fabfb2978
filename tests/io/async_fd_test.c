/* async_fd_test.c: readiness of any descriptor, remembered until it is cleared. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void socket_pair(int fds[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
}

static void async_pair(edo_async_fd **ret_async, int *ret_peer)
{
    int fds[2];

    socket_pair(fds);
    assert_ok(edo_async_fd_new(fds[0], ret_async));
    *ret_peer = fds[1];
}

static int64_t read_call(int fd, void *arg)
{
    ssize_t n = read(fd, arg, 8);

    return n < 0 ? -errno : n;
}

static size_t fill(int fd)
{
    static const char block[512];
    size_t filled = 0;

    for (ssize_t n; (n = write(fd, block, sizeof block)) > 0; filled += (size_t)n)
        continue;
    assert_int_equal(errno, EAGAIN);
    return filled;
}

static void drain(int fd)
{
    char block[4096];

    while (read(fd, block, sizeof block) > 0)
        continue;
}

static void assert_stays_pending(edo_future *fut)
{
    for (int i = 0; i < 5; i++) {
        assert_int_equal(edo_test_poll(fut), EDO_PENDING);
        settle();
    }
}

EDO_TEST_BOTH(a_fresh_pair_is_writable_and_not_readable) /* io-085 */
{
    int fds[2];
    edo_async_fd *both[2];

    socket_pair(fds);
    for (int i = 0; i < 2; i++) {
        assert_ok(edo_async_fd_new(fds[i], &both[i]));
        assert_int_equal(edo_async_fd_fd(both[i]), fds[i]);
        assert_ok(edo_async_fd_writable(both[i], NULL));
    }
    for (int i = 0; i < 2; i++) {
        edo_async_fd_ready_future readable = edo_async_fd_readable_async(both[i], NULL);
        assert_stays_pending(&readable.base);
        edo_future_cancel(&readable.base);
        assert_err(poll_to_end(&readable.base), -ECANCELED);
    }
    edo_async_fd_close(both[0]);
    edo_async_fd_close(both[1]);
}

EDO_TEST_BOTH(a_byte_of_the_peer_makes_readable) /* io-086 */
{
    int peer;
    edo_async_fd *async;

    async_pair(&async, &peer);
    edo_async_fd_ready_future readable = edo_async_fd_readable_async(async, NULL);
    assert_stays_pending(&readable.base);
    assert_int_equal(write(peer, "a", 1), 1);
    assert_ok(poll_to_end(&readable.base));
    edo_async_fd_close(async);
    close(peer);
}

EDO_TEST_BOTH(readiness_stays_until_it_is_cleared) /* io-087 io-089 */
{
    int peer;
    char buf[8];
    edo_async_fd *async;
    edo_ready_guard guard;

    async_pair(&async, &peer);
    assert_int_equal(write(peer, "a", 1), 1);
    assert_ok(edo_async_fd_readable(async, &guard));
    assert_int_equal(guard.ready, EDO_READABLE);
    assert_int_equal(read(edo_async_fd_fd(async), buf, sizeof buf), 1);
    for (int i = 0; i < 3; i++) {
        assert_ok(edo_async_fd_readable(async, &guard));
        edo_ready_guard_retain(&guard);
        assert_int_equal(guard.ready, EDO_READABLE);
    }
    edo_ready_guard_clear(&guard);
    assert_int_equal(guard.ready, 0);
    edo_async_fd_ready_future readable = edo_async_fd_readable_async(async, &guard);
    assert_stays_pending(&readable.base);
    assert_int_equal(write(peer, "b", 1), 1);
    assert_ok(poll_to_end(&readable.base));
    assert_int_equal(guard.ready, EDO_READABLE);
    edo_async_fd_close(async);
    close(peer);
}

EDO_TEST_BOTH(an_older_guard_clears_nothing_newer)
{
    int peer;
    char buf[8];
    edo_async_fd *async;
    edo_ready_guard old, guard;

    async_pair(&async, &peer);
    assert_int_equal(write(peer, "a", 1), 1);
    assert_ok(edo_async_fd_readable(async, &old));
    guard = old;
    edo_ready_guard_clear(&guard);
    assert_ok(edo_async_fd_readable(async, &guard));
    assert_int_equal(read(edo_async_fd_fd(async), buf, sizeof buf), 1);
    edo_ready_guard_clear(&old);
    assert_ok(edo_async_fd_readable(async, NULL)); /* what was found last is still known */
    edo_ready_guard_clear(&guard);
    edo_async_fd_ready_future readable = edo_async_fd_readable_async(async, NULL);
    assert_stays_pending(&readable.base);
    edo_async_fd_close(async);
    assert_err(poll_to_end(&readable.base), -ECANCELED);
    close(peer);
}

typedef struct call {
    int64_t says;
    int times;
} call;

static int64_t say(int fd, void *arg)
{
    call *c = arg;

    assert_true(fd >= 0);
    c->times++;
    return c->says;
}

EDO_TEST_BOTH(a_guards_call_clears_only_if_it_would_wait) /* io-088 */
{
    int peer;
    char buf[8];
    edo_async_fd *async;
    edo_ready_guard guard;
    call fine = {.says = 7}, failed = {.says = -EIO};

    async_pair(&async, &peer);
    assert_int_equal(write(peer, "a", 1), 1);
    assert_ok(edo_async_fd_readable(async, &guard));
    assert_int_equal(read(edo_async_fd_fd(async), buf, sizeof buf), 1);
    assert_int_equal(edo_ready_guard_try_io(&guard, say, &fine), 7);
    assert_err(edo_ready_guard_try_io(&guard, say, &failed), -EIO);
    assert_int_equal(guard.ready, EDO_READABLE);
    assert_ok(edo_async_fd_readable(async, &guard));
    assert_err(edo_ready_guard_try_io(&guard, read_call, buf), -EAGAIN);
    assert_int_equal(guard.ready, 0);
    edo_async_fd_ready_future readable = edo_async_fd_readable_async(async, NULL);
    assert_stays_pending(&readable.base);
    edo_async_fd_close(async);
    assert_err(poll_to_end(&readable.base), -ECANCELED);
    assert_err(edo_ready_guard_try_io(&guard, say, &fine), -ECANCELED);
    assert_int_equal(fine.times, 1);
    close(peer);
}

EDO_TEST_BOTH(a_call_is_made_only_while_it_is_ready) /* io-090 */
{
    int peer;
    char buf[8];
    edo_async_fd *async;
    call c = {.says = 1};

    async_pair(&async, &peer);
    assert_err(edo_async_fd_try_io(async, EDO_READABLE, say, &c), -EAGAIN);
    assert_int_equal(c.times, 0);
    assert_int_equal(write(peer, "a", 1), 1);
    assert_int_equal(edo_async_fd_try_io(async, EDO_READABLE, say, &c), 1);
    assert_int_equal(edo_async_fd_try_io(async, EDO_READABLE, read_call, buf), 1);
    assert_int_equal(edo_async_fd_try_io(async, EDO_READABLE, say, &c), 1); /* as far as is known */
    assert_err(edo_async_fd_try_io(async, EDO_READABLE, read_call, buf), -EAGAIN);
    assert_err(edo_async_fd_try_io(async, EDO_READABLE, say, &c), -EAGAIN);
    assert_int_equal(c.times, 2);
    edo_async_fd_close(async);
    close(peer);
}

EDO_TEST_BOTH(writable_waits_for_room) /* io-091 */
{
    int peer;
    edo_async_fd *async;
    edo_ready_guard guard;

    async_pair(&async, &peer);
    assert_ok(edo_async_fd_writable(async, &guard));
    fill(edo_async_fd_fd(async));
    edo_ready_guard_clear(&guard);
    edo_async_fd_ready_future writable = edo_async_fd_writable_async(async, NULL);
    assert_stays_pending(&writable.base);
    drain(peer);
    assert_ok(poll_to_end(&writable.base));
    edo_async_fd_close(async);
    close(peer);
}

EDO_TEST_BOTH(some_of_it_can_be_cleared) /* io-092 */
{
    int peer;
    char buf[8];
    edo_async_fd *async;
    edo_ready_guard guard;

    async_pair(&async, &peer);
    assert_int_equal(write(peer, "a", 1), 1);
    const unsigned both = EDO_READABLE | EDO_WRITABLE;
    assert_int_equal(edo_async_fd_ready(async, both, &guard), both);
    assert_int_equal(read(edo_async_fd_fd(async), buf, sizeof buf), 1);
    fill(edo_async_fd_fd(async));
    edo_ready_guard_clear_matching(&guard, EDO_READABLE);
    assert_int_equal(guard.ready, EDO_WRITABLE);
    assert_int_equal(edo_async_fd_ready(async, both, &guard), EDO_WRITABLE);
    edo_ready_guard_clear_matching(&guard, EDO_WRITABLE);
    assert_int_equal(guard.ready, 0);
    edo_async_fd_ready_future none = edo_async_fd_ready_async(async, both, &guard);
    assert_stays_pending(&none.base);
    edo_async_fd_close(async);
    assert_err(poll_to_end(&none.base), -ECANCELED);
    close(peer);
}

typedef struct waiting {
    edo_async_fd *async;
    unsigned interest;
    int got;
} waiting;

static int wait_in_a_task(void *arg)
{
    waiting *w = arg;

    w->got = edo_async_fd_ready(w->async, w->interest, NULL);
    return 0;
}

EDO_TEST_BOTH(each_interest_is_woken_by_its_own) /* io-093 */
{
    int peer;
    edo_async_fd *async;
    waiting reader, writer;
    edo_task tasks[2];
    edo_ready_guard guard;

    async_pair(&async, &peer);
    assert_ok(edo_async_fd_writable(async, &guard));
    fill(edo_async_fd_fd(async));
    edo_ready_guard_clear(&guard);
    edo_async_fd_ready_future writable = edo_async_fd_writable_async(async, NULL);
    edo_test_task *by_hand;
    assert_ok(edo_test_task_new(&writable.base, &by_hand));
    assert_int_equal(edo_test_task_poll(by_hand), EDO_PENDING);
    reader = (waiting){async, EDO_READABLE, 0};
    writer = (waiting){async, EDO_WRITABLE, 0};
    assert_ok(edo_spawn(wait_in_a_task, &reader, &tasks[0]));
    assert_ok(edo_spawn(wait_in_a_task, &writer, &tasks[1]));
    settle();
    assert_int_equal(write(peer, "a", 1), 1);
    assert_ok(edo_join(tasks[0], NULL));
    assert_int_equal(reader.got, EDO_READABLE);
    settle();
    assert_false(edo_test_task_is_woken(by_hand));
    assert_false(edo_task_is_finished(tasks[1]));
    drain(peer);
    assert_ok(edo_join(tasks[1], NULL));
    assert_int_equal(writer.got, EDO_WRITABLE);
    task_wait_until(edo_test_task_is_woken(by_hand));
    task_wait_until(edo_test_task_poll(by_hand) == EDO_READY);
    assert_ok(writable.base.result);
    edo_test_task_release(by_hand);
    edo_async_fd_close(async);
    close(peer);
}

EDO_TEST_BOTH(one_event_ends_all_waits_for_it) /* io-094 */
{
    enum { WAITS = 5 };
    int peer;
    edo_async_fd *async;
    edo_async_fd_ready_future waits[WAITS];
    waiting w[WAITS];
    edo_task tasks[WAITS];

    async_pair(&async, &peer);
    for (int i = 0; i < WAITS; i++) {
        waits[i] = edo_async_fd_readable_async(async, NULL);
        assert_int_equal(edo_test_poll(&waits[i].base), EDO_PENDING);
        w[i] = (waiting){async, EDO_READABLE, 0};
        assert_ok(edo_spawn(wait_in_a_task, &w[i], &tasks[i]));
    }
    settle();
    assert_int_equal(write(peer, "a", 1), 1);
    assert_ok(poll_to_end(&waits[0].base));
    drain(edo_async_fd_fd(async)); /* what was found is known to the others as well */
    for (int i = 0; i < WAITS; i++) {
        if (i > 0)
            assert_ok(poll_to_end(&waits[i].base));
        assert_ok(edo_join(tasks[i], NULL));
        assert_int_equal(w[i].got, EDO_READABLE);
    }
    edo_async_fd_close(async);
    close(peer);
}

EDO_TEST_BOTH(a_descriptor_can_be_taken_out) /* io-095 */
{
    int peer, fd;
    char byte;
    edo_async_fd *async;

    async_pair(&async, &peer);
    edo_async_fd_ready_future readable = edo_async_fd_readable_async(async, NULL);
    assert_int_equal(edo_test_poll(&readable.base), EDO_PENDING);
    assert_err(edo_async_fd_into_fd(async, &fd), -EBUSY);
    edo_future_cancel(&readable.base);
    assert_err(poll_to_end(&readable.base), -ECANCELED);
    assert_ok(edo_async_fd_into_fd(async, &fd));
    assert_int_equal(read(peer, &byte, 1), -1);
    assert_int_equal(errno, EAGAIN);
    assert_ok(edo_async_fd_new(fd, &async));
    assert_int_equal(write(peer, "a", 1), 1);
    assert_ok(edo_async_fd_readable(async, NULL));
    assert_ok(edo_async_fd_close(async));
    assert_int_equal(read(peer, &byte, 1), -1); /* what it never read is lost with it */
    assert_int_equal(errno, ECONNRESET);
    assert_int_equal(read(peer, &byte, 1), 0);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
    close(peer);
}

EDO_TEST_BOTH(what_is_no_descriptor_is_refused) /* io-096 */
{
    int fds[2];
    edo_async_fd *async = NULL;

    socket_pair(fds);
    close(fds[1]);
    assert_err(edo_async_fd_new(-1, &async), -EBADF);
    assert_err(edo_async_fd_new(fds[1], &async), -EBADF);
    assert_err(edo_async_fd_new(fds[0], NULL), -EINVAL);
    assert_null(async);
    assert_true(fcntl(fds[0], F_GETFD) >= 0);
    close(fds[0]);
}

EDO_TEST_BOTH(what_is_always_ready_is_refused) /* io-097 */
{
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    int folder = open("/", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    edo_async_fd *async = NULL;

    assert_err(edo_async_fd_new(file, &async), -EPERM);
    assert_err(edo_async_fd_new(folder, &async), -EPERM);
    assert_null(async);
    assert_true(fcntl(file, F_GETFD) >= 0);
    assert_true(fcntl(folder, F_GETFD) >= 0);
    close(file);
    close(folder);
}

EDO_TEST_BOTH(a_call_is_tried_until_it_does_not_wait)
{
    int peer;
    char buf[8] = {0};
    edo_async_fd *async;

    async_pair(&async, &peer);
    edo_async_fd_io_future io = edo_async_fd_io_async(async, EDO_READABLE, read_call, buf);
    assert_stays_pending(&io.base);
    assert_int_equal(write(peer, "abc", 3), 3);
    assert_int_equal(poll_to_end(&io.base), 3);
    assert_string_equal(buf, "abc");
    io = edo_async_fd_io_async(async, EDO_READABLE, read_call,
                               buf); /* it is still known as readable */
    assert_stays_pending(&io.base);
    edo_future_cancel(&io.base);
    assert_err(poll_to_end(&io.base), -ECANCELED);
    assert_int_equal(write(peer, "d", 1), 1);
    assert_int_equal(edo_async_fd_io(async, EDO_READABLE, read_call, buf), 1);
    close(peer);
    assert_int_equal(edo_async_fd_io(async, EDO_READABLE, read_call, buf), 0);
    edo_async_fd_close(async);
}

EDO_TEST(what_makes_no_sense_is_refused)
{
    int peer;
    edo_async_fd *async;
    call c = {0};

    async_pair(&async, &peer);
    assert_err(edo_async_fd_ready(async, 0, NULL), -EINVAL);
    assert_err(edo_async_fd_ready(async, 1024, NULL), -EINVAL);
    assert_err(edo_async_fd_readable(NULL, NULL), -EINVAL);
    assert_err(edo_async_fd_io(NULL, EDO_READABLE, say, &c), -EINVAL);
    assert_err(edo_async_fd_io(async, EDO_READABLE, NULL, &c), -EINVAL);
    assert_err(edo_async_fd_try_io(async, 0, say, &c), -EINVAL);
    assert_err(edo_async_fd_close(NULL), -EINVAL);
    assert_err(edo_async_fd_fd(NULL), -EINVAL);
    assert_err(edo_async_fd_into_fd(NULL, &peer), -EINVAL);
    assert_err(edo_ready_guard_try_io(NULL, say, &c), -EINVAL);
    assert_int_equal(c.times, 0);
    edo_async_fd_close(async);
    close(peer);
}
