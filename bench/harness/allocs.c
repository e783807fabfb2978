/*
 * allocs.c: counts what the library asks of the heap and of the map. The linker's --wrap sends the
 * calls of the benchmark and of libedo.a through here; libc's own (a thread's stack) are not seen.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/types.h>

#include "harness/bench.h"

enum { ALLOC, MAP, KINDS };

/* A thread's own, so that to count costs what is measured no locked instruction. They outlive it. */
typedef struct counts {
    _Atomic uint64_t of[KINDS];
    struct counts *next;
} counts;

static counts *_Atomic all;
static _Thread_local counts *mine;

static uint64_t sum_of(int kind)
{
    uint64_t sum = 0;

    for (counts *c = atomic_load_explicit(&all, memory_order_acquire); c; c = c->next)
        sum += atomic_load_explicit(&c->of[kind], memory_order_relaxed);
    return sum;
}

uint64_t bench_allocs(void)
{
    return sum_of(ALLOC);
}

uint64_t bench_maps(void)
{
    return sum_of(MAP);
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

static __attribute__((noinline)) counts *begin(void)
{
    counts *c = __real_calloc(1, sizeof *c);

    if (!c)
        abort();
    c->next = atomic_load_explicit(&all, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&all, &c->next, c, memory_order_release,
                                                  memory_order_relaxed))
        ;
    return mine = c;
}

static inline void count(int kind)
{
    counts *c = __builtin_expect(mine != NULL, 1) ? mine : begin();
    uint64_t before = atomic_load_explicit(&c->of[kind], memory_order_relaxed);

    atomic_store_explicit(&c->of[kind], before + 1, memory_order_relaxed);
}

void *__wrap_malloc(size_t size)
{
    count(ALLOC);
    return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    count(ALLOC);
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    count(ALLOC);
    return __real_realloc(p, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    count(ALLOC);
    return __real_aligned_alloc(align, size);
}

int __wrap_posix_memalign(void **p, size_t align, size_t size)
{
    count(ALLOC);
    return __real_posix_memalign(p, align, size);
}

void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
    count(MAP);
    return __real_mmap(addr, len, prot, flags, fd, offset);
}
