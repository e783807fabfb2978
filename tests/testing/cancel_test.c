/* cancel_test.c: the harness that cancels at every step finds the steps, and what is wrong there. */
#include "support/edo_test.h"
#include "support/probe.h"

#include <edo/testing_cancel.h>

#include <stdio.h>
#include <string.h>

#include "base/atomic.h"
#include "future/future.h"

/* What the harness said. */
static unsigned failures;
static char failure[256];

static void note_failure(const char *text, const char *file, int line)
{
    (void)file;
    (void)line;
    if (failures++ == 0)
        snprintf(failure, sizeof failure, "%s", text);
}

static void failed_with(const char *text)
{
    assert_int_equal(failures, 1);
    if (!strstr(failure, text))
        assert_string_equal(failure, text);
    failures = 0;
}

/* --- everywhere --------------------------------------------------------------------------------- */

typedef struct log {
    edo_semaphore permits;
    unsigned begun, cut, ended; /* runs */
    unsigned checked;
    unsigned missing_at; /* the first step after which a permit was missing */
    bool forgetful;
} log;

static int sleep_thrice(void *arg)
{
    log *l = arg;

    l->begun++;
    for (int i = 0; i < 3; i++) {
        int rc = edo_sleep(EDO_MILLIS(1));
        if (rc < 0) {
            l->cut++;
            return rc;
        }
    }
    l->ended++;
    return 0;
}

static void count_checks(void *arg, unsigned step)
{
    log *l = arg;

    assert_int_equal(step, l->checked++);
    assert_int_equal(l->begun, step + 1);
}

EDO_TEST_PLAIN(each_wait_is_cut_short_once_and_the_last_run_ends)
{
    log l = {0};

    assert_int_equal(edo_test_cancel_everywhere(sleep_thrice, count_checks, &l), 4);
    assert_int_equal(l.checked, 5);
    assert_int_equal(l.cut, 4); /* before its beginning, and in each of three waits */
    assert_int_equal(l.ended, 1);
}

static int do_nothing(void *arg)
{
    ++*(int *)arg;
    return 0;
}

EDO_TEST_PLAIN(what_never_waits_is_aborted_before_it_begins_only)
{
    int runs = 0;

    assert_int_equal(edo_test_cancel_everywhere(do_nothing, NULL, &runs), 1);
    assert_int_equal(runs, 2);
}

/* Takes a permit over two sleeps; a forgetful one forgets it when the second is cut short. */
static int hold_a_permit(void *arg)
{
    log *l = arg;
    int rc = edo_semaphore_acquire(&l->permits, NULL);

    if (rc < 0)
        return rc;
    rc = edo_sleep(EDO_SECONDS(3600));
    if (rc == 0) {
        rc = edo_sleep(EDO_MILLIS(5));
        if (rc < 0 && l->forgetful)
            return rc;
    }
    assert_ok(edo_semaphore_add(&l->permits, 1));
    return rc;
}

static void check_permit(void *arg, unsigned step)
{
    log *l = arg;

    if (edo_semaphore_available(&l->permits) == 1)
        return;
    if (!l->missing_at)
        l->missing_at = step;
    assert_ok(edo_semaphore_add(&l->permits, 1));
}

EDO_TEST_PLAIN(the_check_sees_which_step_lost_something)
{
    log l = {.permits = EDO_SEMAPHORE_INIT(1)};

    assert_int_equal(edo_test_cancel_everywhere(hold_a_permit, check_permit, &l), 3);
    assert_int_equal(l.missing_at, 0);
    l.forgetful = true;
    assert_int_equal(edo_test_cancel_everywhere(hold_a_permit, check_permit, &l), 3);
    assert_int_equal(l.missing_at, 2);
}

/* A receive is aborted before the send, after it and before it was looked at, and comes to its end. */
typedef struct exchange {
    edo_broadcast_sender *tx;
    edo_broadcast_receiver *rx;
    unsigned sent, cut_before, cut_after, received;
} exchange;

static int send_later(void *arg)
{
    exchange *ex = arg;
    int item = 1;

    edo_yield();
    ex->sent += edo_broadcast_send(ex->tx, &item) > 0;
    return 0;
}

static int receive_one(void *arg)
{
    exchange *ex = arg;
    edo_task t;
    int item;

    ex->sent = 0;
    if (edo_spawn(send_later, ex, &t) < 0)
        return 0;
    int rc = edo_broadcast_recv(ex->rx, &item, NULL);
    ex->received += rc == 1;
    ex->cut_before += rc == -ECANCELED && !ex->sent;
    ex->cut_after += rc == -ECANCELED && ex->sent;
    assert_ok(edo_task_detach(t));
    return rc;
}

