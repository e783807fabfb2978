/*
 * oneshot.c: one item from one sender to one receiver, by way of one word.
 *
 * Who keeps it   The two handles, and on each side one wait that is pending: a bit for each. Whoever
 *                takes the last bit away frees the channel. A handle or wait that is the only one
 *                left meets nobody, and needs no exchange.
 * The item       Lies in the channel. The sender writes it before it sets VALUE, and sets VALUE only
 *                by an exchange that finds no CLOSED: so after a close nobody looks at what it wrote,
 *                and a failed send has given nothing away. Whoever clears VALUE has the item alone.
 * Two ends       TX_ENDED: it has sent, or is gone. CLOSED: the receiver takes nothing new. Either ends
 *                the waits of both sides.
 * One waiter     ARMED publishes the side's waker, which is borrowed: the exchange that sets an end
 *   a side       turns it to MARKING. Then that thread alone reads the waker and marks it; taking
 *                MARKING away is its last touch. Until then the wait is not READY, so the woken one
 *                is still there. Anybody else takes ARMED away only while neither end is set.
 * No lost        Arming and ending change one word: either the end finds ARMED, or the arming exchange
 *   wake-up      finds the end.
 * Source         The state word of tokio's oneshot, and the armed bit of this library's join. There a
 *                close beside a send once let both sides touch the item (RUSTSEC-2021-0124): here it
 *                has one owner at each value of the word.
 */
#include <edo/oneshot.h>

#include <stdlib.h>

#include <edo/error.h>

#include "await/await.h"
#include "base/chaos.h"
#include "base/model.h"
#include "base/report.h"
#include "future/wake.h"
#include "sched/coop.h"
#include "sync/bide.h"
#include "sync/item.h"

/* The sides; each has its bit at the same distance from the other's. */
enum { TX, RX };

#define HELD(side) (1U << (side))     /* its handle lives */
#define WAITS(side) (4U << (side))    /* its wait is pending */
#define ARMED(side) (16U << (side))   /* and its waker may be taken */
#define MARKING(side) (64U << (side)) /* and is just being marked */
#define BOTH(bit) (bit(TX) | bit(RX))
#define PRESENT (BOTH(HELD) | BOTH(WAITS))
#define SENT (HELD(RX) | TX_ENDED | VALUE) /* and nobody has ever waited, or waits any more */

enum {
    TX_ENDED = 256,
    CLOSED = 512,
    OVER = TX_ENDED | CLOSED,
    VALUE = 1024, /* the item is there */
    TOLD = 2048   /* the receiver has had it, or has heard that it won't come */
};

typedef struct oneshot {
    uint32_t word; /* atomic */
    edo_item item;
    edo_waker wakers[2]; /* written by the side's wait while not ARMED */
} oneshot;

/* A handle is the channel, under the name of a side. */
static oneshot *of_tx(const edo_oneshot_sender *tx)
{
    return (oneshot *)tx;
}

static oneshot *of_rx(const edo_oneshot_receiver *rx)
{
    return (oneshot *)rx;
}

static size_t place_offset(const edo_item *item)
{
    if (likely(item->align <= alignof(max_align_t))) /* then it is a constant */
        return item_round_up(sizeof(oneshot), alignof(max_align_t));
    return item_round_up(sizeof(oneshot), item->align);
}

static void *place(oneshot *c)
{
    return (char *)c + place_offset(&c->item);
}

/* For an item that needs more than malloc's alignment. */
static noinline void *new_aligned(const edo_item *item)
{
    return aligned_alloc(item->align, item_round_up(place_offset(item) + item->size, item->align));
}

int edo_oneshot_new(const edo_item *item, edo_oneshot_sender **ret_tx,
                    edo_oneshot_receiver **ret_rx)
{
    if (!item_is_valid(item) || !ret_tx || !ret_rx)
        return -EINVAL;
    oneshot *c = likely(item->align <= alignof(max_align_t))
                     ? malloc(place_offset(item) + item->size)
                     : new_aligned(item);
    if (!c)
        return -ENOMEM;
    c->word = BOTH(HELD);
    c->item = *item;
    *ret_tx = (edo_oneshot_sender *)c;
    *ret_rx = (edo_oneshot_receiver *)c;
    return 0;
}

/* Ends: sending, closing, freeing. */

/* The word after an end. `held` goes with it, unless somebody has to be woken first. */
static uint32_t word_after(uint32_t word, uint32_t end, uint32_t held)
{
    uint32_t armed = word & BOTH(ARMED);

    word |= end;
    return MODEL_BUG(1401, armed, 0) ? (word & ~armed) | armed << 2 : word & ~held;
}

