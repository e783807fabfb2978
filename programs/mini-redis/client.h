/* client.h: a connection: its requests, and their replies. */
#ifndef CLIENT_H
#define CLIENT_H

#include <edo.h>

#include <stdatomic.h>

#include "pubsub.h"
#include "reply.h"
#include "resp.h"
#include "store.h"

struct server;

typedef struct client {
    struct server *server;
    edo_tcp_stream *conn;
    uint64_t id;
    char name[64];
    edo_buf in;           /**< what has come and is not decoded */
    resp_decoder decoder; /**< of the request that has come in part */
    reply out;            /**< what has not been written */
    store_shards held;    /**< while a batch runs: what the last request has locked */
    bool quits;           /**< it is to be closed once its replies are written */
    _Atomic uint64_t requests;
    subscriber subscriber;
    struct client *next, *prev; /**< in the server's list, under its lock */
} client;

/** Serves a connection until one side ends it. 0; a negative errno of what failed. Closes it. */
int client_serve(struct server *s, edo_tcp_stream *conn);

store *client_store(const client *c);
static inline bool client_is_subscribed(const client *c)
{
    return subscriber_count(&c->subscriber) > 0;
}

#endif
