/* readiness_test.c: those that wait until a descriptor is ready, whoever makes use of it. */
#include "driver/rig.h"

#include <poll.h>
#include <string.h>

enum { MANY = 20 }; /* more than twice as many as an event marks in one go */

typedef struct crowd {
    edo_op ops[MANY];
    counter counters[MANY];
} crowd;

static void let_wait(crowd *all, source *src, int bits)
{
    memset(all, 0, sizeof *all);
    for (unsigned i = 0; i < MANY; i++) {
        readiness_init(&all->ops[i], src, bits);
        assert_int_equal(poll_op(&all->ops[i], &all->counters[i]), EDO_PENDING);
    }
}

static unsigned woken_of(const crowd *all)
{
    unsigned woken = 0;

    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(all->counters[i].marks, all->counters[i].pushes);
        woken += all->counters[i].pushes;
    }
    return woken;
}

static void write_byte(int fd)
{
    assert_int_equal(send(fd, "x", 1, 0), 1);
}

static void read_byte(int fd)
{
    char byte;

    assert_int_equal(read(fd, &byte, 1), 1);
}

static void end_all(crowd *all, source *src)
{
    source_close(src);
    for (unsigned i = 0; i < MANY; i++)
        if (all->ops[i].state != OP_DONE)
            assert_op_ends(&all->ops[i], &all->counters[i], -ECANCELED);
}

EDO_TEST_PLAIN(who_finds_it_ready_passes_the_word_on)
{
    static crowd all;
    driver *d = open_driver();
    int peer;
    source *src = open_pair(d, SOCK_STREAM, &peer);

    let_wait(&all, src, POLLIN);
    write_byte(peer);
    assert_int_equal(d->ops->park(d, 0), 1);
    assert_int_equal(woken_of(&all), MARKED_AT_ONCE);
    for (unsigned i = 0; i < MANY; i++) {
        assert_wakes(&all.counters[i], 1);
        assert_op_ends(&all.ops[i], &all.counters[i], POLLIN);
    }
    assert_int_equal(woken_of(&all), MANY);
    end_all(&all, src);
    free_driver(d);
    close(peer);
}

EDO_TEST_PLAIN(who_comes_too_late_waits_on_and_passes_the_word_on_too)
{
    static crowd all;
    driver *d = open_driver();
    int peer;
    source *src = open_pair(d, SOCK_STREAM, &peer);

    let_wait(&all, src, POLLIN);
    for (unsigned round = 1; round < 4; round++) {
        write_byte(peer);
        assert_int_equal(d->ops->park(d, 0), 1);
        read_byte(src->fd); /* before any of them has looked */
        for (unsigned i = 0; i < MANY; i++) {
            assert_wakes(&all.counters[i], round);
            assert_int_equal(poll_op(&all.ops[i], &all.counters[i]), EDO_PENDING);
        }
        assert_int_equal(woken_of(&all), MANY * round); /* nobody twice */
    }
    end_all(&all, src);
    free_driver(d);
    close(peer);
}

EDO_TEST_PLAIN(who_has_been_told_and_has_not_looked_is_not_told_again)
{
    static crowd all;
    driver *d = open_driver();
    int peer;
    source *src = open_pair(d, SOCK_STREAM, &peer);

    let_wait(&all, src, POLLIN);
    for (unsigned told = MARKED_AT_ONCE; told < MANY + MARKED_AT_ONCE; told += MARKED_AT_ONCE) {
        write_byte(peer);
        assert_int_equal(d->ops->park(d, 0), 1);
        assert_int_equal(woken_of(&all), told < MANY ? told : MANY);
    }
    end_all(&all, src);
    free_driver(d);
    close(peer);
}

EDO_TEST_PLAIN(who_gives_up_after_being_told_passes_the_word_on)
{
    static crowd all;
    driver *d = open_driver();
    int peer;
    source *src = open_pair(d, SOCK_STREAM, &peer);

    let_wait(&all, src, POLLIN);
    write_byte(peer);
    assert_int_equal(d->ops->park(d, 0), 1);
    for (unsigned i = 0; i < MANY; i++) {
        assert_wakes(&all.counters[i], 1);
        op_cancel(&all.ops[i]);
        assert_op_ends(&all.ops[i], &all.counters[i], -ECANCELED);
    }
    end_all(&all, src);
    free_driver(d);
    close(peer);
}

EDO_TEST_PLAIN(each_is_woken_by_events_of_what_it_waits_for)
{
    driver *d = open_driver();
    int peer;
    counter counters[3] = {{0}};
    source *src = open_pair(d, SOCK_STREAM, &peer);
    edo_op in, out, both, *ops[] = {&in, &out, &both};

    fill(src->fd);
    readiness_init(&in, src, POLLIN);
    readiness_init(&out, src, POLLOUT);
    readiness_init(&both, src, POLLIN | POLLOUT);
    for (int i = 0; i < 3; i++)
        assert_int_equal(poll_op(ops[i], &counters[i]), EDO_PENDING);
    write_byte(peer);
    assert_int_equal(d->ops->park(d, 0), 1);
    assert_wakes(&counters[0], 1);
    assert_wakes(&counters[1], 0);
    assert_wakes(&counters[2], 1);
    read_byte(src->fd);
    assert_int_equal(poll_op(&in, &counters[0]), EDO_PENDING);
    assert_int_equal(poll_op(&both, &counters[2]), EDO_PENDING);
    drain(peer);
    assert_int_equal(d->ops->park(d, 0), 1);
    assert_wakes(&counters[0], 1);
    assert_wakes(&counters[1], 1);
    assert_wakes(&counters[2], 2);
    assert_op_ends(&out, &counters[1], POLLOUT);
    assert_op_ends(&both, &counters[2], POLLOUT);
    op_cancel(&in);
    assert_op_ends(&in, &counters[0], -ECANCELED);
    source_close(src);
    free_driver(d);
    close(peer);
}

/* poll(2) reports errors and hang-ups unasked: they end a wait that has them among its bits. */
EDO_TEST_PLAIN(what_was_not_asked_for_ends_no_wait)
{
    driver *d = open_driver();
    int peer;
    counter c = {0}, other = {0};
    source *src = open_pair(d, SOCK_STREAM, &peer);
    edo_op urgent, ended;

    readiness_init(&urgent, src, POLLPRI);
    readiness_init(&ended, src, POLLPRI | POLLHUP);
    assert_int_equal(poll_op(&urgent, &c), EDO_PENDING);
    assert_int_equal(poll_op(&ended, &other), EDO_PENDING);
    close(peer);
    assert_int_equal(d->ops->park(d, 0), 1);
    assert_int_equal(poll_op(&urgent, &c), EDO_PENDING);
    assert_op_ends(&ended, &other, POLLHUP);
    op_cancel(&urgent);
    assert_op_ends(&urgent, &c, -ECANCELED);
    source_close(src);
    free_driver(d);
}

EDO_TEST_PLAIN(what_is_ready_is_told_at_once_and_again)
{
    driver *d = open_driver();
    int peer;
    counter c = {0};
    source *src = open_pair(d, SOCK_STREAM, &peer);
    edo_op op;

    readiness_init(&op, src, POLLIN | POLLOUT);
    assert_op_ends(&op, &c, POLLOUT);
    op_renew(&op);
    write_byte(peer);
    assert_op_ends(&op, &c, POLLIN | POLLOUT);
    assert_int_equal(src->users, 0);
    source_close(src);
    free_driver(d);
    close(peer);
}
