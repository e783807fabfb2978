/* udp_threads_test.c: sockets that share a port, of several workers, and of a runtime that ends. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/atomic.h"

#define SENDERS 100

/* Receives in a runtime of its own, until the token is canceled. */
typedef struct sharer {
    edo_cancel_token *stop;
    edo_addr addr;
    uint32_t ready, got; /* atomic */
} sharer;

static int share(void *arg)
{
    sharer *s = arg;
    edo_udp_socket *socket;
    char buf[8];

    assert_ok(edo_udp_bind_with(&s->addr, EDO_OPTS(udp, .reuse_port = true), &socket));
    assert_ok(edo_udp_local_addr(socket, &s->addr));
    a_store(&s->ready, 1, release); /* pairs with the acquire in start */
    for (;;) {
        edo_udp_recv_future recv = edo_udp_recv_async(socket, buf, sizeof buf);
        edo_cancel_token_wait_future stop = edo_cancel_token_wait_async(s->stop);
        if (edo_select_biased(&recv.base, &stop.base) == 1)
            break;
        assert_int_equal(recv.base.result, 5);
        a_fetch_add(&s->got, 1, relaxed);
    }
    edo_udp_close(socket);
    return 0;
}

static void *run_share(void *arg)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, share, arg));
    assert_ok(edo_runtime_free(runtime));
    return NULL;
}

static pthread_t start(sharer *s)
{
    pthread_t thread = start_thread(run_share, s);

    wait_until(a_load(&s->ready, acquire)); /* pairs with the release in share */
    return thread;
}

/* Each from a port of its own, by which the system chooses who gets it. */
static void send_from_many(const edo_addr *to)
{
    int fds[SENDERS];

    for (int i = 0; i < SENDERS; i++) {
        fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        assert_int_equal(
            sendto(fds[i], "hello", 5, 0, (const struct sockaddr *)&to->storage, to->len), 5);
    }
    for (int i = 0; i < SENDERS; i++)
        close(fds[i]);
}

EDO_TEST_PLAIN(two_sockets_of_one_port_share_the_datagrams) /* net-084 */
{
    sharer a = {.addr = addr_of("127.0.0.1:0")}, b = {0};
    pthread_t threads[2];

    assert_ok(edo_cancel_token_new(&a.stop));
    b.stop = a.stop;
    threads[0] = start(&a);
    b.addr = a.addr;
    threads[1] = start(&b);
    assert_addr(&b.addr, &a.addr);
    send_from_many(&a.addr);
    wait_until(a_load(&a.got, relaxed) + a_load(&b.got, relaxed) >= SENDERS);
    edo_cancel_token_cancel(a.stop);
    join_thread(threads[0]);
    join_thread(threads[1]);
    assert_int_equal(a.got + b.got, SENDERS);
    assert_in_range(a.got, 1, SENDERS - 1); /* each gets some */
    edo_cancel_token_free(a.stop);
}

/* Traffic of which nobody sees an end. */
static uint32_t echoed; /* atomic */

static int echo_for_ever(void *arg)
{
    edo_udp_socket *socket = arg;
    edo_addr from;
    char buf[64];
    ssize_t n;

    while ((n = edo_udp_recv_from(socket, buf, sizeof buf, &from)) >= 0)
        if ((n = edo_udp_send_to(socket, buf, (size_t)n, &from)) < 0)
            break;
    assert_true(n == -EDO_ESHUTDOWN || n == -ECANCELED);
    edo_udp_close(socket);
    return 0;
}

static int ask_for_ever(void *arg)
{
    edo_udp_socket *socket = arg;
    char buf[64] = "question";
    ssize_t n;

    while ((n = edo_udp_send(socket, buf, 8)) == 8 &&
           (n = edo_udp_recv(socket, buf, sizeof buf)) == 8)
        a_fetch_add(&echoed, 1, relaxed);
    assert_true(n == -EDO_ESHUTDOWN || n == -ECANCELED || n == -ECONNREFUSED);
    edo_udp_close(socket);
    return 0;
}

