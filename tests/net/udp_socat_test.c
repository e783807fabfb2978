/* udp_socat_test.c: multicast groups with a program that is not edo's at the other end. */
#include "support/edo_test.h"
#include "support/netns.h"
#include "support/udp.h"

#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/atomic.h"

static unsigned port_of(const edo_udp_socket *socket)
{
    edo_addr addr;

    assert_ok(edo_udp_local_addr(socket, &addr));
    return edo_addr_port(&addr);
}

/* socat sends to the group, and the member gets it. */
static void hear(void)
{
    edo_udp_socket *member;
    edo_addr group;
    char command[200], buf[16];

    assert_ok(edo_udp_bind(":0", &member));
    assert_ok(edo_addr_parse_ip("239.1.2.3", port_of(member), &group));
    assert_ok(edo_udp_join_group(member, &group, if_nametoindex("lo")));
    snprintf(
        command, sizeof command,
        "printf hello | timeout 10 socat -u - UDP4-DATAGRAM:239.1.2.3:%u,ip-multicast-if=127.0.0.1",
        port_of(member));
    assert_int_equal(system(command), 0);
    assert_int_equal(edo_udp_recv(member, buf, sizeof buf), 5);
    assert_memory_equal(buf, "hello", 5);
    edo_udp_close(member);
}

/* What a member that is socat gets. */
typedef struct listener {
    unsigned port;
    uint32_t heard; /* atomic */
    char text[16];
} listener;

static void *listen_to_group(void *arg)
{
    listener *l = arg;
    char command[200];

    snprintf(command, sizeof command,
             "timeout 10 socat -u UDP4-RECV:%u,ip-add-membership=239.1.2.4:lo,readbytes=5 STDOUT",
             l->port);
    FILE *out = popen(command, "re");
    assert_non_null(out);
    if (fread(l->text, 1, 5, out) == 5)
        a_store(&l->heard, 1, release); /* pairs with the acquire in speak */
    pclose(out);
    return NULL;
}

/* Sends to the group until socat, which takes its time to begin, has got it. */
static void speak(void)
{
    edo_udp_socket *sender, *spare;
    listener l = {0};
    edo_addr group;

    assert_ok(edo_udp_bind(":0", &spare)); /* for a port that nobody has */
    l.port = port_of(spare);
    edo_udp_close(spare);
    assert_ok(edo_udp_bind(":0", &sender));
    assert_ok(edo_udp_set_option(sender, EDO_UDP_MULTICAST_INTERFACE, (int)if_nametoindex("lo")));
    assert_ok(edo_addr_parse_ip("239.1.2.4", l.port, &group));
    pthread_t thread = start_thread(listen_to_group, &l);
    /* acquire: pairs with the release in listen_to_group. */
    task_wait_until(edo_udp_send_to(sender, "hello", 5, &group) == 5 && a_load(&l.heard, acquire));
    assert_memory_equal(l.text, "hello", 5);
    join_thread(thread);
    edo_udp_close(sender);
}

static int talk(void *arg)
{
    (void)arg;
    hear();
    speak();
    return 0;
}

EDO_TEST_PLAIN(socat_and_a_member_of_its_group_hear_each_other) /* net-079 */
{
    own_network();
    check_in_both(talk, NULL);
}
