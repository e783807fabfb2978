/*
 * driver_op.c: operations of a source on the epoll driver: a reader gets what came, whoever closes
 * or gives up meanwhile, and no descriptor is closed under a call; all who wait for readiness are told,
 * also of what was put back, and a byte that was is read once, by one that waits as well; calls without the
 * lock keep the descriptor open, and find that of their own life; who reads by turns gets what came as well.
 * The kernel beneath it is a few lines here: one descriptor with bytes in it,
 * and one epoll set.
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/lock.h"
#include "base/sys.h"
#include "driver/driver.h"
#include "driver/source.h"
#include "driver/turn.h"
#include "engine/model.h"
#include "future/parker.h"
#include "io/fd_ready.h"
#include "io/put_back.h"
#include "no_runtime.h"

#define EPOLL_FD 3
#define EVENT_FD 4
#define DATA_FD 5
#define LATER_FD 6 /* of the source's next life, from which nobody reads */

/* --- the kernel: all of it under one lock of its own -------------------------------------- */

static struct {
    lock lock;
    unsigned bytes;      /* to be read */
    bool watched;        /* DATA_FD is in the set */
    bool edge, unparked; /* events to be reported */
    bool closed;
    uint64_t data; /* of the event */
} kernel;

int sys_epoll_create(void)
{
    return EPOLL_FD;
}

int sys_eventfd(unsigned initial, int flags)
{
    (void)initial, (void)flags;
    return EVENT_FD;
}

int sys_epoll_ctl(int epoll, int op, int fd, struct epoll_event *event)
{
    (void)epoll;
    if (fd != DATA_FD)
        return 0;
    lock_take(&kernel.lock);
    model_assert(!kernel.closed);
    kernel.watched = op != EPOLL_CTL_DEL;
    kernel.edge = kernel.watched && kernel.bytes > 0; /* what is there already is reported */
    if (event)
        kernel.data = event->data.u64;
    lock_drop(&kernel.lock);
    return 0;
}

static bool has_event(void *arg)
{
    (void)arg;
    return kernel.edge || kernel.unparked;
}

int sys_epoll_wait(int epoll, struct epoll_event *events, int max, uint64_t until_ns)
{
    int n = 0;

    (void)epoll, (void)max;
    if (until_ns != 0)
        model_wait_until(has_event, NULL, "sleeps in epoll_wait");
    lock_take(&kernel.lock);
    if (kernel.edge)
        events[n++] = (struct epoll_event){.events = EPOLLIN, .data.u64 = kernel.data};
    if (kernel.unparked)
        events[n++] = (struct epoll_event){.events = EPOLLIN, .data.u64 = UINT64_MAX};
    kernel.edge = kernel.unparked = false;
    lock_drop(&kernel.lock);
    return n;
}

ssize_t sys_write(int fd, const void *buf, size_t len)
{
    (void)buf;
    model_assert(fd == EVENT_FD);
    lock_take(&kernel.lock);
    kernel.unparked = true;
    lock_drop(&kernel.lock);
    return (ssize_t)len;
}

ssize_t sys_recv(int fd, void *buf, size_t len, int flags)
{
    ssize_t n = -EAGAIN;

    (void)flags;
    lock_take(&kernel.lock);
    model_assert(fd == DATA_FD && !kernel.closed);
    if (kernel.bytes > 0) {
        n = kernel.bytes < len ? (ssize_t)kernel.bytes : (ssize_t)len;
        kernel.bytes -= (unsigned)n;
        memset(buf, 'x', (size_t)n);
    }
    lock_drop(&kernel.lock);
    return n;
}

int sys_close(int fd)
{
    lock_take(&kernel.lock);
    model_assert(fd == DATA_FD && !kernel.closed && !kernel.watched);
    kernel.closed = true;
    lock_drop(&kernel.lock);
    return 0;
}

/* op.c has these as well; no scenario comes to them. */
int sys_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags)
{
    (void)fd, (void)sa, (void)len, (void)flags;
    return -ENOSYS;
}

