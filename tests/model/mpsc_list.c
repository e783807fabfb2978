/*
 * mpsc_list.c: an unbounded queue with blocks of two slots: messages are claimed, blocks added, found
 * and retired at once. Each message is taken once and in its sender's order, none is lost, none comes
 * after a close was seen; no block goes while a sender is in it; the receiver is woken for just the
 * message that it waits for.
 */
#include <errno.h>

#include "base/atomic.h"
#include "engine/model.h"
#include "sync/mpsc_list.h"

#define SENDERS 3
#define FROM(sender) (100 * (uint64_t)(sender)) /* a message: its sender, and the how-manieth */

static mpsc_list list;
static uint64_t sent[SENDERS + 1];  /* by sender; plain: its own */
static uint64_t taken[SENDERS + 1]; /* likewise; the receiver's */
static uint32_t wake_count;         /* atomic */

/* The receiver: who marks it counts. */
static bool mark(void *data)
{
    (void)data;
    return true;
}

static const struct edo_waker_ops receiver_ops = {.mark = mark};
static edo_waker receiver; /* plain: of whoever may wake it */

static void setup(void)
{
    const edo_item item = {.size = sizeof(uint64_t)};

    model_assert(mpsc_list_init(&list, &item) == 0);
    model_name(&list.tail, "tail");
    model_name(&list.limit, "limit");
    model_name(&list.newest, "newest");
    model_name(&list.first->next, "first.next");
    model_name(&list.head, "head");
}

static void count_wake(const edo_waker *owed)
{
    model_assert(owed->ops == &receiver_ops);
    a_fetch_add(&wake_count, 1, release);
}

/* --- senders --------------------------------------------------------------------------------- */

/* 0 or -EPIPE. In setup the sender is 0. */
static int put(void)
{
    unsigned self = model_self();
    uint64_t message = FROM(self) + sent[self];
    edo_waker owed;
    int rc = mpsc_list_put(&list, &message, &receiver, &owed);

    model_assert(rc == 0 || rc == 1 || rc == -EPIPE);
    sent[self] += rc >= 0;
    if (rc == 1)
        count_wake(&owed);
    return rc < 0 ? rc : 0;
}

static void put_one(void)
{
    model_assert(put() == 0);
}

static void put_two(void)
{
    put_one();
    put_one();
}

static void put_three(void)
{
    put_two();
    put_one();
}

/* --- the receiver ---------------------------------------------------------------------------- */

static bool try_take(void)
{
    char *slot = mpsc_list_head(&list);
    uint64_t message;

    if (!slot || !slot_is_full(&list.shape, slot))
        return false;
    item_copy(&list.shape.item, &message, slot);
    slot_empty(&list.shape, slot);
    mpsc_list_advance(&list);
    model_assert(message % 100 == taken[message / 100]++);
    return true;
}

static bool is_woken(void *arg)
{
    (void)arg;
    return wake_count > 0;
}

/* It has said that it waits. */
static void take_awaited(void)
{
    model_wait_until(is_woken, NULL, "waits for a message");
    model_assert(a_xchg(&wake_count, 0, acquire) == 1); /* a read-modify-write reads the newest */
    receiver = (edo_waker){0};
    model_assert(try_take());
}

static void take(void)
{
    while (!try_take()) {
        receiver = (edo_waker){.ops = &receiver_ops};
        if (!mpsc_list_want(&list))
            continue; /* it has come meanwhile */
        take_awaited();
        return;
    }
}

static void take_two(void)
{
    take();
    take();
}

static void take_three(void)
{
    take_two();
    take();
}

static void try_two(void)
{
    (void)(try_take() && try_take());
}

/* All that was sent is taken, or still there. */
static void check(void)
{
    while (try_take())
        ;
    for (unsigned i = 0; i <= SENDERS; i++)
        model_assert(taken[i] == sent[i]);
    model_assert(wake_count == 0); /* nobody was woken for nothing */
    model_assert(mpsc_list_len(&list) == 0);
    mpsc_list_fini(&list);
}

/* The first block is used up, and the receiver stands at its end. */
static void setup_at_the_end(void)
{
    setup();
    for (int i = 0; i < MPSC_BLOCK_SLOTS; i++) {
        put_one();
        take();
    }
}

/* It has said that it waits there. */
static void setup_starving(void)
{
    setup_at_the_end();
    receiver = (edo_waker){.ops = &receiver_ops};
    model_assert(mpsc_list_want(&list));
}

static void take_awaited_and_two(void)
{
    take_awaited();
    take_two();
}

