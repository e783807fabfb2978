/* mounts.h: file systems of a test's own, which nobody else sees. */
#ifndef TESTS_FS_MOUNTS_H
#define TESTS_FS_MOUNTS_H

#include "fs/place.h"

#include <sched.h>
#include <sys/mount.h>

#define NO_MOUNTS "no mounts of the test's own here"

static inline void write_to(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        EDO_SKIP(NO_MOUNTS);
    close(fd);
}

/* Before there are threads. */
static inline void enter_own_mounts(void)
{
    char map[32];
    uid_t uid = geteuid();

    if (unshare(CLONE_NEWNS) != 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
            EDO_SKIP(NO_MOUNTS);
        snprintf(map, sizeof map, "0 %u 1", uid);
        write_to("/proc/self/uid_map", map);
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        EDO_SKIP(NO_MOUNTS);
}

#endif
