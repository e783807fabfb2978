/*
 * allocs.c: counts what the library asks of the heap and of the map. The linker's --wrap sends the
 * calls of the benchmark and of libedo.a through here; libc's own (a thread's stack) are not seen.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/types.h>

#include "harness/bench.h"

static _Atomic uint64_t allocs, maps;

uint64_t bench_allocs(void)
{
    return atomic_load_explicit(&allocs, memory_order_relaxed);
}

uint64_t bench_maps(void)
{
    return atomic_load_explicit(&maps, memory_order_relaxed);
}

static void count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* The names are the linker's: calls of f arrive at __wrap_f, and __real_f is f. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
int __real_posix_memalign(void **p, size_t align, size_t size);
void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
int __wrap_posix_memalign(void **p, size_t align, size_t size);
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);

void *__wrap_malloc(size_t size)
{
    count(&allocs);
    return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    count(&allocs);
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    count(&allocs);
    return __real_realloc(p, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    count(&allocs);
    return __real_aligned_alloc(align, size);
}

int __wrap_posix_memalign(void **p, size_t align, size_t size)
{
    count(&allocs);
    return __real_posix_memalign(p, align, size);
}

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    count(&maps);
    return __real_mmap(addr, len, prot, flags, fd, offset);
}
