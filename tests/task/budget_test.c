/* budget_test.c: who takes part in the budget, and who is freed of it, for how long. */
#include <stdlib.h>
#include <unistd.h>

#include "support/edo_test.h"
#include "support/tcp.h"

#define MESSAGES 1000

static unsigned units_left(void)
{
    unsigned n = 0;

    for (; edo_has_budget(); n++)
        assert_ok(edo_consume_budget());
    return n;
}

static void spend(unsigned units)
{
    for (unsigned i = 0; i < units; i++)
        assert_ok(edo_consume_budget());
}

static edo_mpsc_receiver *full_channel(void)
{
    const edo_item *item = EDO_ITEM(int);
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;

    assert_ok(edo_mpsc_new_unbounded(item, &tx, &rx));
    for (int i = 0; i < MESSAGES; i++)
        assert_ok(edo_mpsc_send(tx, &i));
    edo_mpsc_sender_free(tx);
    return rx;
}

/* Reads a channel to its end, and counts how often a receive said PENDING. */
struct reading {
    edo_mpsc_receiver *rx;
    unsigned got, pendings;
};

static edo_poll read_all(void *arg, const edo_waker *waker, int64_t *ret)
{
    struct reading *r = arg;

    for (;;) {
        int item;
        edo_mpsc_recv_future recv = edo_mpsc_recv_async(r->rx, &item);
        if (edo_future_poll(&recv.base, waker) == EDO_PENDING) {
            r->pendings++;
            edo_future_cancel(&recv.base);
            assert_int_equal(edo_future_poll(&recv.base, waker), EDO_READY);
            return EDO_PENDING;
        }
        if (recv.base.result == 0)
            break;
        assert_int_equal(item, r->got++);
    }
    *ret = r->got;
    return EDO_READY;
}

EDO_TEST_BOTH(a_loop_of_receives_is_held_back_unless_it_is_unconstrained) /* future-055 */
{
    struct reading r = {.rx = full_channel()};
    edo_poll_fn_future reads = edo_poll_fn(read_all, &r);

    assert_int_equal(edo_await(&reads.base), MESSAGES);
    assert_in_range(r.pendings, MESSAGES / 128, MESSAGES / 128 + 1);
    edo_mpsc_receiver_free(r.rx);

    r = (struct reading){.rx = full_channel()};
    reads = edo_poll_fn(read_all, &r);
    edo_budget_future free_one = edo_unconstrained_async(&reads.base);
    assert_int_equal(edo_await(&free_one.base), MESSAGES);
    assert_int_equal(r.pendings, 0);
    edo_mpsc_receiver_free(r.rx);
}

static uint64_t runs_so_far(void)
{
    edo_metrics m;
    edo_handle *handle = edo_runtime_handle(test_runtime());

    assert_ok(edo_handle_metrics(handle, &m));
    edo_handle_unref(handle);
    return m.polls;
}

EDO_TEST(an_unconstrained_scope_ends_with_the_budget_of_before) /* future-055 future-060 */
{
    edo_mpsc_receiver *rx = full_channel();
    edo_scope scope;
    int item;

    assert_ok(edo_yield());
    uint64_t before = runs_so_far();
    spend(100);
    assert_ok(edo_scope_enter(&scope, EDO_OPTS(scope, .unconstrained = true)));
    for (int i = 0; i < MESSAGES; i++) {
        assert_int_equal(edo_mpsc_recv(rx, &item), 1);
        assert_true(edo_has_budget());
    }
    for (int i = 0; i < MESSAGES; i++)
        assert_ok(edo_consume_budget());
    edo_scope_leave(&scope);
    assert_int_equal(runs_so_far(), before); /* all in one run */
    assert_int_equal(units_left(), 28);
    assert_false(edo_has_budget());
    edo_mpsc_receiver_free(rx);
}

EDO_TEST(an_unconstrained_future_spends_nothing_of_its_tasks) /* future-060 */
{
    struct reading r = {.rx = full_channel()};
    edo_poll_fn_future reads = edo_poll_fn(read_all, &r);
    edo_budget_future free_one = edo_unconstrained_async(&reads.base);

    assert_ok(edo_yield());
    spend(100);
    assert_int_equal(edo_await(&free_one.base), MESSAGES);
    assert_int_equal(units_left(), 28);
    edo_mpsc_receiver_free(r.rx);
}

/* An executor: it counts the units that it has, in two polls. */
struct counted {
    unsigned units[2], polls;
};

static edo_poll count_units(void *arg, const edo_waker *waker, int64_t *ret)
{
    struct counted *c = arg;

    c->units[c->polls++] = units_left();
    *ret = c->polls;
    if (c->polls == 2)
        return EDO_READY;
    edo_waker_wake_by_ref(waker);
    return EDO_PENDING;
}

