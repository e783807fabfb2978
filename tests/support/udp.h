/* udp.h: UDP sockets for tests, all on the loopback interface. */
#ifndef TESTS_UDP_H
#define TESTS_UDP_H

#include <edo/udp.h>
#include <edo/udp_message.h>
#include <edo/udp_option.h>

/* A socket on a free port of 127.0.0.1, and its address. */
edo_udp_socket *udp_here(edo_addr *ret_addr);
/* Two that are connected to each other. */
void udp_pair(edo_udp_socket **ret_a, edo_udp_socket **ret_b);
/* An address of 127.0.0.1 where nobody is: a socket had it, and was closed. */
edo_addr udp_nobody(void);
/* Whether both are the same socket's. */
void assert_addr(const edo_addr *got, const edo_addr *expected);
/* The address of a text. */
edo_addr addr_of(const char *text);

#endif