/* Takes bits away that keep the channel, or its waiters. It may be gone afterwards. */
static void leave(oneshot *c, uint32_t bits)
{
    /* acq_rel: release for the marks, and for whoever frees; acquire for who does so here. */
    uint32_t word = a_fetch_and(&c->word, ~bits, MODEL_BUG(1402, acq_rel, relaxed));

    if (!(word & ~bits & PRESENT))
        free(c);
}

/* What is left to do after the word went from one to the other. */
static noinline void finish(oneshot *c, uint32_t before, uint32_t after, uint32_t held)
{
    uint32_t armed = before & BOTH(ARMED), rest = (after & held) | armed << 2;
    wakes owed;

    wakes_init(&owed);
    for (unsigned side = TX; side <= RX; side++)
        if (armed & ARMED(side))
            wakes_add(&owed, &c->wakers[side]);
    chaos_point();
    if (rest)
        leave(c, rest);
    else if (!(after & PRESENT))
        free(c);
    chaos_point();
    wakes_push(&owed);
}

/* Whether nobody else is left, so that nobody else can change the word. */
static bool is_alone(uint32_t word, unsigned side)
{
    return (word & MODEL_BUG(1418, PRESENT, BOTH(HELD))) == HELD(side);
}

/* The sender's end, with the item or without. False: closed, and the item is not taken. */
static noinline bool end_sending(oneshot *c, uint32_t value)
{
    /* acquire: pairs with the release of whoever left before, for the free. */
    uint32_t word = a_load(&c->word, MODEL_BUG(1416, acquire, relaxed)), next;

    if (is_alone(word, TX)) {
        free(c);
        return false;
    }
    do {
        uint32_t given = word & MODEL_BUG(1403, CLOSED, 0) ? 0 : value;
        next = word_after(word, TX_ENDED | given, HELD(TX));
        /* release: publishes the item; pairs with the acquire in take. acquire: the wakers, of
         * begin and change; and for the free. */
    } while (!a_cas_weak(&c->word, &word, next, MODEL_BUG(1404, acq_rel, relaxed), relaxed));
    if (!(next & PRESENT) || word & BOTH(ARMED))
        finish(c, word, next, HELD(TX));
    return !(word & CLOSED);
}

/* The usual end: both are there and nobody waits. False: it is another, and nothing was changed. */
static inline bool send_unawaited(oneshot *c)
{
    uint32_t word = a_load(&c->word, relaxed); /* a guess: the exchange verifies it */

    /* release: publishes the item; pairs with the acquire in take. */
    return likely(word == BOTH(HELD)) &&
           likely(a_cas(&c->word, &word, SENT, MODEL_BUG(1419, release, relaxed), relaxed));
}

int edo_oneshot_send(edo_oneshot_sender *tx, const void *item)
{
    oneshot *c = of_tx(tx);

    if (!c || (!item && c->item.size))
        return -EINVAL;
    item_copy(&c->item, place(c), item);
    chaos_point();
    return send_unawaited(c) || end_sending(c, VALUE) ? 0 : -EPIPE;
}

void edo_oneshot_sender_free(edo_oneshot_sender *tx)
{
    if (tx)
        end_sending(of_tx(tx), 0);
}

bool edo_oneshot_is_closed(const edo_oneshot_sender *tx)
{
    /* acquire: pairs with the release of a close: what came before it is seen. */
    return !tx || (a_load(&of_tx(tx)->word, MODEL_BUG(1415, acquire, relaxed)) & CLOSED);
}

void edo_oneshot_close(edo_oneshot_receiver *rx)
{
    oneshot *c = of_rx(rx);

    if (!c)
        return;
    uint32_t word = a_load(&c->word, relaxed), next; /* a guess: the exchange verifies it */
    do {
        if (word & CLOSED)
            return;
        next = word_after(word, CLOSED, 0);
        /* release: what came before the close; pairs with the acquire in edo_oneshot_is_closed.
         * acquire: the wakers. */
    } while (!a_cas_weak(&c->word, &word, next, MODEL_BUG(1405, acq_rel, relaxed), relaxed));
    finish(c, word, next, 0);
}

/* The receiver's end beside others, or with an item: that is taken out by the same exchange. */
static noinline void end_receiving(oneshot *c, uint32_t word)
{
    uint32_t next;

    do {
        uint32_t held = word & VALUE ? 0 : HELD(RX); /* the channel stays until it is destroyed */
        next = word_after(word & ~MODEL_BUG(1406, (uint32_t)VALUE, 0), CLOSED | TOLD, held);
        /* release: as in close. acquire: the item, the wakers, and for the free. */
    } while (!a_cas_weak(&c->word, &word, next, MODEL_BUG(1412, acq_rel, relaxed), relaxed));
    chaos_point();
    if (word & VALUE)
        item_destroy(&c->item, place(c));
    finish(c, word, next, HELD(RX));
}

