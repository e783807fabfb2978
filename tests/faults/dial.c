/*
 * dial.c: look-ups, connects by name and to the first of several, sockets that become something, descriptors
 * out and in. What fails is told, leaves nothing open, and works the next time.
 */
#include "faults/trial.h"

static void look_up(void)
{
    edo_addr_list list = {0};
    edo_addr_names names;
    edo_addr addr;
    int rc;

    PERSIST(rc, edo_lookup("localhost", "80", EDO_OPTS(lookup, .family = AF_INET), &list));
    CHECK(rc < 0 || list.count > 0);
    edo_addr_list_free(&list);
    PERSIST(rc, edo_lookup_host("127.0.0.1:80", &list));
    CHECK(rc < 0 || list.count == 1);
    edo_addr_list_free(&list);
    MUST(edo_addr_parse("127.0.0.1:80", &addr));
    PERSIST(rc, edo_lookup_names(&addr, &names));
}

/* A listener that was a socket and a descriptor before. */
static int make_listener(edo_tcp_listener **ret)
{
    edo_tcp_socket *sock;
    edo_addr here;
    int rc, fd;

    MUST(edo_addr_parse("127.0.0.1:0", &here));
    PERSIST(rc, edo_tcp_socket_new(AF_INET, &sock));
    if (rc < 0)
        return rc;
    PERSIST(rc, edo_tcp_socket_set_option(sock, EDO_TCP_LINGER, 5));
    if (rc == 0)
        PERSIST(rc, edo_tcp_socket_bind(sock, &here));
    if (rc == 0)
        PERSIST(rc, edo_tcp_socket_listen(sock, 5, ret));
    MUST(edo_tcp_socket_close(sock));
    if (rc < 0)
        return rc;
    MUST(edo_tcp_listener_into_fd(*ret, &fd));
    PERSIST(rc, edo_tcp_listener_from_fd(fd, ret));
    return rc;
}

static int connect_socket(const edo_addr *at, edo_tcp_stream **ret)
{
    edo_tcp_socket *sock;
    unsigned left = trial_attempts();
    int rc;

    do { /* each connect takes a socket of its own */
        PERSIST(rc, edo_tcp_socket_new(AF_INET, &sock));
        if (rc < 0)
            return rc;
        rc = (int)TRY(edo_tcp_socket_connect(sock, at, ret));
        MUST(edo_tcp_socket_close(sock));
    } while (rc < 0 && --left > 0);
    return rc;
}

static void send_a_byte(edo_tcp_stream *from, edo_tcp_stream *to)
{
    char byte = 0;
    int rc;

    PERSIST(rc, edo_tcp_write(from, "x", 1));
    PERSIST(rc, edo_tcp_peek(to, &byte, 1));
    CHECK(rc < 0 || byte == 'x');
    PERSIST(rc, edo_tcp_read(to, &byte, 1));
}

/* The other end of a connection: those of connects that failed may stand before it. */
static int accept_from(edo_tcp_listener *listener, edo_tcp_stream *client, edo_tcp_stream **ret)
{
    edo_addr mine, seen;
    int rc;

    PERSIST(rc, edo_tcp_local_addr(client, &mine));
    for (;;) {
        PERSIST(rc, edo_tcp_accept(listener, ret));
        if (rc < 0)
            return rc;
        PERSIST(rc, edo_tcp_peer_addr(*ret, &seen));
        if (rc == 0 && edo_addr_is_equal(&mine, &seen))
            return 0;
        MUST(edo_tcp_close(*ret));
    }
}

static void send_and_close(edo_tcp_listener *listener, edo_tcp_stream *client)
{
    edo_tcp_stream *server;
    int rc, value, fd;

    rc = accept_from(listener, client, &server);
    if (rc == 0) {
        PERSIST(rc, edo_tcp_set_option(server, EDO_TCP_KEEPALIVE, 1));
        PERSIST(rc, edo_tcp_option(server, EDO_TCP_KEEPALIVE, &value));
        send_a_byte(client, server);
        MUST(edo_tcp_into_fd(server, &fd));
        PERSIST(rc, edo_tcp_from_fd(fd, &server));
        CHECK(rc == 0);
        send_a_byte(server, client);
        MUST(edo_tcp_close(server));
    }
    MUST(edo_tcp_close(client));
}

static int dial_all(void *arg)
{
    edo_tcp_listener *listener;
    edo_tcp_stream *client;
    edo_addr at;
    int rc;

    (void)arg;
    look_up();
    if (make_listener(&listener) < 0)
        return 0;
    PERSIST(rc, edo_tcp_listener_addr(listener, &at));
    PERSIST(rc, edo_tcp_connect_any(&at, 1, NULL, &client));
    if (rc == 0)
        send_and_close(listener, client);
    if (connect_socket(&at, &client) == 0)
        send_and_close(listener, client);
    MUST(edo_tcp_listener_close(listener));
    return 0;
}

void dial(edo_runtime_kind kind)
{
    edo_runtime *runtime = NULL;
    int rc;

    MUST(edo_runtime_new(EDO_OPTS(runtime, .kind = kind, .workers = 2), &runtime));
    trial_arm();
    PERSIST(rc, edo_block_on(runtime, dial_all, NULL));
    fault_lift();
    MUST(edo_runtime_free(runtime));
}
