/* unix.c: Unix sockets for tests. */
#include "support/unix.h"

#include "support/edo_test.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/edo-unix-XXXXXX";
static pid_t owner;

static void remove_folder(void)
{
    DIR *dir = getpid() == owner ? opendir(folder) : NULL;

    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        unlinkat(dirfd(dir), entry->d_name, 0);
    closedir(dir);
    rmdir(folder);
}

const char *unix_path(const char *name)
{
    static char paths[16][64];
    static unsigned used;
    char *path = paths[used++ % 16];

    if (!owner) {
        assert_non_null(mkdtemp(folder));
        owner = getpid();
        atexit(remove_folder);
    }
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

edo_unix_addr unix_name(const char *name)
{
    edo_unix_addr addr;
    char whole[64];
    int len = snprintf(whole, sizeof whole, "edo-test-%d-%s", (int)getpid(), name);

    assert_ok(edo_unix_addr_from_name(whole, (size_t)len, &addr));
    return addr;
}

void unix_connect_pair(edo_unix_stream **ret_server, edo_unix_stream **ret_client)
{
    edo_unix_addr addr = unix_name("pair");
    edo_unix_listener *listener;

    assert_ok(edo_unix_listen_with(&addr, NULL, &listener));
    edo_unix_accept_future accept = edo_unix_accept_async(listener, ret_server);
    edo_unix_connect_future connect = edo_unix_connect_addr_async(&addr, ret_client);
    assert_ok(edo_join_all(&accept.base, &connect.base));
    assert_ok(accept.base.result);
    assert_ok(connect.base.result);
    assert_ok(edo_unix_listener_close(listener));
}

size_t unix_read_some_all(edo_unix_stream *stream, void *buf, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = edo_unix_read(stream, (char *)buf + done, len - done);
        assert_true(n >= 0);
        if (n == 0)
            break;
        done += (size_t)n;
    }
    return done;
}