EDO_TEST(a_budget_of_its_own_is_128_units_and_leaves_the_tasks) /* future-057 */
{
    struct counted c = {.polls = 0};
    edo_poll_fn_future counts = edo_poll_fn(count_units, &c);
    edo_budget_future own = edo_own_budget_async(&counts.base);

    assert_ok(edo_yield());
    spend(28);
    assert_pending(&own.base);
    assert_int_equal(c.units[0], 128);
    assert_int_equal(units_left(), 100);
    assert_false(edo_has_budget());
    assert_ready_eq(&own.base, 2); /* though its task has none left */
    assert_int_equal(c.units[1], 128);
    assert_false(edo_has_budget());
}

EDO_TEST_PLAIN(outside_of_a_task_there_is_no_limit) /* future-057 future-055 */
{
    struct reading r = {.rx = full_channel()};
    edo_poll_fn_future reads = edo_poll_fn(read_all, &r);
    edo_budget_future own = edo_own_budget_async(&reads.base);

    assert_ready_eq(&own.base, MESSAGES);
    assert_int_equal(r.pendings, 0);
    edo_mpsc_receiver_free(r.rx);
}

EDO_TEST(a_budget_future_passes_on_its_parts_ways)
{
    edo_future never = edo_pending();
    edo_budget_future budget = edo_unconstrained_async(&never);

    assert_pending(&budget.base);
    edo_future_cancel(&budget.base);
    assert_ready_eq(&budget.base, -ECANCELED);
    budget = edo_own_budget_async(NULL);
    assert_ready_eq(&budget.base, -EINVAL);
    edo_semaphore permits = EDO_SEMAPHORE_INIT(1);
    edo_semaphore_acquire_future take = edo_semaphore_acquire_async(&permits, NULL);
    budget = edo_own_budget_async(&take.base);
    edo_future ready = edo_ready(0);
    assert_int_equal(edo_select_biased(&ready, &budget.base), 0);
    assert_int_equal(edo_semaphore_available(&permits), 1);
}

/* What is around a future puts back what that has taken, and says so. */
static void check_put_back(edo_future *outer, edo_semaphore *permits)
{
    assert_ready_eq(outer, 0);
    assert_int_equal(edo_semaphore_available(permits), 0);
    edo_future_put_back(outer);
    assert_int_equal(outer->result, -ECANCELED);
    assert_int_equal(edo_semaphore_available(permits), 1);
}

EDO_TEST(what_is_around_a_future_puts_back_what_that_took)
{
    static const edo_task_local key;
    edo_semaphore permits = EDO_SEMAPHORE_INIT(1);
    edo_handle *handle = edo_runtime_handle(test_runtime());
    edo_semaphore_acquire_future take = edo_semaphore_acquire_async(&permits, NULL);
    edo_budget_future budget = edo_own_budget_async(&take.base);

    check_put_back(&budget.base, &permits);
    take = edo_semaphore_acquire_async(&permits, NULL);
    edo_maybe_done_future maybe = edo_maybe_done_async(&take.base);
    check_put_back(&maybe.base, &permits);
    take = edo_semaphore_acquire_async(&permits, NULL);
    edo_task_bound_future bound = edo_task_bind_async(&key, NULL, &take.base);
    check_put_back(&bound.base, &permits);
    take = edo_semaphore_acquire_async(&permits, NULL);
    edo_entered_future entered = edo_entered_async(handle, &take.base);
    check_put_back(&entered.base, &permits);
    edo_handle_unref(handle);
}

/* Each source that is always ready lets others run. */

static int count_turns(void *arg)
{
    while (edo_yield() == 0)
        ++*(unsigned *)arg;
    return 0;
}

static unsigned turns_beside(void (*op)(void *arg), void *arg)
{
    unsigned turns = 0;
    edo_task other;

    assert_ok(edo_spawn(count_turns, &turns, &other));
    assert_ok(edo_yield());
    turns = 0;
    for (int i = 0; i < 300; i++)
        op(arg);
    unsigned seen = turns;
    assert_ok(edo_task_abort(other));
    assert_ok(edo_join(other, NULL));
    return seen;
}

static void receive(void *rx)
{
    int item;

    assert_int_equal(edo_mpsc_recv(rx, &item), 1);
}

static void acquire(void *semaphore)
{
    assert_ok(edo_semaphore_acquire(semaphore, NULL));
}

static void lock_and_unlock(void *mutex)
{
    assert_ok(edo_mutex_lock(mutex));
    assert_ok(edo_mutex_unlock(mutex));
}

static void sleep_till_before(void *past)
{
    assert_ok(edo_sleep_until(*(edo_instant *)past));
}

static void join_the_next(void *arg)
{
    edo_task **next = arg;

    assert_ok(edo_join(*(*next)++, NULL));
}

static void read_a_byte(void *stream)
{
    char byte;

    assert_int_equal(edo_tcp_read(stream, &byte, 1), 1);
}

static void accept_one(void *listener)
{
    edo_tcp_stream *stream;

    assert_ok(edo_tcp_accept(listener, &stream));
    edo_tcp_close(stream);
}

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

