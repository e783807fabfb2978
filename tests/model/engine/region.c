/*
 * region.c: the memory of the modelled program, and how it is put back before each run.
 *
 * The program's own data (.data and .bss) is copied back; everything it allocates comes from one
 * region that is taken from its start again. So addresses are the same in each run. Nothing is
 * given out twice in a run: a late touch of freed memory is noticed (race.c).
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "engine/internal.h"

extern char __data_start[], _end[];

typedef struct block {
    size_t size;
    size_t magic;
} block;

#define MAGIC ((size_t)0xb10c)

void *__real_malloc(size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);
void __wrap_free(void *p);
char *__wrap_strdup(const char *text);
bool model_is_freed(const void *memory)
{
    return ((const block *)memory)[-1].magic == 0;
}

char *__wrap_strndup(const char *text, size_t most);

void region_init(void)
{
    M->region = mmap(NULL, REGION_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    M->data_start = __data_start;
    M->data_size = (size_t)(_end - __data_start);
    M->data_copy =
        mmap(NULL, M->data_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(M->data_copy, M->data_start, M->data_size);
    race_init();
}

void region_reset(void)
{
    M->region_used = THREADS * STACK_BYTES;
    memcpy(M->data_start, M->data_copy, M->data_size);
}

bool in_region(const void *addr)
{
    return (const char *)addr >= M->region && (const char *)addr < M->region + REGION_BYTES;
}

uint64_t stable(const void *addr)
{
    if (in_region(addr))
        return (uint64_t)((const char *)addr - M->region) * 2 + 1;
    return (uint64_t)((const char *)addr - M->data_start) * 2;
}

void *region_take(size_t size, size_t align)
{
    size_t at = (M->region_used + sizeof(block) + align - 1) / align * align;

    if (at + size > REGION_BYTES)
        model_fail("the run allocates more than %zu bytes", REGION_BYTES);
    M->region_used = at + size;
    block *b = (block *)(void *)(M->region + at) - 1;
    *b = (block){.size = size, .magic = MAGIC};
    return M->region + at;
}

void *__wrap_malloc(size_t size)
{
    return M && M->region_used ? region_take(size, 64) : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    void *p = __wrap_malloc(n * size);

    return p ? memset(p, 0, n * size) : NULL;
}

void *__wrap_realloc(void *p, size_t size)
{
    (void)p, (void)size;
    model_fail("realloc is not modelled");
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return region_take(size, align < 64 ? 64 : align);
}

void __wrap_free(void *p)
{
    if (!p || !M)
        return;
    if (!in_region(p)) {
        __real_free(p);
        return;
    }
    block *b = (block *)p - 1;
    if (b->magic != MAGIC)
        model_fail("freed twice, or never allocated: %p", p);
    b->magic = 0;
    race_freed(p, b->size, __builtin_return_address(0));
}

char *__wrap_strndup(const char *text, size_t most)
{
    size_t n = strnlen(text, most);
    char *copy = __wrap_malloc(n + 1);

    memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

char *__wrap_strdup(const char *text)
{
    return __wrap_strndup(text, strlen(text));
}
