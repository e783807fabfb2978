/* channels.c: tasks that wait for one another. */
#include "harness/bench.h"

enum { LONG_CHANNEL = 128 };

/* ---- ping-pong -------------------------------------------------------------------------------- */

typedef struct wire {
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
} wire;

static wire new_wire(bench *b, size_t room)
{
    wire w;

    bench_check(b, edo_mpsc_new(EDO_ITEM(uint64_t), room, &w.tx, &w.rx));
    return w;
}

typedef struct pair {
    bench *bench;
    wire ping, pong;
    uint64_t value;
} pair;

static int answer(void *arg)
{
    pair *p = arg;
    uint64_t value;
    int rc;

    while ((rc = edo_mpsc_recv(p->ping.rx, &value)) == 1) {
        value++;
        bench_check(p->bench, edo_mpsc_send(p->pong.tx, &value));
    }
    bench_check(p->bench, rc);
    return 0;
}

static int64_t wait_plainly(pair *p)
{
    return edo_mpsc_recv(p->pong.rx, &p->value);
}

static int64_t wait_with_limit(pair *p)
{
    edo_mpsc_recv_future wait = edo_mpsc_recv_async(p->pong.rx, &p->value);

    return edo_timeout(&wait.base, EDO_SECONDS(10));
}

struct asking {
    pair *pair;
    int64_t (*wait)(pair *p);
};

static int ask(void *arg)
{
    struct asking *asking = arg;
    pair *p = asking->pair;

    for (uint64_t i = 0; i < p->bench->ops; i++) {
        bench_check(p->bench, edo_mpsc_send(p->ping.tx, &p->value));
        bench_check(p->bench, asking->wait(p));
    }
    edo_mpsc_sender_free(p->ping.tx);
    return 0;
}

static void run_pair(bench *b, int64_t (*wait)(pair *p))
{
    pair p = {.bench = b, .ping = new_wire(b, 1), .pong = new_wire(b, 1)};
    struct asking asking = {.pair = &p, .wait = wait};
    edo_task asker, answerer;

    bench_start(b);
    bench_check(b, edo_spawn(answer, &p, &answerer));
    bench_check(b, edo_spawn(ask, &asking, &asker));
    bench_check(b, edo_join(asker, NULL));
    bench_check(b, edo_join(answerer, NULL));
    bench_stop(b);
    bench_equal(b, p.value, b->ops);
    edo_mpsc_sender_free(p.pong.tx);
    edo_mpsc_receiver_free(p.ping.rx);
    edo_mpsc_receiver_free(p.pong.rx);
}

/* An op is a round trip between two tasks through two channels with room for one. */
EDO_BENCH(ping_pong, 1000)
{
    run_pair(b, wait_plainly);
}

/* An op is such a round trip whose answer is awaited for 10 s at most, which never pass. */
EDO_BENCH(timeout_churn, 1000)
{
    run_pair(b, wait_with_limit);
}

/* ---- select ----------------------------------------------------------------------------------- */

typedef struct source {
    bench *bench;
    wire out;
    uint64_t first, count;
} source;

static int send_all(void *arg)
{
    source *s = arg;

    for (uint64_t i = s->first; i < s->first + s->count; i++)
        bench_check(s->bench, edo_mpsc_send(s->out.tx, &i));
    edo_mpsc_sender_free(s->out.tx);
    return 0;
}

static uint64_t receive_from_both(bench *b, source sources[2])
{
    bool open[2] = {true, true};
    uint64_t sum = 0;

    while (open[0] || open[1]) {
        uint64_t values[2] = {0};
        edo_mpsc_recv_future arms[2] = {edo_mpsc_recv_async(sources[0].out.rx, &values[0]),
                                        edo_mpsc_recv_async(sources[1].out.rx, &values[1])};
        int winner = edo_select(open[0] ? &arms[0].base : NULL, open[1] ? &arms[1].base : NULL);
        bench_check(b, winner);
        bench_check(b, arms[winner].base.result);
        open[winner] = arms[winner].base.result == 1;
        sum += values[winner];
    }
    return sum;
}

/* An op is a message received by a select over two channels with room for 128, each with a sender. */
EDO_BENCH(select2, 1000)
{
    source sources[2];
    edo_task tasks[2];

    for (uint64_t i = 0; i < 2; i++)
        sources[i] = (source){.bench = b,
                              .out = new_wire(b, LONG_CHANNEL),
                              .first = i * (b->ops / 2),
                              .count = b->ops / 2};
    bench_start(b);
    for (int i = 0; i < 2; i++)
        bench_check(b, edo_spawn(send_all, &sources[i], &tasks[i]));
    uint64_t sum = receive_from_both(b, sources);
    bench_stop(b);
    bench_equal(b, sum, bench_sum_below(b->ops));
    for (int i = 0; i < 2; i++) {
        bench_check(b, edo_join(tasks[i], NULL));
        edo_mpsc_receiver_free(sources[i].out.rx);
    }
}
