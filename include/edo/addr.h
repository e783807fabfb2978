/* edo/addr.h: socket addresses and their text. */
#ifndef EDO_ADDR_H
#define EDO_ADDR_H

#include <sys/socket.h>

#include <edo/macros.h>

EDO_BEGIN_DECLS

/** An IPv4 or IPv6 address with its port. Zeros are no address. */
typedef struct edo_addr {
    struct sockaddr_storage storage;
    socklen_t len;
} edo_addr;

/** Room for the longest text of an edo_addr, its end included. */
#define EDO_ADDR_TEXT_MAX 80

/**
 * Reads "host:port" with a numeric host: "127.0.0.1:80", "[::1]:80", "[fe80::1%lo]:80"; ":80" is
 * every address of the machine, IPv4. No name is looked up.
 *
 * Returns   0; -EINVAL (NULL, or anything else), and then *ret_addr is untouched.
 */
EDO_API_NET int edo_addr_parse(const char *text, edo_addr *ret_addr);
/** The same for an address alone ("::1"), with the port given. */
EDO_API_NET int edo_addr_parse_ip(const char *text, unsigned port, edo_addr *ret_addr);
/**
 * Takes a copy of a system's address of `len` bytes.
 *
 * Returns   0; -EINVAL (NULL, or too short for its family), -EAFNOSUPPORT.
 */
EDO_API_NET int edo_addr_from_sockaddr(const struct sockaddr *sa, socklen_t len,
                                       edo_addr *ret_addr);
/**
 * Writes "host:port" and its end to `text`.
 *
 * Returns   the length without the end; -EINVAL; -ENOSPC when `size` is too small.
 */
EDO_API_NET int edo_addr_format(const edo_addr *addr, char *text, size_t size);
/** The port, in the machine's byte order; 0 for no address. */
EDO_API_NET unsigned edo_addr_port(const edo_addr *addr);
/** Whether both are the same address and port. */
EDO_API_NET bool edo_addr_is_equal(const edo_addr *a, const edo_addr *b);

EDO_END_DECLS

#endif