static void check_exchange(void *arg, unsigned step)
{
    exchange *ex = arg;
    int item;

    (void)step;
    while (edo_broadcast_try_recv(ex->rx, &item, NULL) == 1)
        assert_int_equal(item, 1);
}

EDO_TEST_PLAIN(a_wait_is_aborted_before_and_after_what_it_waits_for)
{
    exchange ex = {0};

    assert_ok(edo_broadcast_new(EDO_ITEM(int), 4, &ex.tx, &ex.rx));
    assert_true(edo_test_cancel_everywhere(receive_one, check_exchange, &ex) > 2);
    assert_true(ex.cut_before > 0);
    assert_true(ex.cut_after > 0);
    assert_int_equal(ex.received, 1);
    edo_broadcast_sender_free(ex.tx);
    edo_broadcast_receiver_free(ex.rx);
}

/* Real events: a connection to itself. */
static int connect_and_talk(void *arg)
{
    edo_tcp_listener *listener;
    edo_tcp_stream *client = NULL, *server = NULL;
    edo_addr addr;
    char byte = 'x';
    int rc = edo_tcp_listen("127.0.0.1:0", &listener);

    (void)arg;
    if (rc < 0)
        return rc;
    if ((rc = edo_tcp_listener_addr(listener, &addr)) == 0 &&
        (rc = edo_tcp_connect_addr(&addr, &client)) == 0 &&
        (rc = edo_tcp_accept(listener, &server)) == 0 &&
        (rc = (int)edo_tcp_write(client, &byte, 1)) == 1)
        rc = (int)edo_tcp_read(server, &byte, 1);
    edo_tcp_close(client);
    edo_tcp_close(server);
    edo_tcp_listener_close(listener);
    return rc;
}

static void check_descriptors(void *arg, unsigned step)
{
    (void)step;
    assert_int_equal(open_fds(), *(int *)arg);
}

EDO_TEST_PLAIN(sockets_may_be_waited_for)
{
    int before = open_fds();

    assert_true(edo_test_cancel_everywhere(connect_and_talk, check_descriptors, &before) >= 1);
}

static int fail_at_once(void *arg)
{
    (void)arg;
    return -EPIPE;
}

static int wait_for_ever(void *arg)
{
    edo_future never = edo_pending();

    (void)arg;
    return (int)edo_await(&never);
}

/* Goes on waiting after its abort, until somebody complains. */
static int ignore_aborts(void *arg)
{
    (void)arg;
    while (!failures)
        edo_yield();
    return 0;
}

EDO_TEST_PLAIN(scenarios_that_fail_or_do_not_end_fail_the_test)
{
    edo_test_on_failure(note_failure);
    assert_int_equal(edo_test_cancel_everywhere(fail_at_once, NULL, NULL), 1);
    failed_with("a scenario that nobody aborted ended with -EPIPE");
    assert_err(edo_test_cancel_everywhere(wait_for_ever, NULL, NULL), -ETIMEDOUT);
    failed_with("a scenario does not end");
    assert_err(edo_test_cancel_everywhere(ignore_aborts, NULL, NULL), -ETIMEDOUT);
    failed_with("a scenario aborted after 0 steps does not end");
    edo_test_on_failure(NULL);
}

EDO_TEST_BOTH(in_a_task_there_is_no_thread_to_block)
{
    int runs = 0;

    assert_err(edo_test_cancel_everywhere(do_nothing, NULL, &runs), -EDEADLK);
    assert_err(edo_test_cancel_randomly(NULL, 1, do_nothing, &runs), -EDEADLK);
    assert_err(edo_test_cancel_everywhere(NULL, NULL, NULL), -EINVAL);
    assert_err(edo_test_cancel_randomly(NULL, 1, NULL, NULL), -EINVAL);
    assert_err(edo_test_cancel_randomly(NULL, UINT64_MAX, do_nothing, &runs), -EINVAL);
    assert_int_equal(runs, 0);
}

/* --- one future --------------------------------------------------------------------------------- */

/* A future that is READY at its third poll, after two things that happen; and ways to do it wrong. */
typedef struct staged {
    edo_future base;
    unsigned parts;
    bool wakes, hears; /* wakes when something has happened; hears of its cancel */
    edo_waker waker;
    unsigned made, canceled, kept, put_back, checks;
    unsigned last_step;
} staged;

