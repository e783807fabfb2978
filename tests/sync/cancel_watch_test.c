/* cancel_watch_test.c: waits of a watch, cancelled at every step: no value is lost or kept. */
#include "sync/cancel_rig.h"

enum { LAST = 4 };

typedef struct screen {
    edo_watch_sender *tx;
    edo_watch_receiver *rx;
    int sent, shown; /* the values are 0, 1, 2 … */
    edo_watch_ref ref;
    union {
        edo_watch_changed_future changed;
        edo_watch_wait_for_future wait_for;
        edo_watch_closed_future closed;
    };
} screen;

static void make_screen(screen *s)
{
    *s = (screen){0};
    for (int i = 0; i <= LAST; i++)
        items_destroyed[i] = 0;
    assert_ok(edo_watch_new(COUNTED_INT, &s->sent, &s->tx, &s->rx));
}

/* Nobody borrows any more: with the channel the last value goes, as all before it have. */
static void free_screen(screen *s)
{
    assert_int_equal(items_gone(LAST + 1), s->sent);
    edo_watch_sender_free(s->tx);
    edo_watch_receiver_free(s->rx);
    assert_int_equal(items_gone(LAST + 1), s->sent + 1);
}

static int send_next(screen *s)
{
    int next = s->sent + 1;
    int rc = edo_watch_send(s->tx, &next);

    if (rc == 0)
        s->sent = next;
    return rc;
}

/* Shows what is there and was not seen; then nothing is unseen. */
static void show_the_rest(screen *s)
{
    edo_watch_ref ref;

    assert_int_equal(edo_watch_has_changed(s->rx), s->shown < s->sent);
    s->shown = *(const int *)edo_watch_borrow_and_update(s->rx, &ref);
    edo_watch_borrow_end(&ref);
    assert_int_equal(s->shown, s->sent);
}

static bool is_wanted(void *arg, const void *value)
{
    return *(const int *)value >= *(const int *)arg;
}

/* --- tasks ---------------------------------------------------------------------------------------- */

static int send_all(void *arg)
{
    screen *s = arg;

    while (s->sent < LAST && edo_yield() == 0)
        assert_ok(send_next(s));
    return 0;
}

static int watch_changes(void *arg)
{
    screen *s = arg;
    int rc = 0;

    assert_ok(edo_spawn(send_all, s, NULL));
    while (rc >= 0 && s->shown < LAST) {
        edo_watch_ref ref;
        if ((rc = note(edo_watch_changed(s->rx))) == 0) {
            s->shown = *(const int *)edo_watch_borrow(s->rx, &ref);
            edo_watch_borrow_end(&ref);
        }
    }
    return rc;
}

static int watch_for_the_third(void *arg)
{
    screen *s = arg;
    int third = 3;
    edo_watch_ref ref;

    assert_ok(edo_spawn(send_all, s, NULL));
    int rc = note(edo_watch_wait_for(s->rx, is_wanted, &third, &ref));
    if (rc < 0)
        return rc;
    s->shown = *(const int *)ref.value;
    assert_true(s->shown >= third);
    rc = edo_sleep(EDO_MILLIS(1)); /* others send meanwhile */
    edo_watch_borrow_end(&ref);
    return rc;
}

static void check_screen(void *arg, unsigned step)
{
    screen *s = arg;

    (void)step;
    show_the_rest(s);
    free_screen(s);
    make_screen(s);
}

EDO_TEST_PLAIN(a_change_is_seen_or_unseen_after_a_cancel_at_any_step)
{
    screen s;

    make_screen(&s);
    check_cancels(watch_changes, check_screen, &s);
    check_cancels(watch_for_the_third, check_screen, &s);
    free_screen(&s);
}

static int free_the_receiver(void *arg)
{
    screen *s = arg;

    edo_yield();
    edo_watch_receiver_free(s->rx);
    s->rx = NULL;
    return 0;
}

static int wait_for_the_end(void *arg)
{
    screen *s = arg;

    assert_ok(edo_spawn(free_the_receiver, s, NULL));
    return note(edo_watch_closed(s->tx));
}

static void check_end(void *arg, unsigned step)
{
    screen *s = arg;

    (void)step;
    free_screen(s); /* nobody waits any more, or this would touch what is gone */
    make_screen(s);
}

EDO_TEST_PLAIN(a_wait_for_the_last_receivers_end_leaves_nothing_behind)
{
    screen s;

    make_screen(&s);
    check_cancels(wait_for_the_end, check_end, &s);
    free_screen(&s);
}

/* --- futures -------------------------------------------------------------------------------------- */

static edo_future *make_changed(void *arg)
{
    screen *s = arg;

    make_screen(s);
    s->changed = edo_watch_changed_async(s->rx);
    return &s->changed.base;
}

static int first = 1;

static edo_future *make_wait_for(void *arg)
{
    screen *s = arg;

    make_screen(s);
    s->wait_for = edo_watch_wait_for_async(s->rx, is_wanted, &first, &s->ref);
    return &s->wait_for.base;
}

static edo_future *make_closed(void *arg)
{
    screen *s = arg;

    make_screen(s);
    s->closed = edo_watch_closed_async(s->tx);
    return &s->closed.base;
}

static void send_one(void *arg)
{
    assert_ok(send_next(arg));
}

static void end_receiver(void *arg)
{
    screen *s = arg;

    edo_watch_receiver_free(s->rx);
    s->rx = NULL;
}

static void check_changed(void *arg, unsigned step, int64_t result)
{
    screen *s = arg;

    (void)step;
    assert_true(result == -ECANCELED || (result == 0 && s->sent > 0));
    s->shown = result == 0 ? s->sent : 0;
    show_the_rest(s);
    free_screen(s);
}

static void check_wait_for(void *arg, unsigned step, int64_t result)
{
    screen *s = arg;

    if (result == 0) {
        assert_int_equal(*(const int *)s->ref.value, s->sent);
        edo_watch_borrow_end(&s->ref);
    }
    check_changed(s, step, result);
}

static void check_closed(void *arg, unsigned step, int64_t result)
{
    screen *s = arg;

    (void)step;
    assert_true(result == -ECANCELED || (result == 0 && !s->rx));
    free_screen(s);
}

EDO_TEST_PLAIN(a_change_is_seen_or_unseen_wherever_its_wait_is_cancelled)
{
    screen s;

    check_future_cancels(make_changed, send_one, check_changed, &s);
    check_future_cancels(make_wait_for, send_one, check_wait_for, &s);
}

EDO_TEST_PLAIN(a_wait_for_the_last_receivers_end_is_over_wherever_it_is_cancelled)
{
    screen s;

    check_future_cancels(make_closed, end_receiver, check_closed, &s);
}
