/*
 * dial_stress_test.c: connects to many addresses, and look-ups, that are cancelled at any moment: nothing that
 * was opened for them stays open.
 */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <unistd.h>

#include "base/atomic.h"
#include "base/random.h"

#define DIALERS 8
#define EACH 300
#define ADDRESSES 5

typedef struct town {
    edo_tcp_listener *open[2];
    edo_addr addr[ADDRESSES]; /* two of listeners, the others refuse */
    unsigned made, cut_short; /* atomic */
} town;

static int accept_and_close(void *arg)
{
    edo_tcp_stream *stream;

    while (edo_tcp_accept(arg, &stream) == 0)
        edo_tcp_close(stream);
    return 0;
}

/* Any addresses of the town, in any order. */
static size_t choose(const town *t, uint64_t random, edo_addr chosen[ADDRESSES])
{
    size_t count = 1 + random % ADDRESSES;

    for (size_t i = 0; i < count; i++)
        chosen[i] = t->addr[random >> (8 + 8 * i) & 0xff ? (random >> (8 + 8 * i)) % ADDRESSES : 0];
    return count;
}

static void dial_once(town *t, uint64_t random)
{
    edo_addr chosen[ADDRESSES];
    edo_tcp_stream *stream = NULL;
    size_t count = choose(t, random, chosen);
    edo_tcp_connect_opts opts = {.attempt_delay = {random >> 50 & 0xffff}}; /* or almost at once */
    edo_tcp_connect_future connect =
        random & 1 << 20
            ? edo_tcp_connect_any_async(chosen, count, &opts, &stream)
            : edo_tcp_connect_host_async("localhost", edo_addr_port(&t->addr[0]), &stream);
    edo_sleep_future nap = edo_sleep_async((edo_duration){(random >> 40) % 3000000});
    int first =
        random & 1 << 21 ? edo_select(&connect.base, &nap.base) : (edo_await(&connect.base), 0);

    if (first == 0 && connect.base.result == 0) {
        assert_non_null(stream);
        edo_tcp_close(stream);
        a_fetch_add(&t->made, 1, relaxed);
    } else {
        assert_null(stream); /* what a loser made is closed already */
        a_fetch_add(&t->cut_short, 1, relaxed);
    }
}

static int dial_many(void *arg)
{
    rng r;

    rng_seed(&r, random_seed());
    for (unsigned i = 0; i < test_count(EACH); i++)
        dial_once(arg, rng_next(&r));
    return 0;
}

EDO_TEST_MT(canceled_connects_leave_nothing_open) /* net-015 */
{
    static town t;
    edo_task acceptor[2], dialer[DIALERS];

    int fds = open_fds();
    for (int i = 0; i < ADDRESSES; i++) {
        edo_tcp_listener *listener;
        assert_ok(edo_tcp_listen("127.0.0.1:0", &listener));
        assert_ok(edo_tcp_listener_addr(listener, &t.addr[i]));
        if (i < 2)
            t.open[i] = listener;
        else
            edo_tcp_listener_close(listener);
    }
    for (int i = 0; i < 2; i++)
        assert_ok(edo_spawn(accept_and_close, t.open[i], &acceptor[i]));
    for (int i = 0; i < DIALERS; i++)
        assert_ok(edo_spawn(dial_many, &t, &dialer[i]));
    for (int i = 0; i < DIALERS; i++)
        assert_ok(edo_join(dialer[i], NULL));
    for (int i = 0; i < 2; i++) {
        assert_ok(edo_task_abort(acceptor[i])); /* the listener is its until it has ended */
        assert_ok(edo_join(acceptor[i], NULL));
        edo_tcp_listener_close(t.open[i]);
    }
    assert_true(t.made > 0);
    assert_true(t.cut_short > 0);
    task_wait_until(open_fds() <= fds);
}
