/* sys_memory.c: mappings and what the kernel says of them. */
#include "base/sys.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sys_result.h"

#define DEFAULT_MAX_MAP_COUNT 65530

int sys_mmap_anonymous(size_t len, int extra_flags, void **ret)
{
    int saved = errno;
    void *addr =
        mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | extra_flags, -1, 0);

    if (addr == MAP_FAILED)
        return (int)sys_result(-1, saved);
    *ret = addr;
    return 0;
}

int sys_munmap(void *addr, size_t len)
{
    int saved = errno;
    return (int)sys_result(munmap(addr, len), saved);
}

int sys_madvise(void *addr, size_t len, int advice)
{
    int saved = errno;
    return (int)sys_result(madvise(addr, len, advice), saved);
}

int sys_mprotect(void *addr, size_t len, int prot)
{
    int saved = errno;
    return (int)sys_result(mprotect(addr, len, prot), saved);
}

/* The first of `count` pages that has memory, or `count`; -errno. */
static long first_in_pagemap(uintptr_t page, long count)
{
    enum { BATCH = 128 };
    const uint64_t present_or_swapped = UINT64_C(3) << 62;
    uint64_t entries[BATCH];
    long at = 0;
    int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    while (at < count) {
        long n = count - at < BATCH ? count - at : BATCH;
        size_t len = (size_t)n * sizeof *entries;
        if (pread(fd, entries, len, (off_t)((page + (uintptr_t)at) * sizeof *entries)) !=
            (ssize_t)len) {
            at = -EIO;
            break;
        }
        long i = 0;
        while (i < n && !(entries[i] & present_or_swapped))
            i++;
        at += i;
        if (i < n)
            break;
    }
    sys_close(fd);
    return at;
}

static long first_by_mincore(char *addr, long count, size_t page)
{
    enum { BATCH = 128 };
    unsigned char in_memory[BATCH];
    long at = 0;

    while (at < count) {
        long i = 0, n = count - at < BATCH ? count - at : BATCH;
        if (mincore(addr + (size_t)at * page, (size_t)n * page, in_memory) < 0)
            return -errno;
        while (i < n && !(in_memory[i] & 1))
            i++;
        at += i;
        if (i < n)
            break;
    }
    return at;
}

int sys_untouched(const void *addr, size_t len, size_t *ret)
{
    size_t page = sys_page_size();
    long count = (long)(len / page);
    int saved = errno;
    long first = first_in_pagemap((uintptr_t)addr / page, count);

    if (first < 0)
        first = first_by_mincore((char *)addr, count, page);
    errno = saved;
    if (first < 0)
        return (int)first;
    *ret = (size_t)first * page;
    return 0;
}

int sys_map_file(const char *path, void **ret, size_t *ret_len)
{
    int saved = errno;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *addr = MAP_FAILED;

    if (fd < 0)
        return (int)sys_result(-1, saved);
    if (fstat(fd, &st) == 0 && st.st_size > 0)
        addr = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    sys_close(fd);
    if (addr == MAP_FAILED) {
        errno = saved;
        return -ENODATA;
    }
    *ret = addr;
    *ret_len = (size_t)st.st_size;
    return 0;
}

size_t sys_page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

size_t sys_whole_pages(size_t bytes)
{
    size_t page = sys_page_size();

    return (bytes + page - 1) & ~(page - 1);
}

long sys_max_map_count(void)
{
    char text[32];
    int saved = errno;
    int fd = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : sys_read(fd, text, sizeof text - 1);
    long count = 0;

    if (fd >= 0)
        sys_close(fd);
    if (n > 0) {
        text[n] = '\0';
        count = strtol(text, NULL, 10);
    }
    errno = saved;
    return count > 0 ? count : DEFAULT_MAX_MAP_COUNT;
}
