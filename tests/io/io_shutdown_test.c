/* io_shutdown_test.c: what becomes of waits for descriptors without a runtime, with two, and at the end. */
#include "support/edo_test.h"
#include "support/forked.h"
#include "support/gate.h"
#include "support/tcp.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

/* By this name it is in the reports. */
__attribute__((noinline)) static int make_async(void *arg)
{
    int fds[2];
    edo_async_fd **ret = arg;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) < 0)
        return -errno;
    int rc = edo_async_fd_new(fds[0], &ret[0]);
    if (rc < 0) {
        close(fds[0]);
        close(fds[1]);
        return rc;
    }
    return fds[1];
}

static edo_runtime *runtime_of(edo_runtime_kind kind)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 1), &runtime));
    return runtime;
}

static void make_outside(void)
{
    edo_async_fd *async = NULL;

    assert_err(make_async(&async), -EDO_ENORUNTIME);
    int empty = eventfd(0, EFD_CLOEXEC);
    assert_err(edo_fd_wait(empty, EDO_READABLE), -EDO_ENORUNTIME);
}

static void make_without_io(void)
{
    edo_async_fd *async = NULL;
    edo_runtime *runtime;

    assert_ok(
        edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD, .no_io = true), &runtime));
    assert_err(edo_block_on(runtime, make_async, &async), -EDO_ENOIO);
    assert_ok(edo_runtime_free(runtime));
    assert_null(async);
}

EDO_TEST_PLAIN(a_descriptor_needs_a_runtime_with_io) /* io-102 */
{
    char said[4096];

    assert_int_equal(forked_run(make_outside, said, sizeof said), 0);
#if EDO_DEBUG
    assert_non_null(strstr(said, "make_async"));
#endif
    assert_int_equal(forked_run(make_without_io, said, sizeof said), 0);
#if EDO_DEBUG
    assert_non_null(strstr(said, "make_async"));
#endif
}

typedef struct side {
    edo_runtime *runtime;
    edo_async_fd *async;
    int peer;
    int rounds, got;
} side;

static int take_turns(void *arg)
{
    side *s = arg;
    char byte;

    while (s->got < s->rounds) {
        edo_ready_guard guard;
        int rc = edo_async_fd_readable(s->async, &guard);
        if (rc < 0)
            return rc;
        while (read(edo_async_fd_fd(s->async), &byte, 1) == 1)
            s->got++;
        edo_ready_guard_clear(&guard);
    }
    return 0;
}

static void *drive(void *arg)
{
    side *s = arg;

    assert_ok(edo_block_on(s->runtime, take_turns, s));
    return NULL;
}

static void make_side(side *s, edo_runtime_kind kind, int rounds)
{
    *s = (side){.runtime = runtime_of(kind), .rounds = rounds};
    s->peer = edo_block_on(s->runtime, make_async, &s->async);
    assert_true(s->peer >= 0);
}

static void end_side(side *s, pthread_t thread)
{
    join_thread(thread);
    edo_async_fd_close(s->async);
    close(s->peer);
    assert_ok(edo_runtime_free(s->runtime));
}

static void send_byte(const side *s)
{
    wait_until(write(s->peer, "x", 1) == 1);
}

static void check_sides_go_on(edo_runtime_kind kind)
{
    side first, second;
    int rounds = (int)test_count(1000);

    make_side(&first, kind, rounds);
    make_side(&second, kind, 2 * rounds);
    pthread_t first_thread = start_thread(drive, &first);
    pthread_t second_thread = start_thread(drive, &second);
    for (int n = 0; n < rounds; n++) {
        send_byte(&first);
        send_byte(&second);
    }
    end_side(&first, first_thread);
    assert_int_equal(first.got, rounds);
    for (int n = 0; n < rounds; n++) /* alone, and with a wait that began beside the other */
        send_byte(&second);
    end_side(&second, second_thread);
    assert_int_equal(second.got, 2 * rounds);
}

