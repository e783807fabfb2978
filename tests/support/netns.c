/* netns.c: a network namespace, by what root may do or by a user namespace in which it is root. */
#include "support/netns.h"

#include "support/edo_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/route.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>

/* Changes an interface by an ioctl on a socket of this network. */
static void change(unsigned long request, const struct ifreq *wanted)
{
    struct ifreq ifr = *wanted;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(ioctl(fd, request, &ifr), 0);
    close(fd);
}

static struct ifreq named(const char *name)
{
    struct ifreq ifr = {0};

    assert_true(strlen(name) < sizeof ifr.ifr_name);
    memcpy(ifr.ifr_name, name, strlen(name));
    return ifr;
}

static void bring_up(const char *name, int flags)
{
    struct ifreq ifr = named(name);

    ifr.ifr_flags = (short)(IFF_UP | IFF_RUNNING | flags);
    change(SIOCSIFFLAGS, &ifr);
}

/* IPv6 sends to groups by each interface but this, of which any other route is one that refuses. */
static void route_groups(void)
{
    struct in6_rtmsg route = {.rtmsg_dst.s6_addr = {0xff},
                              .rtmsg_dst_len = 8,
                              .rtmsg_metric = 256,
                              .rtmsg_flags = RTF_UP | RTF_LOCAL,
                              .rtmsg_ifindex = 1};
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(ioctl(fd, SIOCADDRT, &route), 0);
    close(fd);
}

void own_network(void)
{
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        EDO_SKIP(OWN_NETWORK_SKIP);
    bring_up("lo", IFF_LOOPBACK | IFF_MULTICAST);
    route_groups();
}

static void set_addr(const char *name, unsigned long request, uint32_t addr)
{
    struct ifreq ifr = named(name);
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_addr.s_addr = addr};

    memcpy(&ifr.ifr_addr, &sin, sizeof sin);
    change(request, &ifr);
}

static int make_wire(const char *name, const char *cidr, int kind)
{
    struct ifreq ifr = named(name);
    char text[32];
    struct in_addr addr;
    int bits, fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

    ifr.ifr_flags = (short)(kind | IFF_NO_PI);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) != 0)
        EDO_SKIP(OWN_TUN_SKIP);
    assert_int_equal(sscanf(cidr, "%31[0-9.]/%d", text, &bits), 2);
    assert_in_range(bits, 1, 32);
    assert_int_equal(inet_pton(AF_INET, text, &addr), 1);
    set_addr(name, SIOCSIFADDR, addr.s_addr);
    set_addr(name, SIOCSIFNETMASK, htonl(UINT32_MAX << (32 - bits)));
    bring_up(name, IFF_MULTICAST);
    return fd;
}

int own_tun(const char *name, const char *cidr)
{
    return make_wire(name, cidr, IFF_TUN);
}

int own_tap(const char *name, const char *cidr)
{
    return make_wire(name, cidr, IFF_TAP);
}

static void check_in(const edo_runtime_opts *opts, int (*body)(void *arg), void *arg)
{
    edo_runtime *runtime;

    assert_ok(edo_runtime_new(opts, &runtime));
    assert_ok(edo_block_on(runtime, body, arg));
    assert_ok(edo_runtime_free(runtime));
}

void check_in_both(int (*body)(void *arg), void *arg)
{
    check_in(EDO_OPTS(runtime, .kind = EDO_CURRENT_THREAD), body, arg);
    check_in(EDO_OPTS(runtime, .kind = EDO_MULTI_THREAD, .workers = test_workers()), body, arg);
}
