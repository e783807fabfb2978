/*
 * watch.c: values are sent, modified, borrowed, waited for and left at once: a borrowed value stays
 * as it is, each is destroyed once, every wait ends with what it waited for, and the channel goes with
 * the last who knows of it. WAKES_MAX is one here: two who are told make two rounds.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "future/parker.h"
#include "no_runtime.h"
#include "sync/watch.h"

/* What a value is: it says so twice, and it is alive. Plain: a look that overlaps its end is a race. */
typedef struct value {
    int number;
    int again;
} value;

#define GONE (-99)

static edo_watch_sender *tx;
static edo_watch_receiver *rx, *other_rx;
static uint32_t made, destroyed; /* atomic */
static int written;              /* plain: by a sender, before it sends */

static void value_is_destroyed(void *place)
{
    value *v = place;

    model_assert(v->number >= 0 && v->number == v->again);
    v->number = GONE;
    a_fetch_add(&destroyed, 1, relaxed);
}

static int value_is_cloned(void *to, const void *from)
{
    *(value *)to = *(const value *)from;
    a_fetch_add(&made, 1, relaxed);
    return 0;
}

static void setup(void)
{
    const edo_item item = {.size = sizeof(value),
                           .align = sizeof(int),
                           .destroy = value_is_destroyed,
                           .clone = value_is_cloned};
    value first = {0, 0};

    made = 1;
    model_assert(edo_watch_new(&item, &first, &tx, &rx) == 0);
    model_name(&watch_of(tx)->word, "word");
    model_name(&watch_of(tx)->version, "version");
    model_name(&watch_of(tx)->refs, "refs");
    model_name(&watch_of(tx)->senders, "senders");
    model_name(&watch_of(tx)->receivers, "receivers");
    model_ignore(&made, sizeof made);
    model_ignore(&destroyed, sizeof destroyed);
}

static void setup_two_receivers(void)
{
    setup();
    model_assert(edo_watch_receiver_clone(rx, &other_rx) == 0);
}

static void setup_two_senders(void)
{
    setup();
    edo_watch_sender_clone(tx);
}

/* --- what threads do ------------------------------------------------------------------------ */

static void send_value(int number)
{
    value v = {number, number};

    written = number;
    int rc = edo_watch_send(tx, &v);
    model_assert(rc == 0 || rc == -EPIPE);
    a_fetch_add(&made, rc == 0, relaxed);
}

static void send_one(void)
{
    send_value(1);
}

static void send_two(void)
{
    send_value(1);
    send_value(2);
}

static void send_and_free(void)
{
    send_value(1);
    edo_watch_sender_free(tx);
}

/* Without a word of `written`: two senders would race for it. */
static void send_quietly(void)
{
    value v = {3, 3};

    model_assert(edo_watch_send(tx, &v) == 0);
    a_fetch_add(&made, 1, relaxed);
}

static void send_another_and_free(void)
{
    send_quietly();
    edo_watch_sender_free(tx);
}

static void replace_and_keep(void)
{
    value v = {4, 4}, before = {-1, -1};

    model_assert(edo_watch_send_replace(tx, &v, &before) == 1);
    a_fetch_add(&made, 1, relaxed);
    value_is_destroyed(&before);
}

static void free_sender(void)
{
    edo_watch_sender_free(tx);
}

static void add_ten(void *arg, void *place)
{
    value *v = place;

    (void)arg;
    model_assert(v->number == v->again);
    v->number += 10;
    v->again += 10;
}

static void modify_it(void)
{
    model_assert(edo_watch_send_modify(tx, add_ten, NULL) == 0);
}

static int look_at(const edo_watch_ref *ref)
{
    const value *v = ref->value;

    model_assert(v->number >= 0 && v->number == v->again);
    return v->number;
}

static void look_by(edo_watch_receiver *by)
{
    edo_watch_ref ref;

    edo_watch_borrow(by, &ref);
    int number = look_at(&ref);
    model_assert(look_at(&ref) == number);
    edo_watch_borrow_end(&ref);
}

static void look(void)
{
    look_by(rx);
}

static void look_elsewhere(void)
{
    look_by(other_rx);
}

static void look_twice(void)
{
    edo_watch_ref first, second;

    edo_watch_borrow(rx, &first);
    int number = look_at(&first);
    edo_watch_borrow(rx, &second);
    model_assert(look_at(&second) >= number);
    edo_watch_borrow_end(&second);
    model_assert(look_at(&first) == number);
    edo_watch_borrow_end(&first);
}

/* The borrow outlives the handle. */
static void borrow_and_free(void)
{
    edo_watch_ref ref;

    edo_watch_borrow(rx, &ref);
    edo_watch_receiver_free(rx);
    look_at(&ref);
    edo_watch_borrow_end(&ref);
}

static void free_receiver(void)
{
    edo_watch_receiver_free(rx);
}

static void free_other_receiver(void)
{
    edo_watch_receiver_free(other_rx);
}

