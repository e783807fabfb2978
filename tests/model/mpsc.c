/*
 * mpsc.c: a channel is sent into, received from, closed, and left by its handles at once: each message
 * ends once, received or destroyed, in its sender's order; every wait ends; the last one to hold the
 * channel frees it. Room for one or two; blocks have two slots; WAKES_MAX is one.
 */
#include <errno.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "future/future.h"
#include "future/parker.h"
#include "no_task.h"
#include "sched/coop.h"
#include "sched/scope.h"
#include "sync/mpsc.h"

/* What lies beneath: no thread is in a task. */
thread *thread_self(void)
{
    static thread plain;
    return &plain;
}

bool coop_refill(const edo_waker *waker)
{
    (void)waker;
    return false;
}

int task_why_slow(task *t)
{
    (void)t;
    return 0;
}

int64_t edo_await(edo_future *fut)
{
    (void)fut;
    model_fail("nothing awaits here");
}

int64_t edo_timeout(edo_future *fut, edo_duration span)
{
    (void)span;
    return edo_await(fut);
}

#define SENDERS 3
#define FROM(sender) (10 * (uint64_t)(sender)) /* a message: its sender, and the how-manieth */

static edo_mpsc_sender *tx; /* every thread's handle */
static edo_mpsc_receiver *rx;
static mpsc *channel;
static unsigned sent[SENDERS + 1];  /* by sender; plain: its own */
static unsigned ended[SENDERS + 1]; /* received or destroyed; plain: one thread at a time */

/* Received or destroyed: in its sender's order. */
static void end_message(void *at)
{
    uint64_t message = *(uint64_t *)at;

    model_assert(message % 10 == ended[message / 10]++);
}

static const edo_item kind = {.size = sizeof(uint64_t), .destroy = end_message};

static void setup(size_t capacity)
{
    model_assert((capacity ? edo_mpsc_new(&kind, capacity, &tx, &rx)
                           : edo_mpsc_new_unbounded(&kind, &tx, &rx)) == 0);
    channel = mpsc_of_sender(tx);
    model_name(&channel->permits.word, "permits");
    model_name(&channel->permits.lock, "permits.lock");
    model_name(&channel->lock, "lock");
    model_name(&channel->strong, "strong");
    model_name(&channel->refs, "refs");
    model_name(&channel->wait.word, "wait");
    model_ignore(&channel->weak, sizeof channel->weak);
}

/* Nobody has it any more, and nothing is left over. */
static void check(void)
{
    model_assert(model_is_freed(channel));
    for (unsigned i = 0; i <= SENDERS; i++)
        model_assert(ended[i] == sent[i]);
}

/* --- polling ----------------------------------------------------------------------------------- */

static void wait_by(edo_future *fut, parker *own)
{
    edo_waker waker = parker_waker(own);

    while (edo_future_poll(fut, &waker) == EDO_PENDING)
        parker_wait(own, UINT64_MAX);
}

static int64_t wait_for(edo_future *fut)
{
    parker *own = parker_new();

    wait_by(fut, own);
    parker_unref(own);
    return fut->result;
}

/* --- sending ----------------------------------------------------------------------------------- */

static uint64_t next_message(void)
{
    return FROM(model_self()) + sent[model_self()];
}

/* 0, or why it didn't go in. */
static int note_sent(int rc)
{
    sent[model_self()] += rc == 0;
    return rc;
}

static int send(void)
{
    uint64_t message = next_message();
    edo_mpsc_send_future fut = edo_mpsc_send_async(tx, &message);
    int rc = note_sent((int)wait_for(&fut.base));

    fut.waiter = (edo_waiter){.prev = &fut.waiter, .next = &fut.waiter}; /* ours again */
    model_assert(rc == 0 || rc == -EPIPE);
    return rc;
}

static int try_send(void)
{
    uint64_t message = next_message();

    return note_sent(edo_mpsc_try_send(tx, &message));
}

static void free_sender(void)
{
    edo_mpsc_sender_free(tx);
}

static void send_and_free(void)
{
    model_assert(send() == 0);
    free_sender();
}

static void try_and_free(void)
{
    try_send();
    free_sender();
}

/* --- receiving --------------------------------------------------------------------------------- */

/* 1, or 0 at the end. */
static int receive(void)
{
    uint64_t message;
    edo_mpsc_recv_future fut = edo_mpsc_recv_async(rx, &message);
    int rc = (int)wait_for(&fut.base);

    model_assert(rc == 0 || rc == 1);
    if (rc)
        end_message(&message);
    return rc;
}

static int try_receive(void)
{
    uint64_t message;
    int rc = edo_mpsc_try_recv(rx, &message);

    if (rc == 1)
        end_message(&message);
    return rc;
}

static void free_receiver(void)
{
    edo_mpsc_receiver_free(rx);
}

static bool is_over(void *arg)
{
    (void)arg;
    return mpsc_is_over(channel);
}

