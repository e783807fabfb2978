/*
 * rate_load.c: a client that keeps a rate, whether it is answered or not: one thread, epoll, an open loop.
 *
 *   rate_load port=P conns=N rate=R burn=B [size=64] seconds=S [warmup=W] [requests=MAX] [server_pid=PID]
 *
 * A request is due every 1/R of a second, and its time counts from then on: one that found no idle
 * connection waits in line, as users do. One of B requests begins with 'B', by which the server is asked to
 * work for a millisecond, the others with '.'. Each is checked when it comes back. Ends with status 1 when a
 * byte was wrong, a connection broke, or half of the requests of a second were still in line at the end.
 */
#include "load.h"

struct conn {
    int fd;
    unsigned id, received;
    bool burns;
    uint64_t due; /* when its request was */
    struct conn *next;
};

static unsigned size;
static struct hist all, quick; /* of all requests, and of those that don't burn */
static struct conn *idle;
static unsigned char message[65536], answer[65536];
static uint64_t errors;

static void drop(struct conn *c)
{
    errors++;
    close(c->fd);
    c->fd = -1;
}

static void fill(const struct conn *c, unsigned char *bytes)
{
    memcpy(bytes, pattern_at(c->id, c->due), size);
    bytes[0] = c->burns ? 'B' : '.';
}

static void begin(struct conn *c, uint64_t due, bool burns)
{
    c->due = due;
    c->burns = burns;
    c->received = 0;
    fill(c, message);
    if (send(c->fd, message, size, 0) != (ssize_t)size)
        drop(c);
}

static bool is_right(struct conn *c, ssize_t n)
{
    fill(c, message);
    return memcmp(answer, message + c->received, (size_t)n) == 0;
}

/* True: its answer is complete. */
static bool pull(struct conn *c)
{
    ssize_t n = recv(c->fd, answer, size - c->received, 0);

    if (n < 0 && errno == EAGAIN)
        return false;
    if (n <= 0 || !is_right(c, n)) {
        drop(c);
        return false;
    }
    c->received += (unsigned)n;
    return c->received == size;
}

static void finish(struct conn *c, uint64_t now, bool counting)
{
    if (counting) {
        hist_add(&all, now - c->due);
        if (!c->burns)
            hist_add(&quick, now - c->due);
    }
    c->next = idle;
    idle = c;
}

static int report(uint64_t wall, uint64_t cpu, uint64_t in_line)
{
    double seconds = (double)wall / 1e9, each = all.count ? (double)all.count : 1;

    printf("requests=%llu rps=%.0f cpu_ns=%.0f server_util=%.3f p50_us=%.1f p90_us=%.1f "
           "p99_us=%.1f p999_us=%.1f "
           "quick_p99_us=%.1f errors=%llu in_line=%llu\n",
           (unsigned long long)all.count, (double)all.count / seconds, (double)cpu / each,
           (double)cpu / (double)wall, hist_us(&all, .5), hist_us(&all, .9), hist_us(&all, .99),
           hist_us(&all, .999), hist_us(&quick, .99), (unsigned long long)errors,
           (unsigned long long)in_line);
    return errors || !all.count;
}

int main(int argc, char **argv)
{
    args_init(argc, argv);
    unsigned port = (unsigned)arg_int("port", 9000, 1, 65535);
    unsigned conns = (unsigned)arg_int("conns", 256, 1, 20000);
    double rate = arg_num("rate", 10000);
    uint64_t burn = (uint64_t)arg_int("burn", 100, 0, 1000000);
    size = (unsigned)arg_int("size", 64, 1, 65536);
    double seconds = arg_num("seconds", 2), warmup = arg_num("warmup", 0.3);
    uint64_t limit = (uint64_t)arg_int("requests", 100000000, 1, 1000000000000);
    struct epoll_event ev[512];
    struct server srv;

    if (!(seconds > 0 && seconds <= 60 && warmup >= 0 && warmup <= 10 && rate >= 10 && rate <= 1e6))
        return fprintf(stderr, "seconds up to 60, warmup up to 10, rate from 10 to 1000000\n"), 2;
    raise_nofile();
    pattern_init();
    server_init(&srv);
    int ep = epoll_create1(EPOLL_CLOEXEC);
    struct conn *list = calloc(conns, sizeof *list);
    if (ep < 0 || !list)
        die("set-up");
    for (unsigned i = 0; i < conns; i++) {
        list[i].id = i;
        list[i].fd = tcp_connect(port, 0);
        ev[0] = (struct epoll_event){.events = EPOLLIN, .data.ptr = &list[i]};
        if (epoll_ctl(ep, EPOLL_CTL_ADD, list[i].fd, &ev[0]) != 0)
            die("epoll_ctl");
        finish(&list[i], 0, false);
    }

    uint64_t start = now_ns(), from = start + (uint64_t)(warmup * 1e9), now = start;
    uint64_t end = from + (uint64_t)(seconds * 1e9), sent = 0, cpu0 = 0, t0 = 0;
    bool counting = false;
    while (now < end && all.count < limit && errors < conns) {
        uint64_t next = start + (uint64_t)((double)sent / rate * 1e9);
        struct timespec span = {.tv_nsec = !idle ? 100000000 : next > now ? (long)(next - now) : 0};
        int n = epoll_pwait2(ep, ev, 512, &span, NULL);
        if (n < 0 && errno != EINTR)
            die("epoll_pwait2");
        now = now_ns();
        if (!counting && now >= from) {
            counting = true;
            t0 = now;
            cpu0 = server_cpu_ns(&srv);
        }
        for (int i = 0; i < n; i++) {
            struct conn *c = ev[i].data.ptr;
            if (c->fd >= 0 && pull(c))
                finish(c, now, counting && c->due >= from);
        }
        for (; idle && (next = start + (uint64_t)((double)sent / rate * 1e9)) <= now; sent++) {
            struct conn *c = idle;
            idle = c->next;
            begin(c, next, burn && sent % burn == burn - 1);
        }
    }
    uint64_t due = (uint64_t)((double)(now - start) / 1e9 * rate);
    return report(now - t0, server_cpu_ns(&srv) - cpu0, due > sent ? due - sent : 0);
}
