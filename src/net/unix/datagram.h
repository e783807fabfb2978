/* net/unix/datagram.h: a datagram socket of a descriptor. */
#ifndef NET_UNIX_DATAGRAM_H
#define NET_UNIX_DATAGRAM_H

#include <edo/unix_datagram.h>

/* It has the descriptor on success only. 0; -ENOMEM; what current_driver and source_open say. */
int unix_datagram_of(int fd, edo_unix_datagram **ret);

#endif
