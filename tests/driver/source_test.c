/* source_test.c: descriptors in drivers: their numbers, their ends, and who is told of these. */
#include "driver/rig.h"

#include <poll.h>
#include <string.h>

static unsigned sources_in(const driver *d)
{
    unsigned count = 0;
    const source *before = NULL;

    for (const source *src = d->sources; src; before = src, src = src->next, count++)
        assert_ptr_equal(src->prev, before);
    return count;
}

/* Has it watched for all that there is. */
static void use_up(source *src)
{
    char byte = 0;
    counter c = {0};
    edo_op ops[2];

    fill(src->fd);
    op_init(&ops[0], src, OP_RECV, &byte, 1);
    op_init(&ops[1], src, OP_SEND, &byte, 1);
    for (int i = 0; i < 2; i++) {
        assert_op_waits(&ops[i], &c);
        op_cancel(&ops[i]);
        assert_op_ends(&ops[i], &c, -ECANCELED);
    }
    src->known = POLLIN;
    src->cookie = src;
}

EDO_TEST_PLAIN(a_slot_that_is_used_again_is_another_source)
{
    driver *d = open_driver();
    int peer, next_peer;
    char byte;
    counter c = {0};
    edo_op old, fresh;
    source *src = open_pair(d, SOCK_STREAM, &peer);
    const uint32_t slot = src->slot, gen = src->gen;

    op_init(&old, src, OP_RECV, &byte, 1);
    use_up(src);
    source_close(src);
    assert_int_equal(src->fd, -1);
    assert_null(src->home);
    assert_ptr_equal(open_pair(d, SOCK_DGRAM, &next_peer), src);
    assert_int_equal(src->slot, slot);
    assert_int_not_equal(src->gen, gen);
    assert_ptr_equal(source_at(slot), src);
    assert_false(src->stream || src->watched || src->wants_out || src->known || src->cookie);
    assert_true(src->dir[OP_IN].ready == DIR_READY && src->dir[OP_OUT].ready == DIR_READY);
    assert_err(op_may_begin(&old), -ECANCELED);
    assert_err(op_try(&old), -ECANCELED);
    assert_op_ends(&old, &c, -ECANCELED);
    op_init(&fresh, src, OP_RECV, &byte, 1);
    assert_ok(op_may_begin(&fresh));
    assert_op_waits(&fresh, &c);
    assert_int_equal(write(next_peer, "x", 1), 1);
    check_events(d, 1);
    assert_wakes(&c, 1);
    assert_op_ends(&fresh, &c, 1);
    source_close(src);
    free_driver(d);
    close(peer);
    close(next_peer);
}

EDO_TEST_PLAIN(each_of_many_has_a_number_of_its_own_and_they_close_in_any_order)
{
    enum { MANY = 600 }; /* more than two chunks */
    static source *sources[MANY];
    int fds_before = open_fds();
    driver *d = open_driver();

    for (unsigned i = 0; i < MANY; i++)
        assert_ok(source_open(d, dup(STDERR_FILENO), false, &sources[i]));
    assert_int_equal(sources_in(d), MANY);
    for (unsigned i = 0; i < MANY; i++) {
        assert_ptr_equal(source_at(sources[i]->slot), sources[i]);
        assert_true(sources[i]->slot < 2 * MANY); /* numbers are not wasted */
        for (unsigned j = 0; j < i; j++)
            assert_int_not_equal(sources[j]->slot, sources[i]->slot);
    }
    assert_int_equal(d->registered, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(d->deregistered, i);
        source_close(sources[i * 77 % MANY]);
        if (i % 50 == 0)
            assert_int_equal(sources_in(d), MANY - 1 - i);
    }
    assert_int_equal(sources_in(d), 0);
    assert_int_equal(d->registered, MANY);
    assert_int_equal(d->deregistered, MANY);
    free_driver(d);
    assert_int_equal(open_fds(), fds_before);
}

