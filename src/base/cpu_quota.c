/*
 * cpu_quota.c: cpu.max (v2) and cpu.cfs_quota_us (v1), the least of the group and all above it.
 *
 * /proc/self/cgroup has a line "id:controllers:path" a hierarchy; v2's has id 0 and no controllers.
 * A container may see the path of the host but only its own part of the tree: levels that aren't
 * there are passed over, so the root of the mount, where its own limit then lies, is always looked
 * at.
 */
#include "base/cpu_quota.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/sys.h"

#define PATH_ROOM 1024

/* The file's first bytes as a string; "" if it can't be read. Returns whether it has any. */
static bool read_text(const char *path, char *text, size_t room)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : sys_read(fd, text, room - 1);

    if (fd >= 0)
        sys_close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

static int whole_cpus(long long quota, long long period)
{
    long long cpus;

    if (quota <= 0 || period <= 0)
        return INT_MAX; /* v1 says -1 for "no limit" */
    cpus = quota / period + (quota % period != 0);
    return cpus < INT_MAX ? (int)cpus : INT_MAX;
}

/* One v2 folder: "max 100000" or "150000 100000". */
static int v2_limit(const char *folder)
{
    char path[PATH_ROOM + 32];
    char text[64];
    long long quota = -1;
    long long period = -1;

    snprintf(path, sizeof path, "%s/cpu.max", folder);
    if (!read_text(path, text, sizeof text) || sscanf(text, "%lld %lld", &quota, &period) != 2)
        return INT_MAX;
    return whole_cpus(quota, period);
}

static int v1_limit(const char *folder)
{
    char path[PATH_ROOM + 32];
    char quota[32];
    char period[32];

    snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    read_text(path, quota, sizeof quota);
    snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    read_text(path, period, sizeof period);
    return whole_cpus(atoll(quota), atoll(period));
}

/* The least limit of mount/below/path and of every folder above it, down to mount/below. */
static int least_limit(const char *mount, const char *below, const char *path,
                       int (*limit)(const char *folder))
{
    char folder[PATH_ROOM];
    int least = INT_MAX;
    int root = snprintf(folder, sizeof folder, "%s%s", mount, below);
    size_t len = (size_t)root + strlen(path);

    if (root < 0 || len >= sizeof folder)
        return INT_MAX;
    strcpy(folder + root, path);
    for (;;) {
        int found = limit(folder);
        least = found < least ? found : least;
        char *slash = strrchr(folder + root, '/');
        if (!slash)
            return least;
        *slash = '\0';
    }
}

/* Whether the comma-separated list has "cpu" as a whole word. */
static bool has_cpu(const char *controllers)
{
    for (const char *at = controllers; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, "cpu", 3) == 0 && (at[3] == ',' || at[3] == '\0'))
            return true;
    return false;
}

/* One line of /proc/self/cgroup, without its newline. */
static int line_limit(const char *mount, char *line)
{
    static const char *const v1_folders[] = {"/cpu", "/cpu,cpuacct"};
    static const char *const v2_folders[] = {"", "/unified"};
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    int least = INT_MAX;

    if (!path)
        return INT_MAX;
    *controllers++ = *path++ = '\0';
    bool v2 = strcmp(line, "0") == 0 && *controllers == '\0';
    if (!v2 && !has_cpu(controllers))
        return INT_MAX;
    for (int i = 0; i < 2; i++) {
        int found = v2 ? least_limit(mount, v2_folders[i], path, v2_limit)
                       : least_limit(mount, v1_folders[i], path, v1_limit);
        least = found < least ? found : least;
    }
    return least;
}

int cpu_quota(const char *membership, const char *mount)
{
    char text[4 * PATH_ROOM];
    int least = INT_MAX;
    char *rest = text;
    char *line;

    read_text(membership, text, sizeof text);
    while ((line = strsep(&rest, "\n"))) {
        int found = line_limit(mount, line);
        least = found < least ? found : least;
    }
    return least;
}