static edo_poll staged_poll(edo_future *base, const edo_waker *waker)
{
    staged *s = container_of(base, staged, base);

    if ((base->state & FUTURE_CANCELED) && s->hears)
        return edo_future_finish(base, -ECANCELED);
    if (s->parts == 2)
        return edo_future_finish(base, 5);
    s->waker = *waker;
    return EDO_PENDING;
}

static void staged_put_back(edo_future *base)
{
    base->result = -ECANCELED;
    container_of(base, staged, base)->put_back++;
}

static const edo_future_ops staged_ops = {.poll = staged_poll, .put_back = staged_put_back};

static edo_future *make_staged(void *arg)
{
    staged *s = arg;

    s->base = (edo_future)EDO_FUTURE_INIT(&staged_ops);
    s->parts = 0;
    s->made++;
    return &s->base;
}

static void next_part(void *arg)
{
    staged *s = arg;

    s->parts++;
    if (s->wakes)
        edo_waker_wake_by_ref(&s->waker);
}

static void check_staged(void *arg, unsigned step, int64_t result)
{
    staged *s = arg;

    assert_int_equal(step, s->checks++ / 2);
    s->last_step = step;
    s->canceled += result == -ECANCELED;
    s->kept += result == 5;
}

EDO_TEST_PLAIN(a_future_is_cancelled_around_each_poll_and_each_thing)
{
    staged s = {.wakes = true, .hears = true};

    assert_int_equal(edo_test_cancel_future(make_staged, next_part, check_staged, &s), 5);
    assert_int_equal(s.made, 12); /* cancelled after 0 to 4 steps, READY at the fifth; each twice */
    assert_int_equal(s.kept, 1);
    assert_int_equal(s.put_back, 1);
    assert_int_equal(s.canceled, 11);
    assert_int_equal(s.last_step, 5);
    assert_err(edo_test_cancel_future(NULL, next_part, check_staged, &s), -EINVAL);
    assert_err(edo_test_cancel_future(make_staged, next_part, NULL, &s), -EINVAL);
}

static void check_nothing(void *arg, unsigned step, int64_t result)
{
    (void)arg;
    (void)step;
    (void)result;
}

EDO_TEST_PLAIN(a_future_that_does_not_wake_or_does_not_end_fails_the_test)
{
    staged s = {.hears = true};

    edo_test_on_failure(note_failure);
    assert_int_equal(edo_test_cancel_future(make_staged, next_part, check_nothing, &s), 5);
    assert_int_equal(failures, 2); /* READY in two runs, each time without a wake-up */
    failures = 1;
    failed_with("its waker was not called");
    s = (staged){.wakes = true};
    assert_err(edo_test_cancel_future(make_staged, next_part, check_nothing, &s), -ETIMEDOUT);
    assert_int_equal(failures, 2); /* and its harness was released */
    failures = 1;
    failed_with("a future cancelled after 1 steps is still pending");
    s = (staged){.hears = true}; /* nothing ever happens */
    assert_err(edo_test_cancel_future(make_staged, NULL, check_nothing, &s), -ETIMEDOUT);
    failed_with("a future is not ready after 1000 steps");
    edo_test_on_failure(NULL);
}

/* --- at random ---------------------------------------------------------------------------------- */

typedef struct crowd {
    edo_semaphore permits;
    uint64_t runs, canceled; /* atomic */
} crowd;

static int hold_briefly(void *arg)
{
    crowd *c = arg;
    int rc = edo_semaphore_acquire(&c->permits, NULL);

    a_fetch_add(&c->runs, 1, relaxed);
    if (rc == 0) {
        rc = edo_yield();
        assert_ok(edo_semaphore_add(&c->permits, 1));
    }
    if (rc == -ECANCELED)
        a_fetch_add(&c->canceled, 1, relaxed);
    return rc;
}

EDO_TEST_PLAIN(many_scenarios_are_aborted_at_some_moment_and_each_is_run)
{
    static const edo_test_cancel_opts few = {.workers = 2, .at_once = 3, .seed = 7};
    crowd c = {.permits = EDO_SEMAPHORE_INIT(2)};
    unsigned count = test_count(20000);

    for (int i = 0; i < 2; i++) {
        c.runs = c.canceled = 0;
        int64_t canceled = edo_test_cancel_randomly(i ? &few : NULL, count, hold_briefly, &c);
        assert_int_equal(canceled, c.canceled);
        assert_int_equal(c.runs, count);
        assert_in_range(canceled, 1, count - 1);
        assert_int_equal(edo_semaphore_available(&c.permits), 2);
    }
    assert_int_equal(edo_test_cancel_randomly(NULL, 0, hold_briefly, &c), 0);
    assert_ok(edo_semaphore_fini(&c.permits));
}