/* --- waits ---------------------------------------------------------------------------------- */

static int64_t wait_by(edo_future *fut, parker *own, bool gives_up)
{
    edo_waker waker = parker_waker(own);

    while (edo_future_poll(fut, &waker) == EDO_PENDING) {
        if (gives_up)
            edo_future_cancel(fut);
        else
            parker_wait(own, UINT64_MAX);
    }
    parker_unref(own);
    return fut->result;
}

static int64_t change_by(edo_watch_receiver *by, bool gives_up)
{
    edo_watch_changed_future changed = edo_watch_changed_async(by);
    int64_t rc = wait_by(&changed.base, parker_new(), gives_up);

    changed.wait.waiter.prev = &changed.wait.waiter; /* its memory is ours again */
    return rc;
}

/* After a change: the value is there, and what its sender wrote. */
static void see_change(edo_watch_receiver *by, int least)
{
    edo_watch_ref ref;

    edo_watch_borrow(by, &ref);
    model_assert(look_at(&ref) >= least);
    edo_watch_borrow_end(&ref);
}

static void wait_for_change(void)
{
    model_assert(change_by(rx, false) == 0);
    model_assert(written == 1);
    see_change(rx, 1);
}

static void wait_elsewhere(void)
{
    model_assert(change_by(other_rx, false) == 0);
    see_change(other_rx, 1);
}

static void wait_until_the_end(void)
{
    unsigned changes = 0;
    int64_t rc;

    while ((rc = change_by(rx, false)) == 0)
        changes++;
    model_assert(rc == -EPIPE && changes > 0 && changes < made);
    model_assert(edo_watch_has_changed(rx) == -EPIPE);
    see_change(rx, 1); /* the last value, in any case: it was sent before the end */
    edo_watch_receiver_free(rx);
}

static void give_up_and_free(void)
{
    int64_t rc = change_by(rx, true);

    model_assert(rc == 0 || rc == -ECANCELED || rc == -EPIPE);
    edo_watch_receiver_free(rx);
}

static void give_up_elsewhere(void)
{
    int64_t rc = change_by(other_rx, true);

    model_assert(rc == 0 || rc == -ECANCELED);
}

static bool is_two(void *arg, const void *place)
{
    const value *v = place;

    (void)arg;
    model_assert(v->number >= 0 && v->number == v->again);
    return v->number == 2;
}

static void wait_for_two(void)
{
    edo_watch_ref ref;
    edo_watch_wait_for_future wait = edo_watch_wait_for_async(rx, is_two, NULL, &ref);

    model_assert(wait_by(&wait.base, parker_new(), false) == 0);
    model_assert(look_at(&ref) == 2);
    edo_watch_borrow_end(&ref);
}

static void wait_for_close(void)
{
    edo_watch_closed_future closed = edo_watch_closed_async(tx);

    model_assert(wait_by(&closed.base, parker_new(), false) == 0);
    closed.waiter.prev = &closed.waiter;
}

static void wait_for_close_or_subscribe(void)
{
    wait_for_close();
    model_assert(edo_watch_subscribe(tx, &rx) == 0);
    model_assert(!edo_watch_is_closed(tx));
    edo_watch_receiver_free(rx);
}

static void ask_for_close(void)
{
    if (edo_watch_is_closed(tx))
        model_assert(written == 5);
}

static void ask_for_change(void)
{
    if (edo_watch_has_changed(rx) == 1)
        model_assert(written == 1);
}

static void write_and_free_receiver(void)
{
    written = 5;
    edo_watch_receiver_free(rx);
}

/* --- waits that are pending from the start, so that their handles may be freed elsewhere -------- */

static edo_watch_changed_future changed;
static edo_watch_closed_future closed;
static parker *changed_parker, *closed_parker;

static void setup_pending_change(void)
{
    setup();
    changed_parker = parker_new();
    edo_waker waker = parker_waker(changed_parker);
    changed = edo_watch_changed_async(rx);
    model_assert(edo_future_poll(&changed.base, &waker) == EDO_PENDING);
}

static void setup_pending(void)
{
    setup_pending_change();
    closed_parker = parker_new();
    edo_waker waker = parker_waker(closed_parker);
    closed = edo_watch_closed_async(tx);
    model_assert(edo_future_poll(&closed.base, &waker) == EDO_PENDING);
}

static void give_up_the_pending(void)
{
    edo_future_cancel(&changed.base);
    int64_t rc = wait_by(&changed.base, changed_parker, false);

    model_assert(rc == -ECANCELED || rc == -EPIPE);
}

static void go_on_to_change(void)
{
    int64_t rc = wait_by(&changed.base, changed_parker, false);

    model_assert(rc == 0 || rc == -EPIPE);
}

static void go_on_to_close(void)
{
    int64_t rc = wait_by(&closed.base, closed_parker, false);

    model_assert(rc == 0 || rc == -EPIPE);
}