int sys_connect(int fd, const struct sockaddr *sa, socklen_t len)
{
    (void)fd, (void)sa, (void)len;
    return -ENOSYS;
}

int sys_getpeername(int fd, struct sockaddr *sa, socklen_t *len)
{
    (void)fd, (void)sa, (void)len;
    return -ENOSYS;
}

int sys_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    (void)fd, (void)level, (void)name, (void)value, (void)len;
    return -ENOSYS;
}

ssize_t sys_read(int fd, void *buf, size_t len)
{
    (void)fd, (void)buf, (void)len;
    return -ENOSYS;
}

ssize_t sys_send(int fd, const void *buf, size_t len, int flags)
{
    (void)fd, (void)buf, (void)len, (void)flags;
    return -ENOSYS;
}

ssize_t sys_recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from,
                     socklen_t *from_len)
{
    (void)fd, (void)buf, (void)len, (void)flags, (void)from, (void)from_len;
    return -ENOSYS;
}

ssize_t sys_sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *to,
                   socklen_t to_len)
{
    (void)fd, (void)buf, (void)len, (void)flags, (void)to, (void)to_len;
    return -ENOSYS;
}

ssize_t sys_send_file(int to, int from, off_t *offset, size_t len)
{
    (void)to, (void)from, (void)offset, (void)len;
    return -ENOSYS;
}

ssize_t sys_recvmsg(int fd, struct msghdr *msg, int flags)
{
    (void)fd, (void)msg, (void)flags;
    return -ENOSYS;
}

ssize_t sys_sendmsg(int fd, const struct msghdr *msg, int flags)
{
    (void)fd, (void)msg, (void)flags;
    return -ENOSYS;
}

int sys_recvmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags)
{
    (void)fd, (void)msgs, (void)count, (void)flags;
    return -ENOSYS;
}

int sys_sendmmsg(int fd, struct mmsghdr *msgs, unsigned count, int flags)
{
    (void)fd, (void)msgs, (void)count, (void)flags;
    return -ENOSYS;
}

ssize_t sys_readv(int fd, const struct iovec *iov, int count)
{
    (void)fd, (void)iov, (void)count;
    return -ENOSYS;
}

ssize_t sys_splice_in(int from, int pipe, size_t len)
{
    (void)from, (void)pipe, (void)len;
    return -EINVAL;
}

bool sys_is_at_mark(int fd)
{
    (void)fd;
    return false;
}

ssize_t sys_splice_out(int pipe, int to, size_t len)
{
    (void)pipe, (void)to, (void)len;
    return -EINVAL;
}

ssize_t sys_write_unsignaled(int fd, const struct iovec *iov, int count)
{
    (void)fd, (void)iov, (void)count;
    return -ENOSYS;
}

int sys_poll(int fd, short events)
{
    lock_take(&kernel.lock);
    model_assert(fd == DATA_FD && !kernel.closed);
    int got = kernel.bytes > 0 ? events & POLLIN : 0;
    lock_drop(&kernel.lock);
    return got;
}

/* The peer sends a byte. */
static void arrive(void)
{
    lock_take(&kernel.lock);
    kernel.bytes++;
    kernel.edge = kernel.watched;
    lock_drop(&kernel.lock);
}

/* --- the scenarios ------------------------------------------------------------------------ */

static driver *the_driver;
static source *src;
static uint32_t over; /* atomic: readers that came to their end */
static uint32_t readers;
static int64_t results[2];
static parker *bystander;  /* of one that waits for what doesn't come */
static uint32_t dismissed; /* atomic: it is to give up */

static void setup_readers(unsigned n)
{
    dismissed = 0;
    model_assert(epoll_driver_ops.open(&the_driver) == 0);
    model_assert(source_open(the_driver, DATA_FD, true, &src) == 0);
    readers = n;
    model_name(&src->lock, "source.lock");
    model_name(&kernel.lock, "kernel");
}

static void setup_one(void)
{
    setup_readers(1);
}

static void setup_two(void)
{
    setup_readers(2);
}

