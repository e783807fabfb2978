/* epoll_test.c: what the epoll driver makes of events, and when it asks the system for them. */
#include "driver/rig.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include <sys/resource.h>

#include <edo/error.h>

#include "driver/epoll/epoll.h"
#include "support/forked.h"

static epoll_driver *epoll_of(driver *d)
{
    return container_of(d, epoll_driver, base);
}

static bool is_ready(const source *src, enum op_dir dir)
{
    return src->dir[dir].ready & DIR_READY;
}

static void send_bytes(int fd, size_t len)
{
    static const char bytes[64];

    assert_int_equal(send(fd, bytes, len, 0), len);
}

EDO_TEST_PLAIN(it_is_watched_from_its_first_wait_and_for_room_from_the_first_wait_for_that)
{
    wire w = open_wire(SOCK_STREAM);
    char buf[8] = {0};
    counter reader = {0}, writer = {0};
    edo_op in, out;

    op_init(&in, w.src, OP_RECV, buf, sizeof buf);
    op_init(&out, w.src, OP_SEND, buf, sizeof buf);
    assert_op_ends(&out, &writer, sizeof buf);
    assert_false(w.src->watched);
    assert_op_waits(&in, &reader);
    assert_true(w.src->watched && !w.src->wants_out);
    fill(w.src->fd);
    op_renew(&out);
    assert_op_waits(&out, &writer);
    assert_true(w.src->wants_out);
    assert_op_waits(&in, &reader);
    assert_true(w.src->wants_out);
    send_bytes(w.peer, 8);
    check_events(w.d, 1);
    assert_wakes(&reader, 1);
    assert_wakes(&writer, 0);
    assert_false(is_ready(w.src, OP_OUT));
    assert_op_ends(&in, &reader, 8);
    drain(w.peer);
    check_events(w.d, 1);
    assert_wakes(&reader, 1);
    assert_wakes(&writer, 1);
    assert_op_ends(&out, &writer, sizeof buf);
    close_wire(&w);
}

static void check_receives(source *src, size_t room, int flags, int64_t expected)
{
    char buf[64];
    counter c = {0};
    edo_op op;

    op_init(&op, src, OP_RECV, buf, room);
    op.flags = flags;
    assert_op_ends(&op, &c, expected);
}

EDO_TEST_PLAIN(a_short_read_of_a_stream_says_that_nothing_is_left)
{
    driver *d = open_driver();
    int peer, datagrams;
    source *src = open_pair(d, SOCK_STREAM, &peer);
    source *other = open_pair(d, SOCK_DGRAM, &datagrams);

    send_bytes(peer, 5);
    check_receives(src, 4, 0, 4); /* as much as there was room for */
    assert_true(is_ready(src, OP_IN));
    check_receives(src, 4, MSG_PEEK, 1);
    assert_true(is_ready(src, OP_IN));
    check_receives(src, 4, 0, 1);
    assert_false(is_ready(src, OP_IN));
    send_bytes(datagrams, 1);
    check_receives(other, 4, 0, 1); /* of one datagram */
    assert_true(is_ready(other, OP_IN));
    source_close(src);
    source_close(other);
    free_driver(d);
    close(peer);
    close(datagrams);
}

EDO_TEST_PLAIN(the_end_is_told_as_often_as_asked)
{
    wire w = open_wire(SOCK_STREAM);

    hang_up(&w); /* before anything is watched: nothing will tell of it again */
    for (int i = 0; i < 3; i++)
        check_receives(w.src, 4, 0, 0);
    close_wire(&w);
}

/* A hang-up is no reason to be content with what a short read has brought. */
EDO_TEST_PLAIN(after_an_event_a_short_read_clears_and_after_a_hang_up_it_does_not)
{
    wire w = open_wire(SOCK_STREAM);
    char buf[8];
    counter c = {0};
    edo_op op;

    op_init(&op, w.src, OP_RECV, buf, sizeof buf);
    assert_op_waits(&op, &c);
    send_bytes(w.peer, 1);
    check_events(w.d, 1);
    assert_op_ends(&op, &c, 1);
    assert_false(is_ready(w.src, OP_IN));
    op_renew(&op);
    assert_op_waits(&op, &c);
    send_bytes(w.peer, 1);
    assert_int_equal(shutdown(w.peer, SHUT_WR), 0);
    check_events(w.d, 1);
    assert_int_equal(w.src->dir[OP_OUT].ready & DIR_HUP, 0);
    assert_op_ends(&op, &c, 1);
    assert_true(is_ready(w.src, OP_IN));
    check_receives(w.src, 4, 0, 0);
    close_wire(&w);
}

