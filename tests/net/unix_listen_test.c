/* unix_listen_test.c: paths and names, and what listens on them. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/unix.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

EDO_TEST_BOTH(a_bound_client_shows_its_path) /* net-089 net-101 */
{
    const char *server_path = unix_path("server"), *client_path = unix_path("client");
    edo_unix_listener *listener;
    edo_unix_socket *bound, *listening;
    edo_unix_stream *server, *client;
    edo_unix_addr addr;

    assert_ok(edo_unix_socket_new_stream(&listening));
    assert_ok(edo_unix_socket_bind(listening, server_path));
    assert_ok(edo_unix_socket_listen(listening, EDO_OPTS(unix_listen, .backlog = 1024), &listener));
    assert_ok(edo_unix_socket_close(listening));
    assert_ok(edo_unix_socket_new_stream(&bound));
    assert_ok(edo_unix_socket_bind(bound, client_path));
    assert_ok(edo_unix_socket_local_addr(bound, &addr));
    assert_string_equal(edo_unix_addr_path(&addr), client_path);
    assert_ok(edo_unix_socket_connect(bound, server_path, &client));
    assert_ok(edo_unix_accept(listener, &server));
    assert_ok(edo_unix_peer_addr(server, &addr));
    assert_string_equal(edo_unix_addr_path(&addr), client_path);
    assert_ok(edo_unix_peer_addr(client, &addr));
    assert_string_equal(edo_unix_addr_path(&addr), server_path);
    edo_unix_close(server);
    edo_unix_close(client);

    assert_ok(edo_unix_connect(server_path, &client));
    assert_ok(edo_unix_accept(listener, &server));
    assert_ok(edo_unix_peer_addr(server, &addr));
    assert_true(edo_unix_addr_is_unnamed(&addr));
    assert_null(edo_unix_addr_path(&addr));
    assert_ok(edo_unix_local_addr(client, &addr));
    assert_true(edo_unix_addr_is_unnamed(&addr));
    edo_unix_close(server);
    edo_unix_close(client);
    assert_err(edo_unix_socket_connect(bound, server_path, &client), -EISCONN);
    assert_ok(edo_unix_socket_close(bound));
    edo_unix_listener_close(listener);
}

static void make_file(const char *path)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    close(fd);
}

EDO_TEST_BOTH(connecting_to_what_does_not_listen_fails) /* net-093 */
{
    const char *file = unix_path("file"), *left = unix_path("left");
    edo_unix_listener *listener;
    edo_unix_stream *stream = NULL;

    assert_err(edo_unix_connect(unix_path("missing"), &stream), -ENOENT);
    make_file(file);
    assert_err(edo_unix_connect(file, &stream), -ECONNREFUSED);
    assert_ok(edo_unix_listen(left, &listener));
    edo_unix_listener_close(listener);
    assert_err(edo_unix_connect(left, &stream), -ECONNREFUSED);
    assert_null(stream);
}

EDO_TEST_BOTH(binding_to_what_can_not_be_bound_fails) /* net-094 */
{
    const char *file = unix_path("file");
    edo_unix_listener *listener = NULL;
    edo_unix_socket *socket;

    make_file(file);
    assert_err(edo_unix_listen(file, &listener), -EADDRINUSE);
    assert_err(edo_unix_listen(unix_path("none/at-all"), &listener), -ENOENT);
    assert_ok(edo_unix_socket_new_stream(&socket));
    assert_err(edo_unix_socket_listen(socket, NULL, &listener), -EINVAL);
    assert_ok(edo_unix_socket_bind(socket, unix_path("first")));
    assert_err(edo_unix_socket_bind(socket, unix_path("second")), -EINVAL);
    assert_null(listener);
    assert_ok(edo_unix_socket_listen(socket, NULL, &listener)); /* none of this did any harm */
    edo_unix_listener_close(listener);
    edo_unix_socket_close(socket);
}

