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
        assert_op_waits(&all->ops[i], &all->counters[i]);
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

static void end_all(crowd *all, wire *w)
{
    close_source(w);
    for (unsigned i = 0; i < MANY; i++)
        if (all->ops[i].state != OP_DONE)
            assert_op_ends(&all->ops[i], &all->counters[i], -ECANCELED);
    close_wire(w);
}

EDO_TEST_PLAIN(who_finds_it_ready_passes_the_word_on)
{
    static crowd all;
    wire w = open_wire(SOCK_STREAM);

    let_wait(&all, w.src, POLLIN);
    write_byte(w.peer);
    check_events(w.d, 1);
    assert_int_equal(woken_of(&all), MARKED_AT_ONCE);
    for (unsigned i = 0; i < MANY; i++) {
        assert_wakes(&all.counters[i], 1);
        assert_op_ends(&all.ops[i], &all.counters[i], POLLIN);
    }
    assert_int_equal(woken_of(&all), MANY);
    end_all(&all, &w);
}

EDO_TEST_PLAIN(who_comes_too_late_waits_on_and_passes_the_word_on_too)
{
    static crowd all;
    wire w = open_wire(SOCK_STREAM);

    let_wait(&all, w.src, POLLIN);
    for (unsigned round = 1; round < 4; round++) {
        write_byte(w.peer);
        check_events(w.d, 1);
        read_byte(w.src->fd); /* before any of them has looked */
        for (unsigned i = 0; i < MANY; i++) {
            assert_wakes(&all.counters[i], round);
            assert_op_waits(&all.ops[i], &all.counters[i]);
        }
        assert_int_equal(woken_of(&all), MANY * round); /* nobody twice */
    }
    end_all(&all, &w);
}

EDO_TEST_PLAIN(who_has_been_told_and_has_not_looked_is_not_told_again)
{
    static crowd all;
    wire w = open_wire(SOCK_STREAM);

    let_wait(&all, w.src, POLLIN);
    for (unsigned told = MARKED_AT_ONCE; told < MANY + MARKED_AT_ONCE; told += MARKED_AT_ONCE) {
        write_byte(w.peer);
        check_events(w.d, 1);
        assert_int_equal(woken_of(&all), told < MANY ? told : MANY);
    }
    end_all(&all, &w);
}

EDO_TEST_PLAIN(who_gives_up_after_being_told_passes_the_word_on)
{
    static crowd all;
    wire w = open_wire(SOCK_STREAM);

    let_wait(&all, w.src, POLLIN);
    write_byte(w.peer);
    check_events(w.d, 1);
    for (unsigned i = 0; i < MANY; i++) {
        assert_wakes(&all.counters[i], 1);
        op_cancel(&all.ops[i]);
        assert_op_ends(&all.ops[i], &all.counters[i], -ECANCELED);
    }
    end_all(&all, &w);
}

EDO_TEST_PLAIN(each_is_woken_by_events_of_what_it_waits_for)
{
    wire w = open_wire(SOCK_STREAM);
    counter counters[3] = {{0}};
    edo_op in, out, both, *ops[] = {&in, &out, &both};

    fill(w.src->fd);
    readiness_init(&in, w.src, POLLIN);
    readiness_init(&out, w.src, POLLOUT);
    readiness_init(&both, w.src, POLLIN | POLLOUT);
    for (int i = 0; i < 3; i++)
        assert_op_waits(ops[i], &counters[i]);
    write_byte(w.peer);
    check_events(w.d, 1);
    assert_wakes(&counters[0], 1);
    assert_wakes(&counters[1], 0);
    assert_wakes(&counters[2], 1);
    read_byte(w.src->fd);
    assert_op_waits(&in, &counters[0]);
    assert_op_waits(&both, &counters[2]);
    drain(w.peer);
    check_events(w.d, 1);
    assert_wakes(&counters[0], 1);
    assert_wakes(&counters[1], 1);
    assert_wakes(&counters[2], 2);
    assert_op_ends(&out, &counters[1], POLLOUT);
    assert_op_ends(&both, &counters[2], POLLOUT);
    op_cancel(&in);
    assert_op_ends(&in, &counters[0], -ECANCELED);
    close_wire(&w);
}

/* poll(2) reports errors and hang-ups unasked: they end a wait that has them among its bits. */
EDO_TEST_PLAIN(what_was_not_asked_for_ends_no_wait)
{
    wire w = open_wire(SOCK_STREAM);
    counter c = {0}, other = {0};
    edo_op urgent, ended;

    readiness_init(&urgent, w.src, POLLPRI);
    readiness_init(&ended, w.src, POLLPRI | POLLHUP);
    assert_op_waits(&urgent, &c);
    assert_op_waits(&ended, &other);
    hang_up(&w);
    check_events(w.d, 1);
    assert_op_waits(&urgent, &c);
    assert_op_ends(&ended, &other, POLLHUP);
    op_cancel(&urgent);
    assert_op_ends(&urgent, &c, -ECANCELED);
    close_wire(&w);
}

EDO_TEST_PLAIN(what_is_ready_is_told_at_once_and_again)
{
    wire w = open_wire(SOCK_STREAM);
    counter c = {0};
    edo_op op;

    readiness_init(&op, w.src, POLLIN | POLLOUT);
    assert_op_ends(&op, &c, POLLOUT);
    op_renew(&op);
    write_byte(w.peer);
    assert_op_ends(&op, &c, POLLIN | POLLOUT);
    assert_int_equal(w.src->users, 0);
    close_wire(&w);
}
