/*
 * client.c: reads, decodes, runs and writes, a batch at a time.
 *
 * Batches     Whatever has come with one read is answered with one write. A client that pipelines costs two
 *             calls of the system for all its requests; its replies are held back no longer than that. A shard
 *             stays locked while one request after the other is for it: two threads then meet at its lock once a
 *             batch, and not at each request.
 * Memory      Both buffers are given back once they have been large and are empty. Replies to a batch are
 *             written early when they are many.
 * Mail        One who has subscribed waits for requests and for messages at once. What was published goes out
 *             before the reply to a request that came later.
 */
#include "client.h"

#include "commands.h"
#include "server.h"

#define READ_SIZE ((size_t)16 << 10)
#define READ_LEAST ((size_t)4 << 10)
#define WRITE_EARLY ((size_t)64 << 10)
/* Of what has come and is not decoded: twice the largest argument, and not all that a peer cares to send. */
#define IN_MAX (2 * RESP_BULK_MAX)

store *client_store(const client *c)
{
    return c->server->store;
}

/* --- writing ------------------------------------------------------------------------------- */

static int write_replies(client *c)
{
    edo_buf *out = &c->out.buf;

    commands_pause(c);
    if (c->out.error)
        return c->out.error;
    if (out->len == 0)
        return 0;
    int rc = edo_tcp_write_all(c->conn, out->data, out->len);
    edo_buf_clear(out);
    buf_trim(out);
    return rc;
}

/* --- running ------------------------------------------------------------------------------- */

static void count_request(client *c)
{
    /* Only this task writes it, and whoever reads it wants no more than a number: relaxed. */
    uint64_t n = atomic_load_explicit(&c->requests, memory_order_relaxed);

    atomic_store_explicit(&c->requests, n + 1, memory_order_relaxed);
}

static int run(client *c, const resp_request *request)
{
    if (client_is_subscribed(c) && !pubsub_collect(c->server->pubsub, &c->subscriber, &c->out))
        return -ENOBUFS;
    commands_run(c, request);
    count_request(c);
    return c->out.buf.len >= WRITE_EARLY ? write_replies(c) : c->out.error;
}

static int refuse(client *c)
{
    reply_error(&c->out, "ERR Protocol error: %s", c->decoder.error);
    c->quits = true;
    return 0;
}

/* All requests that are complete. */
static int run_all(client *c)
{
    edo_decoder requests = resp_requests(&c->decoder);
    resp_request request;
    int rc;

    while (!c->quits && (rc = edo_decode(requests, &c->in, &request)) != 0) {
        if (rc == -EBADMSG)
            rc = refuse(c);
        else if (rc > 0)
            rc = request.count ? run(c, &request) : 0;
        if (rc < 0) {
            commands_pause(c);
            return rc;
        }
    }
    resp_trim(&c->decoder);
    buf_trim(&c->in);
    return write_replies(c);
}

/* --- reading ------------------------------------------------------------------------------- */

/* The count; 0 at the end; -EAGAIN: there is mail. A read that mail has beaten is put back; without memory for
 * that it stands, and mail is told of once more. */
static ssize_t read_or_mail(client *c)
{
    edo_tcp_read_future read =
        edo_tcp_read_async(c->conn, edo_buf_end(&c->in), edo_buf_spare(&c->in));
    edo_notify_wait_future mail = edo_notify_wait_async(&c->subscriber.has_mail);
    int winner = edo_select(&read.base, &mail.base);

    if (winner < 0)
        return winner;
    if (winner == 0)
        return (ssize_t)read.base.result;
    if (read.base.result <= 0)
        return -EAGAIN;
    edo_notify_one(&c->subscriber.has_mail);
    return (ssize_t)read.base.result;
}

/* A long argument has its room already, of which little may be left; more would double what it takes. */
static bool has_room(const client *c)
{
    return edo_buf_spare(&c->in) >= (c->decoder.in_bulk ? 1 : READ_LEAST);
}

static ssize_t read_some(client *c)
{
    int rc = has_room(c) ? 0 : edo_buf_reserve(&c->in, READ_SIZE);

    if (rc < 0)
        return rc;
    ssize_t n = client_is_subscribed(c)
                    ? read_or_mail(c)
                    : edo_tcp_read(c->conn, edo_buf_end(&c->in), edo_buf_spare(&c->in));
    if (n > 0)
        edo_buf_advance(&c->in, (size_t)n);
    return n;
}

static int write_mail(client *c)
{
    if (!pubsub_collect(c->server->pubsub, &c->subscriber, &c->out))
        return -ENOBUFS;
    return write_replies(c);
}

static int serve(client *c)
{
    while (!c->quits) {
        ssize_t n = read_some(c);
        if (n <= 0 && n != -EAGAIN)
            return (int)n;
        int rc = n > 0 ? run_all(c) : write_mail(c);
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* --- beginning and end --------------------------------------------------------------------- */

static void end(client *c)
{
    pubsub_leave(c->server->pubsub, &c->subscriber);
    edo_notify_fini(&c->subscriber.has_mail);
    server_leave(c->server, c);
    resp_fini(&c->decoder);
    reply_fini(&c->out);
    edo_buf_fini(&c->in);
}

/* Its task may wait for a peer that doesn't read: this ends the wait. */
static void cut_off(subscriber *s)
{
    client *c = (client *)((char *)s - offsetof(client, subscriber));

    edo_tcp_shutdown(c->conn, EDO_BOTH_HALVES);
}

/* How a peer ends is no failure of the server. */
static int judged(int rc)
{
    return rc == -ECONNRESET || rc == -EPIPE ? 0 : rc;
}

static int turn_away(edo_tcp_stream *conn)
{
    static const char full[] = "-ERR max number of clients reached\r\n";
    int rc = edo_tcp_write_all(conn, full, sizeof full - 1);

    edo_tcp_close(conn);
    return judged(rc);
}

int client_serve(server *s, edo_tcp_stream *conn)
{
    client c = {
        .server = s, .conn = conn, .in = {.limit = IN_MAX}, .subscriber = {.cut_off = cut_off}};

    if (server_enter(s, &c) < 0)
        return turn_away(conn);
    int rc = serve(&c);
    end(&c);
    edo_tcp_close(conn);
    return judged(rc);
}