/* The source is registered already, as one is that was read from before. */
static void register_it(void)
{
    char byte;
    edo_op op;
    edo_waker waker = {0};

    op_init(&op, src, OP_RECV, &byte, 1);
    edo_poll is = op_poll(&op, &waker);
    model_assert(is == EDO_PENDING);
    op_cancel(&op);
    is = op_poll(&op, &waker);
    model_assert(is == EDO_READY);
}

static void setup_one_turn(void)
{
    setup_one();
    register_it();
}

static void setup_two_turns(void)
{
    setup_two();
    register_it();
}

static void end(unsigned i, int64_t result)
{
    results[i] = result;
    a_fetch_add(&over, 1, release);
    the_driver->ops->unpark(the_driver);
}

enum { WAITS, GIVES_UP, POLLS_AGAIN };

/* One byte, with a parker for a waker. The memory is gone when it returns. */
static void read_one(unsigned i, int what)
{
    char byte[2];
    edo_op op;
    parker *p = parker_new();
    edo_waker waker = parker_waker(p);

    /* With room for more a read is short, and says that nothing is left. */
    op_init(&op, src, OP_RECV, byte, readers == 1 ? 2 : 1);
    while (op_poll(&op, &waker) == EDO_PENDING) {
        if (what == GIVES_UP)
            op_cancel(&op);
        else if (what == POLLS_AGAIN)
            what = WAITS;
        else
            parker_wait(p, UINT64_MAX);
    }
    int64_t result = op.result;
    memset(&op, 0x55, sizeof op);
    parker_unref(p);
    end(i, result);
}

/* The same as the direct form of a read does it. */
static void read_by_turns(unsigned i)
{
    char byte[2];
    const size_t len = readers == 1 ? 2 : 1;
    uint32_t seen;
    int64_t result = -EAGAIN;
    edo_op op;
    parker *p = parker_new();
    edo_waker waker = parker_waker(p);

    op_init(&op, src, OP_RECV, byte, len);
    if (turn_stand(&op, src, &waker)) {
        parker_wait(p, UINT64_MAX);
        if (op_may_call(&op, src, OP_IN, &seen) &&
            (result = sys_recv(src->fd, byte, len, 0)) != -EAGAIN)
            turn_end(&op, src, result, len, seen);
    }
    if (result == -EAGAIN) {
        while (op_poll(&op, &waker) == EDO_PENDING)
            parker_wait(p, UINT64_MAX);
        result = op.result;
    }
    memset(&op, 0x55, sizeof op);
    parker_unref(p);
    end(i, result);
}

static void turn_reader_0(void)
{
    read_by_turns(0);
}

static void turn_reader_1(void)
{
    read_by_turns(1);
}

static void reader_0(void)
{
    read_one(0, WAITS);
}

static void reader_1(void)
{
    read_one(1, WAITS);
}

static void reader_gives_up(void)
{
    read_one(1, GIVES_UP);
}

/* Polled once more in vain, as by a task that another of its waits has woken. */
static void reader_polls_again(void)
{
    read_one(0, POLLS_AGAIN);
}

static const edo_future_ops ready_ops = FD_READY_OPS("ready");
static const fd_ready_kind kind = {.ready_ops = &ready_ops, .able_ops = &ready_ops};

/* Waits for readiness, with a parker for a waker. The memory is gone when it returns. */
static void wait_for(unsigned i, unsigned interest, bool gives_up)
{
    edo_fd_ready_future fut = fd_ready_future(&kind, src, interest);
    parker *p = parker_new();
    edo_waker waker = parker_waker(p);

    while (edo_future_poll(&fut.base, &waker) == EDO_PENDING) {
        if (gives_up)
            edo_future_cancel(&fut.base);
        else
            parker_wait(p, UINT64_MAX);
    }
    int64_t result = fut.base.result;
    memset(&fut, 0x55, sizeof fut);
    parker_unref(p);
    end(i, result);
}

static void waiter_0(void)
{
    wait_for(0, EDO_READABLE, false);
}

