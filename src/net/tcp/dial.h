/* net/tcp/dial.h: connects to a name, or to one of several addresses: what is in a future's `target`. */
#ifndef NET_TCP_DIAL_H
#define NET_TCP_DIAL_H

#include <edo/tcp.h>

/* The future's poll, and its cancel while it is PENDING. */
edo_poll tcp_dial_poll(edo_tcp_connect_future *fut, const edo_waker *waker);
void tcp_dial_cancel(edo_tcp_connect_future *fut);

#endif
