/*
 * serve.c: accepting until it is time to stop, and then waiting for those that are still served.
 *
 * Lifetime    The server lies on the stack of whoever called it. Each connection is a task of its group, and
 *             the group is waited for whatever happens; so a connection may touch the server until its
 *             task's function returns.
 * Limit       A permit for each connection, taken before it is accepted: at the limit the next ones stay
 *             with the system, whose queue then pushes back to the clients. Those who accept for
 *             a worker take it after that: waiting for a connection they would hold permits that
 *             others have connections for. So at the limit each has one that waits.
 * Closed      The listener may be closed at any time, and its object is gone then. So an accept of it is made
 *             once, at the beginning, and each accept is a copy of that: it knows of the closing.
 * Stop        The token is a scope around all that accepting waits for. So it costs an accept nothing.
 */
#include "net/serve/serve.h"

#include <errno.h>

#include <edo/error.h>
#include <edo/group.h>
#include <edo/scope.h>
#include <edo/semaphore.h>
#include <edo/time.h>

#include "base/atomic.h"

#define DRAIN_SECONDS 5
#define PAUSE_MAX_MS 100

struct server {
    const serve_kind *kind;
    serve_fn *fn;
    void *arg;
    const edo_serve_opts *opts;
    edo_serve_counts *counts; /* each field atomic; relaxed: they are figures, and order nothing */
    edo_group *group;
    edo_group *acceptors; /* those of the other workers */
    edo_semaphore room;   /* with a limit */
};

/* A loop of accepts. */
typedef struct acceptor {
    server *server;
    edo_socket_accept_future first; /* never polled, to be copied */
    void *conn;                     /* what the last one got */
    unsigned pause_ms;              /* the last; 0: the last accept went well */
} acceptor;

typedef struct connection {
    server *server;
    void *conn;
} connection;

static void tell(const server *s, edo_serve_stage stage, int error)
{
    if (s->opts->on_error)
        s->opts->on_error(stage, error, s->opts->hook_arg);
}

static void count_open(edo_serve_counts *counts)
{
    uint64_t open = a_fetch_add(&counts->open, 1, relaxed) + 1;
    uint64_t most = a_load(&counts->most_open, relaxed);

    a_fetch_add(&counts->accepted, 1, relaxed);
    while (most < open && !a_cas_weak(&counts->most_open, &most, open, relaxed, relaxed))
        ;
}

edo_serve_counts edo_serve_counts_now(const edo_serve_counts *counts)
{
    static const edo_serve_counts zeros;

    if (!counts)
        return zeros;
    return (edo_serve_counts){
        .accepted = a_load(&counts->accepted, relaxed),
        .ended = a_load(&counts->ended, relaxed),
        .failed = a_load(&counts->failed, relaxed),
        .aborted = a_load(&counts->aborted, relaxed),
        .refused = a_load(&counts->refused, relaxed),
        .shortages = a_load(&counts->shortages, relaxed),
        .full = a_load(&counts->full, relaxed),
        .open = a_load(&counts->open, relaxed),
        .most_open = a_load(&counts->most_open, relaxed),
    };
}

/* Connections. */

static void give_permit(server *s)
{
    if (s->opts->limit)
        edo_semaphore_add(&s->room, 1);
}

static void leave(server *s)
{
    a_fetch_sub(&s->counts->open, 1, relaxed);
    give_permit(s);
}

static int run_connection(void *arg)
{
    const connection *c = arg;
    server *s = c->server;
    int rc = s->kind->run(s->fn, c->conn, s->arg);

    if (rc < 0 && rc != -ECANCELED && rc != -EDO_ESHUTDOWN) {
        a_fetch_add(&s->counts->failed, 1, relaxed);
        tell(s, EDO_SERVE_CONNECTION, rc);
    }
    if (edo_group_is_canceled(s->group))
        a_fetch_add(&s->counts->aborted, 1, relaxed);
    a_fetch_add(&s->counts->ended, 1, relaxed);
    leave(s);
    return 0; /* how it went is no matter of the group's */
}

/* 0; or why it stops. The connection's permit is taken. */
static int begin_connection(server *s, void *conn)
{
    edo_spawn_opts opts = {
        .name = s->opts->name, .stack_size = s->opts->stack_size, .copy_size = sizeof(connection)};

    count_open(s->counts); /* before its task, which may end at once */
    int rc =
        edo_group_try_spawn_from(EDO_HERE, s->group, &opts, run_connection, &(connection){s, conn});
    if (rc == 0)
        return 0;
    a_fetch_sub(&s->counts->accepted, 1, relaxed);
    leave(s);
    s->kind->close(conn);
    if (rc != -ENOMEM)
        return rc;
    a_fetch_add(&s->counts->refused, 1, relaxed);
    tell(s, EDO_SERVE_SPAWN, rc);
    return rc;
}

/* Accepting. */

void serve_is_short(server *s, int error)
{
    a_fetch_add(&s->counts->shortages, 1, relaxed);
    tell(s, EDO_SERVE_ACCEPT, error);
}

/* Whether an accept that failed so may go well another time. */
static bool will_pass(int error)
{
    static const int passing[] = {ENOMEM,   ENOBUFS,     EMFILE,     ENFILE,    ENOSPC,
                                  EPERM,    EPROTO,      ENONET,     EHOSTDOWN, EHOSTUNREACH,
                                  ENETDOWN, ENETUNREACH, ENOPROTOOPT};

    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++)
        if (error == -passing[i])
            return true;
    return false;
}

