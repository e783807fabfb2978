/* udp_echo.c: edo's UDP server: a task and a socket for each thread. */
#include "net/udp_echo.h"

#include <stdio.h>

#include <edo.h>

enum { THREADS_MAX = 64 };

static int echo(void *arg)
{
    edo_udp_socket *socket = arg;
    edo_addr from;
    char buf[2048];
    ssize_t n;

    while ((n = edo_udp_recv_from(socket, buf, sizeof buf, &from)) >= 0)
        if ((n = edo_udp_send_to(socket, buf, (size_t)n, &from)) < 0)
            break;
    return (int)n;
}

/* The sockets of one port; how many there are. */
static int open_all(edo_addr *addr, unsigned threads, edo_udp_socket **sockets)
{
    int rc = 0;

    for (unsigned i = 0; rc == 0 && i < threads; i++) {
        rc = edo_udp_bind_with(addr, EDO_OPTS(udp, .reuse_port = threads > 1), &sockets[i]);
        if (rc == 0 && i == 0)
            rc = edo_udp_local_addr(sockets[0], addr);
    }
    return rc;
}

int run_udp_echo(unsigned port, unsigned threads)
{
    edo_udp_socket *sockets[THREADS_MAX] = {NULL};
    edo_task tasks[THREADS_MAX];
    edo_addr addr;
    int rc = threads > THREADS_MAX ? -EINVAL : edo_addr_parse_ip("127.0.0.1", port, &addr);

    if (rc == 0)
        rc = open_all(&addr, threads, sockets);
    for (unsigned i = 0; rc == 0 && i < threads; i++)
        rc = edo_spawn(echo, sockets[i], &tasks[i]);
    if (rc == 0) {
        printf("port=%u\n", edo_addr_port(&addr));
        fflush(stdout);
        rc = edo_termination();
    }
    return rc < 0 ? rc : 0; /* what is left ends with the process */
}
