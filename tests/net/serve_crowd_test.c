/* serve_crowd_test.c: a thousand clients of a server that has 64 descriptors. */
#include "support/edo_test.h"
#include "support/tcp.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLIENTS 1000

typedef struct crowd {
    int go, went; /* pipes: to the clients' process, and back from it */
    pid_t clients;
    edo_addr at;
    edo_tcp_listener *listener;
    edo_cancel_token *stop;
    edo_serve_counts counts;
    unsigned errors; /* atomic: told of accepting */
} crowd;

/* The clients, in a process of their own as descriptors are counted by process. */

static void expect(bool holds)
{
    if (!holds)
        _exit(1);
}

static void receive(int fd, void *buf, size_t len)
{
    expect(read(fd, buf, len) == (ssize_t)len);
}

/* Connects them all, each of which waits in the system's queue or a task; says so. */
static void connect_all(int *fds, unsigned port)
{
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = plain_connect(port);
        expect(write(fds[i], &(char){(char)i}, 1) == 1);
    }
}

/* Each gets its byte back and hangs up, in whatever order. */
static void finish_all(int *fds)
{
    struct pollfd polls[CLIENTS];

    for (int i = 0; i < CLIENTS; i++)
        polls[i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
    for (int left = CLIENTS; left > 0;) {
        expect(poll(polls, CLIENTS, 60000) > 0);
        for (int i = 0; i < CLIENTS; i++) {
            char byte;
            if (polls[i].fd < 0 || !polls[i].revents)
                continue;
            receive(polls[i].fd, &byte, 1);
            expect(byte == (char)i);
            close(polls[i].fd);
            polls[i].fd = -1;
            left--;
        }
    }
}

static void be_clients(int go, int went)
{
    static int fds[CLIENTS];
    unsigned port;

    receive(go, &port, sizeof port);
    connect_all(fds, port);
    expect(write(went, "c", 1) == 1);
    receive(go, &port, sizeof port);
    finish_all(fds);
    _exit(0);
}

static void start_clients(crowd *c)
{
    int go[2], went[2];
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(pipe2(go, O_CLOEXEC), 0);
    assert_int_equal(pipe2(went, O_CLOEXEC), 0);
    c->clients = fork();
    assert_true(c->clients >= 0);
    if (c->clients == 0)
        be_clients(go[0], went[1]);
    close(go[0]);
    close(went[1]);
    c->go = go[1];
    c->went = went[0];
    assert_int_equal(fcntl(c->went, F_SETFL, O_NONBLOCK), 0);
}

static void say_go(crowd *c)
{
    unsigned port = edo_addr_port(&c->at);

    assert_int_equal(write(c->go, &port, sizeof port), sizeof port);
}

/* The server. */

static int echo_one_byte(edo_tcp_stream *conn, void *arg)
{
    crowd *c = arg;
    char byte, end;
    ssize_t n = 0;

    /* Nobody goes on until accepting has run into the limit. */
    while (edo_serve_counts_now(&c->counts).shortages == 0 && n == 0)
        n = edo_sleep(EDO_MILLIS(5));
    if (n == 0 && (n = edo_tcp_read(conn, &byte, 1)) == 1 &&
        (n = edo_tcp_write(conn, &byte, 1)) == 1)
        n = edo_tcp_read(conn, &end, 1);
    edo_tcp_close(conn);
    return (int)n;
}

static void count_error(edo_serve_stage stage, int error, void *arg)
{
    assert_int_equal(stage, EDO_SERVE_ACCEPT);
    assert_true(error == -EMFILE);
    __atomic_fetch_add(&((crowd *)arg)->errors, 1, __ATOMIC_SEQ_CST);
}

static int serve_crowd(void *arg)
{
    crowd *c = arg;

    return edo_serve(c->listener, echo_one_byte, c,
                     EDO_OPTS(serve, .stop = c->stop, .counts = &c->counts, .on_error = count_error,
                              .hook_arg = c));
}

static int survive(void *arg)
{
    crowd *c = arg;
    edo_task task;
    int result, status;
    char byte;

    assert_ok(edo_addr_parse("127.0.0.1:0", &c->at));
    assert_ok(edo_tcp_listen_with(&c->at, EDO_OPTS(tcp_listen, .backlog = CLIENTS), &c->listener));
    assert_ok(edo_tcp_listener_addr(c->listener, &c->at));
    assert_ok(edo_cancel_token_new(&c->stop));
    struct rlimit limit = {64, 64};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_ok(edo_spawn(serve_crowd, c, &task));
    say_go(c);
    task_wait_until(read(c->went, &byte, 1) == 1); /* all are connected */
    task_wait_until(edo_serve_counts_now(&c->counts).shortages > 0);
    uint64_t cpu = cpu_time_ns(), begin = real_time_ns();
    say_go(c);
    while (edo_serve_counts_now(&c->counts).ended < CLIENTS) {
        assert_true(real_time_ns() - begin < UINT64_C(60) * 1000000000 * test_patience());
        assert_ok(edo_sleep(EDO_MILLIS(5)));
    }
    assert_true(cpu_time_ns() - cpu < UINT64_C(1500) * 1000000 * test_scale()); /* no busy loop */
    edo_cancel_token_cancel(c->stop);
    assert_ok(edo_join(task, &result));
    assert_int_equal(result, 0);
    assert_int_equal(waitpid(c->clients, &status, 0), c->clients);
    assert_int_equal(status, 0);
    edo_tcp_listener_close(c->listener);
    edo_cancel_token_free(c->stop);
    return 0;
}

static void check_crowd(edo_runtime_opts opts)
{
    crowd c = {.errors = 0};
    edo_runtime *runtime;

    start_clients(&c); /* before there are threads */
    assert_ok(edo_runtime_new(&opts, &runtime));
    assert_ok(edo_block_on(runtime, survive, &c));
    assert_ok(edo_runtime_free(runtime));
    assert_int_equal(c.counts.accepted, CLIENTS);
    assert_int_equal(c.counts.failed, 0);
    assert_in_range(c.counts.shortages, 1, CLIENTS);
    assert_int_equal(c.counts.shortages, c.errors);
    assert_in_range(c.counts.most_open, 20, 64);
    close(c.go);
    close(c.went);
}

EDO_TEST_PLAIN(a_thousand_clients_of_64_descriptors_are_all_served)
{
    check_crowd((edo_runtime_opts){.kind = EDO_CURRENT_THREAD});
}

EDO_TEST_PLAIN(a_thousand_clients_of_64_descriptors_are_all_served_by_two_workers)
{
    check_crowd((edo_runtime_opts){.workers = 2});
}
