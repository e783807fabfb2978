/*
 * edo/lookup.h: names of hosts to addresses and back, by the system's resolver (getaddrinfo).
 *
 * The resolver blocks, for as long as it likes. So it runs on threads of its own, which no timeout, no
 * shutdown and no exit waits for, with memory of its own. At most 64 look-ups run at a time in a process;
 * more wait in a queue. What is numeric is answered at once. While a task waits for a look-up, a paused clock
 * advances by edo_advance alone.
 */
#ifndef EDO_LOOKUP_H
#define EDO_LOOKUP_H

#include <edo/addr.h>
#include <edo/future.h>

EDO_BEGIN_DECLS

/** The longest name, without its end. */
#define EDO_HOST_NAME_MAX 1024

/** Addresses that belong together, the first to be tried first. Zeros are an empty list. */
typedef struct edo_addr_list {
    edo_addr *addr;
    size_t count;
} edo_addr_list;
/** Empties it. NULL is fine. */
EDO_API_DNS void edo_addr_list_free(edo_addr_list *list);

/** Zeros are the defaults. */
typedef struct edo_lookup_opts {
    int family;    /**< AF_INET or AF_INET6 alone; 0: both */
    bool passive;  /**< without a host: the addresses to listen on, not those to connect to */
    bool datagram; /**< services of UDP */
} edo_lookup_opts;

/** A look-up under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_lookup_future {
    edo_future base;
    const char *host;
    size_t host_len;
    const char *service;
    edo_addr_list *ret_list;
    void *job;
    void *clock;
    edo_lookup_opts opts;
    int error;
} edo_lookup_future;

/**
 * Looks "host:port" up: "localhost:3000", "127.0.0.1:80", "[::1]:80". The port is a number. Names have
 * letters, digits, '-', '_' and '.'; one whose last label is a number is no address and no name.
 *
 * Returns   0; -EINVAL; -EDO_ETOOLONG, for names are copied whole or refused; the resolver's -EDO_EAI_NONAME
 *           and its like; -ENOMEM; -EAGAIN (no thread can be started, and there is none); or why the
 *           waiting was cut short: -ECANCELED, -ETIMEDOUT, -EDO_ESHUTDOWN. Then *ret_list is untouched.
 * Owns      the caller gets *ret_list, until edo_addr_list_free. `text` stays until the look-up is READY.
 * Suspends  unless it is numeric.
 * Cancel    leaves an orphan: -ECANCELED at once, and the resolver's answer is dropped when it comes. A list
 *           that a losing arm got is freed.
 */
EDO_API_DNS int edo_lookup_host(const char *text, edo_addr_list *ret_list);
EDO_API_DNS edo_lookup_future edo_lookup_host_async(const char *text, edo_addr_list *ret_list);
/**
 * The same of a host and a service apart, of which one may be NULL: "::1" and "80", "localhost" and "http",
 * NULL and "80", "localhost" and NULL (port 0). `opts` may be NULL.
 */
EDO_API_DNS int edo_lookup(const char *host, const char *service, const edo_lookup_opts *opts,
                           edo_addr_list *ret_list);
EDO_API_DNS edo_lookup_future edo_lookup_async(const char *host, const char *service,
                                               const edo_lookup_opts *opts,
                                               edo_addr_list *ret_list);

/** What an address is called; in numbers where nobody knows a name. */
typedef struct edo_addr_names {
    char host[EDO_HOST_NAME_MAX + 1];
    char service[32];
} edo_addr_names;

/** A look-up of names under way. Its fields are private; don't move it once it has been polled. */
typedef struct edo_lookup_names_future {
    edo_future base;
    const edo_addr *addr;
    edo_addr_names *ret_names;
    void *job;
    void *clock;
} edo_lookup_names_future;

/**
 * Looks up the names of an address (reverse lookup).
 *
 * Returns   0; -EINVAL, -EAFNOSUPPORT; what the resolver says; -ENOMEM, -EAGAIN; or why the waiting was cut
 *           short. Then *ret_names is untouched.
 * Owns      `addr` stays until it is READY.
 * Suspends  always.
 * Cancel    leaves an orphan: -ECANCELED at once, and the resolver's answer is dropped when it comes.
 */
EDO_API_DNS int edo_lookup_names(const edo_addr *addr, edo_addr_names *ret_names);
EDO_API_DNS edo_lookup_names_future edo_lookup_names_async(const edo_addr *addr,
                                                           edo_addr_names *ret_names);

EDO_END_DECLS

#endif
