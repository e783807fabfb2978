/* cpu_quota_test.c: the limits of control groups, on files of our own. */
#include "support/edo_test.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cpu_quota.h"

static char place[] = "/tmp/edo-cpu-quota-XXXXXX";

/* Writes `text` to the file at `path` below the place, and makes the folders above it. */
static void put(const char *path, const char *text)
{
    char full[256];
    int root = snprintf(full, sizeof full, "%s", place);

    snprintf(full + root, sizeof full - (size_t)root, "/%s", path);
    for (char *at = full + root + 1; *at; at++)
        if (*at == '/') {
            *at = '\0';
            mkdir(full, 0700);
            *at = '/';
        }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int quota_of(const char *membership)
{
    char path[256];

    put("membership", membership);
    snprintf(path, sizeof path, "%s/membership", place);
    return cpu_quota(path, place);
}

static void clean_up(void)
{
    char command[300];

    snprintf(command, sizeof command, "rm -rf %s", place);
    assert_int_equal(system(command), 0);
}

EDO_TEST_PLAIN(quota_of_v2_is_rounded_up)
{
    assert_non_null(mkdtemp(place));
    put("a/b/cpu.max", "150000 100000\n");
    assert_int_equal(quota_of("0::/a/b\n"), 2);
    put("a/b/cpu.max", "200000 100000\n");
    assert_int_equal(quota_of("0::/a/b\n"), 2);
    put("a/b/cpu.max", "1000 100000\n");
    assert_int_equal(quota_of("0::/a/b\n"), 1);
    put("a/b/cpu.max", "max 100000\n");
    assert_int_equal(quota_of("0::/a/b\n"), INT_MAX);
    clean_up();
}

EDO_TEST_PLAIN(quota_is_the_least_of_the_groups_above)
{
    assert_non_null(mkdtemp(place));
    put("a/b/c/cpu.max", "800000 100000\n");
    put("a/cpu.max", "300000 100000\n");
    assert_int_equal(quota_of("0::/a/b/c\n"), 3);
    assert_int_equal(quota_of("0::/x/y\n"), INT_MAX);
    put("cpu.max", "200000 100000\n"); /* a container's own limit: its path isn't there */
    assert_int_equal(quota_of("0::/x/y\n"), 2);
    assert_int_equal(quota_of("0::/\n"), 2);
    clean_up();
}

EDO_TEST_PLAIN(quota_of_v1_is_found)
{
    assert_non_null(mkdtemp(place));
    put("cpu/job/cpu.cfs_quota_us", "250000\n");
    put("cpu/job/cpu.cfs_period_us", "100000\n");
    put("cpu/cpu.cfs_quota_us", "-1\n");
    put("cpu/cpu.cfs_period_us", "100000\n");
    assert_int_equal(quota_of("5:memory:/\n4:cpuset:/job\n3:cpu,cpuacct:/job\n0::/\n"), 3);
    assert_int_equal(quota_of("3:cpuacct,cpu:/job\n"), 3);
    assert_int_equal(quota_of("3:cpuacct:/job\n"), INT_MAX);
    assert_int_equal(quota_of("3:cpu:/\n"), INT_MAX);
    clean_up();
}

EDO_TEST_PLAIN(quota_of_nonsense_is_no_limit)
{
    assert_non_null(mkdtemp(place));
    put("cpu.max", "0 0\n");
    assert_int_equal(quota_of("0::/\n"), INT_MAX);
    put("cpu.max", "words\n");
    assert_int_equal(quota_of("0::/\n"), INT_MAX);
    assert_int_equal(quota_of("\n:\n0:\nnothing"), INT_MAX);
    assert_int_equal(cpu_quota("/nowhere", "/nowhere"), INT_MAX);
    clean_up();
}
