/* net/tcp/option.h: TCP's options on a descriptor, by the table. */
#ifndef NET_TCP_OPTION_H
#define NET_TCP_OPTION_H

#include <edo/tcp_option.h>

/* 0; -EINVAL, -ENOPROTOOPT, what the system says. */
int tcp_option_set(int fd, edo_tcp_option_name name, int value);
int tcp_option_read(int fd, edo_tcp_option_name name, int *ret_value);

#endif
