/* udp_echo.h: edo's UDP server for the network benchmarks: handler=udp of server.c. */
#ifndef BENCH_UDP_ECHO_H
#define BENCH_UDP_ECHO_H

/* Echoes on a socket for each thread, all of one port, which it prints; until SIGTERM. */
int run_udp_echo(unsigned port, unsigned threads);

#endif
