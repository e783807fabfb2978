/*
 * channels.c: channels of each kind, between tasks and a plain thread, with receives that lose.
 *
 * Each message whose send succeeded is received once, in order; each that failed is its sender's, who
 * sends it again. What can't be put back stays with its receive, which says so.
 */
#include <pthread.h>
#include <stdalign.h>

#include "base/atomic.h"
#include "faults/trial.h"

enum { COUNT = 150, FEW = 20 };

/* As the compiler aligns them they need memory that is asked for by its alignment. */
typedef struct item {
    alignas(64) int number;
} item;

typedef struct channel {
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
    int count, sent; /* sent: atomic */
} channel;

static void open_channel(channel *c, size_t capacity, int count)
{
    int rc;

    *c = (channel){.count = count};
    if (capacity)
        PERSIST(rc, edo_mpsc_new(EDO_ITEM(item), capacity, &c->tx, &c->rx));
    else
        PERSIST(rc, edo_mpsc_new_unbounded(EDO_ITEM(item), &c->tx, &c->rx));
}

static int send_all(void *arg)
{
    channel *c = arg;
    int rc;

    for (item it = {0}; it.number < c->count; it.number++) {
        PERSIST(rc, edo_mpsc_send(c->tx, &it));
        if (rc == 0)
            a_fetch_add(&c->sent, 1, relaxed);
    }
    edo_mpsc_sender_free(c->tx);
    return 0;
}

static void *send_all_in_a_thread(void *c)
{
    send_all(c);
    return NULL;
}

/* Now and then one that loses, of which the message goes back, or can't. */
static int64_t receive(edo_mpsc_receiver *rx, item *it, bool loses)
{
    edo_mpsc_recv_future recv = edo_mpsc_recv_async(rx, it);
    int64_t rc;

    PERSIST(rc, edo_await(&recv.base));
    if (rc < 0) /* for want of a thread's parker: it was not even polled */
        return rc;
    if (loses)
        edo_future_put_back(&recv.base);
    if (recv.base.result != -ECANCELED)
        return recv.base.result;
    PERSIST(rc, edo_mpsc_recv(rx, it));
    return rc;
}

static void receive_all(channel *c)
{
    int received = 0;
    item it;

    while (!trial_has_failed() && receive(c->rx, &it, received % 7 == 3) == 1)
        CHECK(it.number >= received++);
    CHECK(received == a_load(&c->sent, relaxed));
    edo_mpsc_receiver_free(c->rx);
}

static void between_tasks(size_t capacity)
{
    channel c;
    edo_task task;
    int rc;

    open_channel(&c, capacity, COUNT);
    if (!c.tx)
        return;
    PERSIST(rc, edo_spawn(send_all, &c, &task));
    if (rc < 0)
        edo_mpsc_sender_free(c.tx);
    receive_all(&c);
    if (rc == 0)
        PERSIST(rc, edo_join(task, NULL));
}

static void from_a_thread(void)
{
    channel c;
    pthread_t thread;

    open_channel(&c, 2, FEW);
    if (!c.tx)
        return;
    pthread_create(&thread, NULL, send_all_in_a_thread, &c);
    receive_all(&c);
    pthread_join(thread, NULL);
}

static void ask_once(void)
{
    edo_oneshot_sender *tx = NULL;
    edo_oneshot_receiver *rx = NULL;
    item it = {.number = 5}, got = {0};
    int rc;

    PERSIST(rc, edo_oneshot_new(EDO_ITEM(item), &tx, &rx));
    if (rc < 0)
        return;
    CHECK(TRY(edo_oneshot_send(tx, &it)) == 0);
    CHECK(TRY(edo_oneshot_recv(rx, &got)) == 1 && got.number == 5);
    edo_oneshot_receiver_free(rx);
}

static void tell_everybody(void)
{
    edo_broadcast_sender *tx = NULL;
    edo_broadcast_receiver *rx[2] = {NULL, NULL};
    item it = {.number = 5}, got;
    int rc;

    PERSIST(rc, edo_broadcast_new(EDO_ITEM(item), 4, &tx, &rx[0]));
    if (rc < 0)
        return;
    PERSIST(rc, edo_broadcast_subscribe(tx, &rx[1]));
    CHECK(TRY(edo_broadcast_send(tx, &it)) == 1 + (rc == 0));
    for (int i = 0; i < 2 && rx[i]; i++) {
        CHECK(TRY(edo_broadcast_recv(rx[i], &got, NULL)) == 1 && got.number == 5);
        edo_broadcast_receiver_free(rx[i]);
    }
    edo_broadcast_sender_free(tx);
}

/* With values that are borrowed a send needs a new place, and without memory it has changed nothing. */
static void show_everybody(void)
{
    edo_watch_sender *tx = NULL;
    edo_watch_receiver *rx = NULL, *other = NULL;
    edo_watch_ref refs[4] = {{0}};
    item it = {.number = 0};
    int rc;

    PERSIST(rc, edo_watch_new(EDO_ITEM(item), &it, &tx, &rx));
    if (rc < 0)
        return;
    PERSIST(rc, edo_watch_receiver_clone(rx, &other));
    for (int i = 0, last = 0; i < 4; i++) {
        CHECK(((const item *)edo_watch_borrow(rx, &refs[i]))->number == last);
        it.number = i + 1;
        PERSIST(rc, edo_watch_send(tx, &it));
        CHECK(edo_watch_has_changed(rx) == (rc == 0));
        if (rc < 0)
            continue;
        last = it.number;
        edo_watch_mark_unchanged(rx);
    }
    for (int i = 0; i < 4; i++)
        edo_watch_borrow_end(&refs[i]);
    edo_watch_receiver_free(other);
    edo_watch_receiver_free(rx);
    edo_watch_sender_free(tx);
}

static int use_each(void *arg)
{
    (void)arg;
    trial_arm();
    between_tasks(0);
    between_tasks(8);
    from_a_thread();
    ask_once();
    tell_everybody();
    show_everybody();
    fault_lift();
    return 0;
}

void use_channels(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;

    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2, .seed = 3), &runtime));
    MUST(edo_block_on(runtime, use_each, NULL));
    MUST(edo_runtime_free(runtime));
}