EDO_TEST_PLAIN(a_hang_up_wakes_both_directions)
{
    wire w = open_wire(SOCK_STREAM);
    char buf[8] = {0};
    counter reader = {0}, writer = {0};
    edo_op in, out;

    fill(w.src->fd);
    op_init(&in, w.src, OP_RECV, buf, sizeof buf);
    op_init(&out, w.src, OP_SEND, buf, sizeof buf);
    assert_op_waits(&in, &reader);
    assert_op_waits(&out, &writer);
    w.d->ops->park(w.d, 0);
    assert_wakes(&reader, 0);
    hang_up(&w);
    check_events(w.d, 1);
    assert_wakes(&reader, 1);
    assert_wakes(&writer, 1);
    assert_true(w.src->dir[OP_IN].ready & w.src->dir[OP_OUT].ready & DIR_HUP);
    assert_op_ends(&in, &reader, -ECONNRESET);
    assert_op_ends(&out, &writer, -EPIPE);
    close_wire(&w);
}

EDO_TEST_PLAIN(those_of_a_direction_have_their_turn_one_by_one)
{
    wire w = open_wire(SOCK_DGRAM);
    char buf[8];
    counter counters[3] = {{0}};
    edo_op ops[3];

    for (int i = 0; i < 3; i++) {
        op_init(&ops[i], w.src, OP_RECV, buf, sizeof buf);
        assert_op_waits(&ops[i], &counters[i]);
    }
    send_bytes(w.peer, 1);
    send_bytes(w.peer, 2);
    check_events(w.d, 1);
    assert_wakes(&counters[0], 1);
    assert_wakes(&counters[1], 0);
    assert_op_waits(&ops[1], &counters[1]); /* not its turn */
    assert_op_ends(&ops[0], &counters[0], 1);
    assert_wakes(&counters[1], 1); /* now it is */
    assert_wakes(&counters[2], 0);
    assert_op_ends(&ops[1], &counters[1], 2);
    assert_wakes(&counters[2], 1);
    assert_op_waits(&ops[2], &counters[2]); /* nothing was left */
    op_cancel(&ops[2]);
    assert_op_ends(&ops[2], &counters[2], -ECANCELED);
    op_cancel(&ops[2]); /* which has ended */
    assert_int_equal(ops[2].result, -ECANCELED);
    op_renew(&ops[0]); /* where it stood before means nothing */
    assert_op_waits(&ops[0], &counters[0]);
    assert_true(w.src->dir[OP_IN].first == &ops[0] && w.src->dir[OP_IN].last == &ops[0]);
    op_cancel(&ops[0]);
    assert_op_ends(&ops[0], &counters[0], -ECANCELED);
    assert_int_equal(ops[0].linked, LINK_NONE);
    assert_true(!w.src->dir[OP_IN].first && !w.src->dir[OP_IN].last);
    close_wire(&w);
}

EDO_TEST_PLAIN(one_of_the_middle_gives_up)
{
    wire w = open_wire(SOCK_DGRAM);
    char buf[8];
    counter counters[3] = {{0}};
    edo_op ops[3];

    for (int i = 0; i < 3; i++) {
        op_init(&ops[i], w.src, OP_RECV, buf, sizeof buf);
        assert_op_waits(&ops[i], &counters[i]);
    }
    op_cancel(&ops[1]);
    assert_op_ends(&ops[1], &counters[1], -ECANCELED);
    assert_wakes(&counters[2], 0);
    send_bytes(w.peer, 1);
    send_bytes(w.peer, 2);
    check_events(w.d, 1);
    assert_op_ends(&ops[0], &counters[0], 1);
    assert_wakes(&counters[2], 1);
    assert_op_ends(&ops[2], &counters[2], 2);
    assert_wakes(&counters[1], 0);
    close_wire(&w);
}

