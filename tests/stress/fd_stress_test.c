/*
 * fd_stress_test.c: descriptors that are closed while others wait for them, and whose numbers are used again
 * at once: whoever waits gets what is his, or is told of the close.
 */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/random.h"

#define SLOTS 64

static uint64_t last_id;        /* atomic */
static uint64_t reads, cancels; /* atomic */

typedef struct reading {
    edo_async_fd_io_future io;
    uint64_t got;
    int64_t result;
    unsigned late; /* so often it gives way first: its slot may be another's by then */
} reading;

static int64_t read_id(int fd, void *arg)
{
    ssize_t n = read(fd, arg, sizeof(uint64_t));

    return n < 0 ? -errno : n;
}

static int wait_for_id(void *arg)
{
    reading *r = arg;

    for (unsigned n = r->late; n > 0; n--)
        edo_yield();
    r->result = edo_await(&r->io.base);
    return 0;
}

/* A pair of which one end is read by a task and closed by another, with or without an id in it. */
static void one_round(rng *random)
{
    uint64_t id = a_fetch_add(&last_id, 1, relaxed) + 1;
    bool sends = rng_below(random, 2);
    reading r = {.late = rng_below(random, 4) * 2};
    edo_async_fd *async;
    edo_task reader;
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    assert_ok(edo_async_fd_new(fds[0], &async));
    r.io = edo_async_fd_io_async(async, EDO_READABLE, read_id, &r.got);
    assert_ok(edo_spawn(wait_for_id, &r, &reader));
    for (unsigned n = rng_below(random, 4); n > 0; n--)
        edo_yield();
    if (sends)
        assert_int_equal(write(fds[1], &id, sizeof id), sizeof id);
    for (unsigned n = rng_below(random, 4); n > 0; n--)
        edo_yield();
    assert_ok(edo_async_fd_close(async));
    assert_ok(edo_join(reader, NULL));
    if (r.result == sizeof id) {
        assert_true(sends);
        assert_int_equal(r.got, id);
        a_fetch_add(&reads, 1, relaxed);
    } else {
        assert_err(r.result, -ECANCELED);
        a_fetch_add(&cancels, 1, relaxed);
    }
    close(fds[1]);
}

static int run_slot(void *arg)
{
    rng random;

    (void)arg;
    rng_seed(&random, random_seed());
    for (unsigned n = test_count(200); n > 0; n--)
        one_round(&random);
    return 0;
}

EDO_TEST_MT(numbers_that_are_reused_reach_no_stranger)
{
    edo_task slots[SLOTS];

    for (int i = 0; i < SLOTS; i++)
        assert_ok(edo_spawn(run_slot, NULL, &slots[i]));
    for (int i = 0; i < SLOTS; i++)
        assert_ok(edo_join(slots[i], NULL));
    assert_int_equal(reads + cancels, (uint64_t)SLOTS * test_count(200));
    assert_true(reads > 0);
    assert_true(cancels > 0);
}

/* A child process that has all our descriptors until it is told. */
static pid_t keep_open(int *ret_tell)
{
    int fds[2];
    char byte;

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    settle_threads();
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(fds[1]);
        _exit(read(fds[0], &byte, 1) != 0);
    }
    close(fds[0]);
    *ret_tell = fds[1];
    return pid;
}

EDO_TEST_BOTH(a_copy_in_a_child_brings_no_event)
{
    int old[2], fresh[2], tell, status;
    edo_async_fd *async;
    edo_test_task *by_hand;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, old), 0);
    assert_ok(edo_async_fd_new(old[0], &async));
    edo_async_fd_ready_future wait = edo_async_fd_readable_async(async, NULL);
    assert_int_equal(edo_test_poll(&wait.base), EDO_PENDING); /* it is watched */
    pid_t pid = keep_open(&tell);
    edo_async_fd_close(async);
    assert_err(poll_to_end(&wait.base), -ECANCELED);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fresh), 0);
    assert_int_equal(fresh[0], old[0]);
    assert_ok(edo_async_fd_new(fresh[0], &async));
    wait = edo_async_fd_readable_async(async, NULL);
    assert_ok(edo_test_task_new(&wait.base, &by_hand));
    assert_int_equal(edo_test_task_poll(by_hand), EDO_PENDING);
    assert_int_equal(write(old[1], "x", 1), 1); /* for the child's copy */
    settle();
    assert_false(edo_test_task_is_woken(by_hand));
    assert_int_equal(write(fresh[1], "y", 1), 1);
    task_wait_until(edo_test_task_poll(by_hand) == EDO_READY);
    assert_ok(wait.base.result);
    edo_test_task_release(by_hand);
    close(tell);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    edo_async_fd_close(async);
    close(fresh[1]);
    close(old[1]);
}
