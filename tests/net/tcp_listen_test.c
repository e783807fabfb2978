/* tcp_listen_test.c: listening and accepting. */
#include "support/edo_test.h"
#include "support/fake_driver.h"
#include "support/tcp.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static void check_addresses(const char *where)
{
    edo_tcp_listener *listener;
    edo_tcp_stream *server, *client;
    edo_addr at, server_local, server_peer, client_local, client_peer;

    assert_ok(edo_tcp_listen(where, &listener));
    assert_ok(edo_tcp_listener_addr(listener, &at));
    assert_true(edo_addr_port(&at) > 0);
    edo_tcp_connect_future connect = edo_tcp_connect_addr_async(&at, &client);
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &server);
    assert_ok(edo_try_join_all_array((edo_future *[]){&connect.base, &accept.base}, 2));
    assert_ok(edo_tcp_local_addr(server, &server_local));
    assert_ok(edo_tcp_peer_addr(server, &server_peer));
    assert_ok(edo_tcp_local_addr(client, &client_local));
    assert_ok(edo_tcp_peer_addr(client, &client_peer));
    assert_true(edo_addr_is_equal(&client_local, &server_peer));
    assert_true(edo_addr_is_equal(&client_peer, &server_local));
    assert_true(edo_addr_is_equal(&client_peer, &at));
    assert_err(edo_tcp_local_addr(NULL, &client_local), -EINVAL);
    assert_err(edo_tcp_local_addr(client, NULL), -EINVAL);
    assert_err(edo_tcp_peer_addr(NULL, &client_peer), -EINVAL);
    assert_err(edo_tcp_peer_addr(client, NULL), -EINVAL);
    edo_tcp_close(server);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(addresses_of_both_ends_agree) /* net-001 net-003 net-004 net-018 */
{
    check_addresses("127.0.0.1:0");
}

EDO_TEST_BOTH(addresses_of_both_ends_agree_v6) /* net-002 */
{
    edo_tcp_listener *listener;

    int rc = edo_tcp_listen("[::1]:0", &listener);
    if (rc == -EADDRNOTAVAIL || rc == -EAFNOSUPPORT)
        EDO_SKIP("no IPv6 here");
    assert_ok(rc);
    edo_tcp_listener_close(listener);
    check_addresses("[::1]:0");
}

EDO_TEST(an_accept_is_woken_once_for_one_connection) /* net-005 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream;
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &stream);

    assert_pending(&accept.base);
    settle();
    assert_woken(0);
    int peer = plain_connect(port);
    task_wait_until(edo_test_is_woken());
    settle();
    assert_woken(1);
    assert_ready_eq(&accept.base, 0);
    edo_tcp_accept_future another = edo_tcp_accept_async(listener, &stream);
    edo_tcp_stream *first = stream;
    assert_pending(&another.base);
    settle();
    assert_woken(0);
    edo_future_cancel(&another.base);
    assert_err(poll_to_end(&another.base), -ECANCELED);
    close(peer);
    edo_tcp_close(first);
    edo_tcp_listener_close(listener);
}

/* 50 tasks accept on one listener. */
struct crowd {
    edo_tcp_listener *listener;
    unsigned done; /* atomic */
};

static int accept_one(void *arg)
{
    struct crowd *crowd = arg;
    edo_tcp_stream *stream;
    char byte;

    assert_ok(edo_tcp_accept(crowd->listener, &stream));
    __atomic_fetch_add(&crowd->done, 1, __ATOMIC_SEQ_CST);
    assert_int_equal(edo_tcp_read(stream, &byte, 1), 0); /* a connection of its own */
    edo_tcp_close(stream);
    return 0;
}

EDO_TEST_BOTH(one_connection_completes_one_of_50_accepts) /* net-006 */
{
    unsigned port;
    struct crowd crowd = {.listener = listen_here(&port)};
    edo_task tasks[50];
    int peers[50];

    for (int i = 0; i < 50; i++)
        assert_ok(edo_spawn(accept_one, &crowd, &tasks[i]));
    settle();
    for (unsigned i = 0; i < 50; i++) {
        peers[i] = plain_connect(port);
        task_wait_until(__atomic_load_n(&crowd.done, __ATOMIC_SEQ_CST) >= i + 1);
        if (i % 10 == 0)
            settle();
        assert_int_equal(__atomic_load_n(&crowd.done, __ATOMIC_SEQ_CST), i + 1);
    }
    for (int i = 0; i < 50; i++)
        close(peers[i]);
    for (int i = 0; i < 50; i++)
        assert_ok(edo_join(tasks[i], NULL));
    edo_tcp_listener_close(crowd.listener);
}