void edo_oneshot_receiver_free(edo_oneshot_receiver *rx)
{
    oneshot *c = of_rx(rx);

    if (!c)
        return;
    /* acquire: as in end_sending. */
    uint32_t word = a_load(&c->word, MODEL_BUG(1417, acquire, relaxed));
    if (likely(is_alone(word, RX) && !(word & VALUE)))
        free(c);
    else
        end_receiving(c, word);
}

/* Waits. */

/* The first poll of a wait. 0: it waits; 1: there is nothing to wait for; -EDO_EMISUSE. */
static int begin(oneshot *c, unsigned side, const edo_waker *waker)
{
    uint32_t word = a_load(&c->word, relaxed); /* a guess: the exchange verifies it */

    if (word & OVER)
        return 1;
    if (word & WAITS(side)) {
        report_misuse("a oneshot's %s is waited for twice at a time; each side has one waiter",
                      side == RX ? "item" : "end");
        return -EDO_EMISUSE;
    }
    c->wakers[side] = *waker;
    chaos_point();
    do {
        if (word & MODEL_BUG(1407, OVER, 0))
            return 1;
        /* release: publishes the waker; pairs with the acquire of an end. */
    } while (!a_cas_weak(&c->word, &word, word | WAITS(side) | ARMED(side),
                         MODEL_BUG(1408, release, relaxed), relaxed));
    return 0;
}

/* Takes bits of a pending wait away, or sets them; false: it is over, and nothing was changed. */
static bool change(oneshot *c, uint32_t off, uint32_t on)
{
    uint32_t word = a_load(&c->word, relaxed);

    do {
        if (word & MODEL_BUG(1409, OVER, 0))
            return false;
        /* release: publishes the waker, where it is armed. */
    } while (!a_cas_weak(&c->word, &word, (word & ~off) | on, MODEL_BUG(1410, release, relaxed),
                         relaxed));
    return true;
}

/* A later poll; as begin. */
static int stay(oneshot *c, unsigned side, const edo_waker *waker)
{
    if (edo_waker_is_same(&c->wakers[side], waker))
        return (a_load(&c->word, relaxed) & OVER) != 0; /* relaxed: who goes on looks again */
    if (MODEL_BUG(1411, true, false) && !change(c, ARMED(side), 0))
        return 1;
    c->wakers[side] = *waker;
    chaos_point();
    return !change(c, 0, ARMED(side));
}

/* Waits for the last touch of the waker. */
static void await_marked(oneshot *c, unsigned side)
{
    unsigned looks = 0;

    while (a_load(&c->word, relaxed) & MARKING(side)) /* both callers acquire it afterwards */
        bide(&looks);
}

/* How a wait stands at this poll: 0: pending; 1: it is over, and it is to leave if it has waited;
 * or its negative end. */
static int advance(oneshot *c, unsigned side, bool *waits, const edo_future *base,
                   const edo_waker *waker)
{
    int rc;

    if (!(base->state & FUTURE_CANCELED))
        rc = *waits ? stay(c, side, waker) : begin(c, side, waker);
    else if (!*waits || change(c, WAITS(side) | ARMED(side), 0))
        rc = -ECANCELED;
    else
        rc = 1;
    if (rc == 1 && *waits && MODEL_BUG(1413, true, false))
        await_marked(c, side);
    if (rc <= 0)
        *waits = rc == 0;
    return rc;
}

static void end_wait(oneshot *c, unsigned side, bool *waits)
{
    coop_spend();
    if (*waits)
        leave(c, WAITS(side)); /* whoever freed the handle meanwhile has left the channel to us */
    *waits = false;
}

static edo_poll closed_poll(edo_future *base, const edo_waker *waker)
{
    edo_oneshot_closed_future *fut = container_of(base, edo_oneshot_closed_future, base);
    oneshot *c = of_tx(fut->tx);

    if (!c)
        return edo_future_finish(base, -EINVAL);
    if (!fut->waits && !(base->state & FUTURE_CANCELED) && !coop_proceed(waker))
        return EDO_PENDING;
    int rc = advance(c, TX, &fut->waits, base, waker);
    if (rc == 0)
        return EDO_PENDING;
    if (rc == 1) {
        rc = edo_oneshot_is_closed(fut->tx) ? 0 : -EPIPE;
        end_wait(c, TX, &fut->waits);
    }
    return edo_future_finish(base, rc);
}

static const edo_future_ops closed_ops = {
    .poll = closed_poll, .name = "oneshot_closed", .flags = EDO_FUTURE_RESTARTS};

edo_oneshot_closed_future edo_oneshot_closed_async(edo_oneshot_sender *tx)
{
    return (edo_oneshot_closed_future){.base = EDO_FUTURE_INIT(&closed_ops), .tx = tx};
}

