/* sync_broadcast.c: a channel in which each receiver gets each message. */
#include <stdatomic.h>

#include "harness/bench.h"

enum { RECEIVERS = 4, ROOM = 1024 };

typedef struct receiver {
    _Alignas(128) _Atomic uint64_t had; /* messages so far; a cache line of its own */
    bench *bench;
    edo_broadcast_receiver *rx;
    uint64_t sum;
} receiver;

static int receive_all(void *arg)
{
    receiver *r = arg;
    uint64_t value, count = 0;
    int rc;

    while ((rc = edo_broadcast_recv(r->rx, &value, NULL)) == 1) { /* it never lags */
        r->sum += value;
        atomic_store_explicit(&r->had, ++count, memory_order_release);
    }
    bench_check(r->bench, rc);
    return 0;
}

static uint64_t slowest_of(receiver *receivers)
{
    uint64_t least = UINT64_MAX;

    for (int i = 0; i < RECEIVERS; i++) {
        uint64_t had = atomic_load_explicit(&receivers[i].had, memory_order_acquire);
        if (had < least)
            least = had;
    }
    return least;
}

/* Yields while the slowest receiver is as far behind as there is room. */
static void send_all(bench *b, edo_broadcast_sender *tx, receiver *receivers)
{
    uint64_t slowest = 0;

    for (uint64_t i = 0; i < b->ops; i++) {
        while (i - slowest == ROOM && i - (slowest = slowest_of(receivers)) == ROOM)
            bench_check(b, edo_yield());
        bench_check(b, edo_broadcast_send(tx, &i));
    }
}

/* An op is a message that four receivers get, in a channel with room for 1,024. */
EDO_BENCH(broadcast, 1000)
{
    receiver receivers[RECEIVERS];
    edo_task tasks[RECEIVERS];
    edo_broadcast_sender *tx;
    uint64_t sum = 0;

    bench_check(b, edo_broadcast_new(EDO_ITEM(uint64_t), ROOM, &tx, NULL));
    bench_start(b);
    for (int i = 0; i < RECEIVERS; i++) {
        receivers[i] = (receiver){.bench = b};
        bench_check(b, edo_broadcast_subscribe(tx, &receivers[i].rx));
        bench_check(b, edo_spawn(receive_all, &receivers[i], &tasks[i]));
    }
    send_all(b, tx, receivers);
    edo_broadcast_sender_free(tx);
    for (int i = 0; i < RECEIVERS; i++)
        bench_check(b, edo_join(tasks[i], NULL));
    bench_stop(b);
    for (int i = 0; i < RECEIVERS; i++) {
        sum += receivers[i].sum;
        edo_broadcast_receiver_free(receivers[i].rx);
    }
    bench_equal(b, sum, RECEIVERS * bench_sum_below(b->ops));
}