EDO_TEST_BOTH(a_path_too_long_is_refused) /* net-095 */
{
    char path[200];
    edo_unix_listener *listener = NULL;
    edo_unix_stream *stream = NULL;
    edo_unix_datagram *datagram = NULL;
    edo_unix_socket *socket;
    edo_unix_addr addr;

    memset(path, 'x', sizeof path);
    memcpy(path, "/tmp/", 5);
    for (size_t len = 107; len <= 109; len++) {
        path[len] = '\0';
        int rc = len == 107 ? 0 : -ENAMETOOLONG;
        assert_int_equal(edo_unix_addr_from_path(path, &addr), rc);
        if (rc == 0)
            assert_string_equal(edo_unix_addr_path(&addr), path);
        assert_err(edo_unix_connect(path, &stream), rc ? rc : -ENOENT);
        if (rc < 0) {
            assert_err(edo_unix_listen(path, &listener), rc);
            assert_err(edo_unix_datagram_bind(path, &datagram), rc);
            assert_ok(edo_unix_socket_new_stream(&socket));
            assert_err(edo_unix_socket_bind(socket, path), rc);
            assert_err(edo_unix_socket_connect(socket, path, &stream), rc);
            assert_ok(edo_unix_socket_close(socket));
        }
        path[len] = 'x';
    }
    path[107] = '\0'; /* and none of them was made, cut short */
    assert_int_equal(access(path, F_OK), -1);
}

typedef struct other_runtime {
    edo_unix_addr addr;
    char got[4];
} other_runtime;

static int connect_and_read(void *arg)
{
    other_runtime *o = arg;
    edo_unix_stream *stream;

    assert_ok(edo_unix_connect_addr(&o->addr, &stream));
    assert_int_equal(unix_read_some_all(stream, o->got, 4), 4);
    return edo_unix_close(stream);
}

static void *run_other_runtime(void *arg)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), &runtime));
    assert_ok(edo_block_on(runtime, connect_and_read, arg));
    assert_ok(edo_runtime_free(runtime));
    return NULL;
}

EDO_TEST_BOTH(an_abstract_name_joins_two_runtimes) /* net-096 */
{
    char name[107];
    edo_unix_listener *listener;
    edo_unix_stream *stream;
    edo_unix_addr addr, shown;
    other_runtime o;
    size_t len;

    memset(name, 'n', sizeof name);
    name[3] = name[50] = name[106] = '\0';
    memcpy(name + 60, &(pid_t){getpid()}, sizeof(pid_t));
    name[59] = (char)test_time_is_paused(); /* each variant of this test has its own */
    assert_err(edo_unix_addr_from_name(name, 108, &addr), -ENAMETOOLONG);
    assert_ok(edo_unix_addr_from_name(name, sizeof name, &addr));
    assert_ok(edo_unix_listen_with(&addr, NULL, &listener));
    assert_ok(edo_unix_listener_addr(listener, &shown));
    assert_memory_equal(edo_unix_addr_name(&shown, &len), name, sizeof name);
    assert_int_equal(len, sizeof name);
    assert_null(edo_unix_addr_path(&shown));
    assert_true(edo_unix_addr_is_equal(&addr, &shown));
    o.addr = addr;
    pthread_t thread = start_thread(run_other_runtime, &o);
    assert_ok(edo_unix_accept(listener, &stream));
    assert_int_equal(edo_unix_write(stream, "name", 4), 4);
    join_thread(thread);
    assert_memory_equal(o.got, "name", 4);
    edo_unix_close(stream);

    /* Every zero counts: these are other names. */
    edo_unix_stream *none = NULL;
    assert_ok(edo_unix_addr_from_name(name, 106, &addr));
    assert_err(edo_unix_connect_addr(&addr, &none), -ECONNREFUSED);
    name[106] = 'z';
    assert_ok(edo_unix_addr_from_name(name, 107, &addr));
    assert_err(edo_unix_connect_addr(&addr, &none), -ECONNREFUSED);
    edo_unix_listener_close(listener);
}

