/* net/serve/serve.h: serving, whatever the connections are. */
#ifndef NET_SERVE_SERVE_H
#define NET_SERVE_SERVE_H

#include <edo/serve.h>
#include <edo/socket.h>

#include "base/macros.h"

typedef struct server server;

/* A connection's function; its kind casts it back. */
typedef void serve_fn(void);

/* What is done with connections of a kind. */
typedef struct serve_kind {
    edo_socket_accept_future (*accept)(void *listener, void **ret_conn);
    int (*run)(serve_fn *fn, void *conn, void *arg);
    void (*close)(void *conn);
    /* Another listener on the same address, in the driver of a worker. 1: the listener is of that one
     * itself; -ENOENT: there is no such worker. NULL: the kind can't. */
    int (*beside)(void *listener, unsigned worker, void **ret);
    void (*close_listener)(void *listener);
} serve_kind;

int serve(const serve_kind *kind, void *listener, serve_fn *fn, void *arg,
          const edo_serve_opts *opts);
/* Awaits an accept, and tells of a shortage when it begins. */
int serve_accept(server *s, edo_socket_accept_future *accept);
/* An accept waits, as something is short. */
void serve_is_short(server *s, int error);

#endif