int edo_oneshot_closed(edo_oneshot_sender *tx)
{
    edo_oneshot_closed_future fut = edo_oneshot_closed_async(tx);

    return (int)edo_await(&fut.base);
}

/* Receiving. */

/* As take, of an item that others may look at, or of none; `word` was acquired. */
static noinline int take_shared(oneshot *c, void *ret, uint32_t word)
{
    do {
        if (!(word & (OVER | VALUE)))
            return -EAGAIN;
        if (!(word & VALUE) && (word & TOLD))
            return 0;
        /* relaxed: an item comes with TX_ENDED or not at all, so the first look has acquired it. */
    } while (!a_cas_weak(&c->word, &word, (word & ~(uint32_t)VALUE) | TOLD, relaxed, relaxed));
    if (!(word & VALUE))
        return 0;
    item_copy(&c->item, ret, place(c));
    return 1;
}

/* 1 with the item; 0, and there won't be one; -EAGAIN. */
static inline int take(oneshot *c, void *ret)
{
    /* acquire: pairs with the release in send_unawaited and end_sending. */
    uint32_t word = a_load(&c->word, MODEL_BUG(1414, acquire, relaxed));

    if (unlikely(word != SENT))
        return take_shared(c, ret, word);
    a_store(&c->word, HELD(RX) | TX_ENDED | TOLD, relaxed); /* nobody else is left to see it */
    item_copy(&c->item, ret, place(c));
    return 1;
}

static bool may_receive(const oneshot *c, const void *ret)
{
    return c && (ret || !c->item.size);
}

static edo_poll recv_poll(edo_future *base, const edo_waker *waker)
{
    edo_oneshot_recv_future *fut = container_of(base, edo_oneshot_recv_future, base);
    oneshot *c = of_rx(fut->rx);

    if (!may_receive(c, fut->ret_item))
        return edo_future_finish(base, -EINVAL);
    if (!fut->waits && !(base->state & FUTURE_CANCELED) && !coop_proceed(waker))
        return EDO_PENDING;
    int rc = advance(c, RX, &fut->waits, base, waker);
    if (rc == 0)
        return EDO_PENDING;
    if (rc == 1) {
        rc = take(c, fut->ret_item);
        end_wait(c, RX, &fut->waits);
    }
    return edo_future_finish(base, rc);
}

/* The end is no item, and needs no putting back: it is there for ever. */
static void recv_put_back(edo_future *base)
{
    edo_oneshot_recv_future *fut = container_of(base, edo_oneshot_recv_future, base);
    oneshot *c = of_rx(fut->rx);

    if (base->result != 1)
        return;
    item_copy(&c->item, place(c), fut->ret_item);
    uint32_t word = a_load(&c->word, relaxed);
    /* relaxed: only this side looks at it. */
    while (!a_cas_weak(&c->word, &word, (word & ~(uint32_t)TOLD) | VALUE, relaxed, relaxed))
        ;
    base->result = -ECANCELED;
}

static const edo_future_ops recv_ops = {
    .poll = recv_poll,
    .put_back = recv_put_back,
    .name = "oneshot_recv",
    .flags = EDO_FUTURE_RESTARTS,
};

edo_oneshot_recv_future edo_oneshot_recv_async(edo_oneshot_receiver *rx, void *ret_item)
{
    return (edo_oneshot_recv_future){
        .base = EDO_FUTURE_INIT(&recv_ops),
        .rx = rx,
        .ret_item = ret_item,
    };
}

int edo_oneshot_try_recv(edo_oneshot_receiver *rx, void *ret_item)
{
    return may_receive(of_rx(rx), ret_item) ? take(of_rx(rx), ret_item) : -EINVAL;
}

/* Apart, so that a receive that finds the item has no future to make room for. */
static noinline int recv_by_wait(thread *self, edo_oneshot_receiver *rx, void *ret_item)
{
    edo_oneshot_recv_future fut = edo_oneshot_recv_async(rx, ret_item);

    return (int)await_directly(self, &fut.base, recv_poll);
}

int edo_oneshot_recv(edo_oneshot_receiver *rx, void *ret_item)
{
    thread *self = await_may_try();

    if (likely(self)) {
        int rc = edo_oneshot_try_recv(rx, ret_item);
        if (rc != -EAGAIN) {
            await_spend(self);
            return rc;
        }
    }
    return recv_by_wait(self, rx, ret_item);
}

bool edo_oneshot_is_empty(const edo_oneshot_receiver *rx)
{
    return !rx || !(a_load(&of_rx(rx)->word, relaxed) & VALUE); /* a look; it publishes nothing */
}

bool edo_oneshot_is_terminated(const edo_oneshot_receiver *rx)
{
    return !rx || (a_load(&of_rx(rx)->word, relaxed) & TOLD); /* only this side sets it */
}