static void waiter_1(void)
{
    wait_for(1, EDO_READABLE, false);
}

static void waiter_gives_up(void)
{
    wait_for(1, EDO_READABLE, true);
}

/* Bytes for all are there: each reader's call is made without the lock. */
static void setup_calls(void)
{
    setup_readers(2);
    kernel.bytes = 2;
}

static edo_op op_of_before;
static char byte_of_before;

static void setup_two_lives(void)
{
    setup_readers(1);
    kernel.bytes = 1;
    op_init(&op_of_before, src, OP_RECV, &byte_of_before, 1);
}

static void reader_of_before(void)
{
    edo_waker waker = {0};
    edo_poll is = op_poll(&op_of_before, &waker);

    model_assert(is == EDO_READY);
    results[0] = op_of_before.result;
}

static void closer_and_opener(void)
{
    source *next;

    source_close(src);
    model_assert(source_open(the_driver, LATER_FD, true, &next) == 0);
}

/* No event is needed: who finds the byte read is told when it is put back. */
static void setup_put_back(void)
{
    setup_readers(2);
    kernel.bytes = 1;
    bystander = parker_new();
}

/* Waits for what never comes, until it is dismissed. */
static void waiter_in_vain(void)
{
    edo_fd_ready_future fut = fd_ready_future(&kind, src, EDO_PRIORITY);
    edo_waker waker = parker_waker(bystander);

    while (edo_future_poll(&fut.base, &waker) == EDO_PENDING) {
        if (a_load(&dismissed, acquire)) /* pairs with the release in waiter_dismisses */
            edo_future_cancel(&fut.base);
        else
            parker_wait(bystander, UINT64_MAX);
    }
    memset(&fut, 0x55, sizeof fut);
    end(1, -ECANCELED);
}

static void waiter_dismisses(void)
{
    edo_waker waker = parker_waker(bystander);

    wait_for(0, EDO_READABLE, false);
    a_store(&dismissed, 1, release);
    if (wake_mark(&waker))
        wake_push(&waker);
}

/* Takes the byte, and gives it back. */
static void reader_puts_back(void)
{
    char byte;
    edo_op op;
    edo_waker waker = {0};

    op_init(&op, src, OP_RECV, &byte, 1);
    edo_poll is = op_poll(&op, &waker);
    model_assert(is == EDO_READY && op.result == 1);
    model_assert(put_back_bytes_first(&op, 1) == 0);
}

/* --- what was put back ---------------------------------------------------------------------- */

static edo_op put_back_op[2]; /* each has read a byte */
static char put_back_byte[2];

/* Two bytes were read, and hang on the source in the end, but for what was taken. */
static void setup_two_read(void)
{
    edo_waker waker = {0};

    setup_readers(0);
    kernel.bytes = 2;
    for (unsigned i = 0; i < 2; i++) {
        op_init(&put_back_op[i], src, OP_RECV, &put_back_byte[i], 1);
        model_assert(op_poll(&put_back_op[i], &waker) == EDO_READY);
        model_assert(put_back_op[i].result == 1);
    }
}

static void put_back_0(void)
{
    model_assert(put_back_bytes_first(&put_back_op[0], 1) == 0);
}

static void put_back_1(void)
{
    model_assert(put_back_bytes_first(&put_back_op[1], 1) == 0);
}

static void put_back_both(void)
{
    put_back_1();
    put_back_0();
}

static void setup_two_kept(void)
{
    setup_two_read();
    put_back_both();
}

static void setup_one_kept(void)
{
    setup_two_read();
    put_back_1();
}

/* Takes up to so many bytes of what hangs there; how many. */
static int64_t take(size_t len)
{
    char bytes[3];
    edo_op op;

    op_init(&op, src, OP_RECV, bytes, len);
    if (!put_back_take(&op, &put_back_bytes))
        return 0;
    model_assert(op.result > 0); /* as 0 is the end */
    return op.result;
}

static void taker_0(void)
{
    results[0] = take(1);
}