EDO_TEST_PLAIN(a_slot_that_came_back_is_given_to_one_at_a_time)
{
    enum { SOME = 5 };
    source *sources[SOME];
    driver *d = open_driver();

    for (unsigned i = 0; i < SOME; i++)
        assert_ok(source_open(d, dup(STDERR_FILENO), false, &sources[i]));
    for (unsigned i = 1; i < SOME; i += 2) {
        source_close(sources[i]);
        sources[i] = NULL;
    }
    for (unsigned i = 1; i < SOME; i += 2) {
        source *fresh;
        assert_ok(source_open(d, dup(STDERR_FILENO), false, &fresh));
        for (unsigned j = 0; j < SOME; j++)
            assert_ptr_not_equal(sources[j], fresh);
        sources[i] = fresh;
    }
    for (unsigned i = 0; i < SOME; i++)
        source_close(sources[i]);
    free_driver(d);
}

/* Which slot the next source gets. */
static uint32_t next_slot(driver *d)
{
    source *src;

    assert_ok(source_open(d, dup(STDERR_FILENO), false, &src));
    uint32_t slot = src->slot;
    source_close(src);
    return slot;
}

EDO_TEST_PLAIN(a_slot_that_nobody_has_takes_no_operations)
{
    driver *d = open_driver();
    uint32_t slot = next_slot(d);

    for (uint32_t other = slot; other <= slot + 1; other++) { /* used before; not yet */
        assert_int_equal(source_at(other)->fd, -1);
        assert_true(source_at(other)->closing);
    }
    free_driver(d);
}

EDO_TEST_PLAIN(a_driver_that_is_down_takes_no_descriptor)
{
    driver *d = open_driver(), *other = open_driver();
    int fd = dup(STDERR_FILENO);
    uint32_t slot = next_slot(other);
    source *src = NULL;

    driver_shutdown(d);
    assert_err(source_open(d, fd, false, &src), -EDO_ESHUTDOWN);
    assert_null(src);
    assert_int_equal(source_at(slot)->fd, -1);
    assert_int_equal(d->registered, 0);
    assert_true(is_open(fd));
    assert_int_equal(next_slot(other), slot); /* it came back */
    close(fd);
    d->ops->free(d);
    free_driver(other);
}

static int refuse(driver *d, source *src)
{
    (void)d, (void)src;
    return -EIO;
}

EDO_TEST_PLAIN(what_a_driver_refuses_stays_the_callers)
{
    driver *other = open_driver();
    driver_ops ops = epoll_driver_ops;
    driver refusing = {.ops = &ops};
    int fd = dup(STDERR_FILENO);
    uint32_t slot = next_slot(other);
    source *src = NULL;

    ops.add = refuse;
    assert_err(source_open(&refusing, fd, false, &src), -EIO);
    assert_null(src);
    assert_int_equal(sources_in(&refusing), 0);
    assert_true(is_open(fd));
    assert_int_equal(next_slot(other), slot);
    close(fd);
    free_driver(other);
}

enum { WAITS = 40 }; /* more than are woken in one go */

/* Operations in each of the three directions, all of which wait. */
typedef struct crowd {
    edo_op ops[3][WAITS];
    counter counters[3][WAITS];
    char byte;
} crowd;

static void let_wait(crowd *all, source *src)
{
    fill(src->fd);
    memset(all, 0, sizeof *all);
    for (unsigned i = 0; i < WAITS; i++) {
        op_init(&all->ops[OP_IN][i], src, OP_RECV, &all->byte, 1);
        op_init(&all->ops[OP_OUT][i], src, OP_SEND, &all->byte, 1);
        readiness_init(&all->ops[OP_ANY][i], src, POLLIN);
        for (unsigned dir = 0; dir < 3; dir++)
            assert_op_waits(&all->ops[dir][i], &all->counters[dir][i]);
    }
}

static void assert_all_end(crowd *all, int64_t result)
{
    for (unsigned dir = 0; dir < 3; dir++)
        for (unsigned i = 0; i < WAITS; i++) {
            assert_op_ends(&all->ops[dir][i], &all->counters[dir][i], result);
            assert_wakes(&all->counters[dir][i], 1);
        }
}

