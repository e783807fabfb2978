/* sync_mpsc.c: channels from some senders to one receiver. */
#include <stdlib.h>

#include "micro/team.h"

enum { ROOM = 128, PAIRS = 1000 };

typedef struct sending {
    bench *bench;
    edo_mpsc_sender *tx;
    uint64_t first, count;
    bool yields; /* after each ROOM messages, as nothing else stops it */
} sending;

static int send_all(void *arg)
{
    sending *s = arg;

    for (uint64_t i = 0; i < s->count; i++) {
        uint64_t value = s->first + i;
        bench_check(s->bench, edo_mpsc_send(s->tx, &value));
        if (s->yields && i % ROOM == ROOM - 1)
            bench_check(s->bench, edo_yield());
    }
    edo_mpsc_sender_free(s->tx);
    return 0;
}

static uint64_t receive_all(bench *b, edo_mpsc_receiver *rx)
{
    uint64_t value, sum = 0;
    int rc;

    while ((rc = edo_mpsc_recv(rx, &value)) == 1)
        sum += value;
    bench_check(b, rc);
    return sum;
}

/* With its channel from `senders` tasks to the root. */
static void run_senders(bench *b, unsigned senders, bool bounded)
{
    sending sendings[TEAM_MAX];
    edo_task tasks[TEAM_MAX];
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;

    bench_start(b);
    bench_check(b, bounded ? edo_mpsc_new(EDO_ITEM(uint64_t), ROOM, &tx, &rx)
                           : edo_mpsc_new_unbounded(EDO_ITEM(uint64_t), &tx, &rx));
    for (unsigned i = 0; i < senders; i++) {
        uint64_t each = b->ops / senders;
        sendings[i] = (sending){.bench = b,
                                .tx = edo_mpsc_sender_clone(tx),
                                .first = i * each,
                                .count = each,
                                .yields = !bounded};
        bench_check(b, edo_spawn(send_all, &sendings[i], &tasks[i]));
    }
    edo_mpsc_sender_free(tx);
    uint64_t sum = receive_all(b, rx);
    edo_mpsc_receiver_free(rx);
    for (unsigned i = 0; i < senders; i++)
        bench_check(b, edo_join(tasks[i], NULL));
    bench_stop(b);
    bench_equal(b, sum, bench_sum_below(b->ops));
}

/* An op is a message through a channel with room for 128, from one sender. */
EDO_BENCH(mpsc_1_1, 1000)
{
    run_senders(b, 1, true);
}

/* An op is a message of one of four senders. */
EDO_BENCH(mpsc_4_1, 1000)
{
    run_senders(b, 4, true);
}

/* An op is a message of one of four senders that never wait but yield after each 128. */
EDO_BENCH(mpsc_unbounded_4_1, 1000)
{
    run_senders(b, 4, false);
}

/* ---- many pairs ------------------------------------------------------------------------------- */

typedef struct wire {
    edo_mpsc_sender *tx;
    edo_mpsc_receiver *rx;
} wire;

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
    edo_mpsc_receiver_free(p->ping.rx);
    edo_mpsc_sender_free(p->pong.tx);
    return 0;
}

static int ask(void *arg)
{
    pair *p = arg;
    edo_task answerer;

    bench_check(p->bench, edo_mpsc_new(EDO_ITEM(uint64_t), 1, &p->ping.tx, &p->ping.rx));
    bench_check(p->bench, edo_mpsc_new(EDO_ITEM(uint64_t), 1, &p->pong.tx, &p->pong.rx));
    bench_check(p->bench, edo_spawn(answer, p, &answerer));
    for (uint64_t i = 0; i < p->bench->ops / PAIRS; i++) {
        bench_check(p->bench, edo_mpsc_send(p->ping.tx, &p->value));
        int rc = edo_mpsc_recv(p->pong.rx, &p->value);
        bench_check(p->bench, rc == 0 ? -EPIPE : rc);
    }
    edo_mpsc_sender_free(p->ping.tx);
    bench_check(p->bench, edo_join(answerer, NULL));
    edo_mpsc_receiver_free(p->pong.rx);
    return 0;
}

/* An op is a round trip of one of 1,000 pairs, through two channels with room for one. */
EDO_BENCH(ping_pong_many, PAIRS)
{
    pair *pairs = calloc(PAIRS, sizeof *pairs);
    edo_task *tasks = calloc(PAIRS, sizeof *tasks);
    uint64_t sum = 0;

    if (!pairs || !tasks)
        bench_check(b, -ENOMEM);
    bench_start(b);
    for (int i = 0; i < PAIRS; i++) {
        pairs[i].bench = b;
        bench_check(b, edo_spawn(ask, &pairs[i], &tasks[i]));
    }
    for (int i = 0; i < PAIRS; i++) {
        bench_check(b, edo_join(tasks[i], NULL));
        sum += pairs[i].value;
    }
    bench_stop(b);
    bench_equal(b, sum, b->ops);
    free(pairs);
    free(tasks);
}
