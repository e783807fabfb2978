/*
 * server.c: begins, lets clients in, and ends in order.
 *
 * Draining    Once the token is cancelled the read half of every connection is shut down. Its task answers what
 *             has already come, reads the end and closes; edo_serve waits for that.
 */
#include "server.h"

#include <signal.h>
#include <stdio.h>

static void link_client(server *s, client *c)
{
    c->prev = NULL;
    c->next = s->clients;
    if (c->next)
        c->next->prev = c;
    s->clients = c;
}

static void unlink_client(server *s, client *c)
{
    if (c->next)
        c->next->prev = c->prev;
    if (c->prev)
        c->prev->next = c->next;
    else
        s->clients = c->next;
}

int server_enter(server *s, client *c)
{
    int rc = 0;

    pthread_mutex_lock(&s->lock);
    if (s->open >= s->max_clients) {
        s->rejected++;
        rc = -EMFILE;
    } else {
        c->id = ++s->accepted;
        s->open++;
        link_client(s, c);
        if (s->is_stopping)
            edo_tcp_shutdown(c->conn, EDO_READ_HALF);
    }
    pthread_mutex_unlock(&s->lock);
    return rc;
}

void server_leave(server *s, client *c)
{
    pthread_mutex_lock(&s->lock);
    unlink_client(s, c);
    s->open--;
    s->requests += atomic_load_explicit(&c->requests, memory_order_relaxed);
    pthread_mutex_unlock(&s->lock);
}

uint64_t server_requests(server *s)
{
    pthread_mutex_lock(&s->lock);
    uint64_t sum = s->requests;
    for (client *c = s->clients; c; c = c->next) /* a number is all that they say: relaxed */
        sum += atomic_load_explicit(&c->requests, memory_order_relaxed);
    pthread_mutex_unlock(&s->lock);
    return sum;
}

static void drain(server *s)
{
    pthread_mutex_lock(&s->lock);
    s->is_stopping = true;
    for (client *c = s->clients; c; c = c->next)
        edo_tcp_shutdown(c->conn, EDO_READ_HALF); /* fails where the peer has gone: fine */
    pthread_mutex_unlock(&s->lock);
}

/* --- tasks --------------------------------------------------------------------------------- */

static int stop_when_asked(void *arg)
{
    server *s = arg;
    int rc = edo_termination();

    if (rc > 0)
        edo_cancel_token_cancel(s->stop);
    return rc < 0 && rc != -ECANCELED ? rc : 0;
}

static int drain_when_stopped(void *arg)
{
    server *s = arg;
    int rc = edo_cancel_token_wait(s->stop);

    if (rc == 0)
        drain(s);
    return rc;
}

static int expire_keys(void *arg)
{
    server *s = arg;
    int rc = store_expire_all(s->store);

    return rc == -ECANCELED ? 0 : rc;
}

static int serve_client(edo_tcp_stream *conn, void *arg)
{
    return client_serve(arg, conn);
}

static void end_task(edo_task task)
{
    edo_task_abort(task);
    edo_join(task, NULL);
}

static int serve(server *s, edo_tcp_listener *listener)
{
    edo_task asked, drainer, expirer;
    int rc = edo_spawn(expire_keys, s, &expirer);

    if (rc < 0)
        return rc;
    if ((rc = edo_spawn(drain_when_stopped, s, &drainer)) < 0)
        goto end_expirer;
    if ((rc = edo_spawn(stop_when_asked, s, &asked)) < 0)
        goto end_drainer;
    rc = edo_serve(listener, serve_client, s,
                   EDO_OPTS(serve, .stop = s->stop, .drain = EDO_SECONDS(10), .name = "client"));
    end_task(asked);
end_drainer:
    end_task(drainer);
end_expirer:
    end_task(expirer);
    return rc;
}

/* --- beginning and end --------------------------------------------------------------------- */

static int init(server *s, const server_opts *opts)
{
    int rc;

    *s = (server){.max_clients = opts->max_clients, .started = edo_now()};
    if ((rc = -pthread_mutex_init(&s->lock, NULL)) < 0)
        return rc;
    if ((rc = store_new(&s->store)) < 0 || (rc = pubsub_new(&s->pubsub)) < 0 ||
        (rc = edo_cancel_token_new(&s->stop)) < 0)
        return rc;
    return 0;
}

static void fini(server *s)
{
    edo_cancel_token_free(s->stop);
    pubsub_free(s->pubsub);
    store_free(s->store);
    pthread_mutex_destroy(&s->lock);
}

static int listen_and_serve(server *s, const char *address)
{
    char at[EDO_ADDR_TEXT_MAX];
    edo_tcp_listener *listener;
    edo_addr addr;
    int rc = edo_tcp_listen(address, &listener);

    if (rc < 0)
        return rc;
    if ((rc = edo_tcp_listener_addr(listener, &addr)) == 0) {
        s->port = edo_addr_port(&addr);
        if (edo_addr_format(&addr, at, sizeof at) > 0)
            printf("serving on %s until Ctrl-C\n", at);
        rc = serve(s, listener);
    }
    edo_tcp_listener_close(listener);
    return rc;
}

int server_run(const server_opts *opts)
{
    server s;
    int rc = init(&s, opts);

    if (rc == 0) {
        rc = listen_and_serve(&s, opts->address);
        printf("%llu clients, %llu requests\n", (unsigned long long)s.accepted,
               (unsigned long long)s.requests);
    }
    fini(&s);
    return rc;
}