/* After what will pass: 0; or why the waiting was cut short. */
static int pause_after(acceptor *a, int error)
{
    unsigned ms = a->pause_ms * 2;

    a->pause_ms = ms == 0 ? 1 : ms > PAUSE_MAX_MS ? PAUSE_MAX_MS : ms;
    int rc = edo_sleep(EDO_MILLIS(a->pause_ms));
    return rc == -EDO_ENOTIME ? error : rc;
}

static int take_permit(server *s)
{
    if (!s->opts->limit)
        return 0;
    if (edo_semaphore_try_acquire(&s->room, NULL) == 0)
        return 0;
    a_fetch_add(&s->counts->full, 1, relaxed);
    return edo_semaphore_acquire(&s->room, NULL);
}

/* Gets a connection, with its permit. */
static int next_connection(acceptor *a)
{
    server *s = a->server;
    edo_socket_accept_future accept = a->first;
    int rc = s->opts->per_worker ? 0 : take_permit(s);

    if (rc < 0)
        return rc;
    rc = serve_accept(s, &accept);
    if (!s->opts->per_worker) {
        if (rc < 0)
            give_permit(s);
        return rc;
    }
    if (rc == 0 && (rc = take_permit(s)) < 0)
        s->kind->close(a->conn);
    return rc;
}

/* 0; or why it stops. */
static int serve_next(acceptor *a)
{
    server *s = a->server;
    int rc = next_connection(a);

    if (rc == 0)
        rc = begin_connection(s, a->conn);
    else if (will_pass(rc))
        serve_is_short(s, rc);
    if (will_pass(rc))
        return pause_after(a, rc);
    a->pause_ms = 0;
    return rc;
}

/* Until it is stopped; says why. */
static int serve_all(server *s, void *listener)
{
    acceptor a = {.server = s};
    edo_scope scope = {.deadline = 0};
    int rc = edo_scope_enter(&scope, &(edo_scope_opts){.token = s->opts->stop});

    if (rc == 0)
        a.first = s->kind->accept(listener, &a.conn);
    while (rc == 0)
        rc = serve_next(&a);
    edo_scope_leave(&scope);
    return rc;
}

/* Other workers. */

typedef struct beside {
    server *server;
    void *listener;
} beside;

static int serve_beside(void *arg)
{
    const beside *b = arg;
    int rc = serve_all(b->server, b->listener);

    /* Nobody takes what comes to it any more: so nothing may come. */
    b->server->kind->close_listener(b->listener);
    if (rc != -ECANCELED && rc != -EDO_ESHUTDOWN)
        tell(b->server, EDO_SERVE_ACCEPT, rc);
    return 0;
}

static int begin_beside(server *s, void *listener)
{
    edo_spawn_opts opts = {.copy_size = sizeof(beside), .name = "edo_serve"};
    int rc = edo_group_try_spawn_from(EDO_HERE, s->acceptors, &opts, serve_beside,
                                      &(beside){s, listener});

    if (rc < 0)
        s->kind->close_listener(listener);
    return rc;
}

/* 0; or why one can't be made, and then some are there. */
static int begin_others(server *s, void *listener)
{
    void *other;
    int rc = s->kind->beside ? 0 : -EINVAL;

    for (unsigned worker = 0; rc == 0; worker++) {
        rc = s->kind->beside(listener, worker, &other);
        if (rc == -ENOENT)
            return 0;
        if (rc == 0)
            rc = begin_beside(s, other);
        else if (rc == 1)
            rc = 0;
    }
    return rc;
}

/* The end. */

static bool was_told_to_stop(const server *s, int rc)
{
    return rc == -ECANCELED && s->opts->stop && edo_cancel_token_is_canceled(s->opts->stop) &&
           edo_scope_reason() == 0;
}

/* Waits until the last connection has ended. */
static void drain(server *s)
{
    edo_duration limit = s->opts->drain.ns ? s->opts->drain : EDO_SECONDS(DRAIN_SECONDS);
    edo_scope scope = {.deadline = 0};
    int rc = edo_scope_enter(&scope,
                             &(edo_scope_opts){.limit = limit, .shield = edo_scope_reason() != 0});

    if (rc < 0) /* no timers: no time either */
        edo_group_cancel(s->group);
    edo_group_wait(s->group, NULL);
    edo_scope_leave(&scope);
}

/* Accepts on all workers; says why it stopped. */
static int accept_until_stopped(server *s, void *listener)
{
    int rc = 0;

    if (s->opts->per_worker && (rc = edo_group_new(NULL, &s->acceptors)) == 0)
        rc = begin_others(s, listener);
    if (rc == 0)
        rc = serve_all(s, listener);
    edo_group_free(s->acceptors); /* ends them; their listeners are closed */
    return rc;
}

static int run(server *s, void *listener)
{
    int rc = accept_until_stopped(s, listener);
    bool told = was_told_to_stop(s, rc);

    if (s->opts->stop)
        edo_cancel_token_cancel(s->opts->stop);
    drain(s);
    if (!told)
        return rc;
    return edo_group_is_canceled(s->group) ? -ETIMEDOUT : 0;
}

int serve(const serve_kind *kind, void *listener, serve_fn *fn, void *arg,
          const edo_serve_opts *opts)
{
    static const edo_serve_opts defaults;
    edo_serve_counts unseen = {0};
    server s = {.kind = kind, .fn = fn, .arg = arg, .opts = opts ? opts : &defaults};

    if (!listener || !fn || s.opts->limit > EDO_SEMAPHORE_MAX)
        return -EINVAL;
    s.counts = s.opts->counts ? s.opts->counts : &unseen;
    if (s.opts->limit)
        edo_semaphore_init(&s.room, s.opts->limit); /* in range */
    int rc = edo_group_new(NULL, &s.group);
    if (rc < 0)
        return rc;
    rc = run(&s, listener);
    edo_group_free(s.group);
    return rc;
}
