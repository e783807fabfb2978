/* calls_test.c: calls that are made without the source's lock, and without an operation that it knows. */
#include "driver/rig.h"

#include "driver/epoll/epoll.h"

static driver *d;
static source *src;
static int peer, fd;
static uint32_t seen;

static void set_up(void)
{
    d = open_driver();
    src = open_pair(d, SOCK_STREAM, &peer);
    fd = src->fd;
}

static void tear_down(void)
{
    free_driver(d);
    close(peer);
}

static bool begins(enum op_dir dir)
{
    return source_begin_plain_call(src, dir, &seen);
}

static bool is_ready(void)
{
    return a_load(&src->dir[OP_IN].ready, relaxed) & DIR_READY;
}

EDO_TEST_PLAIN(the_last_of_several_calls_closes)
{
    set_up();
    assert_true(begins(OP_IN));
    assert_true(begins(OP_OUT));
    source_close(src);
    assert_true(is_open(fd));
    assert_false(begins(OP_IN));
    source_end_plain_call(src, OP_IN, 1, 1, seen);
    assert_true(is_open(fd));
    source_end_plain_call(src, OP_OUT, 1, 1, seen);
    assert_false(is_open(fd));
    tear_down();
}

EDO_TEST_PLAIN(a_call_that_finds_nothing_is_the_last_as_well)
{
    set_up();
    assert_true(begins(OP_IN));
    source_close(src);
    source_end_plain_call(src, OP_IN, -EAGAIN, 1, seen);
    assert_false(is_open(fd));
    tear_down();
}

EDO_TEST_PLAIN(a_call_outlives_its_driver)
{
    set_up();
    assert_true(begins(OP_IN));
    driver_shutdown(d);
    assert_false(begins(OP_IN));
    source_close(src);
    assert_true(is_open(fd));
    source_end_plain_call(src, OP_IN, 1, 1, seen);
    assert_false(is_open(fd));
    tear_down();
}

EDO_TEST_PLAIN(a_source_without_a_home_is_closed_without_waiting_for_a_call)
{
    set_up();
    assert_true(begins(OP_IN));
    driver_shutdown(d);
    source_end_plain_call(src, OP_IN, 1, 1, seen);
    assert_true(is_open(fd));
    source_close(src);
    assert_false(is_open(fd));
    tear_down();
}

EDO_TEST_PLAIN(a_descriptor_is_not_given_back_under_a_call)
{
    int back;

    set_up();
    assert_true(begins(OP_IN));
    assert_err(source_release(src, &back), -EBUSY);
    assert_true(begins(OP_IN)); /* that has changed nothing */
    source_end_plain_call(src, OP_IN, 1, 1, seen);
    source_end_plain_call(src, OP_IN, 1, 1, seen);
    assert_ok(source_release(src, &back));
    assert_int_equal(back, fd);
    assert_false(begins(OP_IN));
    close(back);
    tear_down();
}

EDO_TEST_PLAIN(without_a_home_a_descriptor_is_given_back_all_the_same)
{
    int back;

    set_up();
    driver_shutdown(d);
    assert_ok(source_release(src, &back));
    assert_int_equal(back, fd);
    close(back);
    tear_down();
}

EDO_TEST_PLAIN(no_call_overtakes_an_operation_that_waits)
{
    counter c = {0};
    char byte;
    edo_op op;

    set_up();
    op_init(&op, src, OP_RECV, &byte, 1);
    assert_op_waits(&op, &c);
    assert_int_equal(write(peer, "ab", 2), 2);
    check_events(d, 1);
    assert_true(is_ready());
    assert_false(begins(OP_IN)); /* the other has not polled since */
    assert_true(begins(OP_OUT));
    source_end_plain_call(src, OP_OUT, 1, 1, seen);
    assert_op_ends(&op, &c, 1);
    assert_true(begins(OP_IN));
    source_end_plain_call(src, OP_IN, 1, 1, seen);
    source_close(src);
    tear_down();
}

EDO_TEST_PLAIN(a_call_notes_that_nothing_is_left)
{
    set_up();
    assert_true(begins(OP_IN));
    source_end_plain_call(src, OP_IN, 2, 2, seen);
    assert_true(is_ready());
    assert_true(begins(OP_IN));
    source_end_plain_call(src, OP_IN, 0, 2, seen); /* the end is there again */
    assert_true(is_ready());
    assert_true(begins(OP_IN));
    source_end_plain_call(src, OP_IN, 1, 2, seen);
    assert_false(is_ready());
    assert_false(begins(OP_IN));
    source_close(src);
    tear_down();
}

EDO_TEST_PLAIN(an_event_under_a_call_is_not_lost)
{
    counter c = {0};
    char byte;
    edo_op op;

    set_up();
    op_init(&op, src, OP_RECV, &byte, 1);
    assert_op_waits(&op, &c); /* from now on it is watched */
    op_cancel(&op);
    assert_op_ends(&op, &c, -ECANCELED);
    assert_int_equal(write(peer, "a", 1), 1);
    check_events(d, 1);
    assert_true(begins(OP_IN));
    assert_int_equal(write(peer, "b", 1), 1);
    check_events(d, 1);
    source_end_plain_call(src, OP_IN, -EAGAIN, 2, seen);
    assert_true(is_ready());
    source_close(src);
    tear_down();
}

/* With a driver of completions each call is the driver's. */
EDO_TEST_PLAIN(where_readiness_is_not_told_no_call_begins)
{
    driver_ops ops = epoll_driver_ops;

    ops.tells_readiness = false;
    d = open_driver();
    d->ops = &ops;
    src = open_pair(d, SOCK_STREAM, &peer);
    assert_false(begins(OP_IN));
    source_close(src);
    tear_down();
}

static void check_wakes_the_last(enum op_kind kind)
{
    char bytes[4096] = {0};
    counter first = {0}, last = {0};
    edo_op op;

    set_up();
    if (kind == OP_SEND)
        fill(fd);
    op_init(&op, src, kind, bytes, sizeof bytes);
    assert_op_waits(&op, &first);
    assert_op_waits(&op, &last);
    if (kind == OP_SEND)
        drain(peer);
    else
        assert_int_equal(write(peer, "a", 1), 1);
    check_events(d, 1);
    assert_wakes(&first, 0);
    assert_wakes(&last, 1);
    assert_op_ends(&op, &last, kind == OP_SEND ? (int64_t)sizeof bytes : 1);
    source_close(src);
    tear_down();
}

EDO_TEST_PLAIN(who_polled_last_is_woken)
{
    check_wakes_the_last(OP_RECV);
    check_wakes_the_last(OP_SEND);
}

/* As by a task that another of its waits has woken. */
EDO_TEST_PLAIN(a_poll_to_which_nothing_is_new_takes_no_lock)
{
    char byte;
    counter c = {0};
    edo_op op;

    set_up();
    op_init(&op, src, OP_RECV, &byte, 1);
    assert_op_waits(&op, &c);
    lock_take(&src->lock);
    assert_op_waits(&op, &c);
    lock_drop(&src->lock);
    op_cancel(&op);
    assert_op_ends(&op, &c, -ECANCELED);
    source_close(src);
    tear_down();
}
