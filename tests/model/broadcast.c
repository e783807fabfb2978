/*
 * broadcast.c: items are sent, received, missed, waited for and given up at once: each receiver gets
 * them whole and in order, or is told how many it missed; every wait ends; what only a receiver that
 * is gone hadn't seen is destroyed once; and the last handle frees the channel. WAKES_MAX is one.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "no_task.h"
#include "future/future.h"
#include "future/parker.h"
#include "sync/broadcast.h"

/* An item says its number in each word, so that a torn one shows. */
typedef struct item {
    uint64_t one, other;
} item;

static edo_broadcast_sender *tx;
static edo_broadcast_receiver *rx[2];
static unsigned news[4]; /* plain: written before a send, and read by who got the item */
static unsigned before;  /* plain: written before the end, and read by who was told of it */

static void setup(const edo_item *kind, size_t capacity, int receivers)
{
    model_assert(edo_broadcast_new(kind, capacity, &tx, &rx[0]) == 0);
    if (receivers > 1)
        model_assert(edo_broadcast_subscribe(tx, &rx[1]) == 0);
    broadcast *ch = of_sender(tx);
    model_name(&ch->end, "end");
    model_name(&ch->receivers, "receivers");
    model_name(&ch->senders, "senders");
    model_name(&slot_of(ch, 0)->stamp, "stamp");
    model_ignore(&ch->weak, sizeof ch->weak);
}

static void setup_two(void)
{
    setup(&(const edo_item){.size = sizeof(item)}, 2, 1);
}

static void setup_one(void)
{
    setup(&(const edo_item){.size = sizeof(item)}, 1, 1);
}

static void setup_pair(void)
{
    setup(&(const edo_item){.size = sizeof(item)}, 2, 2);
}

static void send_number(uint64_t n)
{
    item it = {n, n};

    news[n] = 1;
    edo_broadcast_send(tx, &it);
}

static edo_poll poll(edo_broadcast_recv_future *fut, const edo_waker *waker)
{
    return edo_future_poll(&fut->base, waker);
}

/* The next item, or 0 at the end; adds what was missed. Waits on this thread's stack. */
static uint64_t receive_with(edo_broadcast_receiver *from, uint64_t *missed, bool gives_up)
{
    item it = {0};
    uint64_t n = 0;
    parker *own = parker_new();
    edo_waker waker = parker_waker(own);
    edo_broadcast_recv_future fut = edo_broadcast_recv_async(from, &it, &n);

    while (poll(&fut, &waker) == EDO_PENDING) {
        if (gives_up)
            edo_future_cancel(&fut.base);
        else
            parker_wait(own, UINT64_MAX);
    }
    int result = (int)fut.base.result;
    fut.waiter = (edo_waiter){.prev = &fut.waiter, .next = &fut.waiter}; /* ours again */
    parker_unref(own);
    *missed += n;
    model_assert(result == 1 || result == 0 || result == -EDO_ELAGGED || gives_up);
    if (result == 1)
        model_assert(it.one == it.other);
    return result == 1 ? it.one : result == 0 ? 0 : UINT64_MAX;
}

/* All of them, from 1 up, or told how many are missing. */
static void receive_all(edo_broadcast_receiver *from, uint64_t last)
{
    uint64_t seen = 0, it;

    while ((it = receive_with(from, &seen, false)) != 0)
        model_assert(it == UINT64_MAX || (it == ++seen && news[it] == 1));
    model_assert(seen == last && before == 1);
    edo_broadcast_receiver_free(from);
}

/* --- one sends more than there is room for ------------------------------------------------------ */

static void send_three(void)
{
    for (uint64_t n = 1; n <= 3; n++)
        send_number(n);
    before = 1;
    edo_broadcast_sender_free(tx);
}

static void receive_three(void)
{
    receive_all(rx[0], 3);
}

static void send_two(void)
{
    send_number(1);
    send_number(2);
    before = 1;
    edo_broadcast_sender_free(tx);
}

static void receive_two(void)
{
    receive_all(rx[0], 2);
}

static void receive_two_too(void)
{
    receive_all(rx[1], 2);
}

static void try_two(void)
{
    item it;
    uint64_t n = 0, seen = 0;
    int rc;

    while ((rc = edo_broadcast_try_recv(rx[0], &it, &n)) != -EAGAIN && rc != 0) {
        model_assert(rc == 1 || rc == -EDO_ELAGGED);
        seen += rc == 1 ? 1 : n;
        model_assert(rc != 1 || (it.one == it.other && it.one == seen));
    }
    model_assert(rc == -EAGAIN || seen == 2);
    edo_broadcast_receiver_free(rx[0]);
}

/* --- a wait is given up, a receiver freed under it ---------------------------------------------- */

static void receive_or_give_up(void)
{
    uint64_t missed = 0, it = receive_with(rx[0], &missed, true);

    model_assert(it <= 1 || it == UINT64_MAX);
    edo_broadcast_receiver_free(rx[0]);
}

static void send_one(void)
{
    send_number(1);
    before = 1;
    edo_broadcast_sender_free(tx);
}

/* Waits in a receive that was begun before; another frees the receiver. */
static edo_broadcast_recv_future begun;
static parker *begun_by;
static item begun_item;