static void go_on_by_another_waker(void)
{
    parker *first = changed_parker;
    edo_waker waker;

    changed_parker = parker_new();
    waker = parker_waker(changed_parker);
    if (edo_future_poll(&changed.base, &waker) == EDO_PENDING) {
        parker_unref(first); /* nobody knows it any more */
        go_on_to_change();
        return;
    }
    parker_unref(first);
    parker_unref(changed_parker);
}

/* --- ends ------------------------------------------------------------------------------------ */

static void check_gone(void)
{
    model_assert(made == destroyed);
}

static void check_and_free_sender(void)
{
    edo_watch_sender_free(tx);
    check_gone();
}

static void check_and_free_both(void)
{
    edo_watch_receiver_free(rx);
    check_and_free_sender();
}

static void check_and_free_receiver(void)
{
    edo_watch_receiver_free(rx);
    check_gone();
}

static void check_and_free_three(void)
{
    edo_watch_receiver_free(other_rx);
    check_and_free_both();
}

static void check_sum(void)
{
    edo_watch_ref ref;

    edo_watch_borrow(rx, &ref);
    int number = look_at(&ref);
    model_assert(number == 13 || number == 3 || number == 20); /* no change was lost in between */
    edo_watch_borrow_end(&ref);
    check_and_free_both();
}

static const model_scenario scenarios[] = {
    {.name = "send_against_looks",
     .setup = setup,
     .threads = {send_two, look, look_twice},
     .check = check_and_free_both},
    {.name = "sends_against_a_look",
     .setup = setup,
     .threads = {send_quietly, send_one, look},
     .check = check_and_free_both},
    {.name = "replace_against_looks",
     .setup = setup,
     .threads = {replace_and_keep, look, send_one},
     .check = check_and_free_both},
    {.name = "borrow_beyond_the_handles",
     .setup = setup,
     .threads = {send_and_free, borrow_and_free},
     .check = check_gone},
    {.name = "borrow_of_the_last",
     .setup = setup_two_receivers,
     .threads = {free_sender, borrow_and_free, free_other_receiver},
     .check = check_gone},
    {.name = "modify_beside_a_send",
     .setup = setup,
     .threads = {modify_it, send_quietly, look},
     .check = check_sum},
    {.name = "modify_twice", .setup = setup, .threads = {modify_it, modify_it}, .check = check_sum},
    {.name = "send_against_a_wait",
     .setup = setup_two_receivers,
     .threads = {send_one, wait_for_change, look_elsewhere},
     .check = check_and_free_three},
    {.name = "two_waits_are_told",
     .setup = setup_two_receivers,
     .threads = {send_one, wait_for_change, wait_elsewhere},
     .check = check_and_free_three,
     .preemptions = 2},
    {.name = "cancel_beside_a_wait",
     .setup = setup_two_receivers,
     .threads = {send_one, wait_for_change, give_up_elsewhere},
     .check = check_and_free_three},
    {.name = "two_sends_against_two_waits",
     .setup = setup_two_receivers,
     .threads = {send_two, wait_for_two, wait_elsewhere},
     .check = check_and_free_three,
     .preemptions = 2,
     .weak = 1},
    {.name = "end_against_a_wait",
     .setup = setup,
     .threads = {send_and_free, wait_until_the_end},
     .check = check_gone},
    {.name = "last_of_two_senders",
     .setup = setup_two_senders,
     .threads = {send_another_and_free, send_and_free, wait_until_the_end},
     .check = check_gone,
     .preemptions = 2},
    {.name = "cancel_against_the_end",
     .setup = setup,
     .threads = {send_and_free, give_up_and_free},
     .check = check_gone},
    {.name = "close_against_a_wait",
     .setup = setup_two_receivers,
     .threads = {wait_for_close_or_subscribe, free_receiver, free_other_receiver},
     .check = check_and_free_sender},
    {.name = "close_is_seen_with_what_came_before",
     .setup = setup,
     .threads = {ask_for_close, write_and_free_receiver},
     .check = check_and_free_sender},
    {.name = "change_is_seen_with_what_came_before",
     .setup = setup,
     .threads = {ask_for_change, send_one},
     .check = check_and_free_both},
    {.name = "receiver_freed_under_its_wait",
     .setup = setup_pending,
     .threads = {free_receiver, go_on_to_change, go_on_to_close},
     .check = check_and_free_sender},
    {.name = "a_wait_ends_as_another_begins",
     .setup = setup_pending_change,
     .threads = {give_up_the_pending, give_up_and_free},
     .check = check_and_free_sender},
    {.name = "freed_under_pending_waits",
     .setup = setup_pending,
     .threads = {send_and_free, free_receiver, go_on_to_change, go_on_to_close},
     .check = check_gone,
     .preemptions = 1},
    {.name = "another_waker_against_a_send",
     .setup = setup_pending,
     .threads = {send_and_free, go_on_by_another_waker, go_on_to_close},
     .check = check_and_free_receiver,
     .preemptions = 2},
};

MODEL_PROGRAM("watch", scenarios)
