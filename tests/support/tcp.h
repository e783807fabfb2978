/* tcp.h: connections for tests, all on the loopback interface. */
#ifndef TESTS_TCP_H
#define TESTS_TCP_H

#include <edo/tcp.h>

/* A listener on a free port of 127.0.0.1, and the port. */
edo_tcp_listener *listen_here(unsigned *ret_port);
/* "127.0.0.1:port", in a buffer that the next call reuses. */
const char *here(unsigned port);
/* Two connected streams, of which the first was accepted. */
void connect_pair(edo_tcp_stream **ret_server, edo_tcp_stream **ret_client);
/* A plain blocking socket connected to a port of ours, for peers that are not edo. */
int plain_connect(unsigned port);
/* A stream, accepted, and its plain peer. */
edo_tcp_stream *accept_plain(int *ret_peer);
/* Reads exactly `len` bytes, or until the end; returns how many. */
size_t read_some_all(edo_tcp_stream *stream, void *buf, size_t len);
/* Closes a plain socket with a reset. */
void plain_reset(int fd);
/* Whether tests run on a completion driver: an operation is never READY at its first poll. */
bool driver_is_fake(void);
/* Polls by hand until READY, at most 5 s, letting other tasks and the driver run. */
int64_t poll_to_end(edo_future *fut);
/* Lets the driver and the other tasks run for a while. */
void settle(void);

#endif
