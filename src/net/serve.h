/* net/serve.h: serving, whatever the connections are. */
#ifndef NET_SERVE_H
#define NET_SERVE_H

#include <edo/serve.h>

#include "base/macros.h"

typedef struct server server;

/* A connection's function; its kind casts it back. */
typedef void serve_fn(void);

/* What is done with connections of a kind. */
typedef struct serve_kind {
    /* Waits for the next one. The first time that it waits as something is short, tells the server. */
    int (*accept)(void *listener, void **ret_conn, server *s);
    int (*run)(serve_fn *fn, void *conn, void *arg);
    void (*close)(void *conn);
} serve_kind;

int serve(const serve_kind *kind, void *listener, serve_fn *fn, void *arg,
          const edo_serve_opts *opts);
/* An accept waits, as something is short. */
void serve_is_short(server *s, int error);

#endif