static int begin_traffic(void *arg)
{
    edo_addr addr, client_addr;
    edo_udp_socket *server = udp_here(&addr);
    uint32_t before = a_load(&echoed, relaxed);

    (void)arg;
    assert_ok(edo_spawn(echo_for_ever, server, NULL));
    for (int i = 0; i < 5; i++) {
        edo_udp_socket *client = udp_here(&client_addr);
        assert_ok(edo_udp_connect_addr(client, &addr));
        assert_ok(edo_spawn(ask_for_ever, client, NULL));
    }
    task_wait_until(a_load(&echoed, relaxed) > before + 100);
    return 0;
}

static void check_end_amid_traffic(const edo_runtime_opts *opts)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(opts, &runtime));
    assert_ok(edo_block_on(runtime, begin_traffic, NULL));
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(a_runtime_ends_amid_traffic) /* rt-065 */
{
    int fds = open_fds();

    for (int round = 0; round < 9; round++) {
        check_end_amid_traffic(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD));
        check_end_amid_traffic(
            EDO_OPTS(runtime, .kind = EDO_MULTI_THREAD, .workers = test_workers()));
        if (round == 0)
            fds = open_fds(); /* the fake driver keeps its own */
    }
    wait_until(open_fds() == fds);
}

/* What outlives its runtime says so, and can be closed. */
static int make_socket(void *arg)
{
    edo_addr addr;

    *(edo_udp_socket **)arg = udp_here(&addr);
    return 0;
}

EDO_TEST_PLAIN(a_socket_outlives_its_runtime)
{
    edo_runtime *runtime;
    edo_udp_socket *socket;
    char buf[4];

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, make_socket, &socket));
    assert_ok(edo_runtime_free(runtime));
    assert_err(edo_udp_try_recv(socket, buf, sizeof buf), -EDO_ESHUTDOWN);
    assert_err(edo_udp_try_send(socket, buf, 1), -EDO_ESHUTDOWN);
    assert_err(edo_udp_connect(socket, "127.0.0.1:9"), -EDO_ESHUTDOWN);
    assert_ok(edo_udp_close(socket));
    assert_err(edo_udp_bind("127.0.0.1:0", &socket), -EDO_ENORUNTIME);
}

enum { SHARED = 64 };

/* Takes datagrams and gives them back at once. */
static int take_and_put_back(void *arg)
{
    edo_udp_socket *socket = arg;
    unsigned char number;

    for (unsigned i = 0; i < test_count(50000); i++) {
        edo_udp_recv_future recv = edo_udp_recv_async(socket, &number, 1);
        if (edo_test_poll(&recv.base) == EDO_PENDING) {
            edo_future_cancel(&recv.base);
            poll_to_end(&recv.base);
        }
        if (recv.base.result == 1)
            edo_future_put_back(&recv.base);
    }
    return 0;
}

EDO_TEST_MT(datagrams_that_several_workers_put_back_are_there_once) /* net-086 */
{
    edo_udp_socket *a, *b;
    edo_task tasks[4];
    bool seen[SHARED] = {false};
    unsigned char number;

    udp_pair(&a, &b);
    for (int i = 0; i < SHARED; i++)
        assert_int_equal(edo_udp_send(a, &(unsigned char){(unsigned char)i}, 1), 1);
    for (int i = 0; i < 4; i++)
        assert_ok(edo_spawn(take_and_put_back, b, &tasks[i]));
    for (int i = 0; i < 4; i++)
        assert_ok(edo_join(tasks[i], NULL));
    for (int i = 0; i < SHARED; i++) {
        assert_int_equal(edo_udp_try_recv(b, &number, 1), 1);
        assert_true(number < SHARED && !seen[number]);
        seen[number] = true;
    }
    assert_err(edo_udp_try_recv(b, &number, 1), -EAGAIN);
    edo_udp_close(a);
    edo_udp_close(b);
}