EDO_TEST_PLAIN(a_duplicate_of_a_closed_descriptor_brings_no_events)
{
    wire w = open_wire(SOCK_STREAM);
    char buf[8];
    counter c = {0};
    int copy = dup(w.src->fd);
    edo_op op;

    op_init(&op, w.src, OP_RECV, buf, sizeof buf);
    assert_op_waits(&op, &c);
    close_source(&w);
    assert_op_ends(&op, &c, -ECANCELED);
    send_bytes(w.peer, 1);
    check_events(w.d, 0);
    close(copy);
    close_wire(&w);
}

EDO_TEST_PLAIN(an_event_of_an_earlier_life_is_none)
{
    wire w = open_wire(SOCK_STREAM);
    char buf[8];
    counter c = {0};
    edo_op op;

    op_init(&op, w.src, OP_RECV, buf, sizeof buf);
    assert_op_waits(&op, &c);
    send_bytes(w.peer, 1);
    w.src->gen++; /* as if it had been closed and opened since it was registered */
    check_events(w.d, 1);
    w.src->gen--;
    assert_wakes(&c, 0);
    assert_false(is_ready(w.src, OP_IN));
    close_source(&w);
    assert_op_ends(&op, &c, -ECANCELED);
    close_wire(&w);
}

/* A look brings fewer than a worker runs until the next one, and those left over come with that. */
EDO_TEST_PLAIN(many_events_wake_each_once_in_several_looks)
{
    enum { MANY = 100 };
    static edo_op ops[MANY];
    static counter counters[MANY];
    static int peers[MANY];
    driver *d = open_driver();
    char buf[8];

    for (int i = 0; i < MANY; i++) {
        op_init(&ops[i], open_pair(d, SOCK_STREAM, &peers[i]), OP_RECV, buf, sizeof buf);
        assert_op_waits(&ops[i], &counters[i]);
        send_bytes(peers[i], 3);
    }
    for (int handled = 0, n; handled < MANY; handled += n) {
        n = d->ops->park(d, 0);
        assert_in_range(n, 1, MANY - handled < 60 ? MANY - handled : 60);
    }
    check_events(d, 0);
    for (int i = 0; i < MANY; i++) {
        assert_wakes(&counters[i], 1);
        assert_op_ends(&ops[i], &counters[i], 3);
        source_close(ops[i].src);
        close(peers[i]);
    }
    free_driver(d);
}

/* What can't be watched says so, and waits for nothing. */
EDO_TEST_PLAIN(an_operation_on_what_cannot_be_watched_fails)
{
    wire w = open_wire(SOCK_STREAM);
    char byte;
    counter c = {0};
    int own = w.src->fd;
    edo_op op, wait;

    w.src->fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    close(own);
    w.src->dir[OP_IN].ready = 0;
    op_init(&op, w.src, OP_READ, &byte, 1);
    assert_op_ends(&op, &c, -EPERM);
    assert_int_equal(w.src->users, 0);
    assert_null(w.src->dir[OP_IN].first);
    readiness_init(&wait, w.src, POLLPRI);
    assert_op_ends(&wait, &c, -EPERM);
    assert_false(w.src->watched);
    close_wire(&w);
}

EDO_TEST_PLAIN(what_has_woken_a_park_is_used_up)
{
    driver *d = open_driver();
    uint64_t told;

    d->ops->unpark(d);
    d->ops->unpark(d);
    assert_int_equal(read(epoll_of(d)->event, &told, sizeof told), -1); /* nobody slept */
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(d->ops->park(d, UINT64_MAX), 0);
    assert_int_equal(a_load(&epoll_of(d)->parked, relaxed), 0);
    free_driver(d);
}

static unsigned parks_over; /* atomic */

static void *park_for_ever(void *arg)
{
    driver *d = arg;
    int handled = d->ops->park(d, UINT64_MAX);

    a_store(&parks_over, 1, release);
    return handled == 0 ? NULL : arg;
}

EDO_TEST_PLAIN(a_sleeper_is_woken_from_another_thread)
{
    driver *d = open_driver();

    for (int i = 0; i < 10; i++) {
        pthread_t sleeper = start_thread(park_for_ever, d);
        wait_until(a_load(&epoll_of(d)->parked, acquire) == 1);
        d->ops->unpark(d);
        assert_null(join_thread(sleeper));
        assert_int_equal(a_load(&epoll_of(d)->parked, relaxed), 0);
    }
    free_driver(d);
}

static void on_signal(int number)
{
    (void)number;
}