EDO_TEST_PLAIN(a_close_wakes_each_that_waits_once_and_the_last_closes)
{
    static crowd all;
    wire w = open_wire(SOCK_STREAM);
    counter c = {0};
    edo_op last;

    readiness_init(&last, w.src, POLLPRI);
    let_wait(&all, w.src);
    assert_op_waits(&last, &c);
    int fd = w.src->fd;
    close_source(&w);
    assert_wakes(&c, 1);
    assert_all_end(&all, -ECANCELED);
    assert_true(is_open(fd));
    assert_op_ends(&last, &c, -ECANCELED);
    assert_false(is_open(fd));
    assert_int_equal(sources_in(w.d), 0);
    close_wire(&w);
}

EDO_TEST_PLAIN(a_driver_that_goes_down_wakes_each_that_waits_once)
{
    static crowd all;
    driver *d = open_driver();
    int peer;
    counter c = {0};
    source *src = open_pair(d, SOCK_STREAM, &peer);
    edo_op late;

    let_wait(&all, src);
    op_init(&late, src, OP_RECV, &all.byte, 1);
    driver_shutdown(d);
    assert_int_equal(sources_in(d), 0);
    assert_int_equal(d->deregistered, 1);
    d->ops->free(d);
    assert_err(op_may_begin(&late), -EDO_ESHUTDOWN);
    assert_err(op_try(&late), -EDO_ESHUTDOWN);
    assert_op_ends(&late, &c, -EDO_ESHUTDOWN);
    assert_all_end(&all, -EDO_ESHUTDOWN);
    int fd = src->fd;
    assert_true(is_open(fd));
    source_close(src);
    assert_false(is_open(fd));
    close(peer);
}

EDO_TEST_PLAIN(who_was_told_of_a_shutdown_is_not_told_of_the_close)
{
    driver *d = open_driver();
    int peer;
    char byte;
    counter c = {0};
    source *src = open_pair(d, SOCK_STREAM, &peer);
    edo_op op;

    op_init(&op, src, OP_RECV, &byte, 1);
    assert_op_waits(&op, &c);
    driver_shutdown(d);
    source_close(src);
    assert_wakes(&c, 1);
    assert_op_ends(&op, &c, -ECANCELED);
    d->ops->free(d);
    close(peer);
}

static int64_t close_inside(int fd, void *src)
{
    source_close(src);
    return is_open(fd) ? fd : -EBADF;
}

EDO_TEST_PLAIN(a_call_keeps_the_descriptor_open_until_it_is_back)
{
    driver *d = open_driver();
    int peer;
    source *src = open_pair(d, SOCK_STREAM, &peer);
    int fd = src->fd;
    edo_op op;

    op_init(&op, src, OP_RECV, NULL, 0);
    assert_int_equal(op_try_by(&op, close_inside, src), fd);
    assert_false(is_open(fd));
    free_driver(d);
    close(peer);
}

typedef struct kept_number {
    source_kept node;
    unsigned number;
} kept_number;

static unsigned released;

static void release_in_order(source_kept *node)
{
    assert_int_equal(container_of(node, kept_number, node)->number, released);
    released++;
}

EDO_TEST_PLAIN(a_close_releases_what_was_put_back)
{
    driver *d = open_driver();
    kept_number kept[3];
    source *src;
    int fd;

    assert_ok(source_open(d, dup(STDERR_FILENO), false, &src));
    for (unsigned i = 0; i < 3; i++)
        kept[i] = (kept_number){{i < 2 ? &kept[i + 1].node : NULL, release_in_order}, i};
    src->kept = &kept[0].node;
    assert_err(source_release(src, &fd), -EBUSY);
    assert_int_equal(released, 0);
    source_close(src);
    assert_int_equal(released, 3);
    assert_ok(source_open(d, dup(STDERR_FILENO), false, &src)); /* the same slot */
    assert_null(src->kept);
    source_close(src);
    free_driver(d);
}

