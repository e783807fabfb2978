/* udp_netns_test.c: what needs a network of its own: groups of multicast, and addresses nobody answers. */
#include "support/edo_test.h"
#include "support/netns.h"
#include "support/tcp.h"
#include "support/udp.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Sends to the group, and sees who gets it. */
static bool arrives(edo_udp_socket *sender, const edo_addr *group, edo_udp_socket *member)
{
    char buf[8];

    assert_int_equal(edo_udp_send_to(sender, "all", 3, group), 3);
    ssize_t n = edo_udp_try_recv(member, buf, sizeof buf);
    assert_true(n == 3 || n == -EAGAIN);
    return n == 3;
}

static void join_and_leave(const char *any, const char *group_ip)
{
    edo_udp_socket *member, *sender;
    edo_addr addr, group, other = addr_of("127.0.0.1:1");
    unsigned lo = if_nametoindex("lo");

    assert_ok(edo_udp_bind(any, &member));
    assert_ok(edo_udp_bind(any, &sender));
    assert_ok(edo_udp_local_addr(member, &addr));
    assert_ok(edo_addr_parse_ip(group_ip, edo_addr_port(&addr), &group));
    assert_ok(edo_udp_set_option(sender, EDO_UDP_MULTICAST_INTERFACE, (int)lo));
    assert_false(arrives(sender, &group, member));
    assert_ok(edo_udp_join_group(member, &group, lo));
    assert_true(arrives(sender, &group, member));
    assert_err(edo_udp_join_group(member, &group, lo), -EADDRINUSE);
    assert_true(arrives(sender, &group, member));
    assert_ok(edo_udp_leave_group(member, &group, lo));
    assert_false(arrives(sender, &group, member));
    assert_err(edo_udp_leave_group(member, &group, lo), -EADDRNOTAVAIL);
    assert_err(edo_udp_join_group(member, &group, 99), -ENODEV);
    assert_err(edo_udp_join_group(member, &other, lo), -EINVAL);
    edo_udp_close(member);
    edo_udp_close(sender);
}

/* A member of one sender's datagrams. */
static void join_source(void)
{
    edo_udp_socket *member, *senders[2];
    edo_addr addr, group, wanted = addr_of("127.0.0.2:0"), other = addr_of("127.0.0.3:0");
    unsigned lo = if_nametoindex("lo");

    assert_ok(edo_udp_bind(":0", &member));
    assert_ok(edo_udp_bind_with(&wanted, NULL, &senders[0]));
    assert_ok(edo_udp_bind_with(&other, NULL, &senders[1]));
    assert_ok(edo_udp_local_addr(member, &addr));
    assert_ok(edo_addr_parse_ip("232.1.2.3", edo_addr_port(&addr), &group));
    for (int i = 0; i < 2; i++)
        assert_ok(edo_udp_set_option(senders[i], EDO_UDP_MULTICAST_INTERFACE, (int)lo));
    assert_ok(edo_udp_join_source(member, &group, &wanted, lo));
    assert_true(arrives(senders[0], &group, member));
    assert_false(arrives(senders[1], &group, member));
    assert_ok(edo_udp_leave_source(member, &group, &wanted, lo));
    assert_false(arrives(senders[0], &group, member));
    edo_udp_close(member);
    edo_udp_close(senders[0]);
    edo_udp_close(senders[1]);
}

static int use_groups(void *arg)
{
    ++*(int *)arg;
    join_and_leave(":0", "239.1.2.3");
    join_and_leave("[::]:0", "ff02::1:2");
    join_source();
    return 0;
}

EDO_TEST_PLAIN(who_joins_a_group_gets_its_datagrams) /* net-079 */
{
    int rounds = 0;

    own_network();
    check_in_both(use_groups, &rounds);
    assert_int_equal(rounds, 2);
}

static int send_without_end(void *arg)
{
    edo_udp_socket *socket;
    edo_addr nobody = addr_of("192.0.2.3:9");
    static const char block[1000];
    int rc;

    (void)arg;
    assert_ok(edo_udp_bind(":0", &socket));
    do
        rc = (int)edo_udp_send_to(socket, block, sizeof block, &nobody);
    while (rc != -ECANCELED);
    edo_udp_close(socket);
    return 0;
}

static int runs; /* of the task beside it */

static int run_often(void *arg)
{
    (void)arg;
    while (runs <= 1000) {
        runs++;
        edo_yield();
    }
    return 0;
}

static int be_beside(void *arg)
{
    edo_task sender, other;

    ++*(int *)arg;
    runs = 0;
    assert_ok(edo_spawn(send_without_end, NULL, &sender));
    assert_ok(edo_spawn(run_often, NULL, &other));
    assert_ok(edo_join(other, NULL));
    assert_true(runs > 1000);
    edo_task_abort(sender);
    edo_join(sender, NULL);
    return 0;
}

EDO_TEST_PLAIN(who_sends_to_nobody_without_end_starves_nobody) /* net-085 */
{
    int rounds = 0;

    own_network();
    int wire = own_tun("wire", "192.0.2.1/24"); /* which nobody reads */
    check_in_both(be_beside, &rounds);
    assert_int_equal(rounds, 2);
    close(wire);
}

/* Answers the question for an address, so that what waits for it goes out. */
static void answer_arp(int wire)
{
    unsigned char frame[1600];
    static const unsigned char mac[6] = {2, 0, 0, 0, 0, 1};

    do
        wait_until(read(wire, frame, sizeof frame) > 0);
    while (frame[12] != 8 || frame[13] != 6);
    memcpy(frame, frame + 6, 6); /* to who asked */
    memcpy(frame + 6, mac, 6);
    frame[21] = 2; /* an answer: the two ends change places */
    memcpy(frame + 32, frame + 22, 6);
    unsigned char asked[4];
    memcpy(asked, frame + 38, 4);
    memcpy(frame + 38, frame + 28, 4);
    memcpy(frame + 28, asked, 4);
    memcpy(frame + 22, mac, 6);
    assert_int_equal(write(wire, frame, 42), 42);
}

/* What finds no room says so to who tries, and waits for others until there is some. */
static int fill_the_wire(void *arg)
{
    static const char block[1400];
    static unsigned host = 3;
    char text[32];
    int wire = *(int *)arg;
    edo_udp_socket *socket;
    ssize_t n;

    snprintf(text, sizeof text, "192.0.2.%u:9", host++); /* nobody has asked for it yet */
    edo_addr nobody = addr_of(text);
    assert_ok(edo_udp_bind(":0", &socket));
    assert_ok(edo_udp_set_option(socket, EDO_UDP_SEND_BUFFER, 1));
    do
        n = edo_udp_try_send_to(socket, block, sizeof block, &nobody);
    while (n == sizeof block);
    assert_err(n, -EAGAIN);
    assert_err(edo_udp_try_ready(socket, EDO_WRITABLE), -EAGAIN);
    edo_udp_send_future send = edo_udp_send_to_async(socket, block, 100, &nobody);
    edo_udp_ready_future writable = edo_udp_writable_async(socket);
    assert_pending(&send.base);
    assert_pending(&writable.base);
    settle();
    assert_pending(&send.base);
    answer_arp(wire);
    assert_int_equal(poll_to_end(&send.base), 100);
    assert_ok(poll_to_end(&writable.base));
    edo_udp_close(socket);
    return 0;
}

EDO_TEST_PLAIN(a_send_waits_for_room) /* net-072 */
{
    own_network();
    int wire = own_tap("wire", "192.0.2.1/24");
    check_in_both(fill_the_wire, &wire);
    close(wire);
}
