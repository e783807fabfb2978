/* net/tcp/race.h: connecting to the first of several addresses that works. On the heap. */
#ifndef NET_TCP_RACE_H
#define NET_TCP_RACE_H

#include <edo/tcp.h>

typedef struct tcp_race tcp_race;

/* Of copies of the addresses, in the order in which they are tried. 0; -ENOMEM. */
int tcp_race_new(const edo_addr *addrs, size_t count, edo_duration delay, tcp_race **ret);
/* READY once every attempt that began has ended: then tcp_race_end tells how. */
edo_poll tcp_race_poll(tcp_race *race, const edo_waker *waker);
void tcp_race_cancel(tcp_race *race);
/* Frees one that is READY or was never polled. 0, and the caller has the stream; or a negative errno. */
int tcp_race_end(tcp_race *race, edo_tcp_stream **ret_stream);

#endif