EDO_TEST_BOTH(closing_leaves_the_path_unless_asked) /* net-097 */
{
    const char *path = unix_path("stays"), *gone = unix_path("goes");
    edo_unix_listener *listener, *second = NULL;
    edo_unix_addr addr;

    assert_ok(edo_unix_listen(path, &listener));
    edo_unix_listener_close(listener);
    assert_int_equal(access(path, F_OK), 0);
    assert_err(edo_unix_listen(path, &second), -EADDRINUSE);
    assert_null(second);

    assert_ok(edo_unix_addr_from_path(gone, &addr));
    assert_ok(
        edo_unix_listen_with(&addr, EDO_OPTS(unix_listen, .unlink_on_close = true), &listener));
    assert_int_equal(access(gone, F_OK), 0);
    edo_unix_listener_close(listener);
    assert_int_equal(access(gone, F_OK), -1);
    assert_ok(edo_unix_listen(gone, &listener));
    edo_unix_listener_close(listener);
}

EDO_TEST(unlinking_spares_what_another_has_put_there) /* net-097 */
{
    const char *path = unix_path("taken");
    edo_unix_listener *listener, *newer;
    edo_unix_stream *stream;
    edo_unix_addr addr;

    assert_ok(edo_unix_addr_from_path(path, &addr));
    assert_ok(
        edo_unix_listen_with(&addr, EDO_OPTS(unix_listen, .unlink_on_close = true), &listener));
    assert_int_equal(rename(path, unix_path("aside")), 0);
    assert_ok(edo_unix_listen(path, &newer));
    edo_unix_listener_close(listener);
    assert_ok(edo_unix_connect(path, &stream));
    edo_unix_close(stream);
    edo_unix_listener_close(newer);
}

EDO_TEST_BOTH(the_wrong_kind_of_socket_says_so) /* net-100 */
{
    edo_unix_socket *stream, *datagram;
    edo_unix_listener *listener = NULL;
    edo_unix_stream *connected = NULL;
    edo_unix_datagram *made = NULL;

    assert_ok(edo_unix_socket_new_stream(&stream));
    assert_ok(edo_unix_socket_new_datagram(&datagram));
    assert_ok(edo_unix_socket_bind(datagram, unix_path("datagram")));
    assert_err(edo_unix_socket_connect(datagram, unix_path("any"), &connected), -EOPNOTSUPP);
    assert_err(edo_unix_socket_listen(datagram, NULL, &listener), -EOPNOTSUPP);
    assert_err(edo_unix_socket_datagram(stream, &made), -EOPNOTSUPP);
    assert_true(!listener && !connected && !made);
    assert_ok(edo_unix_socket_datagram(datagram, &made)); /* none of this did any harm */
    assert_err(edo_unix_socket_datagram(datagram, &made), -EINVAL);
    edo_unix_datagram_close(made);
    assert_ok(edo_unix_socket_close(stream));
    assert_ok(edo_unix_socket_close(datagram));
}

#define CLIENTS 100

static int be_client(void *arg)
{
    edo_unix_stream *stream;
    char byte;

    assert_ok(edo_unix_connect(arg, &stream));
    assert_int_equal(edo_unix_read(stream, &byte, 1), 1);
    return edo_unix_close(stream);
}

static void check_crowd_is_served(int backlog)
{
    const char *path = unix_path("crowd");
    edo_unix_listener *listener;
    edo_unix_addr addr;
    edo_task clients[CLIENTS];
    int ret;

    assert_ok(edo_unix_addr_from_path(path, &addr));
    assert_ok(edo_unix_listen_with(
        &addr, EDO_OPTS(unix_listen, .backlog = backlog, .unlink_on_close = true), &listener));
    for (int i = 0; i < CLIENTS; i++)
        assert_ok(edo_spawn(be_client, (void *)(uintptr_t)path, &clients[i]));
    for (int i = 0; i < CLIENTS; i++) {
        edo_unix_stream *stream;
        assert_ok(edo_unix_accept(listener, &stream));
        assert_int_equal(edo_unix_write(stream, "x", 1), 1);
        edo_unix_close(stream);
    }
    for (int i = 0; i < CLIENTS; i++) {
        assert_ok(edo_join(clients[i], &ret));
        assert_ok(ret);
    }
    edo_unix_listener_close(listener);
}

