/* server.h: what all clients share, and the task that takes them in. */
#ifndef SERVER_H
#define SERVER_H

#include <edo.h>

#include <pthread.h>

#include "client.h"
#include "pubsub.h"
#include "store.h"

typedef struct server_opts {
    const char *address; /**< "host:port" */
    unsigned max_clients;
} server_opts;

typedef struct server {
    store *store;
    pubsub *pubsub;
    edo_cancel_token *stop; /**< cancelled: it takes no more clients, and ends with the last */
    edo_instant started;
    unsigned max_clients;
    unsigned port;
    pthread_mutex_t lock; /**< guards all that follows */
    client *clients;
    size_t open;
    uint64_t accepted, rejected;
    uint64_t requests; /**< of clients that have gone */
    bool is_stopping;
} server;

/**
 * Serves until it is asked to stop. Those who are connected then get the answers to what they have sent.
 *
 * Returns   0; -ETIMEDOUT: some clients had to be cut off; a negative errno of what failed.
 */
int server_run(const server_opts *opts);

/** Takes a client in. 0; -EMFILE: there are as many as there may be. */
int server_enter(server *s, client *c);
void server_leave(server *s, client *c);
/** How many requests have been done. */
uint64_t server_requests(server *s);

#endif
