/* tcp.c: connections for tests. */
#include "support/tcp.h"

#include "support/edo_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

edo_tcp_listener *listen_here(unsigned *ret_port)
{
    edo_tcp_listener *listener;
    edo_addr addr;

    assert_ok(edo_tcp_listen("127.0.0.1:0", &listener));
    assert_ok(edo_tcp_listener_addr(listener, &addr));
    *ret_port = edo_addr_port(&addr);
    assert_in_range(*ret_port, 1, 65535);
    return listener;
}

const char *here(unsigned port)
{
    static _Thread_local char text[EDO_ADDR_TEXT_MAX];

    snprintf(text, sizeof text, "127.0.0.1:%u", port);
    return text;
}

void connect_pair(edo_tcp_stream **ret_server, edo_tcp_stream **ret_client)
{
    unsigned port;
    edo_tcp_listener *listener = listen_here(&port);
    edo_tcp_accept_future accept = edo_tcp_accept_async(listener, ret_server);
    edo_tcp_connect_future connect = edo_tcp_connect_async(here(port), ret_client);

    assert_ok(edo_join_all(&accept.base, &connect.base));
    assert_ok(accept.base.result);
    assert_ok(connect.base.result);
    assert_ok(edo_tcp_listener_close(listener));
}

int plain_connect(unsigned port)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&sin, sizeof sin), 0);
    return fd;
}

edo_tcp_stream *accept_plain(int *ret_peer)
{
    unsigned port;
    edo_tcp_stream *stream;
    edo_tcp_listener *listener = listen_here(&port);

    *ret_peer = plain_connect(port); /* the system does the handshake */
    assert_ok(edo_tcp_accept(listener, &stream));
    assert_ok(edo_tcp_listener_close(listener));
    return stream;
}

size_t read_some_all(edo_tcp_stream *stream, void *buf, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = edo_tcp_read(stream, (char *)buf + done, len - done);
        assert_true(n >= 0);
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return done;
}

void plain_reset(int fd)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now), 0);
    close(fd);
}

bool driver_is_fake(void)
{
    const char *name = getenv("EDO_DRIVER");

    return name && strcmp(name, "fake") == 0;
}

int64_t poll_to_end(edo_future *fut)
{
    task_wait_until(edo_test_poll(fut) == EDO_READY);
    return fut->result;
}

void settle(void)
{
    for (int i = 0; i < 100; i++) /* more than the runs between two looks at the driver */
        edo_yield();
    block_thread_for(2);
    for (int i = 0; i < 100; i++)
        edo_yield();
}
