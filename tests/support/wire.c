/* wire.c: a thread that reads packets from one TUN device and, some time later, writes them to another. */
#include "support/wire.h"

#include "support/edo_test.h"
#include "support/netns.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/random.h"

#define CLIENT "10.1.0.1"      /* of the device on which WIRE_TARGET is */
#define CLIENT_SEEN "10.0.0.4" /* what the server sees it as; the sums of both pairs are equal */
#define PACKET_MAX 1600
#define HELD_MAX 4096
#define SWAP_NS 3000000

typedef struct packet {
    uint64_t due;
    int to; /* which end */
    size_t len;
    unsigned char data[PACKET_MAX];
} packet;

struct wire {
    wire_opts opts;
    int ends[2];
    bool ends_now, is_cut; /* atomic */
    pthread_t thread;
    rng random;
    wire_counts counts;
    packet *held[HELD_MAX];
    size_t count;
};

static bool happens(wire *w, unsigned thousandths)
{
    return rng_below(&w->random, 1000) < thousandths;
}

/* As the end that it goes to knows both. */
static void change_addresses(packet *p)
{
    uint32_t from = inet_addr(p->to ? CLIENT_SEEN : WIRE_TARGET);
    uint32_t to = inet_addr(p->to ? WIRE_SERVER : CLIENT);

    memcpy(p->data + 12, &from, 4);
    memcpy(p->data + 16, &to, 4);
}

static void hold(wire *w, const packet *p, uint64_t due)
{
    packet *copy = malloc(sizeof *copy);

    assert_non_null(copy);
    assert_true(w->count < HELD_MAX);
    *copy = *p;
    copy->due = due;
    w->held[w->count++] = copy;
}

/* What becomes of a packet. */
static void decide(wire *w, const packet *p)
{
    uint64_t due = real_time_ns();

    if (w->opts.delay_us)
        due += rng_below(&w->random, w->opts.delay_us) * 1000;
    if (__atomic_load_n(&w->is_cut, __ATOMIC_SEQ_CST) || happens(w, w->opts.lost)) {
        w->counts.lost++;
        return;
    }
    if (happens(w, w->opts.swapped)) {
        w->counts.swapped++;
        due += SWAP_NS;
    }
    hold(w, p, due);
    if (happens(w, w->opts.doubled)) {
        w->counts.doubled++;
        hold(w, p, due + SWAP_NS / 2);
    }
}

static void take_in(wire *w, int end)
{
    packet p = {.to = !end};
    ssize_t n;

    while ((n = read(w->ends[end], p.data, sizeof p.data)) > 0) {
        if (n < 20 || p.data[0] >> 4 != 4)
            continue; /* IPv6 looks for neighbours here */
        p.len = (size_t)n;
        change_addresses(&p);
        decide(w, &p);
    }
}

/* Passes on what is due; when the next is. */
static uint64_t give_out(wire *w)
{
    uint64_t now = real_time_ns(), next = UINT64_MAX;
    size_t kept = 0;

    for (size_t i = 0; i < w->count; i++) {
        packet *p = w->held[i];
        if (p->due > now) {
            next = p->due < next ? p->due : next;
            w->held[kept++] = p;
            continue;
        }
        if (write(w->ends[p->to], p->data, p->len) == (ssize_t)p->len)
            w->counts.passed++;
        free(p);
    }
    w->count = kept;
    return next;
}

static void *run_wire(void *arg)
{
    wire *w = arg;

    while (!__atomic_load_n(&w->ends_now, __ATOMIC_SEQ_CST)) {
        uint64_t next = give_out(w), now = real_time_ns();
        struct pollfd polls[2] = {{.fd = w->ends[0], .events = POLLIN},
                                  {.fd = w->ends[1], .events = POLLIN}};
        int ms = next <= now ? 0 : next - now > 5000000 ? 5 : (int)((next - now) / 1000000);
        if (poll(polls, 2, ms) > 0)
            for (int end = 0; end < 2; end++)
                take_in(w, end);
    }
    return NULL;
}

wire *wire_start(wire_opts opts)
{
    own_network();
    wire *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->opts = opts;
    rng_seed(&w->random, opts.seed);
    w->ends[0] = own_tun("client", CLIENT "/24");
    w->ends[1] = own_tun("server", WIRE_SERVER "/24");
    w->thread = start_thread(run_wire, w);
    return w;
}

void wire_cut(wire *w, bool cut)
{
    __atomic_store_n(&w->is_cut, cut, __ATOMIC_SEQ_CST);
}

wire_counts wire_stop(wire *w)
{
    wire_counts counts;

    __atomic_store_n(&w->ends_now, true, __ATOMIC_SEQ_CST);
    join_thread(w->thread);
    for (size_t i = 0; i < w->count; i++)
        free(w->held[i]);
    close(w->ends[0]);
    close(w->ends[1]);
    counts = w->counts;
    free(w);
    return counts;
}
