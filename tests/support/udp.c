/* udp.c: UDP sockets for tests. */
#include "support/udp.h"

#include "support/edo_test.h"

edo_udp_socket *udp_here(edo_addr *ret_addr)
{
    edo_udp_socket *socket;

    assert_ok(edo_udp_bind("127.0.0.1:0", &socket));
    assert_ok(edo_udp_local_addr(socket, ret_addr));
    assert_in_range(edo_addr_port(ret_addr), 1, 65535);
    return socket;
}

void udp_pair(edo_udp_socket **ret_a, edo_udp_socket **ret_b)
{
    edo_addr a, b;

    *ret_a = udp_here(&a);
    *ret_b = udp_here(&b);
    assert_ok(edo_udp_connect_addr(*ret_a, &b));
    assert_ok(edo_udp_connect_addr(*ret_b, &a));
}

edo_addr udp_nobody(void)
{
    edo_addr addr;

    edo_udp_close(udp_here(&addr));
    return addr;
}

void assert_addr(const edo_addr *got, const edo_addr *expected)
{
    char a[EDO_ADDR_TEXT_MAX] = "none", b[EDO_ADDR_TEXT_MAX] = "none";

    edo_addr_format(got, a, sizeof a);
    edo_addr_format(expected, b, sizeof b);
    assert_string_equal(a, b);
}

edo_addr addr_of(const char *text)
{
    edo_addr addr;

    assert_ok(edo_addr_parse(text, &addr));
    return addr;
}