EDO_TEST_BOTH(fifty_connections_at_once_reach_50_accepts) /* net-006 */
{
    unsigned port;
    struct crowd crowd = {.listener = listen_here(&port)};
    edo_task tasks[50];
    int peers[50];

    for (int i = 0; i < 50; i++)
        assert_ok(edo_spawn(accept_one, &crowd, &tasks[i]));
    settle();
    for (int i = 0; i < 50; i++) /* fewer events than connections: the turn is passed on */
        peers[i] = plain_connect(port);
    task_wait_until(__atomic_load_n(&crowd.done, __ATOMIC_SEQ_CST) >= 50);
    for (int i = 0; i < 50; i++)
        close(peers[i]);
    for (int i = 0; i < 50; i++)
        assert_ok(edo_join(tasks[i], NULL));
    assert_int_equal(__atomic_load_n(&crowd.done, __ATOMIC_SEQ_CST), 50);
    edo_tcp_listener_close(crowd.listener);
}

EDO_TEST_BOTH(accepts_are_served_first_come_first_served) /* net-006 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream[4];
    edo_tcp_accept_future accept[4];
    int peer[4];

    for (int i = 0; i < 4; i++) {
        accept[i] = edo_tcp_accept_async(listener, &stream[i]);
        assert_pending(&accept[i].base);
    }
    for (int i = 0; i < 4; i++) {
        peer[i] = plain_connect(port);
        settle();
        for (int j = 3; j > i; j--) /* those behind get nothing, however often they look */
            assert_pending(&accept[j].base);
        assert_ok(poll_to_end(&accept[i].base));
    }
    for (int i = 0; i < 4; i++) {
        edo_tcp_close(stream[i]);
        close(peer[i]);
    }
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(connections_wait_for_a_later_accept_in_order) /* net-007 net-008 */
{
    edo_tcp_listener *listener;
    edo_tcp_stream *client[2], *server[2];
    edo_addr any, at, from, peer;

    assert_ok(edo_addr_parse("127.0.0.1:0", &any));
    assert_ok(edo_tcp_listen_with(&any, EDO_OPTS(tcp_listen, .backlog = 1), &listener));
    assert_ok(edo_tcp_listener_addr(listener, &at));
    for (int i = 0; i < 2; i++)
        assert_ok(edo_tcp_connect_addr(&at, &client[i]));
    settle();
    for (int i = 0; i < 2; i++) {
        assert_ok(edo_tcp_accept(listener, &server[i]));
        assert_ok(edo_tcp_peer_addr(server[i], &peer));
        assert_ok(edo_tcp_local_addr(client[i], &from));
        assert_true(edo_addr_is_equal(&peer, &from));
    }
    for (int i = 0; i < 2; i++) {
        edo_tcp_close(server[i]);
        edo_tcp_close(client[i]);
    }
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(a_port_can_be_used_again_in_time_wait) /* net-009 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port), *again;
    edo_tcp_stream *server, *client;
    char byte;

    assert_ok(edo_tcp_connect(here(port), &client));
    assert_ok(edo_tcp_accept(listener, &server));
    edo_tcp_close(server); /* the server ends first, so its side is in TIME_WAIT */
    assert_int_equal(edo_tcp_read(client, &byte, 1), 0);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
    assert_ok(edo_tcp_listen(here(port), &again));
    edo_tcp_listener_close(again);
}

EDO_TEST_BOTH(a_port_in_use_is_refused) /* net-016 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port), *second = NULL;
    edo_addr addr;

    assert_err(edo_tcp_listen(here(port), &second), -EADDRINUSE);
    assert_ok(edo_addr_parse(here(port), &addr));
    assert_err(edo_tcp_listen_with(&addr, EDO_OPTS(tcp_listen, .no_reuse_addr = true), &second),
               -EADDRINUSE);
    assert_null(second);
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(addresses_not_ours_and_garbage_are_refused) /* net-017 net-013 */
{
    edo_tcp_listener *listener = NULL;
    edo_addr addr = {.len = sizeof(struct sockaddr)};
    int fds = open_fds();

    assert_err(edo_tcp_listen("4.4.4.4:0", &listener), -EADDRNOTAVAIL);
    assert_err(edo_tcp_listen("nonsense", &listener), -EINVAL);
    assert_err(edo_tcp_listen(NULL, &listener), -EINVAL);
    assert_err(edo_tcp_listen("127.0.0.1:0", NULL), -EINVAL);
    addr.storage.ss_family = 200;
    assert_err(edo_tcp_listen_with(&addr, NULL, &listener), -EAFNOSUPPORT);
    addr.storage.ss_family = AF_INET6;
    assert_err(edo_tcp_listen_with(&addr, NULL, &listener), -EINVAL);
    assert_null(listener);
    assert_int_equal(open_fds(), fds);
}

