/* unix.h: Unix sockets for tests, in a folder of their own that goes with the test. */
#ifndef TESTS_UNIX_H
#define TESTS_UNIX_H

#include <edo/unix.h>

/* The path of a name in the test's folder, in a buffer that is there until the test ends. */
const char *unix_path(const char *name);
/* An abstract name that no other test has. */
edo_unix_addr unix_name(const char *name);
/* Two connected streams by a listener that is closed again, of which the first was accepted. */
void unix_connect_pair(edo_unix_stream **ret_server, edo_unix_stream **ret_client);
/* Reads exactly `len` bytes, or until the end; returns how many. */
size_t unix_read_some_all(edo_unix_stream *stream, void *buf, size_t len);

#endif
