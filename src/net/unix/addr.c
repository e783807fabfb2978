/*
 * addr.c: the addresses of Unix sockets.
 *
 * Lengths     The system takes an address by its length. A path ends with a 0 that counts; an abstract name
 *             begins with one, and all of its bytes count; an unnamed address is the family alone.
 */
#include "net/unix/addr.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PATH_AT offsetof(struct sockaddr_un, sun_path)
#define PATH_ROOM sizeof(((struct sockaddr_un *)0)->sun_path)

_Static_assert(offsetof(edo_unix_addr, end) == UNIX_ADDR_ROOM - 1, "a path's end lies behind it");

static edo_unix_addr empty_addr(void)
{
    return (edo_unix_addr){.sun.sun_family = AF_UNIX, .len = PATH_AT};
}

int edo_unix_addr_from_path(const char *path, edo_unix_addr *ret_addr)
{
    edo_unix_addr addr = empty_addr();

    if (!path || !ret_addr || !*path)
        return -EINVAL;
    size_t len = strlen(path);
    if (len >= PATH_ROOM)
        return -ENAMETOOLONG;
    memcpy(addr.sun.sun_path, path, len + 1);
    addr.len = (socklen_t)(PATH_AT + len + 1);
    *ret_addr = addr;
    return 0;
}

int edo_unix_addr_from_name(const void *name, size_t len, edo_unix_addr *ret_addr)
{
    edo_unix_addr addr = empty_addr();

    if ((!name && len) || !ret_addr)
        return -EINVAL;
    if (len >= PATH_ROOM)
        return -ENAMETOOLONG;
    if (len)
        memcpy(addr.sun.sun_path + 1, name, len);
    addr.len = (socklen_t)(PATH_AT + 1 + len);
    *ret_addr = addr;
    return 0;
}

int edo_unix_addr_from_sockaddr(const struct sockaddr *sa, socklen_t len, edo_unix_addr *ret_addr)
{
    edo_unix_addr addr = {.len = len};

    if (!sa || !ret_addr || len < PATH_AT || len > UNIX_ADDR_ROOM)
        return -EINVAL;
    if (sa->sa_family != AF_UNIX)
        return -EAFNOSUPPORT;
    memcpy((char *)&addr, sa, len);
    *ret_addr = addr;
    return 0;
}

int unix_addr_check(const edo_unix_addr *addr)
{
    if (!addr || addr->len < PATH_AT || addr->len > UNIX_ADDR_ROOM)
        return -EINVAL;
    return addr->sun.sun_family == AF_UNIX ? 0 : -EAFNOSUPPORT;
}

int unix_addr_of(int (*call)(int fd, struct sockaddr *sa, socklen_t *len), int fd,
                 edo_unix_addr *ret_addr)
{
    edo_unix_addr addr = {.len = UNIX_ADDR_ROOM};
    int rc = call(fd, (struct sockaddr *)&addr, &addr.len);

    if (addr.len >
        sizeof addr.sun) /* a path of 108 bytes: its end is counted, and not to be sent back */
        addr.len = sizeof addr.sun;
    if (rc == 0)
        *ret_addr = addr;
    return rc;
}

const char *edo_unix_addr_path(const edo_unix_addr *addr)
{
    return unix_addr_check(addr) == 0 && addr->len > PATH_AT && addr->sun.sun_path[0]
               ? addr->sun.sun_path
               : NULL;
}

const void *edo_unix_addr_name(const edo_unix_addr *addr, size_t *ret_len)
{
    if (unix_addr_check(addr) < 0 || addr->len == PATH_AT || addr->sun.sun_path[0])
        return NULL;
    if (ret_len)
        *ret_len = addr->len - PATH_AT - 1;
    return addr->sun.sun_path + 1;
}

bool edo_unix_addr_is_unnamed(const edo_unix_addr *addr)
{
    return unix_addr_check(addr) == 0 && addr->len == PATH_AT;
}

bool edo_unix_addr_is_equal(const edo_unix_addr *a, const edo_unix_addr *b)
{
    const char *path = edo_unix_addr_path(a), *other = edo_unix_addr_path(b);

    if (unix_addr_check(a) < 0 || unix_addr_check(b) < 0)
        return false;
    if (path || other)
        return path && other && strcmp(path, other) == 0;
    return a->len == b->len && memcmp(a->sun.sun_path, b->sun.sun_path, a->len - PATH_AT) == 0;
}

/* A name's bytes as text; returns the length. */
static size_t write_name(const unsigned char *name, size_t len, char *text)
{
    size_t done = 0;

    for (size_t i = 0; i < len; i++) {
        if (name[i] >= ' ' && name[i] < 127 && name[i] != '\\')
            text[done++] = (char)name[i];
        else
            done += (size_t)snprintf(text + done, 5, "\\x%02x", (unsigned)name[i]);
    }
    return done;
}

int edo_unix_addr_format(const edo_unix_addr *addr, char *text, size_t size)
{
    char whole[EDO_UNIX_ADDR_TEXT_MAX] = "@";
    const char *path = edo_unix_addr_path(addr);
    size_t name_len, len;

    if (unix_addr_check(addr) < 0 || !text)
        return -EINVAL;
    const void *name = edo_unix_addr_name(addr, &name_len);
    if (name)
        len = 1 + write_name(name, name_len, whole + 1);
    else
        len = (size_t)snprintf(whole, sizeof whole, "%s", path ? path : "(unnamed)");
    if (len >= size)
        return -ENOSPC;
    memcpy(text, whole, len);
    text[len] = '\0';
    return (int)len;
}
