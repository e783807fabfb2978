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