static void receive_all(void)
{
    while (receive())
        ;
    model_assert(model_peek(is_over, NULL));
    free_receiver();
}

/* --- the ring comes round ------------------------------------------------------------------------ */

static void setup_full(size_t capacity)
{
    setup(capacity);
    for (size_t i = 0; i < capacity; i++)
        model_assert(try_send() == 0);
}

static void setup_two_full(void)
{
    setup_full(2);
}

static void try_one(void)
{
    try_send();
}

static void try_receive_two(void)
{
    model_assert(try_receive() == 1 && try_receive() == 1);
}

static void check_open(void)
{
    while (try_receive() == 1)
        ;
    model_assert(edo_mpsc_capacity(tx) == edo_mpsc_max_capacity(tx));
    free_sender();
    free_receiver();
    check();
}

/* --- until all senders are gone ------------------------------------------------------------------ */

static void setup_two_senders(size_t capacity)
{
    setup(capacity);
    edo_mpsc_sender_clone(tx);
}

static void setup_one(void)
{
    setup_two_senders(1);
}

/* The two messages lie in two blocks. */
static void setup_unbounded(void)
{
    setup_two_senders(0);
    model_assert(try_send() == 0 && try_receive() == 1);
}

/* --- closed while permits are out ---------------------------------------------------------------- */

static edo_mpsc_permit permits[2];

static void setup_permits(void)
{
    setup(2);
    for (int i = 0; i < 2; i++)
        model_assert(edo_mpsc_try_reserve(tx, &permits[i]) == 0);
}

static void setup_closed(void)
{
    setup_permits();
    edo_mpsc_close(rx);
}

static void release_first(void)
{
    edo_mpsc_permit_release(&permits[0]);
}

static void release_second(void)
{
    edo_mpsc_permit_release(&permits[1]);
}

static void send_by_first(void)
{
    uint64_t message = next_message();

    model_assert(note_sent(edo_mpsc_permit_send(&permits[0], &message)) == 0);
}

/* What the permits hung on goes last. */
static void check_permits(void)
{
    free_sender();
    check();
}

/* One message was received and put back. */
static void setup_put_back(void)
{
    uint64_t message;

    setup_permits();
    send_by_first();
    edo_mpsc_recv_future fut = edo_mpsc_recv_async(rx, &message);
    model_assert(wait_for(&fut.base) == 1);
    edo_future_put_back(&fut.base);
    edo_mpsc_close(rx);
}

/* --- the receiver leaves ------------------------------------------------------------------------- */

static void setup_one_full(void)
{
    setup_full(1);
    edo_mpsc_sender_clone(tx);
}

static void send_or_be_refused(void)
{
    send();
    free_sender();
}

/* --- handles leave under futures that wait ------------------------------------------------------- */

static parker *begun_by;
static edo_mpsc_recv_future begun_receive;
static edo_mpsc_send_future begun_send;
static uint64_t begun_message;

static void begin(edo_future *fut)
{
    begun_by = parker_new();
    edo_waker waker = parker_waker(begun_by);
    model_assert(edo_future_poll(fut, &waker) == EDO_PENDING);
}

static void setup_begun_receive(void)
{
    setup_permits();
    begun_receive = edo_mpsc_recv_async(rx, &begun_message);
    begin(&begun_receive.base);
}

/* As if the budget had been used up at its first poll: it is pending, and not in the queue. */
static void setup_postponed_receive(void)
{
    setup_permits();
    begun_receive = edo_mpsc_recv_async(rx, &begun_message);
    begun_by = parker_new();
    begun_receive.begun = true;
    channel->wait = (mpsc_wait){.word = RECV_BEGUN, .waker = parker_waker(begun_by)};
}

static void setup_postponed_and_open(void)
{
    setup_postponed_receive();
    release_first();
    release_second();
}

static void end_begun_receive(void)
{
    wait_by(&begun_receive.base, begun_by);
    parker_unref(begun_by);
    model_assert(begun_receive.base.result == 0 || begun_receive.base.result == 1);
    if (begun_receive.base.result)
        end_message(&begun_message);
}

/* Its next poll has another waker. */
static void end_begun_receive_by_another(void)
{
    parker *other = parker_new();

    wait_by(&begun_receive.base, other);
    parker_unref(other);
    parker_unref(begun_by);
    model_assert(begun_receive.base.result == 1);
    end_message(&begun_message);
}

static void check_another(void)
{
    release_second();
    free_receiver();
    check_permits();
}

static void check_permits_left(void)
{
    release_first();
    release_second();
    check_permits();
}

static void setup_begun_send(void)
{
    setup_full(1);
    begun_message = FROM(1);
    begun_send = edo_mpsc_send_async(tx, &begun_message);
    begin(&begun_send.base);
}

