/*
 * load.c: clients that send messages to an echo server and verify every byte that comes back.
 *
 * Messages    Client and message number are the seed of a message's bytes, and a client's number
 *             that of its sizes: every run sends the same. Sizes are spread evenly over the powers
 *             of two: a few large ones, many small ones, 1 KiB on average.
 * Failure     The first client that fails says why; the others stop before their next message.
 */
#include "load.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progress.h"

typedef struct load {
    const load_opts *opts;
    progress progress;
    atomic_bool failed;
    load_result *result; /* its failure is written by whoever sets `failed` */
} load;

typedef struct client {
    load *load;
    unsigned number;
    uint64_t messages; /* its share */
    uint64_t bytes;
    uint64_t random;
    edo_tcp_stream *stream;
    edo_task task;
    latency latency;
    /* Whole words, as they are filled; one more at the end to see an echo that is too long. */
    uint64_t sent[LOAD_MESSAGE_MAX / 8];
    uint64_t received[LOAD_MESSAGE_MAX / 8 + 1];
} client;

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static size_t next_size(client *c)
{
    uint64_t random = next_random(&c->random);
    unsigned power = (unsigned)(random % 15); /* 2^14 is the longest message */

    return 1 + (size_t)((random >> 8) & ((UINT64_C(1) << power) - 1));
}

static void fill(client *c, uint64_t message, size_t size)
{
    uint64_t state = ((uint64_t)c->number << 40) ^ message;

    for (size_t i = 0; i < (size + 7) / 8; i++)
        c->sent[i] = next_random(&state);
}

/* The first failure of all is the one that is told. Always -1. */
__attribute__((format(printf, 3, 4))) static int fail(client *c, uint64_t message,
                                                      const char *format, ...)
{
    char what[120];
    va_list args;

    if (atomic_exchange(&c->load->failed, true))
        return -1;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    snprintf(c->load->result->failure, sizeof c->load->result->failure,
             "client %u, message %" PRIu64 " of %" PRIu64 ": %s", c->number, message + 1,
             c->messages, what);
    return -1;
}

static int fail_with(client *c, uint64_t message, const char *doing, int64_t code)
{
    if (code == -ETIMEDOUT)
        return fail(c, message, "%s took too long", doing);
    return fail(c, message, "%s failed: %s (%s)", doing, edo_err_name((int)code),
                edo_strerror((int)code));
}

/* Whether bytes [from, to) came back as they were sent. */
static int verify(client *c, uint64_t message, size_t from, size_t to)
{
    const unsigned char *sent = (const unsigned char *)c->sent;
    const unsigned char *received = (const unsigned char *)c->received;

    if (memcmp(sent + from, received + from, to - from) == 0)
        return 0;
    while (sent[from] == received[from])
        from++;
    return fail(c, message, "byte %zu of the echo is 0x%02x, not 0x%02x", from, received[from],
                sent[from]);
}

static int receive(client *c, uint64_t message, size_t size)
{
    for (size_t done = 0; done < size;) {
        edo_tcp_read_future read =
            edo_tcp_read_async(c->stream, (char *)c->received + done, sizeof c->received - done);
        int64_t n = edo_timeout(&read.base, LOAD_PATIENCE);
        if (n < 0)
            return fail_with(c, message, "reading the echo", n);
        if (n == 0)
            return fail(c, message, "the connection ended after %zu of %zu bytes", done, size);
        if (done + (size_t)n > size)
            return fail(c, message, "more came back than the %zu bytes sent", size);
        if (verify(c, message, done, done + (size_t)n) < 0)
            return -1;
        done += (size_t)n;
    }
    return 0;
}

static int exchange(client *c, uint64_t message)
{
    size_t size = next_size(c);
    edo_instant begin;

    fill(c, message, size);
    begin = edo_now();
    edo_tcp_write_all_future write = edo_tcp_write_all_async(c->stream, c->sent, size);
    int64_t rc = edo_timeout(&write.base, LOAD_PATIENCE);
    if (rc < 0)
        return fail_with(c, message, "sending", rc);
    if (receive(c, message, size) < 0)
        return -1;
    latency_add(&c->latency, edo_instant_since(edo_now(), begin).ns);
    c->bytes += size;
    progress_add(&c->load->progress, size);
    return 0;
}

/* After its last message a client says so, and nothing more may come. */
static int say_goodbye(client *c)
{
    int64_t rc = edo_tcp_shutdown(c->stream, EDO_WRITE_HALF);

    if (rc < 0)
        return fail_with(c, c->messages - 1, "shutting the connection down", rc);
    edo_tcp_read_future read = edo_tcp_read_async(c->stream, c->received, sizeof c->received);
    rc = edo_timeout(&read.base, LOAD_PATIENCE);
    if (rc < 0)
        return fail_with(c, c->messages - 1, "reading the end", rc);
    return rc == 0 ? 0 : fail(c, c->messages - 1, "%" PRId64 " bytes too many came", rc);
}

static int run_client(void *arg)
{
    client *c = arg;
    edo_tcp_connect_future connect = edo_tcp_connect_async(c->load->opts->address, &c->stream);
    int64_t rc = edo_timeout(&connect.base, LOAD_PATIENCE);

    if (rc < 0)
        return fail_with(c, 0, "connecting", rc);
    for (uint64_t i = 0; i < c->messages && rc == 0 && !atomic_load(&c->load->failed); i++)
        rc = exchange(c, i);
    if (rc == 0 && !atomic_load(&c->load->failed))
        rc = say_goodbye(c);
    edo_tcp_close(c->stream);
    return (int)rc;
}

/* Spawns clients, at most all; returns how many. */
static unsigned start_clients(load *l, client *clients, int *ret_error)
{
    uint64_t messages = l->opts->messages;
    unsigned count = l->opts->clients, started = 0;

    for (; started < count; started++) {
        client *c = &clients[started];
        c->load = l;
        c->number = started;
        c->random = started;
        c->messages = messages / count + (started < messages % count);
        if ((*ret_error = edo_spawn(run_client, c, &c->task)) < 0) {
            atomic_store(&l->failed, true); /* the others stop */
            break;
        }
    }
    return started;
}

int load_run(const load_opts *opts, load_result *ret)
{
    load l = {.opts = opts, .result = ret};
    client *clients = calloc(opts->clients, sizeof *clients);
    int rc = 0;

    *ret = (load_result){0};
    if (!clients)
        return -ENOMEM;
    if ((rc = progress_start(&l.progress, opts->messages)) < 0)
        goto out;
    edo_instant begin = edo_now();
    unsigned started = start_clients(&l, clients, &rc);
    for (unsigned i = 0; i < started; i++) {
        edo_join(clients[i].task, NULL);
        ret->messages += clients[i].latency.count;
        ret->bytes += clients[i].bytes;
        latency_merge(&ret->latency, &clients[i].latency);
    }
    ret->ns = edo_instant_since(edo_now(), begin).ns;
    progress_stop(&l.progress);
out:
    free(clients);
    return rc;
}
