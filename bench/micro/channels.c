/* channels.c: tasks that wait for one another. */
#include "harness/bench.h"
#include "micro/channel.h"

enum { LONG_CHANNEL = 128 };

/* ---- ping-pong -------------------------------------------------------------------------------- */

typedef struct pair {
    bench *bench;
    channel ping, pong;
    uint64_t ping_slot, pong_slot;
    uint64_t value;
} pair;

static int answer(void *arg)
{
    pair *p = arg;
    uint64_t value;
    int rc;

    while ((rc = channel_recv(&p->ping, &value)) == 1)
        bench_check(p->bench, channel_send(&p->pong, value + 1));
    bench_check(p->bench, rc);
    return 0;
}

static int64_t wait_plainly(pair *p)
{
    return channel_recv(&p->pong, &p->value);
}

static int64_t wait_with_limit(pair *p)
{
    channel_recv_future wait = channel_recv_async(&p->pong, &p->value);

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
        bench_check(p->bench, channel_send(&p->ping, p->value));
        bench_check(p->bench, asking->wait(p));
    }
    channel_leave(&p->ping);
    return 0;
}

static void run_pair(bench *b, int64_t (*wait)(pair *p))
{
    pair p = {.bench = b};
    struct asking asking = {.pair = &p, .wait = wait};
    edo_task asker, answerer;

    channel_init(&p.ping, &p.ping_slot, 1, 1);
    channel_init(&p.pong, &p.pong_slot, 1, 1);
    bench_start(b);
    bench_check(b, edo_spawn(answer, &p, &answerer));
    bench_check(b, edo_spawn(ask, &asking, &asker));
    bench_check(b, edo_join(asker, NULL));
    bench_check(b, edo_join(answerer, NULL));
    bench_stop(b);
    bench_equal(b, p.value, b->ops);
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
    channel out;
    uint64_t slots[LONG_CHANNEL];
    uint64_t first, count;
} source;

static int send_all(void *arg)
{
    source *s = arg;

    for (uint64_t i = s->first; i < s->first + s->count; i++)
        bench_check(s->bench, channel_send(&s->out, i));
    channel_leave(&s->out);
    return 0;
}

static uint64_t receive_from_both(bench *b, source sources[2])
{
    bool open[2] = {true, true};
    uint64_t sum = 0;

    while (open[0] || open[1]) {
        uint64_t values[2] = {0};
        channel_recv_future arms[2] = {channel_recv_async(&sources[0].out, &values[0]),
                                       channel_recv_async(&sources[1].out, &values[1])};
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
    static source sources[2];
    edo_task tasks[2];

    for (uint64_t i = 0; i < 2; i++) {
        source *s = &sources[i];
        *s = (source){.bench = b, .first = i * (b->ops / 2), .count = b->ops / 2};
        channel_init(&s->out, s->slots, LONG_CHANNEL, 1);
    }
    bench_start(b);
    for (int i = 0; i < 2; i++)
        bench_check(b, edo_spawn(send_all, &sources[i], &tasks[i]));
    uint64_t sum = receive_from_both(b, sources);
    bench_stop(b);
    bench_equal(b, sum, bench_sum_below(b->ops));
    for (int i = 0; i < 2; i++)
        bench_check(b, edo_join(tasks[i], NULL));
}