EDO_TEST_BOTH(v6_listener_takes_v4_unless_told_not_to) /* net-002 */
{
    edo_tcp_listener *listener;
    edo_tcp_stream *server, *client;
    edo_addr any, at;

    assert_ok(edo_addr_parse("[::]:0", &any));
    int rc = edo_tcp_listen_with(&any, NULL, &listener);
    if (rc == -EADDRNOTAVAIL || rc == -EAFNOSUPPORT)
        EDO_SKIP("no IPv6 here");
    assert_ok(rc);
    assert_ok(edo_tcp_listener_addr(listener, &at));
    assert_ok(edo_tcp_connect(here(edo_addr_port(&at)), &client));
    assert_ok(edo_tcp_accept(listener, &server));
    edo_tcp_close(server);
    edo_tcp_close(client);
    edo_tcp_listener_close(listener);
    assert_ok(edo_tcp_listen_with(&any, EDO_OPTS(tcp_listen, .v6_only = true), &listener));
    assert_ok(edo_tcp_listener_addr(listener, &at));
    assert_err(edo_tcp_connect(here(edo_addr_port(&at)), &client), -ECONNREFUSED);
    edo_tcp_listener_close(listener);
}

/* Two runtimes, each with a listener on the same port, take connections until it is closed. */
struct sharer {
    edo_addr at;
    edo_tcp_listener *listener;
    unsigned taken; /* atomic, as is listens */
    bool listens;
};

static int take_until_closed(void *arg)
{
    struct sharer *sharer = arg;
    edo_tcp_stream *stream;
    int rc;

    assert_ok(edo_tcp_listen_with(&sharer->at, EDO_OPTS(tcp_listen, .reuse_port = true),
                                  &sharer->listener));
    assert_ok(edo_tcp_listener_addr(sharer->listener, &sharer->at));
    __atomic_store_n(&sharer->listens, true, __ATOMIC_RELEASE);
    while ((rc = edo_tcp_accept(sharer->listener, &stream)) == 0) {
        __atomic_fetch_add(&sharer->taken, 1, __ATOMIC_SEQ_CST);
        edo_tcp_close(stream);
    }
    return rc;
}

static void *share_in_own_runtime(void *arg)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_err(edo_block_on(runtime, take_until_closed, arg), -ECANCELED);
    assert_ok(edo_runtime_free(runtime));
    return NULL;
}

EDO_TEST_PLAIN(two_runtimes_share_a_port) /* net-021 */
{
    struct sharer sharers[2] = {{.taken = 0}, {.taken = 0}};
    pthread_t threads[2];
    int peers[100];

    assert_ok(edo_addr_parse("127.0.0.1:0", &sharers[0].at));
    for (int i = 0; i < 2; i++) {
        if (i == 1)
            sharers[1].at = sharers[0].at;
        threads[i] = start_thread(share_in_own_runtime, &sharers[i]);
        wait_until(__atomic_load_n(&sharers[i].listens, __ATOMIC_ACQUIRE));
    }
    for (int i = 0; i < 100; i++)
        peers[i] = plain_connect(edo_addr_port(&sharers[0].at));
    wait_until(__atomic_load_n(&sharers[0].taken, __ATOMIC_SEQ_CST) +
                   __atomic_load_n(&sharers[1].taken, __ATOMIC_SEQ_CST) ==
               100);
    for (int i = 0; i < 2; i++) {
        edo_tcp_listener_close(sharers[i].listener); /* from a plain thread */
        join_thread(threads[i]);
        assert_in_range(sharers[i].taken, 1, 99);
    }
    assert_int_equal(sharers[0].taken + sharers[1].taken, 100);
    for (int i = 0; i < 100; i++)
        close(peers[i]);
}

EDO_TEST_BOTH(closing_ends_pending_accepts_and_refuses_clients) /* net-020 net-045 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream[40] = {NULL}, *client;
    edo_tcp_accept_future accept[40]; /* more than one batch of wakes */

    for (int i = 0; i < 40; i++) {
        accept[i] = edo_tcp_accept_async(listener, &stream[i]);
        assert_pending(&accept[i].base);
    }
    settle();
    assert_woken(0);
    assert_ok(edo_tcp_listener_close(listener));
    task_wait_until(edo_test_wake_count() == 40);
    for (int i = 0; i < 40; i++) {
        assert_err(poll_to_end(&accept[i].base), -ECANCELED);
        assert_null(stream[i]);
    }
    assert_err(edo_tcp_connect(here(port), &client), -ECONNREFUSED);
    assert_err(edo_tcp_listener_close(NULL), -EINVAL);
}

