/* udp_option_test.c: what a socket can be told, and what it says of it. */
#include "support/edo_test.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

EDO_TEST(an_address_in_use_is_shared_only_if_both_say_so) /* net-074 */
{
    edo_udp_socket *a, *b;
    edo_addr addr;

    a = udp_here(&addr);
    assert_err(edo_udp_bind_with(&addr, NULL, &b), -EADDRINUSE);
    assert_err(edo_udp_bind_with(&addr, EDO_OPTS(udp, .reuse_addr = true), &b), -EADDRINUSE);
    edo_udp_close(a);
    assert_ok(edo_udp_bind_with(&addr, EDO_OPTS(udp, .reuse_addr = true), &a));
    assert_err(edo_udp_bind_with(&addr, NULL, &b), -EADDRINUSE);
    assert_ok(edo_udp_bind_with(&addr, EDO_OPTS(udp, .reuse_addr = true), &b));
    edo_udp_close(a);
    edo_udp_close(b);
}

/* A socket on every address of the machine, and one that sends to its port by IPv4. */
static edo_udp_socket *on_all(bool v6_only, edo_udp_socket **ret_sender, edo_addr *ret_sender_addr)
{
    edo_addr all = addr_of("[::]:0"), addr, to;
    edo_udp_socket *socket;

    assert_ok(edo_udp_bind_with(&all, EDO_OPTS(udp, .v6_only = v6_only), &socket));
    assert_ok(edo_udp_local_addr(socket, &addr));
    *ret_sender = udp_here(ret_sender_addr);
    assert_ok(edo_addr_parse_ip("127.0.0.1", edo_addr_port(&addr), &to));
    assert_int_equal(edo_udp_send_to(*ret_sender, "hello", 5, &to), 5);
    return socket;
}

EDO_TEST(an_ipv6_socket_gets_ipv4_as_mapped_addresses) /* net-075 */
{
    edo_udp_socket *sender, *all;
    edo_addr sender_addr, from, mapped;
    char buf[8];
    int only;

    all = on_all(false, &sender, &sender_addr);
    assert_ok(edo_udp_option(all, EDO_UDP_V6_ONLY, &only));
    assert_int_equal(only, 0);
    assert_int_equal(edo_udp_recv_from(all, buf, sizeof buf, &from), 5);
    assert_ok(edo_addr_parse_ip("::ffff:127.0.0.1", edo_addr_port(&sender_addr), &mapped));
    assert_addr(&from, &mapped);
    assert_int_equal(edo_udp_send_to(all, "back", 4, &from), 4);
    assert_int_equal(edo_udp_recv(sender, buf, sizeof buf), 4);
    edo_udp_close(all);
    edo_udp_close(sender);
}

EDO_TEST(an_ipv6_only_socket_gets_no_ipv4) /* net-075 */
{
    edo_udp_socket *sender, *all;
    edo_addr sender_addr, addr;
    char buf[8];
    int only;

    all = on_all(true, &sender, &sender_addr);
    assert_ok(edo_udp_option(all, EDO_UDP_V6_ONLY, &only));
    assert_int_equal(only, 1);
    settle();
    assert_err(edo_udp_try_recv(all, buf, sizeof buf), -EAGAIN);
    edo_udp_close(sender);
    assert_ok(edo_udp_bind("[::1]:0", &sender));
    assert_ok(edo_udp_local_addr(all, &addr));
    assert_ok(edo_addr_parse_ip("::1", edo_addr_port(&addr), &addr));
    assert_int_equal(edo_udp_send_to(sender, "six", 3, &addr), 3);
    assert_int_equal(edo_udp_recv(all, buf, sizeof buf), 3);
    edo_udp_close(all);
    edo_udp_close(sender);
}

/* Sets an option, and sees that it says so. */
static void set_and_read(edo_udp_socket *socket, edo_udp_option_name name, int value)
{
    int before, after = -1;

    assert_ok(edo_udp_option(socket, name, &before));
    assert_int_not_equal(before, value);
    assert_ok(edo_udp_set_option(socket, name, value));
    assert_ok(edo_udp_option(socket, name, &after));
    assert_int_equal(after, value);
}

