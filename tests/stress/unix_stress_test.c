/*
 * unix_stress_test.c: Unix sockets in a crowd: descriptors that are received, put back, cancelled and forgotten,
 * and messages of many senders to one full queue. Each descriptor is closed in the end, and each message that was
 * sent comes once.
 */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/atomic.h"
#include "base/random.h"

/* --- descriptors ---------------------------------------------------------------------------------- */

enum { READERS = 3 };

typedef struct depot {
    edo_unix_stream *in, *out;
    unsigned count;
    uint32_t bytes; /* received; atomic */
    uint32_t fds;   /* received; atomic */
} depot;

/* Each byte with a descriptor: an end of a pair, of which nobody keeps the other. */
static int send_all(void *arg)
{
    depot *d = arg;
    edo_unix_control *control;
    struct iovec byte = {"x", 1};

    assert_ok(edo_unix_control_new(1, &control));
    for (unsigned i = 0; i < d->count; i++) {
        int fds[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, fds), 0);
        assert_ok(edo_unix_control_add_fd(control, fds[0]));
        assert_int_equal(edo_unix_sendmsg(d->in, &byte, 1, control), 1);
        edo_unix_control_clear(control);
        close(fds[0]);
        close(fds[1]);
    }
    edo_unix_control_free(control);
    return edo_unix_shutdown(d->in, EDO_WRITE_HALF);
}

/* In a select against a sleep or something that is ready, against a limit, cancelled, or plainly. */
static int64_t receive_somehow(depot *d, edo_unix_control *control, struct iovec *byte,
                               unsigned how)
{
    edo_unix_receive_future receive = edo_unix_recvmsg_async(d->out, byte, 1, control);
    edo_sleep_future soon = edo_sleep_precise_async(EDO_MICROS(50));
    edo_future now = edo_ready(0);

    switch (how % 4) {
    case 0:
        edo_select(&receive.base, &soon.base);
        break;
    case 1:
        edo_select(&now, &receive.base);
        return receive.base.state == 0 ? -ECANCELED : receive.base.result;
    case 2:
        edo_timeout(&receive.base, EDO_MICROS(200));
        break;
    default:
        return edo_await(&receive.base);
    }
    return receive.base.result;
}

static int receive_all(void *arg)
{
    depot *d = arg;
    edo_unix_control *control;
    char room;
    struct iovec byte = {&room, 1};
    rng random;
    int64_t n;

    rng_seed(&random, random_seed());
    assert_ok(edo_unix_control_new(1, &control));
    while ((n = receive_somehow(d, control, &byte, (unsigned)rng_below(&random, 4))) != 0) {
        if (n == -ECANCELED || n == -ETIMEDOUT)
            continue;
        assert_int_equal(n, 1);
        assert_int_equal(edo_unix_control_fds(control), 1);
        a_fetch_add(&d->bytes, 1, relaxed);
        a_fetch_add(&d->fds, (uint32_t)edo_unix_control_fds(control), relaxed);
    }
    edo_unix_control_free(control);
    return 0;
}

EDO_TEST_MT(descriptors_in_a_crowd_come_once_and_none_stays)
{
    depot d = {.count = test_count(3000)};
    edo_task sender, readers[READERS];
    int ret, fds = open_fds();

    assert_ok(edo_unix_pair(&d.in, &d.out));
    for (int i = 0; i < READERS; i++)
        assert_ok(edo_spawn(receive_all, &d, &readers[i]));
    assert_ok(edo_spawn(send_all, &d, &sender));
    assert_ok(edo_join(sender, &ret));
    assert_ok(ret);
    for (int i = 0; i < READERS; i++)
        assert_ok(edo_join(readers[i], NULL));
    assert_int_equal(d.bytes, d.count);
    assert_int_equal(d.fds, d.count);
    edo_unix_close(d.in);
    edo_unix_close(d.out);
    task_wait_until(open_fds() <= fds + 1); /* the runtime's own */
}

/* --- datagrams ------------------------------------------------------------------------------------ */

enum { SENDERS = 4 };

typedef struct crowd {
    edo_unix_addr to;
    uint32_t from;
    uint32_t count;
    uint32_t canceled; /* gave up, and sent nothing */
} crowd;

static int send_numbers(void *arg)
{
    crowd *c = arg;
    edo_unix_datagram *datagram;

    assert_ok(edo_unix_datagram_unbound(&datagram));
    for (uint32_t i = 0; i < c->count; i++) {
        uint32_t message[2] = {c->from, i};
        edo_unix_send_future send =
            edo_unix_datagram_send_to_async(datagram, message, sizeof message, &c->to);
        if (i % 3 == 0)
            edo_timeout(&send.base, EDO_MICROS(100));
        else
            edo_await(&send.base);
        if (send.base.result < 0)
            i--, c->canceled++; /* it wasn't sent: again */
    }
    return edo_unix_datagram_close(datagram);
}

EDO_TEST_MT(messages_to_a_full_queue_come_once_and_in_order)
{
    edo_unix_datagram *receiver;
    edo_unix_addr name = unix_name("crowd");
    crowd crowds[SENDERS];
    edo_task senders[SENDERS];
    uint32_t next[SENDERS] = {0}, count = test_count(2000);

    assert_ok(edo_unix_datagram_bind_addr(&name, &receiver));
    for (uint32_t i = 0; i < SENDERS; i++) {
        crowds[i] = (crowd){.to = name, .from = i, .count = count};
        assert_ok(edo_spawn(send_numbers, &crowds[i], &senders[i]));
    }
    for (uint32_t i = 0; i < SENDERS * count; i++) {
        uint32_t message[2];
        assert_int_equal(edo_unix_datagram_recv(receiver, message, sizeof message), sizeof message);
        assert_in_range(message[0], 0, SENDERS - 1);
        assert_int_equal(message[1], next[message[0]]++);
    }
    for (uint32_t i = 0; i < SENDERS; i++)
        assert_ok(edo_join(senders[i], NULL));
    assert_err(edo_unix_datagram_try_recv(receiver, crowds, sizeof crowds), -EAGAIN);
    edo_unix_datagram_close(receiver);
}
