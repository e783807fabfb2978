/* What the C servers share: key=number arguments, a listener on the loopback. */
#ifndef NET_SERVER_H
#define NET_SERVER_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static inline void fatal(const char *what)
{
    perror(what);
    exit(1);
}

static inline long arg_int(int argc, char **argv, const char *key, long fallback)
{
    size_t len = strlen(key);

    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], key, len) == 0 && argv[i][len] == '=')
            return strtol(argv[i] + len + 1, NULL, 0);
    return fallback;
}

static inline void raise_files(void)
{
    struct rlimit r;

    signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

static inline void nodelay(int fd)
{
    int one = 1;

    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static int server_kind = SOCK_STREAM; /* or SOCK_DGRAM */

/* Each thread has a listener of its own; *port 0 becomes the one that the first got. */
static inline int listen_on(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t len = sizeof at;
    int one = 1, fd = socket(AF_INET, server_kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        fatal("socket");
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 ||
        (server_kind == SOCK_STREAM && listen(fd, 4096) != 0) ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        fatal("listen");
    *port = ntohs(at.sin_port);
    return fd;
}

/* Runs run(listener) on each of `threads` threads, after it has printed the port. */
static inline void run_threads(long threads, int port, void *(*run)(void *fd))
{
    int *listeners = calloc((size_t)threads, sizeof *listeners);

    if (!listeners)
        fatal("calloc");
    for (long i = 0; i < threads; i++)
        listeners[i] = listen_on(&port);
    printf("port=%d\n", port);
    fflush(stdout);
    for (long i = 1; i < threads; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, &listeners[i]) != 0)
            fatal("pthread_create");
    }
    run(&listeners[0]);
}

#endif
