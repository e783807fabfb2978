/*
 * oneshot.c: an item is sent, received, given up, closed and freed at once: it arrives once or is
 * destroyed once, every wait ends, and the channel goes with the last who knows of it.
 */
#include <errno.h>
#include <stdlib.h>

#include <edo/oneshot.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "future/parker.h"
#include "no_runtime.h"

static edo_oneshot_sender *tx;
static edo_oneshot_receiver *rx;
static uint32_t sent, received, destroyed; /* atomic */
static unsigned written;                   /* plain: by the receiver before it closed */

static void item_is_destroyed(void *item)
{
    model_assert(*(int *)item == 7);
    a_fetch_add(&destroyed, 1, relaxed);
}

static void setup(void)
{
    const edo_item item = {.size = sizeof(int), .align = sizeof(int), .destroy = item_is_destroyed};

    model_assert(edo_oneshot_new(&item, &tx, &rx) == 0);
    model_name(tx, "word");
    model_ignore(&sent, sizeof sent);
    model_ignore(&received, sizeof received);
    model_ignore(&destroyed, sizeof destroyed);
}

/* Until it is READY, or given up at its first wait. A second waker takes the first one's place. */
static int64_t wait_for(edo_future *fut, bool gives_up)
{
    parker *own = parker_new();
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

static void send_it(void)
{
    int item = 7, rc = edo_oneshot_send(tx, &item);

    model_assert(rc == 0 || rc == -EPIPE);
    a_fetch_add(&sent, rc == 0, relaxed);
}

static void note_received(int64_t rc, int item)
{
    model_assert(rc == 1 ? item == 7 : item == 0 && (rc == 0 || rc == -ECANCELED));
    a_fetch_add(&received, rc == 1, relaxed);
}

static void receive_by(bool gives_up)
{
    int item = 0;
    edo_oneshot_recv_future recv = edo_oneshot_recv_async(rx, &item);
    int64_t rc = wait_for(&recv.base, gives_up);

    recv.waits = 7; /* its memory is ours again */
    note_received(rc, item);
}

static void receive(void)
{
    receive_by(false);
}

static void receive_and_free(void)
{
    receive_by(false);
    edo_oneshot_receiver_free(rx);
}

static void give_up_and_free(void)
{
    receive_by(true);
    edo_oneshot_receiver_free(rx);
}

static void try_and_free(void)
{
    int item = 0, rc = edo_oneshot_try_recv(rx, &item);

    note_received(rc == -EAGAIN ? 0 : rc, item);
    edo_oneshot_receiver_free(rx);
}

static void close_it(void)
{
    written = 1;
    edo_oneshot_close(rx);
}

static void close_and_free(void)
{
    close_it();
    edo_oneshot_receiver_free(rx);
}

static void free_receiver(void)
{
    written = 1;
    edo_oneshot_receiver_free(rx);
}

static void free_sender(void)
{
    edo_oneshot_sender_free(tx);
}

static void wait_for_close(bool gives_up)
{
    edo_oneshot_closed_future closed = edo_oneshot_closed_async(tx);
    int64_t rc = wait_for(&closed.base, gives_up);

    closed.waits = 7;
    model_assert(rc == 0 ? written == 1 : rc == (gives_up ? -ECANCELED : -EPIPE) || rc == -EPIPE);
}

static void wait_for_close_and_send(void)
{
    wait_for_close(false);
    send_it();
}

static void ask_and_send(void)
{
    bool closed = edo_oneshot_is_closed(tx);

    model_assert(!closed || written == 1);
    send_it();
    model_assert(!closed || !sent);
}

static void give_up_close_and_send(void)
{
    wait_for_close(true);
    send_it();
}

/* --- waits that are pending from the start, so that the handle may be freed elsewhere ----------- */

static edo_oneshot_recv_future recv;
static edo_oneshot_closed_future closed;
static int item_of_recv;
static parker *recv_parker, *closed_parker;

static void begin_wait(edo_future *fut, parker **ret)
{
    *ret = parker_new();
    edo_waker waker = parker_waker(*ret);
    model_assert(edo_future_poll(fut, &waker) == EDO_PENDING);
}

static void setup_pending(void)
{
    setup();
    recv = edo_oneshot_recv_async(rx, &item_of_recv);
    begin_wait(&recv.base, &recv_parker);
    closed = edo_oneshot_closed_async(tx);
    begin_wait(&closed.base, &closed_parker);
}

/* By the same waker, or by another one; or given up. */
static int64_t go_on_waiting(edo_future *fut, parker *own, bool gives_up)
{
    edo_waker waker = parker_waker(own);

    if (gives_up)
        edo_future_cancel(fut);
    else
        parker_wait(own, UINT64_MAX);
    while (edo_future_poll(fut, &waker) == EDO_PENDING)
        parker_wait(own, UINT64_MAX);
    parker_unref(own);
    return fut->result;
}

static void go_on_receiving(void)
{
    int64_t rc = go_on_waiting(&recv.base, recv_parker, false);

    recv.waits = 7;
    note_received(rc, item_of_recv);
}

static void change_waker_and_receive(void)
{
    parker *first = recv_parker;
    edo_waker waker;

    recv_parker = parker_new();
    waker = parker_waker(recv_parker);
    if (edo_future_poll(&recv.base, &waker) == EDO_PENDING) {
        parker_unref(first); /* nobody knows it any more */
        first = NULL;
    }
    if (!edo_future_is_ready(&recv.base)) {
        go_on_receiving();
    } else {
        parker_unref(recv_parker);
        note_received(recv.base.result, item_of_recv);
    }
    parker_unref(first);
}

static void give_receiving_up(void)
{
    int64_t rc = go_on_waiting(&recv.base, recv_parker, true);

    recv.waits = 7;
    note_received(rc, item_of_recv);
}

static void go_on_to_the_close(void)
{
    int64_t rc = go_on_waiting(&closed.base, closed_parker, false);

    closed.waits = 7;
    model_assert(rc == 0 ? written == 1 : rc == -EPIPE);
}

static void give_the_close_up(void)
{
    int64_t rc = go_on_waiting(&closed.base, closed_parker, true);

    closed.waits = 7;
    model_assert(rc == 0 || rc == -EPIPE || rc == -ECANCELED);
}

static void receive_later(void)
{
    receive_by(true);
    receive_and_free();
}

/* Every item that was sent arrived or is gone. */
static void check(void)
{
    model_assert(sent == received + destroyed);
}

static void check_after_close(void)
{
    edo_oneshot_receiver_free(rx);
    check();
}

static const model_scenario scenarios[] = {
    {.name = "send_against_receive",
     .setup = setup,
     .threads = {send_it, receive_and_free},
     .check = check},
    {.name = "free_against_receive",
     .setup = setup,
     .threads = {free_sender, receive_and_free},
     .check = check},
    {.name = "send_against_cancel",
     .setup = setup,
     .threads = {send_it, give_up_and_free},
     .check = check},
    {.name = "receive_after_cancel",
     .setup = setup,
     .threads = {send_it, receive_later},
     .check = check},
    {.name = "send_against_try",
     .setup = setup,
     .threads = {send_it, try_and_free},
     .check = check},
    {.name = "send_against_close",
     .setup = setup,
     .threads = {ask_and_send, close_and_free},
     .check = check},
    {.name = "close_against_wait",
     .setup = setup,
     .threads = {wait_for_close_and_send, close_and_free},
     .check = check},
    {.name = "free_against_given_up_wait",
     .setup = setup,
     .threads = {give_up_close_and_send, free_receiver},
     .check = check},
    {.name = "send_receive_and_close_beside",
     .setup = setup,
     .threads = {send_it, receive, close_it},
     .check = check_after_close},
    {.name = "send_and_free_under_both_waits",
     .setup = setup_pending,
     .threads = {send_it, go_on_receiving, go_on_to_the_close, free_receiver},
     .preemptions = 2,
     .check = check},
    {.name = "send_and_free_under_given_up_waits",
     .setup = setup_pending,
     .threads = {send_it, give_receiving_up, give_the_close_up, free_receiver},
     .preemptions = 2,
     .check = check},
    {.name = "both_freed_under_both_waits",
     .setup = setup_pending,
     .threads = {free_sender, go_on_receiving, give_the_close_up, free_receiver},
     .preemptions = 2,
     .check = check},
    {.name = "send_against_another_waker",
     .setup = setup_pending,
     .threads = {send_it, change_waker_and_receive, go_on_to_the_close},
     .check = check_after_close},
};

MODEL_PROGRAM("oneshot", scenarios)