static void check_options(const char *where)
{
    edo_udp_socket *socket;

    assert_ok(edo_udp_bind(where, &socket));
    set_and_read(socket, EDO_UDP_BROADCAST, 1);
    set_and_read(socket, EDO_UDP_MULTICAST_LOOP, 0);
    set_and_read(socket, EDO_UDP_MULTICAST_TTL, 40);
    set_and_read(socket, EDO_UDP_MULTICAST_INTERFACE, 1);
    set_and_read(socket, EDO_UDP_TTL, 40);
    set_and_read(socket, EDO_UDP_TOS, 96); /* of IPv6 the traffic class */
    set_and_read(socket, EDO_UDP_RECV_ERRORS, 1);
    set_and_read(socket, EDO_UDP_RECV_INFO, 1);
    set_and_read(socket, EDO_UDP_RECV_TOS, 1);
    set_and_read(socket, EDO_UDP_RECV_TTL, 1);
    set_and_read(socket, EDO_UDP_RECV_TIME, 1);
    set_and_read(socket, EDO_UDP_RECV_DROPPED, 1);
    set_and_read(socket, EDO_UDP_SEGMENT, 1200);
    set_and_read(socket, EDO_UDP_DONT_FRAGMENT, 1);
    set_and_read(socket, EDO_UDP_DONT_FRAGMENT, 0);
    edo_udp_close(socket);
}

EDO_TEST_BOTH(options_read_back) /* net-076 */
{
    check_options("127.0.0.1:0");
    check_options("[::1]:0");
}

EDO_TEST(an_ipv6_socket_has_the_options_of_ipv4_as_well) /* net-076 */
{
    edo_udp_socket *socket;
    int value = 0;
    socklen_t len = sizeof value;

    assert_ok(edo_udp_bind("[::]:0", &socket));
    assert_ok(edo_udp_set_option(socket, EDO_UDP_TTL, 40));
    assert_int_equal(getsockopt(edo_udp_fd(socket), IPPROTO_IP, IP_TTL, &value, &len), 0);
    assert_int_equal(value, 40);
    edo_udp_close(socket);
}

EDO_TEST(buffers_become_larger)
{
    edo_addr addr;
    edo_udp_socket *socket = udp_here(&addr);
    int value;

    assert_ok(edo_udp_set_option(socket, EDO_UDP_RECV_BUFFER, 100000));
    assert_ok(edo_udp_option(socket, EDO_UDP_RECV_BUFFER, &value));
    assert_in_range(value, 100000, 200000);
    assert_ok(edo_udp_set_option(socket, EDO_UDP_SEND_BUFFER, 50000));
    assert_ok(edo_udp_option(socket, EDO_UDP_SEND_BUFFER, &value));
    assert_in_range(value, 50000, 100000);
    assert_err(edo_udp_set_option(socket, EDO_UDP_SEND_BUFFER, 0), -EINVAL);
    edo_udp_close(socket);
}

static void check_ttl(const char *where)
{
    edo_udp_socket *socket;
    int value;

    assert_ok(edo_udp_bind(where, &socket));
    for (int ttl = 1; ttl <= 255; ttl++)
        assert_ok(edo_udp_set_option(socket, EDO_UDP_TTL, ttl));
    assert_err(edo_udp_set_option(socket, EDO_UDP_TTL, -1), -EINVAL);
    assert_err(edo_udp_set_option(socket, EDO_UDP_TTL, 0), -EINVAL);
    assert_err(edo_udp_set_option(socket, EDO_UDP_TTL, 256), -EINVAL);
    assert_ok(edo_udp_option(socket, EDO_UDP_TTL, &value));
    assert_int_equal(value, 255);
    assert_ok(edo_udp_set_option(socket, EDO_UDP_MULTICAST_TTL, 0));
    assert_ok(edo_udp_set_option(socket, EDO_UDP_MULTICAST_TTL, 255));
    assert_err(edo_udp_set_option(socket, EDO_UDP_MULTICAST_TTL, 256), -EINVAL);
    assert_err(edo_udp_set_option(socket, EDO_UDP_MULTICAST_TTL, -1), -EINVAL);
    assert_ok(edo_udp_option(socket, EDO_UDP_MULTICAST_TTL, &value));
    assert_int_equal(value, 255);
    edo_udp_close(socket);
}

