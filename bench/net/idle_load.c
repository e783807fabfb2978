/*
 * idle_load.c: what a connection that does nothing costs the server's memory.
 *
 *   idle_load port=P conns=N server_pid=PID [size=64] [ping=1] [settle=0.5]
 *
 * Opens N connections (20000 from each 127.0.0.x), waits until the server's memory stands still,
 * and reports the growth per connection; then (ping=1) sends one message on each, checks its echo,
 * and reports again: by now each has had a buffer in use once. Page tables are told apart.
 */
#include "load.h"

struct sample {
    long rss, pte;
};

static struct sample settle(const struct server *s, double seconds)
{
    struct sample a = {server_rss_kib(s), server_pte_kib(s)};

    for (int i = 0; i < 20; i++) {
        struct timespec ts = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
        nanosleep(&ts, NULL);
        struct sample b = {server_rss_kib(s), server_pte_kib(s)};
        long diff = b.rss - a.rss;
        a = b;
        if (i > 0 && diff < 64 && diff > -64)
            break;
    }
    return a;
}

int main(int argc, char **argv)
{
    args_init(argc, argv);
    unsigned port = (unsigned)arg_int("port", 9000, 1, 65535);
    unsigned conns = (unsigned)arg_int("conns", 10000, 1, 400000);
    unsigned size = (unsigned)arg_int("size", 64, 1, 65536);
    bool ping = arg_int("ping", 1, 0, 1);
    double pause = arg_num("settle", 0.3);
    struct server srv;
    uint64_t errors = 0;

    if (!(pause > 0 && pause <= 5))
        return fprintf(stderr, "settle up to 5\n"), 2;
    raise_nofile();
    pattern_init();
    server_init(&srv);
    int *fd = calloc(conns, sizeof *fd);
    if (!fd)
        die("calloc");

    /* One exchange first, so that what the server sets up once is not charged to the rest. */
    unsigned char *back = malloc(size);
    if (!back)
        die("malloc");
    for (unsigned i = 0; i < 4; i++) {
        int f = tcp_start(port, 0, false);
        if (f < 0)
            die("connect");
        if (ping && (send(f, pattern, size, 0) != (ssize_t)size ||
                     recv(f, back, size, MSG_WAITALL) != (ssize_t)size))
            die("first exchange");
        close(f);
    }
    struct sample zero = settle(&srv, pause);
    uint64_t t0 = now_ns(), cpu0 = server_cpu_ns(&srv);

    for (unsigned i = 0; i < conns; i++) {
        fd[i] = tcp_start(port, i / 20000, false);
        if (fd[i] < 0)
            die("connection %u", i);
    }
    double connect_s = (double)(now_ns() - t0) / 1e9;
    struct sample idle = settle(&srv, pause), used = idle;
    uint64_t cpu1 = server_cpu_ns(&srv);

    if (ping) {
        struct timeval tv = {5, 0};
        /* A hundred at a time: the peak of what is in flight is not what is measured. */
        for (unsigned base = 0; base < conns && errors < 100; base += 100) {
            unsigned top = base + 100 < conns ? base + 100 : conns;
            for (unsigned i = base; i < top; i++) {
                setsockopt(fd[i], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
                if (send(fd[i], pattern_at(i, 0), size, 0) != (ssize_t)size)
                    errors++;
            }
            for (unsigned i = base; i < top; i++)
                if (recv(fd[i], back, size, MSG_WAITALL) != (ssize_t)size ||
                    memcmp(back, pattern_at(i, 0), size) != 0)
                    errors++;
        }
        used = settle(&srv, pause);
    }
    for (unsigned i = 0; i < conns; i++)
        close(fd[i]);
    struct sample after = settle(&srv, pause);
    double n = conns;

    printf("conns=%u connect_s=%.3f accept_cpu_ns=%.0f base_rss_kib=%ld idle_rss_kib=%ld "
           "used_rss_kib=%ld "
           "after_rss_kib=%ld idle_bytes=%.0f used_bytes=%.0f pte_bytes=%.0f errors=%llu\n",
           conns, connect_s, (double)(cpu1 - cpu0) / n, zero.rss, idle.rss, used.rss, after.rss,
           (double)(idle.rss - zero.rss) * 1024 / n, (double)(used.rss - zero.rss) * 1024 / n,
           (double)(used.pte - zero.pte) * 1024 / n, (unsigned long long)errors);
    return errors != 0;
}