static void taker_1(void)
{
    results[1] = take(1);
}

/* As a read of edo's: what was put back goes first. */
static void read_kept(unsigned i, bool gives_up)
{
    char byte;
    bool gives_way = false, canceled = false;
    edo_op op;
    parker *p = parker_new();
    edo_waker waker = parker_waker(p);

    op_init(&op, src, OP_RECV, &byte, 1);
    while (put_back_poll(&op, &gives_way, canceled, &waker, &put_back_bytes) == EDO_PENDING) {
        if (gives_up) {
            canceled = true;
            op_cancel(&op);
        } else {
            parker_wait(p, UINT64_MAX);
        }
    }
    results[i] = op.result;
    memset(&op, 0x55, sizeof op);
    parker_unref(p);
}

static void kept_reader_0(void)
{
    read_kept(0, false);
}

static void kept_reader_1(void)
{
    read_kept(1, false);
}

static void kept_reader_gives_up(void)
{
    read_kept(1, true);
}

/* Whoever holds the driver: events reach the readers by it. */
static void holder(void)
{
    while (a_load(&over, acquire) < readers)
        the_driver->ops->park(the_driver, UINT64_MAX);
}

static void sender(void)
{
    arrive();
}

static void sender_of_two(void)
{
    arrive();
    arrive();
}

static void closer(void)
{
    source_close(src);
}

static void check_read(void)
{
    for (unsigned i = 0; i < readers; i++)
        model_assert(results[i] == 1);
}

static void check_gives_up(void)
{
    model_assert(results[0] == 1);
    model_assert(results[1] == 1 || results[1] == -ECANCELED);
}

static void check_closed(void)
{
    model_assert(results[0] == 1 || results[0] == -ECANCELED);
    model_assert(kernel.closed);
}

static void check_calls(void)
{
    for (unsigned i = 0; i < 2; i++)
        model_assert(results[i] == 1 || results[i] == -ECANCELED);
    model_assert(kernel.closed);
}

static void check_ready(void)
{
    for (unsigned i = 0; i < readers; i++)
        model_assert(results[i] == EDO_READABLE);
}

static void check_ready_and_read(void)
{
    model_assert(results[0] == EDO_READABLE && results[1] == 1);
}

static void check_one_ready(void)
{
    model_assert(results[0] == EDO_READABLE);
    model_assert(results[1] == EDO_READABLE || results[1] == -ECANCELED);
}

static void check_both_closed(void)
{
    model_assert(results[0] == -ECANCELED && results[1] == -ECANCELED);
    model_assert(kernel.closed);
}

static void check_put_back(void)
{
    model_assert(results[0] == EDO_READABLE);
    model_assert(results[1] == EDO_READABLE || results[1] == -ECANCELED);
    model_assert(src->kept && !src->kept->next);
    parker_unref(bystander);
}

/* Each of the two bytes is there once. */
static void check_two_bytes(void)
{
    int64_t taken = 0;

    for (unsigned i = 0; i < 2; i++)
        taken += results[i] > 0 ? results[i] : 0;
    model_assert(taken + take(3) == 2);
    model_assert(!src->kept);
}

static void check_both_read(void)
{
    model_assert(results[0] == 1 && results[1] == 1);
    check_two_bytes();
}

static void check_one_read(void)
{
    model_assert(results[0] == 1);
    check_two_bytes();
}