static void end_begun_send(void)
{
    wait_by(&begun_send.base, begun_by);
    parker_unref(begun_by);
    model_assert(begun_send.base.result == 0 || begun_send.base.result == -EPIPE);
    note_sent((int)begun_send.base.result);
    begun_send.waiter = (edo_waiter){.prev = &begun_send.waiter};
}

static void receive_one_and_free(void)
{
    try_receive();
    free_receiver();
}

/* --- who waits for the receiver's end ------------------------------------------------------------ */

static void wait_closed(void)
{
    edo_mpsc_closed_future fut = edo_mpsc_closed_async(tx);

    model_assert(wait_for(&fut.base) == 0);
    fut.waiter = (edo_waiter){.prev = &fut.waiter, .next = &fut.waiter};
    model_assert(edo_mpsc_sender_is_closed(tx));
    free_sender();
}

/* --- weak handles -------------------------------------------------------------------------------- */

static edo_mpsc_weak *weak;

static void setup_weak(void)
{
    setup(1);
    weak = edo_mpsc_downgrade(tx);
}

static void send_by_weak(void)
{
    edo_mpsc_sender *strong = edo_mpsc_upgrade(weak);

    edo_mpsc_weak_free(weak);
    if (!strong)
        return;
    model_assert(try_send() == 0);
    edo_mpsc_sender_free(strong);
}

/* --- a receive is given up ----------------------------------------------------------------------- */

static void give_up_and_receive_all(void)
{
    uint64_t message;
    parker *own = parker_new();
    edo_waker waker = parker_waker(own);
    edo_mpsc_recv_future fut = edo_mpsc_recv_async(rx, &message);

    if (edo_future_poll(&fut.base, &waker) == EDO_PENDING) {
        edo_future_cancel(&fut.base);
        model_assert(edo_future_poll(&fut.base, &waker) == EDO_READY);
    }
    parker_unref(own);
    model_assert(fut.base.result == 1 || fut.base.result == -ECANCELED);
    if (fut.base.result == 1)
        end_message(&message);
    receive_all();
}

static const model_scenario scenarios[] = {
    {.name = "the_ring_comes_round",
     .setup = setup_two_full,
     .threads = {try_one, try_one, try_receive_two},
     .check = check_open},
    {.name = "closed_with_permits_out",
     .setup = setup_closed,
     .threads = {receive_all, release_first, release_second},
     .check = check_permits,
     .preemptions = 2},
    {.name = "closed_and_sent_by_a_permit",
     .setup = setup_closed,
     .threads = {receive_all, send_by_first, release_second},
     .check = check_permits},
    {.name = "closed_after_a_put_back",
     .setup = setup_put_back,
     .threads = {receive_all, release_second},
     .check = check_permits},
    {.name = "the_receiver_leaves_a_postponed_receive",
     .setup = setup_postponed_receive,
     .threads = {end_begun_receive, free_receiver},
     .check = check_permits_left},
    {.name = "all_leave_a_postponed_receive",
     .setup = setup_postponed_and_open,
     .threads = {end_begun_receive, free_receiver, free_sender},
     .check = check,
     .preemptions = 2},
    {.name = "the_receiver_leaves_a_receive",
     .setup = setup_begun_receive,
     .threads = {end_begun_receive, free_receiver, send_by_first},
     .check = check_permits_left},
    {.name = "another_waker_against_a_send",
     .setup = setup_begun_receive,
     .threads = {end_begun_receive_by_another, send_by_first},
     .check = check_another},
    {.name = "the_last_sender_leaves_a_send",
     .setup = setup_begun_send,
     .threads = {end_begun_send, free_sender, receive_one_and_free},
     .check = check,
     .preemptions = 2},
    {.name = "the_senders_leave",
     .setup = setup_one,
     .threads = {receive_all, try_and_free, free_sender},
     .check = check,
     .preemptions = 2},
    {.name = "the_senders_wait_and_leave",
     .setup = setup_one_full,
     .threads = {receive_all, send_and_free, free_sender},
     .check = check,
     .preemptions = 2},
    {.name = "the_senders_of_a_list_leave",
     .setup = setup_unbounded,
     .threads = {receive_all, try_and_free, try_and_free},
     .check = check,
     .preemptions = 2},
    {.name = "a_receive_is_given_up",
     .setup = setup_one,
     .threads = {give_up_and_receive_all, try_and_free, free_sender},
     .check = check,
     .preemptions = 2},
    {.name = "the_receiver_leaves",
     .setup = setup_one_full,
     .threads = {free_receiver, send_or_be_refused, try_and_free},
     .check = check},
    {.name = "told_that_it_is_closed",
     .setup = setup_one,
     .threads = {free_receiver, wait_closed, wait_closed},
     .check = check,
     .preemptions = 2},
    {.name = "weak_against_the_last_sender",
     .setup = setup_weak,
     .threads = {receive_all, send_by_weak, free_sender},
     .check = check,
     .preemptions = 2},
};

MODEL_PROGRAM("mpsc", scenarios)
