/* server.h: an echo server that can be ended in order. */
#ifndef SERVER_H
#define SERVER_H

#include <edo.h>

typedef struct server server;

/** What a server has done. */
typedef struct server_tally {
    uint64_t served;  /**< connections that ended by themselves or when the server drained */
    uint64_t aborted; /**< connections that were not done when the draining had to end */
    uint64_t bytes;   /**< echoed */
} server_tally;

/**
 * Listens on "host:port" and starts a task that takes connections, each served by a task of its
 * own.
 *
 * Returns   0; -ENOMEM, what edo_tcp_listen and edo_spawn say. Then *ret_server is untouched.
 * Owns      the caller, until server_stop.
 */
int server_start(const char *address, server **ret_server);
/** The address it listens on, as text. */
int server_address(const server *s, char text[EDO_ADDR_TEXT_MAX]);
/**
 * Waits until the server can take no more connections, which is a failure.
 *
 * Returns   why; -ECANCELED when the waiting was cut short.
 */
edo_join_future server_failure_async(const server *s, int *ret_why);
/** How many connections are open. */
unsigned server_open_count(server *s);
/**
 * Takes no more connections, echoes what the open ones have sent until now, aborts those that are
 * not done after `patience`, and frees the server.
 */
void server_stop(server *s, edo_duration patience, server_tally *ret_tally);

#endif