EDO_TEST(a_ttl_is_within_its_range) /* net-077 */
{
    check_ttl("127.0.0.1:0");
    check_ttl("[::1]:0");
}

EDO_TEST(a_broadcast_needs_the_option) /* net-078 */
{
    edo_addr addr, everyone = addr_of("127.255.255.255:0"), any = addr_of(":0"), from;
    edo_udp_socket *to, *sender;
    char buf[8];

    assert_ok(edo_udp_bind_with(&any, NULL, &to));
    assert_ok(edo_udp_local_addr(to, &addr));
    assert_ok(edo_addr_parse_ip("127.255.255.255", edo_addr_port(&addr), &everyone));
    sender = udp_here(&addr);
    assert_err(edo_udp_send_to(sender, "all", 3, &everyone), -EACCES);
    assert_err(edo_udp_connect_addr(sender, &everyone), -EACCES);
    edo_udp_close(sender);
    assert_ok(edo_udp_bind_with(&any, EDO_OPTS(udp, .broadcast = true), &sender));
    assert_int_equal(edo_udp_send_to(sender, "all", 3, &everyone), 3);
    assert_int_equal(edo_udp_recv_from(to, buf, sizeof buf, &from), 3);
    edo_udp_close(to);
    edo_udp_close(sender);
}

EDO_TEST(options_that_there_are_not_are_refused)
{
    edo_addr addr;
    edo_udp_socket *socket = udp_here(&addr);
    int value;

    assert_err(edo_udp_set_option(NULL, EDO_UDP_TTL, 1), -EINVAL);
    assert_err(edo_udp_option(NULL, EDO_UDP_TTL, &value), -EINVAL);
    assert_err(edo_udp_option(socket, EDO_UDP_TTL, NULL), -EINVAL);
    assert_err(edo_udp_set_option(socket, (edo_udp_option_name)1000, 1), -EINVAL);
    assert_err(edo_udp_set_option(socket, EDO_UDP_V6_ONLY, 1), -ENOPROTOOPT);
    assert_err(edo_udp_option(socket, EDO_UDP_V6_ONLY, &value), -ENOPROTOOPT);
    assert_err(edo_udp_set_option(socket, EDO_UDP_BROADCAST, 2), -EINVAL);
    assert_err(edo_udp_join_group(socket, &addr, 0), -EINVAL);
    assert_err(edo_udp_join_group(socket, NULL, 0), -EINVAL);
    edo_udp_close(socket);
}

EDO_TEST(a_socket_can_be_bound_to_a_device)
{
    edo_addr addr;
    edo_udp_socket *socket = udp_here(&addr);
    char name[IF_NAMESIZE];

    assert_err(edo_udp_bind_device(socket, "no-such-dev"), -ENODEV);
    assert_err(edo_udp_bind_device(socket, "a name that no device can have"), -EINVAL);
    assert_err(edo_udp_bind_device(socket, NULL), -EINVAL);
    assert_err(edo_udp_bind_device(NULL, "lo"), -EINVAL);
    assert_int_equal(edo_udp_device(socket, name, sizeof name), 0);
    int rc = edo_udp_bind_device(socket, "lo");
    if (rc == -EPERM)
        EDO_SKIP("binding to a device is not allowed here");
    assert_ok(rc);
    assert_int_equal(edo_udp_device(socket, name, sizeof name), 2);
    assert_string_equal(name, "lo");
    assert_err(edo_udp_device(NULL, name, sizeof name), -EINVAL);
    assert_int_equal(edo_udp_send_to(socket, "x", 1, &addr), 1);
    assert_int_equal(edo_udp_recv(socket, name, sizeof name), 1);
    assert_ok(edo_udp_bind_device(socket, ""));
    assert_int_equal(edo_udp_device(socket, name, sizeof name), 0);
    edo_udp_close(socket);
}
