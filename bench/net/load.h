/*
 * load.h: what the load generators share: key=value arguments, clocks, a histogram, the bytes that
 * each connection sends and checks, sockets on 127.0.0.x, and a server's CPU time and memory as /proc
 * and its CPU clock tell them.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- arguments ---- */

static int arg_count;
static char **arg_list;

static inline void args_init(int argc, char **argv)
{
    arg_count = argc;
    arg_list = argv;
    signal(SIGPIPE, SIG_IGN);
}

static inline const char *arg_str(const char *key, const char *fallback)
{
    size_t len = strlen(key);

    for (int i = 1; i < arg_count; i++)
        if (strncmp(arg_list[i], key, len) == 0 && arg_list[i][len] == '=')
            return arg_list[i] + len + 1;
    return fallback;
}

static inline double arg_num(const char *key, double fallback)
{
    const char *text = arg_str(key, NULL);

    return text ? strtod(text, NULL) : fallback;
}

static inline long arg_int(const char *key, long fallback, long low, long high)
{
    const char *text = arg_str(key, NULL);
    long value = text ? strtol(text, NULL, 0) : fallback;

    if (value < low || value > high) {
        fprintf(stderr, "%s=%ld is not in %ld..%ld\n", key, value, low, high);
        exit(2);
    }
    return value;
}

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *fmt, ...)
{
    va_list ap;
    int saved = errno;

    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fprintf(stderr, ": %s\n", strerror(saved));
    exit(1);
}

/* ---- clocks ---- */

static inline uint64_t clock_ns(clockid_t id)
{
    struct timespec ts;

    if (clock_gettime(id, &ts) != 0)
        return 0;
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static inline uint64_t now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

/* ---- histogram: 64 linear steps per power of two, so about 1.6 % wide ---- */

#define HIST_SUB 64
#define HIST_SIZE (HIST_SUB * 40)

struct hist {
    uint64_t count, max, slot[HIST_SIZE];
};

static inline void hist_add(struct hist *h, uint64_t v)
{
    unsigned i;

    if (v < HIST_SUB) {
        i = (unsigned)v;
    } else {
        unsigned shift = 63u - (unsigned)__builtin_clzll(v) - 6u;
        i = (shift + 1) * HIST_SUB + (unsigned)((v >> shift) - HIST_SUB);
        if (i >= HIST_SIZE)
            i = HIST_SIZE - 1;
    }
    h->slot[i]++;
    h->count++;
    if (v > h->max)
        h->max = v;
}

static inline double hist_us(const struct hist *h, double quantile)
{
    uint64_t want = (uint64_t)(quantile * (double)h->count), seen = 0;

    for (unsigned i = 0; i < HIST_SIZE; i++) {
        seen += h->slot[i];
        if (seen > want) {
            if (i < HIST_SUB)
                return i / 1e3;
            unsigned shift = i / HIST_SUB - 1;
            return (double)(((uint64_t)(i % HIST_SUB) + HIST_SUB) << shift) / 1e3;
        }
    }
    return (double)h->max / 1e3;
}

/* ---- the pattern: byte o of connection c is pattern[(o + 977 c) mod 65521] ----
 * The buffer repeats it so that any PATTERN_CHUNK bytes from any start are contiguous: sends go
 * straight out of it and checks are one memcmp. 65521 is prime, so no power-of-two slip of a
 * stream goes unnoticed. */

#define PATTERN_LEN 65521u
#define PATTERN_CHUNK (1u << 20)

static unsigned char *pattern;

static inline void pattern_init(void)
{
    uint64_t x = 88172645463325252u;

    pattern = malloc(PATTERN_LEN + PATTERN_CHUNK);
    if (!pattern)
        die("malloc");
    for (size_t i = 0; i < PATTERN_LEN + PATTERN_CHUNK; i++) {
        if (i >= PATTERN_LEN) {
            pattern[i] = pattern[i - PATTERN_LEN];
            continue;
        }
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        pattern[i] = (unsigned char)(x >> 32);
    }
}

static inline const unsigned char *pattern_at(unsigned conn, uint64_t offset)
{
    return pattern + (offset + 977u * (uint64_t)conn) % PATTERN_LEN;
}

/* ---- sockets ---- */

static inline void raise_nofile(void)
{
    struct rlimit want = {1048576, 1048576}, have;

    if (setrlimit(RLIMIT_NOFILE, &want) == 0)
        return;
    if (getrlimit(RLIMIT_NOFILE, &have) == 0) {
        have.rlim_cur = have.rlim_max;
        setrlimit(RLIMIT_NOFILE, &have);
    }
}

static inline struct sockaddr_in loopback(unsigned last, unsigned port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    a.sin_addr.s_addr = htonl(0x7f000000u + last);
    return a;
}

/* A connection from 127.0.0.(1+source): each source address has ports of its own. */
static inline int tcp_start(unsigned port, unsigned source, bool nonblock)
{
    struct sockaddr_in to = loopback(1, port);
    int one = 1,
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0), 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (source > 0) {
        struct sockaddr_in from = loopback(1 + source, 0);
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        if (bind(fd, (struct sockaddr *)&from, sizeof from) != 0)
            goto fail;
    }
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 && !(nonblock && errno == EINPROGRESS))
        goto fail;
    return fd;
fail:;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static inline int tcp_connect(unsigned port, unsigned source)
{
    int fd = tcp_start(port, source, false);

    if (fd < 0)
        die("connect to 127.0.0.1:%u", port);
    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0)
        die("fcntl");
    return fd;
}

/* ---- the server: server_pid=P names its process; 0: nobody looks at it ---- */

struct server {
    pid_t pid;
};

static inline void server_init(struct server *s)
{
    s->pid = (pid_t)arg_int("server_pid", 0, 0, 1 << 30);
}

/* The process CPU clock: every thread, to the nanosecond. */
static inline uint64_t server_cpu_ns(const struct server *s)
{
    clockid_t id;

    return s->pid && clock_getcpuclockid(s->pid, &id) == 0 ? clock_ns(id) : 0;
}

static inline long proc_kib(pid_t pid, const char *file, const char *key)
{
    char path[96], line[256];
    long value = 0;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/%s", pid, file);
    f = fopen(path, "r");
    if (!f)
        return 0;
    while (fgets(line, sizeof line, f))
        if (strncmp(line, key, strlen(key)) == 0) {
            value = strtol(line + strlen(key), NULL, 10);
            break;
        }
    fclose(f);
    return value;
}

/* smaps_rollup walks the page tables, so it is exact; VmRSS is batched per CPU. */
static inline long server_rss_kib(const struct server *s)
{
    return s->pid ? proc_kib(s->pid, "smaps_rollup", "Rss:") : 0;
}

static inline long server_pte_kib(const struct server *s)
{
    return s->pid ? proc_kib(s->pid, "status", "VmPTE:") : 0;
}

#endif