static bool poked(pthread_t sleeper)
{
    assert_int_equal(pthread_kill(sleeper, SIGUSR1), 0);
    return a_load(&parks_over, acquire);
}

EDO_TEST_PLAIN(a_signal_ends_a_park_and_is_no_error)
{
    driver *d = open_driver();
    struct sigaction action = {.sa_handler = on_signal};

    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    pthread_t sleeper = start_thread(park_for_ever, d);
    wait_until(poked(sleeper));
    assert_null(join_thread(sleeper));
    free_driver(d);
}

EDO_TEST_PLAIN(a_park_whose_set_is_gone_says_so)
{
    driver *d = open_driver();
    int set = epoll_of(d)->epoll;

    epoll_of(d)->epoll = -1;
    assert_err(d->ops->park(d, 0), -EBADF);
    epoll_of(d)->epoll = set;
    free_driver(d);
}

EDO_TEST_PLAIN(it_takes_two_descriptors_and_gives_them_back)
{
    int before = open_fds();
    driver *d = open_driver();

    assert_int_equal(open_fds(), before + 2);
    assert_true(fcntl(epoll_of(d)->epoll, F_GETFD) & fcntl(epoll_of(d)->event, F_GETFD) &
                FD_CLOEXEC);
    free_driver(d);
    assert_int_equal(open_fds(), before);
}

EDO_TEST_PLAIN(the_lowest_number_will_do_as_well)
{
    close(STDIN_FILENO);
    int before = open_fds();
    driver *d = open_driver();

    assert_int_equal(epoll_of(d)->epoll, 0);
    free_driver(d);
    assert_int_equal(open_fds(), before);
}

EDO_TEST_PLAIN(without_descriptors_none_is_opened)
{
    int before = open_fds(), free_number = dup(STDERR_FILENO);
    struct rlimit was, limit;

    close(free_number);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    for (int left = 0; left < 2; left++) { /* the set finds none; what wakes a sleeper finds none */
        driver *d = NULL;
        limit = (struct rlimit){(rlim_t)(free_number + left), was.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
        assert_err(epoll_driver_ops.open(&d), -EMFILE);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
        assert_null(d);
        assert_int_equal(open_fds(), before);
    }
}

/* What a child of fork(2) does with its parent's sources, and with a driver of its own. */
static struct {
    source *watched, *fresh;
} parents;

static bool waits_and_is_woken(driver *d)
{
    int peer;
    char byte;
    counter c = {0};
    source *src = open_pair(d, SOCK_STREAM, &peer);
    edo_op op;

    op_init(&op, src, OP_RECV, &byte, 1);
    if (poll_op(&op, &c) != EDO_PENDING)
        return false;
    send_bytes(peer, 1);
    d->ops->park(d, 0);
    return c.pushes == 1 && poll_op(&op, &c) == EDO_READY && op.result == 1;
}

static void use_in_child(void)
{
    char byte;
    counter c = {0};
    edo_op op;

    op_init(&op, parents.fresh, OP_RECV, &byte, 1);
    bool is_told = poll_op(&op, &c) == EDO_READY && op.result == -EDO_EFORKED;
    source_close(parents.fresh);
    source_close(parents.watched);
    _exit(is_told && waits_and_is_woken(open_driver()) ? 0 : 1);
}

EDO_TEST_PLAIN(a_child_leaves_its_parents_set_alone_and_has_one_of_its_own)
{
    driver *d = open_driver();
    int peer, other;
    char byte, text[256];
    counter c = {0};
    edo_op op;

    source_slab_guard();
    parents.watched = open_pair(d, SOCK_STREAM, &peer);
    parents.fresh = open_pair(d, SOCK_STREAM, &other);
    op_init(&op, parents.watched, OP_RECV, &byte, 1);
    assert_op_waits(&op, &c);
    op_cancel(&op);
    assert_op_ends(&op, &c, -ECANCELED);
    assert_int_equal(forked_run(use_in_child, text, sizeof text), 0);
    op_renew(&op);
    assert_op_waits(&op, &c);
    send_bytes(peer, 1);
    check_events(d, 1);
    assert_wakes(&c, 1);
    assert_op_ends(&op, &c, 1);
    source_close(parents.watched);
    source_close(parents.fresh);
    free_driver(d);
    close(peer);
    close(other);
}