/* --- closing --------------------------------------------------------------------------------- */

static const char *reason; /* plain */
static bool end_was_seen;  /* plain; the receiver's */

static void close_it(void)
{
    reason = "over";
    model_assert(mpsc_list_close(&list));
}

/* Whoever is refused sees why. */
static void put_or_be_refused(void)
{
    bool closed = mpsc_list_is_closed(&list);

    if (closed)
        model_assert(reason);
    if (put() == 0)
        model_assert(!closed);
    else
        model_assert(reason);
}

/* What was taken when the end was seen was all. */
static void take_until_over(void)
{
    bool over;

    do {
        over = mpsc_list_is_closed(&list) && mpsc_list_len(&list) == 0;
    } while (!over && try_take());
    if (!over)
        return;
    model_assert(reason && !try_take());
    end_was_seen = true;
}

static void check_closed(void)
{
    model_assert(mpsc_list_is_closed(&list) && !mpsc_list_close(&list));
    model_assert(put() == -EPIPE);
    if (end_was_seen)
        model_assert(!try_take());
    check();
}

/* --- a wait that ends otherwise ---------------------------------------------------------------- */

static bool is_over(void)
{
    return mpsc_list_is_closed(&list) && mpsc_list_len(&list) == 0;
}

/* Gives the wait up; nobody has the waker afterwards. */
static void give_up(void)
{
    mpsc_list_unwant(&list);
    receiver = (edo_waker){0};
}

static void await_wake(void)
{
    model_wait_until(is_woken, NULL, "waits for a message or the end");
    model_assert(a_xchg(&wake_count, 0, acquire) == 1);
    receiver = (edo_waker){0};
}

static void receive_until_the_end(void)
{
    while (try_take() || !is_over()) {
        receiver = (edo_waker){.ops = &receiver_ops};
        if (!mpsc_list_want(&list))
            continue;
        if (is_over()) {
            give_up();
            return;
        }
        await_wake();
    }
}

static void close_and_end(void)
{
    edo_waker owed;

    close_it();
    if (mpsc_list_end(&list, &receiver, &owed))
        count_wake(&owed);
}

/* A wake for a receiver that had given up is left over. */
static void check_ended(void)
{
    wake_count = 0;
    check_closed();
}

static uint32_t stirred; /* atomic */

static void receive_or_look_around(void)
{
    if (try_take())
        return;
    receiver = (edo_waker){.ops = &receiver_ops};
    if (!mpsc_list_want(&list))
        return;
    if (a_fetch_or(&stirred, 0, release))
        give_up();
    else
        await_wake();
}

static void stir(void)
{
    edo_waker owed;

    a_fetch_or(&stirred, 1, acquire);
    if (mpsc_list_stir(&list, &receiver, &owed))
        count_wake(&owed);
}

static void check_stirred(void)
{
    wake_count = 0;
    check();
}

static const model_scenario scenarios[] = {
    {.name = "woken_once",
     .setup = setup_starving,
     .threads = {put_two, put_one, take_awaited_and_two},
     .check = check},
    {.name = "two_senders_and_the_receiver",
     .setup = setup,
     .threads = {put_two, put_one, take_three},
     .check = check},
    {.name = "starving_at_the_end",
     .setup = setup_at_the_end,
     .threads = {put_one, put_one, take_two},
     .check = check},
    {.name = "close_against_claims",
     .setup = setup_at_the_end,
     .threads = {close_it, put_or_be_refused, put_or_be_refused},
     .check = check_closed},
    {.name = "close_and_the_receiver",
     .setup = setup_at_the_end,
     .threads = {close_it, put_or_be_refused, take_until_over},
     .check = check_closed},
    {.name = "retired_behind_a_claim",
     .setup = setup_at_the_end,
     .threads = {put_three, put_one, try_two},
     .check = check},
    {.name = "the_end_in_a_block",
     .setup = setup,
     .threads = {close_and_end, put_or_be_refused, receive_until_the_end},
     .check = check_ended},
    {.name = "the_end_at_the_end",
     .setup = setup_at_the_end,
     .threads = {close_and_end, put_or_be_refused, receive_until_the_end},
     .check = check_ended},
    {.name = "stirred_in_a_block",
     .setup = setup,
     .threads = {stir, put_one, receive_or_look_around},
     .check = check_stirred},
    {.name = "stirred_at_the_end",
     .setup = setup_at_the_end,
     .threads = {stir, put_one, receive_or_look_around},
     .check = check_stirred},
};

MODEL_PROGRAM("mpsc_list", scenarios)
