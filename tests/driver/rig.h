/*
 * rig.h: what the tests of src/driver build on: wakers that count, and a driver of the test's own, in
 * which nobody else parks.
 */
#ifndef TESTS_DRIVER_RIG_H
#define TESTS_DRIVER_RIG_H

#include "support/edo_test.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sys/socket.h>

#include "driver/source.h"

/* A waker that counts how often it was marked and pushed. */
typedef struct counter {
    unsigned marks, pushes; /* atomic */
} counter;

static inline bool count_mark(void *data)
{
    counter *c = data;
    a_fetch_add(&c->marks, 1, relaxed);
    return true;
}

static inline void count_push(void *data)
{
    counter *c = data;
    a_fetch_add(&c->pushes, 1, relaxed);
}

static inline edo_waker waker_of(counter *c)
{
    static const struct edo_waker_ops ops = {.mark = count_mark, .push = count_push};

    return (edo_waker){.ops = &ops, .data = c};
}

#define assert_wakes(c, times)                                                                     \
    do {                                                                                           \
        assert_int_equal((c)->marks, times);                                                       \
        assert_int_equal((c)->pushes, times);                                                      \
    } while (0)

static inline driver *open_driver(void)
{
    driver *d;

    assert_ok(epoll_driver_ops.open(&d));
    return d;
}

static inline void free_driver(driver *d)
{
    driver_shutdown(d);
    d->ops->free(d);
}

/* A source of one end of a pair of sockets; the other end is *ret_peer. */
static inline source *open_pair(driver *d, int type, int *ret_peer)
{
    int fds[2];
    source *src;

    assert_int_equal(socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    assert_ok(source_open(d, fds[0], type == SOCK_STREAM, &src));
    *ret_peer = fds[1];
    return src;
}

/* A driver, a source of one end of a pair of sockets, and the other end: NULL and -1 once they are closed. */
typedef struct wire {
    driver *d;
    source *src;
    int peer;
} wire;

static inline wire open_wire(int type)
{
    wire w = {.d = open_driver()};

    w.src = open_pair(w.d, type, &w.peer);
    return w;
}

static inline void close_source(wire *w)
{
    source_close(w->src);
    w->src = NULL;
}

static inline void hang_up(wire *w)
{
    close(w->peer);
    w->peer = -1;
}

static inline void close_wire(wire *w)
{
    if (w->src)
        close_source(w);
    free_driver(w->d);
    if (w->peer >= 0)
        hang_up(w);
}

/* By now there are so many. */
static inline void check_events(driver *d, int count)
{
    assert_int_equal(d->ops->park(d, 0), count);
}

static inline bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static inline edo_poll poll_op(edo_op *op, counter *c)
{
    edo_waker waker = waker_of(c);

    return op_poll(op, &waker);
}

static inline void assert_op_waits(edo_op *op, counter *c)
{
    assert_int_equal(poll_op(op, c), EDO_PENDING);
}

static inline void assert_op_ends(edo_op *op, counter *c, int64_t result)
{
    assert_int_equal(poll_op(op, c), EDO_READY);
    assert_int_equal(op->result, result);
}

/* Writes until there is no room; reads until nothing is left. */
static inline void fill(int fd)
{
    static const char block[4096];

    while (send(fd, block, sizeof block, MSG_NOSIGNAL) > 0)
        continue;
    assert_int_equal(errno, EAGAIN);
}

static inline void drain(int fd)
{
    char block[4096];

    while (read(fd, block, sizeof block) > 0)
        continue;
    assert_int_equal(errno, EAGAIN);
}

/* A wait for readiness in some of these POLL* bits. */
static inline void readiness_init(edo_op *op, source *src, int bits)
{
    op_init(op, src, OP_READINESS, NULL, 0);
    op->flags = bits;
}

#endif
