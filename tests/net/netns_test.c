/* netns_test.c: the tests' own networks are theirs alone. */
#include "support/edo_test.h"
#include "support/netns.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned interfaces(void)
{
    struct ifaddrs *all, *one;
    unsigned count = 0;

    assert_int_equal(getifaddrs(&all), 0);
    for (one = all; one; one = one->ifa_next)
        count += one->ifa_addr && one->ifa_addr->sa_family == AF_INET;
    freeifaddrs(all);
    return count;
}

EDO_TEST_PLAIN(a_network_of_its_own_has_a_wire_that_the_test_reads)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(7)};
    unsigned char packet[64] = {0};

    own_network();
    assert_int_equal(interfaces(), 1); /* loopback's 127.0.0.1 */
    int wire = own_tun("wire", "192.0.2.1/24");
    assert_int_equal(interfaces(), 2);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    to.sin_addr.s_addr = inet_addr("192.0.2.3");
    assert_int_equal(sendto(fd, "hello", 5, 0, (struct sockaddr *)&to, sizeof to), 5);
    while (packet[0] >> 4 != 4) { /* the interface's own IPv6 packets come as well */
        struct pollfd one = {.fd = wire, .events = POLLIN};
        assert_int_equal(poll(&one, 1, 5000), 1);
        assert_true(read(wire, packet, sizeof packet) > 0);
    }
    assert_memory_equal(packet + 16, &to.sin_addr, 4);
    assert_memory_equal(packet + 28, "hello", 5);
    close(fd);
    close(wire);
}