EDO_TEST_PLAIN(a_descriptor_is_given_back_when_nobody_waits)
{
    driver *d = open_driver();
    int peer, fd = -1;
    char byte;
    counter c = {0};
    source *src = open_pair(d, SOCK_STREAM, &peer);
    const int own = src->fd;
    const uint32_t slot = src->slot;
    edo_op op, old;

    op_init(&op, src, OP_RECV, &byte, 1);
    old = op;
    assert_op_waits(&op, &c);
    assert_err(source_release(src, &fd), -EBUSY);
    op_cancel(&op);
    assert_op_ends(&op, &c, -ECANCELED);
    assert_ok(source_release(src, &fd));
    assert_int_equal(fd, own);
    assert_true(is_open(fd));
    assert_int_equal(sources_in(d), 0);
    assert_true(src->closing);
    assert_op_ends(&old, &c, -ECANCELED);
    assert_int_equal(write(peer, "x", 1), 1);
    check_events(d, 0); /* it is watched no more */
    assert_int_equal(next_slot(d), slot);
    close(fd);
    close(peer);
    free_driver(d);
}

enum { CURIOUS = 12 }; /* that wait to be told, of whom MARKED_AT_ONCE are told in one go */

typedef struct curious {
    edo_op ops[CURIOUS];
    counter counters[CURIOUS];
} curious;

static void let_be_curious(curious *all, source *src)
{
    memset(all, 0, sizeof *all);
    for (unsigned i = 0; i < CURIOUS; i++) {
        readiness_init(&all->ops[i], src, i == 1 ? POLLPRI : POLLIN);
        assert_op_waits(&all->ops[i], &all->counters[i]);
    }
}

static void end_curiosity(curious *all)
{
    for (unsigned i = 0; i < CURIOUS; i++)
        assert_op_ends(&all->ops[i], &all->counters[i], -ECANCELED);
}

EDO_TEST_PLAIN(what_was_put_back_wakes_a_taker_and_those_that_wait_to_be_told)
{
    static curious all;
    wire w = open_wire(SOCK_STREAM);
    char byte;
    counter taker = {0}, second = {0};
    edo_op take, wait;

    op_init(&take, w.src, OP_RECV, &byte, 1);
    op_init(&wait, w.src, OP_RECV, &byte, 1);
    assert_op_waits(&take, &taker);
    assert_op_waits(&wait, &second);
    let_be_curious(&all, w.src);
    lock_take(&w.src->lock);
    source_wake_for_kept(w.src);
    assert_true(lock_try(&w.src->lock));
    lock_drop(&w.src->lock);
    assert_wakes(&taker, 1);
    assert_wakes(&second, 0);
    for (unsigned i = 0; i < CURIOUS; i++)
        assert_wakes(&all.counters[i], i < MARKED_AT_ONCE);
    close_source(&w);
    assert_op_ends(&take, &taker, -ECANCELED);
    assert_op_ends(&wait, &second, -ECANCELED);
    end_curiosity(&all);
    close_wire(&w);
}

EDO_TEST_PLAIN(those_that_want_some_bits_are_woken_for_these)
{
    static curious all;
    wire w = open_wire(SOCK_STREAM);

    let_be_curious(&all, w.src);
    source_wake_wanting(w.src, w.src->gen + 1, POLLIN); /* of another life */
    for (unsigned i = 0; i < CURIOUS; i++)
        assert_wakes(&all.counters[i], 0);
    source_wake_wanting(w.src, w.src->gen, POLLIN);
    for (unsigned i = 0; i < CURIOUS; i++) /* one among the first is not concerned */
        assert_wakes(&all.counters[i], i != 1 && i <= MARKED_AT_ONCE);
    close_source(&w);
    end_curiosity(&all);
    close_wire(&w);
}

EDO_TEST_PLAIN(who_waits_behind_is_woken_alone)
{
    static curious all;
    wire w = open_wire(SOCK_STREAM);
    edo_op unpolled;

    let_be_curious(&all, w.src);
    source_wake_behind(&all.ops[2]);
    source_wake_behind(&all.ops[CURIOUS - 1]); /* nobody is behind it */
    readiness_init(&unpolled, w.src, POLLIN);
    unpolled.next = &all.ops[5]; /* what isn't linked has no next */
    source_wake_behind(&unpolled);
    for (unsigned i = 0; i < CURIOUS; i++)
        assert_wakes(&all.counters[i], i == 3);
    close_source(&w);
    end_curiosity(&all);
    close_wire(&w);
}