EDO_TEST_BOTH(an_accept_is_begun_anew_after_a_cancel)
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream;
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &stream);

    for (int i = 0; i < 3; i++) {
        edo_sleep_future nap = edo_sleep_async(EDO_SECONDS(0));
        assert_int_equal(edo_select_keep(&accept.base, &nap.base), 1);
    }
    int peer = plain_connect(port);
    assert_ok(edo_await(&accept.base));
    close(peer);
    edo_tcp_close(stream);
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(a_future_of_a_closed_listener_takes_nothing) /* net-020 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port), *next;
    edo_tcp_stream *stream = NULL;
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &stream);

    edo_tcp_listener_close(listener);
    next = listen_here(&port); /* in the same place, most likely */
    int peer = plain_connect(port);
    assert_err(edo_await(&accept.base), -ECANCELED);
    assert_ok(edo_tcp_accept(next, &stream));
    edo_tcp_close(stream);
    close(peer);
    edo_tcp_listener_close(next);
}

static int connect_to(void *arg)
{
    edo_tcp_stream *stream;
    char byte;

    assert_ok(edo_tcp_connect_addr(arg, &stream));
    assert_int_equal(edo_tcp_read(stream, &byte, 1), 1);
    edo_tcp_close(stream);
    return 0;
}

EDO_TEST_BOTH(a_hundred_clients_at_once_get_connected) /* net-103 */
{
    edo_tcp_listener *listener;
    edo_tcp_stream *stream[100];
    edo_task clients[100];
    edo_addr at;

    assert_ok(edo_addr_parse("127.0.0.1:0", &at));
    assert_ok(edo_tcp_listen_with(&at, EDO_OPTS(tcp_listen, .backlog = 128), &listener));
    assert_ok(edo_tcp_listener_addr(listener, &at));
    for (int i = 0; i < 100; i++)
        assert_ok(edo_spawn(connect_to, &at, &clients[i]));
    for (int i = 0; i < 100; i++)
        assert_ok(edo_tcp_accept(listener, &stream[i]));
    for (int i = 0; i < 100; i++) {
        assert_int_equal(edo_tcp_write(stream[i], "x", 1), 1);
        edo_tcp_close(stream[i]);
    }
    for (int i = 0; i < 100; i++)
        assert_ok(edo_join(clients[i], NULL));
    edo_tcp_listener_close(listener);
}

EDO_TEST_BOTH(clients_never_accepted_are_reset) /* net-104 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *client;
    char byte;

    assert_ok(edo_tcp_connect(here(port), &client));
    edo_tcp_read_future read = edo_tcp_read_async(client, &byte, 1);
    assert_pending(&read.base);
    edo_tcp_listener_close(listener);
    assert_err(poll_to_end(&read.base), -ECONNRESET);
    edo_tcp_close(client);
}

/* The stream's own descriptor: the socket with its address. */
static int fd_of(edo_tcp_stream *stream)
{
    edo_addr ours, theirs;

    assert_ok(edo_tcp_local_addr(stream, &ours));
    for (int fd = 3; fd < 64; fd++) {
        theirs = (edo_addr){.len = sizeof theirs.storage};
        if (getsockname(fd, (struct sockaddr *)&theirs.storage, &theirs.len) == 0 &&
            edo_addr_is_equal(&ours, &theirs))
            return fd;
    }
    fail_msg("no descriptor has this address");
    return -1;
}

static bool has_nodelay(int fd)
{
    int on = -1;
    socklen_t len = sizeof on;

    assert_int_equal(getsockopt(fd, IPPROTO_TCP, 1 /* TCP_NODELAY */, &on, &len), 0);
    return on;
}

EDO_TEST_BOTH(accepted_connections_send_small_writes_at_once_unless_told_not_to)
{
    int peer;
    edo_tcp_stream *stream = accept_plain(&peer);
    int fd = fd_of(stream);

    assert_true(has_nodelay(fd));
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
    assert_ok(edo_tcp_set_nodelay(stream, false));
    assert_false(has_nodelay(fd));
    assert_ok(edo_tcp_set_nodelay(stream, true));
    assert_true(has_nodelay(fd));
    assert_err(edo_tcp_set_nodelay(NULL, true), -EINVAL);
    edo_tcp_close(stream);
    close(peer);
}

