/*
 * server.c: an echo server that can be ended in order.
 *
 * Connections    Each is in the server's list, with its task's handle. One that ends while the
 *                server runs takes itself out and detaches; from `stopping` on all stay in the
 *                list, and server_stop joins them.
 * The lock       is a plain mutex: nobody awaits while holding it.
 * Draining       shuts down the read half of each connection. Its task then reads what has already
 *                arrived, echoes it, reads the end and closes.
 */
#include "server.h"

#include <pthread.h>
#include <stdlib.h>

#define BUFFER_SIZE ((size_t)16 << 10)

typedef struct conn {
    server *server;
    edo_tcp_stream *stream; /* NULL: closed; under the lock */
    edo_task task;
    struct conn *next, *prev;
} conn;

struct server {
    edo_tcp_listener *listener;
    edo_task acceptor;
    pthread_mutex_t lock; /* guards all that follows */
    conn *conns;
    unsigned open;
    bool stopping;
    server_tally tally;
};

static ssize_t echo(edo_tcp_stream *stream, uint64_t *bytes)
{
    char buf[BUFFER_SIZE];
    ssize_t n;

    while ((n = edo_tcp_read(stream, buf, sizeof buf)) > 0) {
        int rc = edo_tcp_write_all(stream, buf, (size_t)n);
        if (rc < 0)
            return rc;
        *bytes += (uint64_t)n;
    }
    return n;
}

/* With the lock held. */
static void link_conn(server *s, conn *c)
{
    c->next = s->conns;
    if (c->next)
        c->next->prev = c;
    s->conns = c;
    s->open++;
}

/* With the lock held. */
static void unlink_conn(server *s, conn *c)
{
    if (c->next)
        c->next->prev = c->prev;
    if (c->prev)
        c->prev->next = c->next;
    else
        s->conns = c->next;
    s->open--;
}

static int serve(void *arg)
{
    conn *c = arg;
    server *s = c->server;
    uint64_t bytes = 0;
    ssize_t end = echo(c->stream, &bytes);

    pthread_mutex_lock(&s->lock);
    edo_tcp_close(c->stream);
    c->stream = NULL;
    s->tally.bytes += bytes;
    if (end == -ECANCELED)
        s->tally.aborted++;
    else
        s->tally.served++;
    bool alone = !s->stopping; /* nobody will join it */
    if (alone) {
        edo_task_detach(c->task);
        unlink_conn(s, c);
    }
    pthread_mutex_unlock(&s->lock);
    if (alone)
        free(c);
    return 0; /* how a peer ended is not the server's failure */
}

static int begin_conn(server *s, edo_tcp_stream *stream)
{
    conn *c = malloc(sizeof *c);

    if (!c)
        return -ENOMEM;
    *c = (conn){.server = s, .stream = stream};
    pthread_mutex_lock(&s->lock); /* the task can't end before its handle is there */
    int rc = edo_spawn(serve, c, &c->task);
    if (rc == 0)
        link_conn(s, c);
    pthread_mutex_unlock(&s->lock);
    if (rc < 0)
        free(c);
    return rc;
}

static int accept_all(void *arg)
{
    server *s = arg;
    edo_tcp_stream *stream;
    int rc;

    while ((rc = edo_tcp_accept(s->listener, &stream)) == 0)
        if ((rc = begin_conn(s, stream)) < 0) {
            edo_tcp_close(stream);
            break;
        }
    return rc;
}

int server_start(const char *address, server **ret_server)
{
    server *s = calloc(1, sizeof *s);
    int rc;

    if (!s)
        return -ENOMEM;
    if ((rc = edo_tcp_listen(address, &s->listener)) < 0)
        goto fail;
    if ((rc = -pthread_mutex_init(&s->lock, NULL)) < 0)
        goto close;
    if ((rc = edo_spawn(accept_all, s, &s->acceptor)) < 0)
        goto destroy;
    *ret_server = s;
    return 0;
destroy:
    pthread_mutex_destroy(&s->lock);
close:
    edo_tcp_listener_close(s->listener);
fail:
    free(s);
    return rc;
}

int server_address(const server *s, char text[EDO_ADDR_TEXT_MAX])
{
    edo_addr addr;
    int rc = edo_tcp_listener_addr(s->listener, &addr);

    return rc < 0 ? rc : edo_addr_format(&addr, text, EDO_ADDR_TEXT_MAX);
}

edo_join_future server_failure_async(const server *s, int *ret_why)
{
    return edo_join_async(s->acceptor, ret_why);
}

unsigned server_open_count(server *s)
{
    pthread_mutex_lock(&s->lock);
    unsigned open = s->open;
    pthread_mutex_unlock(&s->lock);
    return open;
}

static void drain(server *s, edo_duration patience)
{
    edo_instant deadline = edo_instant_add(edo_now(), patience);

    pthread_mutex_lock(&s->lock);
    s->stopping = true; /* from here on the list stays as it is */
    for (conn *c = s->conns; c; c = c->next)
        if (c->stream)
            edo_tcp_shutdown(c->stream, EDO_READ_HALF); /* fails when the peer has gone: fine */
    pthread_mutex_unlock(&s->lock);
    for (conn *c = s->conns, *next; c; c = next) {
        edo_join_future end = edo_join_async(c->task, NULL);
        if (edo_timeout_at(&end.base, deadline) < 0) {
            edo_task_abort(c->task);
            edo_join(c->task, NULL);
        }
        next = c->next;
        free(c);
    }
}

void server_stop(server *s, edo_duration patience, server_tally *ret_tally)
{
    edo_task_abort(s->acceptor);
    edo_join(s->acceptor, NULL); /* -ESRCH: its end was seen by server_failure_async */
    edo_tcp_listener_close(s->listener);
    drain(s, patience);
    *ret_tally = s->tally;
    pthread_mutex_destroy(&s->lock);
    free(s);
}
