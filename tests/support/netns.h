/* netns.h: a network of the test's own, where nothing reaches the machine's and nothing comes from it. */
#ifndef TESTS_NETNS_H
#define TESTS_NETNS_H

/*
 * Puts the calling thread, and the threads that it starts from here on, into a new network namespace that
 * has a loopback interface alone, which is up. So it is for tests without a runtime of the harness's, before
 * anything has started a thread. Skips the test where the system doesn't allow it (a line in tests/SKIPS).
 */
void own_network(void);
#define OWN_NETWORK_SKIP "no network namespaces here"

/*
 * In a network of its own: makes an interface that is up, whose wire is the descriptor that is returned: read
 * what was sent as IP packets, write what is to be received; non-blocking. `cidr` is its IPv4 address and net:
 * "192.0.2.1/24". Skips as own_network does where there are no TUN devices.
 */
int own_tun(const char *name, const char *cidr);
/* The same with Ethernet frames: an address of its net is asked for by ARP, and packets wait meanwhile. */
int own_tap(const char *name, const char *cidr);
#define OWN_TUN_SKIP "no TUN devices here"

/* Runs `body` as a root task with what the harness's tests have: in a current-thread runtime, whose time is
 * real, and then in one of several threads; it has to return 0 in each. */
void check_in_both(int (*body)(void *arg), void *arg);

#endif
