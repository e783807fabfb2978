/* copy_cut_short_test.c: copies that a cancel meets at a certain step, or that give way to others. */
#include "support/edo_test.h"
#include "support/memory_io.h"

#include <errno.h>
#include <string.h>

/* A writer whose write, or flush, waits until it is cancelled, and has its effect all the same. */
typedef struct stubborn {
    edo_transfer_kind waits_in;
    size_t taken;
} stubborn;

static edo_poll take(void *self, edo_transfer *t, const edo_waker *waker)
{
    stubborn *s = self;

    (void)waker;
    if (t->kind == s->waits_in && !t->canceled)
        return EDO_PENDING;
    s->taken += t->len;
    t->result = (int64_t)t->len;
    return EDO_READY;
}

static const edo_writer_ops stubborn_ops = {.write = take, .flush = take};

static edo_writer stubborn_writer(stubborn *s)
{
    return (edo_writer){&stubborn_ops, s};
}

EDO_TEST(a_write_that_a_cancel_comes_too_late_for_is_counted)
{
    memory_io from = memory_io_of("hello");
    stubborn to = {.waits_in = EDO_TRANSFER_WRITE};
    edo_copy_future copy = edo_copy_async(memory_reader(&from), stubborn_writer(&to));

    assert_pending(&copy.base);
    edo_future_cancel(&copy.base);
    assert_ready_eq(&copy.base, -ECANCELED);
    assert_int_equal(to.taken, 5);
    assert_int_equal(copy.done, 5);
    assert_int_equal(copy.lost, 0);
    assert_int_equal(from.at, 5); /* and nothing went back */
}

EDO_TEST(a_cancel_that_the_last_flush_does_not_heed_is_a_success)
{
    memory_io from = memory_io_of("hello");
    stubborn to = {.waits_in = EDO_TRANSFER_FLUSH};
    edo_copy_future copy = edo_copy_async(memory_reader(&from), stubborn_writer(&to));

    assert_pending(&copy.base);
    assert_int_equal(to.taken, 5);
    edo_future_cancel(&copy.base);
    assert_ready_eq(&copy.base, 0);
    assert_int_equal(copy.done, 5);
}

/* Bytes on a Unix connection go round, from one end to the other, and are there again at once. */
typedef struct circle {
    edo_unix_stream *one, *other;
    bool both;
} circle;

static int go_round(void *arg)
{
    circle *c = arg;

    return c->both ? edo_copy_bidirectional(edo_unix_io(c->one), edo_unix_io(c->other), NULL)
                   : edo_copy(edo_unix_reader(c->one), edo_unix_writer(c->other), NULL);
}

/* If it didn't, nobody would come to abort it, on one thread. */
EDO_TEST_BOTH(copies_between_sockets_that_are_always_ready_give_way)
{
    for (int both = 0; both < 2; both++) {
        circle c = {.both = both};
        edo_task task;
        int rc;
        char byte = 0;
        assert_ok(edo_unix_pair(&c.one, &c.other));
        assert_int_equal(edo_unix_write(c.other, "x", 1), 1);
        if (both)
            assert_int_equal(edo_unix_write(c.one, "x", 1), 1);
        assert_ok(edo_spawn(go_round, &c, &task));
        edo_yield();
        edo_yield();
        edo_task_abort(task);
        assert_ok(edo_join(task, &rc));
        assert_err(rc, -ECANCELED);
        assert_int_equal(edo_unix_read(c.one, &byte, 1), 1); /* it is there still */
        assert_int_equal(byte, 'x');
        edo_unix_close(c.one);
        edo_unix_close(c.other);
    }
}