static const model_scenario scenarios[] = {
    {.name = "read_and_send",
     .setup = setup_one,
     .threads = {reader_0, holder, sender},
     .check = check_read},
    {.name = "close_while_reading",
     .setup = setup_one,
     .threads = {reader_0, holder, closer},
     .check = check_closed},
    {.name = "polled_in_vain_and_sent",
     .setup = setup_one,
     .threads = {reader_polls_again, holder, sender},
     .check = check_read},
    {.name = "polled_in_vain_and_closed",
     .setup = setup_one,
     .threads = {reader_polls_again, holder, closer},
     .check = check_closed},
    {.name = "close_under_calls",
     .setup = setup_calls,
     .threads = {reader_0, reader_1, closer},
     .check = check_calls},
    {.name = "an_operation_of_an_earlier_life",
     .setup = setup_two_lives,
     .threads = {reader_of_before, closer_and_opener},
     .check = check_closed},
    {.name = "close_and_send",
     .setup = setup_one,
     .weak = 1,
     .threads = {reader_0, holder, closer, sender},
     .check = check_closed},
    {.name = "two_readers", /* each call without the lock is one more place to be preempted in */
     .setup = setup_two,
     .preemptions = 2,
     .weak = 1,
     .threads = {reader_0, reader_1, holder, sender_of_two},
     .check = check_read},
    {.name = "one_gives_up",
     .setup = setup_two,
     .preemptions = 2,
     .weak = 1,
     .threads = {reader_0, reader_gives_up, holder, sender_of_two},
     .check = check_gives_up},
    {.name = "read_by_turns_and_send",
     .setup = setup_one_turn,
     .threads = {turn_reader_0, holder, sender},
     .check = check_read},
    {.name = "close_under_a_turn",
     .setup = setup_one_turn,
     .threads = {turn_reader_0, holder, closer},
     .check = check_closed},
    {.name = "two_by_turns",
     .setup = setup_two_turns,
     .preemptions = 2,
     .weak = 1,
     .threads = {turn_reader_0, turn_reader_1, holder, sender_of_two},
     .check = check_read},
    {.name = "two_wait_for_readiness",
     .setup = setup_two,
     .weak = 1,
     .threads = {waiter_0, waiter_1, holder, sender},
     .check = check_ready},
    {.name = "readiness_beside_a_read",
     .setup = setup_two,
     .weak = 1,
     .threads = {waiter_0, reader_1, holder, sender_of_two},
     .check = check_ready_and_read},
    {.name = "one_gives_up_waiting",
     .setup = setup_two,
     .weak = 1,
     .threads = {waiter_gives_up, waiter_0, holder, sender},
     .check = check_one_ready},
    {.name = "close_while_waiting",
     .setup = setup_two,
     .weak = 1,
     .threads = {waiter_0, waiter_1, holder, closer},
     .check = check_both_closed},
    {.name = "put_back_is_readiness",
     .setup = setup_put_back,
     .weak = 1,
     .threads = {waiter_in_vain, waiter_dismisses, reader_puts_back},
     .check = check_put_back},
    {.name = "put_back_tells_all",
     .setup = setup_put_back,
     .threads = {waiter_0, waiter_1, reader_puts_back},
     .check = check_put_back},
    {.name = "two_put_back",
     .setup = setup_two_read,
     .threads = {put_back_0, put_back_1},
     .check = check_two_bytes},
    {.name = "two_take_what_was_put_back",
     .setup = setup_two_kept,
     .threads = {taker_0, taker_1},
     .check = check_both_read},
    {.name = "put_back_beside_two_that_take",
     .setup = setup_one_kept,
     .threads = {put_back_0, taker_0, taker_1},
     .check = check_two_bytes},
    {.name = "put_back_reaches_one_that_waits",
     .setup = setup_two_read,
     .threads = {put_back_0, put_back_1, kept_reader_0},
     .check = check_one_read},
    {.name = "put_back_reaches_one_that_came_too_late", /* for the byte before */
     .setup = setup_one_kept,
     .threads = {put_back_0, taker_1, kept_reader_0},
     .check = check_one_read},
    {.name = "put_back_reaches_all_that_wait",
     .setup = setup_two_read,
     .preemptions = 2,
     .weak = 1,
     .threads = {put_back_both, kept_reader_0, kept_reader_1},
     .check = check_both_read},
    {.name = "put_back_passes_one_that_gives_up",
     .setup = setup_two_read,
     .preemptions = 2,
     .weak = 1,
     .threads = {put_back_both, kept_reader_0, kept_reader_gives_up},
     .check = check_one_read},
};

MODEL_PROGRAM("driver_op", scenarios)
