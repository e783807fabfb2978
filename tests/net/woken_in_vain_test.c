/* woken_in_vain_test.c: reads that wait, are woken, and find that another has taken what was there. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct theft {
    edo_udp_socket *bell,
        *ringer; /* who waits for the one is woken first, and takes it from `fd` */
    int fd;
    bool was_there;
    edo_tcp_stream *stream; /* whoever waits reads from one of these */
    edo_udp_socket *socket;
    edo_buffer_pool *pool;
    char got[16];
} theft;

static int steal(void *arg)
{
    theft *t = arg;
    char byte;

    assert_int_equal(edo_udp_recv(t->bell, &byte, 1), 1);
    t->was_there = recv(t->fd, t->got, sizeof t->got, MSG_DONTWAIT) == 5;
    return 0;
}

static int read_plainly(void *arg)
{
    theft *t = arg;

    return (int)edo_tcp_read(t->stream, t->got, sizeof t->got);
}

static int read_lent(void *arg)
{
    theft *t = arg;
    edo_lent in;
    ssize_t n = edo_tcp_read_lent(t->stream, t->pool, &in);

    if (n > 0)
        memcpy(t->got, in.data, in.len);
    edo_lent_give_back(&in);
    return (int)n;
}

static int receive(void *arg)
{
    theft *t = arg;

    return (int)edo_udp_recv(t->socket, t->got, sizeof t->got);
}

/* The reader gets what comes second, as the first is gone when it runs. */
static void check_waits_on_once(theft *t, int (*reads)(void *arg), int peer)
{
    edo_task thief, reader;
    int n;

    udp_pair(&t->bell, &t->ringer);
    assert_ok(edo_spawn(steal, t, &thief));
    assert_ok(edo_spawn(reads, t, &reader));
    settle();
    assert_int_equal(edo_udp_try_send(t->ringer, "!", 1), 1);
    assert_int_equal(send(peer, "first", 5, 0), 5);
    assert_ok(edo_join(thief, NULL));
    assert_true(t->was_there ||
                driver_is_fake()); /* a completion driver reads before a reader runs */
    settle();
    if (t->was_there)
        assert_int_equal(send(peer, "later", 5, 0), 5);
    assert_ok(edo_join(reader, &n));
    assert_int_equal(n, 5);
    assert_memory_equal(t->got, t->was_there ? "later" : "first", 5);
    edo_udp_close(t->bell);
    edo_udp_close(t->ringer);
}

/* Its first wait is its source's first, which has to be registered; the next ones need not. */
static void check_waits_on(theft *t, int (*reads)(void *arg), int peer)
{
    for (int i = 0; i < 3; i++)
        check_waits_on_once(t, reads, peer);
}

static void check_stream(int (*reads)(void *arg))
{
    int peer;
    theft t = {.stream = accept_plain(&peer)};

    t.fd = edo_tcp_fd(t.stream);
    assert_ok(edo_buffer_pool_new(NULL, &t.pool));
    check_waits_on(&t, reads, peer);
    assert_int_equal(edo_buffer_pool_counts_now(t.pool).lent, 0);
    edo_buffer_pool_free(t.pool);
    edo_tcp_close(t.stream);
    close(peer);
}

EDO_TEST(a_read_that_is_woken_in_vain_waits_on)
{
    check_stream(read_plainly);
}

EDO_TEST(a_lent_read_that_is_woken_in_vain_waits_on)
{
    check_stream(read_lent);
}

EDO_TEST(a_receive_that_is_woken_in_vain_waits_on)
{
    edo_udp_socket *other;
    theft t = {.fd = -1};

    udp_pair(&t.socket, &other);
    t.fd = edo_udp_fd(t.socket);
    check_waits_on(&t, receive, edo_udp_fd(other));
    edo_udp_close(t.socket);
    edo_udp_close(other);
}