EDO_TEST_PLAIN(two_runtimes_do_not_disturb_each_other) /* io-103 */
{
    check_sides_go_on(EDO_CURRENT_THREAD);
    check_sides_go_on(EDO_MULTI_THREAD);
}

/* From a plain thread, as there is no runtime any more. */
static int64_t ends_with(edo_future *fut)
{
    wait_until(edo_test_poll(fut) == EDO_READY);
    return fut->result;
}

static edo_test_task *begin(edo_future *fut)
{
    edo_test_task *task;

    assert_ok(edo_test_task_new(fut, &task));
    assert_int_equal(edo_test_task_poll(task), EDO_PENDING);
    return task;
}

/* It is woken, and its next poll says why. */
static void assert_told_of_the_end(edo_test_task *waits, const edo_future *fut)
{
    wait_until(edo_test_task_is_woken(waits));
    if (edo_test_task_poll(waits) == EDO_PENDING) {
        assert_true(driver_is_fake()); /* its kernel has to give the operation back first */
        wait_until(edo_test_task_is_woken(waits));
        assert_int_equal(edo_test_task_poll(waits), EDO_READY);
    }
    assert_err(fut->result, -EDO_ESHUTDOWN);
    edo_test_task_release(waits);
}

EDO_TEST_PLAIN(waits_end_with_their_runtime) /* io-104 io-105 io-107 */
{
    side s;

    make_side(&s, EDO_CURRENT_THREAD, 0);
    edo_async_fd_ready_future readable = edo_async_fd_readable_async(s.async, NULL);
    edo_async_fd_ready_future urgent = edo_async_fd_ready_async(s.async, EDO_PRIORITY, NULL);
    edo_fd_wait_future foreign = edo_fd_wait_async(s.peer, EDO_READABLE);
    edo_handle *handle = edo_runtime_handle(s.runtime);
    edo_enter_guard in;
    assert_ok(edo_enter(handle, &in));
    assert_int_equal(edo_test_poll(&urgent.base), EDO_PENDING);
    assert_int_equal(edo_test_poll(&foreign.base), EDO_PENDING);
    edo_test_task *by_hand = begin(&readable.base);
    edo_leave(&in);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(s.runtime));
    assert_told_of_the_end(by_hand, &readable.base);
    assert_err(ends_with(&urgent.base), -EDO_ESHUTDOWN);
    assert_err(ends_with(&foreign.base), -EDO_ESHUTDOWN);
    /* Those that begin afterwards. */
    assert_err(edo_async_fd_writable(s.async, NULL), -EDO_ESHUTDOWN);
    readable = edo_async_fd_readable_async(s.async, NULL);
    assert_int_equal(edo_test_poll(&readable.base), EDO_READY);
    assert_err(readable.base.result, -EDO_ESHUTDOWN);
    edo_async_fd_close(s.async);
    close(s.peer);
}

typedef struct sockets {
    edo_tcp_listener *listener;
    edo_unix_stream *stream, *peer;
} sockets;

/* Nobody connects, nothing comes, and there is no room. */
static int open_sockets(void *arg)
{
    static const char block[4096];
    sockets *s = arg;

    assert_ok(edo_tcp_listen("127.0.0.1:0", &s->listener));
    assert_ok(edo_unix_pair(&s->stream, &s->peer));
    while (edo_unix_try_write(s->stream, block, sizeof block) > 0)
        ;
    return 0;
}