static int accept_and_close(void *arg)
{
    struct crowd *crowd = arg;
    edo_tcp_stream *stream;

    assert_ok(edo_tcp_accept(crowd->listener, &stream));
    edo_tcp_close(stream);
    return 0;
}

/* Out of descriptors, then not any more. */
EDO_TEST_MT(an_accept_survives_running_out_of_descriptors) /* net-045 */
{
    unsigned port;
    struct crowd crowd = {.listener = listen_here(&port)};
    edo_task task;
    struct rlimit limit, none;
    int peer = plain_connect(port);

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 3; /* those that are open stay; no further one */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_ok(edo_spawn(accept_and_close, &crowd, &task));
    uint64_t before = cpu_time_ns();
    assert_ok(edo_sleep(EDO_MILLIS(200)));
    assert_false(edo_task_is_finished(task));
    assert_true(cpu_time_ns() - before < UINT64_C(100) * 1000000 * test_scale()); /* no spin */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    uint64_t again = real_time_ns();
    assert_ok(edo_join(task, NULL));
    assert_true(real_time_ns() - again < UINT64_C(500) * 1000000 * test_patience());
    close(peer);
    edo_tcp_listener_close(crowd.listener);
}

EDO_TEST_MT(an_accept_that_backs_off_can_be_canceled) /* net-045 */
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream = NULL;
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, &stream);
    int peer = plain_connect(port);
    struct rlimit limit, none;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 3;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    for (int i = 0; i < 20; i++) {
        assert_pending(&accept.base);
        edo_yield();
    }
    edo_future_cancel(&accept.base);
    assert_err(poll_to_end(&accept.base), -ECANCELED);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_ok(edo_tcp_accept(listener, &stream));
    edo_tcp_close(stream);
    close(peer);
    edo_tcp_listener_close(listener);
}

/* What accept(2) says of a connection that ended before, made by the fake driver. */
static int accept_after_failures(void *arg)
{
    static const int failures[] = {-ECONNABORTED, -EPROTO, -EINTR, -ENOBUFS};
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_stream *stream;

    (void)arg;
    for (int i = 0; i < 4; i++) {
        fake_driver_fail_accept(failures[i]);
        int peer = plain_connect(port);
        assert_ok(edo_tcp_accept(listener, &stream));
        edo_tcp_close(stream);
        close(peer);
    }
    fake_driver_fail_accept(-EPERM); /* and what is not passed over */
    int peer = plain_connect(port);
    assert_err(edo_tcp_accept(listener, &stream), -EPERM);
    assert_ok(edo_tcp_accept(listener, &stream));
    edo_tcp_close(stream);
    close(peer);
    edo_tcp_listener_close(listener);
    return 0;
}

EDO_TEST_PLAIN(an_accept_passes_over_connections_that_ended)
{
    edo_runtime *runtime;

    setenv("EDO_DRIVER", "fake", 1);
    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, accept_after_failures, NULL));
    assert_ok(edo_runtime_free(runtime));
}

EDO_TEST_PLAIN(listening_needs_a_runtime_with_io) /* net-122 */
{
    edo_tcp_listener *listener = NULL;
    edo_tcp_stream *stream = NULL;

    assert_err(edo_tcp_listen("127.0.0.1:0", &listener), -EDO_ENORUNTIME);
    assert_err(edo_tcp_connect("127.0.0.1:1", &stream), -EDO_ENORUNTIME);
    assert_null(listener);
    assert_null(stream);
}

EDO_TEST_BOTH(listens_by_their_futures)
{
    edo_tcp_listener *listener = NULL, *second = NULL;
    edo_tcp_stream *server, *client;
    edo_addr addr;

    edo_tcp_listen_future listen = edo_tcp_listen_async("127.0.0.1:0", &listener);
    assert_ok(poll_to_end(&listen.base));
    edo_future_put_back(&listen.base);
    assert_err(listen.base.result, -ECANCELED);
    assert_null(listener);
    listen = edo_tcp_listen_async("127.0.0.1:0", &listener);
    assert_ok(poll_to_end(&listen.base));
    listen = edo_tcp_listen_host_async("127.0.0.1", 0, NULL, &second);
    assert_ok(poll_to_end(&listen.base));
    edo_tcp_listener_close(listener);
    assert_ok(edo_tcp_listener_addr(second, &addr));
    assert_ok(edo_tcp_connect_addr(&addr, &client));
    assert_ok(edo_tcp_accept(second, &server));
    edo_tcp_close(client);
    edo_tcp_close(server);
    edo_tcp_listener_close(second);
}
