/* sync_oneshot.c: a channel for one value. */
#include "harness/bench.h"

/* An op is a channel made, sent into, received from and freed, all by one task: nobody waits. */
EDO_BENCH(oneshot, 1000)
{
    uint64_t sum = 0;

    bench_start(b);
    for (uint64_t i = 0; i < b->ops; i++) {
        edo_oneshot_sender *tx;
        edo_oneshot_receiver *rx;
        uint64_t value;
        bench_check(b, edo_oneshot_new(EDO_ITEM(uint64_t), &tx, &rx));
        bench_check(b, edo_oneshot_send(tx, &i));
        if (edo_oneshot_recv(rx, &value) == 1)
            sum += value;
        edo_oneshot_receiver_free(rx);
    }
    bench_stop(b);
    bench_equal(b, sum, bench_sum_below(b->ops));
}