/* Of streams that have no end, and of empty ones, the tests of those tell. */
EDO_TEST(what_is_always_ready_lets_others_run) /* future-059 */
{
    edo_mpsc_receiver *rx = full_channel();
    edo_semaphore permits = EDO_SEMAPHORE_INIT(1000);
    edo_mutex mutex = EDO_MUTEX_INIT;
    edo_instant past = edo_now();
    edo_task tasks[300], *next = tasks;

    assert_in_range(turns_beside(receive, rx), 2, 3);
    assert_in_range(turns_beside(acquire, &permits), 2, 3);
    assert_in_range(turns_beside(lock_and_unlock, &mutex), 2, 3);
    assert_in_range(turns_beside(sleep_till_before, &past), 2, 3);
    for (int i = 0; i < 300; i++)
        assert_ok(edo_spawn(do_nothing, NULL, &tasks[i]));
    assert_ok(edo_yield());
    assert_in_range(turns_beside(join_the_next, &next), 2, 3);
    edo_mpsc_receiver_free(rx);
}

EDO_TEST(what_the_kernel_has_ready_lets_others_run) /* future-059 */
{
    static const char bytes[300];
    unsigned port;
    int peer, peers[300];
    edo_tcp_stream *stream = accept_plain(&peer);

    assert_int_equal(write(peer, bytes, sizeof bytes), sizeof bytes);
    settle();
    assert_true(turns_beside(read_a_byte, stream) >= 2);
    edo_tcp_close(stream);
    close(peer);
    edo_tcp_listener *listener = listen_here(&port);
    for (int i = 0; i < 300; i++)
        peers[i] = plain_connect(port);
    settle();
    assert_true(turns_beside(accept_one, listener) >= 2);
    for (int i = 0; i < 300; i++)
        close(peers[i]);
    edo_tcp_listener_close(listener);
}

/* Fairness between branches, and between tasks. */

struct branch {
    edo_semaphore *permits;
    edo_semaphore_acquire_future take;
    unsigned left;
    bool waits;
    struct branch *other;
    unsigned others_left; /* when this one had ended */
};

/* Takes the permit and gives it back, as often as it is to. */
static edo_poll take_and_give(void *arg, const edo_waker *waker, int64_t *ret)
{
    struct branch *b = arg;

    for (; b->left > 0; b->left--) {
        if (!b->waits)
            b->take = edo_semaphore_acquire_async(b->permits, NULL);
        b->waits = true;
        if (edo_future_poll(&b->take.base, waker) == EDO_PENDING)
            return EDO_PENDING;
        assert_int_equal(b->take.base.result, 0);
        b->waits = false;
        assert_ok(edo_semaphore_add(b->permits, 1));
    }
    b->others_left = b->other->left;
    *ret = 0;
    return EDO_READY;
}

EDO_TEST_BOTH(a_greedy_branch_of_a_join_starves_no_other) /* future-043 */
{
    edo_semaphore permits = EDO_SEMAPHORE_INIT(1);
    struct branch greedy = {.permits = &permits, .left = 5 * 128};
    struct branch modest = {.permits = &permits, .left = 5, .other = &greedy};
    greedy.other = &modest;
    edo_poll_fn_future a = edo_poll_fn(take_and_give, &greedy);
    edo_poll_fn_future b = edo_poll_fn(take_and_give, &modest);
    edo_join_all_future all = edo_join_all_async((edo_future *[]){&a.base, &b.base}, 2);

    assert_int_equal(edo_timeout(&all.base, EDO_SECONDS(60)), 0);
    assert_int_equal(greedy.left + modest.left, 0);
    assert_true(modest.others_left > 0); /* it had its turns meanwhile */
    assert_ok(edo_semaphore_fini(&permits));
}

struct greed {
    edo_mutex mutex;
    bool stop; /* atomic */
};

static int lock_again_and_again(void *arg)
{
    struct greed *g = arg;

    while (!__atomic_load_n(&g->stop, __ATOMIC_SEQ_CST)) {
        assert_ok(edo_mutex_lock(&g->mutex));
        assert_ok(edo_yield()); /* whenever others run, it has the lock */
        assert_ok(edo_mutex_unlock(&g->mutex));
    }
    return 0;
}

/* Waits take a few milliseconds, but for those in which the system had better to do. */
EDO_TEST_BOTH(who_locks_again_and_again_keeps_nobody_out) /* future-061 */
{
    static struct greed g = {.mutex = EDO_MUTEX_INIT};
    uint64_t least = UINT64_MAX;
    edo_task t;

    assert_ok(edo_spawn(lock_again_and_again, &g, &t));
    for (int i = 0; i < 20; i++) {
        assert_ok(edo_yield());
        uint64_t began = real_time_ns();
        assert_ok(edo_mutex_lock(&g.mutex));
        uint64_t took = real_time_ns() - began;
        assert_ok(edo_mutex_unlock(&g.mutex));
        least = took < least ? took : least;
        assert_true(took < 1000000000 * (uint64_t)test_patience());
    }
    assert_true(least < 5000000 * (uint64_t)test_scale());
    __atomic_store_n(&g.stop, true, __ATOMIC_SEQ_CST);
    assert_ok(edo_join(t, NULL));
}
