/* edo/unix_addr.h: the addresses of Unix sockets: a path, a name without a file, or none. */
#ifndef EDO_UNIX_ADDR_H
#define EDO_UNIX_ADDR_H

#include <sys/socket.h>
#include <sys/un.h>

#include <edo/macros.h>

EDO_BEGIN_DECLS

/** Zeros are no address. */
typedef struct edo_unix_addr {
    struct sockaddr_un sun;
    char end; /**< the system's own paths may fill sun_path wholly */
    socklen_t len;
} edo_unix_addr;

/** Room for the longest text of an edo_unix_addr, its end included. */
#define EDO_UNIX_ADDR_TEXT_MAX 440

/**
 * The address of a path, of at most 107 bytes.
 *
 * Returns   0; -EINVAL (NULL, or empty); -ENAMETOOLONG: it is never cut short.
 */
EDO_API_UNIX int edo_unix_addr_from_path(const char *path, edo_unix_addr *ret_addr);
/**
 * The address of an abstract name: `len` bytes, at most 107, of which any may be 0. No file appears, and the
 * name is free again when its last socket is closed.
 *
 * Returns   0; -EINVAL (NULL); -ENAMETOOLONG.
 */
EDO_API_UNIX int edo_unix_addr_from_name(const void *name, size_t len, edo_unix_addr *ret_addr);
/**
 * Takes a copy of a system's address of `len` bytes.
 *
 * Returns   0; -EINVAL (NULL, too short or too long), -EAFNOSUPPORT.
 */
EDO_API_UNIX int edo_unix_addr_from_sockaddr(const struct sockaddr *sa, socklen_t len,
                                             edo_unix_addr *ret_addr);

/** Its path, in the address; NULL: it has none. */
EDO_API_UNIX const char *edo_unix_addr_path(const edo_unix_addr *addr);
/** Its abstract name, in the address, without the 0 in front, and its length; NULL: it has none. */
EDO_API_UNIX const void *edo_unix_addr_name(const edo_unix_addr *addr, size_t *ret_len);
/** Whether it is that of a socket which was bound to nothing. */
EDO_API_UNIX bool edo_unix_addr_is_unnamed(const edo_unix_addr *addr);
/** Whether both are the same path, or the same name. */
EDO_API_UNIX bool edo_unix_addr_is_equal(const edo_unix_addr *a, const edo_unix_addr *b);
/**
 * Writes a path as it is, an abstract name as "@name", an unnamed one as "(unnamed)", and the end. Bytes of a
 * name that can't be printed are "\x00".
 *
 * Returns   the length without the end; -EINVAL; -ENOSPC when `size` is too small.
 */
EDO_API_UNIX int edo_unix_addr_format(const edo_unix_addr *addr, char *text, size_t size);

EDO_END_DECLS

#endif