EDO_TEST_BOTH(a_hundred_clients_are_all_served) /* net-103 */
{
    check_crowd_is_served(CLIENTS);
}

/* The system would turn them away. */
EDO_TEST_BOTH(a_full_queue_is_waited_for) /* net-103 */
{
    check_crowd_is_served(1);
}

EDO_TEST_BOTH(a_connect_to_a_full_queue_can_be_cancelled)
{
    edo_unix_addr addr = unix_name("full");
    edo_unix_listener *listener;
    edo_unix_stream *waits[2], *late = NULL;
    edo_unix_socket *socket;

    assert_ok(edo_unix_listen_with(&addr, EDO_OPTS(unix_listen, .backlog = 1), &listener));
    for (int i = 0; i < 2; i++)
        assert_ok(edo_unix_connect_addr(&addr, &waits[i]));
    assert_ok(edo_unix_socket_new_stream(&socket));
    edo_unix_connect_future connect = edo_unix_socket_connect_addr_async(socket, &addr, &late);
    edo_unix_connect_future second = edo_unix_socket_connect_addr_async(socket, &addr, &late);
    assert_pending(&connect.base);
    settle();
    assert_pending(&connect.base);
    assert_err(poll_to_end(&second.base), -EALREADY);
    assert_err(edo_unix_socket_close(socket), -EALREADY);
    edo_future_cancel(&connect.base);
    assert_err(poll_to_end(&connect.base), -ECANCELED);
    assert_null(late);
    edo_unix_listener_close(listener);
    assert_err(edo_unix_socket_connect_addr(socket, &addr, &late), -ECONNREFUSED);
    assert_ok(edo_unix_socket_close(socket));
    for (int i = 0; i < 2; i++)
        edo_unix_close(waits[i]);
}

static int count_runs(void *arg)
{
    uint32_t *runs = arg;

    while (!edo_task_self_is_canceled()) {
        ++*runs;
        edo_yield();
    }
    return 0;
}

EDO_TEST(connects_that_never_wait_let_others_run)
{
    edo_unix_addr addr = unix_name("busy");
    edo_unix_listener *listener;
    edo_unix_stream *client;
    edo_task other;
    uint32_t runs = 0;

    assert_ok(edo_unix_listen_with(&addr, EDO_OPTS(unix_listen, .backlog = 1000), &listener));
    assert_ok(edo_spawn(count_runs, &runs, &other));
    for (int i = 0; i < 600; i++) {
        assert_ok(edo_unix_connect_addr(&addr, &client));
        edo_unix_close(client);
    }
    assert_in_range(runs, 2, UINT32_MAX);
    assert_ok(edo_task_abort(other));
    assert_ok(edo_join(other, NULL));
    edo_unix_listener_close(listener);
}

EDO_TEST_BOTH(a_connection_that_nobody_wanted_is_closed)
{
    edo_unix_addr addr = unix_name("unwanted");
    edo_unix_listener *listener;
    edo_unix_stream *client = NULL, *server;
    char byte;

    assert_ok(edo_unix_listen_with(&addr, NULL, &listener));
    edo_unix_connect_future connect = edo_unix_connect_addr_async(&addr, &client);
    assert_ok(poll_to_end(&connect.base));
    assert_non_null(client);
    edo_future_put_back(&connect.base);
    assert_err(connect.base.result, -ECANCELED);
    assert_null(client);
    assert_ok(edo_unix_accept(listener, &server));
    assert_int_equal(edo_unix_read(server, &byte, 1), 0);
    edo_unix_close(server);
    edo_unix_listener_close(listener);
}