static void setup_begun(void)
{
    setup_one();
    begun_by = parker_new();
    edo_waker waker = parker_waker(begun_by);
    begun = edo_broadcast_recv_async(rx[0], &begun_item, NULL);
    model_assert(poll(&begun, &waker) == EDO_PENDING);
}

/* As if the budget had been used up at its first poll: it is pending, and not in the queue. */
static void setup_unlinked(void)
{
    setup_one();
    begun_by = parker_new();
    begun = edo_broadcast_recv_async(rx[0], &begun_item, NULL);
    begun.waiter.kind = 1;
    rx[0]->refs++;
}

static void wait_for_begun(void)
{
    edo_waker waker = parker_waker(begun_by);

    while (poll(&begun, &waker) == EDO_PENDING)
        parker_wait(begun_by, UINT64_MAX);
    model_assert(begun.base.result == 0 || begun_item.one == 1);
    memset(&begun.waiter, 0xA5, sizeof begun.waiter);
    parker_unref(begun_by);
}

static void free_sender(void)
{
    edo_broadcast_sender_free(tx);
}

static void free_receiver(void)
{
    edo_broadcast_receiver_free(rx[0]);
}

/* --- until nobody receives ---------------------------------------------------------------------- */

static void wait_closed(void)
{
    parker *own = parker_new();
    edo_waker waker = parker_waker(own);
    edo_broadcast_closed_future fut = edo_broadcast_closed_async(tx);

    while (edo_future_poll(&fut.base, &waker) == EDO_PENDING)
        parker_wait(own, UINT64_MAX);
    model_assert(fut.base.result == 0);
    fut.waiter = (edo_waiter){.prev = &fut.waiter, .next = &fut.waiter};
    parker_unref(own);
    edo_broadcast_sender_free(tx);
}

static void free_other_receiver(void)
{
    edo_broadcast_receiver_free(rx[1]);
}

/* --- items with clone --------------------------------------------------------------------------- */

static unsigned made, gone; /* things: memory that says whether it is alive */

static void destroy_thing(void *at)
{
    uint64_t *thing = *(uint64_t **)at;

    model_assert(*thing != 0);
    *thing = 0;
    free(thing);
    a_fetch_add(&gone, 1, relaxed);
}

static uint64_t *new_thing(uint64_t n)
{
    uint64_t *thing = malloc(sizeof *thing);

    *thing = n;
    a_fetch_add(&made, 1, relaxed);
    return thing;
}

/* Writes to the original as well: two at a time would be a race. */
static int clone_thing(void *to, const void *from)
{
    uint64_t *thing = *(uint64_t *const *)from, n = *thing;

    *thing = n + 1;
    *thing = n;
    *(uint64_t **)to = new_thing(n);
    return 0;
}

static void setup_things(void)
{
    setup(&(const edo_item){.size = sizeof(void *),
                            .align = sizeof(void *),
                            .destroy = destroy_thing,
                            .clone = clone_thing},
          1, 2);
    model_ignore(&made, sizeof made);
    model_ignore(&gone, sizeof gone);
}

static void send_thing(uint64_t n)
{
    uint64_t *thing = new_thing(n);

    if (edo_broadcast_send(tx, &thing) < 0)
        destroy_thing(&thing);
}

static void send_two_things(void)
{
    send_thing(1);
    send_thing(2);
    edo_broadcast_sender_free(tx);
}

static void try_thing(edo_broadcast_receiver *from)
{
    uint64_t *thing;
    int rc;

    while ((rc = edo_broadcast_try_recv(from, &thing, NULL)) == -EDO_ELAGGED)
        ;
    if (rc == 1)
        destroy_thing(&thing);
    edo_broadcast_receiver_free(from);
}

static void try_thing_first(void)
{
    try_thing(rx[0]);
}

static void try_thing_other(void)
{
    try_thing(rx[1]);
}

static void check_things(void)
{
    model_assert(made == gone);
}

static const model_scenario scenarios[] = {
    {.name = "one_sends_one_lags", .setup = setup_one, .threads = {send_two, receive_two}},
    {.name = "one_sends_one_tries", .setup = setup_one, .threads = {send_two, try_two}},
    {.name = "three_through_two", .setup = setup_two, .threads = {send_three, receive_three}},
    {.name = "two_receive",
     .setup = setup_pair,
     .threads = {send_two, receive_two, receive_two_too},
     .preemptions = 2,
     .weak = 1},
    {.name = "gives_up", .setup = setup_one, .threads = {send_one, receive_or_give_up}},
    {.name = "freed_while_pending",
     .setup = setup_begun,
     .threads = {send_one, free_receiver, wait_for_begun}},
    {.name = "freed_before_it_waits",
     .setup = setup_unlinked,
     .threads = {free_receiver, wait_for_begun},
     .check = free_sender},
    {.name = "closed",
     .setup = setup_pair,
     .threads = {free_receiver, free_other_receiver, wait_closed}},
    {.name = "things",
     .setup = setup_things,
     .threads = {send_two_things, try_thing_first, try_thing_other},
     .check = check_things},
    {.name = "things_one_leaves",
     .setup = setup_things,
     .threads = {send_two_things, try_thing_first, free_other_receiver},
     .check = check_things},
};

MODEL_PROGRAM("broadcast", scenarios)