EDO_TEST_PLAIN(operations_of_sockets_end_with_their_runtime) /* io-105 io-107 */
{
    edo_runtime *runtime = runtime_of(EDO_MULTI_THREAD);
    sockets s;
    edo_tcp_stream *conn;
    char buf[8];

    assert_ok(edo_block_on(runtime, open_sockets, &s));
    edo_tcp_accept_future accept = edo_tcp_accept_async(s.listener, &conn);
    edo_unix_read_future read = edo_unix_read_async(s.stream, buf, sizeof buf);
    edo_unix_write_future write = edo_unix_write_async(s.stream, buf, sizeof buf);
    edo_test_task *accepts = begin(&accept.base);
    edo_test_task *reads = begin(&read.base);
    edo_test_task *writes = begin(&write.base);
    assert_ok(edo_runtime_free(runtime));
    assert_told_of_the_end(accepts, &accept.base);
    assert_told_of_the_end(reads, &read.base);
    assert_told_of_the_end(writes, &write.base);
    /* Those that begin afterwards, of which one would have succeeded. */
    assert_err(edo_tcp_accept(s.listener, &conn), -EDO_ESHUTDOWN);
    assert_err(edo_unix_read(s.peer, buf, sizeof buf), -EDO_ESHUTDOWN);
    assert_err(edo_unix_write(s.stream, buf, sizeof buf), -EDO_ESHUTDOWN);
    edo_tcp_listener_close(s.listener);
    edo_unix_close(s.stream);
    edo_unix_close(s.peer);
}

typedef struct guarded {
    side *s;
    edo_ready_guard guard;
} guarded;

static int take_guard(void *arg)
{
    guarded *g = arg;

    return edo_async_fd_ready(g->s->async, EDO_READABLE | EDO_WRITABLE, &g->guard);
}

static int64_t never(int fd, void *arg)
{
    (void)fd, (void)arg;
    return 1;
}

EDO_TEST_PLAIN(a_guard_outlives_the_runtime_and_the_handle) /* io-106 */
{
    side s;
    guarded g = {.s = &s};

    make_side(&s, EDO_CURRENT_THREAD, 0);
    assert_int_equal(write(s.peer, "x", 1), 1);
    assert_int_equal(edo_block_on(s.runtime, take_guard, &g), EDO_READABLE | EDO_WRITABLE);
    assert_ok(edo_runtime_free(s.runtime));
    edo_ready_guard_clear_matching(&g.guard, EDO_READABLE);
    assert_int_equal(g.guard.ready, EDO_WRITABLE);
    assert_err(edo_ready_guard_try_io(&g.guard, never, NULL), -EDO_ESHUTDOWN);
    /* What is still known is of no use: nothing waits on what has no runtime, and nothing succeeds. */
    assert_err(edo_async_fd_writable(s.async, NULL), -EDO_ESHUTDOWN);
    edo_async_fd_close(s.async);
    edo_ready_guard_clear(&g.guard);
    assert_int_equal(g.guard.ready, 0);
    assert_err(edo_ready_guard_try_io(&g.guard, never, NULL), -ECANCELED);
    close(s.peer);
}

typedef struct parked {
    edo_async_fd *async;
    int result;
} parked;

static int wait_for_ever(void *arg)
{
    parked *p = arg;

    return p->result = edo_async_fd_readable(p->async, NULL);
}

EDO_TEST_PLAIN(an_abort_ends_a_wait_while_all_workers_sleep) /* io-114 */
{
    edo_runtime *runtime = runtime_of(EDO_MULTI_THREAD);
    edo_handle *handle = edo_runtime_handle(runtime);
    edo_async_fd *async;
    parked p = {0};
    edo_task task;

    int peer = edo_block_on(runtime, make_async, &async);
    assert_true(peer >= 0);
    p.async = async;
    edo_enter_guard in;
    assert_ok(edo_enter(handle, &in));
    assert_ok(edo_spawn(wait_for_ever, &p, &task));
    edo_leave(&in);
    block_thread_for(20); /* it waits, and its worker sleeps */
    uint64_t before = real_time_ns();
    assert_ok(edo_task_abort(task));
    assert_ok(edo_join(task, NULL));
    assert_true(real_time_ns() - before < 1000000000ULL * test_patience());
    assert_err(p.result, -ECANCELED);
    edo_async_fd_close(async);
    close(peer);
    edo_handle_unref(handle);
    assert_ok(edo_runtime_free(runtime));
}