EDO_TEST_BOTH(an_accepted_connection_that_was_put_back_is_the_next)
{
    edo_unix_addr addr = unix_name("next");
    edo_unix_listener *listener;
    edo_unix_stream *clients[2], *server;
    char byte;

    assert_ok(edo_unix_listen_with(&addr, NULL, &listener));
    for (int i = 0; i < 2; i++) {
        assert_ok(edo_unix_connect_addr(&addr, &clients[i]));
        assert_int_equal(edo_unix_write(clients[i], &"01"[i], 1), 1);
    }
    edo_unix_accept_future accept = edo_unix_accept_async(listener, &server);
    assert_ok(poll_to_end(&accept.base));
    edo_future_put_back(&accept.base);
    assert_null(server);
    for (int i = 0; i < 2; i++) {
        assert_ok(edo_unix_accept(listener, &server));
        assert_int_equal(edo_unix_read(server, &byte, 1), 1);
        assert_int_equal(byte, "01"[i]);
        edo_unix_close(server);
        edo_unix_close(clients[i]);
    }
    edo_unix_listener_close(listener);
}

EDO_TEST_BOTH(who_was_never_accepted_is_reset) /* net-104 */
{
    edo_unix_addr addr = unix_name("never");
    edo_unix_listener *listener;
    edo_unix_stream *client;
    char byte;

    assert_ok(edo_unix_listen_with(&addr, NULL, &listener));
    assert_ok(edo_unix_connect_addr(&addr, &client));
    edo_unix_read_future read = edo_unix_read_async(client, &byte, 1);
    assert_pending(&read.base);
    edo_unix_listener_close(listener);
    assert_err(poll_to_end(&read.base), -ECONNRESET);
    assert_int_equal(edo_unix_read(client, &byte, 1), 0);
    edo_unix_close(client);
}

EDO_TEST(addresses_are_written_as_text)
{
    edo_unix_addr addr;
    char text[EDO_UNIX_ADDR_TEXT_MAX];
    struct sockaddr_un full = {.sun_family = AF_UNIX};

    assert_ok(edo_unix_addr_from_path("/run/x.sock", &addr));
    assert_int_equal(edo_unix_addr_format(&addr, text, sizeof text), 11);
    assert_string_equal(text, "/run/x.sock");
    assert_err(edo_unix_addr_format(&addr, text, 11), -ENOSPC);
    assert_int_equal(edo_unix_addr_format(&addr, text, 12), 11);
    assert_ok(edo_unix_addr_from_name("a\0\\b", 4, &addr));
    assert_true(edo_unix_addr_format(&addr, text, sizeof text) > 0);
    assert_string_equal(text, "@a\\x00\\x5cb");
    memset(full.sun_path, 0xff, sizeof full.sun_path);
    assert_ok(edo_unix_addr_from_sockaddr((struct sockaddr *)&full, sizeof full, &addr));
    assert_int_equal(strlen(edo_unix_addr_path(&addr)), sizeof full.sun_path);
    full.sun_path[0] = '\0';
    assert_ok(edo_unix_addr_from_sockaddr((struct sockaddr *)&full, sizeof full, &addr));
    assert_int_equal(edo_unix_addr_format(&addr, text, sizeof text), 1 + 107 * 4);
    assert_ok(edo_unix_addr_from_sockaddr((struct sockaddr *)&full, 2, &addr));
    assert_int_equal(edo_unix_addr_format(&addr, text, sizeof text), 9);
    assert_string_equal(text, "(unnamed)");
    assert_err(edo_unix_addr_from_sockaddr((struct sockaddr *)&full, 1, &addr), -EINVAL);
    full.sun_family = AF_INET;
    assert_err(edo_unix_addr_from_sockaddr((struct sockaddr *)&full, 20, &addr), -EAFNOSUPPORT);
    assert_err(edo_unix_addr_from_path("", &addr), -EINVAL);
}
